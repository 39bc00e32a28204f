"""The JSON of a turn's `parts` column: everything that was said beside plain text.

`{"thinking": str, "tool_calls": [{id, name, arguments}], "tool_results": [{call_id, content,
is_error}], "attachments": [{name, media_type, size, content}]}`; empty members are left out.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from typing import Any

from minutebook.domain.turns import Attachment, Content, ToolCall, ToolResult
from minutebook.store.transaction import storable


def to_column(content: Content) -> str | None:
    """Write everything but the text; None when there is nothing but text."""
    if content.is_plain:
        return None
    members: dict[str, Any] = {
        "thinking": content.thinking,
        "tool_calls": [asdict(call) for call in content.tool_calls],
        "tool_results": [asdict(result) for result in content.tool_results],
        "attachments": [asdict(attachment) for attachment in content.attachments],
    }
    kept = {name: value for name, value in members.items() if value}
    return storable(json.dumps(kept, ensure_ascii=False, separators=(",", ":")))


def to_content(text: str, column: str | None) -> Content:
    """Read a content back from its two columns."""
    if column is None:
        return Content(text=text)
    members = json.loads(column)
    return Content(
        text=text,
        thinking=members.get("thinking", ""),
        tool_calls=tuple(ToolCall(**call) for call in members.get("tool_calls", ())),
        tool_results=tuple(ToolResult(**result) for result in members.get("tool_results", ())),
        attachments=tuple(Attachment(**file) for file in members.get("attachments", ())),
    )
