"""Slack: exports of a workspace as folder, zip and single files, and what its messages hold."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from json_logs import read, score, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.slack import Slack
from minutebook.sources.parsed import Identity

FORMAT = Slack()
USERS = [
    {"id": "U0000001", "team_id": "T1", "name": "ann", "profile": {"display_name": "Ann"}},
    {"id": "U0000002", "team_id": "T1", "name": "bo", "profile": {"real_name": "Bo B"}},
    {"id": "U0000003", "team_id": "T1", "name": "robot", "profile": {"bot_id": "B0000001"}},
]
CHANNELS = [{"id": "C0000001", "name": "general", "creator": "U0000001", "members": []}]


def _message(ts: str = "1452796800.000002", text: str = "hi", **members: object) -> dict[str, Any]:
    return {"type": "message", "user": "U0000001", "ts": ts, "text": text} | members


def _turns(*messages: object) -> list[TurnDraft]:
    return read(FORMAT, json.dumps(messages), name="2016-01-14.json").turns


def _turn(**members: object) -> TurnDraft:
    [turn] = _turns(_message(**members))  # type: ignore[arg-type]
    return turn


def test_a_message_becomes_a_turn() -> None:
    """By its own id, with the time in it; without lists people have their ids."""
    turn = _turn()
    assert (turn.role, turn.author, turn.content.text) == (Role.PERSON, "U0000001", "hi")
    assert (turn.native_id, turn.at_raw) == ("1452796800.000002", "1452796800.000002")
    assert turn.at == datetime(2016, 1, 14, 18, 40, 0, 2, tzinfo=UTC) == turn.as_of
    assert turn.margin == Margin()


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("<@U0000009|ann> and <@U0000008>", "@ann and @U0000008"),
        ("<#C1|general> <#C2>", "#general #C2"),
        ("<!here> <!subteam^S1|@team> <!subteam^S2> <!date^1^{date}|May>", "@here @team @S2 May"),
        ("<https://a.b>, <https://a.b|a.b>, <https://a.b|there>", None),
        ("<mailto:a@b.c|a@b.c>", "a@b.c"),
        ("&lt;b&gt; &amp;amp; :smile: *x*", "<b> &amp; :smile: *x*"),
        ("1 < 2 > 0", "1 < 2 > 0"),
    ],
)
def test_markup_is_readable(text: str, shown: str | None) -> None:
    """Mentions, channels, links and the three escapes."""
    shown = shown or "https://a.b, a.b, there (https://a.b)"
    assert _turn(text=text).content.text == shown


def test_what_stands_beside_a_message_is_kept() -> None:
    """Thread, reactions, and files by name, type and size; an edit tells its time."""
    turn = _turn(
        thread_ts="1452796000.000001",
        reactions=[{"name": "+1", "users": ["U1", "U2"], "count": 3}, {"users": []}],
        files=[{"name": "a.png", "mimetype": "image/png", "size": 7}, {"mode": "tombstone"}],
        edited={"user": "U1", "ts": "1452796900.000000"},
    )
    reaction = Reaction(name="+1", count=3, authors=("U1", "U2"))
    assert turn.margin == Margin(thread="1452796000.000001", reactions=(reaction,))
    assert turn.content.attachments == (
        Attachment(name="a.png", media_type="image/png", size=7),
        Attachment(name="a file that is gone"),
    )
    assert turn.as_of == datetime(2016, 1, 14, 18, 41, 40, tzinfo=UTC)


def test_bots_speak_in_blocks_and_attachments() -> None:
    """What is a preview of a link is left out, what was shared is quoted."""
    rich = {"type": "rich_text_section", "elements": [
        {"type": "text", "text": "for "}, {"type": "user", "user_id": "U7"},
        {"type": "emoji", "name": "tada"}, {"type": "link", "url": "https://x"},
        {"type": "broadcast", "range": "here"}, {"type": "channel", "channel_id": "C7"},
    ]}  # fmt: skip
    blocks = [
        {"type": "header", "text": {"type": "plain_text", "text": "Build"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "<https://x|done>"}},
        {"type": "rich_text", "elements": [rich]},
        {"type": "context", "elements": [{"type": "image", "alt_text": "logo"}]},
    ]
    attachments = [
        {"title": "T", "text": "body", "fields": [{"title": "k", "value": "v"}]},
        {"from_url": "https://x", "text": "preview"},
        {"from_url": "https://s", "is_msg_unfurl": True, "author_name": "Bo", "text": "shared"},
        {"fallback": "only that"},
    ]
    turn = _turn(
        text="", blocks=blocks, attachments=attachments, user=None, username="CI",
        subtype="bot_message", bot_id="B1",
    )  # fmt: skip
    assert (turn.role, turn.author) == (Role.PERSON, "CI")
    assert turn.content.text == (
        "Build\ndone (https://x)\nfor @U7:tada:https://x@here#C7\nlogo"
        "\n\nT\nbody\nk: v\n\nBo: shared\n\nonly that"
    )


def test_notices_are_nobodys_words() -> None:
    """Joins and the like are of the system; a deleted message is withdrawn, under its id."""
    joined, deleted = _turns(
        _message(subtype="channel_join", text="<@U0000001> has joined"),
        _message("1452796803.000000", "This message was deleted.", subtype="tombstone"),
    )
    assert joined.role is Role.SYSTEM
    assert deleted.margin.is_withdrawn
    assert deleted.native_id == "1452796803.000000"


def test_exports_for_compliance_tell_of_edits_and_deletions() -> None:
    """As versions of one turn, and as a tombstone."""
    old, new, gone = _turns(
        _message(
            "1452796900.000000",
            subtype="message_changed",
            message=_message(text="new"),
            previous_message=_message(text="old"),
        ),
        _message(
            "1452797000.000000",
            subtype="message_deleted",
            deleted_ts="1452796800.000002",
            previous_message=_message(text="new"),
        ),
    )
    assert {turn.native_id for turn in (old, new, gone)} == {"1452796800.000002"}
    assert [turn.content.text for turn in (old, new, gone)] == ["old", "new", "new"]
    assert [turn.as_of for turn in (old, new)] == sorted(filter(None, (old.as_of, new.as_of)))
    assert [turn.margin.is_withdrawn for turn in (old, new, gone)] == [False, False, True]


def test_channels_saved_by_slackdump_are_read() -> None:
    """The channel stands before its messages, replies within them: they are told when they came."""
    soon, late = (
        _message(f"145279680{n}.000000", f"re {n}", thread_ts="1452796800.000002") for n in (1, 5)
    )
    messages = [
        _message() | {"slackdump_thread_replies": [late, soon]},
        _message("1452796803.000000", "ho"),
    ]
    data = json.dumps({"channel_id": "C0000001", "name": "general", "messages": messages})
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.native_id) == (Identity.GIVEN, "C0000001")
    assert [turn.content.text for turn in found.turns] == ["hi", "re 1", "ho", "re 5"]


@pytest.mark.parametrize("indent", [None, 4])
def test_it_is_told_by_its_messages(indent: int | None) -> None:
    """Users and channels alone are known too, and hold nothing."""
    assert score(FORMAT, "\ufeff" + json.dumps([_message()], indent=indent)) > 0.9
    assert score(FORMAT, json.dumps([_message(text="x" * 99_999)], indent=indent)) > 0.9
    for lists in (USERS, CHANNELS, [{"service_type": "GitHub", "change_type": "added"}]):
        assert score(FORMAT, json.dumps(lists, indent=indent), "users.json") > 0.9
    for other in ([], [{"ts": 1.5, "text": "x"}], [{"id": "U0000001", "name": "x"}], {"a": 1}):
        assert score(FORMAT, json.dumps(other, indent=indent), "users.json") == 0


def test_a_day_that_comes_before_the_lists_is_waited_with() -> None:
    """As long as it is new: an export that is just being unpacked has them at its end."""
    data = json.dumps([_message()])
    assert read(FORMAT, data, name="2016-01-14.json", is_growing=True).items == []
    assert len(read(FORMAT, data, name="2016-01-14.json").turns) == 1


def test_damage_is_set_aside() -> None:
    """A broken record, something else, and the end that is missing; the rest is read."""
    data = json.dumps([_message(), {"a": 1}, _message("1452796802.000000")])[:-1]
    found = read(FORMAT, data.replace("{", "{oops", 1))
    assert found.places == ["item 1", "item 2", "item 4"]
    assert [turn.native_id for turn in found.turns] == ["1452796802.000000"]
    growing = read(FORMAT, data, is_growing=True)
    assert growing.places == ["item 2"]


def test_no_member_can_break_it() -> None:
    """Whatever stands in a message, it is a turn, or set aside."""
    file = {"name": "n", "mode": "tombstone", "size": 1}
    reaction = {"name": "n", "users": ["U1"], "count": 1}
    rich = {"type": "rich_text", "elements": [{"type": "user", "user_id": "U1"}]}
    attached = {"title": "t", "fields": [{"title": "t", "value": "v"}], "blocks": [rich]}
    more = {"files": [file], "reactions": [reaction], "blocks": [rich], "attachments": [attached]}
    profiles = {"user_profile": {"display_name": "A"}, "comment": {"user": "U1"}, "bot_id": "B"}
    message = _message("1452796801.000000", "", edited={"ts": "1452796801.000000"}, **more)
    changed = _message(subtype="message_changed", message=message | profiles)
    for data in with_odd_members(changed):
        found = read(FORMAT, f"[{data}]")
        assert len(found.turns) + len(found.rejected) >= 1
