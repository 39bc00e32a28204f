"""Thinking that a server leaves in the text of a reply, as open models write it.

Only a reply that begins with the tag thinks so; anywhere else the tag is something that is said.
"""

from __future__ import annotations

from enum import Enum, auto

_TAGS = {"<think>": "</think>", "<thinking>": "</thinking>"}


class _State(Enum):
    BEGINNING = auto()
    THINKING = auto()
    BETWEEN = auto()
    """Behind the thinking, before the first word."""
    SPEAKING = auto()


class Thoughts:
    """Parts the text of one reply into thinking and speech, however it is cut into pieces."""

    def __init__(self) -> None:
        self._state = _State.BEGINNING
        self._held = ""
        """What may be a part of a tag."""
        self._end = ""

    def take(self, piece: str) -> tuple[str, str]:
        """Take some more text; return what of it is thought, and what is said."""
        if self._state is _State.SPEAKING:
            return "", piece
        held, self._held = self._held + piece, ""
        if self._state is _State.BEGINNING:
            return self._begin(held)
        return self._think(held) if self._state is _State.THINKING else ("", self._speak(held))

    def rest(self) -> tuple[str, str]:
        """Return what was held back, when nothing more comes."""
        held, self._held = self._held, ""
        return (held, "") if self._state is _State.THINKING else ("", held)

    def _begin(self, text: str) -> tuple[str, str]:
        begun = text.lstrip()
        for tag, end in _TAGS.items():
            if begun.startswith(tag):
                self._state, self._end = _State.THINKING, end
                return self._think(begun.removeprefix(tag).removeprefix("\n"))
        if any(tag.startswith(begun) for tag in _TAGS):
            self._held = text
            return "", ""
        self._state = _State.SPEAKING
        return "", text

    def _think(self, text: str) -> tuple[str, str]:
        thought, tag, said = text.partition(self._end)
        if tag:
            self._state = _State.BETWEEN
            return thought, self._speak(said)
        kept = _beginning_of(self._end, text)
        self._held = text[len(text) - kept :]
        return text[: len(text) - kept], ""

    def _speak(self, text: str) -> str:
        said = text.lstrip()
        if said:
            self._state = _State.SPEAKING
        return said


def _beginning_of(tag: str, text: str) -> int:
    """Return how many characters at the end of a text may begin a tag."""
    return next((n for n in range(len(tag) - 1, 0, -1) if text.endswith(tag[:n])), 0)
