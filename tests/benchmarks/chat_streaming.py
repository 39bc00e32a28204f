"""A reply at full speed, through the real engine into the real workbench; and what is done with it.

    python tests/benchmarks/chat_streaming.py [--seconds 60] [--rate 2000]

A scripted model says so many tokens a second while a person types. Measured: whether every token
is in the store and on the screen at the end, and how long a key takes from its press until the
composer has been drawn with it. How late the event loop runs is measured in each part: while the
reply streams, while it ends and becomes a turn, and while its conversation is opened again, the
reader moves about in it, and the terminal is resized, with it and with an empty one; and how long
each of these takes until it has been drawn. `busy` is the processor time that the loop's thread has
spent before it woke a sleeper: what is left of `late` on a machine with nothing else to do. Prints
one JSON object; milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from functools import partial
from pathlib import Path
from statistics import quantiles
from typing import TYPE_CHECKING

from minutebook.config import load
from minutebook.llm import models
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    TextDelta,
    nobody,
)
from minutebook.paths import Home
from minutebook.tui.app import Workbench
from minutebook.tui.panes.transcript import Transcript

if TYPE_CHECKING:
    from textual.pilot import Pilot
    from textual.strip import Strip

    from minutebook.tui.panes.chat import ChatPane

_BEAT = 0.005
_TICK = 0.01
_AFTER = 2.0
"""Seconds in which what the engine does with the turn may still be felt."""
_WORDS = ("ice ", "ferry ", "route ", "lamp ", "oil ", "**rope** ", "`code` ", "wind ")
_LINE = 14


class Torrent:
    """Says tokens at a rate."""

    name = "bench:torrent"
    capabilities = Capabilities(
        context_window=1_000_000, max_output_tokens=1_000_000, needs_network=False
    )

    def __init__(self, rate: int, seconds: float) -> None:
        self.tokens = [_token(number) for number in range(int(rate * seconds))]
        self._rate = rate

    @property
    def text(self) -> str:
        """All that it says."""
        return "".join(self.tokens)

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Say it, a few tokens with every beat."""
        started, said = time.perf_counter(), 0
        while said < len(self.tokens):
            await asyncio.sleep(_BEAT)
            due = min(len(self.tokens), int((time.perf_counter() - started) * self._rate))
            for token in self.tokens[said:due]:
                yield TextDelta(text=token)
            said = due
        yield ReplyDone(reply=await self.complete(request))

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Return all of it."""
        return Reply(model=self.name, text=self.text, stop_reason=StopReason.END)


def _token(number: int) -> str:
    """Return a token: words, lines of some length, a list and a fence now and then."""
    word = f"{number:x}" if number % 7 == 0 else _WORDS[number % len(_WORDS)]
    if number % 600 == 599:
        return "\n\n```python\nx = 1\n```\n\n"
    return f"{word}\n- " if number % 120 == 119 else word + ("\n\n" if number % _LINE == 0 else "")


class Measures:
    """What is looked at while it streams, and after it."""

    def __init__(self) -> None:
        self.part = ""
        self.late: dict[str, list[float]] = defaultdict(list)
        self.busy: dict[str, list[float]] = defaultdict(list)
        self.keys: list[float] = []
        self.acts: dict[str, list[float]] = defaultdict(list)

    async def watch_loop(self) -> None:
        """Note how late the loop wakes a sleeper."""
        while True:
            part, before, spent = self.part, time.perf_counter(), time.thread_time()
            await asyncio.sleep(_TICK)
            self.late[part].append(time.perf_counter() - before - _TICK)
            self.busy[part].append(time.thread_time() - spent)


async def _type(app: Workbench, pilot: Pilot[None], measures: Measures) -> None:
    """Press a key four times a second; wait until the composer is drawn with it."""
    composer = app.bench.chat.composer
    render = composer.render_line
    drawn: list[int] = [0]

    def rendering(y: int) -> Strip:
        strip = render(y)
        drawn[0] = len(composer.text)
        return strip

    composer.render_line = rendering  # type: ignore[method-assign]
    while True:
        await asyncio.sleep(0.25)
        before, length = time.perf_counter(), len(composer.text)
        pressing = asyncio.create_task(pilot.press("x"))
        while drawn[0] <= length:
            await asyncio.sleep(0.001)
        measures.keys.append(time.perf_counter() - before)
        await pressing


async def _until(condition: object, seconds: float) -> None:
    assert callable(condition)
    end = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("it took too long")
        await asyncio.sleep(0.02)


async def _stream(
    app: Workbench, pilot: Pilot[None], torrent: Torrent, measures: Measures, seconds: float
) -> float:
    """Say something, and take in the answer; return how long it took."""
    chat = app.bench.chat
    chat.composer.fill("Tell me everything")
    chat.composer.action_send()
    await _until(lambda: chat.transcript.is_streaming, 30)
    started = time.perf_counter()
    measures.part = "streaming"
    typing = asyncio.create_task(_type(app, pilot, measures))
    length = len(torrent.text)
    await _until(lambda: not chat.transcript.is_streaming or _shown(chat) >= length, 3 * seconds)
    measures.part = "ending"
    await _until(lambda: not chat.transcript.is_streaming, 60)
    taken = time.perf_counter() - started
    await _until(lambda: _is_settled(chat.transcript), 60)
    await asyncio.sleep(_AFTER)
    typing.cancel()
    await asyncio.gather(typing, return_exceptions=True)
    return taken


def _shown(chat: ChatPane) -> int:
    """Return how many characters of the reply have come."""
    window = chat.transcript.window
    reply = None if window is None else chat.transcript.replies.of(window.id)
    return 0 if reply is None else sum(map(len, reply.pieces))


async def _read(app: Workbench, pilot: Pilot[None], measures: Measures) -> None:
    """Open the conversation again, move about in it, and resize the terminal."""
    chat, transcript = app.bench.chat, app.bench.chat.transcript

    async def timed(part: str, act: Callable[[], Awaitable[None] | None]) -> None:
        measures.part = part
        started = time.perf_counter()
        if (rest := act()) is not None:
            await rest
        drawn = asyncio.Event()
        transcript.call_after_refresh(drawn.set)
        await drawn.wait()
        measures.acts[part].append(time.perf_counter() - started)
        await asyncio.sleep(0.1)

    async def open_again() -> None:
        chat.open(long)
        await chat.opened()
        await _until(lambda: _is_settled(transcript), 60)

    held = chat.conversation
    assert held is not None
    long = held.id
    for _ in range(3):
        measures.part = "leaving"
        app.action_new_conversation()
        await _until(lambda: chat.conversation != held, 30)
        await timed("opening", open_again)
    moves = (transcript.action_page_up, transcript.action_scroll_home, transcript.action_page_down)
    for move in (*moves, *[transcript.action_page_down] * 20, transcript.follow, *moves[:1] * 20):
        await timed("scrolling", move)
    for place in range(1, 9):
        middle = transcript.virtual_size.height * place // 9
        await timed("scrolling", partial(transcript.scroll_to, y=middle))
    for size in ((90, 40), (200, 60), (60, 20), (140, 40)):
        await timed("resizing", partial(pilot.resize_terminal, *size))
    transcript.follow()
    for size in ((90, 40), (140, 40)):
        await timed("resizing", partial(pilot.resize_terminal, *size))
    measures.part = "leaving"
    app.action_new_conversation()
    await _until(lambda: chat.conversation != held, 30)
    for size in ((90, 40), (200, 60), (60, 20), (140, 40), (90, 40), (140, 40)):
        await timed("resizing_empty", partial(pilot.resize_terminal, *size))


def _is_settled(transcript: Transcript) -> bool:
    """Say whether the answer is shown under the name of its turn."""
    turns = transcript.turns
    return len(turns) == 2 and transcript.blocks[-1].id == turns[-1].key


async def _run(rate: int, seconds: float) -> dict[str, object]:
    torrent, measures = Torrent(rate, seconds), Measures()
    models.BUILT_IN["bench"] = lambda _: torrent  # type: ignore[index]
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        settings = load(home, {"models.chat": torrent.name, "scribe.enabled": "false"})
        app = Workbench(home, settings)
        async with app.run_test(size=(140, 40)) as pilot:
            await _until(lambda: app.engine is not None, 30)
            app.action_new_conversation()
            await _until(lambda: app.bench.shown_conversation is not None, 30)
            watching = asyncio.create_task(measures.watch_loop())
            taken = await _stream(app, pilot, torrent, measures, seconds)
            engine, conversation = app.engine, app.bench.shown_conversation
            assert engine is not None
            assert conversation is not None
            stored = (await engine.library.turns(conversation.id, limit=9))[-1].content.text
            shown = app.bench.chat.transcript.blocks[-1].text
            await _read(app, pilot, measures)
            watching.cancel()
    return {
        "tokens": len(torrent.tokens),
        "characters": len(torrent.text),
        "seconds": round(taken, 1),
        "stored_whole": stored == torrent.text,
        "shown_whole": shown == torrent.text,
        "loop_late_ms": {part: _spread(late) for part, late in measures.late.items() if part},
        "loop_busy_ms": {part: _spread(busy) for part, busy in measures.busy.items() if part},
        "key_to_composer_ms": _spread(measures.keys),
        "drawn_ms": {part: _spread(taken) for part, taken in measures.acts.items()},
    }


def _spread(values: list[float]) -> dict[str, float]:
    cut = quantiles(values, n=100) if len(values) > 1 else [0.0] * 99
    worst = max(values, default=0.0)
    named = {"p50": cut[49], "p95": cut[94], "p99": cut[98], "max": worst}
    return {name: round(value * 1_000, 1) for name, value in named.items()}


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=5)
    parser.add_argument("--rate", type=int, default=2_000)
    options = parser.parse_args()
    os.environ["TEXTUAL_ANIMATIONS"] = "none"
    print(json.dumps(asyncio.run(_run(options.rate, options.seconds))))


if __name__ == "__main__":
    main()
