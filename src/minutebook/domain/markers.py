"""Markers in what a model says: `@@ref('pg_…')@@` and its friends, found as the text comes.

A marker is a value with its place; the text it stands in is never changed. It counts only in the
model's own words: not in code, not in what is quoted (see `own_words`), not behind a backslash.
What is in doubt is no marker: names are in lower case, and `@@REF(…)@@` is text. Every decision
is made from the text before it and from so many characters behind it, so that pieces of any size
give the same markers, in linear time.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from minutebook.domain.own_words import OwnWords

_LONGEST: Final = 2_400
"""Characters of a marker, at most: so much is held back while it is not known to be one."""
_BODY: Final = r"(?:(?!@@)[^\n`])*"
_MARKER: Final = re.compile(rf"@@(ref|unref|important|importance|ephemeral)(?:\(({_BODY})\))?@@")
_BEGUN: Final = re.compile(rf"@\Z|@@[a-z]{{0,10}}@?\Z|@@[a-z]{{3,10}}\({_BODY}\Z")
_INTERESTING: Final = re.compile(r"[@\n\\`\"“”„«»]")
_NUMBER: Final = re.compile(r"(?:0?\.\d{1,6}|[01](?:\.\d{0,6})?)")


class MarkerKind(StrEnum):
    """What a marker asks for."""

    REF = "ref"
    """Bring pages back."""
    UNREF = "unref"
    """Let pages go; all of them where none is named."""
    IMPORTANT = "important"
    """The line matters: it should stay word for word."""
    IMPORTANCE = "importance"
    """How much the turn matters, from 0 to 1."""
    EPHEMERAL = "ephemeral"
    """The line matters for now only."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Marker:
    """A marker in a text."""

    kind: MarkerKind
    arguments: tuple[str, ...] = ()
    """Ids of pages; or the one number of an importance."""
    words: str = ""
    """What is to be looked for, of a reference by words."""
    start: int
    """Where it stands in the text, in characters."""
    end: int

    @property
    def importance(self) -> float:
        """From 0 to 1, of a marker that says how much its turn matters."""
        return min(1.0, float(self.arguments[0])) if self.kind is MarkerKind.IMPORTANCE else 1.0


class MarkerScanner:
    """Finds the markers of one text that comes in pieces."""

    def __init__(self) -> None:
        self._own = OwnWords()
        self._held = ""
        """What came and is not decided on."""
        self._place = 0
        """Of the first character that is held, in the text."""

    def feed(self, text: str) -> list[str | Marker]:
        """Take a piece; return what is certain now: text as it is, and markers in their places."""
        return self._decide(self._held + text, is_end=False)

    def finish(self) -> list[str | Marker]:
        """Return what was held back: nothing comes any more."""
        return self._decide(self._held, is_end=True)

    def _decide(self, text: str, *, is_end: bool) -> list[str | Marker]:
        found: list[str | Marker] = []
        at = begun = 0
        while at < len(text):
            width = self._own.begin(text, at, is_end=is_end)
            if width is None:
                break
            if width:
                at += width
                continue
            marker = self._marker(text, at)
            if marker is None and not is_end and self._is_begun(text, at):
                break
            if marker is None:
                at = self._pass(text, at)
                continue
            if self._own.are_own and not self._own.is_escaped:
                found += [*_texts(text[begun:at]), marker]
                begun = at + marker.end - marker.start
            at += marker.end - marker.start
            self._own.pass_plain("@")
        found += _texts(text[begun:at])
        self._held = text[at:]
        self._place += at
        return found

    def _pass(self, text: str, at: int) -> int:
        """Go on to what may matter next; return where that is."""
        following = _INTERESTING.search(text, at)
        if following is None or following.start() > at:
            end = len(text) if following is None else following.start()
            self._own.pass_plain(text[end - 1])
            return end
        self._own.take(text[at])
        return at + 1

    def _marker(self, text: str, at: int) -> Marker | None:
        if text[at] != "@":
            return None
        fits = _MARKER.match(text, at, at + _LONGEST)
        return None if fits is None else _read(fits, self._place)

    @staticmethod
    def _is_begun(text: str, at: int) -> bool:
        return text[at] == "@" and len(text) - at < _LONGEST and _BEGUN.match(text, at) is not None


def markers(text: str) -> tuple[Marker, ...]:
    """Return the markers of a whole text, in order."""
    return tuple(each for each in _scanned(text) if isinstance(each, Marker))


def shown(text: str, sign: Callable[[Marker], str]) -> str:
    """Return a text with every marker as its sign."""
    if "@@" not in text:
        return text
    return "".join(each if isinstance(each, str) else sign(each) for each in _scanned(text))


def marked_lines(text: str, kind: MarkerKind) -> tuple[tuple[int, int], ...]:
    """Return the lines that have a marker of a kind, as (start, end) in characters, in order."""
    lines = [_line(text, each.start) for each in markers(text) if each.kind is kind]
    return tuple(dict.fromkeys(lines))


def _scanned(text: str) -> Iterator[str | Marker]:
    if "@@" not in text:
        return iter((text,))
    scanner = MarkerScanner()
    return iter((*scanner.feed(text), *scanner.finish()))


def _line(text: str, place: int) -> tuple[int, int]:
    end = text.find("\n", place)
    return text.rfind("\n", 0, place) + 1, len(text) if end < 0 else end


def _texts(text: str) -> list[str | Marker]:
    return [text] if text else []


def _read(fits: re.Match[str], place: int) -> Marker | None:
    """Return what a text of the right form means; None when it means nothing."""
    kind, given = MarkerKind(fits[1]), fits[2]
    said = _bare(given or "")
    start, end = fits.start() + place, fits.end() + place
    if kind is MarkerKind.REF and said.startswith("?"):
        words = said[1:].strip()
        return Marker(kind=kind, words=words, start=start, end=end) if words else None
    names = tuple(dict.fromkeys(name for part in said.split(",") if (name := _bare(part))))
    fitting = {
        MarkerKind.REF: bool(names),
        MarkerKind.UNREF: given is None or bool(names),
        MarkerKind.IMPORTANCE: _NUMBER.fullmatch(said) is not None,
    }
    if not fitting.get(kind, given is None):
        return None
    return Marker(kind=kind, arguments=names, start=start, end=end)


def _bare(text: str) -> str:
    """Return an argument without the quotes around it."""
    return text.strip().strip("'\"").strip()
