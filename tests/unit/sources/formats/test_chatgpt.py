"""ChatGPT exports: trees of messages, all branches, many types of content."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, WORDS, json_lines, read, score

from minutebook.domain.turns import Attachment, ToolCall, ToolResult, TurnDraft
from minutebook.sources.formats.chatgpt import ChatGPT
from minutebook.sources.parsed import Identity

FORMAT = ChatGPT()


def _message(role: str, content: object, **members: object) -> dict[str, Any]:
    said = {"content_type": "text", "parts": [content]} if isinstance(content, str) else content
    author: dict[str, Any] = {"role": role, "name": None, "metadata": {}}
    common = {"author": author, "create_time": None, "content": said, "recipient": "all"}
    return common | {"weight": 1.0, "metadata": {}} | members


def _node(name: str, parent: str | None, message: object, *children: str) -> dict[str, Any]:
    return {"id": name, "parent": parent, "children": list(children), "message": message}


def _conversation(*nodes: dict[str, Any], **members: object) -> dict[str, Any]:
    mapping = {node["id"]: node for node in nodes}
    return {"title": "T", "conversation_id": "c1", "mapping": mapping} | members


def _turn(content: object, role: str = "assistant", **members: object) -> TurnDraft:
    node = _node("n", None, _message(role, content, **members))
    [turn] = read(FORMAT, json.dumps(_conversation(node))).turns
    return turn


BRANCHED = _conversation(
    _node("client-created-root", None, None, "sys"),
    _node("sys", "client-created-root", _message("system", ""), "u1"),
    _node("u1", "sys", _message("user", "Hi", create_time=1_700_000_000.25), "a1", "a2"),
    _node("a1", "u1", _message("assistant", "First"), "u2"),
    _node("u2", "a1", _message("user", "Left")),
    _node("a2", "u1", _message("assistant", "Second", metadata={"model_slug": "gpt-x"})),
    current_node="a2",
)


@pytest.mark.parametrize("indent", [None, 1])
@pytest.mark.parametrize("is_list", [True, False])
def test_all_branches_are_kept(is_list: bool, indent: int | None) -> None:
    """A branch that was left is not active; a node without words is passed over."""
    data = json.dumps([BRANCHED] if is_list else BRANCHED, indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id, conversation.title) == (
        Identity.GIVEN,
        "c1",
        "T",
    )
    assert [
        (turn.native_id, turn.parent, turn.content.text, turn.is_active) for turn in found.turns
    ] == [
        ("u1", None, "Hi", True),
        ("a1", "u1", "First", False),
        ("u2", "a1", "Left", False),
        ("a2", "u1", "Second", True),
    ]
    first, *_, last = found.turns
    assert first.at == datetime(2023, 11, 14, 22, 13, 20, 250_000, tzinfo=UTC)
    assert (first.at_raw, first.zone_known) == ("1700000000.25", True)
    assert (last.at, last.author) == (None, "gpt-x")


def test_without_a_current_node_the_latest_leaf_is_followed() -> None:
    """It is the one that was said last, when the export does not tell or points nowhere."""
    leaves = [
        _node("r", None, _message("user", "r"), "x", "y"),
        _node("x", "r", _message("assistant", "x", create_time=9.0)),
        _node("y", "r", _message("assistant", "y", create_time=5.0)),
    ]
    for members in ({}, {"current_node": None}, {"current_node": "gone"}):
        found = read(FORMAT, json.dumps(_conversation(*leaves, **members)))
        assert [turn.native_id for turn in found.turns if turn.is_active] == ["r", "x"]


def test_a_tree_that_contradicts_itself_is_read_whole() -> None:
    """Circles, missing parents, children listed twice or not at all: every node comes once."""
    found = read(
        FORMAT,
        json.dumps(
            _conversation(
                _node("a", "b", _message("user", "a"), "b"),
                _node("b", "a", _message("user", "b"), "a"),
                _node("c", "gone", _message("user", "c"), "d", "d", "gone", "c"),
                _node("d", None, _message("user", "d")),
                _node("e", "c", _message("user", "e")),
                {"id": "f", "children": "no", "parent": 5},
                current_node="a",
            )
        ),
    )
    assert sorted((turn.native_id, turn.parent) for turn in found.turns) == [
        ("a", None),
        ("b", "a"),
        ("c", None),
        ("d", "c"),
        ("e", "c"),
    ]


def test_tool_traffic_becomes_calls_and_results() -> None:
    """What goes to a tool is a call; what comes back names it, over further tool messages."""
    to_python = _message("assistant", {"content_type": "code", "text": "1+1"}, recipient="python")
    output = {"content_type": "execution_output", "text": "2"}
    error = {"content_type": "system_error", "name": "Timeout", "text": "too slow"}
    tool = {"role": "tool", "name": "python"}
    found = read(
        FORMAT,
        json.dumps(
            _conversation(
                _node("u", None, _message("user", "Add"), "c"),
                _node("c", "u", to_python, "o"),
                _node("o", "c", _message("tool", output) | {"author": tool}, "e"),
                _node("e", "o", _message("tool", error) | {"author": tool}, "a"),
                _node("a", "e", _message("assistant", "2")),
            )
        ),
    ).turns
    assert found[1].content.tool_calls == (ToolCall(id="c", name="python", arguments="1+1"),)
    assert found[2].content.tool_results == (ToolResult(call_id="c", content="2"),)
    assert found[3].content.tool_results == (
        ToolResult(call_id="c", content="Timeout: too slow", is_error=True),
    )
    assert [turn.role.value for turn in found] == ["user", "assistant", "tool", "tool", "assistant"]
    assert [turn.author for turn in found[2:4]] == ["python", "python"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"content_type": "text", "parts": ["a", "", "b"]}, "a\n\nb"),
        ({"content_type": "code", "language": "python", "text": "x = 1"}, "x = 1"),
        ({"content_type": "tether_quote", "title": "T", "url": "u", "text": "q"}, "T\nu\nq"),
        ({"content_type": "tether_browsing_display", "result": "r", "summary": "s"}, "r\n\ns"),
        ({"content_type": "app_pairing_content", "workspaces": [{"text": "w"}]}, "w"),
        ({"content_type": "from_the_future", "deep": {"words": ["v", 1]}}, "v"),
        (
            {"content_type": "from_the_future", "n": 1},
            '{"content_type": "from_the_future", "n": 1}',
        ),
        ({"content_type": "unknown", "parts": ["p"], "text": "t"}, "p"),
        (
            {
                "content_type": "multimodal_text",
                "parts": [{"content_type": "audio_transcription", "text": "spoken"}],
            },
            "spoken",
        ),
        ("plain", "plain"),
    ],
)
def test_each_type_of_content_has_its_words(content: object, text: str) -> None:
    """Known types by their members, unknown ones by the strings in them."""
    assert _turn(content).content.text == text


def test_thoughts_are_thinking() -> None:
    """Summaries and contents of thoughts, and the recap."""
    thoughts = [{"summary": "Plan", "content": "Look it up."}, {"content": "Done."}]
    assert _turn({"content_type": "thoughts", "thoughts": thoughts}).content.thinking == (
        "Plan\nLook it up.\n\nDone."
    )
    recap = _turn({"content_type": "reasoning_recap", "content": "Thought for 5s"})
    assert (recap.content.thinking, recap.content.text) == ("Thought for 5s", "")


def test_files_are_named_once() -> None:
    """A file that the metadata names is not named again by its pointer."""
    parts = [
        "See",
        {"content_type": "image_asset_pointer", "asset_pointer": "file-service://file-1"},
        {
            "content_type": "image_asset_pointer",
            "asset_pointer": "sediment://file_2",
            "size_bytes": 9,
        },
        {
            "content_type": "real_time_user_audio_video_asset_pointer",
            "audio_asset_pointer": {
                "content_type": "audio_asset_pointer",
                "asset_pointer": "sediment://file_3",
            },
        },
    ]
    attachments = [{"id": "file-1", "name": "a.png", "mime_type": "image/png", "size": 5}]
    content = {"content_type": "multimodal_text", "parts": parts}
    turn = _turn(content, "user", metadata={"attachments": attachments})
    assert turn.content.text == "See"
    assert turn.content.attachments == (
        Attachment(name="file_2", size=9),
        Attachment(name="file_3"),
        Attachment(name="a.png", media_type="image/png", size=5),
    )


@pytest.mark.parametrize(
    ("content", "members"),
    [
        ("secret", {"metadata": {"is_visually_hidden_from_conversation": True}}),
        ("secret", {"metadata": {"is_user_system_message": True}}),
        ("secret", {"weight": 0.0}),
        ({"content_type": "user_editable_context", "user_profile": "secret"}, {}),
        ({"content_type": "model_editable_context", "model_set_context": "secret"}, {}),
    ],
)
def test_what_is_hidden_is_of_the_system(content: object, members: dict[str, object]) -> None:
    """What was never shown was said by no one."""
    turn = _turn(content, "user", **members)
    assert (turn.role.value, turn.content.text) == ("system", "secret")


def test_conversations_without_an_id_have_that_of_their_first_node() -> None:
    """Old exports name nodes only; the names that all share do not count."""
    nodes = [_node("client-created-root", None, None, "n7"), _node("n7", None, None)]
    old = _conversation(*nodes, conversation_id=None)
    empty = _conversation(conversation_id=None)
    found = read(FORMAT, json_lines(old, old | {"id": "c2"}, empty)).conversations
    assert [(item.identity, item.native_id) for item in found] == [
        (Identity.GIVEN, "n7"),
        (Identity.GIVEN, "c2"),
        (Identity.UNKNOWN, ""),
    ]


def test_damage_is_named_and_passed_over() -> None:
    """A broken conversation costs itself alone; a broken node costs no other."""
    good = json.dumps(BRANCHED)
    odd = json.dumps(_conversation(_node("a", None, _message("user", "x"))) | {"title": 5})
    odd = odd.replace('"mapping": {', '"mapping": {"bad": 7, ')
    found = read(FORMAT, f'[{good},\n{{"title": oops}},\n{{"title": "no tree"}}, {odd}, {good}]')
    assert found.places == ["item 2", "item 3", "item 4, node 'bad'"]
    assert [turn.native_id for turn in found.turns[4:5]] == ["a"]
    assert len(found.turns) == 9


def test_a_list_that_is_cut_off_brings_what_is_whole() -> None:
    """While the file grows its end waits."""
    data = json.dumps([BRANCHED, BRANCHED], indent=1)[:-40]
    assert len(read(FORMAT, data).turns) == 4
    assert read(FORMAT, data).places == ["item 2"]
    assert read(FORMAT, data, is_growing=True).rejected == []


def test_only_trees_are_recognised() -> None:
    """Files of the same name and of the same export are none."""
    claude = {"uuid": "u", "name": "n", "chat_messages": [{"uuid": "m", "text": "t"}]}
    shared = {"id": "i", "conversation_id": "c", "title": "t", "is_anonymous": True}
    others: list[Any] = [[claude], [shared], [], {}, {"mapping": {"a": 1}}, {"mapping": []}]
    for other in others:
        assert score(FORMAT, json.dumps(other)) == 0
    huge = _conversation(_node("a", None, _message("user", "x" * 100_000)))
    assert score(FORMAT, json.dumps([huge])) > 0.9


@st.composite
def _trees(draw: st.DrawFn) -> dict[str, Any]:
    said = draw(st.lists(WORDS.filter(str.strip), min_size=1, max_size=6))
    nodes: list[dict[str, Any]] = []
    for number, text in enumerate(said):
        parent = draw(st.integers(0, number - 1)) if number else None
        role = draw(st.sampled_from(["user", "assistant"]))
        name = f"n{number}"
        nodes.append(_node(name, None if parent is None else f"n{parent}", _message(role, text)))
        if parent is not None:
            nodes[parent]["children"].append(name)
    current = draw(st.sampled_from([node["id"] for node in nodes]))
    return _conversation(*draw(st.permutations(nodes)), current_node=current)


def _path(conversation: dict[str, Any]) -> set[str]:
    found: set[str] = set()
    name = conversation["current_node"]
    while name is not None:
        found.add(name)
        name = conversation["mapping"][name]["parent"]
    return found


@given(conversation=_trees())
@settings(max_examples=80)
def test_what_was_written_is_read(conversation: dict[str, Any]) -> None:
    """Every node comes once, behind its parent, with its words and its branch."""
    turns = read(FORMAT, json.dumps([conversation], indent=1)).turns
    mapping = conversation["mapping"]
    seen: set[str | None] = {None}
    for turn in turns:
        assert turn.native_id is not None
        node = mapping[turn.native_id]
        assert turn.parent == node["parent"]
        assert turn.parent in seen
        assert [turn.content.text] == node["message"]["content"]["parts"]
        seen.add(turn.native_id)
    assert seen == {None, *mapping}
    assert {turn.native_id for turn in turns if turn.is_active} == _path(conversation)


@given(
    mapping=st.dictionaries(
        st.sampled_from("abcd"),
        JUNK
        | st.fixed_dictionaries(
            {
                "parent": st.sampled_from([*"abcde", None]) | JUNK,
                "children": st.lists(st.sampled_from("abcde") | JUNK, max_size=3),
                "message": st.fixed_dictionaries(
                    {"author": JUNK, "content": JUNK, "metadata": JUNK, "create_time": JUNK}
                )
                | JUNK,
            }
        ),
    ),
    current=st.sampled_from("abcde"),
)
@settings(max_examples=150)
def test_any_tree_is_read(mapping: dict[str, Any], current: str) -> None:
    """No tree is strange enough to raise or to hang."""
    data = json.dumps({"mapping": mapping, "current_node": current})
    score(FORMAT, data)
    turns = read(FORMAT, data).turns
    assert len({turn.native_id for turn in turns}) == len(turns) <= len(mapping)


def test_citations_are_read_with_titles_and_addresses() -> None:
    """Marks become what the references say; what nothing tells of goes, its space too."""
    cite = "\ue200cite\ue202turn0search1\ue202turn0search2\ue201"
    lost = "\ue200cite\ue202turn9search9\ue201"
    city = '\ue200entity\ue202["city","Oslo","capital"]\ue201'
    text = f"It sails {cite}. \ue203Daily\ue204 {lost}. From {city} on."
    items = [
        {"title": "Ferry [times]", "url": "https://a.example/t"},
        {"title": None, "url": "https://b.example/"},
        {"title": 5, "url": []},
    ]
    references = [
        {"matched_text": cite, "type": "grouped_webpages", "items": items},
        {"matched_text": " ", "type": "sources_footnote", "sources": items},
        7,
    ]
    turn = _turn(text, metadata={"content_references": references})
    assert turn.content.text == (
        "It sails ([Ferry (times)](https://a.example/t), https://b.example/). Daily. From Oslo on."
    )


@pytest.mark.parametrize("references", [None, {}, "x", [None], [{"matched_text": 1, "items": 2}]])
def test_marks_go_whatever_the_references_are(references: object) -> None:
    """Private-use characters never stay, and damage is no reason to lose a turn."""
    mark = "\ue200entity\ue202[1\ue201"
    turn = _turn(f"Fine {mark}, so.", metadata={"content_references": references})
    assert turn.content.text == "Fine, so."
