"""Turns as passages: what a model is shown of the record.

The words of a turn stand for it. A turn without words is tool traffic, and is shown as such: what
was called, or what came back.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, tzinfo

from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Content, Origin, Role, Turn
from minutebook.domain.whole_words import beginning
from minutebook.llm.protocol import Passage

_MAX_ARGUMENTS = 200


def of_turns(turns: Iterable[Turn], zone: tzinfo, *, is_live: bool = False) -> tuple[Passage, ...]:
    """Return those turns that say anything as passages, in order.

    `is_live` says whether they were said here.
    """
    shown = (of_turn(turn, zone, is_live=is_live) for turn in turns)
    return tuple(passage for passage in shown if passage.text.strip())


def of_turn(turn: Turn, zone: tzinfo, *, is_live: bool = False) -> Passage:
    """Return a turn as a passage, with its time in the reader's zone.

    A live turn without a time was said when it was recorded.
    """
    words = turn.content.text
    moment = turn.recorded_at if turn.at is None and turn.origin is Origin.LIVE else turn.at
    return Passage(
        source=turn.id,
        speaker=speaker(turn, is_live=is_live),
        role=turn.role if words.strip() else Role.TOOL,
        text=words if words.strip() else _traffic(turn.content),
        page=turn.page,
        when=_written(moment, zone),
    )


def _traffic(content: Content) -> str:
    calls = [
        f"{call.name} {beginning(call.arguments, _MAX_ARGUMENTS)}" for call in content.tool_calls
    ]
    return "\n".join([*calls, *(result.content for result in content.tool_results)])


def _written(moment: datetime | None, zone: tzinfo) -> str:
    if moment is None:
        return ""
    try:
        return moment.astimezone(zone).isoformat(timespec="seconds")
    except OverflowError:  # within a day of year 1 or 9999
        return moment.isoformat(timespec="seconds")
