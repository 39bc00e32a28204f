"""Turns become what the transcript shows."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Content, Role, Turn
from minutebook.tui.prose.blocks import ProseBlock, TextKind, Tone
from minutebook.tui.wording import turn_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import date, datetime

_TONES = {
    Role.USER: Tone.YOU,
    Role.ASSISTANT: Tone.MODEL,
    Role.TOOL: Tone.TOOL,
    Role.SYSTEM: Tone.SYSTEM,
    Role.PERSON: Tone.PERSON,
}
_VERBATIM = frozenset({Role.TOOL, Role.SYSTEM})
_SHOWN_AT_MOST = 200_000
"""Characters of one turn on the screen: nobody reads further, and all of it is in the record."""
_SHORT = 400
"""Characters of a tool call or result."""

Place = tuple[int, int]
"""Where a turn stands in reading order: (sort_at, seq)."""


def place_of(turn: Turn) -> Place:
    """Return where a turn stands."""
    return (turn.sort_at, turn.seq)


def blocks_of(
    turns: Sequence[Turn], before: Turn | None, now: datetime, *, is_live: bool
) -> list[ProseBlock]:
    """Return turns as blocks; `before` is the turn that is shown right before them.

    `is_live` says whether they were said here.
    """
    above = [before, *turns][: len(turns)]
    return [
        _block(turn, last, now, is_live=is_live) for last, turn in zip(above, turns, strict=True)
    ]


def _block(turn: Turn, before: Turn | None, now: datetime, *, is_live: bool) -> ProseBlock:
    """Return a turn as a block; its key is the block's id."""
    return ProseBlock(
        id=turn.key,
        text=text_of(turn.content),
        kind=TextKind.VERBATIM if turn.role in _VERBATIM else TextKind.CHAT,
        speaker=speaker(turn, is_live=is_live),
        tone=_TONES[turn.role],
        meta=_meta(turn, before, now),
    )


def _meta(turn: Turn, before: Turn | None, now: datetime) -> str:
    """Return the time, with the date where a day begins; and whether the branch was left."""
    if turn.at is None:
        time = ""
    elif before is not None and before.at is not None and _day(before.at) == _day(turn.at):
        time = f"{turn.at.astimezone():%H:%M}"
    else:
        time = turn_time(turn.at, now)
    return time if turn.is_active else f"{time} · left branch".lstrip(" ·")


def _day(moment: datetime) -> date:
    return moment.astimezone().date()


def text_of(content: Content) -> str:
    """Return what was said and what came with it, as text."""
    parts = [_cut(content.text)] if content.text.strip() else []
    parts += [f"⚙ {call.name}  {_brief(call.arguments)}" for call in content.tool_calls]
    parts += [
        f"{'✗' if result.is_error else '↳'} {_brief(result.content)}"
        for result in content.tool_results
    ]
    parts += [f"▤ {file.name}" for file in content.attachments]
    return "\n\n".join(parts)


def _brief(text: str) -> str:
    flat = " ".join(text[: 4 * _SHORT].split())
    return flat if len(flat) <= _SHORT else flat[: _SHORT - 1] + "…"


def _cut(text: str) -> str:
    if len(text) <= _SHOWN_AT_MOST:
        return text
    left = len(text) - _SHOWN_AT_MOST
    return f"{text[:_SHOWN_AT_MOST]}\n\n… {left:,} more characters are in the record."
