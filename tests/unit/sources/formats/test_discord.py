"""Discord: channels saved by DiscordChatExporter."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from json_logs import read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.discord import Discord
from minutebook.sources.parsed import Identity

FORMAT = Discord()
ANN = {"id": "1", "name": "ann", "discriminator": "0001", "nickname": "Ann", "isBot": False}


def _message(text: str = "hi", id_: str = "1100000000000000001", **members: Any) -> Any:
    common: dict[str, Any] = {
        "id": id_,
        "type": "Default",
        "timestamp": "2024-01-31T19:04:23.18+07:00",
    }
    return common | {"content": text, "author": ANN} | members


def _export(*messages: object, **members: Any) -> dict[str, Any]:
    channel = {"id": "77", "type": "GuildTextChat", "category": "Talk", "name": "general"}
    head: dict[str, Any] = {
        "guild": {"id": "5", "name": "Zig"},
        "channel": channel,
        "dateRange": {},
    }
    head |= {"exportedAt": "2024-06-01T00:00:00.1234567+00:00"} | members
    return head | {"messages": list(messages), "messageCount": len(messages)}


def _turn(text: str = "hi", **members: Any) -> TurnDraft:
    [turn] = read(FORMAT, json.dumps(_export(_message(text, **members)))).turns
    return turn


@pytest.mark.parametrize("indent", [None, 2])
def test_a_channel_is_read(indent: int | None) -> None:
    """With its guild in the title, its own id, and as of when it was exported."""
    export = _export(_message(), _message("ho", "1100000000000000002"))
    data = "\ufeff" + json.dumps(export, indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "77")
    assert conversation.title == "Zig / general"
    assert conversation.as_of == datetime(2024, 6, 1, 0, 0, 0, 123456, tzinfo=UTC)
    first, second = found.turns
    assert (first.role, first.author, first.content.text) == (Role.PERSON, "Ann", "hi")
    assert first.at == datetime(2024, 1, 31, 12, 4, 23, 180_000, tzinfo=UTC)
    assert (first.native_id, first.as_of) == ("1100000000000000001", conversation.as_of)
    assert second.content.text == "ho"


def test_older_exports_have_less() -> None:
    """Without the time of the export, the last edit tells as of when a message says so."""
    export = _export(_message(timestampEdited="2024-02-01T00:00:00Z", author={"name": "bo"}))
    del export["exportedAt"], export["guild"], export["messageCount"]
    [turn] = read(FORMAT, json.dumps(export)).turns
    assert (turn.author, turn.as_of) == ("bo", datetime(2024, 2, 1, tzinfo=UTC))


def test_threads_hang_on_their_channel() -> None:
    """And private conversations are named by who is in them."""
    thread = {"id": "88", "type": "GuildPublicThread", "categoryId": "77", "name": "aside"}
    [conversation] = read(FORMAT, json.dumps(_export(channel=thread))).conversations
    assert (conversation.parent, conversation.parent_turn) == ("77", "88")
    direct = {"id": "99", "type": "DirectTextChat", "name": "Bo"}
    guild = {"id": "0", "name": "Direct Messages"}
    [conversation] = read(FORMAT, json.dumps(_export(channel=direct, guild=guild))).conversations
    assert (conversation.title, conversation.parent) == ("Bo", "")


def test_what_stands_beside_a_message_is_kept() -> None:
    """Replies, reactions with who reacted, and files by name and size."""
    turn = _turn(
        type="Reply",
        reference={"messageId": "5", "channelId": "77"},
        reactions=[
            {"emoji": {"id": "", "name": "👍", "code": "thumbsup"}, "count": 2, "users": [ANN]},
            {"emoji": {"id": "9", "name": "zig"}, "count": 1},
        ],
        attachments=[
            {"url": "https://x/a.png?ex=1", "fileName": "a.png", "fileSizeBytes": 7},
            {"url": "media\\b.png"},
        ],
        stickers=[{"name": "Wave", "format": "Lottie"}],
    )
    reactions = (Reaction(name="👍", count=2, authors=("Ann",)), Reaction(name="zig"))
    assert turn.margin == Margin(replies_to="5", reactions=reactions)
    assert turn.content.attachments == (
        Attachment(name="a.png", size=7),
        Attachment(name="b.png"),
        Attachment(name="Wave", media_type="image/sticker"),
    )


def test_a_forwarded_message_is_quoted() -> None:
    """It answers nothing here."""
    turn = _turn(
        "",
        reference={"messageId": "5", "channelId": "6"},
        forwardedMessage={"content": "said there", "attachments": [{"fileName": "f.txt"}]},
    )
    assert turn.content.text == "[forwarded]\nsaid there"
    assert turn.content.attachments == (Attachment(name="f.txt"),)
    assert turn.margin.replies_to is None


def test_bots_speak_in_embeds() -> None:
    """A preview of a link that a person sent is left out."""
    embeds = [{"title": "T", "description": "D", "fields": [{"name": "k", "value": "v"}]}]
    assert _turn("see", embeds=embeds).content.text == "see"
    bot = ANN | {"isBot": True}
    assert _turn("see", embeds=embeds, author=bot).content.text == "see\n\nT\nD\nk: v"
    assert _turn("", embeds=embeds).content.text == "T\nD\nk: v"
    poll = {"question": {"text": "Q?"}, "answers": [{"text": "A"}, {"text": "B"}]}
    assert (
        _turn("", poll=poll, interaction={"name": "ask"}).content.text == "/ask\n\n\nQ?\n- A\n- B"
    )


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@!2> <@3> <@&4> <#5>", "@Bo @3 @4 #5"),
        ("<:zig:123> <a:wave:45>", ":zig: :wave:"),
        ("<t:0:R> <t:99999999999999:R>", "1970-01-01 00:00 UTC <t:99999999999999:R>"),
        ("</play now:12> a < b > c **d**", "/play now a < b > c **d**"),
    ],
)
def test_markup_is_readable(text: str, shown: str) -> None:
    """Mentions by name, emojis and times."""
    assert _turn(text, mentions=[{"id": "2", "name": "Bo"}]).content.text == shown


@pytest.mark.parametrize("kind", ["GuildMemberJoin", "ChannelPinnedMessage", "Call", "7"])
def test_notices_are_nobodys_words(kind: str) -> None:
    """Everything but messages, replies and commands."""
    assert _turn("Joined the server.", type=kind).role is Role.SYSTEM


def test_a_file_that_was_cut_off_gives_what_is_there() -> None:
    """And says so; while it is still written, the rest is waited for."""
    data = json.dumps(_export(_message(), _message("ho", "1100000000000000002")), indent=1)
    cut = data[: data.index('"ho"')]
    found = read(FORMAT, cut)
    assert (found.said, found.places) == ([("person", "hi")], ["item 2"])
    assert read(FORMAT, cut, is_growing=True).rejected == []


def test_only_its_own_is_taken() -> None:
    """A channel and messages alone are not enough."""
    others: tuple[Any, ...] = (
        {"channel": "general", "messages": [_message()]},
        {"channel": {"id": "1"}, "messages": [{"role": "user", "content": "x"}]},
        {"guild": {}, "messages": []},
    )
    for other in others:
        assert score(FORMAT, json.dumps(other)) == 0
    found = read(FORMAT, json.dumps(_export("x", {"role": "user"}, _message())))
    assert (found.places, len(found.turns)) == (["item 1", "item 2"], 1)


def test_no_member_can_break_it() -> None:
    """Whatever stands in a message, it is a turn, or set aside."""
    message = _message(
        reference={"messageId": "5", "channelId": "77"},
        reactions=[{"emoji": {"id": "9", "name": "zig"}, "count": 1, "users": [ANN]}],
        attachments=[{"url": "u", "fileName": "f", "fileSizeBytes": 1}],
        embeds=[{"title": "t", "fields": [{"name": "n", "value": "v"}], "author": {"name": "n"}}],
        mentions=[ANN],
        timestampEdited="2024-02-01T00:00:00Z",
        forwardedMessage={"content": "c"},
        poll={"question": {"text": "q"}, "answers": [{"text": "a"}]},
        author=ANN | {"isBot": True},
    )
    for data in with_odd_members(message):
        found = read(FORMAT, json.dumps(_export()).replace("[]", f"[{data}]"))
        assert len(found.turns) + len(found.rejected) == 1
    for data in with_odd_members(_export(_message())):
        read(FORMAT, data)
        score(FORMAT, data)
