"""How `offline` brings a document up to date: what is worth telling goes under its day.

Of talk with a model each exchange is told: what was asked, and the core of the answer. Of talk
among people a few sentences are, those that add to what the document tells already. They become
bullets `- **Speaker** sentence`. Late turns find their day, or the month or year it was condensed
into.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import groupby

from minutebook.domain.display import one_line
from minutebook.domain.turns import HUMAN_ROLES, OFFLINE, Role
from minutebook.llm import extractive
from minutebook.llm.markdown import escape
from minutebook.llm.offline import calendar
from minutebook.llm.offline.calendar import Grain, Period
from minutebook.llm.offline.condensing import condense
from minutebook.llm.offline.drafting import Draft, drafts, operations
from minutebook.llm.offline.exchanges import Told, exchanges, something, told_of
from minutebook.llm.offline.quoting import quote, size, to_extract
from minutebook.llm.protocol import Material, Passage

PART_BULLETS = 12
"""A part with so many lines is full; the next turns begin another."""
TOLD = 6_000
"""So much of the end of the document is looked at for what is told already, in characters."""
_TURN_LIMIT, _CHARS_PER_SENTENCE = 3, 1_500
_SLICE_LIMIT = 8
_MAX_SPEAKER = 60
_SPOKEN = HUMAN_ROLES | {Role.ASSISTANT}
_TALKING = frozenset({Role.USER, Role.ASSISTANT})
_RECORD = "The record"
"""Who speaks where the record was quoted."""
_STATEMENT = re.compile(r"(?=.*\d)(?:\S+\s+){5,}\S*[.!?。]", re.DOTALL)
"""What a tool returned or a system said is told only when it is a whole sentence with a figure."""


def tell(material: Material) -> str:
    """Return the arguments of `update_document` as JSON."""
    sections = drafts(material.sections)
    for period, told in groupby(_worth_telling(material), key=lambda pair: _period(pair[0])):
        sections = _placed(sections, period, [_bullet(*pair) for pair in told])
    if material.budget:
        sections = condense(sections, material.budget - len(material.title))
    changes = operations(material.sections, sections)
    return json.dumps({"operations": changes}, ensure_ascii=False)


def _worth_telling(material: Material) -> list[Told]:
    known = _told(material)
    passages = material.passages
    people = [passage for passage in passages if passage.role is Role.PERSON]
    other = [passage for passage in passages if passage.role not in _SPOKEN]
    found = [
        *_exchanged(passages, known),
        *_salient(people, _limit(people), known),
        *(pair for pair in _salient(other, 1, known) if _STATEMENT.fullmatch(pair[1])),
    ]
    if not found and not any(known):
        found = something(passages)
    order = {id(passage): place for place, passage in enumerate(passages)}
    once = {(id(passage), text): (passage, text) for passage, text in found}
    return sorted(once.values(), key=lambda pair: order[id(pair[0])])


def _exchanged(passages: Sequence[Passage], known: Sequence[str]) -> list[Told]:
    """Return what is told of talk with a model, but for what the document holds word for word."""
    talk = [passage for passage in passages if passage.role is not Role.PERSON]
    if not any(passage.role in _TALKING for passage in talk):
        return []
    lines = frozenset(line for body in known for line in body.split("\n"))
    return [
        pair
        for exchange in exchanges(talk)
        for pair in told_of(exchange)
        if _bullet(*pair) not in lines
    ]


def _salient(passages: Sequence[Passage], limit: int, known: Sequence[str]) -> list[Told]:
    if not passages:
        return []
    sentences = extractive.salient(to_extract(passages), limit, told=known)
    return [(passages[int(str(found.source))], quote(found.text)) for found in sentences]


def _limit(passages: Sequence[Passage]) -> int:
    most = _TURN_LIMIT if len(passages) == 1 else _SLICE_LIMIT
    return min(most, 1 + len(passages) // 2 + size(passages) // _CHARS_PER_SENTENCE)


def _told(material: Material) -> list[str]:
    bodies: list[str] = []
    left = TOLD
    for section in reversed(material.sections):
        if left <= 0:
            break
        bodies.insert(0, section.body[-left:])
        left -= len(section.body)
    return bodies


def _bullet(passage: Passage, sentence: str) -> str:
    return f"- **{escape(_speaker(passage))}** {escape(one_line(sentence))}"


def _speaker(passage: Passage) -> str:
    if passage.role is Role.ASSISTANT and passage.speaker == OFFLINE:
        return _RECORD
    return one_line(passage.speaker)[:_MAX_SPEAKER].strip() or passage.role.value


def _period(passage: Passage) -> Period | None:
    return calendar.day(passage.when)


def _placed(
    sections: tuple[Draft, ...], period: Period | None, bullets: Iterable[str]
) -> tuple[Draft, ...]:
    """Return the sections with bullets added where their day is told."""
    home = _day_home(sections, period) if period else _part_home(sections)
    if home is not None:
        grown = replace(sections[home], lines=(*sections[home].lines, *bullets))
        return (*sections[:home], grown, *sections[home + 1 :])
    period = period or _next_part(sections)
    place = _place(sections, period)
    new = Draft(heading=period.heading, period=period, lines=tuple(bullets))
    return (*sections[:place], new, *sections[place:])


def _own(sections: Sequence[Draft]) -> list[tuple[int, Period]]:
    return [(place, s.period) for place, s in enumerate(sections) if s.period]


def _dated(sections: Sequence[Draft]) -> list[tuple[int, Period]]:
    dated = {Grain.DAY, Grain.MONTH, Grain.YEAR}
    return [(place, period) for place, period in _own(sections) if period.grain in dated]


def _day_home(sections: Sequence[Draft], day: Period) -> int | None:
    """Return the place of the section where a day is told; None when it needs one of its own."""
    dated = _dated(sections)
    holding = [(p.grain, place, p) for place, p in dated if p.first <= day.first <= p.last]
    if holding:
        _, place, period = min(holding, key=lambda found: found[:2])
        # A month that was condensed may go on in days of its own: newer days follow those.
        finer = (p for _, p in dated if p.grain < period.grain and p.first >= period.first)
        return None if any(p.first <= day.first for p in finer) else place
    if any(period.first <= day.first for _, period in dated):
        return None
    earlier = [place for place, period in _own(sections) if period.grain is Grain.EARLIER]
    return earlier[0] if earlier and dated else None


def _part_home(sections: Sequence[Draft]) -> int | None:
    """Return the place of our last section, unless it is a part that is full."""
    place, period = max(_own(sections), default=(0, None), key=lambda own: own[0])
    if period is None or period.grain is Grain.EARLIER:
        return None
    full = period.grain is Grain.PART and len(sections[place].lines) >= PART_BULLETS
    return None if full else place


def _next_part(sections: Sequence[Draft]) -> Period:
    return calendar.part(1 + max((period.number for _, period in _own(sections)), default=0))


def _place(sections: Sequence[Draft], period: Period) -> int:
    """Return where a section that the document lacks belongs."""
    own = _own(sections)
    if not own:
        return len(sections)
    if period.grain is Grain.PART:
        return own[-1][0] + 1
    later = [place for place, other in _dated(sections) if other.first > period.last]
    return later[0] if later else own[-1][0] + 1
