"""Shapes of messages that other programs write: items of responses, pairs, parts, Google's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from json_logs import json_lines, read, score

from minutebook.sources.formats.messages import OpenAIMessages

FORMAT = OpenAIMessages()
ASKED = {"type": "message", "role": "user", "content": [{"type": "input_text", "text": "list"}]}
CALL = {"type": "function_call", "id": "fc", "call_id": "c1", "name": "ls", "arguments": "{}"}
OUTPUT = {"type": "function_call_output", "call_id": "c1", "output": "a b"}
REASONING = {
    "type": "reasoning",
    "id": "rs",
    "summary": [{"type": "summary_text", "text": "look first"}],
    "encrypted_content": "xyz",
}
HIDDEN = {"type": "reasoning", "id": "rs2", "summary": [], "encrypted_content": "xyz"}
SEARCH = {"type": "web_search_call", "id": "ws", "status": "completed", "action": {"query": "x"}}
SAID = {"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "Two"}]}


def told(*records: Any, lines: bool = True) -> list[tuple[str, str]]:
    """Read records; return role and content of each turn, and see that nothing was left out."""
    text = json_lines(*records) if lines else json.dumps(records[0])
    found = read(FORMAT, text)
    assert found.rejected == []
    assert score(FORMAT, text) > 0.2
    turns = []
    for turn in found.turns:
        said = turn.content.text or turn.content.thinking
        said = said or "+".join(f"{c.name}({c.arguments})" for c in turn.content.tool_calls)
        said = said or "+".join(f"{r.call_id}: {r.content}" for r in turn.content.tool_results)
        turns.append((turn.role.value, said))
    return turns


def test_items_of_responses_are_turns() -> None:
    """Calls and reasoning are the model's, outputs are the tool's; what is encrypted is none."""
    expected = [
        ("user", "list"),
        ("assistant", "look first"),
        ("assistant", "ls({})"),
        ("tool", "c1: a b"),
        ("assistant", 'web_search({"query": "x"})'),
        ("assistant", "Two"),
    ]
    items = [ASKED, REASONING, HIDDEN, CALL, OUTPUT, SEARCH, SAID]
    assert told(*items) == expected
    assert told({"object": "list", "data": items}, lines=False) == expected
    assert told({"input": items[:4], "output": items[4:]}, lines=False) == expected


def test_a_saved_response_has_its_question() -> None:
    """It may be text alone, with the instructions beside it; an answer without it is read, too."""
    saved = {"id": "resp_1", "model": "gpt-4.1", "created_at": 1_700_000_000, "output": [SAID]}
    asked = saved | {"instructions": "be brief", "input": "list"}
    assert told(asked, lines=False) == [
        ("system", "be brief"),
        ("user", "list"),
        ("assistant", "Two"),
    ]
    batch = {"custom_id": "r1", "response": {"status_code": 200, "body": saved}}
    assert told(batch) == [("assistant", "Two")]


@pytest.mark.parametrize(
    ("record", "asked"),
    [
        ({"prompt": "why?", "response": "so"}, "why?"),
        ({"prompt": "why?", "completion": "so", "id": 7}, "why?"),
        ({"question": "why?", "answer": "so"}, "why?"),
        ({"user": "why?", "assistant": "so"}, "why?"),
    ],
)
def test_a_question_and_its_answer_are_a_conversation(record: dict[str, Any], asked: str) -> None:
    """Whatever the two are called."""
    assert told(record, record) == [("user", asked), ("assistant", "so")] * 2


def test_messages_in_parts() -> None:
    """As frameworks for the web and Google's interface write them."""
    web = [
        {"type": "step-start"},
        {"type": "reasoning", "text": "hm"},
        {"type": "tool-find", "toolCallId": "c", "input": {"q": 1}, "output": "r"},
        {"type": "text", "text": "hello"},
    ]
    google = [
        {"role": "user", "parts": [{"text": "hi"}, {"inlineData": {"mimeType": "image/png"}}]},
        {"role": "model", "parts": [{"text": "hm", "thought": True}, {"text": "hello"}]},
        {"role": "model", "parts": [{"functionCall": {"name": "f", "args": {"a": 1}}}]},
        {"role": "user", "parts": [{"functionResponse": {"name": "f", "response": {"x": 2}}}]},
    ]
    found = read(FORMAT, json.dumps({"messages": [{"role": "assistant", "parts": web}]}))
    (content,) = [turn.content for turn in found.turns]
    assert (content.text, content.thinking) == ("hello", "hm")
    assert [(c.name, c.id) for c in content.tool_calls] == [("find", "c")]
    assert [(r.call_id, r.content) for r in content.tool_results] == [("c", "r")]
    for saved in ({"contents": google}, google):
        assert told(saved, lines=False) == [
            ("user", "hi"),
            ("assistant", "hello"),
            ("assistant", 'f({"a": 1})'),
            ("tool", 'f: {"x": 2}'),
        ]


def test_a_list_with_the_newest_first_is_turned_round() -> None:
    """So the interface for threads gives it."""
    said = [{"role": "user", "content": str(n), "created_at": 1_700_000_000 + n} for n in (3, 2, 1)]
    for listed in (said, said[::-1]):
        assert [text for _, text in told({"object": "list", "data": listed}, lines=False)] == [
            "1",
            "2",
            "3",
        ]


def test_what_only_looks_like_it_is_not_read() -> None:
    """Rows with ids and types are no items, and one word alone is no pair."""
    for record in (
        {"type": "phone_call", "number": 7},
        {"type": "function_call", "id": 1},
        {"prompt": "why?"},
        {"user": "ana", "action": "login"},
    ):
        assert score(FORMAT, json_lines(record, record)) == 0
