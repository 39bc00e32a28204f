"""Rows that are of no account any more leave the archive now, and not with the next compaction.

Pages that came back because somebody is to be forgotten lie in their old files still. These are
written anew without them, proven as ever, and removed without the time that readers are otherwise
left: whoever reads one of them just then is told so, and asks again.
"""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

from minutebook.archive.compacting import Compaction
from minutebook.archive.duck import Duck, statement
from minutebook.archive.keeping import Beat
from minutebook.archive.places import Places
from minutebook.archive.settings import Means
from minutebook.domain.archive import ArchiveFile, FileKind, FileState
from minutebook.store import archive


class Purge:
    """Takes out of the archive's files what is not in the archive any more."""

    def __init__(self, means: Means, places: Places, duck: Duck, compaction: Compaction) -> None:
        self._means = means
        self._places = places
        self._duck = duck
        self._compaction = compaction

    async def run(self, beat: Beat) -> int:
        """Write files anew that hold other rows than their pages', and remove what was replaced.

        Returns how many files were removed. Raises ArchiveError and StoreError.
        """
        await self._compaction.run(beat)
        retired = await self._means.database.read(lambda tx: archive.files(tx, FileState.RETIRED))
        paths = [file.path for file in retired]
        for path in paths:
            await asyncio.to_thread(self._places.remove, path)
        if paths:
            await self._means.database.write(lambda tx: archive.forget_files(tx, paths))
        return len(paths)

    async def texts(self) -> list[tuple[str, str]]:
        """Return what the files say about their pages, each with the path of its file."""
        files = await self._means.database.read(archive.files)
        return await asyncio.to_thread(lambda: list(self._texts(files)))

    def _texts(self, files: list[ArchiveFile]) -> Iterator[tuple[str, str]]:
        for file in files:
            if file.kind is FileKind.PAGES:
                place = str(self._places.readable(file.path))
                rows = self._duck.ask(statement("derived"), {"path": place})
                yield from ((file.path, text) for _, text in rows)
