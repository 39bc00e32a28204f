"""A page and its turns, as they were read for a summary."""

from __future__ import annotations

from dataclasses import dataclass, replace

from minutebook.domain.batches import Part
from minutebook.domain.pages import Page
from minutebook.domain.turns import Turn


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """A page as it was read."""

    page: Page
    turns: tuple[Turn, ...]
    """Those that are read, or all when every branch was left; in order of arrival."""
    is_live: bool
    """Whether they were said here."""
    pinned: frozenset[str] = frozenset()
    """Keys of the turns that a person pinned."""
    title: str = ""
    """Of the conversation."""

    def number(self, turn: Turn) -> int:
        """Return the place of a turn on the page, from 1."""
        return turn.seq - self.page.first_seq + 1

    def within(self, part: Part) -> tuple[Turn, ...]:
        """Return the turns of a part, with the text that lies in it."""
        first = part.first_seq or self.page.first_seq
        last = part.last_seq or self.page.last_seq
        inside = tuple(turn for turn in self.turns if first <= turn.seq <= last)
        return tuple(_cut(turn, part) for turn in inside) if part.end else inside


def _cut(turn: Turn, part: Part) -> Turn:
    return replace(
        turn, content=replace(turn.content, text=turn.content.text[part.start : part.end])
    )
