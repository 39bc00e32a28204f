"""Claude Code sessions in which somebody types while the model works."""

from __future__ import annotations

from typing import Any

import pytest
from json_logs import json_lines, read

from minutebook.sources.formats.claude_code import ClaudeCode

FORMAT = ClaudeCode()


def _line(kind: str, uuid: str, parent: str | None, **members: object) -> dict[str, Any]:
    common = {"type": kind, "uuid": uuid, "parentUuid": parent, "sessionId": "s1"}
    return common | {"timestamp": "2026-01-02T03:04:05.678Z"} | members


def _queued(**members: object) -> dict[str, Any]:
    attachment = {"type": "queued_command", "prompt": "Also this", "commandMode": "prompt"}
    return _line("attachment", "q1", "u1", attachment=attachment | members)


def _session(queued: dict[str, Any]) -> str:
    hello = _line("user", "u1", None, message={"role": "user", "content": "Hello"})
    body = {"id": "m1", "role": "assistant", "content": [{"type": "text", "text": "Done."}]}
    note = {"type": "queue-operation", "operation": "enqueue", "content": "Also this"}
    return json_lines(hello, note, queued, _line("assistant", "a1", "q1", message=body))


@pytest.mark.parametrize("prompt", ["Also this", [{"type": "text", "text": "Also this"}]])
@pytest.mark.parametrize("members", [{}, {"origin": {"kind": "human"}}, {"commandMode": None}])
def test_what_is_typed_meanwhile_is_the_users(prompt: object, members: dict[str, Any]) -> None:
    """It stands in an attachment alone, and the reply answers it."""
    found = read(FORMAT, _session(_queued(prompt=prompt, **members)))
    assert found.said == [("user", "Hello"), ("user", "Also this"), ("assistant", "Done.")]
    assert [(turn.native_id, turn.parent) for turn in found.turns] == [
        ("u1", None),
        ("q1", "u1"),
        ("a1", "q1"),
    ]


@pytest.mark.parametrize(
    "members",
    [{"commandMode": "task-notification"}, {"origin": {"kind": "agent"}}, {"type": "todo"}],
)
def test_other_attachments_are_no_turns(members: dict[str, Any]) -> None:
    """What programs put into the queue nobody typed; the reply answers what was said before."""
    found = read(FORMAT, _session(_queued(**members)))
    assert found.said == [("user", "Hello"), ("assistant", "Done.")]
    assert found.turns[-1].parent == "u1"
