"""Replies: thinking, endings, stopping, what waits behind them, and branches."""

from __future__ import annotations

import asyncio
from dataclasses import replace
from typing import TYPE_CHECKING

import pytest

from minutebook.errors import ModelBusyError, ModelUnreachableError
from minutebook.events import ReplyFinished
from minutebook.llm import models
from minutebook.llm.protocol import StopReason
from minutebook.llm.retrying import Retries, RetryingModel
from minutebook.tui.panes.chat import ChatPane
from minutebook.tui.prose import splits
from minutebook.tui.prose.blocks import TextKind
from minutebook.tui.prose.pieces import Piece
from minutebook.tui.prose.splitter import split
from minutebook.tui.window import Window
from tui.conftest import Bench, Opens
from tui.models import Line, Speaker, let_speak
from tui.test_chatting import answered, begin, texts

if TYPE_CHECKING:
    from minutebook.domain.turns import Turn
    from minutebook.tui.bridge import ReplyEvent


async def say(bench: Bench, text: str) -> None:
    """Type and send."""
    await bench.type(text)
    await bench.pilot.press("enter")


def sign(bench: Bench, conversation: str) -> str:
    """Return what the list shows on the right of a conversation."""
    rows = [row for row in bench.app.bench.conversations.list.rows if row.id == conversation]
    return rows[0].lines[0].right[0].text


async def settled(bench: Bench, *wanted: str) -> None:
    """Wait until the transcript shows these texts, all of them from the record."""
    transcript = bench.app.bench.chat.transcript
    turns = [text for text in wanted if not text.startswith("▸")]
    await bench.until(
        lambda: (
            texts(bench) == list(wanted)
            and [turn.content.text for turn in transcript.turns] == turns
            and not transcript.is_streaming
        ),
        f"{wanted} are shown, not {texts(bench)}",
    )


