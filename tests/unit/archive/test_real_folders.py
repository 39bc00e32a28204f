"""Real file systems that are full or read-only, and files of other times: nothing is lost."""

from __future__ import annotations

import sqlite3
import subprocess
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from types import MappingProxyType

import duckdb
import pytest

from archiving import Rig, rig_of
from doubles import FakeClock
from minutebook.archive import schemas
from minutebook.archive.console import views
from minutebook.archive.console.known import Looked
from minutebook.archive.console.limits import ConsoleLimits
from minutebook.archive.console.messages import Begin
from minutebook.archive.console.session import Session
from minutebook.archive.schemas import Column, Schema, Type, schema
from minutebook.archive.settings import ArchiveSettings
from minutebook.domain.archive import FileKind
from minutebook.errors import ArchiveError
from minutebook.store.console import RecordReader
from minutebook.store.database import Database


def mount(folder: Path, options: str) -> None:
    """Mount a small file system, or what is mounted with other options."""
    command = ["mount", "-t", "tmpfs", "-o", options, "tmpfs", str(folder)]
    try:
        done = subprocess.run(command, capture_output=True, timeout=30)
    except OSError:
        pytest.skip("there is no mount here")
    if done.returncode:
        pytest.skip("nothing may be mounted here")


@pytest.fixture
def small(tmp_path: Path) -> Iterator[Path]:
    """Return a folder on a file system of its own, of 256 KB."""
    folder = tmp_path / "small"
    folder.mkdir()
    mount(folder, "size=256k")
    yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True, timeout=30)


async def leaves_nothing(rig: Rig, conversation: str, said: str) -> None:
    """A flush fails and says why; every text is still in the store."""
    before = await rig.turns(conversation)
    with pytest.raises(ArchiveError, match=said):
        await rig.archive.flush()
    assert await rig.cold() == 0
    assert await rig.turns(conversation) == before


async def test_a_disk_that_is_really_full(
    database: Database, clock: FakeClock, small: Path
) -> None:
    """Nothing leaves; with room again, all does, and nothing is left of the failure."""
    rig = rig_of(database, clock, small / "archive")
    conversation = await rig.converse("one")
    await rig.archive.review.let_go([page.id for page in await rig.pages(conversation)])
    other = small / "other"
    other.write_bytes(b"x" * 250_000)
    await leaves_nothing(rig, conversation, "disk is full")
    other.unlink()
    assert (await rig.archive.flush()).skipped == 0
    assert (await rig.archive.verify()).problems == ()
    assert not any((small / "archive" / ".work").iterdir())
    rig.archive.close()


async def test_an_archive_that_is_really_read_only(
    database: Database, clock: FakeClock, small: Path
) -> None:
    """What is in it can be read; what would go there stays; then it goes."""
    rig = rig_of(database, clock, small / "archive")
    one, two = await rig.converse("one"), await rig.converse("two")
    before = await rig.turns(one)
    await rig.archive_all(one)
    cold = await rig.cold()
    await rig.archive.review.let_go([page.id for page in await rig.pages(two)])
    mount(small, "remount,ro")
    with pytest.raises(ArchiveError, match="cannot be written"):
        await rig.archive.flush()
    assert await rig.cold() == cold
    assert await rig.turns(one) == before
    mount(small, "remount,rw")
    assert (await rig.archive.flush()).pages == len(await rig.pages(two))
    assert (await rig.archive.verify()).problems == ()
    rig.archive.close()


def rewrite(file: Path, columns: str) -> None:
    """Give a file other columns."""
    with duckdb.connect() as connection:
        rows = f"SELECT {columns} FROM read_parquet('{file}', hive_partitioning = false)"
        connection.execute(f"CREATE TABLE changed AS {rows}")
        connection.execute(f"COPY changed TO '{file}' (FORMAT parquet)")


def of_version(store: Path, path: str, version: int) -> None:
    """Note in the manifest that a file has another schema."""
    with sqlite3.connect(store) as connection:
        sql = "UPDATE archive_files SET schema_version = ? WHERE path = ?"
        assert connection.execute(sql, (version, path)).rowcount == 1
    connection.close()


async def test_columns_come_and_go_by_name(
    database: Database, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of files with other columns, each gives what it has, and nothing for the rest."""
    folder = tmp_path / "archive"
    rig = rig_of(database, clock, folder, ArchiveSettings(linger=timedelta()))
    old = await rig.archive_all(await rig.converse("old"))
    clock.forward(days=62)
    new = await rig.archive_all(await rig.converse("new"))
    first, last = [file for file in await rig.archive.files() if file.kind is FileKind.PAGES]
    mood = Column(name="mood", type=Type.TEXT)
    pages = schema(FileKind.PAGES)
    later = Schema(columns=(*pages.columns, mood), key=pages.key, group=pages.group)
    known = MappingProxyType({**schemas.SCHEMAS, (FileKind.PAGES, 2): later})
    monkeypatch.setattr(schemas, "SCHEMAS", known)
    monkeypatch.setattr(views, "SCHEMAS", known)
    with duckdb.connect() as connection:
        made = views.Views(connection, RecordReader(database.path), folder)
        count = "SELECT count(*), count(tags), count(mood) FROM history"

        def counted() -> tuple[int, ...]:
            made.forget()
            made.refresh(["pages", "history"])
            found: tuple[int, ...] = connection.execute(count).fetchall()[0]
            return found

        assert counted() == (len(old) + len(new), len(old) + len(new), 0)
        rewrite(folder / first.path, "* EXCLUDE (tags)")
        rewrite(folder / last.path, "*, 'calm' AS mood")
        of_version(database.path, last.path, 2)
        assert counted() == (len(old) + len(new), len(new), len(new))
        both = connection.execute("SELECT count(*) FROM pages WHERE is_archived").fetchall()
        assert both == [(len(old) + len(new),)]
        for table in ("history", "turns", "pages"):
            blank = connection.execute(f"DESCRIBE blank.{table}").fetchall()
            assert connection.execute(f"DESCRIBE {table}").fetchall() == blank
    rig.archive.close()


async def test_looking_at_a_query_opens_no_file(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    """What a query is, its plan and its columns are found out without the archive's files."""
    rig = rig_of(database, clock, tmp_path / "archive")
    await rig.archive_all(await rig.converse("one"))
    begin = Begin(
        database=str(database.path),
        archive=str(tmp_path / "archive"),
        temp=str(tmp_path),
        limits=ConsoleLimits(),
    )
    session = Session(begin, RecordReader(database.path))
    looked = Looked(session.looking, session.views)
    looked.look("FROM history")
    for file in await rig.archive.files():
        (tmp_path / "archive" / file.path).unlink()
    known = looked.look("SELECT id, tokens AS n FROM history WHERE year = 2021 AND month = 3")
    assert (known.names, known.is_plain) == (("id", "n"), True)
    with pytest.raises(duckdb.IOException):
        session.connection.execute(known.query.sql)
    session.connection.close()
    rig.archive.close()
