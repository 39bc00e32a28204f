"""A conversation as one text."""

from __future__ import annotations

import json
from dataclasses import replace

from doubles import FakeClock
from minutebook.domain.exports import ExportForm
from minutebook.domain.turns import Attachment, Content
from minutebook.llm.scripted import Answer
from minutebook.record.exporting import exported
from minutebook.record.library import Library
from minutebook.store.database import Database
from talking import Talk


async def _talked(database: Database, clock: FakeClock) -> str:
    talk = Talk(database, clock, *(Answer(pieces=(f"answer {n}",)) for n in range(3)))
    conversation = (await talk.chat.start("The *ferry*")).id
    first = await talk.chat.say(conversation, "When?")
    await talk.answered(conversation)
    file = Attachment(name="table.txt", size=3, content="a\n```\nb")
    await talk.chat.say_again(conversation, first.key, "When exactly?", (file,))
    await talk.answered(conversation)
    return conversation


async def test_markdown_has_the_branch_that_is_read(database: Database, clock: FakeClock) -> None:
    """People get title, speakers and files, and nothing that was left."""
    text = await Library(database).export(await _talked(database, clock), ExportForm.MARKDOWN)
    assert text.startswith("# The *ferry*\n\n**you** · 2026-03-14")
    assert "When exactly?" in text
    assert "When?" not in text
    assert "answer 1" in text
    assert "answer 0" not in text


async def test_fence_of_a_file_is_longer_than_those_in_it(
    database: Database, clock: FakeClock
) -> None:
    """What is in a file cannot end its fence."""
    text = await Library(database).export(await _talked(database, clock), ExportForm.MARKDOWN)
    assert "````\na\n```\nb\n````" in text


async def test_json_leaves_nothing_out(database: Database, clock: FakeClock) -> None:
    """Programs get every turn, with the branch it is on."""
    text = await Library(database).export(await _talked(database, clock), ExportForm.JSON)
    turns = json.loads(text)["turns"]
    assert [(turn["content"], turn["is_active"]) for turn in turns] == [
        ("When?", False),
        ("answer 0", False),
        ("When exactly?", True),
        ("answer 1", True),
    ]
    assert turns[2]["attachments"][0]["content"] == "a\n```\nb"


async def test_markdown_is_harmless_for_a_terminal(database: Database, clock: FakeClock) -> None:
    """Control sequences of a log are shown, not passed on."""
    conversation = await _talked(database, clock)
    library = Library(database)
    found = await library.conversation(conversation)
    turn = (await library.turns(conversation, limit=9))[-1]
    spoilt = replace(turn, content=Content(text="\x1b]0;title\x07 hello"))
    assert "\x1b" not in exported(found, [spoilt], ExportForm.MARKDOWN)
