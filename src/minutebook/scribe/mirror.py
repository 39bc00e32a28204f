"""Documents as Markdown files in a folder, for any editor: written as they change, and read back.

What is found in a file that was not written there is a person's edit. It is taken once the file has
been quiet for a while, since editors write in pieces, and merged like any edit.

The one decision: the last line of a file is a comment that names document and revision. An editor
that has had the file open since yesterday saves yesterday's comment with yesterday's text, and so
what came meanwhile is merged rather than taken for removed; no note of ours about the file could
tell that. It stands at the end, and not as front matter, because a title belongs at the beginning,
and because tools rewrite front matter. Where the comment is gone, the revision that was last
written is taken.

A file that was deleted, or emptied to the last character, is written again: removing a document is
not done by accident. A file that cannot be read is left alone, and told of, until it can.
"""

from __future__ import annotations

import asyncio
import os
import tempfile
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from pathlib import Path
from time import monotonic

from minutebook.domain.documents import StillFile
from minutebook.errors import MinutebookError, SourceError
from minutebook.paths import FOLDER_MODE
from minutebook.scribe.pen import Pen
from minutebook.scribe.standing import (
    FileLook,
    digest,
    look_at,
    marked,
    path_of,
    read,
    reason_of,
    standing,
)
from minutebook.store import mirrors
from minutebook.store.database import Database
from minutebook.store.mirrors import Mirrored

_LOOK_MS = 1_000
_STEP_MS = 20
_DEBOUNCE_MS = 100

OnFailure = Callable[[Path, MinutebookError], None]


class Mirror:
    """Keeps a folder of files and the documents in accord."""

    def __init__(
        self,
        database: Database,
        pen: Pen,
        folder: Path,
        *,
        quiet_seconds: float,
        on_failure: OnFailure,
    ) -> None:
        self._database = database
        self._pen = pen
        self._folder = folder
        self._quiet_seconds = quiet_seconds
        self._on_failure = on_failure
        self._settled: dict[str, FileLook] = {}
        """How the file of a document looked when it was last in accord."""
        self._waiting: dict[str, tuple[FileLook, float]] = {}
        self._told: dict[str, str] = {}

    async def run(self, stop: asyncio.Event) -> None:
        """Keep files and documents in accord until told to stop. Raises SourceError, StoreError."""
        from watchfiles import awatch

        try:
            await self.sync()
            async for _ in awatch(
                self._folder,
                watch_filter=None,
                stop_event=stop,
                step=_STEP_MS,
                debounce=_DEBOUNCE_MS,
                rust_timeout=_LOOK_MS,
                yield_on_timeout=True,
                recursive=False,
            ):
                await self.sync()
        except (OSError, RuntimeError) as error:
            raise SourceError(
                f"The folder {str(self._folder)!r} cannot be mirrored to: {error}.",
                hint="Set `mirror` under [scribe] to a folder that is yours.",
            ) from error

    async def sync(self) -> None:
        """Look at each file once: take in what people wrote, write what the scribe did.

        Raises OSError when the folder cannot be made, and StoreError.
        """
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        for each in await self._database.read(mirrors.every):
            path = path_of(each, self._folder)
            try:
                await self._sync(each, path)
            except (OSError, UnicodeDecodeError, MinutebookError) as error:
                self._fail(each, path, *reason_of(error))

    async def standing(self) -> list[StillFile]:
        """Return the files that stand still, with the reason and what to do. Raises StoreError."""
        found = await self._database.read(mirrors.every)
        return await asyncio.to_thread(standing, found, self._folder)

    async def _sync(self, each: Mirrored, path: Path) -> None:
        look = await asyncio.to_thread(look_at, path)
        if look is None:
            await self._write(each.document, path, None)
        elif look == self._settled.get(each.document):
            if each.revision != each.written:
                await self._write(each.document, path, look)
        elif self._is_quiet(each.document, look):
            await self._take(each, path, look)

    def _is_quiet(self, document: str, look: FileLook) -> bool:
        seen, since = self._waiting.get(document, (None, 0.0))
        if seen != look:
            since = monotonic()
            self._waiting[document] = (look, since)
        return monotonic() - since >= self._quiet_seconds

    async def _take(self, each: Mirrored, path: Path, look: FileLook) -> None:
        """Take in a file that does not look as it did."""
        content = await asyncio.to_thread(path.read_bytes)
        if await asyncio.to_thread(look_at, path) != look:
            return
        text, named, is_theirs = read(each, path, content)
        if is_theirs:
            base = each.written if named is None or named > each.revision else named
            await self._pen.edit(each.document, base, text, cause=f"file {path.name}")
        await self._write(each.document, path, look)

    async def _write(self, document: str, path: Path, look: FileLook | None) -> None:
        """Write a document to its file, unless somebody else just did."""
        text, revision = await self._pen.head_for_edit(document)
        content = marked(text, document, revision).encode("utf-8")
        after = await asyncio.to_thread(_replace, path, content, look)
        if after is None:
            return
        note = partial(mirrors.note, document=document, path=str(path), revision=revision)
        await self._database.write_relaxed(partial(note, digest=digest(content)))
        self._settled[document] = after
        self._waiting.pop(document, None)
        self._told.pop(document, None)

    def _fail(self, each: Mirrored, path: Path, what: str, hint: str) -> None:
        """Tell of a file that cannot be used, once."""
        if self._told.get(each.document) != what:
            self._told[each.document] = what
            self._on_failure(path, SourceError(f"The file {str(path)!r} {what}.", hint=hint))


def _replace(path: Path, content: bytes, look: FileLook | None) -> FileLook | None:
    """Put a file in place as a whole; None when it does not look as it did. Raises OSError."""
    descriptor, name = tempfile.mkstemp(prefix=".minutebook-", dir=path.parent)
    try:
        with os.fdopen(descriptor, "wb") as stream:
            stream.write(content)
            stream.flush()
            os.fsync(stream.fileno())
        if look_at(path) != look:
            return None
        os.replace(name, path)  # noqa: PTH105 - as it is called everywhere
    finally:
        with suppress(FileNotFoundError):
            os.unlink(name)  # noqa: PTH108 - as above
    return look_at(path)
