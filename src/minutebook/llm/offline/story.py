"""What `offline` makes of the story so far: its lines, and those that say least leave for new ones.

The story grows until it has filled its budget; then it is brought down to `REST` of that, so that
the lines that stay are chosen once in a while and not with every page.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from minutebook.llm import extractive
from minutebook.llm.offline.quoting import quote
from minutebook.llm.protocol import Material, Passage
from minutebook.llm.story import StoryLine, read, written

REST = 0.8
_OVERHEAD = 24
_PLENTY = 100_000


def tell(material: Material) -> str:
    """Return the story that goes on from one, with what summaries say, within the budget.

    The first passage without a page is the story as it is; every other is the summary of its page.
    """
    lines = [line for passage in material.passages for line in _lines(passage)]
    return written(fitted(lines, material.budget or _PLENTY))


def fitted(lines: Sequence[StoryLine], limit: int) -> tuple[StoryLine, ...]:
    """Return the lines that say most, in at most `limit` characters, in their order."""
    once = tuple(dict.fromkeys(lines))
    if size(once) <= limit:
        return once
    target = int(REST * limit)
    passages = [
        extractive.Passage(source=place, speaker="", text=line.text)
        for place, line in enumerate(once)
    ]
    budget = extractive.Budget(limit=target, sentences=len(once), overhead=_OVERHEAD)
    best = {int(str(each.source)) for each in extractive.summarise(passages, budget).sentences}
    chosen = sorted(best) or list(range(len(once)))
    kept = [once[place] for place in chosen]
    while kept and size(kept) > target:
        kept.pop(0)
    return tuple(kept)


def opening(labels: Sequence[StoryLine], newest: Sequence[Sequence[StoryLine]], limit: int) -> str:
    """Return the story of a conversation that was long before anybody told it.

    Half of it are labels of pages, evenly chosen if they are too many; the rest is what the
    summaries of the newest pages say, oldest first, as far as there is room.
    """
    chosen = _spread(labels, limit // 2)
    room = limit - size(chosen)
    told: list[StoryLine] = []
    for lines in reversed(newest):
        room -= size(lines)
        if room < 0:
            break
        told[:0] = lines
    return written((*chosen, *told))


def size(lines: Sequence[StoryLine]) -> int:
    """Return how many characters lines take up."""
    return sum(len(line.written) + 1 for line in lines)


def _spread(lines: Sequence[StoryLine], room: int) -> tuple[StoryLine, ...]:
    """Return lines within a room, evenly chosen; each stands for those around it."""
    many = len(lines)
    while many and size(lines) > room:
        many = min(many - 1, int(len(lines) * room / size(lines)))
        bounds = [round(place * len(lines) / many) for place in range(many + 1)] if many else []
        chosen = tuple(lines[a] for a, _ in pairwise(bounds))
        if size(chosen) <= room:
            return chosen
    return tuple(lines) if many else ()


def _lines(passage: Passage) -> tuple[StoryLine, ...]:
    if passage.page is None:
        return read(passage.text)
    return tuple(
        StoryLine(text=quote(line.text), pages=(passage.page,)) for line in read(passage.text)
    )
