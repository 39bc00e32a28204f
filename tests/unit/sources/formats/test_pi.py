"""Sessions of pi."""

from __future__ import annotations

import base64
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK, Reading, json_lines, read, read_in_two, score

from minutebook.domain.turns import Attachment, Role, ToolCall, ToolResult
from minutebook.sources.formats.pi import Pi
from minutebook.sources.parsed import Noted, TurnsLeft

Entry = dict[str, Any]

UUID = "ffae836b-9420-4060-ac13-7745215f90ff"
OTHER = "d97339c6-6c10-4827-846b-9ff1d9c3dc37"


def head(session: str = UUID, **more: Any) -> Entry:
    """Write the head of a session."""
    return {
        "type": "session",
        "id": session,
        "timestamp": "2026-01-02T12:00:00Z",
        "cwd": "/",
    } | more


def entry(number: int, kind: str = "message", **members: Any) -> Entry:
    """Write an entry of the old form."""
    return {"type": kind, "timestamp": f"2026-01-02T10:00:{number:02}.123Z"} | members


def said(number: int, role: str, text: str, **more: Any) -> Entry:
    """Write a message."""
    return entry(number, message={"role": role, "content": [{"type": "text", "text": text}]} | more)


def linked(*entries: Entry, parents: dict[int, int | None] | None = None) -> list[Entry]:
    """Write entries as the newer form has them, each behind the one before it."""
    parents = parents or {}
    return [
        one | {"id": f"{n:08x}", "parentId": _id(parents.get(n, n - 1 if n else None))}
        for n, one in enumerate(entries)
    ]


def _id(number: int | None) -> str | None:
    return None if number is None else f"{number:08x}"


SESSION = [
    head(),
    said(1, "user", "read it"),
    entry(2, "model_change", provider="p", modelId="m"),
    entry(
        3,
        message={
            "role": "assistant",
            "model": "m-1",
            "content": [
                {"type": "thinking", "thinking": "hm", "thinkingSignature": "xx"},
                {"type": "toolCall", "id": "t1", "name": "read", "arguments": {"path": "a"}},
            ],
        },
    ),
    entry(
        4,
        message={
            "role": "toolResult",
            "toolCallId": "t1",
            "toolName": "read",
            "isError": True,
            "content": [{"type": "text", "text": "no such file"}],
        },
    ),
    entry(5, message={"role": "bashExecution", "command": "ls", "output": "a\n", "exitCode": 0}),
    entry(6, message={"role": "assistant", "content": [], "errorMessage": "Request was aborted"}),
    entry(7, "compaction", summary="They read.", firstKeptEntryIndex=1),
    entry(8, "custom_message", customType="ext", content="Injected", display=True),
]


def test_entries_become_turns() -> None:
    """Words, thinking, calls and results by id, commands beside, failures and summaries."""
    one = read(Pi(), json_lines(*SESSION))
    (found,) = one.conversations
    assert (found.native_id, found.has_global_turns) == (UUID, True)
    roles = ["user", "assistant", "tool", "tool", "system", "system", "system"]
    assert [turn.role.value for turn in one.turns] == roles
    user, reply, result, command, failure, summary, custom = one.turns
    assert (user.content.text, user.at_raw) == ("read it", "2026-01-02T10:00:01.123Z")
    assert (reply.author, reply.content.thinking) == ("m-1", "hm")
    assert reply.content.tool_calls == (ToolCall(id="t1", name="read", arguments='{"path": "a"}'),)
    assert result.content.tool_results == (
        ToolResult(call_id="t1", content="no such file", is_error=True),
    )
    assert command.content.tool_calls[0].arguments == '{"command": "ls"}'
    assert command.content.tool_results[0].content == "a\n"
    assert [turn.content.text for turn in (failure, summary, custom)] == [
        "Request was aborted",
        "They read.",
        "Injected",
    ]
    assert custom.author == "ext"
    assert len({turn.native_id for turn in one.turns}) == 7
    assert one.rejected == []


def test_pictures_are_named_with_type_and_size() -> None:
    """Their data is not kept, whoever sends them."""
    picture = {"type": "image", "data": base64.b64encode(b"abc").decode(), "mimeType": "image/png"}
    content = [{"type": "text", "text": "see"}, picture]
    sent = entry(1, message={"role": "user", "content": content})
    back = entry(2, message={"role": "toolResult", "toolCallId": "t", "content": content})
    for turn in read(Pi(), json_lines(head(), sent, back)).turns:
        assert turn.content.attachments == (
            Attachment(name="image", media_type="image/png", size=3),
        )


