"""An archive with conversations in it, for tests of whatever has to do with either."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from conversing import converse, exchanges, say
from doubles import FakeClock
from minutebook.archive.room import Archive
from minutebook.archive.settings import ArchiveSettings, Means
from minutebook.domain.pages import Page
from minutebook.domain.turns import Content, Role, Turn
from minutebook.store import conversations, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

TORTURE = (
    'a\x00b \\N "quoted" ,\r\n\x1f\x85\u2028 😀 \ufeff\r',
    "\\N",
    '"',
    "\n\n",
    "x" * 100_000 + "\x00",
    "日本語のテキスト、検索できる",
    ",,,''\"\"",
)
"""Texts that are easily not what they were when they come back."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rig:
    """A store and its archive."""

    database: Database
    clock: FakeClock
    archive: Archive

    async def converse(self, name: str, exchanges_: int = 6) -> str:
        """Begin a conversation with some closed pages; return its id."""
        now = self.clock.now

        def work(tx: Transaction) -> str:
            id_ = converse(tx, name, now)
            say(tx, id_, exchanges(exchanges_), now, page_tokens=120)
            return id_

        return await self.database.write(work)

    async def torture(self) -> str:
        """Begin a conversation with all that is easily lost."""
        now = self.clock.now
        lines = [(Role.USER, Content(text=text)) for text in TORTURE]
        lines += [(Role.ASSISTANT, Content(text=text, thinking=text)) for text in TORTURE]

        def work(tx: Transaction) -> str:
            id_ = converse(tx, "torture", now)
            say(tx, id_, lines, now, page_tokens=60)
            return id_

        return await self.database.write(work)

    async def turns(self, conversation: str) -> list[Turn]:
        """Return all turns of a conversation."""
        return await self.database.read(lambda tx: turns.forward(tx, conversation, limit=100_000))

    async def pages(self, conversation: str) -> list[Page]:
        """Return the pages of a conversation in their order."""
        found = await self.database.read(
            lambda tx: pages.newest(tx, limit=100_000, conversation=conversation)
        )
        return sorted(found, key=lambda page: page.first_seq)

    async def archive_all(self, conversation: str) -> list[str]:
        """Archive every page of a conversation; return their ids."""
        ids = [page.id for page in await self.pages(conversation)]
        await self.archive.review.let_go(ids)
        await self.archive.flush()
        return ids

    async def cold(self) -> int:
        """Return how many turns are cold."""
        return (await self.archive.stats()).turns

    async def count(self, conversation: str) -> int:
        """Return how many turns a conversation has."""
        found = await self.database.read(lambda tx: conversations.get(tx, conversation))
        return found.turns


def rig_of(
    database: Database,
    clock: FakeClock,
    folder: Path,
    settings: ArchiveSettings | None = None,
    *,
    owner: tuple[str, Callable[[str], bool]] = ("host:1:2:tests", lambda _: False),
) -> Rig:
    """Build an archive in a folder; `owner` is who keeps it, and who is known to be gone."""
    means = Means(
        database=database,
        folder=folder,
        clock=clock,
        settings=settings or ArchiveSettings(linger=timedelta()),
        owner=owner[0],
        is_gone=owner[1],
    )
    return Rig(database=database, clock=clock, archive=Archive(means))


def is_same(turn: Turn, other: Turn) -> bool:
    """Say whether two turns are the same in everything, content and all."""
    return replace(turn) == replace(other) and turn.content.hash == other.content.hash
