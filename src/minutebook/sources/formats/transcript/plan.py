"""Which labels of a text are labels: found out from its beginning, before it is read.

Words before a colon are everywhere, so a style counts only when its speakers take turns as people
do. Roles of a chat with a model need two speakers who alternate; names need to come back.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from minutebook.sources.formats.text.detecting import count_level_names
from minutebook.sources.formats.transcript.labels import (
    Family,
    Fences,
    Label,
    Style,
    are_pair,
    family_of,
    find_label,
    heading_level,
    is_loose,
    reads_as_name,
)

_NAMES_KEPT = 2_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to read one transcript."""

    style: Style
    speakers: frozenset[str]
    """Labels, case folded, that begin a turn; empty when every label of the style does."""
    has_model: bool
    """Whether somebody talks with a model, rather than people with people."""
    hits: int
    share: float
    """Part of the lines that begin a turn."""

    def accepts(self, label: Label) -> bool:
        """Whether this label begins a turn."""
        return not self.speakers or label.speaker.casefold() in self.speakers


@dataclass(slots=True)
class _Tally:
    """What was seen of one style."""

    counts: Counter[str] = field(default_factory=Counter)
    changes: Counter[str] = field(default_factory=Counter)
    """Per speaker, how often somebody else had spoken before."""
    shown: dict[str, str] = field(default_factory=dict)
    last: str = ""
    sentences: int = 0
    """Labels that words follow as in speech."""
    first_at: int = 0
    """How many lines that are not blank stand before the first."""
    machines: int = 0
    """Labels with seconds, and with words that are nobody's name."""

    def add(self, label: Label, lines: int) -> None:
        name = label.speaker.casefold()
        if name not in self.counts and len(self.counts) >= _NAMES_KEPT:
            return
        if not self.counts:
            self.first_at = lines
        self.counts[name] += 1
        self.shown.setdefault(name, label.speaker)
        self.changes[name] += name != self.last
        self.last = name
        self.sentences += _reads_as_speech(label.rest)
        is_precise = label.stamp.count(":") > 1
        self.machines += is_precise and not (_has_role(label) or reads_as_name(label.speaker))


@dataclass(slots=True)
class _Headings:
    """The headings of a text, as far as they may be names of people."""

    tally: _Tally = field(default_factory=_Tally)
    level: int = 0
    """Of the first name."""
    others: int = 0
    """Headings behind the first name that are at its level or above, and no names."""

    def add(self, line: str) -> None:
        level = heading_level(line)
        if not level or (self.level and level > self.level):
            return
        label = find_label(line, Style.HEADING)
        if label is not None and reads_as_name(label.speaker) and level > 1:
            self.level = self.level or level
            self.tally.add(label, 0)
            self.others += level != self.level
        else:
            self.others += bool(self.level)


def _has_role(label: Label) -> bool:
    return family_of(label.speaker) is not Family.NAME


def _reads_as_speech(rest: str) -> bool:
    text = rest[:400].strip()
    return not text or text.count(" ") >= 2 or text.endswith((".", "?", "!", "…"))


def make_plan(lines: Iterable[str]) -> Plan | None:
    """Choose the style of the beginning of a text; None when nobody speaks in it."""
    fences = Fences()
    tallies = {style: _Tally() for style in Style}
    headings = _Headings()
    count = 0
    for line in lines:
        if not line.strip():
            continue
        is_code = fences.covers(line)
        for style, tally in tallies.items():
            if is_code and style is not Style.SPECSTORY:
                continue
            label = find_label(line, style)
            if label is not None and _may_speak(label):
                tally.add(label, count)
                if style is not Style.SPECSTORY and label.rest.startswith(("```", "~~~")):
                    fences.open_behind(label)
        if not is_code:
            headings.add(line)
        count += 1
    plans = [_plan_of(style, tally, count) for style, tally in tallies.items()]
    plans.append(_among_headings(headings, count))
    return max((plan for plan in plans if plan), key=lambda plan: plan.hits, default=None)


def _may_speak(label: Label) -> bool:
    if label.style in _DATED:
        return True
    family = family_of(label.speaker)
    if label.style is Style.HEADING and (len(label.speaker) == 1 or label.speaker.islower()):
        return False
    if label.style is Style.PLAIN and label.speaker.islower():
        return family is not Family.NAME and bool(label.rest) and _reads_as_speech(label.rest)
    if label.style in {Style.HEADING, Style.SPECSTORY}:
        return family is not Family.NAME
    return family is not Family.NAME or reads_as_name(label.speaker)


