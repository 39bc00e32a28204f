"""A conversation held here: durable before it is shown, answered, never blocked."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest
from textual import events

from minutebook.chat.chat import Chat
from minutebook.errors import ModelError
from minutebook.events import ReplyFailed, ReplyStarted, TextArrived
from minutebook.tui.drafts import Drafts
from minutebook.tui.window import Window
from tui.conftest import Bench, Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    from minutebook.domain.turns import Attachment, Turn

    Files = tuple[Attachment, ...]


async def begin(bench: Bench) -> None:
    """Begin a conversation."""
    await bench.pilot.press("ctrl+n")
    await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "the composer has the keys")


def texts(bench: Bench) -> list[str]:
    """Return the texts in the transcript."""
    return [block.text for block in bench.app.bench.chat.transcript.blocks]


async def answered(bench: Bench, turns: int = 2) -> None:
    """Wait until so many turns are there and none is on its way."""
    chat = bench.app.bench.chat
    await bench.until(
        lambda: len(texts(bench)) == turns and not chat.transcript.is_streaming, f"{turns} turns"
    )


def has_turn(bench: Bench, number: int) -> bool:
    """Say whether the transcript shows a turn."""
    return f"turn number {number}" in texts(bench)


async def test_what_is_said_is_answered_and_told(workbench: Opens) -> None:
    """Enter sends; the answer follows; the document tells it; the title comes from the words."""
    async with workbench() as bench:
        await begin(bench)
        await bench.type("When does the ferry leave?")
        await bench.pilot.press("enter")
        await answered(bench)
        assert texts(bench)[0] == "When does the ferry leave?"
        assert bench.app.bench.chat.composer.text == ""
        await bench.shows("offline")
        await bench.until(
            lambda: any("ferry" in b.text for b in bench.app.bench.document.text.blocks),
            "the document tells it",
        )
        conversation = bench.app.bench.chat.conversation
        assert conversation is not None
        assert conversation.title == "When does the ferry leave?"


async def test_turn_is_not_shown_before_it_is_durable(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """While the store has not said yes, the words stay in the composer and nowhere else."""
    gate, say = asyncio.Event(), Chat.say_or_queue

    async def slow(self: Chat, conversation: str, text: str, files: Files = ()) -> Turn | None:
        await gate.wait()
        return await say(self, conversation, text, files)

    monkeypatch.setattr(Chat, "say_or_queue", slow)
    async with workbench() as bench:
        await begin(bench)
        await bench.type("Durable first")
        await bench.pilot.press("enter")
        await bench.pilot.pause()
        assert texts(bench) == []
        assert bench.app.bench.chat.composer.text == "Durable first"
        gate.set()
        await answered(bench)


async def test_failed_answer_says_what_to_do(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reason and the key to ask again are shown; asking again brings the answer."""
    answer = Chat.answer

    async def failing(self: Chat, conversation: str) -> Turn | None:
        error = ModelError("The model is asleep.", hint="Wake it.")
        self._answering._bus.publish(ReplyStarted(conversation=conversation, model="sleepy"))
        self._answering._bus.publish(ReplyFailed(conversation=conversation, reason=str(error)))
        return None

    async with workbench() as bench:
        monkeypatch.setattr(Chat, "answer", failing)
        await begin(bench)
        await bench.type("Hello")
        await bench.pilot.press("enter")
        await bench.shows("The model is asleep. Wake it.")
        await answered(bench, 1)
        monkeypatch.setattr(Chat, "answer", answer)
        await bench.pilot.press("ctrl+r")
        await answered(bench)


@pytest.mark.parametrize("key", ["ctrl+j", "alt+enter"])
async def test_messages_have_several_lines(workbench: Opens, key: str) -> None:
    """A line can be begun without sending."""
    async with workbench() as bench:
        await begin(bench)
        await bench.type("one")
        await bench.pilot.press(key)
        await bench.type("two")
        await bench.pilot.press("enter")
        await answered(bench)
        assert texts(bench)[0] == "one\ntwo"


async def test_lines_typed_at_once_are_in_order(workbench: Opens) -> None:
    """The keys for a new line and for sending overtake no letters."""
    async with workbench() as bench:
        await begin(bench)
        bench.at_once("one", "ctrl+j")
        bench.at_once("two", "enter")
        await answered(bench)
        assert texts(bench)[0] == "one\ntwo"


async def test_paste_goes_in_once(workbench: Opens) -> None:
    """What is pasted stands in the composer once, and harmless."""
    async with workbench() as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        bench.app.post_message(events.Paste("pasted\x1b[31m words"))
        await bench.until(lambda: composer.text != "", "the paste is in")
        await bench.pilot.pause()
        assert composer.text.count("pasted") == 1
        assert "\x1b" not in composer.text


async def test_empty_message_is_not_sent(workbench: Opens) -> None:
    """Enter on nothing does nothing."""
    async with workbench() as bench:
        await begin(bench)
        await bench.pilot.press("space", "enter")
        await bench.pilot.pause()
        assert texts(bench) == []