async def test_thinking_is_folded_when_the_answer_begins(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is shown while it comes, then one line tells of it, and t unfolds it."""
    gate = asyncio.Event()
    let_speak(
        monkeypatch,
        Line(thinking=("First the ice,\n", "then the ferry."), text=("On the ", "4th."), gate=gate),
    )
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "When?")
        await bench.shows("▸ First the ice")
        await bench.shows("On the")
        gate.set()
        await settled(bench, "When?", "▸ First the ice, then the ferry. · 6 words", "On the 4th.")
        bench.app.bench.chat.transcript.focus()
        await bench.pilot.press("t")
        assert texts(bench)[1] == "First the ice,\nthen the ferry."
        await bench.pilot.press("t")
        assert texts(bench)[1].startswith("▸")


async def test_escape_stops_the_answer_and_keeps_what_came(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The beginning stays, with a quiet mark; ctrl+r asks again."""
    let_speak(monkeypatch, Line(text=("The begin", "ning"), gate=asyncio.Event()))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        await bench.shows("The begin")
        await bench.pilot.press("escape")
        await settled(bench, "Go", "The begin")
        await bench.shows("stopped")
        await bench.pilot.press("ctrl+r")
        await settled(bench, "Go", "again")
        await bench.shows("‹ 2/2 ›")


async def test_escape_goes_back_where_nothing_is_on_its_way(workbench: Opens) -> None:
    """Without an answer to stop it is the key it is elsewhere."""
    async with workbench() as bench:
        await begin(bench)
        await bench.pilot.press("escape")
        await bench.until(lambda: not bench.app.bench.chat.composer.has_focus, "it went back")


@pytest.mark.parametrize(
    ("stop", "words"),
    [
        (StopReason.MAX_TOKENS, "reached the most tokens"),
        (StopReason.REFUSAL, "declined"),
        (StopReason.CONTEXT_FULL, "window is full"),
    ],
)
async def test_ending_that_is_not_whole_is_marked(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch, stop: StopReason, words: str
) -> None:
    """A turn that ended early says so, and what to do."""
    let_speak(monkeypatch, Line(text=("So far.",), stop=stop))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        await bench.shows(words)


async def test_failure_is_one_calm_line(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Reason and key stand above the composer, all of it in the log; what came is kept."""
    error = ModelUnreachableError("The server is gone.", hint="Is it running?")
    let_speak(monkeypatch, Line(text=("Half",), error=error))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        hint = bench.app.bench.chat.input.hint
        said = "The server is gone. Is it running? ctrl+r asks again."
        await bench.until(lambda: hint.text == said, said)
        await settled(bench, "Go", "Half")
        await bench.shows("broke off")
        assert any("The server is gone." in text for _, _, text in bench.app.logbook.lines)
        await bench.pilot.press("ctrl+r")
        await settled(bench, "Go", "again")


async def test_messages_wait_and_are_sent_in_order(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Enter queues while an answer is on its way; each is answered in turn."""
    gate = asyncio.Event()
    let_speak(
        monkeypatch, Line(text=("a1", "."), gate=gate), *(Line(text=(t,)) for t in ("a2", "a3"))
    )
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await bench.until(lambda: bench.app.bench.chat.transcript.is_streaming, "it is answering")
        await say(bench, "two")
        await bench.shows("waits  two")
        await say(bench, "three")
        await bench.shows("waits  three")
        assert bench.app.bench.chat.composer.text == ""
        gate.set()
        await settled(bench, "one", "a1.", "two", "a2", "three", "a3")
        await bench.until(lambda: "waits" not in bench.screen_text(), "nothing waits")


async def test_arrow_takes_the_last_one_back(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up on an empty composer takes what waits last out of the queue, to be changed."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("a1", "."), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await bench.until(lambda: bench.app.bench.chat.transcript.is_streaming, "it is answering")
        await say(bench, "two")
        await bench.shows("waits  two")
        await bench.pilot.press("up")
        await bench.until(lambda: bench.app.bench.chat.composer.text == "two", "it is back")
        await bench.until(lambda: "waits" not in bench.screen_text(), "nothing waits")
        gate.set()
        await settled(bench, "one", "a1.")


async def test_what_waits_survives_a_restart(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line says that it waits, and Enter goes on."""
    let_speak(monkeypatch, Line(text=("a1", "."), gate=asyncio.Event()))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await bench.until(lambda: bench.app.bench.chat.transcript.is_streaming, "it is answering")
        await say(bench, "two")
        await bench.shows("waits  two")
    async with workbench() as bench:
        await bench.shows("A message waits.")
        await bench.shows("interrupted")
        await bench.pilot.press("f3", "enter")
        await settled(bench, "one", "again", "two", "again")


async def test_turn_is_said_otherwise(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """e fills the composer; sending begins a branch, and the keys of branches switch."""
    let_speak(monkeypatch, Line(text=("a1",)), Line(text=("a2",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "a1")
        bench.app.bench.chat.transcript.focus()
        await bench.pilot.press("e")
        await bench.shows("Enter says otherwise this turn")
        await bench.pilot.press("enter")
        await bench.shows("Another text in the place")
        assert bench.app.bench.chat.composer.text == "one"
        await bench.type(" more")
        await bench.pilot.press("enter")
        await settled(bench, "one more", "a2")
        await bench.shows("‹ 2/2 ›")
        bench.app.bench.chat.transcript.focus()
        await bench.pilot.press("left_square_bracket")
        await settled(bench, "one", "a1")
        await bench.shows("‹ 1/2 ›")
        await bench.pilot.press("right_square_bracket")
        await settled(bench, "one more", "a2")


async def test_editing_is_left_by_escape(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing was said otherwise, and the composer is empty."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "a1")
        bench.app.bench.chat.transcript.focus()
        await bench.pilot.press("alt+up", "K", "e")
        await bench.shows("Another text in the place")
        await bench.pilot.press("escape")
        assert bench.app.bench.chat.composer.text == ""
        await say(bench, "two")
        await settled(bench, "one", "a1", "two", "again")


async def test_turns_are_marked(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """The chosen turn gets pins and opinions, in the margin; the same key takes them away."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "a1")
        await bench.pilot.press("alt+up", "p", "g")
        await bench.shows("◆✓")
        await bench.pilot.press("b")
        await bench.shows("◆✗")
        await bench.pilot.press("p")
        await bench.until(lambda: "◆" not in bench.screen_text(), "the pin is gone")


async def test_turn_and_code_are_copied(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """y copies the turn as it was written, c its code whole; of several one is chosen."""
    one, two = "```py\nx = 1\n\ny = 2\n```", "```\nplain\n```"
    let_speak(monkeypatch, Line(text=(one,)), Line(text=(f"{one}\nor\n{two}",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "code")
        await settled(bench, "code", one)
        await bench.pilot.press("alt+up", "c")
        await bench.until(lambda: bench.app.clipboard == "x = 1\n\ny = 2\n", "code is copied")
        await bench.shows("Copied 3 lines.")
        await bench.pilot.press("y")
        await bench.until(lambda: bench.app.clipboard == one, "the turn is copied")
        await bench.pilot.press("i")
        await say(bench, "more")
        await answered(bench, 4)
        await bench.pilot.press("alt+up", "c")
        await bench.shows("Which code?")
        await bench.pilot.press("2")
        await bench.until(lambda: bench.app.clipboard == "plain\n", "the second is copied")


async def test_other_conversation_does_not_disturb_a_reply(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reply goes on elsewhere; the list says so, and that it has not been seen."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("slow", " answer"), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "first")
        await bench.shows("slow")
        first = bench.app.bench.chat.conversation
        assert first is not None
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: texts(bench) == [], "another conversation is open")
        await bench.until(lambda: sign(bench, first.id) == "…", "it is answering")
        gate.set()
        await bench.until(lambda: sign(bench, first.id) == "●", "it has answered")
        bench.app.bench.open(first.id)
        await settled(bench, "first", "slow answer")
        await bench.until(lambda: sign(bench, first.id) not in {"…", "●"}, "it has been seen")


async def test_draft_stays_with_its_conversation(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is not sent is there when one comes back, also after a restart."""
    let_speak(monkeypatch, Line(text=("a1",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "a1")
        first = bench.app.bench.chat.conversation
        assert first is not None
        await bench.type("not yet")
        await bench.pilot.press("ctrl+n")
        composer = bench.app.bench.chat.composer
        await bench.until(lambda: composer.text == "", "another draft")
        bench.app.bench.open(first.id)
        await bench.until(lambda: composer.text == "not yet", "the draft is back")
    async with workbench() as bench:
        bench.app.bench.open(first.id)
        await bench.until(lambda: bench.app.bench.chat.composer.text == "not yet", "it was kept")


@pytest.mark.parametrize("is_while_reading", [False, True])
async def test_reply_is_laid_out_once_whatever_is_told_first(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch, is_while_reading: bool
) -> None:
    """A reply that ends behind its turn, or while that is read, becomes it where it stands."""
    answer = "The ferry leaves at seven.\n\n- lamp oil\n- rope"
    let_speak(monkeypatch, Line(text=(answer,)))
    held: list[ReplyFinished] = []
    taken_apart: list[str] = []
    hear = ChatPane.hear

    def hear_late(pane: ChatPane, event: ReplyEvent) -> None:
        if isinstance(event, ReplyFinished):
            held.append(event)
        else:
            hear(pane, event)

    def split_noted(text: str, kind: TextKind) -> list[Piece]:
        taken_apart.append(text)
        return split(text, kind)

    refresh = Window.refresh

    async def refresh_and_end(window: Window) -> list[Turn] | None:
        fresh = await refresh(window)
        if is_while_reading and held:
            hear(bench.app.bench.chat, held[0])
        return fresh

    monkeypatch.setattr(Window, "refresh", refresh_and_end)
    monkeypatch.setattr(ChatPane, "hear", hear_late)
    monkeypatch.setattr(splits, "split", split_noted)
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.pilot.press("ctrl+n")
        chat = bench.app.bench.chat
        await bench.until(lambda: chat.composer.has_focus, "the input")
        await bench.type("when")
        await bench.pilot.press("enter")
        await bench.until(lambda: bool(held), "it has ended")
        await bench.until(lambda: len(chat.transcript.turns) == 2, "it is in the record")
        await bench.until(
            lambda: chat.transcript.blocks[-1].id == chat.transcript.turns[-1].key, "it is shown"
        )
        hear(chat, held[0])
        assert [block.text for block in chat.transcript.blocks] == ["when", answer]
        assert not chat.transcript.is_streaming
    assert answer not in taken_apart


async def test_a_wait_is_told_above_the_input(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why, who is asked again, and when; it goes with the first word of the answer."""
    speaker, gate = (
        let_speak(monkeypatch, Line(error=ModelBusyError("It is busy."))),
        asyncio.Event(),
    )
    speaker.lines.append(Line(text=("At noon.",)))

    async def wait(_seconds: float) -> None:
        await gate.wait()

    model = RetryingModel(speaker, Retries(sleep=wait, random=lambda: 6.0))
    monkeypatch.setitem(models.BUILT_IN, "test", lambda _: model)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "When?")
        await bench.shows("It is busy. 'test:model' is asked again in 3 s.")
        gate.set()
        await settled(bench, "When?", "At noon.")
        assert not bench.app.bench.chat.input.hint.text


async def test_another_model_stands_in(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where one is set for that: it is named while it is asked, and signs what it says."""
    speaker = let_speak(monkeypatch, Line(error=ModelUnreachableError("It is gone.")))
    speaker.capabilities = replace(speaker.capabilities, needs_network=True)
    gate = asyncio.Event()

    async def wait(_seconds: float) -> None:
        await gate.wait()

    busy = Line(error=ModelBusyError("It is busy."))
    said = Speaker([busy, Line(text=("At noon.",))], name="test:other")
    other = RetryingModel(said, Retries(sleep=wait, random=lambda: 6.0))
    monkeypatch.setitem(models.BUILT_IN, "test", lambda name: other if name == "other" else speaker)
    monkeypatch.setenv("MINUTEBOOK_MODELS__FALLBACK", "test:other")
    monkeypatch.setenv("MINUTEBOOK_CALLS__ATTEMPTS", "1")
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "When?")
        await bench.shows("It is busy. 'test:other' is asked again in 3 s.")
        gate.set()
        await settled(bench, "When?", "At noon.")
        assert bench.app.bench.chat.transcript.turns[-1].author == "test:other"


async def test_ctrl_r_asks_again_from_any_pane(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a start the list has the keys, and the turn that broke off names the key."""
    let_speak(monkeypatch, Line(text=("At",), error=ModelUnreachableError("It is gone.")))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "When?")
        await settled(bench, "When?", "At")
    async with workbench() as bench:
        await bench.shows("ctrl+r asks again")
        assert bench.app.bench.conversations.list.has_focus
        await bench.pilot.press("ctrl+r")
        await settled(bench, "When?", "again")
