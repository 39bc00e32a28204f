"""A home with pages and a server of batches: what tests of summaries by models share."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path

from minutebook.clock import Clock, system_clock
from minutebook.config import Settings
from minutebook.config.settings import Batches, Calls, Costs, Models, Workers
from minutebook.domain.pages import Page
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations, pages, turns
from minutebook.store.database import Database

MODEL = "anthropic:claude-haiku-5-5"
POLICY = RecordPolicy(
    paging=PagingPolicy(tokens=20, pause=timedelta(hours=6)), scribe_enabled=False
)


def settings(
    *, model: str = MODEL, batches: Batches | None = None, costs: Costs | None = None
) -> Settings:
    """Return settings by which everything goes fast."""
    return Settings(
        models=Models(summary=model),
        batches=batches or quick(),
        costs=costs or Costs(),
        calls=Calls(attempts=1, connect_seconds=5, first_byte_seconds=5, silence_seconds=5),
        workers=Workers(lease_seconds=5),
    )


def quick(**more: object) -> Batches:
    """Return settings of batches by which nothing is waited for long."""
    said: dict[str, object] = {
        "poll_seconds": 0.05,
        "linger_seconds": 0.05,
        "small": 1,
        "grace_seconds": 0.6,
        "now_per_minute": 0,
    }
    return Batches(**{**said, **more})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """A turn to be recorded."""

    key: str
    text: str
    author: str = "Ann"


def sentence(number: int) -> str:
    """Return a sentence that is a page by itself, and like no other."""
    return (
        f"Page number {number}: the ferry to Winterbottom leaves on day {number} of the month,"
        f" and cabin {number} is Carla's, who brings the stove and both of the tents along."
    )


async def say(
    database: Database,
    said: Sequence[Said],
    *,
    conversation: str = "one",
    origin: Origin = Origin.IMPORTED,
    policy: RecordPolicy = POLICY,
) -> str:
    """Record turns of a conversation; return its id."""
    now = system_clock()
    made = await database.write(
        lambda tx: conversations.create(tx, "test", conversation, "One", now)
    )
    begun = datetime(2024, 1, 1, tzinfo=UTC)
    drafts = [
        KeyedDraft(
            key=turn.key,
            draft=TurnDraft(
                role=Role.PERSON,
                author=turn.author,
                content=Content(text=turn.text),
                at=begun + timedelta(seconds=n),
            ),
        )
        for n, turn in enumerate(said)
    ]
    strand = Strand(conversation=made, drafts=drafts, origin=origin)
    await database.write(partial(record, strand=strand, policy=policy, now=now))
    return made


async def say_pages(database: Database, count: int, first: int = 0) -> str:
    """Record a conversation of pages of one turn each."""
    said = [Said(key=f"k{n}", text=sentence(n)) for n in range(first, first + count)]
    return await say(database, said)


async def all_pages(database: Database) -> list[Page]:
    """Return every page."""
    return await database.read(lambda tx: pages.newest(tx, limit=1_000_000))


async def text_of(database: Database, page: Page) -> str:
    """Return what is said on a page."""
    found = await database.read(
        lambda tx: turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq)
    )
    return "\n".join(turn.content.text for turn in found)


async def ended(engine: Engine, deadline: float = 60) -> None:
    """Wait until nothing more comes by itself."""
    async with asyncio.timeout(deadline):
        while await engine.batches.is_open():
            await asyncio.sleep(0.02)


@asynccontextmanager
async def opened(
    folder: Path, chosen: Settings, clock: Clock = system_clock
) -> AsyncIterator[tuple[Engine, Database]]:
    """Open the engine on a folder, and its store beside it."""
    home = Home.at(folder)
    async with open_engine(home, chosen, clock=clock) as engine:
        database = await Database.open(home.database)
        try:
            yield engine, database
        finally:
            await database.close()
