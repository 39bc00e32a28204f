"""Ways between input and turns, to what a link names, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from tui.conftest import Bench, Opens, whatsapp
from tui.models import Line, let_speak

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from minutebook.tui.screens.main import MainScreen


async def begin(bench: Bench) -> None:
    """Begin a conversation; the input has the keys."""
    await bench.pilot.press("ctrl+n")
    await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "the input has the keys")


async def test_escape_and_f3_lead_from_the_input_to_the_turns(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither types nor sends anything; another Escape leaves the chat, and F3 comes back."""
    let_speak(monkeypatch, Line(text=("See https://example.org/ for it.",)))
    async with workbench() as bench:
        await bench.leave_welcome()
        await begin(bench)
        chat = bench.app.bench.chat
        await bench.type("hi")
        await bench.pilot.press("enter")
        await bench.shows("for it.")
        await bench.shows("esc to the turns")
        await bench.until(lambda: not chat.is_busy, "the answer has ended")
        await bench.pilot.press("escape")
        await bench.until(lambda: chat.transcript.has_focus, "the turns have the keys")
        await bench.shows("l link")
        await bench.pilot.press("l", "enter")
        await bench.shows("The link was copied")
        assert chat.composer.text == ""
        await bench.pilot.press("f3")
        await bench.until(lambda: chat.composer.has_focus, "back in the input")
        await bench.pilot.press("f3")
        await bench.until(lambda: chat.transcript.has_focus, "and in the turns")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.bench.conversations.list.has_focus, "the list")


async def test_going_back_finds_the_part_that_had_the_keys(workbench: Opens) -> None:
    """Escape in the document returns to the turns, not into the input."""
    async with workbench() as bench:
        await bench.leave_welcome()
        await begin(bench)
        await bench.pilot.press("escape", "f4", "escape")
        await bench.until(lambda: bench.app.bench.chat.transcript.has_focus, "the turns again")


def long_chats(folder: Path) -> None:
    """Write a chat of many turns, and one that is older."""
    for name, day in (("Harbour", 12), ("Garden", 11)):
        turns = [("Ada", f"{name} line {number}") for number in range(60)]
        (folder / f"WhatsApp Chat with {name}.txt").write_text(whatsapp(*turns, day=day))


def shown(main: MainScreen) -> str:
    """Return the id of the conversation that is open."""
    return "" if main.shown_conversation is None else main.shown_conversation.id


async def test_escape_returns_to_where_a_link_was_followed(workbench: Opens, logs: Path) -> None:
    """Two links deep, each Escape goes back one, to the same row of the same conversation."""
    long_chats(logs)
    async with workbench([logs]) as bench:
        main, engine = bench.app.bench, bench.app.engine
        assert engine is not None
        await bench.until(lambda: len(main.conversations.list.rows) == 2, "both")
        await bench.shows("Harbour line 59")
        await engine.do_what_can_be_done()
        harbour, garden = (row.id for row in main.conversations.list.rows)
        pages = await engine.library.pages(conversation=garden)
        await bench.pilot.press("f3", "pageup", "pageup")
        await bench.until(lambda: not main.chat.transcript.following, "further up")
        top = main.chat.transcript.place
        from minutebook.tui.prose.messages import LinkClicked

        main.chat.transcript.post_message(LinkClicked(f"minutebook:{pages[0].id}"))
        await bench.shows("Garden line 0")
        await bench.until(lambda: shown(main) == garden, "the garden")
        main.chat.transcript.post_message(
            LinkClicked(f"minutebook:{(await engine.library.pages(conversation=harbour))[0].id}")
        )
        await bench.shows("Harbour line 0")
        await bench.until(lambda: shown(main) == harbour, "the harbour")
        await bench.pilot.press("escape")
        await bench.shows("Garden line 0")
        await bench.pilot.press("escape")
        await bench.until(lambda: shown(main) == harbour, "the first conversation")
        await bench.until(lambda: main.chat.transcript.place == top, "the same row")
        assert main.chat.transcript.has_focus


async def test_going_elsewhere_forgets_the_way(workbench: Opens, logs: Path) -> None:
    """Whoever has opened a conversation from the list goes back to the list."""
    long_chats(logs)
    async with workbench([logs]) as bench:
        main = bench.app.bench
        await bench.until(lambda: len(main.conversations.list.rows) == 2, "both")
        await bench.shows("Harbour line 59")
        turn = main.chat.transcript.turns[0]
        main.visit(turn.conversation, turn.key)
        await bench.shows("Harbour line 0")
        await bench.pilot.press("f2", "j", "enter")
        await bench.shows("Garden line 59")
        await bench.pilot.press("escape")
        await bench.until(lambda: main.conversations.list.has_focus, "the list")
        assert main.shown_conversation is not None
        assert main.shown_conversation.title == "Garden"


async def test_followed_turn_is_what_a_small_terminal_shows(workbench: Opens, logs: Path) -> None:
    """A page opened in a wide terminal is the pane in sight after it has become narrow."""
    long_chats(logs)
    async with workbench([logs], size=(160, 45)) as bench:
        main, engine = bench.app.bench, bench.app.engine
        assert engine is not None
        await bench.until(lambda: len(main.conversations.list.rows) == 2, "both")
        await engine.do_what_can_be_done()
        await bench.pilot.press("f4", "f5", "right", "right")
        await bench.until(lambda: main.drawer_rows > 0, "pages")
        await bench.pilot.press("enter")
        await bench.shows("Harbour line 0")
        await bench.pilot.resize_terminal(80, 24)
        await bench.until(lambda: main.chat.region.width == 80, "the chat has the screen")
        await bench.shows("Harbour line 0")
        await bench.until(lambda: main.chat.transcript.has_focus, "and the keys")


async def test_order_to_the_scribe_in_plain_words(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is obeyed, said in a line and no turn; behind a space it is a message."""
    speaker = let_speak(monkeypatch, Line(text=("one",)), Line(text=("two",)))
    async with workbench() as bench:
        await bench.leave_welcome()
        await begin(bench)
        chat = bench.app.bench.chat
        await bench.type("hello")
        await bench.pilot.press("enter")
        await bench.shows("one")
        await bench.until(lambda: not chat.is_busy, "answered")
        await bench.type("stop the scribe")
        await bench.pilot.press("enter")
        await bench.shows("Understood: the scribe stops")
        assert chat.composer.text == ""
        await bench.shows("○ stopped")
        await bench.type(" stop the scribe")
        await bench.pilot.press("enter")
        await bench.shows("two")
        assert len(speaker.requests) == 2
        assert "stop the scribe" in speaker.requests[1].messages[-1].text


async def test_order_that_cannot_be_done_stays_in_the_input(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Without a document the scribe has nothing to change: the line says so, nothing is sent."""
    speaker = let_speak(monkeypatch)
    monkeypatch.setenv("MINUTEBOOK_SCRIBE__ENABLED", "false")
    async with workbench() as bench:
        await bench.leave_welcome()
        await begin(bench)
        order = "scribe: keep dates in ISO"
        bench.app.bench.chat.composer.fill(order)
        await bench.pilot.press("enter")
        await bench.shows("There is no document yet.")
        assert bench.app.bench.chat.composer.text == order
        assert speaker.requests == []
