"""Conversations of Facebook, Messenger and Instagram."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role
from minutebook.sources.formats.facebook import Facebook
from minutebook.sources.parsed import Identity

FORMAT = Facebook()
AT = 1_700_000_000_000


def _broken(text: str) -> str:
    """Write text as the exports do: each byte of its UTF-8 as a character."""
    return text.encode().decode("latin-1")


def _message(text: str = "hi", after: int = 0, **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"sender_name": _broken("Zoë"), "timestamp_ms": AT + after * 1000}
    return common | {"content": _broken(text), "type": "Generic"} | members


def _export(*messages: Any) -> dict[str, Any]:
    around = {"title": _broken("Zoë"), "thread_path": "inbox/zoe_7", "magic_words": []}
    people = [{"name": _broken("Zoë")}, {"name": "Bo"}]
    return {"participants": people, "messages": list(messages)} | around


@pytest.mark.parametrize("indent", [None, 2])
def test_a_conversation_is_read_from_its_beginning(indent: int | None) -> None:
    """The newest stands first; what says which one it is comes last."""
    export = _export(_message("später 🎉", 5), _message("one"), _message("two"))
    data = json.dumps(export, indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "zoe_7")
    assert conversation.title == "Zoë"
    assert found.said == [("person", "two"), ("person", "one"), ("person", "später 🎉")]
    first = found.turns[0]
    assert (first.author, first.native_id) == ("Zoë", None)
    assert first.at == datetime(2023, 11, 14, 22, 13, 20, tzinfo=UTC)


@given(st.text(max_size=20))
@settings(max_examples=40)
def test_any_text_comes_back(text: str) -> None:
    """However it was damaged on the way."""
    writable = text.encode("utf-8", "replace").decode()
    found = read(FORMAT, json.dumps(_export(_message("x" + writable))))
    assert [turn.content.text for turn in found.turns] == ["x" + writable]


def test_text_that_is_right_stays() -> None:
    """Not every export is damaged."""
    found = read(FORMAT, json.dumps(_export(_message() | {"content": "für 🎉"})))
    assert found.said == [("person", "für 🎉")]


def test_what_stands_beside_a_message_is_kept() -> None:
    """Reactions by sign, files by name, links, and what was taken back."""
    reactions = [{"reaction": _broken("❤"), "actor": "Bo"}, {"reaction": _broken("❤")}]
    files: dict[str, Any] = {"photos": [{"uri": "a/b/c.jpg"}], "files": [{"uri": "x.pdf"}]}
    files |= {"sticker": {"uri": "s/1.png"}}
    share = {"link": "https://x", "share_text": "look"}
    full, unsent, call = read(
        FORMAT,
        json.dumps(
            _export(
                _message("call", 9, type="Call", call_duration=5),
                {"sender_name": "A", "timestamp_ms": AT + 5000, "is_unsent": True},
                _message(reactions=reactions, share=share, **files),
                {"sender_name": "A", "timestamp_ms": AT},
            )
        ),
    ).turns
    assert full.margin == Margin(reactions=(Reaction(name="❤", count=2, authors=("Bo",)),))
    assert full.content.text == "hi\nlook\nhttps://x"
    assert full.content.attachments == (
        Attachment(name="c.jpg", media_type="image/jpeg"),
        Attachment(name="x.pdf"),
        Attachment(name="1.png", media_type="image/sticker"),
    )
    assert (unsent.margin.is_withdrawn, call.role) == (True, Role.SYSTEM)


def test_encrypted_chats_have_other_names() -> None:
    """And text that is right."""
    message = {"senderName": "Zoë", "timestamp": AT, "text": "Ã©", "isUnsent": False, "media": []}
    data = json.dumps({"participants": ["Zoë", "Bo"], "threadName": "Bo_12", "messages": [message]})
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    assert [(one.native_id, one.title) for one in found.conversations] == [("Bo_12", "Bo")]
    assert found.said == [("person", "Ã©")]


def test_damage_is_set_aside() -> None:
    """The rest is read; other lists of messages are not taken."""
    found = read(FORMAT, json.dumps(_export(_message(), {"a": 1}))[:-40] + "x")
    assert (len(found.turns), found.places) == (1, ["item 2"])
    assert score(FORMAT, json.dumps({"messages": [{"sender_name": "x"}]})) == 0
    message = _message(reactions=[{"reaction": "x"}], photos=[{"uri": "x"}], share={"link": "x"})
    for data in with_odd_members(message):
        read(FORMAT, json.dumps(_export()).replace("[]", f"[{data}]", 1))
    for data in with_odd_members(_export(message)):
        read(FORMAT, data)
        score(FORMAT, data)
