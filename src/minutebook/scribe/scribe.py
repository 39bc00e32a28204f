"""The scribe: keeps a document per conversation, and every version of it.

An update works on the head it read. The model is asked outside of any transaction; then revision
and head are kept in one, merged with what people did meanwhile. It does nothing when another told
the same turns. So a turn is told once, whoever else is at work and whenever the process dies.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime, tzinfo
from functools import partial

from minutebook.clock import Clock, system_clock
from minutebook.domain.conversations import Conversation
from minutebook.domain.documents import Document, ScribeState
from minutebook.domain.jobs import Job
from minutebook.errors import NotFoundError, PromptTooLongError
from minutebook.llm import passages, prompts
from minutebook.llm.protocol import Attribution, Model
from minutebook.scribe.branching import BRANCH, Revisable, revisable, without
from minutebook.scribe.condensing import Condenser
from minutebook.scribe.directing import TRIGGER, Director, Proposal, new_correlation, want_update
from minutebook.scribe.history import (
    DocumentText,
    HistoryEntry,
    differences,
    entry,
    headings,
    text_at,
)
from minutebook.scribe.holding import Hold, hold
from minutebook.scribe.intents import Intent, recognise
from minutebook.scribe.operations import Operation, SetTitle
from minutebook.scribe.ordering import Order
from minutebook.scribe.patching import splices
from minutebook.scribe.revising import PERSON, Draft, keep, keep_if_live, landing
from minutebook.scribe.slices import Slice, next_slice
from minutebook.scribe.telling import (
    Manner,
    account,
    question,
    retell,
    tell,
    title_of,
    titled,
    waits_together,
)
from minutebook.scribe.viewing import begun
from minutebook.store import changes, conversations, directions, documents
from minutebook.store.changes import Topic
from minutebook.store.database import Database, Work
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class _Next:
    """What is told next, and what is held back."""

    slice: Slice | None = None
    held: Hold | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeSettings:
    """What the scribe goes by."""

    document_chars: int = 24_000
    """The size at which a document is condensed."""
    slice_chars: int = 12_000
    """Turns that had to wait are told together up to this size."""
    manner: Manner = field(default_factory=Manner)
    zone: tzinfo = UTC
    """The reader's: decides which day a turn belongs to."""


