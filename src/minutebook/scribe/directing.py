"""What a person asks of the scribe: to write otherwise, to revise, to hurry, to say how it stands.

An instruction is answered by the same operations as turns are, on behalf of the person: it may
change what people wrote. The one decision: what would change more than half of a document, or was
asked for as a rewrite, is only proposed. Nothing of it is applied before a person has said yes to
the difference that they were shown.
"""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from functools import partial

from minutebook.clock import Clock
from minutebook.domain.display import one_line, shortened
from minutebook.domain.documents import Document, ScribeState
from minutebook.domain.jobs import JobState
from minutebook.domain.turns import OFFLINE, Origin
from minutebook.errors import ModelUnavailableError, NotFoundError, UsageError
from minutebook.llm import prompting
from minutebook.llm.protocol import Attribution, Model
from minutebook.record.recorder import Strand, scribe_job
from minutebook.scribe import styles
from minutebook.scribe.asking import LEAST_TOKENS, Costs, ask, total
from minutebook.scribe.branching import Drift, drift
from minutebook.scribe.history import DocumentText, differences
from minutebook.scribe.intents import is_rewrite
from minutebook.scribe.operations import DeleteSection, Operation, ReplaceDocument, ReplaceSection
from minutebook.scribe.outline import TOP, parse
from minutebook.scribe.patching import misfits, patched
from minutebook.scribe.pen import Pen
from minutebook.scribe.revising import Draft, keep, landing
from minutebook.scribe.styles import Style
from minutebook.scribe.telling import Manner, question, titled
from minutebook.scribe.viewing import INSTRUCTION, Views
from minutebook.store import changes, directions, documents, jobs
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.directions import Directions
from minutebook.store.transaction import Transaction

MAX_INSTRUCTION = 4_000
MAX_STANDING = 20
"""So many instructions can hold for a document."""
REWRITE_SHARE = 0.5
"""An instruction that replaces more than this share of a document waits for a yes."""
TRIGGER = "trigger"
"""Cause of an update that a person wants now: nothing is held back then."""
_MOST_TOKENS = 8_192
_CHARS_PER_TOKEN = 3
_MAX_CAUSE = 160


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A change that waits for a yes: nothing of it is applied."""

    draft: Draft
    instruction: str
    diff: tuple[str, ...]
    """Lines of a unified diff."""
    before: int
    """Size of the document as it is, in characters."""
    after: int
    """Size that it would have."""

    @property
    def cost_usd(self) -> float | None:
        """What asking cost; None when that is not priced."""
        return self.draft.cost_usd


@dataclass(frozen=True, slots=True, kw_only=True)
class ScribeStatus:
    """How a document stands."""

    document: Document
    model: str
    style: str
    standing: tuple[str, ...]
    told_at: datetime | None
    """When turns were last told."""
    told_by: str
    """Who told them: another process may have another model; empty when they never were."""
    pending: int
    """Turns that are not told yet."""
    job: JobState | None
    """Where the update stands; None when there never was one."""
    error: str
    """What the last attempt failed of; empty when it did not."""
    retry_at: datetime | None
    cost_usd: float | None
    """Of all revisions together; None when nothing was paid."""
    correlation: str
    """Of the last update that was asked for."""
    budget: int
    """Characters the document may have before older sections are condensed."""
    drift: Drift = field(default_factory=Drift)
    """What it still tells of branches that were left, and does not tell of those taken again."""

    @property
    def is_over_budget(self) -> bool:
        """Whether it is longer than it may be: what is left is a person's, or resisted."""
        return len(self.document.content) > self.budget


def new_correlation() -> str:
    """Return an id that ties together what one action of a person sets off."""
    return f"corr_{secrets.token_hex(8)}"


