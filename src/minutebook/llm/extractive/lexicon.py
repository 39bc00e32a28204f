"""The word lists of `lexicon.toml`, read once and cut to the languages a page is written in.

The language is guessed from the function words themselves: the list that covers most of the words
is used, and any other that covers nearly as much (people mix languages). With no list that fits,
nothing is stopped, and document frequency alone does the damping.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import groupby
from pathlib import Path

_MIN_COVERAGE = 0.12
"""A language covers at least this share of the words, or it is not what the page is written in."""
_NEARLY_AS_MUCH = 0.6
_UNSPACED = ("ja", "zh", "ko")


@dataclass(frozen=True, slots=True, kw_only=True)
class Lexicon:
    """All the lists, case folded."""

    stopwords: Mapping[str, frozenset[str]]
    fillers: frozenset[str]
    hesitations: frozenset[str]
    cues: Mapping[str, tuple[str, ...]]
    openers: Mapping[str, tuple[str, ...]]
    leaning: frozenset[str]
    pronouns: frozenset[str]
    negations: frozenset[str]
    connectors: frozenset[str]
    glue: frozenset[str]
    determiners: frozenset[str]
    verbs: frozenset[str]
    edges: frozenset[str]
    particles: frozenset[str]
    hard_abbreviations: frozenset[str]
    soft_abbreviations: frozenset[str]
    months: frozenset[str]
    placeholders: frozenset[str]
    """What apps write in place of words, without the marks around it."""
    closer: re.Pattern[str]
    """What is said when all is said; searched in folded text."""
    asks_for_figure: re.Pattern[str]
    asks_for_reason: re.Pattern[str]
    gives_reason: re.Pattern[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    """What holds for one page."""

    stopwords: frozenset[str]
    cue: re.Pattern[str]
    """Searched in folded text."""
    opener: re.Pattern[str]
    """Matched at the start of folded text."""
    nouns_are_capital: bool
    """A capital inside a sentence says nothing."""


@lru_cache(maxsize=1)
def lexicon() -> Lexicon:
    """Return the lists, reading them the first time."""
    lists = tomllib.loads(Path(__file__).with_name("lexicon.toml").read_text(encoding="utf-8"))
    return Lexicon(
        stopwords={name: _words(text) for name, text in lists["stopwords"].items()},
        fillers=_union(lists["fillers"]),
        hesitations=_union(lists["hesitations"]),
        cues={name: _phrases(text) for name, text in lists["cues"].items()},
        openers={name: _phrases(text) for name, text in lists["openers"].items()},
        leaning=_union(lists["leaning"]),
        pronouns=_union(lists["pronouns"]),
        negations=_union(lists["negations"]),
        connectors=_union(lists["connectors"]),
        glue=_union(lists["glue"]),
        determiners=_union(lists["determiners"]),
        verbs=_union(lists["verbs"]),
        edges=_union(lists["edges"]),
        particles=_union(lists["particles"]),
        hard_abbreviations=_words(lists["abbreviations"]["hard"]),
        soft_abbreviations=_words(lists["abbreviations"]["soft"]),
        months=_union(lists["months"]),
        placeholders=frozenset(
            phrase for text in lists["placeholders"].values() for phrase in _phrases(text)
        ),
        closer=_anywhere("|".join(lists["closers"].values())),
        asks_for_figure=_anywhere(lists["questions"]["figure"]),
        asks_for_reason=_anywhere(lists["questions"]["reason"]),
        gives_reason=_anywhere(lists["questions"]["because"]),
    )


@lru_cache(maxsize=1)
def function_words() -> frozenset[str]:
    """Return the function words and fillers of every language: words that never carry a turn."""
    lists = lexicon()
    return lists.fillers.union(lists.hesitations, *lists.stopwords.values())


def language_of(counts: Mapping[str, int]) -> Language:
    """Return the lists for a page with these folded words, each with its number of uses."""
    total = sum(counts.values()) or 1
    uses: Counter[str] = Counter()
    languages = _languages_of()
    for word, count in counts.items():
        for name in languages.get(word, ()):
            uses[name] += count
    least = max(_MIN_COVERAGE * total, max(uses.values(), default=0) * _NEARLY_AS_MUCH)
    return _language(tuple(name for name in lexicon().stopwords if uses[name] >= least))


@lru_cache(maxsize=1)
def _languages_of() -> Mapping[str, tuple[str, ...]]:
    """Return the languages in which each function word is one."""
    found: dict[str, tuple[str, ...]] = {}
    for name, words in lexicon().stopwords.items():
        for word in words:
            found[word] = (*found.get(word, ()), name)
    return found


@lru_cache(maxsize=32)
def _language(names: tuple[str, ...]) -> Language:
    lists = lexicon()
    spoken = names or ("en",)
    cues = [phrase for name in spoken for phrase in lists.cues.get(name, ())]
    unspaced = [phrase for name in _UNSPACED for phrase in lists.cues[name]]
    openers = [phrase for name in spoken for phrase in lists.openers.get(name, ())]
    return Language(
        stopwords=lists.hesitations.union(*(lists.stopwords[name] for name in names)),
        cue=re.compile(rf"\b{_alternatives(cues)}|{_alternatives(unspaced)}"),
        opener=re.compile(_alternatives(openers)),
        nouns_are_capital="de" in names,
    )


def _anywhere(text: str) -> re.Pattern[str]:
    return re.compile(_alternatives(_phrases(text)))


def _alternatives(phrases: Sequence[str]) -> str:
    """Return a pattern for any of the phrases, grouped by first letter so that it fails early."""
    if not phrases:
        return r"(?!)"
    groups = groupby(sorted(set(phrases)), key=lambda phrase: phrase[0])
    return f"(?:{'|'.join(_group(first, list(members)) for first, members in groups)})"


def _group(first: str, phrases: list[str]) -> str:
    tails = "|".join(re.escape(phrase[1:]) for phrase in sorted(phrases, key=len, reverse=True))
    return f"{re.escape(first)}(?:{tails})"


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _union(lists: Mapping[str, str]) -> frozenset[str]:
    return frozenset().union(*(_words(text) for text in lists.values()))


def _phrases(text: str) -> tuple[str, ...]:
    # An entry keeps a space at its end when the list has it: "now i " is not "now in".
    parts = (part.replace("\n", "") for part in text.split("|"))
    return tuple(part for part in parts if part)
