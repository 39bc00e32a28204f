"""ShareGPT's lists of `{from, value}`."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, WORDS, json_lines, read, read_in_two, score

from minutebook.domain.turns import ToolCall
from minutebook.sources.formats.sharegpt import ShareGPT
from minutebook.sources.parsed import Identity

FORMAT = ShareGPT()
TALK = [{"from": "human", "value": "Hi"}, {"from": "gpt", "value": "Ho"}]


@pytest.mark.parametrize("key", ["conversations", "conversation", "items"])
@pytest.mark.parametrize("indent", [None, 1])
def test_conversations_are_read(key: str, indent: int | None) -> None:
    """Under any of the names that its list has had, minified or not."""
    data = json.dumps([{"id": "abc_0", key: TALK, "system": "S"}], indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    assert found.said == [("system", "S"), ("user", "Hi"), ("assistant", "Ho")]
    assert [(item.identity, item.native_id) for item in found.conversations] == [
        (Identity.GIVEN, "abc_0")
    ]


def test_lines_and_single_conversations_are_read() -> None:
    """One conversation per line, one object alone, or a bare list of turns."""
    for data in (json_lines({"conversations": TALK}), json.dumps(TALK), json_lines(*TALK)):
        assert score(FORMAT, data) > 0.9
        assert read(FORMAT, data).said == [("user", "Hi"), ("assistant", "Ho")]


def test_tools_are_called_and_observed() -> None:
    """Calls are JSON text without ids; what is observed answers the last call."""
    turns = [
        {"from": "gpt", "value": "starts"},
        {"from": "gpt", "value": "twice"},
        {"from": "function_call", "value": '{"name": "f", "arguments": {"a": 1}}'},
        {"from": "observation", "value": '{"b": 2}'},
        {"from": "function_call", "value": "f(1)"},
        {"from": "tool", "value": "c"},
        {"from": "bing", "value": "named"},
        {"from": "stranger", "value": "who?"},
    ]
    found = read(FORMAT, json.dumps([{"conversations": turns}])).turns
    assert found[2].content.tool_calls == (ToolCall(id="f", name="f", arguments='{"a": 1}'),)
    [result] = found[3].content.tool_results
    assert (result.call_id, result.content) == ("f", '{"b": 2}')
    assert (found[4].role.value, found[4].content.text) == ("assistant", "f(1)")
    assert [turn.role.value for turn in found[5:]] == ["tool", "assistant", "system"]
    assert [turn.author for turn in found[5:]] == ["", "bing", "stranger"]


def test_what_is_no_turn_is_rejected_by_its_place() -> None:
    """Records and turns of another shape are named."""
    data = json.dumps([{"conversations": [TALK[0], {"from": 1}]}, {"instruction": "x"}], indent=1)
    found = read(FORMAT, data)
    assert found.said == [("user", "Hi")]
    assert found.places == ["item 1, message 2", "item 2"]


def test_an_observation_knows_the_call_before_a_checkpoint() -> None:
    """Loose turns go on behind a checkpoint as if there were none."""
    call = json_lines({"from": "function_call", "value": '{"name": "f", "arguments": {}}'})
    [checkpoint] = read(FORMAT, call).checkpoints
    more = call + json_lines({"from": "observation", "value": "seen"})
    [turn] = read(FORMAT, more, resume=checkpoint).turns
    assert turn.content.tool_results[0].call_id == "f"


TURNS = st.fixed_dictionaries({"from": st.sampled_from(["human", "gpt", "system"]), "value": WORDS})
TOOLS = st.sampled_from(
    [
        {"from": "function_call", "value": '{"name": "f", "arguments": {}}'},
        {"from": "function_call", "value": '{"name": "g", "arguments": {}}'},
        {"from": "observation", "value": "seen"},
    ]
)
WORD_OF = {"user": "human", "assistant": "gpt", "system": "system"}


@given(talks=st.lists(st.lists(TURNS, min_size=1, max_size=4), min_size=1, max_size=4))
@settings(max_examples=60)
def test_what_was_written_is_read(talks: list[list[dict[str, str]]]) -> None:
    """Reading is the inverse of writing."""
    data = json.dumps([{"conversations": talk} for talk in talks], indent=1)
    said = [{"from": WORD_OF[role], "value": text} for role, text in read(FORMAT, data).said]
    assert said == [turn for talk in talks for turn in talk]


@given(
    records=st.lists(
        JUNK
        | TURNS
        | TOOLS
        | st.fixed_dictionaries({"conversations": st.lists(TURNS | JUNK, max_size=3)}),
        max_size=5,
    ),
    cut=st.integers(0, 300),
)
@settings(max_examples=100)
def test_reading_in_two_is_reading_at_once(records: list[object], cut: int) -> None:
    """A beginning, and then the rest from the last checkpoint, bring the same turns."""
    data = json_lines(*records).encode()
    assert read_in_two(FORMAT, data, cut) == read(FORMAT, data).told
