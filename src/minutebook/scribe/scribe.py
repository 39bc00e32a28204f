"""The scribe: keeps a document per conversation, and every version of it.

An update works on the head it read. The model is asked outside of any transaction; then revision
and head are kept in one, which does nothing when the document has moved on meanwhile. So a turn is
told once, whoever else is at work and whenever the process dies.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, tzinfo
from functools import partial

from minutebook.clock import Clock, system_clock
from minutebook.domain.conversations import Conversation
from minutebook.domain.display import one_line, shortened
from minutebook.domain.documents import Document, ScribeState
from minutebook.domain.jobs import Job
from minutebook.domain.turns import Origin
from minutebook.errors import NotFoundError
from minutebook.llm import passages
from minutebook.llm.protocol import Model, Reply
from minutebook.record.recorder import Strand, scribe_job
from minutebook.scribe.asking import answer, request_for
from minutebook.scribe.history import (
    DocumentText,
    HistoryEntry,
    differences,
    entry,
    headings,
    text_at,
)
from minutebook.scribe.operations import MAX_LINE, Operation, ReplaceDocument, SetTitle
from minutebook.scribe.outline import parse
from minutebook.scribe.revising import PERSON, Draft, keep, keep_if_live, step
from minutebook.scribe.slices import Slice, next_slice
from minutebook.store import changes, conversations, documents, jobs
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeSettings:
    """What the scribe goes by."""

    document_chars: int = 24_000
    """The size at which a document is condensed."""
    zone: tzinfo = UTC
    """The reader's: decides which day a turn belongs to."""


class Scribe:
    """The verbs over documents. Documents are named by id, slug, conversation, or a beginning."""

    def __init__(
        self,
        database: Database,
        model: Model,
        settings: ScribeSettings | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._database = database
        self._model = model
        self._settings = settings or ScribeSettings()
        self._clock = clock

    async def update(self, job: Job) -> None:
        """Bring the document that the job is about up to date, slice by slice.

        Does nothing when it is stopped. Raises ModelError and PatchError; what was told before
        stays told.
        """
        while slice_ := await self._database.read(partial(next_slice, document=job.payload)):
            now = self._clock()
            taken = step(await self._told(slice_, job.correlation), now)
            await self._database.write(partial(keep_if_live, taken=taken, now=now))

    async def start(self, conversation: str, title: str = "") -> Document:
        """Let a document follow its conversation, and catch up; give it a title if one is given.

        Raises NotFoundError.
        """

        def work(tx: Transaction) -> Document:
            now = self._clock()
            found = _conversation(tx, conversation)
            named = _title(title or found.title)
            id_ = documents.create(tx, found.id, named, ScribeState.LIVE, now)
            documents.set_state(tx, id_, ScribeState.LIVE, now)
            strand = Strand(conversation=found.id, drafts=(), origin=Origin.LIVE)
            jobs.ensure(tx, replace(scribe_job(id_, strand), cause="start"), now, now)
            changes.note(tx, Topic.DOCUMENT, id_, now)
            return documents.get(tx, id_)

        document = await self._database.write(work)
        if not title or document.title == _title(title):
            return document
        return await self._revise(document.id, (SetTitle(title=_title(title)),), "start")

    async def stop(self, document: str) -> Document:
        """Let a document stand as it is; turns that come in are told when it is started again."""

        def work(tx: Transaction) -> Document:
            id_ = documents.find(tx, document).id
            documents.set_state(tx, id_, ScribeState.STOPPED, self._clock())
            changes.note(tx, Topic.DOCUMENT, id_, self._clock())
            return documents.get(tx, id_)

        return await self._database.write(work)

    async def find(self, document: str) -> Document:
        """Return a document. Raises NotFoundError."""
        return await self._database.read(partial(documents.find, wanted=document))

    async def documents(self, limit: int = 100) -> list[Document]:
        """Return documents, the one that changed last first."""
        return await self._database.read(partial(documents.newest, limit=limit))

    async def show(self, document: str, revision: int | None = None) -> DocumentText:
        """Return the newest version of a document, or another. Raises NotFoundError."""

        def work(tx: Transaction) -> DocumentText:
            found = documents.find(tx, document)
            return text_at(tx, found, found.revision if revision is None else revision)

        return await self._database.read(work)

    async def history(self, document: str, limit: int = 100) -> list[HistoryEntry]:
        """Return the revisions of a document, the newest first. Raises NotFoundError."""

        def work(tx: Transaction) -> list[HistoryEntry]:
            head = documents.find(tx, document)
            names = headings(head.content)
            return [entry(each, names) for each in documents.revisions(tx, head.id, limit=limit)]

        return await self._database.read(work)

    async def diff(self, document: str, old: int, new: int) -> list[str]:
        """Return a unified diff of two versions, as lines. Raises NotFoundError."""

        def work(tx: Transaction) -> tuple[DocumentText, DocumentText]:
            found = documents.find(tx, document)
            return text_at(tx, found, old), text_at(tx, found, new)

        return differences(*await self._database.read(work))

    async def restore(self, document: str, revision: int) -> Document:
        """Make an old version the newest again, as a new revision. Raises NotFoundError.

        What is covered stays covered: the scribe goes on with the turns that come.
        """
        wanted = await self.show(document, revision)
        if wanted.content == wanted.document.content:
            return wanted.document
        operations = (ReplaceDocument(content=wanted.content),)
        return await self._revise(wanted.document.id, operations, f"restore {revision}")

    async def _told(self, slice_: Slice, correlation: str) -> Draft:
        """Return the revision that tells a slice."""
        head = slice_.head
        reply = await self._ask(slice_)
        operations = () if reply is None else answer(reply, head)
        if head.revision == 0 and not any(isinstance(o, SetTitle) for o in operations):
            operations = (SetTitle(title=_title(head.title)), *operations)
        return Draft(
            head=head,
            operations=operations,
            author=self._model.name,
            cause=slice_.cause,
            covers=slice_.coverage,
            correlation=correlation,
            cost_usd=None if reply is None else reply.cost_usd,
        )

    async def _ask(self, slice_: Slice) -> Reply | None:
        """Return the model's answer; None when there is nothing to ask about."""
        told = passages.of_turns(slice_.told, self._settings.zone)
        if not told:
            return None
        outline = parse(slice_.head.content)
        budget = self._settings.document_chars
        return await self._model.complete(request_for(told, outline, slice_.head, budget))

    async def _revise(
        self, document: str, operations: tuple[Operation, ...], cause: str
    ) -> Document:
        """Keep a revision by a person, which covers no turns."""

        def work(tx: Transaction) -> Document:
            now = self._clock()
            head = documents.get(tx, document)
            draft = Draft(head=head, operations=operations, author=PERSON, cause=cause)
            keep(tx, step(draft, now), now)
            return documents.get(tx, document)

        return await self._database.write(work)


def _conversation(tx: Transaction, wanted: str) -> Conversation:
    """Return a conversation by its own names, or by those of its document."""
    try:
        return conversations.find(tx, wanted)
    except NotFoundError:
        if not documents.is_known(tx, wanted):
            raise
    return conversations.get(tx, documents.find(tx, wanted).conversation)


def _title(text: str) -> str:
    """Return a title as it can stand in a document."""
    return shortened(one_line(text), MAX_LINE) or "Untitled"
