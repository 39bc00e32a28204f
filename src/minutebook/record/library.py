"""Read the record: conversations, turns, pages, and what could not be read.

This is for people: turns of those who opted out are shown here, as far as they are not erased.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from contextlib import suppress
from dataclasses import dataclass

from minutebook.domain.conversations import Conversation
from minutebook.domain.exports import ExportForm
from minutebook.domain.pages import Page
from minutebook.domain.quarantine import QuarantineItem
from minutebook.domain.turns import Turn
from minutebook.domain.watched import WatchedPath
from minutebook.errors import NotFoundError
from minutebook.record.exporting import exported
from minutebook.store import (
    archive_cold,
    conversations,
    counts,
    documents,
    pages,
    quarantine,
    sources,
    turns,
)
from minutebook.store.counts import Counts
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.store.turns import BEGINNING, END
from minutebook.store.withheld import revealed

_EVERY = 10_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class PageText:
    """A page and the turns it is made of."""

    page: Page
    turns: tuple[Turn, ...]


class Library:
    """Reads the record. Every method may raise NotFoundError and StoreError."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def conversations(
        self, *, limit: int = 1_000_000, source: str = "", words: str = ""
    ) -> list[Conversation]:
        """Return conversations, the newest first; only those of a source, or with words in their
        title, if asked."""
        return await self._database.read(
            lambda tx: conversations.newest(tx, limit=limit, source=source, words=words)
        )

    async def conversation(self, wanted: str) -> Conversation:
        """Return the conversation with this id, native id or title, or the beginning of one."""
        return await self._database.read(lambda tx: conversations.find(tx, wanted))

    async def titles(self, ids: Collection[str]) -> dict[str, str]:
        """Return the titles of the conversations of these documents and pages, by their ids.

        That of a page with its label, if it has one; what is not there is left out.
        """

        def work(tx: Transaction) -> dict[str, str]:
            found = {}
            for id_ in ids:
                with suppress(NotFoundError):
                    found[id_] = _title(tx, id_)
            return found

        return await self._database.read(work)

    async def source_kinds(self) -> list[tuple[str, int]]:
        """Return each source kind with its number of conversations."""
        return await self._database.read(conversations.sources)

    async def turns(
        self, conversation: str, *, behind: tuple[int, int] = BEGINNING, limit: int
    ) -> list[Turn]:
        """Return turns in reading order behind a place, given as (sort_at, seq)."""
        return await self._database.read(
            lambda tx: revealed(tx, turns.forward(tx, conversation, behind=behind, limit=limit))
        )

    async def turns_before(
        self, conversation: str, *, before: tuple[int, int] = END, limit: int
    ) -> list[Turn]:
        """Return the turns right before a place, in reading order."""
        return await self._database.read(
            lambda tx: revealed(tx, turns.backward(tx, conversation, before=before, limit=limit))
        )

    async def left_turns(self, conversation: str) -> int:
        """Return how many turns of a conversation are on branches that were left."""
        return len(await self._database.read(lambda tx: turns.left(tx, conversation)))

    async def export(self, conversation: str, form: ExportForm) -> str:
        """Return all of a conversation as one text. Raises ArchiveError if any of it is lost."""

        def work(tx: Transaction) -> tuple[Conversation, list[Turn]]:
            found = conversations.find(tx, conversation)
            every = archive_cold.whole(turns.forward(tx, found.id, limit=_EVERY))
            return found, revealed(tx, every)

        read = await self._database.read(work)
        return await asyncio.to_thread(exported, *read, form)

    async def turn(self, conversation: str, key: str) -> Turn:
        """Return one turn."""
        return await self._database.read(
            lambda tx: revealed(tx, [turns.by_key(tx, conversation, key)])[0]
        )

    async def pages(self, *, conversation: str = "", limit: int = 1_000_000) -> list[Page]:
        """Return pages, the newest first."""
        return await self._database.read(
            lambda tx: pages.newest(tx, conversation=conversation, limit=limit)
        )

    async def page(self, wanted: str) -> PageText:
        """Return a page with its turns, by its id or the beginning of one."""

        def work(tx: Transaction) -> PageText:
            page = pages.get(tx, wanted)
            inside = turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq)
            return PageText(page=page, turns=tuple(revealed(tx, inside)))

        return await self._database.read(work)

    async def quarantine(self, *, limit: int = 1_000) -> list[QuarantineItem]:
        """Return what could not be read, the newest first."""
        return await self._database.read(lambda tx: quarantine.newest(tx, limit=limit))

    async def watched(self) -> list[WatchedPath]:
        """Return the files and folders that are watched, by path."""
        return await self._database.read(sources.watched)

    async def counts(self) -> Counts:
        """Return how much there is of everything."""
        return await self._database.read(counts.count)


def _title(tx: Transaction, id_: str) -> str:
    """Return the title of a document's conversation, or of a page's. Raises NotFoundError."""
    if not id_.startswith("pg_"):
        return conversations.get(tx, documents.get(tx, id_).conversation).title
    page = pages.get(tx, id_)
    title = conversations.get(tx, page.conversation).title
    return " · ".join(part for part in (title, page.label) if part)
