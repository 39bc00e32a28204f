"""People have pseudonyms in the place of their names, also where others speak of them.

A pseudonym is made of the name with the user's key, so that it is the same in every source and
after every start, and tells nobody whose it is who does not have the key. Two people of one name
share it: nothing in a log tells them apart.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from minutebook.privacy.finding.folding import MASK, PLACEHOLDERS
from minutebook.privacy.keys import Key
from minutebook.privacy.names import (
    GAP,
    WITHOUT_GAPS,
    WORD,
    Place,
    fold,
    is_name,
    is_ordinary,
    is_somebody,
    parts_of,
    place_of,
    words_of,
)
from minutebook.privacy.redacting import DIGITS, Hidden

PREFIX = "Person "
_LEAST_JOINED = 6
_LEAST_WITH_S = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class People:
    """Those who are known."""

    version: int = 0
    """Another number for other names."""
    names: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Called:
    """One way to call somebody."""

    words: tuple[str, ...]
    """Folded; one, or those of the full name."""
    pseudonym: str
    known_as: str
    """The name as it was given, or its part."""
    is_sure: bool = False
    """Whether it is a name wherever it stands."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Index:
    """How the people of one version may be called."""

    version: int
    by_word: Mapping[str, Sequence[_Called]]
    """By the first word, the longest first."""
    without_gaps: re.Pattern[str] | None
    whole: Mapping[str, str] = field(default_factory=dict)
    """The full name for each pseudonym."""


class Pseudonyms:
    """Puts pseudonyms in the place of names."""

    def __init__(self, key: Key, people: Callable[[], People]) -> None:
        self._key = key
        self._people = people
        self._index = self._indexed(People())

    @property
    def version(self) -> int:
        """Another number whenever other people are known."""
        return self._current().version

    def whole(self, pseudonym: str) -> str | None:
        """Return the full name of somebody; None where nobody has this pseudonym."""
        return self._index.whole.get(pseudonym)

    def of(self, name: str) -> str:
        """Return the pseudonym for a name, such as `Person 7f3a9c12`."""
        said = " ".join(words_of(name)) or fold(name.strip())
        return f"{PREFIX}{self._key.mark('person', said)[:DIGITS]}"

    def hide(self, text: str) -> Hidden:
        """Return a text with pseudonyms for everybody who is known.

        Placeholders that are there already stay as they are.
        """
        index = self._current()
        if not index.by_word:
            return Hidden(text=text)
        pieces: list[str] = []
        forms: dict[str, set[str]] = defaultdict(set)
        at = 0
        for start, end, called in _found(_masked(text), index):
            pieces += [text[at:start], called.pseudonym]
            forms[called.pseudonym].add(text[start:end])
            at = end
        if not pieces:
            return Hidden(text=text)
        values = {each: self._value(index, each, form) for each, form in forms.items()}
        return Hidden(text="".join([*pieces, text[at:]]), values=values)

    def _value(self, index: _Index, pseudonym: str, forms: set[str]) -> str:
        """Return what a pseudonym stands for: as it was written, or the full name if variously."""
        return min(forms) if len(forms) == 1 else index.whole[pseudonym]

    def _current(self) -> _Index:
        people = self._people()
        if people.version != self._index.version:
            self._index = self._indexed(people)
        return self._index

    def _indexed(self, people: People) -> _Index:
        known = sorted(filter(is_somebody, people.names))
        by_word: dict[str, list[_Called]] = defaultdict(list)
        for called in self._ways(known):
            by_word[called.words[0]].append(called)
        for ways in by_word.values():
            ways.sort(key=lambda called: (-len(called.words), not called.is_sure, called.known_as))
        joined = [re.escape(n) for n in known if WITHOUT_GAPS.search(n) and len(n) > 1]
        joined.sort(key=len, reverse=True)
        whole = {self.of(name): name for name in reversed(known)}
        shared = _shared(known)
        whole |= {
            self.of(part): name for part, name in shared.items() if self.of(part) not in whole
        }
        return _Index(
            version=people.version,
            by_word=dict(by_word),
            without_gaps=re.compile("|".join(joined)) if joined else None,
            whole=whole,
        )

    def _ways(self, known: Sequence[str]) -> Iterator[_Called]:
        singles = {words[0] for name in known if len(words := words_of(name)) == 1}
        shared = _shared(known)
        for name in known:
            pseudonym, words = self.of(name), words_of(name)
            is_sure = len(words) > 1 or any(map(str.isdigit, name))
            yield _Called(words=words, pseudonym=pseudonym, known_as=name, is_sure=is_sure)
            if len(words) > 1 and len(whole := "".join(words)) >= _LEAST_JOINED:
                yield _Called(words=(whole,), pseudonym=pseudonym, known_as=name, is_sure=True)
            for part in parts_of(name):
                if part not in singles:
                    whose = self.of(part) if part in shared else pseudonym
                    yield _Called(words=(part,), pseudonym=whose, known_as=part.capitalize())


