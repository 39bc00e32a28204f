"""Keep a document within its budget: what is oldest is told in fewer words.

When a document outgrows its budget, the sections that nothing was added to for the longest time
are shown to the model, which shortens them by the same operations as ever. That is a revision of
its own, which covers no turns, and each section that it shortened says which pages it came from.

A section that holds a person's blocks is shortened around them: see `around`.

The one decision: the opening is left alone, and the section that was written last. Each pass must
free something; when the document is then still too long, or nothing may be shortened, that is
noted, and it is tried again only when the document has grown by a tenth of its budget: this ends,
whatever a model answers.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial

from minutebook.clock import Clock
from minutebook.domain.documents import Document, ScribeState
from minutebook.domain.jobs import Job
from minutebook.domain.turns import OFFLINE
from minutebook.errors import ModelReplyError, PatchError
from minutebook.llm import prompting, prompts
from minutebook.llm.protocol import Material, Model, SectionView
from minutebook.scribe import around, provenance
from minutebook.scribe.around import Cut
from minutebook.scribe.asking import Costs, Question, ask, tokens_for, total
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceSection,
)
from minutebook.scribe.outline import TOP, parse
from minutebook.scribe.patching import misfits, patched, splices
from minutebook.scribe.provenance import Span
from minutebook.scribe.revising import Draft, keep_if_live
from minutebook.scribe.telling import account
from minutebook.scribe.viewing import BUDGET, View, Views, sections
from minutebook.store import directions, documents
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

REST = 0.8
"""The share of its budget that a document is brought down to."""
SLACK = 0.1
"""The share of its budget that it grows by before that is tried again."""
MAX_PASSES = 8
MOST_SHOWN = 16_000
"""So many characters are shown in one pass, so that what is left of them fits into a reply."""
NOTHING_TO_CONDENSE = f"{BUDGET}: all that could be shortened is a person's"
_HALF = 2
_Group = tuple[str, tuple[SectionView, ...]]
"""The anchor of a section, and what is shown of it."""
_Shown = tuple[str, tuple[SectionView, ...], tuple[str, ...], Cut | None]
"""The same, its references, and how it is cut if it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Portion:
    """The sections of a document that are shortened in one pass."""

    shown: tuple[SectionView, ...]
    """Without their references; of those that hold a person's blocks the parts between them."""
    cuts: tuple[Cut, ...]
    """The latter."""
    spans: dict[str, Span]
    """The turns they tell, by anchor."""
    room: int
    """Characters they may have together."""
    most: int
    """What the whole document must be below, in characters, for the pass to count."""


class Condenser:
    """Condenses documents that have outgrown their budget."""

    def __init__(
        self, database: Database, model: Model, budget: int, views: Views, clock: Clock
    ) -> None:
        self._database = database
        self._model = model
        self._budget = budget
        self._views = views
        self._clock = clock
        self._failed: dict[str, ModelReplyError | PatchError] = {}

    async def keep_within(self, job: Job) -> None:
        """Condense the document of a job if it has outgrown its budget.

        What a model answers wrongly is kept for `raise_what_failed`, so that turns are told first.
        Raises ModelError when the model cannot be asked.
        """
        if not await self._database.read(partial(self._is_due, document=job.payload)):
            return
        try:
            await self.condense(job)
        except (ModelReplyError, PatchError) as error:
            self._failed[job.payload] = error
            await self._database.write(partial(self._note, document=job.payload))

    def raise_what_failed(self, job: Job) -> None:
        """Raise what kept the document of a job from being condensed, once."""
        if (error := self._failed.pop(job.payload, None)) is not None:
            raise error

    async def condense(self, job: Job) -> bool:
        """Shorten the oldest sections until the document is well within its budget.

        Returns whether it has become shorter. Raises ModelError and PatchError.
        """
        head = await self._database.read(partial(documents.get, id_=job.payload))
        start = len(head.content)
        for _ in range(MAX_PASSES):
            if head.state is not ScribeState.LIVE or len(head.content) <= self._enough(start):
                break
            portion = await self._portion(head, self._aim(start))
            if portion is None:
                await self._keep(head, job, (), NOTHING_TO_CONDENSE, None)
                break
            await self._pass(head, job, portion)
            head = await self._database.read(partial(documents.get, id_=job.payload))
        await self._database.write(partial(self._note, document=job.payload))
        return len(head.content) < start

    @property
    def _is_free(self) -> bool:
        """Whether everything may be looked at, since nobody pays for it."""
        return self._model.name == OFFLINE

    def _aim(self, start: int) -> int:
        """Return the size to bring a document of some size to: also one too long for its model."""
        return int(REST * min(self._budget, start))

    def _enough(self, start: int) -> int:
        """Return the size at which no further pass is made."""
        return min(self._budget, int((1 - SLACK) * start))

    async def _portion(self, head: Document, aim: int) -> Portion | None:
        view = await self._views.of(head)
        return await self._database.read(
            partial(_portion, head=head, view=view, budget=aim, wide=self._is_free)
        )

    def _is_due(self, tx: Transaction, document: str) -> bool:
        size = len(documents.get(tx, document).content)
        last = directions.get(tx, document).condensed_chars
        return size > max(self._budget, last + int(SLACK * self._budget) if last else 0)

    def _note(self, tx: Transaction, document: str) -> None:
        size = len(documents.get(tx, document).content)
        directions.set_condensed(tx, document, size if size > self._budget else 0)

    async def _pass(self, head: Document, job: Job, portion: Portion) -> bool:
        costs: Costs = []
        asked = _question(head, portion, job, self._model)
        check = partial(_wrong, head.content, portion)
        wanted = await ask(self._model, asked, check, costs)
        referred, cause = await self._database.read(
            partial(_done, head=head, portion=portion, wanted=wanted)
        )
        return await self._keep(head, job, referred, cause, total(costs))

    async def _keep(
        self,
        head: Document,
        job: Job,
        operations: tuple[Operation, ...],
        cause: str,
        cost_usd: float | None,
    ) -> bool:
        draft = Draft(
            head=head,
            operations=operations,
            author=self._model.name,
            cause=cause,
            correlation=job.correlation,
            cost_usd=cost_usd,
        )
        return await self._database.write(partial(keep_if_live, draft=draft, now=self._clock()))


