"""The items of a Codex session: what the model is sent, and what it answers.

They are those of OpenAI's responses interface. What the program puts into a person's mouth, such as
its instructions and the environment, is told apart here.
"""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

from minutebook.domain.turns import Content, Role
from minutebook.sources.formats.json.content_blocks import ContentBuilder, call_of
from minutebook.sources.formats.json.values import JsonObject, as_object, dump, id_at, text_at
from minutebook.sources.formats.messages.drafts import ROLES

_INJECTED = re.compile(
    r"\s*(?:# AGENTS\.md instructions|<(?:environment_context|user_instructions|turn_aborted"
    r"|permissions instructions|skills?\b|skills_instructions|apps_instructions"
    r"|plugins_instructions|subagent_notification|user_shell_command|collaboration_mode"
    r"|INSTRUCTIONS)[ >])"
)
QUIET = frozenset({"ghost_snapshot", "compaction", "compaction_summary", "context_compaction"})
"""Items without words: states of the folder, and what is encrypted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What an item says, and who says it."""

    role: Role
    content: Content
    name: str = ""
    """Of who has another role than those known."""


def said_in(item: JsonObject) -> Said | None:
    """Read an item; None when its kind is not known."""
    kind = text_at(item, "type")
    if isinstance(item.get("role"), str) and kind in ("", "message"):
        return _message(item)
    builder = ContentBuilder()
    if kind == "reasoning":
        builder.add([item])
        return Said(role=Role.ASSISTANT, content=builder.build())
    if kind.endswith("_output"):
        _add_output(builder, item)
        return Said(role=Role.TOOL, content=builder.build())
    if kind.endswith("_call"):
        name = text_at(item, "name") or kind.removesuffix("_call")
        builder.add_call(call_of({"name": name} | item))
        return Said(role=Role.ASSISTANT, content=builder.build())
    return None


def is_injected(text: str) -> bool:
    """Say whether the program wrote a message in a person's place."""
    return _INJECTED.match(text) is not None


def _message(item: JsonObject) -> Said:
    word = text_at(item, "role")
    builder = ContentBuilder()
    builder.add(item.get("content"))
    content = builder.build()
    role = ROLES.get(word, Role.SYSTEM)
    if role is Role.USER and is_injected(content.text):
        role = Role.SYSTEM
    return Said(role=role, content=content, name="" if word in ROLES else word)


def _add_output(builder: ContentBuilder, item: JsonObject) -> None:
    """Add what a call put out: text, blocks, or text in an envelope with the exit code."""
    output = item.get("output", item.get("tools"))
    is_error = as_object(output).get("success") is False
    if isinstance(output, dict) and "content" in output:
        output = output["content"]
    if (envelope := _envelope(output)) is not None:
        is_error = as_object(envelope.get("metadata")).get("exit_code") not in (0, None)
        output = envelope["output"]
    if not isinstance(output, (str, list)):
        output = dump(output)
    builder.add_result(id_at(item, "call_id", "id"), output, is_error=is_error)


def _envelope(output: object) -> JsonObject | None:
    if not (isinstance(output, str) and output.startswith('{"output"')):
        return None
    try:
        value = json.loads(output)
    except (ValueError, RecursionError):
        return None
    is_one = isinstance(value, dict) and value.keys() <= {"output", "metadata"}
    return value if is_one and isinstance(value["output"], str) else None
