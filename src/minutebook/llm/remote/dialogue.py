"""Messages as every provider takes them.

Providers refuse what records are full of: two messages of one role in a row, empty ones, calls
without results and results without calls. Here messages become exchanges that alternate, begin and
end with the user, and hold only tool traffic that is in pairs; the rest of it is shown as text.
What came from nobody (joins, notices of a log) is shown as a notice and never as an instruction.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import zip_longest

from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.llm.protocol import Message, Request

_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_NOT_IN_AN_ID = re.compile(r"[^A-Za-z0-9_-]")
_EARLIER = "[What was said before is left out.]"
_NOTHING = "[Nothing was said.]"
_GO_ON = "[Please go on.]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """A piece of text in an exchange."""

    text: str
    ends_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Called:
    """A call of a tool that has its result in the next exchange."""

    call: ToolCall
    ends_prefix: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """The result of a call in the exchange before."""

    result: ToolResult
    ends_prefix: bool = False


Part = Words | Called | Returned


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """All that one side says before the other speaks."""

    is_model: bool
    parts: tuple[Part, ...]

    @property
    def text(self) -> str:
        """Its words, without tool traffic."""
        return "\n\n".join(part.text for part in self.parts if isinstance(part, Words))


def exchanges(request: Request) -> tuple[Exchange, ...]:
    """Return the messages of a request as exchanges; the first and the last are the user's."""
    joined = _joined(_exchange(message) for message in request.messages)
    paired = _paired(joined) if request.tools else [_told(exchange) for exchange in joined]
    return tuple(_ordered(exchange) for exchange in _framed(_joined(paired)))


def _exchange(message: Message) -> Exchange:
    is_model = message.role is Role.ASSISTANT
    text = message.text.rstrip() if is_model else message.text
    if message.role is Role.SYSTEM and text.strip():
        text = f"[notice] {text}"
    parts: list[Part] = [Words(text=text)] if text.strip() else []
    parts += [Called(call=call) for call in message.tool_calls]
    parts += [Returned(result=result) for result in message.tool_results]
    if parts and message.ends_prefix:
        parts[-1] = replace(parts[-1], ends_prefix=True)
    return Exchange(is_model=is_model, parts=tuple(parts))


def _joined(found: Iterable[Exchange]) -> list[Exchange]:
    """Leave out empty exchanges, and join neighbours of the same side."""
    joined: list[Exchange] = []
    for exchange in found:
        if not exchange.parts:
            continue
        if joined and joined[-1].is_model is exchange.is_model:
            joined[-1] = replace(joined[-1], parts=joined[-1].parts + exchange.parts)
        else:
            joined.append(exchange)
    return joined


def _paired(found: Sequence[Exchange]) -> Iterator[Exchange]:
    """Keep the calls and results that belong together; tell the others as text."""
    pairs: dict[str, str] = {}
    for exchange, following in zip_longest(found, found[1:]):
        if not exchange.is_model:
            yield _renamed(exchange, pairs)
            pairs = {}
            continue
        pairs = _pairs(exchange, following)
        yield _renamed(exchange, pairs)


def _pairs(exchange: Exchange, following: Exchange | None) -> dict[str, str]:
    """Return the ids of calls that can be kept, each with the id that providers accept."""
    if following is None:
        return {}
    answered = {p.result.call_id for p in following.parts if isinstance(p, Returned)}
    kept: dict[str, str] = {}
    for part in exchange.parts:
        if isinstance(part, Called) and part.call.id in answered and _is_sound(part.call):
            kept.setdefault(part.call.id, _NOT_IN_AN_ID.sub("_", part.call.id)[:64])
    return kept if len(set(kept.values())) == len(kept) else {}


def _is_sound(call: ToolCall) -> bool:
    return bool(call.id and _NAME.fullmatch(call.name)) and arguments_of(call) is not None


def arguments_of(call: ToolCall) -> dict[str, object] | None:
    """Return the arguments of a call; None when they are no JSON object."""
    try:
        value = json.loads(call.arguments or "{}")
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _renamed(exchange: Exchange, pairs: dict[str, str]) -> Exchange:
    """Give the traffic that is kept its ids; a second part with an id is told as text."""
    seen: set[tuple[type[Part], str]] = set()
    parts: list[Part] = []
    for part in exchange.parts:
        named = _named(part, pairs)
        if named is not None and (type(part), _id(part)) not in seen:
            seen.add((type(part), _id(part)))
            parts.append(named)
        else:
            parts.append(_as_words(part))
    return replace(exchange, parts=tuple(parts))


def _id(part: Part) -> str:
    match part:
        case Called(call=call):
            return call.id
        case Returned(result=result):
            return result.call_id
    return ""


def _named(part: Part, pairs: dict[str, str]) -> Part | None:
    match part:
        case Called(call=call) if call.id in pairs:
            return replace(part, call=replace(call, id=pairs[call.id]))
        case Returned(result=result) if result.call_id in pairs:
            return replace(part, result=replace(result, call_id=pairs[result.call_id]))
    return None


def _told(exchange: Exchange) -> Exchange:
    return replace(exchange, parts=tuple(_as_words(part) for part in exchange.parts))


def _as_words(part: Part) -> Part:
    match part:
        case Called(call=call):
            text = f"[called the tool {call.name}: {call.arguments}]"
        case Returned(result=result):
            kind = "error" if result.is_error else "result"
            text = f"[{kind} of a tool: {result.content}]"
        case _:
            return part
    return Words(text=text, ends_prefix=part.ends_prefix)


def _framed(found: Sequence[Exchange]) -> Iterator[Exchange]:
    """Let the user speak first and last: providers refuse a model that does."""
    if not found:
        yield _note(_NOTHING)
        return
    if found[0].is_model:
        yield _note(_EARLIER)
    yield from found
    if found[-1].is_model:
        yield _note(_GO_ON)


def _note(text: str) -> Exchange:
    return Exchange(is_model=False, parts=(Words(text=text),))


def _ordered(exchange: Exchange) -> Exchange:
    """Put results before words, and words before calls, as providers want them."""
    if not any(isinstance(part, Called | Returned) for part in exchange.parts):
        return exchange
    order = (Words, Called) if exchange.is_model else (Returned, Words)
    parts = tuple(part for kind in order for part in exchange.parts if isinstance(part, kind))
    last = len(parts) - 1
    ends = any(part.ends_prefix for part in exchange.parts)
    moved = tuple(replace(p, ends_prefix=ends and i == last) for i, p in enumerate(parts))
    return replace(exchange, parts=moved)