def _portion(
    tx: Transaction, head: Document, view: View, budget: int, *, wide: bool
) -> Portion | None:
    """Return what to shorten; None when nothing may be."""
    told = provenance.spans(tx, head.id)
    groups, cuts, found = [], list[Cut](), dict[str, Span]()
    for anchor, shown, lines, cut in _shortenable(view):
        groups.append((anchor, shown))
        cuts += [] if cut is None else [cut]
        older = [provenance.of_reference(tx, head.conversation, line) for line in lines]
        span = _union([told.get(anchor), *older])
        if span is not None:
            found[anchor] = span
    excess = len(head.content) - budget
    chosen = [
        one for _, each in (groups if wide else _oldest(groups, found, excess)) for one in each
    ]
    if not chosen:
        return None
    size = sum(len(each.body) for each in chosen)
    part = min(excess, size if wide else size // _HALF)
    return Portion(
        shown=tuple(chosen),
        cuts=tuple(each for each in cuts if each.views[0] in chosen),
        spans=found,
        room=size - part,
        most=len(head.content) - max(1, part // 4),
    )


def _shortenable(view: View) -> Iterator[_Shown]:
    """Yield of each section what may be shortened."""
    outline = parse(view.content)
    for section, whole in zip(outline.sections, sections(outline, view.owned)[1:], strict=True):
        if not whole.owned and whole.body.strip():
            body, lines = provenance.without_references(whole.body)
            yield section.anchor, (replace(whole, body=body),), lines, None
        elif whole.owned and (cut := around.cut(section, view.owned)) is not None:
            yield section.anchor, cut.views, cut.references, cut


def _oldest(groups: Sequence[_Group], found: dict[str, Span], excess: int) -> list[_Group]:
    """Return the sections that were written longest ago, so many that half of them is enough."""
    by_age = sorted(groups, key=lambda group: found[group[0]].last if group[0] in found else 0)
    chosen: set[str] = set()
    size = 0
    for anchor, views in by_age[:-1] or by_age:
        more = sum(len(view.body) for view in views)
        if size >= _HALF * excess or (chosen and size + more > MOST_SHOWN):
            break
        chosen.add(anchor)
        size += more
    return [group for group in groups if group[0] in chosen]


def _question(head: Document, portion: Portion, job: Job, model: Model) -> Question:
    text = (
        f"{prompting.document(head.title, portion.shown)}\n"
        f"Together these sections may have {portion.room:,} characters when you are done."
    )
    frame = sum(len(view.heading) + _FRAME for view in portion.shown)
    most = model.capabilities.max_output_tokens
    return Question(
        prefix=(),
        text=text,
        system=prompts.condense(),
        material=Material(
            sections=(SectionView(anchor=TOP, heading="", body=""), *portion.shown),
            title=head.title,
            budget=max(1, portion.room + frame + len(head.title)),
        ),
        max_tokens=min(most, tokens_for(portion.room)),
        attribution=account(head, job),
    )


_FRAME = 8
"""What a section takes beside its heading and body."""


def _wrong(content: str, portion: Portion, wanted: Sequence[Operation]) -> tuple[str, ...]:
    """Return what is wrong with operations that are to make a document shorter."""
    outline = parse(content)
    if found := misfits(outline, around.numbered(portion.cuts, wanted)):
        return found
    shown = {view.anchor for view in portion.shown}
    before = {TOP, *(section.anchor for section in outline.sections)}
    strange = [
        f"Operation {number} is about {anchor!r}, which you are not shown."
        for number, operation in enumerate(wanted, 1)
        if (anchor := _anchor(operation)) in before - shown - {TOP}
    ]
    strange += [
        f"Operation {number} changes more than the sections that you are shown."
        for number, operation in enumerate(wanted, 1)
        if not isinstance(operation, _ALLOWED) or _is_about_opening(operation)
    ]
    strange += around.misplaced(portion.cuts, wanted)
    size = 0 if strange else len(_made(content, portion, wanted))
    if not strange and size > portion.most:
        excess = size - portion.most
        strange.append(f"The sections are still too long by {excess:,} characters and more.")
    return tuple(strange)


def _made(content: str, portion: Portion, wanted: Sequence[Operation]) -> str:
    """Return what operations make of a text, still without references."""
    pieced = around.together(content, portion.cuts, wanted, {})
    return patched(pieced, around.beside(portion.cuts, wanted))


_ALLOWED = (AppendToSection, InsertSectionAfter, ReplaceSection, RenameSection, DeleteSection)


def _anchor(operation: Operation) -> str:
    return getattr(operation, "anchor", "")


def _is_about_opening(operation: Operation) -> bool:
    return _anchor(operation) == TOP and not isinstance(operation, InsertSectionAfter)


def _done(
    tx: Transaction, head: Document, portion: Portion, wanted: Sequence[Operation]
) -> tuple[tuple[Operation, ...], str]:
    """Return what is done to a document, with references, and the cause of the revision.

    Sections that are put together around what a person wrote come as splices: other operations
    would make the person's Markdown harmless.
    """
    name = head.conversation
    beside = _referred(tx, name, portion, around.beside(portion.cuts, wanted))
    cut = [each.section.anchor for each in around.touched(portion.cuts, wanted)]
    spans = {anchor: portion.spans[anchor] for anchor in cut if anchor in portion.spans}
    lines = {anchor: provenance.reference(tx, name, span) for anchor, span in spans.items()}
    pieced = around.together(head.content, portion.cuts, wanted, lines)
    pieces = splices(patched(head.content, beside), patched(pieced, beside)) if cut else ()
    touched = {_anchor(o) for o in beside if not isinstance(o, InsertSectionAfter)} | {*cut}
    whole = _union([portion.spans.get(anchor) for anchor in sorted(touched)])
    return (*beside, *pieces), _cause(tx, name, whole)


def _referred(
    tx: Transaction, conversation: str, portion: Portion, wanted: Sequence[Operation]
) -> tuple[Operation, ...]:
    """Return operations whose bodies end in a reference to what they were made from."""
    gone = [portion.spans.get(_anchor(o)) for o in wanted if isinstance(o, DeleteSection)]
    bodies = {view.anchor: view.body for view in portion.shown}

    def ended(body: str, spans: Sequence[Span | None]) -> str:
        span = _union(spans)
        plain = provenance.without_references(body)[0].rstrip("\n")
        if span is None or not plain.strip():
            return plain
        return f"{plain}\n\n{provenance.reference(tx, conversation, span)}"

    def done(operation: Operation) -> Operation:
        match operation:
            case InsertSectionAfter(body=body):
                return replace(operation, body=ended(body, gone))
            case ReplaceSection(anchor=anchor, body=body):
                bodies[anchor] = body
            case AppendToSection(anchor=anchor, body=body) if anchor in bodies:
                bodies[anchor] = f"{bodies[anchor]}\n{body}"
            case _:
                return operation
        spans = [portion.spans.get(anchor), *gone]
        return ReplaceSection(anchor=anchor, body=ended(bodies[anchor], spans))

    made = [done(operation) for operation in wanted]
    heir = _heir(portion, made)
    if any(gone) and heir is not None:
        spans = [portion.spans.get(heir.anchor), *gone]
        made.append(ReplaceSection(anchor=heir.anchor, body=ended(heir.body, spans)))
    return tuple(made)


def _heir(portion: Portion, made: Sequence[Operation]) -> SectionView | None:
    """Return the section that refers to what was deleted when no new text does; None for none."""
    if any(isinstance(operation, InsertSectionAfter | ReplaceSection) for operation in made):
        return None
    deleted = {_anchor(operation) for operation in made}
    return next((view for view in portion.shown if view.anchor not in deleted), None)


def _cause(tx: Transaction, conversation: str, span: Span | None) -> str:
    if span is None:
        return BUDGET
    line = provenance.reference(tx, conversation, span).strip("*")
    return f"{BUDGET}: {line[0].lower()}{line[1:]}"


def _union(spans: Sequence[Span | None]) -> Span | None:
    found = [span for span in spans if span is not None]
    return found[0].with_(None if len(found) == 1 else _union(found[1:])) if found else None
