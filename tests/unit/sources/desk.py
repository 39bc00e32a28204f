"""What the tests of importing share: a store with an importer before it, and logs to put on it."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from doubles import FakeClock
from minutebook.clock import Clock
from minutebook.domain.turns import Turn
from minutebook.events import Bus
from minutebook.record.library import Library
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.sources.importer import Importer, ImportSettings
from minutebook.sources.reports import SourceReport
from minutebook.sources.source import ReadingOptions
from minutebook.store.database import Database

OPTIONS = ReadingOptions(zone=ZoneInfo("Europe/Berlin"))
SETTINGS = ImportSettings(
    reading=OPTIONS, policy=RecordPolicy(paging=PagingPolicy(tokens=200, pause=timedelta(hours=6)))
)
NAMES = ("Ana", "Bo", "Cyrus")


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A store, and an importer that reads into it."""

    database: Database
    importer: Importer
    library: Library
    bus: Bus

    async def read(self, *paths: Path) -> list[SourceReport]:
        """Import paths."""
        return [report async for report in self.importer.import_paths(paths)]

    async def read_one(self, path: Path, *, live: bool = False) -> SourceReport:
        """Import one file that holds one source."""
        (report,) = [report async for report in self.importer.import_file(path, live=live)]
        return report

    async def turns(self) -> dict[str, list[Turn]]:
        """Return every conversation by its id, in reading order."""
        return {
            one.id: await self.library.turns(one.id, limit=1_000_000)
            for one in await self.library.conversations()
        }

    async def texts(self) -> list[list[str]]:
        """Return what was said, conversation by conversation, in reading order."""
        return sorted([t.content.text for t in turns] for turns in (await self.turns()).values())

    async def quarantined(self) -> list[tuple[str, str]]:
        """Return file name and reason of what could not be read."""
        items = await self.library.quarantine()
        return sorted((item.path.rpartition("/")[2], item.reason) for item in items)


@asynccontextmanager
async def desk_in(folder: Path, clock: Clock | None = None) -> AsyncIterator[Desk]:
    """Open a desk; opened again in the same folder, it is the same record."""
    database = await Database.open(folder / "store.db")
    bus = Bus()
    try:
        yield Desk(
            database=database,
            importer=Importer(database, SETTINGS, bus, clock or FakeClock()),
            library=Library(database),
            bus=bus,
        )
    finally:
        await database.close()


def irc(count: int, start: int = 0) -> list[str]:
    """Return lines of an IRC log that names no channel: two to a minute."""
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - as the log writes it
    return [
        f"{noon + timedelta(seconds=30 * n):%Y-%m-%dT%H:%M:%S}  <{NAMES[n % 3]}> line {n}\n"
        for n in range(start, start + count)
    ]


def whatsapp(numbers: Iterable[int]) -> str:
    """Return a WhatsApp export of these messages, three to a minute."""
    noon = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - as the log writes it
    return "".join(
        f"{noon + timedelta(minutes=n // 3):%d/%m/%Y, %H:%M} - {NAMES[n % 2]}: message {n}\n"
        for n in numbers
    )


def put(path: Path, text: str | bytes, at: datetime | None = None) -> Path:
    """Write a file, as if at a moment."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(text.encode() if isinstance(text, str) else text)
    moment = (at or FakeClock().now).timestamp()
    os.utime(path, (moment, moment))
    return path
