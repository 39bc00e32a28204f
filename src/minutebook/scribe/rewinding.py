"""A document goes back to before it told some turns, and forgets every version since.

Turns are withheld, and what tells them must go for good: the text of today and that of every
revision that has seen them. Since whoever told later turns had the document before their eyes, all
that came behind the first of these revisions goes. What is covered less is told again by the job.

The one decision: where people have written since, the document begins anew, with what is written by
their hand and nothing else. That is theirs; all around it is told again.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.domain.documents import Coverage, Document, Origin, Revision, ScribeState
from minutebook.scribe.blocks import Block, joined, split
from minutebook.scribe.branching import BRANCH
from minutebook.scribe.directing import want_update
from minutebook.scribe.history import text_at
from minutebook.scribe.operations import ReplaceDocument, to_patch
from minutebook.scribe.ownership import origins_at, origins_of
from minutebook.store import changes, conversations, directions, documents
from minutebook.store.changes import Topic
from minutebook.store.documents import Origins, is_person
from minutebook.store.transaction import Transaction

AUTHOR = "withheld"
"""Who makes the revision with which a document begins again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rewound:
    """What a document has forgotten."""

    title: str
    revisions: int
    is_told_again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class _Kept:
    """With what a document goes on."""

    text: str = ""
    origins: Origins = ()
    covered_seq: int = 0
    first_gone: int = 1
    """The first revision that goes."""


def rewind(
    tx: Transaction, conversation: str, withheld: Collection[int] | None, now: datetime
) -> Rewound | None:
    """Let the document of a conversation forget what it told of turns, by number of arrival.

    For None it begins anew. Returns None when it has told nothing of them.
    """
    head = documents.of_conversation_if_any(tx, conversation)
    if head is None or head.revision == 0:
        return None
    revisions = documents.revisions(tx, head.id, limit=head.revision)[::-1]
    first = 1 if withheld is None else _first_telling(revisions, withheld)
    if first is None:
        return None
    kept = _kept(tx, head, revisions, first)
    made = _begin_again(tx, head, kept, now)
    if made.state is ScribeState.LIVE:
        want_update(tx, made, "withheld turns", now)
    gone = sum(each.number >= kept.first_gone for each in revisions)
    return Rewound(title=made.title, revisions=gone, is_told_again=made.state is ScribeState.LIVE)


def by_hand(tx: Transaction, conversation: str) -> str:
    """Return what people have written in the document of a conversation themselves."""
    head = documents.of_conversation_if_any(tx, conversation)
    return "" if head is None else joined([block for block, _ in _owned(tx, head)])


def _first_telling(revisions: Sequence[Revision], withheld: Collection[int]) -> int | None:
    """Return the first revision whose author was shown one of some turns."""
    for each in revisions:
        covers = each.covers
        is_shown = covers.turns and any(covers.first_seq <= n <= covers.last_seq for n in withheld)
        if is_shown or each.cause == BRANCH:
            return each.number
    return None


def _kept(tx: Transaction, head: Document, revisions: Sequence[Revision], first: int) -> _Kept:
    behind = [each for each in revisions if each.number >= first]
    if any(is_person(each.author) for each in behind):
        pairs = _owned(tx, head)
        made = Origin(revision=head.revision + 1, is_person=True)
        return _Kept(text=joined([b for b, _ in pairs]), origins=(made,) * len(pairs))
    before = [each for each in revisions if each.number < first]
    last = before[-1].number if before else 0
    covered = [each.covers.last_seq for each in before if each.covers.turns]
    return _Kept(
        text=text_at(tx, head, last).content,
        origins=origins_at(tx, head.id, last),
        covered_seq=max(covered, default=0),
        first_gone=first,
    )


def _owned(tx: Transaction, head: Document) -> list[tuple[Block, Origin]]:
    pairs = zip(split(head.content), origins_of(tx, head), strict=True)
    return [(block, origin) for block, origin in pairs if origin.is_person]


def _begin_again(tx: Transaction, head: Document, kept: _Kept, now: datetime) -> Document:
    made = Revision(
        document=head.id,
        number=head.revision + 1,
        author=AUTHOR,
        base=kept.first_gone - 1,
        covers=Coverage(),
        patch=to_patch((ReplaceDocument(content=kept.text),)),
        cause="opt-out",
        correlation="",
        at=now,
        cost_usd=None,
        restores=None,
    )
    title = conversations.get(tx, head.conversation).title
    moved = replace(
        head,
        revision=made.number,
        content=kept.text,
        title=title,
        covered_seq=kept.covered_seq,
    )
    documents.rewind(tx, moved, made, kept.origins, kept.first_gone)
    directions.set_condensed(tx, head.id, 0)
    changes.note(tx, Topic.DOCUMENT, head.id, now)
    return documents.get(tx, head.id)