class Director(Pen):
    """The verbs of people who have the scribe write."""

    def __init__(
        self, database: Database, model: Model, manner: Manner, budget: int, clock: Clock
    ) -> None:
        super().__init__(database, clock)
        self._model = model
        self._budget = budget
        self._manner = manner
        self._views = Views(database)

    async def instruct(self, document: str, text: str) -> Document | Proposal:
        """Have a document revised as a person asks: done at once, or proposed when it is a rewrite.

        Raises NotFoundError, UsageError for a text that is no instruction, ModelUnavailableError
        without a model, ModelError and PatchError.
        """
        self._check_instruction(text)
        head = await self._database.read(partial(documents.find, wanted=document))
        draft = await self._drafted(head, text.strip())
        after = patched(head.content, draft.operations)
        if not (is_rewrite(text) or _changed_share(head.content, draft.operations) > REWRITE_SHARE):
            return await self._keep(draft)
        old = DocumentText(
            document=head, title=head.title, revision=head.revision, content=head.content
        )
        new = replace(old, revision=head.revision + 1, content=after)
        return Proposal(
            draft=draft,
            instruction=text.strip(),
            diff=tuple(differences(old, new)),
            before=len(head.content),
            after=len(after),
        )

    async def accept(self, proposal: Proposal) -> Document:
        """Apply what was proposed, merged with what came since. Raises PatchError."""
        return await self._keep(proposal.draft)

    async def styles(self) -> tuple[Style, ...]:
        """Return the styles there are. Raises ConfigError."""
        return styles.every(self._manner.folder)

    async def set_style(self, document: str, style: str) -> ScribeStatus:
        """Have a document written in a style from now on; empty for that of the settings.

        Raises NotFoundError, which names the nearest style, and ConfigError.
        """
        self._check_style(style)

        def work(tx: Transaction) -> ScribeStatus:
            head = documents.find(tx, document)
            directions.set_style(tx, head.id, style)
            return self._noted(tx, head.id)

        return await self._database.write(work)

    async def add_standing(self, document: str, text: str) -> ScribeStatus:
        """Let an instruction hold for a document until it is taken back.

        Raises NotFoundError and UsageError.
        """
        self._check_text(text)

        def work(tx: Transaction) -> ScribeStatus:
            head = documents.find(tx, document)
            standing = directions.get(tx, head.id).standing
            line = one_line(text)
            if len(standing) >= MAX_STANDING and line not in standing:
                raise UsageError(
                    f"{head.slug!r} has {MAX_STANDING} standing instructions already.",
                    hint="Take one back first.",
                )
            directions.set_standing(tx, head.id, tuple(dict.fromkeys((*standing, line))))
            return self._noted(tx, head.id)

        return await self._database.write(work)

    async def remove_standing(self, document: str, number: int) -> ScribeStatus:
        """Take back a standing instruction, counted from 1. Raises NotFoundError."""

        def work(tx: Transaction) -> ScribeStatus:
            head = documents.find(tx, document)
            standing = directions.get(tx, head.id).standing
            if not 1 <= number <= len(standing):
                raise NotFoundError("standing instruction", str(number))
            rest = (*standing[: number - 1], *standing[number:])
            directions.set_standing(tx, head.id, rest)
            return self._noted(tx, head.id)

        return await self._database.write(work)

    async def trigger(self, document: str) -> ScribeStatus:
        """Have a document brought up to date now, also when it waits after a failure.

        Raises NotFoundError, and UsageError when it is stopped.
        """

        def work(tx: Transaction) -> ScribeStatus:
            head = documents.find(tx, document)
            if head.state is not ScribeState.LIVE:
                raise UsageError(
                    f"The scribe of {head.slug!r} is stopped.",
                    hint=f"`minutebook scribe start {head.slug}` starts it.",
                )
            want_update(tx, head, TRIGGER, self._clock())
            return self._status(tx, head.id)

        return await self._database.write(work)

    async def status(self, document: str) -> ScribeStatus:
        """Return how a document stands. Raises NotFoundError."""
        return await self._database.read(
            lambda tx: self._status(tx, documents.find(tx, document).id)
        )

    def _status(self, tx: Transaction, id_: str) -> ScribeStatus:
        wanted, progress = directions.get(tx, id_), directions.progress(tx, id_)
        return ScribeStatus(
            document=documents.get(tx, id_),
            model=self._model.name,
            style=wanted.style or self._manner.style,
            standing=wanted.standing,
            told_at=progress.told_at,
            told_by=progress.told_by,
            pending=progress.pending,
            job=progress.job,
            error=progress.error,
            retry_at=progress.retry_at,
            cost_usd=progress.cost_usd,
            correlation=progress.correlation,
            budget=self._budget,
            drift=drift(tx, documents.get(tx, id_)),
        )

    def _noted(self, tx: Transaction, id_: str) -> ScribeStatus:
        changes.note(tx, Topic.DOCUMENT, id_, self._clock())
        return self._status(tx, id_)

    async def _drafted(self, head: Document, text: str) -> Draft:
        view = await self._views.of(head)
        wanted: Directions = await self._database.read(partial(directions.get, document=head.id))
        correlation = new_correlation()
        on = Attribution(conversation=head.conversation, subject=head.id, correlation=correlation)
        room = max(LEAST_TOKENS, min(_MOST_TOKENS, len(head.content) // _CHARS_PER_TOKEN))
        asked = replace(
            question(view, head, self._manner.system(wanted), on),
            text=prompting.instruction(text),
            max_tokens=min(room, self._model.capabilities.max_output_tokens),
        )
        costs: Costs = []
        outline = parse(head.content)
        operations = await ask(self._model, asked, partial(misfits, outline), costs)
        return Draft(
            head=head,
            operations=titled(head, operations),
            author=self._model.name,
            cause=f"{INSTRUCTION}: {shortened(one_line(text), _MAX_CAUSE)}",
            correlation=correlation,
            cost_usd=total(costs),
            told_to=True,
        )

    async def _keep(self, draft: Draft) -> Document:
        def work(tx: Transaction) -> Document:
            head = documents.get(tx, draft.head.id)
            if not draft.operations:
                return head
            return keep(tx, head, draft, landing(tx, head, draft), self._clock())

        return await self._database.write(work)

    def _check_instruction(self, text: str) -> None:
        self._check_text(text)
        if self._model.name == OFFLINE:
            raise ModelUnavailableError(
                "Without a model the scribe cannot follow instructions.",
                hint="Set a model for `scribe` under [models], or edit the document yourself.",
            )

    def _check_style(self, style: str) -> None:
        """Raise NotFoundError or ConfigError for a style that cannot be used; empty can."""
        if style:
            styles.get(style, self._manner.folder)

    def _check_text(self, text: str) -> None:
        if not text.strip():
            raise UsageError("The instruction is empty.", hint="Say what the scribe is to do.")
        if len(text) > MAX_INSTRUCTION:
            raise UsageError(
                f"The instruction has {len(text):,} characters, at most {MAX_INSTRUCTION:,}.",
                hint="Say it in fewer words.",
            )


def want_update(tx: Transaction, head: Document, cause: str, now: datetime) -> None:
    """Ask for a document to be brought up to date now, under a correlation of its own."""
    strand = Strand(
        conversation=head.conversation,
        drafts=(),
        origin=Origin.LIVE,
        correlation=new_correlation(),
    )
    failed = directions.progress(tx, head.id).failed_job
    if failed is not None:
        jobs.retry(tx, failed, now)
    jobs.ensure(tx, replace(scribe_job(head.id, strand), cause=cause), now, now)


def _changed_share(content: str, operations: Sequence[Operation]) -> float:
    """Return the share of a document whose text operations replace or take out."""
    outline = parse(content)
    sizes = {TOP: len(outline.preamble), **{s.anchor: len(s.body) for s in outline.sections}}
    if any(isinstance(operation, ReplaceDocument) for operation in operations):
        return 1.0
    gone = {
        operation.anchor
        for operation in operations
        if isinstance(operation, ReplaceSection | DeleteSection)
    }
    return sum(sizes.get(anchor, 0) for anchor in gone) / max(1, sum(sizes.values()))
