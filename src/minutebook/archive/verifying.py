"""Look at every file of the archive, and at whether store and archive agree on what lies where."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass

from minutebook.archive.duck import Duck, statement
from minutebook.archive.places import Places
from minutebook.archive.settings import Means
from minutebook.archive.writing import Writer
from minutebook.domain.archive import (
    ArchiveFile,
    FileKind,
    FileState,
    Problem,
    VerifyReport,
)
from minutebook.errors import ArchiveError
from minutebook.store import archive
from minutebook.store.transaction import Transaction

_PAGE = {FileKind.PAGES: "id", FileKind.TURNS: "page"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """What the store knows of the archive."""

    files: tuple[ArchiveFile, ...]
    others: frozenset[str]
    """Paths of files that are being written or were retired."""
    pages: dict[str, frozenset[str]]
    orphans: int


class Verification:
    """Proves every file again, from the disk."""

    def __init__(self, means: Means, writer: Writer, places: Places, duck: Duck) -> None:
        self._means = means
        self._writer = writer
        self._places = places
        self._duck = duck

    async def run(self, beat: Callable[[], Awaitable[None]]) -> VerifyReport:
        """Return what is not as it should be; what is, is counted. Raises StoreError."""
        known = await self._means.database.read(_known)
        problems: list[Problem] = []
        for file in known.files:
            problems += await asyncio.to_thread(self._look, file, known.pages[file.name])
            await beat()
        problems += await asyncio.to_thread(self._strays, known)
        if known.orphans:
            what = f"{known.orphans:,} turns have left the store, and no file is known to have them"
            problems.append(Problem(path="", what=what))
        return VerifyReport(
            files=len(known.files),
            rows=sum(file.rows for file in known.files),
            bytes=sum(file.bytes for file in known.files),
            problems=tuple(problems),
        )

    def _look(self, file: ArchiveFile, pages: frozenset[str]) -> list[Problem]:
        place = self._places.final(file)
        try:
            if not place.is_file():
                return [Problem(path=file.path, what="is missing")]
            size, sha256 = self._places.digest(place)
            if (size, sha256) != (file.bytes, file.sha256):
                return [Problem(path=file.path, what="is not what was written: its bytes differ")]
            if not self._writer.prove(file, place).holds(file.rows, file.content_hash):
                return [Problem(path=file.path, what="has rows that are not what was written")]
            text = statement("pages_of").format(page=_PAGE[file.kind])
            found = {row[0] for row in self._duck.ask(text, {"path": str(place)})}
        except ArchiveError as error:
            return [Problem(path=file.path, what=error.message)]
        lost = pages - found
        return [Problem(path=file.path, what=f"lacks {len(lost):,} pages")] if lost else []

    def _strays(self, known: _Known) -> list[Problem]:
        if not self._places.folder.is_dir():
            return []
        ours = {file.path for file in known.files} | known.others
        try:
            strays = sorted(self._places.present() - ours)
        except ArchiveError as error:
            return [Problem(path="", what=error.message)]
        what = "is no file of the archive's; it is left alone"
        return [Problem(path=path, what=what, is_loss=False) for path in strays]


def _known(tx: Transaction) -> _Known:
    files = archive.files(tx)
    others = [f for s in (FileState.WRITING, FileState.RETIRED) for f in archive.files(tx, s)]
    return _Known(
        files=tuple(files),
        others=frozenset(file.path for file in others),
        pages={file.name: archive.pages_in(tx, file.name) for file in files},
        orphans=archive.orphans(tx),
    )
