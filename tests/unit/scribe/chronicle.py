"""A conversation in a store of its own, and the scribe's work on it."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TypeVar

from minutebook.domain.documents import Revision
from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Model
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.scribe import Scribe, ScribeSettings
from minutebook.store import conversations, documents
from minutebook.store.database import Database, Work

T = TypeVar("T")
NOON = datetime(2026, 3, 4, 12, tzinfo=UTC)


class DiedError(Exception):
    """The process died here."""


class FlakyDatabase(Database):
    """A store whose transactions can be made to die right before they are committed."""

    deaths = 0

    async def write(self, work: Work[T]) -> T:
        """Run a unit of work; die at its end if that is due."""
        return await super().write(partial(self._perhaps_die, work))

    def _perhaps_die(self, work: Work[T], tx: object) -> T:
        result = work(tx)  # type: ignore[arg-type]
        if self.deaths > 0:
            self.deaths -= 1
            raise DiedError
        return result


class Chronicle:
    """One conversation and its document."""

    def __init__(self, database: FlakyDatabase, conversation: str, page_tokens: int) -> None:
        self.database = database
        self.conversation = conversation
        self.policy = RecordPolicy(paging=PagingPolicy(tokens=page_tokens))
        self.count = 0

    def scribe(self, model: Model | None = None, **settings: object) -> Scribe:
        """Return a scribe with a model, `offline` unless another is given."""
        made = ScribeSettings(**settings)  # type: ignore[arg-type]
        return Scribe(self.database, model or OfflineModel(), made, lambda: NOON)

    async def say(self, *texts: str, origin: Origin = Origin.LIVE) -> None:
        """Record what Ann says, a minute apart."""
        start = self.count
        await self.record(
            [
                TurnDraft(
                    role=Role.PERSON,
                    author="Ann",
                    content=Content(text=text),
                    at=NOON + timedelta(minutes=start + number),
                )
                for number, text in enumerate(texts)
            ],
            origin,
        )

    async def record(self, drafts: Sequence[TurnDraft], origin: Origin) -> None:
        """Record turns."""
        keyed = [
            KeyedDraft(key=f"k{self.count + number}", draft=draft)
            for number, draft in enumerate(drafts, 1)
        ]
        self.count += len(drafts)
        strand = Strand(conversation=self.conversation, drafts=keyed, origin=origin)
        await self.database.write(partial(record, strand=strand, policy=self.policy, now=NOON))

    async def job(self) -> Job:
        """Return the job to bring the document up to date."""
        document = await self.database.read(partial(documents.find, wanted=self.conversation))
        return Job(
            id=1,
            kind=JobKind.SCRIBE,
            key=document.id,
            group=document.id,
            payload=document.id,
            state=JobState.LEASED,
            attempts=1,
            not_before=NOON,
            owner="test",
            lease_until=NOON,
            requests=1,
            error="",
            cause="",
            correlation="corr",
            created_at=NOON,
            updated_at=NOON,
        )

    async def update(self, model: Model | None = None) -> None:
        """Bring the document up to date."""
        await self.scribe(model).update(await self.job())

    async def revisions(self) -> list[Revision]:
        """Return every revision, the oldest first."""
        entries = await self.scribe().history(self.conversation, limit=10_000)
        return [entry.revision for entry in reversed(entries)]

    async def content(self) -> str:
        """Return the document."""
        return (await self.scribe().show(self.conversation)).content


@asynccontextmanager
async def chronicle(page_tokens: int = 4_000) -> AsyncIterator[Chronicle]:
    """Open a store with one empty conversation."""
    with TemporaryDirectory() as folder:
        database = await FlakyDatabase.open(Path(folder) / "store.sqlite3")
        assert isinstance(database, FlakyDatabase)
        try:
            conversation = await database.write(
                lambda tx: conversations.create(tx, "test", "one", "Winter expedition", NOON)
            )
            yield Chronicle(database, conversation, page_tokens)
        finally:
            await database.close()