class Scribe(Director):
    """The verbs over documents. Documents are named by id, slug, conversation, or a beginning."""

    def __init__(
        self,
        database: Database,
        model: Model,
        settings: ScribeSettings | None = None,
        clock: Clock = system_clock,
    ) -> None:
        self._settings = settings or ScribeSettings()
        budget = self._settings.document_chars
        super().__init__(database, model, self._settings.manner, budget, clock)
        self._condenser = Condenser(database, model, budget, self._views, clock)
        self._order = Order(database, clock)

    def understood(self, said: str) -> Intent | None:
        """Return the order that a message in a chat is; None when it is anything else."""
        return recognise(said)

    async def update(self, job: Job) -> datetime | None:
        """Bring the document that the job is about up to date, slice by slice.

        Does nothing when it is stopped. Returns when to look again for what is held back until its
        answer has come. Raises ModelError and PatchError; what was told before stays told.
        """
        async with self._order.updating(job.payload):
            while (found := await self._step(job)).slice is not None:
                continue
        self._condenser.raise_what_failed(job)
        return None if found.held is None else found.held.until

    async def instruct(self, document: str, text: str) -> Document | Proposal:
        """Have a document revised as a person asks, behind the update that runs: see `Director`.

        One that tells nothing yet first tells what was said, so that there is something to revise.
        """
        self._check_instruction(text)
        id_ = (await self.find(document)).id
        async with self._order.instructing(id_):
            if (await self.find(id_)).revision == 0:
                await self._begin(id_)
            return await super().instruct(id_, text)

    async def revise_branches(self, document: str) -> Document:
        """Have a document follow its conversation to the branch that is read.

        What rests on turns that were left is taken out, what is read again is told. Raises
        NotFoundError, ModelError and PatchError.
        """
        id_ = (await self.find(document)).id
        async with self._order.instructing(id_):
            head = await self.find(id_)
            found = await self._database.read(partial(revisable, head=head))
            if not found.drift.is_any:
                return head
            draft = await self._rebranched(found)
            return await self._keep(draft)

    async def start(self, conversation: str, title: str = "", style: str = "") -> Document:
        """Let a document follow its conversation, and catch up.

        A title and a style hold from then on if they are given. Raises NotFoundError, also for a
        style, and ConfigError for one that cannot be used.
        """
        self._check_style(style)

        def work(tx: Transaction) -> Document:
            now = self._clock()
            found = _conversation(tx, conversation)
            named = title_of(title or found.title)
            id_ = documents.create(tx, found.id, named, ScribeState.LIVE, now)
            documents.set_state(tx, id_, ScribeState.LIVE, now)
            if style:
                directions.set_style(tx, id_, style)
            want_update(tx, documents.get(tx, id_), "start", now)
            changes.note(tx, Topic.DOCUMENT, id_, now)
            return documents.get(tx, id_)

        document = await self._database.write(work)
        if not title or document.title == title_of(title):
            return document
        return await self._revise(document.id, (SetTitle(title=title_of(title)),), "start")

    async def stop(self, document: str) -> Document:
        """Let a document stand as it is; turns that come in are told when it is started again."""

        def work(tx: Transaction) -> Document:
            id_ = documents.find(tx, document).id
            documents.set_state(tx, id_, ScribeState.STOPPED, self._clock())
            changes.note(tx, Topic.DOCUMENT, id_, self._clock())
            return documents.get(tx, id_)

        return await self._database.write(work)

    async def toggle(self, document: str) -> Document:
        """Stop a document that follows its conversation, or start it. Raises NotFoundError."""
        head = await self.find(document)
        if head.state is ScribeState.LIVE:
            return await self.stop(head.id)
        return await self.start(head.conversation)

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
            first = documents.first_by_person(tx, head.id)
            return [
                entry(each, names, is_alone=first is None or each.number < first)
                for each in documents.revisions(tx, head.id, limit=limit)
            ]

        return await self._database.read(work)

    async def diff(self, document: str, old: int, new: int) -> list[str]:
        """Return a unified diff of two versions, as lines. Raises NotFoundError."""

        def work(tx: Transaction) -> tuple[DocumentText, DocumentText]:
            found = documents.find(tx, document)
            return text_at(tx, found, old), text_at(tx, found, new)

        return differences(*await self._database.read(work))

    async def _step(self, job: Job) -> _Next:
        """Tell the next slice for a job, if there is one."""
        ahead = partial(self._next, document=job.payload, may_hold=job.cause != TRIGGER)
        async with self._order.turn(job.payload):
            found = await self._database.read(ahead)
            if found.slice is not None:
                try:
                    await self._tell(found.slice, account(found.slice.head, job))
                except PromptTooLongError:
                    if not await self._condenser.condense(job):
                        raise
                    found = await self._again(ahead, job)
                await self._condenser.keep_within(job)
        return found

    async def _again(self, ahead: Work[_Next], job: Job) -> _Next:
        """Tell what is next on a document that has become shorter."""
        found = await self._database.read(ahead)
        if found.slice is not None:
            await self._tell(found.slice, account(found.slice.head, job))
        return found

    async def _tell(self, slice_: Slice, on: Attribution) -> None:
        draft = await self._told(slice_, on)
        await self._database.write(partial(keep_if_live, draft=draft, now=self._clock()))

    @property
    def _together(self) -> int:
        """Up to how many characters turns that had to wait are told together."""
        return self._settings.slice_chars if waits_together(self._model) else 0

    def _next(self, tx: Transaction, document: str, *, may_hold: bool) -> _Next:
        held = None
        if may_hold and waits_together(self._model):
            held = hold(tx, documents.get(tx, document), self._clock())
        before = None if held is None else held.seq
        return _Next(slice=next_slice(tx, document, self._together, before), held=held)

    async def _begin(self, document: str) -> None:
        """Tell the first slice of a document, for whoever wants more of it at once."""
        slice_ = await self._database.read(
            partial(next_slice, document=document, together=self._together)
        )
        if slice_ is not None:
            on = Attribution(conversation=slice_.head.conversation, subject=document)
            await self._tell(slice_, on)

    async def _told(self, slice_: Slice, on: Attribution) -> Draft:
        """Return the revision that tells a slice, or the first part of it."""
        head = slice_.head
        view = await self._views.of(head)
        wanted = await self._database.read(partial(directions.get, document=head.id))
        asked = question(view, head, self._settings.manner.system(wanted), on)
        told = await tell(self._model, slice_, view, asked, self._settings.zone)
        operations = titled(head, told.operations)
        return Draft(
            head=head,
            operations=operations,
            author=self._model.name,
            cause=told.slice.cause,
            covers=told.slice.coverage,
            correlation=on.correlation,
            cost_usd=told.cost_usd,
            untold=tuple(turn.seq for turn in told.slice.turns if not turn.is_active),
        )

    async def _rebranched(self, found: Revisable) -> Draft:
        """Return the revision that leads a document to the branch that is read."""
        head, correlation = found.head, new_correlation()
        on = Attribution(conversation=head.conversation, subject=head.id, correlation=correlation)
        wanted = await self._database.read(partial(directions.get, document=head.id))
        system = self._settings.manner.system(wanted)
        view, done = await self._views.of(head), tuple[Operation, ...]()
        turns, zone = found.taken, self._settings.zone
        if waits_together(self._model):
            system = f"{system}\n\n{prompts.branch()}"
        else:
            text = without(head.content, found.origins, found.drift.revisions)
            done, turns = splices(head.content, text), found.again
            view = begun(head.revision, text, head.title, view.owned)
        slice_ = Slice(head=head, turns=turns, cause=BRANCH, is_live=found.is_live)
        left = passages.of_turns(found.left, zone, is_live=found.is_live)
        asked = question(view, head, system, on)
        told = await retell(self._model, slice_, view, asked, left, zone)
        return Draft(
            head=head,
            operations=(*done, *told.operations),
            author=self._model.name,
            cause=BRANCH,
            correlation=correlation,
            cost_usd=told.cost_usd,
            untold=found.drift.left,
            retold=found.drift.taken,
        )

    async def _revise(
        self, document: str, operations: tuple[Operation, ...], cause: str
    ) -> Document:
        """Keep a revision by a person, which covers no turns."""

        def work(tx: Transaction) -> Document:
            head = documents.get(tx, document)
            draft = Draft(head=head, operations=operations, author=PERSON, cause=cause)
            return keep(tx, head, draft, landing(tx, head, draft), self._clock())

        return await self._database.write(work)


def _conversation(tx: Transaction, wanted: str) -> Conversation:
    """Return a conversation by its own names, or by those of its document."""
    try:
        return conversations.find(tx, wanted)
    except NotFoundError:
        if not documents.is_known(tx, wanted):
            raise
    return conversations.get(tx, documents.find(tx, wanted).conversation)
