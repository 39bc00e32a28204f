"""Telegram Desktop: one chat and whole accounts."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from json_logs import read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.telegram import Telegram
from minutebook.sources.parsed import Identity

FORMAT = Telegram()


def _message(text: object = "hi", id_: int = 1, **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"id": id_, "type": "message", "date": "2020-08-01T22:01:49"}
    common |= {"date_unixtime": "1596312109", "from": "Ann", "from_id": "user1"}
    return common | {"text": text} | members


def _chat(*messages: object, **members: Any) -> dict[str, Any]:
    head: dict[str, Any] = {"name": "Friends", "type": "private_group", "id": 77} | members
    return head | {"messages": list(messages)}


def _turn(text: object = "hi", **members: Any) -> TurnDraft:
    [turn] = read(FORMAT, json.dumps(_chat(_message(text, **members)))).turns
    return turn


@pytest.mark.parametrize("indent", [None, 1])
def test_a_chat_is_read(indent: int | None) -> None:
    """Its number is one among those of its kind."""
    data = json.dumps(_chat(_message(), _message("ho", 2)), indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "chat77")
    assert conversation.title == "Friends"
    first, second = found.turns
    assert (first.role, first.author, first.native_id) == (Role.PERSON, "Ann", "1")
    assert first.at == datetime(2020, 8, 1, 20, 1, 49, tzinfo=UTC) == first.as_of
    assert (first.zone_known, second.content.text) == (True, "ho")


@pytest.mark.parametrize("indent", [None, 1])
def test_an_account_holds_all_chats(indent: int | None) -> None:
    """Also those that were left, and behind any number of contacts."""
    contacts = [{"first_name": "A", "phone_number": "0" * 20, "date": "x"}] * 1500
    account = {
        "about": "Here is the data you requested.",
        "personal_information": {"user_id": 1},
        "contacts": {"about": "", "list": contacts},
        "chats": {
            "about": "",
            "list": [_chat(_message()), _chat(_message("b"), type="personal_chat", name=None)],
        },
        "left_chats": {"list": [_chat(_message("c"), type="public_channel", name="News")]},
    }
    data = json.dumps(account, indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    assert [one.native_id for one in found.conversations] == ["chat77", "user77", "channel77"]
    assert [one.ordinal for one in found.conversations] == [0, 1, 2]
    assert [(id_, turn.content.text) for id_, turn in found.told] == [
        ("chat77", "hi"),
        ("user77", "b"),
        ("channel77", "c"),
    ]


def test_saved_messages_have_no_name() -> None:
    """And old exports have no second time: then the zone is assumed."""
    message = _message()
    del message["date_unixtime"]
    chat = _chat(message, type="saved_messages")
    del chat["name"]
    found = read(FORMAT, json.dumps(chat))
    assert [one.title for one in found.conversations] == ["Saved messages"]
    [turn] = found.turns
    assert (turn.at, turn.zone_known) == (datetime(2020, 8, 1, 20, 1, 49, tzinfo=UTC), False)
    assert turn.at_raw == "2020-08-01T22:01:49"


def test_a_chat_may_be_nameless() -> None:
    """As tools write that take a part out of an export."""
    message = {"type": "message", "date_unixtime": "1544006350", "from": "A", "text": "x"}
    data = json.dumps({"messages": [message]})
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    assert found.conversations[0].identity is Identity.UNKNOWN
    assert [turn.native_id for turn in found.turns] == [None]


def test_text_comes_in_pieces() -> None:
    """A link under other words is written out; entities stand in when there is no text."""
    link = {"type": "text_link", "text": "!", "href": "https://x"}
    pieces = ["see ", {"type": "bold", "text": "this"}, link]
    assert _turn(pieces).content.text == "see this! (https://x)"
    assert _turn("", text_entities=[{"type": "plain", "text": "x"}]).content.text == "x"
    assert _turn([]).content.text == ""


def test_what_stands_beside_a_message_is_kept() -> None:
    """Replies within the chat, reactions, and the time of the edit."""
    recent = [{"from": "Bo", "from_id": "user2"}, {"from": None}]
    turn = _turn(
        reply_to_message_id=5,
        reactions=[
            {"type": "emoji", "count": 2, "emoji": "👍", "recent": recent},
            {"type": "custom_emoji", "count": 1, "document_id": "x"},
        ],
        edited_unixtime="1596312200",
    )
    reactions = (Reaction(name="👍", count=2, authors=("Bo",)), Reaction(name="custom emoji"))
    assert turn.margin == Margin(replies_to="5", reactions=reactions)
    assert turn.as_of == datetime(2020, 8, 1, 20, 3, 20, tzinfo=UTC)
    assert _turn(reply_to_message_id=5, reply_to_peer_id="channel9").margin == Margin()


def test_topics_are_threads() -> None:
    """A message of a topic answers the notice that opened it."""
    opened = _message("", 10, type="service", action="topic_created", actor="Ann", title="Food")
    in_topic = _message("pizza", 11, reply_to_message_id=10)
    answer = _message("yes", 12, reply_to_message_id=11)
    notice, first, second = read(FORMAT, json.dumps(_chat(opened, in_topic, answer))).turns
    assert (notice.role, notice.author) == (Role.SYSTEM, "Ann")
    assert notice.content.text == "Ann: topic created (Food)"
    assert (first.margin, second.margin) == (Margin(thread="10"), Margin(replies_to="11"))


@pytest.mark.parametrize(
    ("members", "said"),
    [
        (
            {"action": "invite_members", "members": ["Bo", None]},
            "invite members (Bo, a deleted account)",
        ),
        (
            {"action": "phone_call", "duration_seconds": 61, "discard_reason": "hangup"},
            "phone call (hangup, 61 s)",
        ),
        ({"action": "pin_message", "message_id": 3}, "pin message"),
        ({}, "something happened"),
    ],
)
def test_notices_are_put_into_words(members: dict[str, Any], said: str) -> None:
    """Nobody says them; a pin names its message."""
    turn = _turn("", type="service", actor="Ann", actor_id="user1", **members)
    assert (turn.role, turn.content.text) == (Role.SYSTEM, f"Ann: {said}")
    assert turn.margin.replies_to == ("3" if "message_id" in members else None)


def test_files_are_kept_by_name_type_and_size() -> None:
    """One that was not exported by what kind it was."""
    photo = _turn("", photo="photos/photo_1@01-08.jpg", photo_file_size=9).content
    assert photo.attachments == (
        Attachment(name="photo_1@01-08.jpg", media_type="image/jpeg", size=9),
    )
    away = "(File not included. Change data exporting settings to download.)"
    voice = {"file": away, "media_type": "voice_message", "mime_type": "audio/ogg"}
    named = {"file": "files\\x (1).pdf", "file_name": "x.pdf", "file_size": 3}
    assert _turn("", **voice).content.attachments == (
        Attachment(name="voice message", media_type="audio/ogg"),
    )
    assert _turn("", **named).content.attachments == (Attachment(name="x.pdf", size=3),)


def test_what_a_message_carries_is_put_into_words() -> None:
    """Polls, contacts, places, stickers, and what was forwarded."""
    poll = {"question": "Q?", "answers": [{"text": "A", "voters": 2}, {"text": "B"}]}
    assert _turn("", poll=poll).content.text == "Q?\n- A (2)\n- B (0)"
    tasks = {"title": ["To ", {"type": "bold", "text": "do"}], "answers": [{"text": "A", "id": 1}]}
    assert _turn("", todo_list=tasks).content.text == "To do\n- A"
    contact = {"first_name": "Bo", "phone_number": "+1"}
    assert _turn("", contact_information=contact).content.text == "[contact Bo +1]"
    place = {"latitude": 1.5, "longitude": 2.5}
    turn = _turn("", location_information=place, place_name="Pier", address="1 Sea Rd")
    assert turn.content.text == "[place Pier 1 Sea Rd 1.5, 2.5]"
    assert _turn("", sticker_emoji="🙂").content.text == "[sticker 🙂]"
    assert _turn("x", forwarded_from="Cy").content.text == "[forwarded from Cy]\nx"


def test_accounts_that_are_gone_are_told_apart() -> None:
    """They have a number, and no name."""
    assert _turn(**{"from": None, "from_id": "user9"}).author == "Deleted account user9"


def test_only_its_own_is_taken() -> None:
    """Not every list of messages."""
    others: tuple[Any, ...] = (
        {"messages": [{"role": "user", "content": "x"}]},
        {"messages": [{"type": "message", "text": "x"}]},
        {"about": "me"},
        {"chats": {"list": [{"messages": [{"from": "A"}]}]}},
    )
    for other in others:
        assert score(FORMAT, json.dumps(other)) == 0
    cut = json.dumps(_chat(_message(), {"x": 1}, _message("ho", 2)))[:-40]
    found = read(FORMAT, cut)
    assert (found.said, found.places) == ([("person", "hi")], ["item 2", "item 3"])


def test_no_member_can_break_it() -> None:
    """Whatever stands in a message, it is a turn, or set aside."""
    message = _message(
        [{"type": "link", "text": "x", "href": "y"}],
        reactions=[{"type": "emoji", "count": 1, "emoji": "x", "recent": [{"from": "A"}]}],
        poll={"question": "Q", "answers": [{"text": "A", "voters": 1}]},
        contact_information={"first_name": "A"},
        location_information={"latitude": 1},
        place_name="p",
        file="f",
        file_size=1,
        photo="p",
        members=["A"],
    )
    for data in with_odd_members(message):
        found = read(FORMAT, json.dumps(_chat()).replace("[]", f"[{data}]"))
        assert len(found.turns) + len(found.rejected) == 1
    for data in with_odd_members(message | {"type": "service", "action": "x"}):
        read(FORMAT, json.dumps(_chat()).replace("[]", f"[{data}]"))
    for data in with_odd_members({"about": "", "chats": {"list": [_chat(_message())]}}):
        read(FORMAT, data)
        score(FORMAT, data)
