"""Replies as long as a book: shown whole, whatever is late, resized or scrolled meanwhile."""

from __future__ import annotations

import asyncio
import threading
from typing import TYPE_CHECKING

import pytest

from minutebook.events import TextArrived
from minutebook.tui.panes.chat import ChatPane
from minutebook.tui.prose import splits
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.splitter import split
from tui.models import Line, let_speak
from tui.test_chatting import begin, texts
from tui.test_replies import say, settled

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minutebook.tui.bridge import ReplyEvent
    from minutebook.tui.panes.transcript import Transcript
    from minutebook.tui.prose.pieces import Piece
    from tui.conftest import Bench, Opens

PARTS = tuple(
    f"Day {number}: the **ferry** leaves at {number % 24} o'clock.\n\n- rope {number}\n- oil\n\n"
    for number in range(1_200)
)
BOOK = "".join(PARTS).rstrip()
CHUNKS = tuple(BOOK[at : at + 500] for at in range(0, len(BOOK), 500))
LAST = "rope 1199"
WHOLE = [piece.text for piece in split(BOOK, TextKind.CHAT)]
assert len(BOOK) > splits.LONG


def top_rows(bench: Bench) -> list[str]:
    """Return the first rows of the transcript on the screen."""
    transcript = bench.app.bench.chat.transcript
    return [transcript.render_line(row).text.strip() for row in range(4)]


def days(rows: list[str]) -> list[str]:
    """Return the days that begin on rows."""
    return [row.split(":")[0] for row in rows if row.startswith("Day")]


def pieces_of(transcript: Transcript) -> list[str]:
    """Return the text of the last block, piece by piece, as it is laid out."""
    return [piece.text for piece in transcript._flow.entries[-1].pieces or ()]


async def hear_all(bench: Bench) -> None:
    """Say something, and wait until the book is a turn."""
    await say(bench, "Go")
    await settled(bench, "Go", BOOK)


