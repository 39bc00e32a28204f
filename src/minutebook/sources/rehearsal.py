"""An import that changes nothing: what would come in, conversation by conversation.

It is a real import into a copy of the store, which is thrown away: whatever decides what a turn is,
and whether it is known, decides it here too. The copy takes as much room as the store, in the
folder for temporary files; writers do not wait meanwhile.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from minutebook.domain.conversations import Conversation
from minutebook.errors import NotFoundError
from minutebook.sources.reports import SourceReport
from minutebook.sources.underway import Brought
from minutebook.store import conversations
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What would come to one conversation."""

    conversation: Conversation
    """As it would be."""
    is_new: bool
    brought: Brought


@dataclass(frozen=True, slots=True, kw_only=True)
class Rehearsed:
    """What would become of one source."""

    report: SourceReport
    expected: tuple[Expected, ...]
    """In the order in which the source has them."""


@asynccontextmanager
async def copied(database: Database) -> AsyncIterator[Database]:
    """Open a copy of a store; it is gone when the block ends. Raises StoreError."""
    with TemporaryDirectory(prefix="minutebook-") as folder:
        copy = await database.copied(Path(folder, "rehearsal.db"))
        try:
            yield copy
        finally:
            await copy.close()


async def rehearsed(database: Database, copy: Database, report: SourceReport) -> Rehearsed:
    """Say what an import into the copy of a store would have brought to the store itself."""
    known = await database.read(partial(_known, report))
    return await copy.read(partial(_rehearsed, report, known))


def _known(report: SourceReport, tx: Transaction) -> frozenset[str]:
    return frozenset(id_ for id_ in report.brought if _is_there(tx, id_))


def _is_there(tx: Transaction, id_: str) -> bool:
    try:
        conversations.get(tx, id_)
    except NotFoundError:
        return False
    return True


def _rehearsed(report: SourceReport, known: frozenset[str], tx: Transaction) -> Rehearsed:
    expected = tuple(
        Expected(conversation=conversations.get(tx, id_), is_new=id_ not in known, brought=brought)
        for id_, brought in report.brought.items()
    )
    return Rehearsed(report=report, expected=expected)
