"""Which JSON is whose: every format takes its own, and none takes what is no chat of a model."""

from __future__ import annotations

import json
from typing import Any

import pytest
from json_logs import json_lines, score

from minutebook.sources.registry import built_in

FORMATS = built_in()
LINES_ALONE = frozenset({"claude_code", "codex", "pi", "gemini_cli"})
"""Formats that are JSON Lines, and nothing else."""

HI = {"role": "user", "content": "Hi"}
USE = {"role": "assistant", "content": [{"type": "tool_use", "id": "t", "name": "f", "input": {}}]}
EVENT = {"type": "user", "uuid": "u", "sessionId": "s", "message": HI, "parentUuid": None}
NODE: dict[str, Any] = {"id": "n", "message": None, "parent": None, "children": []}

OURS: dict[str, tuple[str, list[Any]]] = {
    "events of a session": ("claude_code", [EVENT, EVENT]),
    "a tree": ("chatgpt", [{"title": "t", "mapping": {"n": NODE}}]),
    "an empty tree": ("chatgpt", [{"title": "t", "mapping": {}, "current_node": None}]),
    "chat messages": ("claude_ai", [{"uuid": "u", "name": "n", "chat_messages": [{"uuid": "m"}]}]),
    "items": ("codex", [{"type": "response_item", "timestamp": "t", "payload": HI}]),
    "bare items": ("codex", [{"id": "s", "timestamp": "t", "instructions": None}, HI]),
    "entries": ("pi", [{"type": "message", "timestamp": "t", "message": HI}]),
    "a session": ("gemini_cli", [{"sessionId": "s", "projectHash": "h", "messages": []}]),
    "instructions and outputs": (
        "dialogue_sets",
        [{"instruction": "x", "input": "", "output": "y"}],
    ),
    "preferences": ("dialogue_sets", [{"chosen": [HI], "rejected": [HI]}]),
    "turns": ("sharegpt", [{"conversations": [{"from": "human", "value": "Hi"}]}]),
    "blocks": ("anthropic_messages", [{"messages": [HI, USE]}]),
    "instructions": ("anthropic_messages", [{"system": "S", "messages": [HI]}]),
    "plain messages": ("openai_messages", [{"messages": [HI]}]),
    "roles": ("openai_messages", [{"messages": [{"role": "developer", "content": "S"}, HI]}]),
    "roles in turns' place": ("openai_messages", [{"conversations": [HI]}]),
}

THEIRS: dict[str, Any] = {
    "package.json": {"name": "x", "version": "1", "scripts": {"a": "b"}, "dependencies": {}},
    "Telegram": {"name": "n", "id": 1, "messages": [{"id": 1, "from": "A", "text": "t"}]},
    "Telegram, all": {"chats": {"list": [{"messages": [{"from": "A", "text": "t"}]}]}},
    "Slack": [{"type": "message", "user": "U1", "text": "hi", "ts": "1.2"}],
    "Discord": {"guild": {}, "messages": [{"id": "1", "content": "hi", "author": {"name": "a"}}]},
    "Facebook": {"participants": [], "messages": [{"sender_name": "a", "content": "x"}]},
    "Matrix": {"messages": [{"event_id": "$1", "type": "m.room.message", "content": {}}]},
    "prompt history": [{"display": "x", "project": "p", "sessionId": "s"}],
    "events of a web site": [{"type": "track", "sessionId": "s", "messageId": "m", "event": "x"}],
    "users": [{"id": 1, "name": "x", "role": "user"}],
    "grants": [{"role": "admin", "content": "all"}],
    "transfers": [{"from": "a", "to": "b", "value": 1}],
    "index settings": {"mapping": {"field": {"parent": "x"}}},
    "linter": [{"filePath": "x", "messages": [{"ruleId": "r", "message": "m"}]}],
    "words": {"messages": ["a", "b"]},
    "log": [{"level": "info", "message": "x", "timestamp": 1}],
    "an empty list": [],
    "an empty object": {},
    "scalars": [1, "a", None],
}


def _best(data: str) -> str:
    found = {format_.name: score(format_, data) for format_ in FORMATS}
    best = max(found.values())
    names = [name for name, value in found.items() if value == best and value > 0]
    return names[0] if len(names) == 1 else f"undecided: {found}"


@pytest.mark.parametrize("kind", OURS)
def test_every_format_takes_its_own(kind: str) -> None:
    """In lines, and in a list where the format knows lists."""
    name, records = OURS[kind]
    assert _best(json_lines(*records)) == name
    if name not in LINES_ALONE:
        assert _best(json.dumps(records)) == name
        assert _best(json.dumps(records, indent=2)) == name
        assert _best(json.dumps(records[0], indent=2)) == name


@pytest.mark.parametrize("kind", THEIRS)
def test_no_format_takes_what_is_none(kind: str) -> None:
    """Neither as a document nor as lines."""
    records = THEIRS[kind] if isinstance(THEIRS[kind], list) else [THEIRS[kind]]
    for data in (json.dumps(THEIRS[kind]), json.dumps(THEIRS[kind], indent=1)):
        assert [format_.name for format_ in FORMATS if score(format_, data)] == []
    lines = json_lines(*records * 3)
    assert [format_.name for format_ in FORMATS if score(format_, lines)] == []


@pytest.mark.parametrize(
    "data", ["", "\n\n", "# Title\n\nhello", "{", "[", '{"a": ', "null", "PK\x03\x04", "\x00" * 50]
)
def test_no_format_takes_what_is_no_json(data: str) -> None:
    """Text, zip files and beginnings of nothing."""
    assert [format_.name for format_ in FORMATS if score(format_, data)] == []


def test_a_broken_first_record_does_not_hide_the_others() -> None:
    """A log that was cut at its beginning is recognised by what follows."""
    assert _best('ut off"}}\n' + json_lines(*[EVENT] * 3)) == "claude_code"
    assert _best('[{"messages": oops},\n' + json.dumps([{"messages": [HI]}] * 3)[1:]) == (
        "openai_messages"
    )