def _shared(known: Iterable[str]) -> dict[str, str]:
    """Return the parts of names that several people have, as they are called by them."""
    owners: dict[str, set[str]] = defaultdict(set)
    for name in known:
        for part in parts_of(name):
            owners[part].add(" ".join(words_of(name)))
    return {part: part.capitalize() for part, names in owners.items() if len(names) > 1}


def _masked(text: str) -> str:
    """Return a text of the same length in which placeholders are no words."""
    for placeholder in PLACEHOLDERS:
        text = placeholder.sub(lambda found: MASK * len(found[0]), text)
    return text


def _found(text: str, index: _Index) -> Iterator[tuple[int, int, _Called]]:
    """Yield where somebody is named, in order and apart, and how."""
    at = 0
    while word := WORD.search(text, at):
        at = word.end()
        if index.without_gaps is not None and WITHOUT_GAPS.search(word[0]):
            yield from _without_gaps(text, word, index)
        elif (found := _named(text, word, index)) is not None:
            end, called = found
            at = max(at, end)
            yield word.start(), end, called


def _without_gaps(
    text: str, word: re.Match[str], index: _Index
) -> Iterator[tuple[int, int, _Called]]:
    if index.without_gaps is None:
        return
    for found in index.without_gaps.finditer(text, word.start(), word.end()):
        ways = index.by_word.get(words_of(found[0])[0], ())
        if ways:
            yield found.start(), found.end(), ways[0]


def _named(text: str, word: re.Match[str], index: _Index) -> tuple[int, _Called] | None:
    """Return where the name ends that begins with a word, and how it is called."""
    folded = fold(word[0])
    for called in index.by_word.get(folded, ()):
        end = _end(text, word.end(), called.words[1:])
        if end is not None and (called.is_sure or _is_single(text, word.start(), end, called)):
            return end, called
    if folded.endswith("s") and len(folded) > _LEAST_WITH_S and not is_ordinary(folded[:-1]):
        for called in index.by_word.get(folded[:-1], ()):
            end = word.end() - 1
            if len(called.words) == 1 and _is_single(text, word.start(), end, called):
                return end, called
    return None


def _end(text: str, at: int, words: Sequence[str]) -> int | None:
    """Return where the further words of a name end; None where others stand there."""
    for wanted in words:
        gap = GAP.match(text, at)
        word = WORD.match(text, at if gap is None else gap.end())
        if gap is None or word is None or fold(word[0]) != wanted:
            return None
        at = word.end()
    return at


def _is_single(text: str, start: int, end: int, called: _Called) -> bool:
    place = place_of(text, start, end)
    behind = text[end : end + 2]
    if place is Place.NAMED and behind[:1].isalnum():
        place = Place.WITHIN
    return is_name(text[start:end], place, known_as=called.known_as, behind=behind)
