"""OpenAI's chat messages, in every layout they are kept in."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import BERLIN, JUNK, WORDS, json_lines, read, read_in_two, score

from minutebook.domain.turns import Attachment, ToolCall, ToolResult
from minutebook.sources.formats.json import stream as json_stream
from minutebook.sources.formats.messages.openai import OpenAIMessages
from minutebook.sources.parsed import Identity

FORMAT = OpenAIMessages()
TALK = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "When does the ferry leave?"},
    {"role": "assistant", "content": "On the 4th."},
]
SAID = [
    ("system", "Be brief."),
    ("user", "When does the ferry leave?"),
    ("assistant", "On the 4th."),
]


@pytest.mark.parametrize(
    ("data", "conversations"),
    [
        (json.dumps({"messages": TALK}), 1),
        (json.dumps({"messages": TALK}, indent=2), 1),
        (json.dumps(TALK), 1),
        (json.dumps(TALK, indent=2), 1),
        (json_lines(*TALK), 1),
        (json_lines({"messages": TALK}, {"messages": TALK}), 2),
        (json_lines(TALK, TALK), 2),
        (json.dumps([{"messages": TALK}, {"messages": TALK}]), 2),
        (json.dumps([{"messages": TALK}, {"messages": TALK}], indent=1), 2),
        (json.dumps([TALK, TALK]), 2),
        (json.dumps([TALK, TALK], indent=1), 2),
        (json.dumps({"messages": TALK}, indent=1) + json.dumps({"messages": TALK}, indent=1), 2),
        (json_lines({"custom_id": "a", "method": "POST", "body": {"messages": TALK}}), 1),
    ],
)
def test_every_layout_is_read_alike(data: str, conversations: int) -> None:
    """One conversation or many, in lines, lists or objects, are recognised and read."""
    assert score(FORMAT, data) >= 0.85
    found = read(FORMAT, data)
    assert found.said == SAID * conversations
    assert [item.ordinal for item in found.conversations] == list(range(conversations))
    assert {item.identity for item in found.conversations} == {Identity.UNKNOWN}
    assert found.rejected == []


def test_calls_and_results_are_read() -> None:
    """Calls come with null content; results name their call; the old form names the function."""
    call = {"id": "c1", "type": "function", "function": {"name": "tide", "arguments": '{"d": 4'}}
    found = read(
        FORMAT,
        json.dumps(
            [
                {"role": "assistant", "content": None, "tool_calls": [call]},
                {"role": "tool", "tool_call_id": "c1", "content": [{"type": "text", "text": "2"}]},
                {"role": "assistant", "function_call": {"name": "f", "arguments": "{}"}},
                {"role": "function", "name": "f", "content": "ok"},
                {"role": "tool", "content": "of the last call"},
            ]
        ),
    )
    contents = [turn.content for turn in found.turns]
    assert contents[0].tool_calls == (ToolCall(id="c1", name="tide", arguments='{"d": 4'),)
    assert contents[1].tool_results == (ToolResult(call_id="c1", content="2"),)
    assert contents[2].tool_calls == (ToolCall(id="f", name="f", arguments="{}"),)
    assert contents[3].tool_results == (ToolResult(call_id="f", content="ok"),)
    assert contents[4].tool_results == (ToolResult(call_id="f", content="of the last call"),)
    assert [turn.role.value for turn in found.turns[1::2]] == ["tool", "tool"]
    assert found.turns[3].author == "f"


def test_blocks_become_text_and_attachments() -> None:
    """Files are named and measured, never kept; unknown blocks keep their words."""
    blocks = [
        {"type": "text", "text": "Look:"},
        {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}},
        {"type": "image_url", "image_url": {"url": "https://x.test/a.png"}},
        {"type": "input_audio", "input_audio": {"data": "AAA=", "format": "wav"}},
        {"type": "file", "file": {"filename": "plan.pdf", "file_id": "f1"}},
        {"type": "hologram", "id": "h1", "caption": {"words": "a boat"}},
        {"type": "void", "id": "v1"},
        "loose",
        7,
    ]
    [turn] = read(FORMAT, json.dumps([{"role": "user", "content": blocks}])).turns
    assert turn.content.text == ('Look:\n\na boat\n\n{"type": "void", "id": "v1"}\n\nloose\n\n7')
    assert turn.content.attachments == (
        Attachment(name="image_url", media_type="image/png", size=3),
        Attachment(name="https://x.test/a.png"),
        Attachment(name="wav", size=2),
        Attachment(name="plan.pdf"),
    )


def test_what_else_a_message_says_is_kept() -> None:
    """Refusals, thinking, names and the word of an unknown role."""
    found = read(
        FORMAT,
        json.dumps(
            [
                {"role": "developer", "content": "Rules."},
                {"role": "user", "name": "Ana", "content": "Hello"},
                {"role": "assistant", "content": None, "refusal": "No.", "reasoning": "Hm."},
                {"role": "narrator", "content": "Night fell."},
            ]
        ),
    )
    assert found.said == [
        ("system", "Rules."),
        ("user", "Hello"),
        ("assistant", "No."),
        ("system", "Night fell."),
    ]
    assert [turn.author for turn in found.turns] == ["", "Ana", "", "narrator"]
    assert found.turns[2].content.thinking == "Hm."


def test_ids_titles_and_times_are_taken_when_there_are_any() -> None:
    """The conversation's own time is that of a first turn without one."""
    record = {
        "id": "conv-1",
        "title": "Ferry",
        "created": 1_700_000_000,
        "messages": [
            {"role": "user", "content": "a", "id": "m1"},
            {"role": "assistant", "content": "b", "timestamp": "2024-01-02T03:04:05Z"},
            {"role": "user", "content": "c", "created_at": "2024-01-02 03:04:05"},
            {"role": "user", "content": "d", "created_at": "yesterday", "parent_id": "m1"},
            {"role": "user", "content": "e", "timestamp": 1_700_000_000_500},
        ],
    }
    found = read(FORMAT, json.dumps(record))
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "conv-1")
    assert conversation.title == "Ferry"
    first, second, third, fourth, fifth = found.turns
    assert (first.native_id, first.at) == ("m1", datetime.fromtimestamp(1_700_000_000, UTC))
    assert first.at_raw == "1700000000"
    assert (second.at, second.zone_known) == (datetime(2024, 1, 2, 3, 4, 5, tzinfo=UTC), True)
    assert (third.at, third.zone_known) == (datetime(2024, 1, 2, 3, 4, 5, tzinfo=BERLIN), False)
    assert (fourth.at, fourth.at_raw, fourth.parent) == (None, "yesterday", "m1")
    assert fifth.at == datetime.fromtimestamp(1_700_000_000.5, UTC)


