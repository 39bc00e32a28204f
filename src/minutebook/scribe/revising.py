"""How a revision comes to be: drafted on the head its author saw, kept if it still is the head."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import datetime

from minutebook.domain.documents import Coverage, Document, Revision, ScribeState
from minutebook.scribe.operations import Operation, to_patch
from minutebook.scribe.outline import parse, render
from minutebook.scribe.patching import apply
from minutebook.store import changes, documents
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

PERSON = "person"
"""The author of what a person did."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to do to a document."""

    head: Document
    """The document that the author saw."""
    operations: tuple[Operation, ...]
    author: str
    cause: str
    covers: Coverage = field(default_factory=Coverage)
    correlation: str = ""
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A revision, and the head that it leads to."""

    head: Document
    revision: Revision


def step(draft: Draft, now: datetime) -> Step:
    """Return the revision that a draft makes. Raises PatchError when it does not fit its head."""
    head, covers = draft.head, draft.covers
    outline = apply(parse(head.content), draft.operations)
    revision = Revision(
        document=head.id,
        number=head.revision + 1,
        author=draft.author,
        base=head.revision,
        covers=covers,
        patch=to_patch(draft.operations),
        cause=draft.cause,
        correlation=draft.correlation,
        at=now,
        cost_usd=draft.cost_usd,
    )
    moved = replace(
        head,
        revision=revision.number,
        content=render(outline),
        title=outline.title or head.title,
        covered_seq=covers.last_seq if covers.turns else head.covered_seq,
    )
    return Step(head=moved, revision=revision)


def keep(tx: Transaction, taken: Step, now: datetime) -> bool:
    """Make a step. False, and nothing is changed, when the document has moved on meanwhile."""
    moved = documents.advance(tx, taken.head, taken.revision, now)
    if moved:
        changes.note(tx, Topic.DOCUMENT, taken.head.id, now)
    return moved


def keep_if_live(tx: Transaction, taken: Step, now: datetime) -> bool:
    """Make a step of the scribe; also False when the document was stopped meanwhile."""
    is_live = documents.get(tx, taken.head.id).state is ScribeState.LIVE
    return is_live and keep(tx, taken, now)
