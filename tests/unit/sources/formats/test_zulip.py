"""Zulip: exports of an organisation, archives by topic, and what its interface returns."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from json_logs import Reading, read, score, source_of, with_odd_members

from minutebook.domain.turns import Attachment, Reaction, Role
from minutebook.sources.formats.zulip import Zulip
from minutebook.sources.parsed import ConversationFound, Identity
from minutebook.sources.source import Source

FORMAT = Zulip()
REALM: dict[str, Any] = {
    "zerver_realm": [{"id": 1, "string_id": "club"}],
    "zerver_userprofile": [
        {"id": 10, "full_name": "Ann", "email": "a@x"},
        {"id": 11, "full_name": "Bo", "email": "b@x"},
    ],
    "zerver_userprofile_crossrealm": [
        {"id": 2, "full_name": "Notification Bot", "email": "notification-bot@zulip.com"}
    ],
    "zerver_stream": [{"id": 5, "name": "general"}],
    "zerver_recipient": [
        {"id": 20, "type": 2, "type_id": 5},
        {"id": 21, "type": 1, "type_id": 11},
        {"id": 22, "type": 3, "type_id": 1},
    ],
    "zerver_subscription": [
        {"recipient": 22, "user_profile": 11},
        {"recipient": 22, "user_profile": 10},
    ],
    "zerver_reaction": [{"message": 1, "user_profile": 11, "emoji_name": "tada"}],
}


def _exported(id_: int = 1, content: str = "hi", **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"id": id_, "sender": 10, "recipient": 20, "subject": "lunch"}
    return common | {"content": content, "date_sent": 1_700_000_000.5 + id_} | members


def _archived(id_: int = 1, content: str = "<p>hi</p>", **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"id": id_, "content": content, "sender_full_name": "Ann"}
    return common | {"timestamp": 1_700_000_000} | members


def _beside(name: str, above: int) -> Source | None:
    is_there = (name, above) == ("realm.json", 0)
    return source_of(json.dumps(REALM), "realm.json") if is_there else None


def _read_export(*messages: Any) -> Reading:
    data = {"zerver_message": messages, "zerver_usermessage": [{"id": 1}]}
    source = replace(source_of(json.dumps(data), "messages-000001.json"), beside=_beside)
    return Reading(items=list(FORMAT.parse(source)))


def _talks(found: Reading) -> list[tuple[str, str, list[str]]]:
    talks: list[tuple[str, str, list[str]]] = []
    for item in found.items:
        if isinstance(item, ConversationFound):
            talks.append((item.native_id, item.title, []))
        elif (draft := getattr(item, "draft", None)) is not None:
            talks[-1][2].append(draft.content.text)
    return talks


def test_an_export_is_read_by_topics() -> None:
    """With the names and the reactions of the lists beside it."""
    found = _read_export(
        _exported(1, "hi [a.pdf](/user_uploads/2/x/a%20b.pdf)"),
        _exported(2, "aside", subject="tea"),
        _exported(3, "ho", sender=11),
        _exported(4, "psst", recipient=21),
        _exported(5, "all", recipient=22),
        _exported(6, "moved", sender=2),
    )
    assert _talks(found) == [
        ("club/5/lunch", "general > lunch", ["hi [a.pdf](/user_uploads/2/x/a%20b.pdf)"]),
        ("club/5/tea", "general > tea", ["aside"]),
        ("club/5/lunch", "general > lunch", ["ho"]),
        ("club/private/10,11", "Ann, Bo", ["psst", "all"]),
        ("club/5/lunch", "general > lunch", ["moved"]),
    ]
    first, *_, last = found.turns
    assert (first.author, first.native_id) == ("Ann", "1")
    assert first.at == datetime(2023, 11, 14, 22, 13, 21, 500_000, tzinfo=UTC)
    assert first.margin.reactions == (Reaction(name="tada", authors=("Bo",)),)
    assert first.content.attachments == (Attachment(name="a b.pdf"),)
    assert (last.role, last.author) == (Role.SYSTEM, "Notification Bot")


def test_edits_are_later_versions() -> None:
    """The history has the newest first."""
    history = [
        {"timestamp": 1_700_000_300, "prev_content": "b"},
        {"timestamp": 1_700_000_250, "prev_topic": "x"},
        {"timestamp": 1_700_000_200, "prev_content": "a"},
    ]
    edited = {"edit_history": json.dumps(history), "last_edit_time": 1_700_000_300.0}
    turns = _read_export(_exported(1, "c", **edited)).turns
    assert [turn.content.text for turn in turns] == ["a", "b", "c"]
    assert {turn.native_id for turn in turns} == {"1"}
    moments = [turn.as_of for turn in turns if turn.as_of is not None]
    assert moments == sorted(moments)
    assert len(set(moments)) == 3


def test_an_archive_is_named_by_its_folders() -> None:
    """With dots in the place of percent signs; a message is HTML."""
    data = json.dumps([_archived(), _archived(2, "<p>see <code>x</code></p>")])
    assert score(FORMAT, data) > 0.9
    folders = ("json", "113538-CI.20.26.20more")
    source = replace(source_of(data, "a.2Eb.20c.json"), folders=folders)
    found = Reading(items=list(FORMAT.parse(source)))
    talk = ("113538-CI.20.26.20more/a.b c", "CI & more > a.b c", ["hi", "see `x`"])
    assert _talks(found) == [talk]
    [alone] = read(FORMAT, data, name="topic.json").conversations
    assert (alone.identity, alone.title) == (Identity.NAMED, "topic")


def test_what_the_interface_returns_names_its_topics() -> None:
    """Channels by name, private talks by who is in them."""
    people = [{"id": 11, "full_name": "Bo"}, {"id": 10, "full_name": "Ann"}]
    reactions = [{"emoji_name": "tada", "user": {"full_name": "Bo"}}, {"emoji_name": "tada"}]
    channel: dict[str, Any] = {"display_recipient": "general", "stream_id": 5, "subject": "tea"}
    messages = [
        _archived(1, reactions=reactions, **channel),
        _archived(2, display_recipient=people, subject=""),
    ]
    data = json.dumps({"result": "success", "messages": messages})
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    assert [talk[:2] for talk in _talks(found)] == [
        ("5/tea", "general > tea"),
        ("private/10,11", "Ann, Bo"),
    ]
    assert found.turns[0].margin.reactions == (Reaction(name="tada", count=2, authors=("Bo",)),)


def test_lists_of_the_export_are_known() -> None:
    """They hold no messages."""
    assert score(FORMAT, json.dumps(REALM), "realm.json") > 0.9
    assert score(FORMAT, json.dumps({"streams": {}, "time": 1}), "stream_index.json") > 0.9
    assert read(FORMAT, json.dumps(REALM), name="realm.json").items == []
    assert score(FORMAT, json.dumps({"name": "x"}), "realm.json") == 0
    assert score(FORMAT, json.dumps([{"id": 1, "content": "x"}])) == 0


def test_damage_is_set_aside() -> None:
    """What is empty is counted."""
    found = read(FORMAT, json.dumps([_archived(), {"a": 1}, _archived(3, "")])[:-1])
    assert (len(found.turns), found.places) == (1, ["item 2", "item 4"])
    reactions = [{"emoji_name": "x", "user": {"full_name": "Bo"}}]
    for data in with_odd_members(_archived(reactions=reactions, display_recipient=[{"id": 1}])):
        read(FORMAT, f"[{data}]")
    for data in with_odd_members(_exported(edit_history=[{"prev_content": "x"}])):
        read(FORMAT, f'{{"zerver_message": [{data}]}}')