@pytest.mark.parametrize("number", [7, "7"])
def test_row_numbers_are_no_identity(number: object) -> None:
    """Other files have a row 7 too; but a stated conversation id is one."""
    found = read(
        FORMAT,
        json_lines({"id": number, "messages": TALK}, {"conversation_id": number, "messages": TALK}),
    )
    assert [(item.identity, item.native_id) for item in found.conversations] == [
        (Identity.UNKNOWN, ""),
        (Identity.GIVEN, "7"),
    ]


def test_loose_messages_are_sorted_by_the_conversation_they_state() -> None:
    """A change of the stated id begins or takes up a conversation."""
    lines = [
        {"conversation_id": name, "role": "user", "content": name + str(number)}
        for number, name in enumerate("aabba")
    ]
    told = read(FORMAT, json_lines(*lines)).told
    assert [(name, turn.content.text) for name, turn in told] == [
        ("a", "a0"),
        ("a", "a1"),
        ("b", "b2"),
        ("b", "b3"),
        ("a", "a4"),
    ]


def test_replies_of_a_batch_are_read() -> None:
    """All choices are kept; those behind the first are not active. An error is no conversation."""
    choices = [{"message": {"role": "assistant", "content": text}} for text in ("one", "two")]
    body = {"id": "chatcmpl-1", "created": 1_700_000_000, "choices": choices}
    found = read(
        FORMAT,
        json_lines(
            {"id": "batch_req_1", "custom_id": "q1", "response": {"body": body}, "error": None},
            {"id": "batch_req_2", "custom_id": "q2", "response": None, "error": {"code": "x"}},
        ),
    )
    assert [(turn.content.text, turn.is_active) for turn in found.turns] == [
        ("one", True),
        ("two", False),
    ]
    assert found.conversations[0].title == "q1"
    assert found.turns[0].at == datetime.fromtimestamp(1_700_000_000, UTC)
    assert found.places == ["line 2"]


