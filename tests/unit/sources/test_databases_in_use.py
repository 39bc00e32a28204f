"""Databases of other programs that are written to while they are read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from desk import desk_in

from minutebook.sources.containers import log_of, logged

LOG = """
CREATE TABLE responses (id TEXT, model TEXT, prompt TEXT, system TEXT, response TEXT,
    conversation_id TEXT, datetime_utc TEXT);
INSERT INTO responses VALUES
    ('r1', 'm', 'When?', NULL, 'At noon.', 'c1', '2024-01-02T10:00:00+00:00');
"""


@pytest.fixture
def in_use(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Hold a connection open that keeps what it writes beside the file."""
    with closing(sqlite3.connect(tmp_path / "logs.db")) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA wal_autocheckpoint = 0")
        database.executescript(LOG)
        yield database


async def test_a_log_in_use_is_read_with_what_is_not_in_its_file_yet(
    in_use: sqlite3.Connection, tmp_path: Path
) -> None:
    """It counts as changed although its file is not; nothing is written to it."""
    log = tmp_path / "logs.db"
    async with desk_in(tmp_path) as desk:
        (first,) = await desk.read(log)
        assert (first.format, first.turns_new) == ("llm", 2)
        (same,) = await desk.read(log)
        assert same.is_unchanged
        before = log.read_bytes()
        with in_use:
            in_use.execute(
                "INSERT INTO responses VALUES ('r4', 'm', 'And?', NULL, 'So.', 'c1', '2024-01-04')"
            )
        (grown,) = await desk.read(log)
        assert (grown.turns_new, grown.turns_known) == (2, 2)
        assert log.read_bytes() == before


def test_what_is_written_beside_a_database_is_news_of_the_database() -> None:
    """Whoever hears of the one looks at the other; a name that is nothing else is a file."""
    assert logged(Path("/x/logs.db-wal")) == Path("/x/logs.db")
    assert logged(Path("/x/-wal")) == Path("/x/-wal")
    assert log_of(Path("/x/logs.db")) == Path("/x/logs.db-wal")
