"""Two versions of a document made from a third become one, block by block.

Each version is aligned with the base: what became of each of its blocks, and what was put between
them. A change on one side is taken; different texts put between the same blocks both stand, the
head's first. Only a block that both changed is a clash: one side's text stands, the other's is
handed back to be kept. A text that stands where a block of the base went has taken its place,
however little the two share: two such texts for one block are a clash too. Against a mere removal
it is none: the block is gone and the text is there, as both wanted.

The one decision: regions, as diff3 finds them, are too coarse for this. They take changes of
neighbours for one conflict, and also text added behind a paragraph that somebody corrects; with a
scribe that adds to the end of what people correct, that would be most of them.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum
from itertools import groupby

from minutebook.domain.documents import Clash
from minutebook.scribe.blocks import Block, BlockKind

_ALIKE = 0.4
"""How much two blocks have to share for one to be a change of the other."""
_MOST_PAIRS = 40_000
_WORD = re.compile(r"\w+")


class Side(StrEnum):
    """One of the two versions that are merged."""

    HEAD = "head"
    CHANGE = "change"


@dataclass(slots=True, kw_only=True)
class Alignment:
    """What a version made of its base."""

    fates: list[Block | None]
    """What became of each block of the base; None when it is gone."""
    added: list[list[Block]]
    """What stands before each block of the base, and behind the last."""
    moves: dict[int, tuple[int, int]]
    """For a block that is gone and stands elsewhere: where, as indices into `added`."""
    replaced: frozenset[int] = frozenset()
    """Blocks whose place another text took, with which they need not share anything."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Merged:
    """What came of a merge."""

    blocks: tuple[Block, ...]
    clashes: tuple[Clash, ...] = ()


def aligned(base: Sequence[Block], version: Sequence[Block]) -> Alignment:
    """Return what became of the blocks of a base."""
    fates: list[Block | None] = [None] * len(base)
    added: list[list[Block]] = [[] for _ in range(len(base) + 1)]
    for i1, i2, j1, j2 in _differences(base, version, fates):
        _pair(base, version, (i1, i2, j1, j2), fates, added)
    return Alignment(fates=fates, added=added, moves=_moves(base, fates, added))


def merged(
    base: Sequence[Block], head: Sequence[Block], change: Sequence[Block], stands: Side
) -> Merged:
    """Merge a change that was made on a base into the head; of a clash one side's text stands."""
    ours, theirs = aligned(base, head), aligned(base, change)
    by_us, by_them = _touched(base, ours), _touched(base, theirs)
    _replace(base, ours, by_them)
    _replace(base, theirs, by_us)
    _follow_moves(base, ours, theirs)
    _let_stand(ours, theirs)
    blocks: list[Block] = []
    clashes: list[Clash] = []
    for place in range(len(base) + 1):
        blocks += ours.added[place] + _without(theirs.added[place], ours.added[place])
        if place == len(base):
            break
        clash = _is_clash(base[place], ours.fates[place], theirs.fates[place])
        kept = _kept(base[place], ours.fates[place], theirs.fates[place], stands)
        if clash:
            other = theirs if stands is Side.HEAD else ours
            clashes.append(_clash(base[place], kept, other.fates[place], blocks))
        blocks += [] if kept is None else [kept]
    return Merged(blocks=tuple(blocks), clashes=tuple(clashes))


def protected(head: Sequence[Block], owned: Sequence[bool], change: Sequence[Block]) -> Merged:
    """Take a change, but let the blocks that are owned stand as they are, in their order.

    A section whose heading would go stays when it holds such a block. A changed text for one is
    handed back as a clash.
    """
    taken = aligned(head, change)
    owned = [*owned]
    for place in [place for place, is_owned in enumerate(owned) if is_owned]:
        if place in taken.moves:
            gap, number = taken.moves[place]
            taken.added[gap][number] = _NOTHING
        _keep_heading(head, place, taken)
    blocks: list[Block] = []
    clashes: list[Clash] = []
    for place, block in enumerate(head):
        blocks += [each for each in taken.added[place] if each is not _NOTHING]
        fate = taken.fates[place]
        if owned[place] and (fate is None or fate.key != block.key):
            if fate is not None:
                clashes.append(_clash(block, block, fate, blocks))
            fate = block
        blocks += [] if fate is None else [fate]
    blocks += [each for each in taken.added[-1] if each is not _NOTHING]
    return Merged(blocks=tuple(blocks), clashes=tuple(clashes))