def test_a_file_that_a_newer_version_has_taken_up_names_its_turns_as_before() -> None:
    """Ids and parents are new; what was said, and when, is not."""
    old = read(Pi(), json_lines(*SESSION))
    new = read(Pi(), json_lines(head(version=3), *linked(*SESSION[1:])))
    assert [turn.native_id for turn in new.turns] == [turn.native_id for turn in old.turns]
    assert [turn.parent for turn in new.turns] == [
        None,
        *(turn.native_id for turn in new.turns[:-1]),
    ]


def test_a_branch_in_a_file_of_its_own_is_tied_to_where_it_comes_from() -> None:
    """By the name of that file; the turns that it copies keep their names."""
    path = f"/home/x/2026-01-02T10-00-00-000Z_{OTHER}.jsonl"
    past = SESSION[1:4]
    original = read(Pi(), json_lines(head(OTHER), *past, said(9, "user", "go on")))
    for key in ("branchedFrom", "parentSession"):
        branch = read(Pi(), json_lines(head(**{key: path}), *past, said(10, "user", "go back")))
        (found,) = branch.conversations
        assert (found.native_id, found.parent) == (UUID, OTHER)
        names = [turn.native_id for turn in branch.turns]
        assert names[:2] == [turn.native_id for turn in original.turns][:2]
        assert names[2] != original.turns[2].native_id


def test_who_goes_back_leaves_what_followed() -> None:
    """Turns are found, and left when an entry stands behind an earlier one."""
    entries = [said(n, "user" if n % 2 == 0 else "assistant", f"say {n}") for n in range(6)]
    one = read(Pi(), json_lines(head(version=3), *linked(*entries, parents={4: 1})))
    (left,) = [item for item in one.items if isinstance(item, TurnsLeft)]
    assert left.native_ids == (one.turns[2].native_id, one.turns[3].native_id)
    assert one.turns[4].parent == one.turns[1].native_id
    anew = read(Pi(), json_lines(head(version=3), *linked(*entries, parents={4: None})))
    (left,) = [item for item in anew.items if isinstance(item, TurnsLeft)]
    assert len(left.native_ids) == 4


def test_the_same_words_at_the_same_moment_are_two_turns() -> None:
    """Named in their order."""
    one = read(Pi(), json_lines(head(), *[said(1, "user", "ok")] * 3))
    assert len({turn.native_id for turn in one.turns}) == 3


def test_the_name_of_a_session_is_its_title() -> None:
    """Whenever it is given."""
    data = json_lines(head(), said(1, "user", "x"), entry(2, "session_info", name="Ferries"))
    assert [found.title for found in read(Pi(), data).conversations] == ["", "Ferries"]


def test_a_session_without_a_head_goes_by_its_file() -> None:
    """The name ends in its id."""
    data = json_lines(said(1, "user", "x"), said(2, "assistant", "y"))
    assert score(Pi(), data) == 0.9
    named = read(Pi(), data, name=f"2026-01-02T10-00-00-000Z_{UUID}.jsonl")
    assert named.conversations[0].native_id == UUID


def test_unknown_kinds_are_counted_and_damage_is_named() -> None:
    """Neither is fatal; unknown roles are kept under their names."""
    data = json_lines(
        head(),
        entry(1, "dream"),
        entry(2, message=None),
        said(3, "narrator", "once"),
    )
    one = read(Pi(), data + "{oops\n")
    (note,) = [item.note for item in one.items if isinstance(item, Noted)]
    assert note == "Events of kinds that are not known were passed over: 1 × dream."
    assert one.places == ["line 3", "line 5"]
    (turn,) = one.turns
    assert (turn.role, turn.author) == (Role.SYSTEM, "narrator")


@pytest.mark.parametrize("share", range(0, 101, 10))
def test_a_growing_session_is_read_like_the_whole(share: int) -> None:
    """Wherever it was cut; what was left stays left."""
    entries = [*SESSION[1:], said(10, "user", "a\ud83d\x00\u2028b"), said(11, "user", "c")]
    data = json_lines(head(version=3), *linked(*entries, parents={9: 2})).encode()
    whole = read(Pi(), data).told
    assert read_in_two(Pi(), data, len(data) * share // 100) == whole


@settings(max_examples=25, deadline=None)
@given(st.lists(JUNK, max_size=3), JUNK)
def test_no_shape_is_fatal(records: list[Any], content: Any) -> None:
    """Any JSON as a line, a message, a content or an id."""
    odd = [entry(1, message=content), said(2, "user", "") | {"id": content, "parentId": content}]
    roles = ("user", "assistant", "toolResult", "bashExecution")
    held = [entry(n, message={"role": role, "content": content}) for n, role in enumerate(roles)]
    assert isinstance(read(Pi(), json_lines(head(), *records, *odd, *held)), Reading)
