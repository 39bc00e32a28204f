"""Channels of Discord in the plain text of DiscordChatExporter."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from json_logs import read, score

from minutebook.domain.turns import Attachment, Margin, Reaction, Role
from minutebook.sources.formats.discord import DiscordText
from minutebook.sources.parsed import Identity, Noted

FORMAT = DiscordText()
RULE = "=" * 62
END = f"\n{RULE}\nExported 2 message(s)\n{RULE}\n"


def _export(*messages: str, guild: str = "Zig") -> str:
    head = f"{RULE}\nGuild: {guild}\nChannel: Talk / general\nTopic: all of it\n{RULE}\n\n"
    return head + "".join(f"{message}\n\n\n" for message in messages) + END


FULL = """[1/31/2024 12:34 PM] Ann#1234 (pinned)
look

here

{Attachments}
https://cdn.x/1/a.png?ex=1
media\\b.txt

{Embed}
A title
what it says

{Reactions}
👍 (2) zig"""


def test_a_channel_is_read() -> None:
    """With what belongs to its messages, at the time of the exporter's clock."""
    data = "\ufeff" + _export(FULL, "[2/1/2024 12:05 AM] bo\nho")
    assert score(FORMAT, data, "x.txt") > 0.9
    found = read(FORMAT, data)
    [conversation] = found.conversations
    assert (conversation.identity, conversation.title) == (Identity.NAMED, "Zig / general")
    assert conversation.native_id == "Zig / Talk / general"
    first, second = found.turns
    assert (first.author, first.at_raw) == ("Ann", "1/31/2024 12:34 PM")
    assert first.content.text == "look\n\nhere\n\nA title\nwhat it says"
    assert first.content.attachments == (Attachment(name="a.png"), Attachment(name="b.txt"))
    assert first.margin == Margin(reactions=(Reaction(name="👍", count=2), Reaction(name="zig")))
    assert (first.at, first.zone_known) == (datetime(2024, 1, 31, 11, 34, tzinfo=UTC), False)
    assert (second.author, second.content.text) == ("bo", "ho")
    assert second.at == datetime(2024, 1, 31, 23, 5, tzinfo=UTC)
    assert [item for item in found.items if isinstance(item, Noted)] == []


@pytest.mark.parametrize(
    "stamp",
    [
        "31-Jan-24 12:34 PM",
        "31.01.2024 12:34",
        "2024-01-31 12:34",
        "31/01/2024 12.34",
        "1/31/2024 12:34\u202fPM",
    ],
)
def test_dates_are_written_in_many_ways(stamp: str) -> None:
    """Day and month are told apart by all of them."""
    [turn] = read(FORMAT, _export(f"[{stamp}] Ann\nhi")).turns
    assert turn.at == datetime(2024, 1, 31, 11, 34, tzinfo=UTC)


def test_headers_within_a_message_are_text() -> None:
    """When no blank line stands before them; and brackets that hold no time always."""
    said = "quoting\n[1/31/2024 12:34 PM] bo\nand\n\n[see the notes] there"
    [turn] = read(FORMAT, _export(f"[1/31/2024 12:40 PM] Ann\n{said}")).turns
    assert turn.content.text == said


def test_notices_and_private_talks() -> None:
    """Are told by their words, and by the guild that is none."""
    pinned = "[1/31/2024 1:00 PM] Ann\nPinned a message."
    found = read(FORMAT, _export(pinned, guild="Direct Messages"))
    assert [turn.role for turn in found.turns] == [Role.SYSTEM]
    assert [one.title for one in found.conversations] == ["general"]


def test_a_file_that_was_cut_off_says_so() -> None:
    """Everything before the cut is read."""
    cut = _export(FULL, "[2/1/2024 12:05 AM] bo\nho").partition("ho")[0]
    found = read(FORMAT, cut)
    assert [turn.author for turn in found.turns] == ["Ann", "bo"]
    assert len([item for item in found.items if isinstance(item, Noted)]) == 1
    for other in ("", RULE, f"{RULE}\nGuild: x\n", "Guild: x\nChannel: y\n"):
        assert score(FORMAT, other) == 0
