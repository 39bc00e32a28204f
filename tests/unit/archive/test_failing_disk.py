"""A disk that is full or may not be written to: nothing leaves, and the next flush is whole."""

from __future__ import annotations

import errno
import os
from dataclasses import replace
from pathlib import Path

import pytest

from archiving import Rig
from minutebook.archive import places, writing
from minutebook.errors import ArchiveDamagedError, ArchiveError


async def failing_flush(rig: Rig, conversation: str) -> str:
    """Try to archive a conversation; return what the error says."""
    ids = [page.id for page in await rig.pages(conversation)]
    before = await rig.turns(conversation)
    await rig.archive.review.let_go(ids)
    with pytest.raises(ArchiveError) as caught:
        await rig.archive.flush()
    assert await rig.cold() == 0
    assert await rig.turns(conversation) == before
    return caught.value.message


async def recovers(rig: Rig, conversation: str) -> None:
    """The next flush archives all, and nothing is left of the one that failed."""
    before = await rig.turns(conversation)
    assert (await rig.archive.flush()).pages == len(await rig.pages(conversation))
    assert await rig.turns(conversation) == before
    assert (await rig.archive.verify()).problems == ()
    assert (await rig.archive.stats()).files == 2


async def test_a_full_disk(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where there is no room for the file, the error says so."""
    conversation = await rig.converse("one")

    def full(path: Path) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    with monkeypatch.context() as patch:
        patch.setattr(places, "_sync", full)
        assert "disk is full" in await failing_flush(rig, conversation)
    await recovers(rig, conversation)


async def test_a_full_disk_below_duckdb(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """It says so too where DuckDB is the one that finds no room."""
    if not os.access("/dev/full", os.W_OK):
        pytest.skip("there is no /dev/full here")
    conversation = await rig.converse("one")
    with monkeypatch.context() as patch:
        patch.setattr(writing, "_PARQUET", ".full")
        work = rig.database.path.parent / "archive" / ".work"
        work.mkdir(parents=True)
        real = places.Places.work

        def full(self: places.Places, file: object, ending: str) -> Path:
            found = real(self, file, ending)  # type: ignore[arg-type]
            return Path("/dev/full") if ending == ".full" else found

        patch.setattr(places.Places, "work", full)
        said = await failing_flush(rig, conversation)
    assert "archive" in said.lower()
    await recovers(rig, conversation)


async def test_a_folder_that_may_not_be_written(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """A read-only archive is named; nothing has left."""
    conversation = await rig.converse("one")

    def locked(self: Path, *_: object, **__: object) -> None:
        raise OSError(errno.EROFS, os.strerror(errno.EROFS))

    with monkeypatch.context() as patch:
        patch.setattr(Path, "mkdir", locked)
        assert "cannot be written" in await failing_flush(rig, conversation)
    await recovers(rig, conversation)


async def test_what_was_written_wrongly_is_never_believed(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that reads back otherwise than it was written is removed again, and no text leaves."""
    conversation = await rig.converse("one")
    with monkeypatch.context() as patch:
        real = writing.Writer.feed

        def dropping(self: writing.Writer, file: object, lines: object) -> writing.Fed:
            fed = real(self, file, list(lines)[:-1])  # type: ignore[arg-type, call-overload]
            list(lines)  # type: ignore[call-overload]
            return replace(fed, rows=fed.rows + 1)

        patch.setattr(writing.Writer, "feed", dropping)
        assert "not what was read back" in await failing_flush(rig, conversation)
    await recovers(rig, conversation)


def test_damage_is_an_archive_error() -> None:
    """Whoever catches the one catches the other."""
    assert issubclass(ArchiveDamagedError, ArchiveError)
