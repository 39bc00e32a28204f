"""Sessions of the Codex CLI."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, Reading, json_lines, read, read_in_two, score

from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.sources.formats.codex import Codex
from minutebook.sources.parsed import Checkpoint, Identity, Noted, TurnsLeft

Line = dict[str, Any]


def line(kind: str, payload: Any, minute: int = 0) -> Line:
    """Write a line."""
    return {"timestamp": f"2026-01-02T10:{minute:02}:00.000Z", "type": kind, "payload": payload}


def meta(session: str = "s1", **more: Any) -> Line:
    """Write the head of a session."""
    return line("session_meta", {"id": session, "cwd": "/x", "cli_version": "0.9"} | more)


def said(role: str, text: str, minute: int = 0) -> Line:
    """Write a message."""
    kind = "output_text" if role == "assistant" else "input_text"
    return line("response_item", message(role, text, kind), minute)


def message(role: str, text: str, kind: str = "input_text") -> Line:
    """Write a message without anything around it."""
    return {"type": "message", "role": role, "content": [{"type": kind, "text": text}]}


def event(kind: str, **members: Any) -> Line:
    """Write an event."""
    return line("event_msg", {"type": kind} | members)


SESSION = [
    meta(),
    said("developer", "<permissions instructions> careful"),
    said("user", "<environment_context>\n  <cwd>/x</cwd>\n</environment_context>"),
    line("turn_context", {"model": "gpt-9", "cwd": "/x"}),
    event("task_started"),
    said("user", "Run the tests", 1),
    event("user_message", message="Run the tests", images=[]),
    event("agent_reasoning", text="thinking of it"),
    line(
        "response_item",
        {
            "type": "reasoning",
            "summary": [{"type": "summary_text", "text": "thinking of it"}],
            "encrypted_content": "gAAA",
        },
    ),
    line(
        "response_item",
        {"type": "function_call", "name": "shell", "arguments": '{"cmd": "t"}', "call_id": "c1"},
    ),
    line("response_item", {"type": "ghost_snapshot", "ghost_commit": {}}),
    line(
        "response_item",
        {
            "type": "function_call_output",
            "call_id": "c1",
            "output": json.dumps({"output": "2 failed", "metadata": {"exit_code": 1}}),
        },
    ),
    event("token_count", info={}),
    said("assistant", "Two fail.", 2),
    event("agent_message", message="Two fail."),
    line("compacted", {"message": "They ran tests.", "replacement_history": []}),
]


def test_items_are_turns_and_events_that_repeat_them_are_not() -> None:
    """Roles, the model, what was injected, thinking, calls and results with their ids."""
    one = read(Codex(), json_lines(*SESSION))
    (found,) = one.conversations
    assert (found.identity, found.native_id) == (Identity.GIVEN, "s1")
    assert [turn.role.value for turn in one.turns] == [
        "system",
        "system",
        "user",
        "assistant",
        "assistant",
        "tool",
        "assistant",
        "system",
    ]
    user, thought, call, result, answer, summary = one.turns[2:]
    assert (user.content.text, user.at_raw) == ("Run the tests", "2026-01-02T10:01:00.000Z")
    assert (thought.content.thinking, thought.author) == ("thinking of it", "gpt-9")
    assert call.content.tool_calls == (ToolCall(id="c1", name="shell", arguments='{"cmd": "t"}'),)
    assert result.content.tool_results == (
        ToolResult(call_id="c1", content="2 failed", is_error=True),
    )
    assert (answer.content.text, summary.content.text) == ("Two fail.", "They ran tests.")
    assert len({turn.native_id for turn in one.turns}) == len(one.turns)
    assert one.rejected == []


@pytest.mark.parametrize("is_first", [True, False])
def test_events_stand_for_items_that_are_not_there(is_first: bool) -> None:
    """Before their items they have the same names; where no item comes they are the turns."""
    items = [meta(), said("assistant", "hello"), event("agent_message", message="hello")]
    both = read(Codex(), json_lines(items[0], *(items[:0:-1] if is_first else items[1:])))
    assert [(turn.native_id, turn.content.text) for turn in both.turns] == [
        (read(Codex(), json_lines(*items[:2])).turns[0].native_id, "hello")
    ]
    alone = [event("user_message", message="ok"), event("agent_message", message="ok")] * 2
    told = read(Codex(), json_lines(meta(), *alone))
    assert told.said == [("user", "ok"), ("assistant", "ok")] * 2
    assert len({turn.native_id for turn in told.turns}) == 4


@pytest.mark.parametrize(
    ("item", "content"),
    [
        ({"type": "function_call_output", "call_id": "c", "output": "plain"}, "plain"),
        ({"type": "custom_tool_call_output", "call_id": "c", "output": "plain"}, "plain"),
        (
            {
                "type": "function_call_output",
                "call_id": "c",
                "output": [{"type": "input_text", "text": "in blocks"}],
            },
            "in blocks",
        ),
        (
            {"type": "function_call_output", "call_id": "c", "output": {"content": "as object"}},
            "as object",
        ),
        (
            {"type": "function_call_output", "call_id": "c", "output": '{"output": 1'},
            '{"output": 1',
        ),
        ({"type": "tool_search_output", "call_id": "c", "tools": [{"name": "t"}]}, "t"),
    ],
)
def test_results_come_in_many_forms(item: Line, content: str) -> None:
    """Text, blocks, an object, or what only looks like an envelope."""
    (turn,) = read(Codex(), json_lines(meta(), line("response_item", item))).turns
    (result,) = turn.content.tool_results
    assert (result.call_id, turn.role) == ("c", Role.TOOL)
    assert content in result.content


@pytest.mark.parametrize(
    ("item", "name", "words"),
    [
        ({"type": "local_shell_call", "call_id": "c", "action": {"command": ["ls"]}}, "", "ls"),
        ({"type": "web_search_call", "action": {"query": "ferry"}}, "web_search", "ferry"),
        (
            {"type": "custom_tool_call", "call_id": "c", "name": "apply_patch", "input": "***"},
            "apply_patch",
            "***",
        ),
    ],
)
def test_calls_of_all_kinds_are_kept(item: Line, name: str, words: str) -> None:
    """With the name of the tool and what it was given."""
    (turn,) = read(Codex(), json_lines(meta(), line("response_item", item))).turns
    (call,) = turn.content.tool_calls
    assert call.name == (name or "local_shell")
    assert words in call.arguments


def test_the_oldest_lines_have_nothing_around_them() -> None:
    """A head without a type, bare items, marks of states; no times but that of the head."""
    lines = [
        {"id": "old", "timestamp": "2025-07-01T10:00:00Z", "instructions": None, "git": {}},
        {"record_type": "state"},
        message("user", "hello"),
        {"type": "reasoning", "summary": [], "content": None, "id": "r"},
        message("assistant", "hi", "output_text"),
        {"record_type": "state"},
    ]
    one = read(Codex(), json_lines(*lines))
    assert score(Codex(), json_lines(*lines)) > 0.9
    assert (one.conversations[0].native_id, one.said) == (
        "old",
        [("user", "hello"), ("assistant", "hi")],
    )
    assert not any(isinstance(item, Noted) for item in one.items)


@pytest.mark.parametrize("indent", [None, 2])
def test_the_very_first_version_wrote_a_document(indent: int | None) -> None:
    """A session and its items."""
    document = {
        "session": {"id": "first", "timestamp": "2025-04-20T10:00:00Z", "instructions": ""},
        "items": [message("user", "hello"), message("assistant", "hi", "output_text")],
    }
    data = json.dumps(document, indent=indent)
    one = read(Codex(), data, name="rollout-2025-04-20-first.json")
    assert score(Codex(), data) > 0.9
    assert (one.conversations[0].native_id, len(one.turns)) == ("first", 2)


def test_a_fork_names_what_it_copies_as_the_original_does() -> None:
    """With the head of the original behind its own, or with its id alone; what follows is its
    own."""
    past = [said("user", "one"), said("assistant", "two")]
    original = read(Codex(), json_lines(meta("a"), *past, said("user", "three")))
    heads = ([meta("b", forked_from_id="a")], [meta("b", forked_from_id="a"), meta("a")])
    for head in heads:
        fork = read(Codex(), json_lines(*head, *past, said("user", "other")))
        (found,) = fork.conversations
        assert (found.native_id, found.parent, found.has_global_turns) == ("b", "a", True)
        ids = [turn.native_id for turn in fork.turns]
        assert ids[:2] == [turn.native_id for turn in original.turns][:2]
        assert ids[2] != original.turns[2].native_id
    other = read(Codex(), json_lines(meta("c"), *past))
    assert {turn.native_id for turn in other.turns}.isdisjoint(
        turn.native_id for turn in original.turns
    )


def test_a_sub_agent_is_tied_to_the_session_that_spawned_it() -> None:
    """However the head writes it."""
    spawned = {"subagent": {"thread_spawn": {"parent_thread_id": "p", "depth": 1}}}
    for head in (meta(source=spawned), meta(parent_thread_id="p")):
        one = read(Codex(), json_lines(head, said("user", "x")))
        assert one.conversations[0].parent == "p"


def test_a_session_without_a_head_goes_by_its_file() -> None:
    """The name ends in its id."""
    uuid = "0198c0de-1111-7222-8333-444455556666"
    name = f"rollout-2026-01-02T10-00-00-{uuid}.jsonl"
    one = read(Codex(), json_lines(said("user", "x")), name=name)
    assert one.conversations[0].native_id == uuid
    assert read(Codex(), json_lines(said("user", "x"))).conversations[0].native_id == ""


def test_a_name_that_is_given_later_is_the_title() -> None:
    """Also when reading was taken up in between."""
    first = json_lines(meta(), said("user", "x")).encode()
    data = first + json_lines(event("thread_name_updated", thread_name="Ferries")).encode()
    assert [found.title for found in read(Codex(), data).conversations] == ["", "Ferries"]
    (checkpoint,) = read(Codex(), first).checkpoints
    rest = read(Codex(), data, resume=checkpoint)
    assert [(found.title, found.is_continued) for found in rest.conversations] == [
        ("", True),
        ("Ferries", False),
    ]


def test_unknown_kinds_are_counted_and_damage_is_named() -> None:
    """Neither is fatal."""
    unknown = line("response_item", {"type": "dream_\x1b[31m"})
    data = (
        json_lines(meta(), unknown, said("user", "x"))
        + '{"oops\n[1]\n'
        + json_lines(line("event_msg", None), line("response_item", {"type": "new_thing"}))
    )
    one = read(Codex(), data)
    (note,) = [item.note for item in one.items if isinstance(item, Noted)]
    assert note.startswith("Events of kinds that are not known were passed over: 1 × dream_")
    assert note.endswith(", 1 × new_thing.")
    assert one.places == ["line 4", "line 5", "line 6"]
    assert one.said == [("user", "x")]


@pytest.mark.parametrize("share", range(0, 101, 9))
def test_a_growing_session_is_read_like_the_whole(share: int) -> None:
    """Wherever it was cut, also in the middle of a line."""
    data = json_lines(*SESSION, said("user", "a\ud83d\x00\u2028b"), *SESSION[5:]).encode()
    whole = read(Codex(), data).told
    assert read_in_two(Codex(), data, len(data) * share // 100) == whole


@settings(max_examples=25, deadline=None)
@given(st.lists(JUNK, max_size=3), JUNK)
def test_no_shape_is_fatal(records: list[Any], payload: Any) -> None:
    """Any JSON as a line, a payload or a content."""
    item = {"type": "message", "role": "user", "content": payload}
    kinds = ("session_meta", "response_item", "event_msg", "turn_context", "compacted")
    data = json_lines(*records, *(line(kind, payload) for kind in kinds), line(kinds[1], item))
    assert isinstance(read(Codex(), data), Reading)


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["user", "assistant"]), st.text().filter(str.strip))))
def test_what_is_written_is_read_back(spoken: list[tuple[str, str]]) -> None:
    """Every text, in its order, with a name of its own."""
    one = read(Codex(), json_lines(meta(), *(said(role, text) for role, text in spoken)))
    assert [turn.content.text for turn in one.turns] == [text for _, text in spoken]
    assert len({turn.native_id for turn in one.turns}) == len(spoken)


def test_who_goes_back_leaves_what_was_asked_last() -> None:
    """The last prompts and all behind them are left, once; what is asked then is read."""
    lines = [
        meta(),
        said("developer", "careful"),
        *(said(role, f"{role} {n}") for n in range(3) for role in ("user", "assistant")),
        event("thread_rolled_back", num_turns=2),
        said("user", "instead"),
        said("assistant", "well"),
        event("thread_rolled_back", num_turns=1),
    ]
    one = read(Codex(), json_lines(*lines))
    words = {turn.native_id: turn.content.text for turn in one.turns}
    left = [item for item in one.items if isinstance(item, TurnsLeft)]
    assert [[words[name] for name in each.native_ids] for each in left] == [
        ["user 1", "assistant 1", "user 2", "assistant 2"],
        ["instead", "well"],
    ]
    assert len(one.turns) == 9


def test_who_goes_back_later_leaves_turns_of_an_earlier_reading() -> None:
    """Behind a checkpoint the conversation is found again first; odd numbers leave nothing."""
    begun = json_lines(meta(), said("user", "a"), said("assistant", "b"))
    first = read(Codex(), begun, is_growing=True)
    mark = first.items[-1]
    assert isinstance(mark, Checkpoint)
    odd = [event("thread_rolled_back", num_turns=n) for n in (0, -1, None, "x")]
    back = json_lines(*odd, event("thread_rolled_back", num_turns=9))
    rest = read(Codex(), begun + back, resume=mark)
    (found,) = rest.conversations
    (left,) = [item for item in rest.items if isinstance(item, TurnsLeft)]
    assert rest.items.index(found) < rest.items.index(left)
    assert left.native_ids == tuple(turn.native_id for turn in first.turns)