async def test_empty_conversation_is_used_again(workbench: Opens) -> None:
    """^N twice makes one conversation, not two."""
    async with workbench() as bench:
        await begin(bench)
        await bench.pilot.press("ctrl+n")
        await bench.pilot.pause()
        engine = bench.app.engine
        assert engine is not None
        assert (await engine.library.counts()).conversations == 1


async def test_long_conversation_opens_at_its_end_and_grows_upwards(
    workbench: Opens, logs: Path
) -> None:
    """The newest turns are read first; older ones when the reader gets to the top."""
    (logs / "WhatsApp Chat with Long.txt").write_text(
        whatsapp(*[("Ada", f"turn number {n}") for n in range(600)])
    )
    async with workbench([logs]) as bench:
        await bench.shows("turn number 599")
        assert len(texts(bench)) < 400
        chat = bench.app.bench.chat
        chat.transcript.focus()
        for number in (320, 120, 0):
            await bench.pilot.press("g")
            await bench.until(partial(has_turn, bench, number), "older turns were read")
        assert texts(bench) == [f"turn number {n}" for n in range(600)]


async def test_jump_into_the_middle_reads_on_downwards(workbench: Opens, logs: Path) -> None:
    """A turn found in the middle is shown with its surroundings; scrolling down reads the rest."""
    (logs / "WhatsApp Chat with Long.txt").write_text(
        whatsapp(*[("Ada", f"turn number {n}") for n in range(600)])
    )
    async with workbench([logs]) as bench:
        await bench.shows("turn number 599")
        engine, chat = bench.app.engine, bench.app.bench.chat
        assert engine is not None
        assert chat.conversation is not None
        first = (await engine.library.turns(chat.conversation.id, limit=200))[150]
        bench.app.show_turn(chat.conversation.id, first.key)
        await bench.shows("turn number 150")
        assert "turn number 599" not in texts(bench)
        for number in (400, 599):
            chat.transcript.follow()
            await bench.until(partial(has_turn, bench, number), "newer turns were read")
        assert texts(bench)[-1] == "turn number 599"


async def test_quick_hand_is_not_welcomed(workbench: Opens) -> None:
    """Who begins a conversation at once is not asked what to begin with."""
    async with workbench() as bench:
        bench.app.action_new_conversation()
        await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "one can talk")
        await bench.type("Hello")
        await bench.pilot.press("enter")
        await answered(bench)
        assert bench.app.screen is bench.app.bench


async def test_change_while_a_reply_arrives_keeps_the_reply(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading that ends after the reply began does not take the open block away."""
    gate, refresh = asyncio.Event(), Window.refresh

    async def slow(self: Window) -> list[Turn] | None:
        found = await refresh(self)
        await gate.wait()
        return found

    async with workbench() as bench:
        await begin(bench)
        chat = bench.app.bench.chat
        assert chat.conversation is not None
        monkeypatch.setattr(Window, "refresh", slow)
        chat.changed(frozenset({chat.conversation.id}))
        await bench.pilot.pause()
        chat.hear(ReplyStarted(conversation=chat.conversation.id, model="slow"))
        chat.hear(TextArrived(conversation=chat.conversation.id, text="so far"))
        gate.set()
        await bench.shows("so far")
        await bench.pilot.pause()
        assert chat.transcript.is_streaming
        assert len(texts(bench)) == 1


async def test_what_is_typed_is_on_disk_before_the_end(workbench: Opens) -> None:
    """A workbench that dies has lost none of it; what was sent is forgotten."""
    async with workbench() as bench:
        await begin(bench)
        await bench.type("not sent")
        conversation = bench.app.bench.chat.conversation
        assert conversation is not None
        path = bench.app.home.drafts
        await bench.until(lambda: Drafts(path).of(conversation.id).text == "not sent", "it is kept")
        await bench.pilot.press("enter")
        await bench.until(lambda: not path.exists(), "it is forgotten")


async def test_keys_lead_to_either_end_of_what_is_typed(workbench: Opens) -> None:
    """Ctrl+home and ctrl+end go to the ends of the whole text, not of its line."""
    async with workbench() as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        composer.fill("one\ntwo\nthree")
        await bench.pilot.press("ctrl+home", "a", "ctrl+end", "z")
        assert composer.text == "aone\ntwo\nthreez"
        await bench.pilot.press("ctrl+home", "b")
        assert composer.text == "baone\ntwo\nthreez"


async def test_long_notice_keeps_its_end(workbench: Opens) -> None:
    """What to do next is said last, and is not what is left out."""
    async with workbench(size=(60, 30)) as bench:
        await begin(bench)
        bench.app.bench.chat.input.hint.say("It failed: " + "words of others " * 60 + "Ask again.")
        await bench.shows("It failed:")
        await bench.shows("Ask again.")