def matching(old: Sequence[str], new: Sequence[str]) -> Iterator[tuple[int, int, int]]:
    """Yield runs that two sequences share, in order: (place in old, place in new, length)."""
    start = 0
    shorter = min(len(old), len(new))
    while start < shorter and old[start] == new[start]:
        start += 1
    end = 0
    while end < shorter - start and old[-1 - end] == new[-1 - end]:
        end += 1
    if start:
        yield 0, 0, start
    middle = (old[start : len(old) - end], new[start : len(new) - end])
    if all(middle):
        for i, j, length in SequenceMatcher(None, *middle, autojunk=False).get_matching_blocks():
            if length:
                yield start + i, start + j, length
    if end:
        yield len(old) - end, len(new) - end, end


_NOTHING = Block(kind=BlockKind.BLANK, text="", key="")


def _differences(
    base: Sequence[Block], version: Sequence[Block], fates: list[Block | None]
) -> Iterator[tuple[int, int, int, int]]:
    """Note the fate of what is the same, and yield the runs between as (i1, i2, j1, j2)."""
    i = j = 0
    runs = matching([block.key for block in base], [block.key for block in version])
    for i_next, j_next, length in [*runs, (len(base), len(version), 0)]:
        yield i, i_next, j, j_next
        fates[i_next : i_next + length] = version[j_next : j_next + length]
        i, j = i_next + length, j_next + length


def _pair(
    base: Sequence[Block],
    version: Sequence[Block],
    run: tuple[int, int, int, int],
    fates: list[Block | None],
    added: list[list[Block]],
) -> None:
    """Find out which blocks of a run that differs were changed, and which removed or added."""
    i1, i2, j1, j2 = run
    j = j1
    for i_pair, j_pair in _pairs(base[i1:i2], version[j1:j2]):
        # What is new stands behind what went: it follows the words whose place it takes.
        added[i1 + i_pair] += version[j : j1 + j_pair]
        fates[i1 + i_pair] = version[j1 + j_pair]
        j = j1 + j_pair + 1
    added[i2] += version[j:j2]


def _touched(base: Sequence[Block], version: Alignment) -> frozenset[int]:
    """Return the blocks of a base that are not as they were."""
    pairs = enumerate(zip(base, version.fates, strict=True))
    return frozenset(n for n, (block, fate) in pairs if fate is None or fate.key != block.key)


def _replace(base: Sequence[Block], made: Alignment, touched: frozenset[int]) -> None:
    """Let what stands where blocks went be what became of them.

    Where more went than came, what the other side touched too is what was replaced. Headings only
    give way to headings, and what moved is left out.
    """
    moved = {base[place].key for place in made.moves}
    replaced: set[int] = set()
    for first, after in _gone(made.fates):
        new, made.added[after] = made.added[after], []
        wanted = [place in touched for place in range(first, after)]
        start = 0
        for i, j in _places(base[first:after], new, wanted, moved):
            made.added[first + i] += new[start:j]
            made.fates[first + i] = new[j]
            replaced.add(first + i)
            start = j + 1
        made.added[after] += new[start:]
    made.moves = _moves(base, made.fates, made.added)
    made.replaced = frozenset(replaced)


def _gone(fates: Sequence[Block | None]) -> list[tuple[int, int]]:
    """Return the runs of blocks that are gone: the first, and the one behind the last."""
    runs = groupby(range(len(fates)), lambda place: fates[place] is None)
    found = [[*places] for is_gone, places in runs if is_gone]
    return [(places[0], places[-1] + 1) for places in found]


def _places(
    old: Sequence[Block], new: Sequence[Block], wanted: Sequence[bool], moved: set[str]
) -> list[tuple[int, int]]:
    """Return which blocks took which places: as many as can be, then wanted ones, then alike."""
    if len(old) * len(new) > _MOST_PAIRS:
        shorter = min(len(old), len(new))
        return [(n, n) for n in range(shorter) if _can_replace(old[n], new[n], moved)]
    words = [_words(block) for block in new]
    like = [[0.0] * len(new) for _ in old]
    for i, block in enumerate(old):
        own, worth = _words(block), len(old) + wanted[i]
        for j, other in enumerate(new):
            if _can_replace(block, other, moved):
                like[i][j] = worth + _alike(own, words[j]) / (len(old) + 1)
    return _best(like)


def _can_replace(old: Block, new: Block, moved: set[str]) -> bool:
    headings = {block.kind is BlockKind.HEADING for block in (old, new)}
    return len(headings) == 1 and not {"", *moved} & {old.key, new.key}


def _let_stand(ours: Alignment, theirs: Alignment) -> None:
    """Let a text that took a block's place stand when the other side only removed the block."""
    for one, other in ((ours, theirs), (theirs, ours)):
        for place in one.replaced:
            if other.fates[place] is None and place not in other.moves:
                other.fates[place] = one.fates[place]


