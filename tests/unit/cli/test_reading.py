"""`show` and `pages show`: what is said is set apart from what is said about it."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

from terminal import minutebook

from minutebook.clock import system_clock
from minutebook.config import load
from minutebook.engine import open_engine
from minutebook.paths import find_home


def test_a_page_stands_apart_from_its_summary(tmp_path: Path) -> None:
    """Blank lines are between the summary, who made it, and each turn."""
    log, home = tmp_path / "#harbour.log", tmp_path / "home"
    log.write_text("".join(f"2024-01-01T10:0{n}:00  <Ana> ferry {n}\n" for n in range(3)))
    assert minutebook(home, "--no-ui", "--once", str(log)).code == 0
    (page,) = minutebook(home, "pages", "list", "--json").json
    head, *others = minutebook(home, "pages", "show", page["id"]).out.split("\n\n")
    assert head.startswith(f"{page['id']} · ")
    assert others[0].endswith("\n(summary by offline)")
    assert others[1:] == ["Ana: ferry 0", "Ana: ferry 1", "Ana: ferry 2\n"]


async def _said_again(folder: Path, times: int) -> None:
    """Hold a conversation whose first turn was said again so often."""
    home = find_home(folder)
    async with open_engine(home, load(home), clock=system_clock) as engine:
        place = (await engine.chat.start("Winter")).id
        said = await engine.chat.say(place, "first")
        for number in range(times):
            said = await engine.chat.say_again(place, said.key, f"again {number}")


def test_branches_that_were_left_are_counted_and_shown_on_request(tmp_path: Path) -> None:
    """The head says how many turns are shown, and how to see the others."""
    asyncio.run(_said_again(tmp_path, 1))
    short = minutebook(tmp_path, "show", "Winter").out
    assert "· 1 turn, 1 more on a branch that was left; --all shows it ·" in short
    assert "first" not in short
    whole = minutebook(tmp_path, "show", "Winter", "--all").out
    assert "· 2 turns, 1 of them on a branch that was left ·" in whole
    left, read = whole.split("\n\n")[1:]
    assert left.endswith("(on a branch that was left)\nfirst")
    assert read.endswith("\nagain 0\n")
    assert len(minutebook(tmp_path, "show", "Winter", "--json").json["turns"]) == 2


def test_several_branches_that_were_left(tmp_path: Path) -> None:
    """Numbers agree with what they count."""
    asyncio.run(_said_again(tmp_path, 2))
    shown = minutebook(tmp_path, "show", "Winter").out
    assert "· 1 turn, 2 more on branches that were left; --all shows them ·" in shown


def test_text_that_was_attached_is_shown(tmp_path: Path) -> None:
    """Where a log holds what was pasted, JSON has it."""
    pasted = {"file_name": "paper.txt", "file_size": 5, "extracted_content": "Words"}
    message = {"uuid": "m1", "sender": "human", "text": "Read it", "attachments": [pasted]}
    log = [{"uuid": "c1", "name": "Paper", "chat_messages": [message]}]
    path = tmp_path / "conversations.json"
    path.write_text(json.dumps(log), "utf-8")
    minutebook(tmp_path / "home", "import", str(path))
    (asked,) = minutebook(tmp_path / "home", "show", "c1", "--json").json["turns"]
    assert [(file["name"], file["content"]) for file in asked["attachments"]] == [
        ("paper.txt", "Words")
    ]


def test_all_that_a_turn_holds_is_shown(tmp_path: Path) -> None:
    """Thinking, calls, what they return, and files: marked in text, in members of their own."""
    call = {"type": "tool_use", "id": "t1", "name": "bash", "input": {"c": "ls"}}
    returned = {"type": "tool_result", "tool_use_id": "t1", "content": "gone", "is_error": True}
    document = {"type": "document", "title": "Plan", "source": {"type": "base64", "data": "AA"}}
    log = {
        "id": "one-conversation",
        "messages": [
            {"role": "user", "content": [{"type": "text", "text": "Look"}, document]},
            {"role": "assistant", "content": [{"type": "thinking", "thinking": "a\nb"}, call]},
            {"role": "user", "content": [returned]},
        ],
    }
    path = tmp_path / "log.json"
    path.write_text(json.dumps(log), "utf-8")
    home = tmp_path / "home"
    minutebook(home, "import", str(path))
    asked, answered, came = minutebook(home, "show", "one-conversation", "--json").json["turns"]
    assert [file["name"] for file in asked["attachments"]] == ["Plan"]
    assert answered["thinking"] == "a\nb"
    assert answered["tool_calls"] == [{"id": "t1", "name": "bash", "arguments": '{"c": "ls"}'}]
    assert came["tool_results"] == [{"call_id": "t1", "content": "gone", "is_error": True}]
    assert (came["thinking"], came["tool_calls"], came["ending"], came["is_active"]) == (
        "",
        [],
        "",
        True,
    )
    shown = minutebook(home, "show", "one-conversation").out
    for line in ("[Plan]", "┊ a\n┊ b\n", '→ bash {"c": "ls"}', "← gone"):
        assert line in shown


def test_marks_of_a_reply_are_shown_as_they_were_said(tmp_path: Path) -> None:
    """What a transcript shows as a link is in the record, and in what is printed, to the letter."""
    said = "See @@ref('pg_00000000000000ff')@@, @@unref@@ the rest. @@importance(0.9)@@"
    messages = [{"role": "user", "content": said}, {"role": "assistant", "content": said}]
    log, home = tmp_path / "log.json", tmp_path / "home"
    log.write_text(json.dumps({"id": "marked", "messages": messages}))
    assert minutebook(home, "import", str(log)).code == 0
    _, _, turns = minutebook(home, "show", "marked").out.partition("\n")
    assert turns.count(said) == 2
    shown = minutebook(home, "show", "marked", "--json").json["turns"]
    assert [turn["content"] for turn in shown] == [said, said]
