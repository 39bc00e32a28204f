"""Files that always come with an export, and in which nobody says anything."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from minutebook.errors import UnknownFormatError
from minutebook.sources import registry
from minutebook.sources.containers import sources_of
from minutebook.sources.formats.protocol import Match
from minutebook.sources.source import ReadingOptions, Source

TREE: dict[str, Any] = {"id": "n", "parent": None, "children": [], "message": None}
CONVERSATION = {"title": "T", "conversation_id": "c", "mapping": {"n": TREE}}
LOGGED = {"sessionId": "s", "messageId": 0, "type": "user", "message": "hi", "timestamp": "t"}
TYPED = {"display": "hi", "pastedContents": {}, "timestamp": 1, "project": "/x"}
CASES = {
    "account of ChatGPT": ("chatgpt", "user.json", {"id": "u", "email": "a@b.example"}),
    "links of ChatGPT": ("chatgpt", "shared_conversations.json", [{"id": "1", "title": "T"}]),
    "ratings of ChatGPT": ("chatgpt", "message_feedback.json", []),
    "readme of Discord": ("discord_package", "README.txt", "Your data. Ann: read this.\n"),
    "log of Gemini": ("gemini_cli", "chats/logs.json", [LOGGED, LOGGED]),
    "canvas of Slack": ("slack", "general/canvas_in_the_conversation.json", [{"id": "F1"}]),
    "history of Claude Code": ("claude_code", "history.jsonl", [TYPED, TYPED]),
    "history of Codex": ("codex", "history.jsonl", [{"session_id": "s", "ts": 1, "text": "hi"}]),
}
BESIDE: dict[str, dict[str, Any]] = {
    "chatgpt": {"conversations.json": [CONVERSATION]},
    "discord_package": {"messages/index.json": {"1100000000000000000": "general"}},
    "slack": {"users.json": [{"id": "U1234567", "name": "a"}], "channels.json": []},
}


def written(value: object, name: str) -> str:
    if isinstance(value, str):
        return value
    if name.endswith(".jsonl") and isinstance(value, list):
        return "".join(f"{json.dumps(each)}\n" for each in value)
    return json.dumps(value)


def put(folder: Path, name: str, value: object) -> Source:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(written(value, name), encoding="utf-8")
    options = ReadingOptions(zone=ZoneInfo("UTC"))
    (source,) = sources_of(path, options)
    assert isinstance(source, Source)
    return source


def told(source: Source) -> tuple[str, Match] | None:
    try:
        found = registry.detect(source, registry.built_in())
    except UnknownFormatError:
        return None
    return found.format.name, found.match


@pytest.mark.parametrize(("kind", "name", "value"), CASES.values(), ids=CASES)
def test_it_is_known_and_holds_no_messages(
    kind: str, name: str, value: object, tmp_path: Path
) -> None:
    """Each is taken for what it is, and read as nothing."""
    for other, beside in BESIDE.get(kind, {}).items():
        put(tmp_path, other, beside)
    source = put(tmp_path, name, value)
    found = told(source)
    assert found is not None
    assert (found[0], found[1].holds_messages) == (kind, False)
    assert list(registry.detect(source, registry.built_in()).format.parse(source)) == []


@pytest.mark.parametrize("case", [name for name in CASES if CASES[name][0] in BESIDE])
def test_alone_it_is_nothing(case: str, tmp_path: Path) -> None:
    """A fixed name without its export beside it does not tell."""
    kind, name, value = CASES[case]
    found = told(put(tmp_path, name, value))
    assert found is None or found[0] != kind or found[1].holds_messages


@pytest.mark.parametrize("name", ["history.jsonl", "logs.json"])
def test_other_files_of_these_names_are_not_taken(name: str, tmp_path: Path) -> None:
    """It is the content that tells a history."""
    found = told(put(tmp_path, name, [{"role": "user", "content": "hi"}] * 2))
    assert found is None or found[1].holds_messages
