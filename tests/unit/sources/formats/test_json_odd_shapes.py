"""JSON logs in shapes that are seldom met: wrapped, long at the front, with the wrong types."""

from __future__ import annotations

import json
from typing import Any

import pytest
from json_logs import json_lines, read, score

from minutebook.sources.formats.chatgpt import ChatGPT
from minutebook.sources.formats.claude_code import ClaudeCode
from minutebook.sources.formats.messages.anthropic import AnthropicMessages
from minutebook.sources.formats.messages.openai import OpenAIMessages
from minutebook.sources.formats.protocol import Format
from minutebook.sources.formats.sharegpt import ShareGPT
from minutebook.sources.parsed import Identity

FORMATS: tuple[Format, ...] = (
    ClaudeCode(),
    ChatGPT(),
    ShareGPT(),
    AnthropicMessages(),
    OpenAIMessages(),
)
HI = {"role": "user", "content": "Hi"}
HELLO = {"role": "assistant", "content": "Hello"}
LONG = "x" * 100_000
NODE: dict[str, Any] = {"id": "n", "message": None, "parent": None, "children": []}


@pytest.mark.parametrize("odd", [[], ["a"], {}, {"a": 1}, None, 1, True])
@pytest.mark.parametrize("member", ["role", "type", "from", "messages", "mapping", "message"])
def test_members_of_any_type_break_nothing(member: str, odd: Any) -> None:
    """Where a word is expected there may be anything."""
    records = [
        {"messages": [HI | {member: odd}, HI], member: odd},
        {"type": "user", "uuid": "u", "sessionId": "s", "message": HI, member: odd},
        {"conversations": [{"from": "human", "value": "Hi", member: odd}], member: odd},
        {"role": "tool", "content": [{"type": "tool_result", "content": [{"type": odd}]}]},
    ]
    for format_ in FORMATS:
        assert score(format_, json_lines(*records)) >= 0
        assert read(format_, json_lines(*records)) is not None


@pytest.mark.parametrize("key", ["conversations", "data", "chats", "sessions"])
def test_reads_conversations_that_one_object_holds(key: str) -> None:
    """An object around a list of conversations is that list."""
    text = json.dumps(
        {"version": 1, key: [{"id": "c1", "messages": [HI, HELLO]}, {"messages": [HI]}]}
    )
    assert score(OpenAIMessages(), text) > 0.5
    found = read(OpenAIMessages(), text)
    assert [one.native_id for one in found.conversations] == ["c1", ""]
    assert len(found.turns) == 3


def test_reads_a_batch_of_requests_in_one_object() -> None:
    """The body that makes a batch holds a request per conversation."""
    requests = [{"custom_id": n, "params": {"system": "S", "messages": [HI]}} for n in "ab"]
    text = json.dumps({"requests": requests})
    assert score(AnthropicMessages(), text) > score(OpenAIMessages(), text)
    found = read(AnthropicMessages(), text)
    assert [one.title for one in found.conversations] == ["a", "b"]


@pytest.mark.parametrize(
    ("name", "record"),
    [
        ("anthropic_messages", {"system": LONG, "messages": [HI]}),
        ("openai_messages", {"tools": [{"function": LONG}], "messages": [HI]}),
        ("openai_messages", {"messages": [{"content": LONG, "role": "system"}, HI]}),
        ("sharegpt", {"tools": LONG, "conversations": [{"from": "human", "value": "Hi"}]}),
        ("chatgpt", {"safe_urls": [LONG], "mapping": {"n": NODE}}),
    ],
)
@pytest.mark.parametrize("is_list", [True, False])
def test_looks_behind_what_is_long(name: str, record: dict[str, Any], is_list: bool) -> None:
    """Tools and instructions of any length may stand before what tells the format."""
    text = json.dumps([record, record]) if is_list else json_lines(record, record)
    best = max(FORMATS, key=lambda format_: score(format_, text))
    assert (best.name, score(best, text) > 0.4) == (name, True)


def test_roles_may_be_capitalised() -> None:
    """`User` is a user."""
    text = json.dumps([{"role": "User", "content": "Hi"}, {"role": "Assistant", "content": "Yo"}])
    assert score(OpenAIMessages(), text) > 0.5


@pytest.mark.parametrize(
    "records",
    [
        [{"id": 1, "name": "A", "role": "system", "value": 3}],
        [{"from": "system", "to": "b", "value": 3}, {"from": "user", "to": "x", "value": 2}],
        [{"type": "user", "uuid": "u", "sessionId": "s", "message": "clicked"}],
        [{"data": [{"id": 1, "role": "user"}]}],
    ],
)
def test_takes_nothing_that_only_has_the_names(records: list[Any]) -> None:
    """People have roles, edges have ends and values, events have messages: nobody speaks."""
    for text in (json.dumps(records), json_lines(*records)):
        assert [score(format_, text) for format_ in FORMATS] == [0, 0, 0, 0, 0]


def test_ids_that_every_data_set_has_name_no_conversation() -> None:
    """`identity_0` is the first row of many files."""
    text = json.dumps([{"id": "identity_0", "conversations": [{"from": "human", "value": "Hi"}]}])
    assert [one.identity for one in read(ShareGPT(), text).conversations] == [Identity.UNKNOWN]


@pytest.mark.parametrize("layout", ["{}", "[{}]", "{}\n{}\n"])
def test_a_number_with_too_many_digits_is_left_out(layout: str) -> None:
    """The conversation around it comes in, however the file is laid out, and the reason is told."""
    huge = json.dumps({"messages": [HI | {"timestamp": "N"}, HELLO]}).replace('"N"', "9" * 5_000)
    data = layout.replace("{}", huge)
    assert score(OpenAIMessages(), data) > 0.5
    found = read(OpenAIMessages(), data)
    assert found.said == [("user", "Hi"), ("assistant", "Hello")] * data.count("messages")
    assert {item.reason for item in found.rejected} == {
        "It holds a number with too many digits: the rest of it was read."
    }
