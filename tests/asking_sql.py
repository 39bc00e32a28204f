"""A console over a store with an archive, for tests; its queries may take little."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from archiving import Rig, rig_of
from doubles import FakeClock
from minutebook.archive.console import Console, ConsoleLimits
from minutebook.store.database import Database

LIMITS = ConsoleLimits(
    memory_mb=200, temp_mb=200, threads=2, seconds=4.0, grace_seconds=1.0, rows=1_000
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """A console, and what it reads."""

    rig: Rig
    console: Console
    home: Path

    async def rows(self, sql: str) -> list[Any]:
        """Return every row of a query."""
        return await (await self.console.run(sql)).all()

    async def names(self, sql: str) -> list[str]:
        """Return the names of the columns of a query."""
        return [column.name for column in (await self.console.run(sql)).columns]


@asynccontextmanager
async def opened(folder: Path, limits: ConsoleLimits = LIMITS) -> AsyncIterator[Desk]:
    """Open an empty home with a console in a folder."""
    home = folder / "home"
    home.mkdir(mode=0o700)
    database = await Database.open(home / "minutebook.db")
    rig = rig_of(database, FakeClock(), home / "archive")
    console = Console(database.path, home / "archive", limits)
    try:
        yield Desk(rig=rig, console=console, home=home)
    finally:
        await console.close()
        rig.archive.close()
        await database.close()
