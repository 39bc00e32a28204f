"""Keep a document within its size: the further back, the fewer and better its bullets.

When the document outgrows its budget it is brought down to `REST` of it, gently first: long days
lose bullets, then days become months, months years, and in the end everything old "Earlier". The
gap between the budget and `REST` is what the next turns fill. So this happens once in many turns,
on a document that never exceeds the budget: the work per turn is the same after 100 turns and
after 100,000.

Only our own bullets are ever left out. Every other line, and a bullet with something indented below
it, is a person's and stays.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

from minutebook.llm import extractive
from minutebook.llm.markdown import unescape
from minutebook.llm.offline import calendar
from minutebook.llm.offline.calendar import Grain, Period
from minutebook.llm.offline.drafting import BULLET, Draft

REST = 0.8
"""The share of the budget that condensing brings a document down to."""
_OVERHEAD = 20
_PLENTY = 1_000_000

Drafts = tuple[Draft, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Step:
    """One way to make a document smaller; the oldest sections first, until it fits."""

    keep: int
    """Bullets that a section keeps."""
    spare: int
    """The newest sections, left alone."""
    coarser: Callable[[Period], Period | None] | None = None
    """What a section is merged into; None when sections are only shortened."""


def condense(sections: Drafts, budget: int) -> Drafts:
    """Return the sections within `budget` characters, as far as that is ours to do."""
    if _size(sections) <= budget:
        return sections
    target = int(REST * budget)
    for step in _STEPS:
        sections = (_fold if step.coarser else _shorten)(sections, step, target)
        if _size(sections) <= target:
            return sections
    return _fit(sections, target)


def _to_month(period: Period) -> Period | None:
    return calendar.month_of(period) if period.grain is Grain.DAY else None


def _to_year(period: Period) -> Period | None:
    return calendar.year_of(period) if period.grain in {Grain.DAY, Grain.MONTH} else None


def _to_earlier(period: Period) -> Period | None:
    return None if period.grain is Grain.EARLIER else calendar.EVERYTHING_BEFORE


_STEPS = (
    _Step(keep=6, spare=2),
    _Step(keep=10, spare=7, coarser=_to_month),
    _Step(keep=10, spare=7, coarser=_to_year),
    _Step(keep=12, spare=7, coarser=_to_earlier),
    _Step(keep=4, spare=1),
    _Step(keep=12, spare=2, coarser=_to_earlier),
)


def _size(sections: Drafts) -> int:
    return sum(section.size for section in sections)


def _own(sections: Drafts, spare: int) -> list[int]:
    """Return the places of our sections, oldest first, without the newest."""
    places = [place for place, section in enumerate(sections) if section.period]
    return places[: len(places) - spare]


def _shorten(sections: Drafts, step: _Step, target: int) -> Drafts:
    for place in _own(sections, step.spare):
        if _size(sections) <= target:
            break
        short = _with_best(sections[place], step.keep, _PLENTY)
        sections = (*sections[:place], short, *sections[place + 1 :])
    return sections


def _fold(sections: Drafts, step: _Step, target: int) -> Drafts:
    while _size(sections) > target:
        group, period = _oldest_group(sections, step)
        if period is None:
            break
        sections = _merged(sections, group, period, step.keep)
    return sections


def _oldest_group(sections: Drafts, step: _Step) -> tuple[list[int], Period | None]:
    """Return the places of the sections that become one, and its period."""
    coarser = step.coarser or (lambda _: None)
    own = [
        (place, period)
        for place in _own(sections, step.spare)
        if (period := sections[place].period)
    ]
    into = next((wider for _, period in own if (wider := coarser(period))), None)
    group = [place for place, period in own if into in {period, coarser(period)}]
    return group, into


def _merged(sections: Drafts, group: Sequence[int], period: Period, keep: int) -> Drafts:
    members = [sections[place] for place in group]
    anchor = next((member.anchor for member in members if member.period == period), "")
    whole = Draft(
        anchor=anchor,
        heading=period.heading,
        period=period,
        lines=tuple(line for member in members for line in member.lines),
    )
    rest = [section for place, section in enumerate(sections) if place not in set(group)]
    rest.insert(group[0], _with_best(whole, keep, _PLENTY))
    return tuple(rest)


def _fit(sections: Drafts, target: int) -> Drafts:
    """Leave out as much as must be, oldest first; sections that are left empty go too."""
    kept = list(sections)
    newest = max(_own(sections, 0), default=-1)
    for place in _own(sections, 0):
        excess = _size(tuple(kept)) - target
        if excess > 0:
            room = sum(len(line) + 1 for line in kept[place].lines) - excess
            kept[place] = _with_best(kept[place], _PLENTY, max(0, room))
    return tuple(s for place, s in enumerate(kept) if s.lines or not s.period or place == newest)


def _with_best(section: Draft, keep: int, room: int) -> Draft:
    """Return a section with at most `keep` of its bullets in at most `room` characters."""
    lines = section.lines
    ours = [place for place in range(len(lines)) if _is_ours(lines, place)]
    room -= sum(len(line) + 1 for place, line in enumerate(lines) if place not in set(ours))
    if len(ours) <= keep and sum(len(lines[place]) + 1 for place in ours) <= room:
        return section
    chosen = _best([lines[place] for place in ours], keep, room)
    left_out = {place for number, place in enumerate(ours) if number not in chosen}
    return replace(section, lines=tuple(x for n, x in enumerate(lines) if n not in left_out))


def _is_ours(lines: Sequence[str], place: int) -> bool:
    below = lines[place + 1] if place + 1 < len(lines) else ""
    return bool(BULLET.fullmatch(lines[place])) and not below.startswith((" ", "\t"))


def _best(bullets: Sequence[str], keep: int, room: int) -> set[int]:
    """Return the places of the bullets that say most, the newest when none stands out."""
    passages = [
        extractive.Passage(source=place, speaker=unescape(found[1]), text=unescape(found[2]))
        for place, bullet in enumerate(bullets)
        if (found := BULLET.fullmatch(bullet))
    ]
    budget = extractive.Budget(limit=max(0, room), sentences=keep, overhead=_OVERHEAD)
    best = extractive.summarise(passages, budget).sentences
    chosen = sorted({int(str(sentence.source)) for sentence in best})
    chosen = chosen or list(range(len(bullets)))[-keep:]
    while chosen and sum(len(bullets[place]) + 1 for place in chosen) > room:
        del chosen[0]
    return set(chosen)
