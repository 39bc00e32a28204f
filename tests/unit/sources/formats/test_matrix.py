"""Rooms of Matrix, as Element exports them."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from json_logs import read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role
from minutebook.sources.formats.matrix import Matrix
from minutebook.sources.parsed import Identity

FORMAT = Matrix()
AT = 1_700_000_000_000


def _event(id_: str = "$1", body: str = "hi", after: int = 0, **members: Any) -> dict[str, Any]:
    content = {"msgtype": "m.text", "body": body} | members.pop("content", {})
    common: dict[str, Any] = {
        "event_id": id_,
        "sender": "@ann:x.org",
        "room_id": "!r:x.org",
        "content": content,
    }
    return common | {"type": "m.room.message", "origin_server_ts": AT + after * 1000} | members


def _relating(relation: dict[str, Any], **content: Any) -> dict[str, Any]:
    return {"m.relates_to": relation} | content


def _state(kind: str, **content: Any) -> dict[str, Any]:
    return _event("$s", type=kind, state_key="@ann:x.org") | {"content": content}


def _room(*events: Any) -> str:
    head = {"room_name": "Kitchen", "room_creator": "Ann", "topic": "", "export_date": "x"}
    return json.dumps(head | {"exported_by": "Bo", "messages": list(events)}, indent=4)


MEMBER = _state("m.room.member", membership="join", displayname="Ann")


def test_a_room_is_read() -> None:
    """Its id is in its events; people have the names that they have given themselves."""
    assert score(FORMAT, _room(_event())) > 0.9
    found = read(FORMAT, _room(_event(), _event("$2", sender="@bo:x.org"), MEMBER))
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "!r:x.org")
    assert conversation.title == "Kitchen"
    first, second, joined = found.turns
    assert (first.role, first.author, first.native_id) == (Role.PERSON, "Ann", "$1")
    assert first.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC) == first.as_of
    assert second.author == "@bo:x.org"
    assert (joined.role, joined.content.text) == (Role.SYSTEM, "Ann is here")


def test_answers_and_threads_are_kept() -> None:
    """The quotation for old clients is not; in a thread the answer may be none."""
    answer = _relating({"m.in_reply_to": {"event_id": "$1"}})
    threaded: dict[str, Any] = {"rel_type": "m.thread", "event_id": "$1", "is_falling_back": True}
    threaded |= {"m.in_reply_to": {"event_id": "$8"}}
    answered, in_thread = read(
        FORMAT,
        _room(
            _event("$2", "> <@bo:x.org> one\n> two\n\nyes\n> no", content=answer),
            _event("$3", content=_relating(threaded)),
        ),
    ).turns
    assert (answered.content.text, answered.margin) == ("yes\n> no", Margin(replies_to="$1"))
    assert in_thread.margin == Margin(thread="$1")


def test_edits_are_later_versions() -> None:
    """By an event of its own, or put into the message by the server."""
    thread = {"rel_type": "m.thread", "event_id": "$0"}
    edit = _relating(
        {"rel_type": "m.replace", "event_id": "$1"}, **{"m.new_content": {"body": "b"}}
    )
    bundle = {"origin_server_ts": AT + 9000, "content": {"m.new_content": {"body": "d"}}}
    turns = read(
        FORMAT,
        _room(
            _event("$1", "a", content=_relating(thread)),
            _event("$2", "* b", after=5, content=edit),
            _event("$3", "c", unsigned={"m.relations": {"m.replace": bundle}}),
        ),
    ).turns
    assert [(turn.native_id, turn.content.text) for turn in turns] == [
        ("$1", "a"),
        ("$1", "b"),
        ("$3", "c"),
        ("$3", "d"),
    ]
    seconds = [turn.as_of.second for turn in turns if turn.as_of is not None]
    assert seconds == [20, 25, 20, 29]
    assert turns[0].margin == turns[1].margin == Margin(thread="$0")
    assert turns[0].at == turns[1].at


def test_reactions_and_deletions_are_gathered() -> None:
    """They stand behind what they are about."""
    thumb = _relating({"rel_type": "m.annotation", "event_id": "$1", "key": "👍"})
    reactions = [
        _event(f"$r{n}", type="m.reaction", sender=sender) | {"content": thumb}
        for n, sender in enumerate(["@ann:x.org", "@bo:x.org", "@bo:x.org"])
    ]
    redaction = _event("$x", type="m.room.redaction", redacts="$2")
    emptied = _event("$3", unsigned={"redacted_because": {}}) | {"content": {}}
    first, second, third, _ = read(
        FORMAT, _room(_event(), _event("$2", "gone"), emptied, *reactions, redaction, MEMBER)
    ).turns
    thumbs = Reaction(name="👍", count=2, authors=("Ann", "@bo:x.org"))
    assert first.margin == Margin(reactions=(thumbs,))
    assert second.margin.is_withdrawn
    assert second.as_of is None
    assert (third.margin.is_withdrawn, third.content.text) == (True, "")


def test_files_are_kept_by_name_type_and_size() -> None:
    """A body beside the name of the file is its caption."""
    info = {"info": {"mimetype": "image/png", "size": 7}, "msgtype": "m.image"}
    plain, captioned, sticker = read(
        FORMAT,
        _room(
            _event(body="a.png", content=info),
            _event("$2", "look", content=info | {"filename": "a.png"}),
            _event("$3", "wave", type="m.sticker"),
        ),
    ).turns
    file = Attachment(name="a.png", media_type="image/png", size=7)
    assert (plain.content.attachments, plain.content.text) == ((file,), "")
    assert (captioned.content.attachments, captioned.content.text) == ((file,), "look")
    assert sticker.content.attachments == (Attachment(name="wave"),)


def test_what_cannot_be_read_is_counted() -> None:
    """Encrypted events, and states that say nothing; notices are put into words."""
    encrypted = _event("$e", type="m.room.encrypted") | {"content": {"ciphertext": "x"}}
    answer = {"m.text": [{"body": "A"}]}
    poll = {"question": {"m.text": [{"body": "Q?"}]}, "answers": [answer, {"body": "B"}]}
    found = read(
        FORMAT,
        _room(
            encrypted,
            _state("m.room.topic", topic="Food"),
            _event(type="m.poll.start") | {"content": {"m.poll.start": poll}},
            _event("$4", content={"msgtype": "m.emote"}),
            "x",
        ),
    )
    assert [turn.content.text for turn in found.turns] == [
        "topic of the room: Food",
        "Q?\n- A\n- B",
        "* hi",
    ]
    [note] = [item for item in found.items if type(item).__name__ == "Noted"]
    assert "m.room.encrypted (1)" in str(note)
    assert found.places == ["item 5"]


@pytest.mark.parametrize("other", [{"messages": [{"type": "x", "id": 1}]}, {"room_name": "x"}])
def test_only_its_own_is_taken(other: dict[str, Any]) -> None:
    """Events have an id and a sender."""
    assert score(FORMAT, json.dumps(other)) == 0


def test_no_member_can_break_it() -> None:
    """Whatever stands in an event, it is read, left out, or set aside."""
    relation = {"rel_type": "m.thread", "event_id": "$1", "m.in_reply_to": {"event_id": "$8"}}
    content = {"filename": "f", "info": {"size": 1}, "msgtype": "m.file", "m.relates_to": relation}
    bundle = {"origin_server_ts": 1, "content": {"m.new_content": {"body": "d"}}}
    event = _event(content=content, unsigned={"m.relations": {"m.replace": bundle}})
    for kind in ("m.room.message", "m.reaction"):
        for data in with_odd_members(event | {"type": kind}):
            read(FORMAT, _room().replace("[]", f"[{data}]"))
