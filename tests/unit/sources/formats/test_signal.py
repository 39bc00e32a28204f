"""Chats of Signal, from signal-export."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import Reading, json_lines, read, score, source_of, with_odd_members

from minutebook.domain.turns import Attachment, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.signal import Signal
from minutebook.sources.parsed import Identity, Noted

FORMAT = Signal()


def _message(body: str = "hi", **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"date": "2024-01-31T12:00:05", "sender": "Ann", "quote": ""}
    rest: dict[str, Any] = {"sticker": None, "reactions": [], "attachments": []}
    return common | {"body": body} | rest | members


def _markdown(message: dict[str, Any]) -> str:
    """Write a message as signal-export does."""
    at, sender, body = message["date"].replace("T", " "), message["sender"], message["body"]
    if message.get("deleted"):
        return f"[{at}] {sender}: (This message was deleted)\n\n"
    if message["reactions"]:
        body += "\n(- " + ", ".join(f"{who}: {sign}" for who, sign in message["reactions"]) + " -)"
    if message["sticker"]:
        body += f"\n(( {message['sticker']['emoji']} ))"
    for file in message["attachments"]:
        body += f"![{file['name']}](./{file['path']})  "
    return f"[{at}] {sender}: {message['quote']}{body}\n\n"


FULL = _message(
    "look\nhere",
    quote="\n> earlier\n\n",
    attachments=[{"name": "a.png", "path": "media/1_a.png"}],
)
REACTED = _message("yes", reactions=[["Bo", "👍"], ["Cy D", "👍"], ["Me", "❤"]])
STICKER = _message("", sticker={"emoji": "🙂", "packId": "x"})
DELETED = _message("", deleted=True)


def _alike(turn: TurnDraft) -> TurnDraft:
    return replace(turn, at_raw="")


def test_both_forms_are_read_alike() -> None:
    """Quotations, files, reactions, stickers, and what was deleted."""
    messages = [FULL, REACTED, STICKER, DELETED]
    data, text = json_lines(*messages), "".join(map(_markdown, messages))
    assert score(FORMAT, data, "data.json") > 0.9
    assert score(FORMAT, text, "chat.md") > 0.9
    lines = read(FORMAT, data, name="data.json").turns
    marked = read(FORMAT, text, name="chat.md").turns
    assert [*map(_alike, lines)] == [*map(_alike, marked)]
    full, reacted, sticker, deleted = lines
    assert full.content.text == "> earlier\n\nlook\nhere"
    assert full.content.attachments == (Attachment(name="a.png"),)
    assert (full.at, full.zone_known) == (datetime(2024, 1, 31, 11, 0, 5, tzinfo=UTC), False)
    thumbs = Reaction(name="👍", count=2, authors=("Bo", "Cy D"))
    assert reacted.margin == Margin(reactions=(thumbs, Reaction(name="❤", authors=("Me",))))
    assert sticker.content.text == "[sticker 🙂]"
    named = read(FORMAT, json_lines(_message("", sticker="🙂")), name="data.json").turns
    assert named[0].content.text == "[sticker 🙂]"
    assert deleted.margin.is_withdrawn


@given(st.lists(st.text("ab \n>:-()", max_size=12).map(str.strip), max_size=5))
@settings(max_examples=40)
def test_any_words_come_back(texts: list[str]) -> None:
    """From Markdown, as long as they hold no marks of it."""
    data = "".join(_markdown(_message(text)) for text in texts)
    found = read(FORMAT, data, name="chat.md")
    assert [turn.content.text for turn in found.turns] == texts


def test_old_exports_have_no_seconds() -> None:
    """And a comma behind the day."""
    text = "[2019-12-24, 12:23] Jane Doe: Hello John!\n[2020-01-17, 21:49] John Doe: Hello\nJane!"
    assert score(FORMAT, text, "index.md") > 0.9
    found = read(FORMAT, text, name="index.md")
    assert found.said == [("person", "Hello John!"), ("person", "Hello\nJane!")]
    assert [turn.author for turn in found.turns] == ["Jane Doe", "John Doe"]


def test_a_chat_is_called_after_its_folder() -> None:
    """Where both forms are, the one with more in it is read."""
    text = source_of(_markdown(FULL), "chat.md")
    within = replace(text, folders=("out", "Family"))
    [conversation] = Reading(items=list(FORMAT.parse(within))).conversations
    assert (conversation.identity, conversation.title) == (Identity.NAMED, "Family")
    data = source_of(json_lines(FULL), "data.json")
    both = replace(within, beside=lambda name, above: data if name == "data.json" else None)
    assert [type(item) for item in FORMAT.parse(both)][1:] == [Noted]
    call = read(FORMAT, json_lines(_message("Call", call=True)), name="data.json").turns[0]
    assert call.role is Role.SYSTEM


@pytest.mark.parametrize("name", ["chat.md", "notes.md"])
def test_only_its_own_is_taken(name: str) -> None:
    """Other Markdown of that name, and this form under other names, are for other formats."""
    assert score(FORMAT, "# Title\n\ntext", name) == 0
    assert score(FORMAT, _markdown(FULL), "notes.md") == 0
    assert score(FORMAT, json.dumps({"date": "x", "body": "y"}), "data.json") == 0


def test_damage_is_set_aside() -> None:
    """Line by line."""
    found = read(FORMAT, json_lines(_message(), {"a": 1}) + '{"date', name="data.json")
    assert (len(found.turns), found.places) == (1, ["line 2", "line 3"])
    assert read(FORMAT, "stray\n" + _markdown(FULL), name="chat.md").places == ["line 1"]
    message = _message(reactions=[["A", "x"]], attachments=[{"name": "n"}], sticker={"emoji": "x"})
    lines = "".join(f"{line}\n" for line in with_odd_members(message))
    assert read(FORMAT, lines, name="data.json").turns


def test_brackets_without_end_are_words() -> None:
    """Each may begin a file or a list of reactions; none does."""
    for bracket in ("[", "(- ", "a: "):
        said = bracket * 50_000 + "x"
        (turn,) = read(FORMAT, _markdown(_message(said)), name="chat.md").turns
        assert turn.content.text == said
