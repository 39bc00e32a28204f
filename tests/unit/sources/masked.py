"""What the tests of records with pseudonyms share: homes that hide, and homes that do not."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory

from desk import SETTINGS, Desk

from doubles import FakeClock
from minutebook.domain.privacy import Kind
from minutebook.events import Bus
from minutebook.privacy.keys import Key
from minutebook.privacy.recording import RecordHider
from minutebook.privacy.roster import Roster
from minutebook.privacy.sealing import Seal
from minutebook.record.library import Library
from minutebook.sources.disguise import PLAIN, Disguise, Disguised
from minutebook.sources.importer import Importer
from minutebook.store.database import Database

KEY = Key(secret=b"k" * 32)
OTHER_KEY = Key(secret=b"o" * 32)


def hiding(folder: Path, key: Key = KEY) -> Disguised:
    """Return what hides people and values in a home."""
    return Disguised(RecordHider(key, frozenset(Kind), Roster(folder / "names.sealed", Seal(key))))


_EMPTY: list[bytes] = []


async def _empty_store() -> bytes:
    """Return a store that has its tables and nothing else: to make these takes long."""
    if not _EMPTY:
        with TemporaryDirectory() as folder:
            await (await Database.open(Path(folder, "store.db"))).close()
            _EMPTY.append(Path(folder, "store.db").read_bytes())
    return _EMPTY[0]


@asynccontextmanager
async def home_in(folder: Path, disguise: Disguise = PLAIN) -> AsyncIterator[Desk]:
    """Open a home as a process opens it."""
    folder.mkdir(exist_ok=True)
    if not (folder / "store.db").exists():
        (folder / "store.db").write_bytes(await _empty_store())
    database = await Database.open(folder / "store.db")
    try:
        yield Desk(
            database=database,
            importer=importer_of(database, disguise),
            library=Library(database),
            bus=Bus(),
        )
    finally:
        await database.close()


def importer_of(database: Database, disguise: Disguise) -> Importer:
    """Return what imports into a store."""
    return Importer(database, replace(SETTINGS, disguise=disguise), Bus(), FakeClock())


def bytes_of(folder: Path) -> bytes:
    """Return every byte of every file of a home."""
    return b"\0".join(file.read_bytes() for file in sorted(folder.rglob("*")) if file.is_file())
