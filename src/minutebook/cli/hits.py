"""What is said of a hit in a search, whatever it is printed on."""

from __future__ import annotations

from minutebook.domain.display import one_line
from minutebook.domain.turns import Turn
from minutebook.engine import Found

BESIDE = 100
"""Characters of a neighbour, where nothing else bounds them."""


def place(found: Found) -> str:
    """Say when a turn was said, and where it stands."""
    turn = found.hit.turn
    at = "" if turn.at is None else f"{turn.at.astimezone():%Y-%m-%d %H:%M} · "
    return f"{at}{turn.page or turn.conversation}"


def beside(turn: Turn) -> str:
    """Return the beginning of a neighbour as one line."""
    return one_line(f"{turn.speaker}: {turn.content.text[: BESIDE * 2]}")
