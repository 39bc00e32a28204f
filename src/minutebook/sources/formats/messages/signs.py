"""Signs by which a file of messages is told to be of OpenAI's dialect or of Anthropic's.

A file with signs of neither, only users and assistants with plain text, is taken for the dialect of
OpenAI, which most tools write.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from minutebook.sources.formats.json.sample import Peek, peek_until
from minutebook.sources.formats.json.values import JsonObject, as_list, as_object, objects, text_at
from minutebook.sources.formats.messages.drafts import ROLES, is_item, is_message
from minutebook.sources.formats.messages.lists import (
    conversations_in,
    messages_of,
    pair_of,
    replies,
)
from minutebook.sources.source import Sample

_ENOUGH = 0.5
_LOOKED_AT = 50
_ANY_ZONE = ZoneInfo("UTC")
_KNOWN_ROLES = ROLES.keys() - {"human", "ai", "model", "bot", "chatbot"}
_FOREIGN = frozenset({"mapping", "chat_messages", "payload"})
_OPENAI_KINDS = frozenset({"image_url", "input_audio", "input_text", "output_text", "refusal"})
_ANTHROPIC_KINDS = frozenset(
    {"tool_use", "tool_result", "thinking", "redacted_thinking", "document", "server_tool_use"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Signs:
    """What one provider's records and messages have that the other's do not."""

    of_record: Callable[[JsonObject], bool]
    of_message: Callable[[JsonObject], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Likeness:
    """How much of a sample is messages, and how many signs of each provider they bear."""

    share: float
    openai: int
    anthropic: int


def likeness(sample: Sample) -> Likeness | None:
    """Look at a sample; None when it is no file of messages."""
    found = peek_until(sample, lambda record: any(map(_is_ours, _opened(record))))
    if found is None or not found.records:
        return None
    opened = [inner for record in found.records for inner in _opened(record)]
    found = replace(found, records=tuple(opened))
    share = found.share(_is_ours)
    if share < _ENOUGH:
        return None
    return Likeness(
        share=share,
        openai=_count(found, _OPENAI),
        anthropic=_count(found, _ANTHROPIC),
    )


def _opened(record: object) -> Sequence[object]:
    """Return the conversations in an object around them; anything else as it is."""
    inner = conversations_in(record) if isinstance(record, dict) else None
    return (record,) if inner is None else inner[:_LOOKED_AT]


def _is_ours(record: object) -> bool:
    if not isinstance(record, dict) or _FOREIGN & record.keys():
        return False
    if is_message(record):
        return _is_known(record)
    _, messages = messages_of(record)
    if messages is not None:
        return any(_is_known(message) for message in messages[:_LOOKED_AT])
    return bool(replies(record, _ANY_ZONE) or pair_of(record))


def _is_known(message: object) -> bool:
    """Say whether a message has a role of the interfaces; its content may be cut off."""
    if not isinstance(message, dict):
        return False
    if text_at(message, "role").lower() not in _KNOWN_ROLES:
        return is_item(message)
    # Records of people have roles too; what they hold beside is no speech.
    return "content" in message or isinstance(message.get("value", ""), str)


def _count(found: Peek, signs: Signs) -> int:
    total = 0
    for record in objects(found.records):
        holder, messages = messages_of(record)
        total += signs.of_record(record) + (holder is not record and signs.of_record(holder))
        shown = [record] if messages is None else messages[:_LOOKED_AT]
        total += sum(1 for message in objects(shown) if signs.of_message(message))
    return total


def _kinds(message: JsonObject) -> set[str]:
    blocks = objects(as_list(message.get("content")))
    return {kind for block in blocks if isinstance(kind := block.get("type"), str)}


def _is_openai_message(message: JsonObject) -> bool:
    if text_at(message, "role").lower() in ("system", "developer", "tool", "function"):
        return True
    if is_item(message):
        return True
    members = {"tool_calls", "tool_call_id", "function_call", "refusal"}
    return bool(members & message.keys() or _OPENAI_KINDS & _kinds(message))


def _is_anthropic_message(message: JsonObject) -> bool:
    return bool(_ANTHROPIC_KINDS & _kinds(message)) or "stop_reason" in message


def _is_openai_record(record: JsonObject) -> bool:
    if {"choices", "function_call", "response_format", "weight"} & record.keys():
        return True
    tools = objects(as_list(record.get("tools")))
    model = text_at(record, "model")
    return model.startswith(("gpt", "o1", "o3", "o4")) or any("function" in tool for tool in tools)


def _is_anthropic_record(record: JsonObject) -> bool:
    result = as_object(as_object(record.get("result")).get("message"))
    if "params" in record or "system" in record or "anthropic_version" in record or result:
        return True
    tools = objects(as_list(record.get("tools")))
    model = text_at(record, "model")
    return "claude" in model or any("input_schema" in tool for tool in tools)


_OPENAI = Signs(of_record=_is_openai_record, of_message=_is_openai_message)
_ANTHROPIC = Signs(of_record=_is_anthropic_record, of_message=_is_anthropic_message)