def test_what_is_no_message_is_rejected_by_its_place() -> None:
    """Damage costs neither the conversation nor its neighbours."""
    records = [{"messages": [TALK[1], "lost", 7, TALK[2]]}, {"other": 1}, 5, {"messages": TALK}]
    found = read(FORMAT, json_lines(*records))
    assert found.said == [*SAID[1:], *SAID]
    assert found.places == ["line 1, message 2", "line 1, message 3", "line 2", "line 3"]


def test_a_large_object_keeps_its_name_and_its_turns(monkeypatch: pytest.MonkeyPatch) -> None:
    """Read from the inside, it is the same conversation; what it says of itself may come last."""
    monkeypatch.setattr(json_stream, "LARGE", 100)
    data = json.dumps({"messages": TALK, "title": "Late", "id": "conv-9"}, indent=1)
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.native_id, conversation.title) == ("conv-9", "Late")
    assert found.said == SAID


@pytest.mark.parametrize("depth", [300, 600, 900, 950, 980, 990, 5_000])
def test_deep_nesting_is_survived(depth: int) -> None:
    """Nested input is text, or is rejected; what comes behind it is read."""
    deep = "[" * depth + "]" * depth
    shallow = {"role": "user", "content": "DEEP", "tool_calls": [{"id": "c", "input": "DEEP"}]}
    text = json_lines(shallow).replace('"DEEP"', deep)
    found = read(FORMAT, text + json_lines(TALK[1]))
    assert found.said[-1] == SAID[1]
    assert len(found.turns) + len(found.rejected) == 2


def test_a_checkpoint_stands_before_a_line_that_may_grow() -> None:
    """There is one every so often, and one before an open last line."""
    whole = json_lines(*[TALK[1]] * 450)
    found = read(FORMAT, whole)
    line = len(whole) // 450
    assert [item.offset for item in found.checkpoints] == [200 * line, 400 * line, 450 * line]
    cut = read(FORMAT, whole[:-1], is_growing=True)
    assert cut.checkpoints[-1].offset == 449 * line
    assert len(cut.turns) == 450


def test_a_resumed_conversation_says_that_it_goes_on() -> None:
    """Loose messages go on with theirs; a record of its own begins another."""
    first = json_lines(TALK[0])
    [checkpoint] = read(FORMAT, first).checkpoints
    [found] = read(FORMAT, first + json_lines(TALK[1]), resume=checkpoint).conversations
    assert (found.is_continued, found.ordinal) == (True, 0)
    [found] = read(FORMAT, first + json_lines({"messages": TALK}), resume=checkpoint).conversations
    assert (found.is_continued, found.ordinal) == (False, 1)


MESSAGES = st.fixed_dictionaries(
    {"role": st.sampled_from(["system", "user", "assistant"]), "content": WORDS}
)
RECORDS = st.one_of(
    MESSAGES,
    st.fixed_dictionaries({"messages": st.lists(MESSAGES, min_size=1, max_size=3)}),
    st.fixed_dictionaries({"conversation_id": st.sampled_from("ab")}).flatmap(
        lambda stated: MESSAGES.map(lambda message: stated | message)
    ),
    JUNK,
)


@given(talks=st.lists(st.lists(MESSAGES, min_size=1, max_size=4), min_size=1, max_size=4))
@settings(max_examples=60)
def test_what_was_written_is_read(talks: list[list[dict[str, str]]]) -> None:
    """Reading is the inverse of writing, in lines and in a list."""
    wanted = [(message["role"], message["content"]) for talk in talks for message in talk]
    records: list[Any] = [{"messages": talk} for talk in talks]
    for data in (json_lines(*records), json.dumps(records), json.dumps(records, indent=1)):
        assert read(FORMAT, data).said == wanted


@given(records=st.lists(RECORDS, max_size=6), cut=st.integers(0, 600))
@settings(max_examples=120)
def test_reading_in_two_is_reading_at_once(records: list[Any], cut: int) -> None:
    """A beginning, and then the rest from the last checkpoint, bring the same turns."""
    data = json_lines(*records).encode()
    assert read_in_two(FORMAT, data, cut) == read(FORMAT, data).told


@given(data=st.data())
@settings(max_examples=150)
def test_damage_never_escapes(data: st.DataObject) -> None:
    """Whatever happens to the bytes, reading ends without an exception."""
    raw = json_lines(*data.draw(st.lists(RECORDS, max_size=3))).encode()
    at = data.draw(st.integers(0, len(raw)))
    damaged = raw[:at] + data.draw(st.binary(max_size=4)) + raw[at + 1 :]
    score(FORMAT, damaged)
    read(FORMAT, damaged)
