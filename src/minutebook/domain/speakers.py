"""How a speaker is named, everywhere people read what was said."""

from __future__ import annotations

from minutebook.domain.turns import Role, Turn

YOU = "you"
"""Who types here."""


def speaker(turn: Turn, *, is_live: bool) -> str:
    """Return the name to show beside a turn: its author's, or else a plain word for its role.

    In a conversation held here the person is `you`; a log may be anybody's.
    """
    is_yours = is_live and turn.role is Role.USER and not turn.author
    return YOU if is_yours else turn.speaker
