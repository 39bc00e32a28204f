"""What a document tells next: the turns right behind those it covers, by order of arrival.

A live turn is a slice by itself: it is told at once. Live turns that had to wait, since the model
was away, may be told together. Imported history is told page by page, and what lies in no page yet
together. A slice never skips a turn, so covering slice after slice covers
every turn once and in order, whenever the work is cut off and begun again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import takewhile

from minutebook.domain.documents import Coverage, Document, ScribeState
from minutebook.domain.turns import OFFLINE, Origin, Role, Turn
from minutebook.llm.offline import brief
from minutebook.store import conversations, documents, pages, turns
from minutebook.store.transaction import Transaction

MAX_WAITING = 200
"""So many live turns more than the first are told together at most."""
MAX_TURNS = 1_000
"""A longer run of imported turns is told in several slices, so that it fits into memory."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Turns to tell, and the document as it was when they were read."""

    head: Document
    turns: tuple[Turn, ...]
    """At least one."""
    cause: str
    """What is told, for people: a turn or a page."""
    is_live: bool = False
    """Whether the turns were said here, where the person is `you`."""

    @property
    def told(self) -> tuple[Turn, ...]:
        """The turns that are told.

        Those on abandoned branches are covered only. Of what quotes the record itself only is told
        that it answers, with what, and where that stands: the words are told already.
        """
        return tuple(_briefly(turn) for turn in self.turns if turn.is_active)

    @property
    def coverage(self) -> Coverage:
        """What a revision that tells this slice covers."""
        first, last = self.turns[0], self.turns[-1]
        return Coverage(
            first_seq=first.seq,
            last_seq=last.seq,
            first_turn=first.key,
            last_turn=last.key,
            turns=len(self.turns),
        )

    def halved(self) -> Slice | None:
        """Return the first part of the slice, with half of what is told; None for one turn."""
        told = self.told
        if len(told) < 2:
            return None
        last = told[(len(told) + 1) // 2 - 1]
        run = tuple(turn for turn in self.turns if turn.seq <= last.seq)
        return replace(self, turns=run, cause=_turns(run))


def _briefly(turn: Turn) -> Turn:
    if turn.role is not Role.ASSISTANT or turn.author != OFFLINE:
        return turn
    return replace(turn, content=replace(turn.content, text=brief(turn.content.text)))


def next_slice(
    tx: Transaction, document: str, together: int = 0, before: int | None = None
) -> Slice | None:
    """Return what a document tells next; None when it is stopped or tells everything.

    Live turns that wait are told together up to so many characters, and one by one for 0; those
    that arrived as number `before` and later are not told yet. Raises NotFoundError when there is
    no such document.
    """
    head = documents.get(tx, document)
    if head.state is not ScribeState.LIVE:
        return None
    seq = head.covered_seq + 1
    if before is not None and seq >= before:
        return None
    found = turns.by_seq(tx, head.conversation, seq, seq)
    if not found:
        return None
    is_live = conversations.get(tx, head.conversation).is_live
    if found[0].origin is Origin.LIVE:
        slice_ = _live(tx, head, found[0], together, before)
    else:
        slice_ = _history(tx, head, seq)
    return replace(slice_, is_live=is_live)


def _live(tx: Transaction, head: Document, first: Turn, together: int, before: int | None) -> Slice:
    run = [first]
    left = together - len(first.content.text)
    if left > 0:
        last = first.seq + MAX_WAITING
        if before is not None:
            last = min(last, before - 1)
        for turn in turns.by_seq(tx, head.conversation, first.seq + 1, last):
            left -= len(turn.content.text)
            if turn.origin is not Origin.LIVE or left < 0:
                break
            run.append(turn)
    return Slice(head=head, turns=tuple(run), cause=_turns(run))


def _turns(run: Sequence[Turn]) -> str:
    first, last = run[0].key, run[-1].key
    return f"turn {first}" if len(run) == 1 else f"turns {first} to {last}"


def _history(tx: Transaction, head: Document, seq: int) -> Slice:
    page = pages.holding(tx, head.conversation, seq)
    last = seq + MAX_TURNS - 1
    if page is not None:
        last = min(last, page.last_seq)
    run = _imported(turns.by_seq(tx, head.conversation, seq, last))
    if page is None:
        return Slice(head=head, turns=run, cause=f"turns {run[0].key} to {run[-1].key}")
    paged = tuple(replace(turn, page=page.id) for turn in run)
    return Slice(head=head, turns=paged, cause=f"page {page.id}")


def _imported(found: Sequence[Turn]) -> tuple[Turn, ...]:
    """Return the turns up to the first live one."""
    return tuple(takewhile(lambda turn: turn.origin is Origin.IMPORTED, found))