def _plan_of(style: Style, tally: _Tally, lines: int) -> Plan | None:
    if not tally.counts:
        return None
    if style in _DATED:
        return _stamped(style, tally, lines)
    starts_late = tally.first_at > max(10, lines // 5)
    if style is not Style.SPECSTORY and starts_late:
        return None
    plan = _with_model(style, tally, lines)
    return plan or (_among_people(style, tally, lines) if style in _OF_NAMES else None)


_OF_NAMES = frozenset({Style.BOLD, Style.PLAIN, Style.LINE})
_DATED = frozenset({Style.STAMPED, Style.SENT})


def _stamped(style: Style, tally: _Tally, lines: int) -> Plan | None:
    """Date, time and name in every header: all speak, unless they are levels of a log."""
    hits = tally.counts.total()
    levels = count_level_names(tally.counts.elements())
    machines = tally.machines if style is Style.STAMPED else 0
    if (hits < 2 and hits < 0.3 * lines) or max(levels, machines) * 2 > hits:
        return None
    families = {family_of(speaker) for speaker in tally.counts}
    return Plan(
        style=style,
        speakers=frozenset(),
        has_model=Family.MODEL in families,
        hits=hits,
        share=hits / lines,
    )


def _with_model(style: Style, tally: _Tally, lines: int) -> Plan | None:
    """Somebody and a model, who alternate."""
    roles = [name for name in tally.counts if family_of(name) is not Family.NAME]
    people = [name for name in tally.counts if tally.counts[name] >= 3 and name not in roles]
    is_sure = style is Style.SPECSTORY or (style is Style.HEADING and are_pair(set(roles)))
    families = {family_of(name) for name in roles if is_sure or not is_loose(name)}
    asks = Family.USER in families or bool(people)
    if Family.MODEL not in families or not asks:
        return None
    speakers = roles if Family.USER in families else [*roles, *people]
    if not _alternate(tally, speakers) and style is not Style.SPECSTORY:
        return None
    extra = {"system", "tool"} if any(len(name) > 1 for name in roles) else set()
    return Plan(
        style=style,
        speakers=frozenset() if style is Style.SPECSTORY else frozenset({*speakers, *extra}),
        has_model=True,
        hits=sum(tally.counts[name] for name in speakers),
        share=sum(tally.counts[name] for name in speakers) / lines,
    )


def _among_people(style: Style, tally: _Tally, lines: int) -> Plan | None:
    """A meeting or an interview: names that come back, with words behind them."""
    total = tally.counts.total()
    is_dense = total >= 0.9 * lines
    names = [name for name, times in tally.counts.items() if times >= 3 or is_dense]
    hits = sum(tally.counts[name] for name in names)
    returning = sum(tally.counts[name] >= 3 for name in names)
    speaks = tally.sentences >= 0.4 * total
    if len(names) < 2 or returning < 2 or hits < 0.2 * lines or not speaks:
        return None
    if not _alternate(tally, names):
        return None
    return Plan(
        style=style,
        speakers=frozenset() if is_dense else frozenset(names),
        has_model=False,
        hits=hits,
        share=hits / lines,
    )


def _among_headings(headings: _Headings, lines: int) -> Plan | None:
    """Names as headings: nothing else may stand at their level, and all of them come back."""
    counts = headings.tally.counts
    is_talk = len(counts) >= 2 and min(counts.values()) >= 2 and max(counts.values()) >= 3
    if headings.others or not is_talk or not _alternate(headings.tally, list(counts)):
        return None
    hits = counts.total()
    return Plan(
        style=Style.HEADING,
        speakers=frozenset(counts),
        has_model=False,
        hits=hits,
        share=hits / lines,
    )


def _alternate(tally: _Tally, speakers: Sequence[str]) -> bool:
    """Whether these speakers take turns, most of the time."""
    hits = sum(tally.counts[name] for name in speakers)
    changes = sum(tally.changes[name] for name in speakers)
    return len(speakers) > 1 and changes >= 0.6 * hits
