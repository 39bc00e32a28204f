"""The watched paths in the store: each once, with a line of news for every change."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from doubles import FakeClock
from minutebook.store import changes, sources
from minutebook.store.changes import Topic
from minutebook.store.database import Database


async def test_a_path_is_kept_once_and_each_change_is_news(tmp_path: Path) -> None:
    """Nothing that changes nothing is told, and the first moment stands."""
    first = FakeClock()()
    later = first + timedelta(hours=1)
    database = await Database.open(tmp_path / "store.db")
    try:
        assert await database.write(lambda tx: sources.watch(tx, "/b", first))
        assert not await database.write(lambda tx: sources.watch(tx, "/b", later))
        assert await database.write(lambda tx: sources.watch(tx, "/a", later))
        found = await database.read(sources.watched)
        assert [(one.path, one.added_at) for one in found] == [("/a", later), ("/b", first)]
        assert await database.write(lambda tx: sources.unwatch(tx, "/b", later))
        assert not await database.write(lambda tx: sources.unwatch(tx, "/b", later))
        news = await database.read(lambda tx: changes.since(tx, 0))
    finally:
        await database.close()
    assert [(one.topic, one.subject) for one in news] == [
        (Topic.WATCHED, "/b"),
        (Topic.WATCHED, "/a"),
        (Topic.WATCHED, "/b"),
    ]


async def test_a_name_that_is_no_text_is_kept_as_text(tmp_path: Path) -> None:
    """And found by its own name again."""
    now = FakeClock()()
    database = await Database.open(tmp_path / "store.db")
    try:
        assert await database.write(lambda tx: sources.watch(tx, "/\udcff", now))
        assert await database.write(lambda tx: sources.unwatch(tx, "/\udcff", now))
        assert await database.read(sources.watched) == []
    finally:
        await database.close()
