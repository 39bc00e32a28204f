"""A reply, put together from the pieces of a stream, whatever protocol they came in.

Neither protocol numbers its pieces, so a repeated piece of text cannot be told from a word that is
said twice; what has an identity of its own (a call, the end, the usage) counts once.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field

from minutebook.domain.turns import ToolCall
from minutebook.llm.protocol import (
    Reply,
    StopReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
    UsageReported,
)
from minutebook.llm.remote.thoughts import Thoughts

_DIGITS = 12
"""Of a number of tokens, at most."""


@dataclass(slots=True, kw_only=True)
class _Call:
    """A tool call that is on its way."""

    id: str
    name: str
    arguments: list[str] = field(default_factory=list)


class ReplyBuilder:
    """Takes pieces, returns the events they are, and makes the reply of them."""

    def __init__(self, model: str, limit: int) -> None:
        self.stop_reason: StopReason | None = None
        self.usage = Usage()
        self._model = model
        self._left = limit
        self._text: list[str] = []
        self._thinking: list[str] = []
        self._calls: dict[str, _Call] = {}
        self._thoughts = Thoughts()

    @property
    def is_full(self) -> bool:
        """Whether more came than a reply may be long."""
        return self._left < 0

    @property
    def is_empty(self) -> bool:
        """Whether nothing was said so far."""
        return not (self._text or self._thinking or self._calls)

    @property
    def has_calls(self) -> bool:
        """Whether the model asked for a tool."""
        return bool(self._calls)

    def text(self, piece: object) -> list[StreamEvent]:
        """Take a piece of text. Raises TypeError when it is none."""
        return self._told(*self._thoughts.take(self._fitting(piece)))

    def thinking(self, piece: object) -> list[StreamEvent]:
        """Take a piece of thinking. Raises TypeError when it is no text."""
        fitting = self._fitting(piece)
        if not fitting:
            return []
        self._thinking.append(fitting)
        return [ThinkingDelta(text=fitting)]

    def open_call(self, key: str, id_: object, name: object) -> list[StreamEvent]:
        """Begin a call; one that has begun already is left as it is. Raises TypeError."""
        if key in self._calls:
            return []
        call = _Call(id=self._fitting(id_), name=self._fitting(name))
        self._calls[key] = call
        return [ToolCallDelta(index=len(self._calls) - 1, id=call.id, name=call.name)]

    def arguments(self, key: str, piece: object) -> list[StreamEvent]:
        """Take a piece of the arguments of a call that has begun. Raises LookupError, TypeError."""
        if key not in self._calls:
            raise LookupError("arguments came of a call that never began")
        fitting = self._fitting(piece)
        self._calls[key].arguments.append(fitting)
        index = list(self._calls).index(key)
        return [ToolCallDelta(index=index, arguments=fitting)] if fitting else []

    def name_call(self, key: str, name: str) -> None:
        """Give a call its name that began without one."""
        call = self._calls[key]
        call.name = call.name or self._fitting(name)

    def is_whole(self, key: str) -> bool:
        """Whether a call that has begun has its name, and a whole JSON object for arguments."""
        call = self._calls[key]
        written = "".join(call.arguments).strip()
        if not (call.name and written.startswith("{") and written.endswith("}")):
            return False
        try:
            return isinstance(json.loads(written), dict)
        except (ValueError, RecursionError):
            return False

    def knows_call(self, key: str) -> bool:
        """Whether a call with this key has begun."""
        return key in self._calls

    def report(self, usage: Usage) -> list[StreamEvent]:
        """Take what was used so far; it is an event when it is news."""
        if usage == self.usage:
            return []
        self.usage = usage
        return [UsageReported(model=self._model, usage=usage)]

    def reply(self) -> Reply:
        """Return what came so far; a fragment unless a stop reason came."""
        self._told(*self._thoughts.rest())
        return Reply(
            model=self._model,
            text="".join(self._text),
            thinking="".join(self._thinking),
            stop_reason=self._reason(),
            tool_calls=tuple(
                ToolCall(id=call.id, name=call.name, arguments="".join(call.arguments) or "{}")
                for call in self._calls.values()
            ),
            usage=self.usage,
        )

    def _told(self, thought: str, said: str) -> list[StreamEvent]:
        events: list[StreamEvent] = []
        if thought:
            self._thinking.append(thought)
            events.append(ThinkingDelta(text=thought))
        if said:
            self._text.append(said)
            events.append(TextDelta(text=said))
        return events

    def _reason(self) -> StopReason:
        if self.is_full or self.stop_reason is None:
            return StopReason.CUT
        return self.stop_reason

    def _fitting(self, piece: object) -> str:
        if not isinstance(piece, str):
            raise TypeError(f"a piece of the answer is a {type(piece).__name__}, not a text")
        fitting = piece[: max(self._left, 0)]
        self._left -= len(piece)
        return fitting.encode("utf-8", "replace").decode() if not _is_sound(fitting) else fitting


def _is_sound(text: str) -> bool:
    """Tell whether a text can be stored: half a surrogate pair in a JSON escape cannot."""
    return text.isascii() or not any("\ud800" <= character <= "\udfff" for character in text)


def tokens(value: object) -> int:
    """Return a number of tokens that a provider reports, be it `5.0` or `"5"`; 0 for no number."""
    match value:
        case bool():
            return 0
        case int():
            return max(value, 0)
        case float() if value.is_integer():
            return max(int(value), 0)
        case str() if value.isascii() and value.isdecimal() and len(value) <= _DIGITS:
            return int(value)
    return 0