async def test_long_reply_is_the_turn_it_becomes(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What streamed is laid out as what was opened again from the record is."""
    let_speak(monkeypatch, Line(text=CHUNKS))
    async with workbench() as bench:
        await begin(bench)
        await hear_all(bench)
        await bench.shows(LAST)
        transcript = bench.app.bench.chat.transcript
        streamed, conversation = pieces_of(transcript), transcript.window
        assert conversation is not None
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: not transcript.blocks, "another is open")
        bench.app.bench.open(conversation.id)
        await settled(bench, "Go", BOOK)
        await bench.shows(LAST)
        assert pieces_of(transcript) == streamed == WHOLE


@pytest.mark.parametrize("lost", [range(5, 9), range(len(CHUNKS) - 3, len(CHUNKS))])
async def test_what_was_lost_of_a_reply_is_in_its_turn(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch, lost: range
) -> None:
    """Pieces that never came to the screen, in the middle or at the end, are there after it."""
    let_speak(monkeypatch, Line(text=CHUNKS))
    hear, missing = ChatPane.hear, {CHUNKS[number] for number in lost}
    dropped: list[str] = []

    def hear_less(pane: ChatPane, event: ReplyEvent) -> None:
        if isinstance(event, TextArrived):
            for piece in missing:
                if piece in event.text:
                    dropped.append(piece)
                    event = TextArrived(
                        conversation=event.conversation, text=event.text.replace(piece, "")
                    )
        hear(pane, event)

    monkeypatch.setattr(ChatPane, "hear", hear_less)
    async with workbench() as bench:
        await begin(bench)
        await hear_all(bench)
        await bench.shows(LAST)
        assert len(dropped) == len(missing)
        pieces = pieces_of(bench.app.bench.chat.transcript)
        assert pieces == WHOLE


async def test_reader_above_is_not_moved_when_a_long_reply_ends(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rows in sight stay where they are while more comes, and when it becomes a turn."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("".join(PARTS[:600]), "".join(PARTS[600:])), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        await bench.shows("rope 599")
        transcript = bench.app.bench.chat.transcript
        transcript.focus()
        await bench.pilot.press("pageup", "pageup", "pageup")
        await bench.until(lambda: not transcript.following, "the reader has gone up")
        await bench.pilot.pause()
        seen = top_rows(bench)
        assert days(seen)
        gate.set()
        await bench.until(
            lambda: (
                [turn.content.text.rstrip() for turn in transcript.turns] == ["Go", BOOK]
                and not transcript.is_streaming
            ),
            "it is a turn",
        )
        assert top_rows(bench) == seen
        await bench.pilot.resize_terminal(100, 30)
        await bench.until(lambda: bench.app.size.width == 100, "it is narrow")
        assert days(top_rows(bench))[0] == days(seen)[0]
        transcript.follow()
        await bench.shows(LAST)


async def test_long_reply_grows_while_the_terminal_is_resized(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end stays in sight in every size, and nothing is missing when it is over."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("".join(PARTS[:600]), "".join(PARTS[600:])), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        for size in ((80, 24), (200, 50), (140, 40)):
            await bench.pilot.resize_terminal(*size)
            await bench.shows("rope 599")
        gate.set()
        await bench.pilot.resize_terminal(100, 30)
        await bench.shows(LAST)
        transcript = bench.app.bench.chat.transcript
        await bench.until(lambda: not transcript.is_streaming, "it is over")
        pieces = pieces_of(transcript)
        assert pieces == WHOLE


async def test_long_reply_is_found_again_while_it_is_on_its_way(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who comes back to it sees all that has come, and then the rest."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("".join(PARTS[:1_100]), "".join(PARTS[1_100:])), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Go")
        await bench.shows("rope 1099")
        transcript = bench.app.bench.chat.transcript
        first = bench.app.bench.chat.conversation
        assert first is not None
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: not transcript.blocks, "another is open")
        bench.app.bench.open(first.id)
        await bench.shows("rope 1099")
        gate.set()
        await bench.shows(LAST)
        await bench.until(lambda: not transcript.is_streaming, "it is over")
        pieces = pieces_of(transcript)
        assert pieces == WHOLE


async def test_long_turn_is_split_in_a_thread(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The screen does not stand still while a conversation with one is opened."""
    let_speak(monkeypatch, Line(text=CHUNKS))
    threads: list[threading.Thread] = []

    def split_noted(text: str, kind: TextKind) -> list[Piece]:
        if text == BOOK:
            threads.append(threading.current_thread())
        return split(text, kind)

    async with workbench() as bench:
        await begin(bench)
        await hear_all(bench)
        first = bench.app.bench.chat.conversation
        assert first is not None
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: not bench.app.bench.chat.transcript.blocks, "another is open")
        monkeypatch.setattr(splits, "split", split_noted)
        bench.app.bench.open(first.id)
        await settled(bench, "Go", BOOK)
        await bench.shows(LAST)
    assert len(threads) == 1
    assert threads[0] is not threading.main_thread()


async def test_turn_that_comes_while_a_long_one_is_split_is_shown(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is said elsewhere while the conversation is opened is not missed."""
    let_speak(monkeypatch, Line(text=CHUNKS))
    prepare, hear_of, heard = splits.Splits.prepare, ChatPane.changed, asyncio.Event()
    async with workbench() as bench:
        await begin(bench)
        await hear_all(bench)
        first, engine = bench.app.bench.chat.conversation, bench.app.engine
        assert first is not None
        assert engine is not None
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: not bench.app.bench.chat.transcript.blocks, "another is open")
        late: list[str] = ["late words"]

        async def prepare_slowly(self: splits.Splits, blocks: Iterable[ProseBlock]) -> None:
            await prepare(self, blocks)
            if late:
                await engine.chat.say(first.id, late.pop())
                async with asyncio.timeout(10):
                    await heard.wait()

        def changed(pane: ChatPane, conversations: frozenset[str]) -> None:
            hear_of(pane, conversations)
            if not late:
                heard.set()

        monkeypatch.setattr(ChatPane, "changed", changed)
        monkeypatch.setattr(splits.Splits, "prepare", prepare_slowly)
        bench.app.bench.open(first.id)
        await bench.app.bench.chat.opened()
        assert texts(bench) == ["Go", BOOK, "late words"]