def _pairs(old: Sequence[Block], new: Sequence[Block]) -> list[tuple[int, int]]:
    """Return the changed blocks in order, so that they are as alike as can be."""
    if len(old) * len(new) > _MOST_PAIRS:
        return []
    words = [_words(block) for block in new]
    like = [[0.0] * len(new) for _ in old]
    for i, block in enumerate(old):
        own = _words(block)
        for j, other in enumerate(new):
            found = _likeness(block, other, _alike(own, words[j]))
            like[i][j] = found if found >= _ALIKE else 0.0
    return _best(like)


def _best(like: list[list[float]]) -> list[tuple[int, int]]:
    """Return pairs in order whose likeness is the greatest in sum; 0 is no pair."""
    columns = len(like[0]) if like else 0
    best = [[0.0] * (columns + 1) for _ in range(len(like) + 1)]
    for i in reversed(range(len(like))):
        for j in reversed(range(columns)):
            together = best[i + 1][j + 1] + like[i][j] if like[i][j] else 0.0
            best[i][j] = max(together, best[i + 1][j], best[i][j + 1])
    return _walk(best, like)


def _walk(best: list[list[float]], like: list[list[float]]) -> list[tuple[int, int]]:
    found = []
    i = j = 0
    while i < len(like) and j < len(like[0]) and best[i][j] > 0:
        if like[i][j] and best[i][j] == best[i + 1][j + 1] + like[i][j]:
            found.append((i, j))
            i, j = i + 1, j + 1
        elif best[i][j] == best[i + 1][j]:
            i += 1
        else:
            j += 1
    return found


def _likeness(old: Block, new: Block, words: float) -> float:
    """Return how alike two blocks are; a heading of the same rank may be any other."""
    if old.kind is not new.kind:
        return 0.0
    ranks = {block.key.strip().split(maxsplit=1)[0] for block in (old, new)}
    is_renamed = old.kind is BlockKind.HEADING and len(ranks) == 1
    return max(words, _ALIKE) if is_renamed else words


def _words(block: Block) -> Counter[str]:
    return Counter(_WORD.findall(block.key)) or Counter(block.key)


def _alike(one: Counter[str], other: Counter[str]) -> float:
    """Return the share of words that two texts have in common (Sørensen–Dice), 0 to 1."""
    together = one.total() + other.total()
    return 2 * (one & other).total() / together if together else 1.0


def _moves(
    base: Sequence[Block], fates: Sequence[Block | None], added: Sequence[Sequence[Block]]
) -> dict[int, tuple[int, int]]:
    gone = defaultdict[str, list[int]](list)
    for place, fate in enumerate(fates):
        if fate is None and base[place].key:
            gone[base[place].key].append(place)
    moves = {}
    for gap, blocks in enumerate(added):
        for number, block in enumerate(blocks):
            if gone.get(block.key):
                moves[gone[block.key].pop(0)] = (gap, number)
    return moves


def _follow_moves(base: Sequence[Block], ours: Alignment, theirs: Alignment) -> None:
    """Let a change of a block reach the place to which the other side moved it."""
    for mover, other in ((ours, theirs), (theirs, ours)):
        for place, (gap, number) in mover.moves.items():
            fate = other.fates[place]
            if fate is not None and fate.key != base[place].key:
                mover.added[gap][number] = fate
                other.fates[place] = base[place]


def _is_clash(base: Block, ours: Block | None, theirs: Block | None) -> bool:
    found = {None if block is None else block.key for block in (ours, theirs)}
    return len(found) > 1 and base.key not in found


def _kept(base: Block, ours: Block | None, theirs: Block | None, stands: Side) -> Block | None:
    """Return what stands in the place of a block."""
    if _is_clash(base, ours, theirs):
        return ours if stands is Side.HEAD else theirs
    if ours is None or theirs is None:
        return None
    if theirs.key == ours.key:
        return theirs if theirs.text != base.text else ours
    return theirs if ours.key == base.key else ours


def _clash(base: Block, kept: Block | None, other: Block | None, before: Sequence[Block]) -> Clash:
    return Clash(
        base=base.text,
        mine="" if kept is None else kept.text,
        theirs="" if other is None else other.text,
        behind=before[-1].key if before else "",
    )


def _without(blocks: Sequence[Block], known: Sequence[Block]) -> list[Block]:
    """Return blocks without those that the other side put into the same place too."""
    left = Counter(block.key for block in known)
    found = []
    for block in blocks:
        if left[block.key] > 0:
            left[block.key] -= 1
        else:
            found.append(block)
    return found


def _keep_heading(head: Sequence[Block], place: int, taken: Alignment) -> None:
    """Keep the heading below which a block stands."""
    for above in reversed(range(place)):
        if head[above].kind is BlockKind.HEADING:
            if taken.fates[above] is None and above not in taken.moves:
                taken.fates[above] = head[above]
            return
