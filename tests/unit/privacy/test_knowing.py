"""Who is known: people who speak in the record, and no models."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.config import Settings
from minutebook.engine import open_engine
from minutebook.errors import StoreError
from minutebook.paths import Home
from minutebook.privacy.knowing import Record


async def test_people_are_known_as_they_come_in(tmp_path: Path) -> None:
    """Those who were there, those who come later, and nobody twice; a model is not a person."""
    home, log = Home.at(tmp_path / "home"), tmp_path / "#ferry.log"
    record = Record(home.database)
    versions = []
    async with open_engine(home, Settings()) as engine:
        chat = (await engine.chat.start()).id
        await engine.chat.say(chat, "When does the ferry leave?")
        await engine.chat.answer(chat)
        for name in ("Ann", "Ben"):
            with log.open("a", encoding="utf-8") as stream:
                stream.write(f"2024-03-01T08:00:00 <{name}> At noon, says {name}.\n")
            async for _ in engine.importer.import_paths([log]):
                pass
            record.look()
            versions.append((record.people().version, record.people().names))
        record.look()
        versions.append((record.people().version, record.people().names))
    people = frozenset({"Ann"}), frozenset({"Ann", "Ben"})
    assert [names - people[1] for _, names in versions] == [frozenset()] * 3
    assert [names for _, names in versions] == [people[0], people[1], people[1]]
    assert [version for version, _ in versions] == [1, 2, 2]


def test_a_store_that_cannot_be_read_is_no_store_without_people(tmp_path: Path) -> None:
    """Nothing is sent on the guess that nobody is known."""
    broken = tmp_path / "minutebook.db"
    broken.write_bytes(b"no database at all, and long enough to be looked at" * 100)
    with pytest.raises(StoreError):
        Record(broken).look()
