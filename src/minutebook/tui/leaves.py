"""A document becomes what its pane shows: one block of text for each block that somebody wrote.

A block is named by what it says, so whatever a revision brought has a new name, and the pane knows
what changed without comparing: an edit, a merge and an update of the scribe alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import TYPE_CHECKING

from minutebook.tui.prose.blocks import Mark, ProseBlock

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.domain.documents import Conflict
    from minutebook.engine import BlamedBlock


@dataclass(frozen=True, slots=True, kw_only=True)
class Leaf:
    """A block of a document as it is shown, and where it comes from."""

    block: ProseBlock
    blamed: BlamedBlock
    conflict: Conflict | None = None
    """The first open one that is about this block."""


def leaves_of(
    content: str, blamed: Sequence[BlamedBlock], conflicts: Sequence[Conflict]
) -> tuple[Leaf, ...]:
    """Return the blocks of a document, in order."""
    disputed = _disputed(content, blamed, conflicts)
    tight = [_is_tight(*pair) for pair in pairwise(blamed)] + [False]
    seen: dict[str, int] = {}
    leaves: list[Leaf] = []
    for place, each in enumerate(blamed):
        text = each.text.strip("\n")
        number = seen[text] = seen.get(text, 0) + 1
        conflict = disputed.get(place)
        block = ProseBlock(
            id=f"{number}\n{text}",
            text=text,
            mark=_mark(each, conflict),
            foot="" if conflict is None else _told(conflict),
            is_tight=tight[place],
        )
        leaves.append(Leaf(block=block, blamed=each, conflict=conflict))
    return tuple(leaves)


def _mark(blamed: BlamedBlock, conflict: Conflict | None) -> Mark:
    if conflict is not None:
        return Mark.ATTENTION
    return Mark.OWN if blamed.origin.is_person else Mark.NONE


def _told(conflict: Conflict) -> str:
    """Return what is said below a block that is in dispute."""
    if conflict.clash.mine.strip():
        return "⚑ both changed this: c shows"
    return "⚑ both changed what stood behind this: c shows"


def _is_tight(above: BlamedBlock, below: BlamedBlock) -> bool:
    """Tell whether no free row stands between two blocks."""
    from minutebook.engine import BlockKind

    if above.kind is BlockKind.HEADING:
        return below.kind is not BlockKind.HEADING
    is_next = below.first_line == above.last_line + 1
    return is_next and {above.kind, below.kind} <= {BlockKind.ITEM, BlockKind.PARAGRAPH}


def _disputed(
    content: str, blamed: Sequence[BlamedBlock], conflicts: Sequence[Conflict]
) -> dict[int, Conflict]:
    """Return which blocks conflicts are about, by their place."""
    lines = content.split("\n")
    found: dict[int, Conflict] = {}
    for conflict in conflicts:
        clash = conflict.clash
        first, last = _lines_of(lines, clash.mine) or _lines_of(lines, clash.behind) or (1, 1)
        for place, each in enumerate(blamed):
            if each.first_line <= last and each.last_line >= first:
                found.setdefault(place, conflict)
    return found


def _lines_of(lines: Sequence[str], text: str) -> tuple[int, int] | None:
    """Return the first and last line at which a text stands, from 1; None when it does not."""
    wanted = text.strip("\n").split("\n")
    if not text.strip():
        return None
    for place in range(len(lines) - len(wanted) + 1):
        if list(lines[place : place + len(wanted)]) == wanted:
            return place + 1, place + len(wanted)
    return None
