"""Sessions of the Gemini CLI."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, Reading, json_lines, read, read_in_two, score, source_of

from minutebook.domain.turns import Role, ToolCall, ToolResult, TurnDraft
from minutebook.sources.formats.gemini_cli import GeminiCLI
from minutebook.sources.parsed import TurnsLeft

Record = dict[str, Any]

HEAD = {
    "sessionId": "s-1",
    "projectHash": "79b6",
    "startTime": "2026-01-02T10:00:00.000Z",
    "lastUpdated": "2026-01-02T10:09:00.000Z",
}
CALL = {
    "id": "c1",
    "name": "list",
    "args": {"path": "."},
    "status": "success",
    "result": [{"functionResponse": {"id": "c1", "name": "list", "response": {"output": "a b"}}}],
}


def said(number: int, kind: str, content: Any, **more: Any) -> Record:
    """Write a message."""
    at = f"2026-01-02T10:{number:02}:00.000Z"
    return {"id": f"m{number}", "timestamp": at, "type": kind, "content": content} | more


REPLY = said(
    2,
    "gemini",
    "Two files.",
    model="gemini-9",
    thoughts=[{"subject": "Files", "description": "I list them.", "timestamp": "t"}],
    tokens={"input": 1},
    toolCalls=[CALL],
)
MESSAGES = [said(1, "user", "List them"), REPLY, said(3, "info", "Request cancelled.")]


def document(*messages: Record, **more: Any) -> str:
    """Write a session of the older form."""
    return json.dumps(HEAD | {"messages": list(messages)} | more)


@pytest.mark.parametrize("indent", [None, 2])
def test_messages_become_turns(indent: int | None) -> None:
    """Words, thoughts, calls and results by id, notices; the summary is the title."""
    data = json.dumps(json.loads(document(*MESSAGES, summary="Listing files")), indent=indent)
    assert score(GeminiCLI(), data) == 0.97
    one = read(GeminiCLI(), data)
    (found,) = one.conversations
    assert (found.native_id, found.title) == ("s-1", "Listing files")
    user, reply, result, notice = one.turns
    assert (user.role, user.content.text, user.at_raw) == (
        Role.USER,
        "List them",
        "2026-01-02T10:01:00.000Z",
    )
    assert (reply.author, reply.content.thinking, reply.parent) == (
        "gemini-9",
        "Files\nI list them.",
        "m1",
    )
    assert reply.content.tool_calls == (ToolCall(id="c1", name="list", arguments='{"path": "."}'),)
    assert (result.native_id, result.parent) == ("m2/results", "m2")
    assert result.content.tool_results == (ToolResult(call_id="c1", content="a b"),)
    assert (notice.role, notice.content.text, notice.parent) == (
        Role.SYSTEM,
        "Request cancelled.",
        "m2/results",
    )


def test_lines_say_the_same_as_the_document() -> None:
    """A message that is written again and again, with more each time, is one turn."""
    first = {key: value for key, value in REPLY.items() if key not in {"toolCalls", "tokens"}}
    running = REPLY | {"toolCalls": [CALL | {"status": "executing", "result": None}]}
    lines = [
        HEAD,
        MESSAGES[0],
        {"$set": {"lastUpdated": "t"}},
        first,
        REPLY | {"toolCalls": []},
        running,
        {"$set": {"summary": "Listing files"}},
        REPLY,
        MESSAGES[2],
    ]
    data = json_lines(*lines)
    assert score(GeminiCLI(), data) == 0.97
    one = read(GeminiCLI(), data)
    assert one.turns == read(GeminiCLI(), document(*MESSAGES)).turns
    assert [found.title for found in one.conversations][-1] == "Listing files"


def test_content_comes_in_parts() -> None:
    """A string, one part, a list of them; files by their types."""
    picture = {"inlineData": {"mimeType": "image/png", "data": "YWJj"}}
    contents = ["one", {"text": "one"}, [{"text": "one"}], [picture, "one"], [{"text": "o"}, "ne"]]
    turns = read(
        GeminiCLI(), document(*(said(n, "user", content) for n, content in enumerate(contents)))
    ).turns
    assert [turn.content.text for turn in turns] == ["one"] * 4 + ["o\n\nne"]
    assert turns[3].content.attachments[0].size == 3


@pytest.mark.parametrize(
    ("result", "content"),
    [
        ([{"functionResponse": {"response": {"error": "denied"}}}], "denied"),
        ("plain", "plain"),
        ({"text": "in a part"}, "in a part"),
        ([{"functionResponse": {"response": {"a": 1}}}], '{"a": 1}'),
    ],
)
def test_results_come_in_many_forms(result: Any, content: str) -> None:
    """What failed is marked."""
    call = CALL | {"status": "error", "result": result}
    turns = read(GeminiCLI(), document(said(1, "gemini", "", toolCalls=[call]))).turns
    assert turns[-1].content.tool_results == (
        ToolResult(call_id="c1", content=content, is_error=True),
    )


def test_who_rewinds_leaves_what_followed() -> None:
    """From the message on that is named; also the results of its tools."""
    lines = [HEAD, *MESSAGES, {"$rewindTo": "m2"}, said(4, "user", "Again")]
    one = read(GeminiCLI(), json_lines(*lines))
    (left,) = [item for item in one.items if isinstance(item, TurnsLeft)]
    assert left.native_ids == ("m2", "m2/results", "m3")
    assert (one.turns[-1].native_id, one.turns[-1].parent) == ("m4", "m1")


def test_messages_that_are_told_anew_do_not_replace_what_was_said() -> None:
    """A history that was compressed brings its summary; what it hides is as it was."""
    hidden = REPLY | {"content": "[hidden]", "toolCalls": []}
    anew = {"$set": {"messages": [MESSAGES[0], hidden, said(5, "user", "A summary")]}}
    one = read(GeminiCLI(), json_lines(HEAD, *MESSAGES, anew))
    assert [turn.content.text for turn in one.turns if turn.role is not Role.TOOL] == [
        "List them",
        "Two files.",
        "Request cancelled.",
        "A summary",
    ]


def test_a_sub_agent_is_tied_to_the_session_whose_folder_it_lies_in() -> None:
    """The folder is named by that session."""
    data = json_lines(HEAD | {"kind": "subagent"}, MESSAGES[0])
    source = replace(source_of(data), folders=("tmp", "chats", "parent-1"))
    one = Reading(items=list(GeminiCLI().parse(source)))
    assert one.conversations[0].parent == "parent-1"


def test_damage_is_named_and_the_rest_is_read() -> None:
    """Messages without ids, lines that are none, unknown types."""
    data = json_lines(HEAD, {"type": "user"}, said(1, "oracle", "hm")) + "{oops\n"
    one = read(GeminiCLI(), data)
    assert one.places == ["line 2", "line 4"]
    (turn,) = one.turns
    assert (turn.role, turn.author) == (Role.SYSTEM, "oracle")
    held = read(GeminiCLI(), document({"type": "user"}, MESSAGES[0]))
    assert (held.places, len(held.turns)) == (["line 1, message 1"], 1)


def settled(told: list[tuple[str, TurnDraft]]) -> dict[str, TurnDraft]:
    """Return the last state of each turn."""
    return {turn.native_id or "": turn for _, turn in told}


@pytest.mark.parametrize("share", range(0, 101, 10))
def test_a_growing_session_is_read_like_the_whole(share: int) -> None:
    """Wherever it was cut; an open message is told in the end as it is when it is whole."""
    first = REPLY | {"toolCalls": []}
    lines = [HEAD, MESSAGES[0], first, REPLY, *MESSAGES[2:], {"$rewindTo": "m2"}]
    lines += [
        said(4, "user", "a\ud83d\x00\u2028b"),
        said(5, "gemini", "b"),
        said(5, "gemini", "bc"),
    ]
    data = json_lines(*lines).encode()
    told = read_in_two(GeminiCLI(), data, len(data) * share // 100)
    assert settled(told) == settled(read(GeminiCLI(), data).told)
    assert {conversation for conversation, _ in told} == {"s-1"}


@settings(max_examples=25, deadline=None)
@given(st.lists(JUNK, max_size=3), JUNK)
def test_no_shape_is_fatal(records: list[Any], junk: Any) -> None:
    """Any JSON as a line, as messages, contents, calls and results."""
    odd = [
        {"$set": junk},
        {"$set": {"messages": junk}},
        said(1, "user", junk),
        said(2, "gemini", junk, toolCalls=junk, thoughts=junk),
        said(3, "gemini", "", toolCalls=[{"id": junk, "args": junk, "result": junk}]),
        {"$rewindTo": junk},
    ]
    assert isinstance(read(GeminiCLI(), json_lines(HEAD, *records, *odd)), Reading)
