"""What a document still tells of a branch that was left, and what it takes to revise that.

Leaving a branch takes nothing out of the document by itself: perhaps the branch is taken again. It
is found out by comparing: turns that are told and no longer read, and turns that are read again and
not told. Which sections rest on the first follows from the revisions their blocks come from.

The one decision: without a model whole revisions are taken out, and what they covered and is read
is told again; that is exact, since each revision tells its turns alone. A model is shown both, and
answers with operations as ever. What a person wrote stays in either case.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minutebook.domain.documents import Document
from minutebook.domain.turns import Turn
from minutebook.scribe.blocks import Block, BlockKind, joined, split
from minutebook.scribe.outline import heading_text, parse
from minutebook.scribe.ownership import origins_of
from minutebook.store import conversations, turns, untold
from minutebook.store.documents import Origins
from minutebook.store.transaction import Transaction

BRANCH = "branch"
"""The cause of a revision that follows the conversation to another branch."""
MOST_TURNS = 200
"""So many turns are revised at a time."""
_MOST_NAMED = 3
_OPENING = "the opening"


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """How far a document is from the branch that is read."""

    left: tuple[int, ...] = ()
    """Turns that it tells and that were left, by number of arrival."""
    taken: tuple[int, ...] = ()
    """Turns that are read again and that it does not tell."""
    revisions: frozenset[int] = frozenset()
    """Those that tell turns that were left."""
    sections: tuple[str, ...] = ()
    """Headings of the sections in which something of that stands."""

    @property
    def told(self) -> str:
        """What of it people are told; empty when there is nothing."""
        more = len(self.sections) - _MOST_NAMED
        names = [*self.sections[:_MOST_NAMED], *([f"{more} more"] if more > 0 else [])]
        turns = "turn" if len(self.taken) == 1 else "turns"
        parts = [f"what was left stands in {', '.join(names)}"] if names else []
        parts += [f"{len(self.taken)} {turns} taken again not told"] if self.taken else []
        return "; ".join(parts)

    @property
    def is_any(self) -> bool:
        """Whether there is anything to revise."""
        return bool(self.sections or self.taken)


@dataclass(frozen=True, slots=True, kw_only=True)
class Revisable:
    """What is to be revised."""

    head: Document
    drift: Drift
    left: tuple[Turn, ...]
    taken: tuple[Turn, ...]
    again: tuple[Turn, ...]
    """What revisions tell beside turns that were left, and what is read again, in order."""
    origins: Origins
    is_live: bool
    """Whether the turns were said here."""


def drift(tx: Transaction, head: Document) -> Drift:
    """Return how far a document is from the branch that is read."""
    left, taken = untold.left(tx, head.id), untold.taken(tx, head.id)
    revisions = frozenset(untold.telling(tx, head.id, left)) if left else frozenset[int]()
    sections: tuple[str, ...] = ()
    if revisions:
        sections = tuple(_sections(split(head.content), origins_of(tx, head), revisions))
    return Drift(left=left, taken=taken, revisions=revisions, sections=sections)


def revisable(tx: Transaction, head: Document) -> Revisable:
    """Return what is to be revised of a document, the oldest turns first."""
    found = drift(tx, head)
    left, taken = found.left[:MOST_TURNS], found.taken[:MOST_TURNS]
    runs = untold.telling(tx, head.id, left) if left else {}
    again = {turn.seq: turn for turn in _turns(tx, head, taken)}
    for first, last in runs.values():
        run = turns.by_seq(tx, head.conversation, first, last)
        again |= {turn.seq: turn for turn in run if turn.is_active}
    return Revisable(
        head=head,
        drift=Drift(left=left, taken=taken, revisions=frozenset(runs), sections=found.sections),
        left=_turns(tx, head, left),
        taken=_turns(tx, head, taken),
        again=tuple(again[seq] for seq in sorted(again)),
        origins=origins_of(tx, head),
        is_live=conversations.get(tx, head.conversation).is_live,
    )


def without(content: str, origins: Origins, revisions: frozenset[int]) -> str:
    """Return a text without the blocks that these revisions put there; the title stays.

    A heading of theirs stays as long as something stands below it.
    """
    blocks = split(content)
    title = parse(content).title_line.strip()
    kept: list[Block] = []
    for block, origin in zip(reversed(blocks), reversed(origins), strict=True):
        is_theirs = not origin.is_person and origin.revision in revisions
        is_heading = block.kind is BlockKind.HEADING
        holds = is_heading and bool(kept) and kept[-1].kind is not BlockKind.HEADING
        is_title = is_heading and block.key.strip() == title
        if not is_theirs or holds or is_title:
            kept.append(block)
    return joined(kept[::-1])


def _turns(tx: Transaction, head: Document, seqs: Iterable[int]) -> tuple[Turn, ...]:
    return tuple(turn for n in seqs for turn in turns.by_seq(tx, head.conversation, n, n))


def _sections(
    blocks: Sequence[Block], origins: Origins, revisions: frozenset[int]
) -> Iterable[str]:
    """Return the headings below which blocks of these revisions stand, each once, in order."""
    found: dict[str, None] = {}
    heading = _OPENING
    for block, origin in zip(blocks, origins, strict=True):
        level = len(block.key) - len(block.key.lstrip("#"))
        if block.kind is BlockKind.HEADING and level <= 2:
            heading = heading_text(block.key) if level == 2 else _OPENING
        elif origin.revision in revisions and not origin.is_person:
            found[heading] = None
    return found
