"""Claude.ai exports."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, Reading, forward_only, json_lines, read, score, source_of

from minutebook.domain.turns import Attachment, Role, ToolCall, ToolResult
from minutebook.sources.formats.claude_ai import ClaudeAI
from minutebook.sources.parsed import Identity

ROOT = "00000000-0000-4000-8000-000000000000"
NOTICE = "This block is not supported on your current device yet."


def message(uuid: str, sender: str = "human", **more: Any) -> dict[str, Any]:
    """Write a message."""
    text = more.pop("text", f"say {uuid}")
    minute = sum(map(ord, uuid)) % 60
    return {
        "uuid": uuid,
        "text": text,
        "content": [{"type": "text", "text": text}],
        "sender": sender,
        "created_at": f"2024-05-01T10:{minute:02}:00.000000Z",
        "updated_at": f"2024-05-01T10:{minute:02}:00.000000Z",
        "attachments": [],
        "files": [],
    } | more


def conversation(*messages: Any, **more: Any) -> dict[str, Any]:
    """Write a conversation."""
    return {
        "uuid": "c1",
        "name": "Ferries",
        "summary": "",
        "created_at": "2024-05-01T10:00:00.000000Z",
        "updated_at": "2024-05-02T10:00:00.000000Z",
        "account": {"uuid": "a"},
        "chat_messages": list(messages),
    } | more


def parse(*conversations: Any) -> Reading:
    """Read an export of conversations."""
    return read(ClaudeAI(), json.dumps(list(conversations)))


def test_a_conversation_keeps_its_ids_and_times() -> None:
    """The conversation by its uuid, turns by theirs, with the last change as their state."""
    one = parse(conversation(message("m1"), message("m2", "assistant"), model="claude-x"))
    (found,) = one.conversations
    assert (found.identity, found.native_id, found.title) == (Identity.GIVEN, "c1", "Ferries")
    assert one.said == [("user", "say m1"), ("assistant", "say m2")]
    assert [turn.native_id for turn in one.turns] == ["m1", "m2"]
    assert [turn.author for turn in one.turns] == ["", "claude-x"]
    assert one.turns[1].parent == "m1"
    assert one.turns[0].at_raw == "2024-05-01T10:38:00.000000Z"
    assert str(one.turns[0].as_of) == "2024-05-02 10:00:00+00:00"


@pytest.mark.parametrize("indent", [None, 2])
@pytest.mark.parametrize("mark", ["", "\ufeff"])
def test_an_array_a_single_object_and_lines_say_the_same(indent: int | None, mark: str) -> None:
    """However they are written, also from within a zip."""
    one = conversation(message("m1"), message("m2", "assistant"))
    array = mark + json.dumps([one], indent=indent)
    single = mark + json.dumps(one, indent=indent)
    expected = parse(one).told
    for data in (array, single, json_lines(one)):
        assert score(ClaudeAI(), data) == 0.97
        assert read(ClaudeAI(), data).told == expected
    zipped = Reading(items=list(ClaudeAI().parse(forward_only(source_of(array)))))
    assert zipped.told == expected


def test_keys_that_come_first_may_be_long() -> None:
    """The sample may end before the messages begin."""
    late = {"uuid": "c", "settings": {"note": "x" * 100_000}} | conversation(message("m1"))
    assert score(ClaudeAI(), json.dumps([late])) == 0.97


def test_branches_are_kept_and_the_named_leaf_is_followed() -> None:
    """An edit and a retry are siblings; without a named leaf the latest one is followed."""
    tree = [
        message("a", parent_message_uuid=ROOT),
        message("b", "assistant", parent_message_uuid="a"),
        message("c", "assistant", parent_message_uuid="a"),
        message("d", parent_message_uuid="c"),
    ]
    named = parse(conversation(*tree, current_leaf_message_uuid="b"))
    assert {turn.native_id for turn in named.turns if turn.is_active} == {"a", "b"}
    latest = parse(conversation(*tree))
    assert {turn.native_id for turn in latest.turns if turn.is_active} == {"a", "c", "d"}
    assert {turn.native_id: turn.parent for turn in latest.turns} == {
        "a": None,
        "b": "a",
        "c": "a",
        "d": "c",
    }


def test_blocks_count_before_the_text_beside_them() -> None:
    """The text has a notice in the place of tools; calls and results are paired, also without
    ids."""
    blocks = [
        {"type": "thinking", "thinking": "hm", "summaries": [{"summary": "s"}]},
        {"type": "text", "text": "I look."},
        {"type": "tool_use", "name": "web", "input": {"q": "ferry"}},
        {"type": "token_budget"},
        {"type": "tool_result", "name": "web", "content": [{"type": "text", "text": "noon"}]},
        {"type": "tool_use", "id": "t9", "name": "web", "input": {}},
        {"type": "tool_result", "tool_use_id": "t9", "content": [], "is_error": True},
    ]
    one = parse(conversation(message("m", "assistant", text=f"```\n{NOTICE}\n```", content=blocks)))
    (turn,) = one.turns
    said = turn.content
    assert (said.text, said.thinking) == ("I look.", "hm")
    assert said.tool_calls == (
        ToolCall(id="m/2", name="web", arguments='{"q": "ferry"}'),
        ToolCall(id="t9", name="web", arguments="{}"),
    )
    assert said.tool_results == (
        ToolResult(call_id="m/2", content="noon"),
        ToolResult(call_id="t9", content="", is_error=True),
    )


def test_old_exports_have_text_alone() -> None:
    """No blocks, or empty ones."""
    one = parse(conversation(message("m", content=[], text="old words")))
    assert one.said == [("user", "old words")]


def test_what_was_attached_is_kept() -> None:
    """Texts with what they say, which the model was given; files by name."""
    pasted = {
        "file_name": "",
        "file_size": 5,
        "file_type": "txt",
        "extracted_content": "table",
    }
    files = [{"file_name": "map.png"}, {"file_uuid": "u-1"}]
    one = parse(conversation(message("m", attachments=[pasted], files=files)))
    assert one.turns[0].content.attachments == (
        Attachment(name="pasted text", media_type="txt", size=5, content="table"),
        Attachment(name="map.png"),
        Attachment(name="u-1"),
    )


def test_empty_conversations_and_messages_are_no_fault() -> None:
    """They are frequent; what follows an empty message follows the one before it."""
    chain = [
        message("a", parent_message_uuid=ROOT),
        message("b", "assistant", text="", content=[], parent_message_uuid="a"),
        message("c", parent_message_uuid="b"),
    ]
    one = parse(conversation(uuid="c0", name=""), conversation(*chain))
    assert [found.native_id for found in one.conversations] == ["c0", "c1"]
    assert [(turn.native_id, turn.parent) for turn in one.turns] == [("a", None), ("c", "a")]
    assert one.rejected == []


def test_what_is_damaged_is_named_and_the_rest_is_read() -> None:
    """Conversations without messages, messages that are none, unknown senders, circles."""
    circle = [message("x", parent_message_uuid="y"), message("y", parent_message_uuid="x")]
    one = parse(
        {"uuid": "?"},
        conversation("oops", message("m", "narrator"), message("m"), *circle),
    )
    assert one.places == ["line 1, item 1", "line 1, item 2, message 1"]
    assert sorted(turn.native_id or "" for turn in one.turns) == ["m", "m#3", "x", "y"]
    narrator = next(turn for turn in one.turns if turn.native_id == "m")
    assert (narrator.role, narrator.author) == (Role.SYSTEM, "narrator")


def test_hostile_text_comes_through() -> None:
    """Lone surrogates, zero bytes, odd line ends."""
    text = "a\ud83d\x00b\u2028c"
    one = parse(conversation(message("m", text=text), name="t\ud83d"))
    assert one.said == [("user", text)]


def test_messages_without_ids_are_told_by_their_place() -> None:
    """They are named by what they say, as in logs without ids."""
    bare = [{"sender": "human", "text": "hi"}, {"sender": "assistant", "text": "yes"}]
    one = parse(conversation(*bare))
    assert [turn.native_id for turn in one.turns] == [None, None]
    assert one.said == [("user", "hi"), ("assistant", "yes")]


@settings(max_examples=25, deadline=None)
@given(st.lists(JUNK, max_size=3), st.dictionaries(st.text(max_size=8), JUNK, max_size=2))
def test_no_shape_is_fatal(messages: list[Any], more: dict[str, Any]) -> None:
    """Any JSON in the place of messages, and of their members."""
    read(
        ClaudeAI(), json.dumps([conversation(*messages) | more, conversation(message("m", **more))])
    )


@settings(max_examples=40, deadline=None)
@given(st.lists(st.text(min_size=1).filter(str.strip), max_size=6))
def test_what_is_exported_is_read_back(texts: list[str]) -> None:
    """Every text, in its order."""
    ids = [f"m{number}" for number in range(len(texts))]
    parents = [ROOT, *ids]
    written = [
        message(uuid, text=text, parent_message_uuid=parent)
        for uuid, text, parent in zip(ids, texts, parents, strict=False)
    ]
    assert [text for _, text in parse(conversation(*written)).said] == texts
