"""One message of the model providers' chat interfaces becomes turns.

The two dialects differ in their blocks, which are read alike; so a message is read alike too. A
message in which a person speaks and tools return becomes two turns: the words stay the person's.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder, call_of
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    objects,
    text_at,
)

ROLES = {
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "user": Role.USER,
    "human": Role.USER,
    "assistant": Role.ASSISTANT,
    "ai": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "chatbot": Role.ASSISTANT,
    "tool": Role.TOOL,
    "function": Role.TOOL,
}
"""Roles by the words that logs have for them."""

MESSAGE_TIMES = ("timestamp", "created_at", "createdAt", "create_time", "created", "time", "date")
"""Members in which a message or a conversation states its time."""

_CONTENT = ("content", "tool_calls", "function_call", "refusal", "text", "value", "parts")
_OUTPUT = "_call_output"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Frame:
    """What the turns of one message have in common."""

    draft: TurnDraft
    role: Role


def is_message(value: object) -> bool:
    """Say whether a value is a message: it has a role, and something said or done."""
    if not isinstance(value, dict):
        return False
    if not isinstance(value.get("role"), str):
        return is_item(value)
    return any(key in value for key in _CONTENT)


def is_item(value: JsonObject) -> bool:
    """Say whether a value is an item of OpenAI's responses that has no role: a call, what it put
    out, or reasoning."""
    kind = value.get("type")
    if not isinstance(kind, str) or "role" in value or not id_at(value, "id", "call_id"):
        return False
    if kind.endswith(_OUTPUT):
        return "output" in value
    return (
        kind == "reasoning"
        or (kind.endswith("_call") and kind != "function_call")
        or (kind == "function_call" and "arguments" in value)
    )


def message_drafts(message: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
    """Read the turns of a message: one, or two when tools return and a person speaks."""
    if is_item(message):
        return _item_drafts(message, zone)
    frame = _frame(message, zone)
    builder = ContentBuilder()
    _add_all(builder, message, frame.role)
    if frame.role is not Role.USER:
        return [replace(frame.draft, content=builder.build())]
    split = builder.split()
    return split_turns(frame.draft, split.results, split.said)


def split_turns(frame: TurnDraft, results: Content | None, said: Content | None) -> list[TurnDraft]:
    """Return what tools returned, as a turn of the tool, before what was said along with it."""
    if results is None:
        return [replace(frame, content=said or Content())]
    turns = [replace(frame, role=Role.TOOL, content=results)]
    if said is not None:
        own_id = f"{frame.native_id}/said" if frame.native_id else None
        turns.append(replace(frame, content=said, native_id=own_id, parent=frame.native_id))
    return turns


def _item_drafts(item: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
    """Read the turn of an item; reasoning that is encrypted is none."""
    is_output = text_at(item, "type").endswith(_OUTPUT)
    named = {"name": "", "role": "tool" if is_output else "assistant"}
    frame = _frame(item | named, zone)
    builder = ContentBuilder()
    builder.add([item])
    content = builder.build()
    return [] if content.is_empty else [replace(frame.draft, content=content)]


def _frame(message: JsonObject, zone: ZoneInfo) -> _Frame:
    word = text_at(message, "role")
    role = ROLES.get(word.lower(), Role.SYSTEM)
    author = text_at(message, "name") or text_at(message, "model")
    if not author and word.lower() not in ROLES:
        author = word
    moment = moment_at(message, zone, *MESSAGE_TIMES)
    draft = TurnDraft(
        role=role,
        content=Content(),
        author=author,
        native_id=id_at(message, "uuid", "id", "message_id") or None,
        at=moment.at,
        at_raw=moment.raw,
        zone_known=moment.zone_known,
        parent=id_at(message, "parent_uuid", "parent_id", "parent_message_id", "parent") or None,
    )
    return _Frame(draft=draft, role=role)


def _add_all(builder: ContentBuilder, message: JsonObject, role: Role) -> None:
    for key in ("reasoning_content", "reasoning", "thinking"):
        if isinstance(thinking := message.get(key), str):
            builder.add_thinking(thinking)
            break
    said = (message[key] for key in ("content", "text", "value", "parts") if key in message)
    content = next((value for value in said if value is not None), None)
    if role is Role.TOOL and not _has_results(content):
        call_id = id_at(message, "tool_call_id", "tool_use_id", "call_id", "name")
        builder.add_result(call_id, content, is_error=message.get("is_error") is True)
    else:
        builder.add(content)
    builder.add_text(text_at(message, "refusal"))
    builder.add_text(text_at(as_object(message.get("audio")), "transcript"))
    _add_calls(builder, message)


def _add_calls(builder: ContentBuilder, message: JsonObject) -> None:
    for call in objects(as_list(message.get("tool_calls"))):
        builder.add_call(call_of(call))
    if old := as_object(message.get("function_call")):
        # The old form has no ids; the result names the function.
        builder.add_call(call_of({"id": text_at(old, "name"), "function": old}))


def _has_results(content: object) -> bool:
    return any(block.get("type") == "tool_result" for block in objects(as_list(content)))
