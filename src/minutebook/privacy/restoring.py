"""Placeholders in an answer become again what they stood for in the request it answers.

Only those of that request: what a model makes up, or has from elsewhere, stays as it is. Answers
come in pieces that are cut anywhere; what may be the beginning of a placeholder is held back until
more is known, and everything else goes on at once.
"""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from minutebook.domain.turns import ToolCall
from minutebook.llm.protocol import Reply
from minutebook.privacy.finding.folding import PLACEHOLDERS

_PLACEHOLDER = re.compile("|".join(pattern.pattern for pattern in PLACEHOLDERS))
_FIRSTS = re.compile(r"[\[P]")
"""What placeholders begin with."""


def has_placeholders(text: str) -> bool:
    """Say whether anything in a text may stand for something else."""
    return _PLACEHOLDER.search(text) is not None


def in_json(value: str) -> str:
    """Return a value as it stands within a JSON text."""
    return json.dumps(value, ensure_ascii=False)[1:-1]


def _as_it_is(value: str) -> str:
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Restorer:
    """Knows what the placeholders of one request stand for."""

    values: Mapping[str, str]

    def text(self, text: str, written: Callable[[str], str] = _as_it_is) -> str:
        """Return a whole text with its placeholders restored."""
        return _PLACEHOLDER.sub(lambda found: self._value(found[0], written), text)

    def reply(self, reply: Reply) -> Reply:
        """Return a whole answer with its placeholders restored."""
        return replace(
            reply,
            text=self.text(reply.text),
            thinking=self.text(reply.thinking),
            tool_calls=tuple(map(self.call, reply.tool_calls)),
        )

    def call(self, call: ToolCall) -> ToolCall:
        """Return a call of a tool with the placeholders of its arguments restored."""
        return replace(call, arguments=self.text(call.arguments, in_json))

    def stream(self, written: Callable[[str], str] = _as_it_is) -> StreamRestorer:
        """Return what restores a text that comes in pieces."""
        return StreamRestorer(self, written)

    def _value(self, placeholder: str, written: Callable[[str], str]) -> str:
        value = self.values.get(placeholder)
        return placeholder if value is None else written(value)


class StreamRestorer:
    """Restores a text that comes in pieces; together they are the restored whole."""

    def __init__(self, restorer: Restorer, written: Callable[[str], str]) -> None:
        self._restorer = restorer
        self._written = written
        self._placeholders = sorted(restorer.values)
        self._longest = max(map(len, self._placeholders), default=0)
        self._held = ""

    def feed(self, piece: str) -> str:
        """Take a piece; return what can be told by now, which may be nothing."""
        text = self._held + piece
        cut = self._cut(text)
        self._held = text[cut:]
        return self._restorer.text(text[:cut], self._written)

    def flush(self) -> str:
        """Return what was held back: nothing comes any more."""
        held, self._held = self._held, ""
        return held

    def _cut(self, text: str) -> int:
        """Return where the beginning of a placeholder may stand at the end of a text."""
        for first in _FIRSTS.finditer(text, max(0, len(text) - self._longest + 1)):
            if _begins_any(self._placeholders, text[first.start() :]):
                return first.start()
        return len(text)


def _begins_any(ordered: Sequence[str], beginning: str) -> bool:
    """Say whether one of some ordered texts begins so, and goes on."""
    at = bisect_left(ordered, beginning)
    found = at < len(ordered) and ordered[at].startswith(beginning)
    return found and len(ordered[at]) > len(beginning)
