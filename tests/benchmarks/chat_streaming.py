"""A reply at full speed, through the real engine into the real workbench.

    python tests/benchmarks/chat_streaming.py [--seconds 60] [--rate 2000]

A scripted model says so many tokens a second while a person types. Measured: whether every token
is in the store and on the screen at the end, how late the event loop runs, and how long a key takes
from its press until the composer has been drawn with it. Prints one JSON object; milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import tempfile
import time
from collections.abc import AsyncIterator
from pathlib import Path
from statistics import quantiles

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

_BEAT = 0.005
_TICK = 0.01
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
    """What is looked at while it streams."""

    def __init__(self) -> None:
        self.late: list[float] = []
        self.keys: list[float] = []

    async def watch_loop(self) -> None:
        """Note how late the loop wakes a sleeper."""
        while True:
            before = time.perf_counter()
            await asyncio.sleep(_TICK)
            self.late.append(time.perf_counter() - before - _TICK)


async def _type(app: Workbench, measures: Measures) -> None:
    """Press a key four times a second; wait until the composer is drawn with it."""
    from textual import events

    composer = app.bench.chat.composer
    drawn = asyncio.Event()
    render = composer.render_line

    def rendering(y: int) -> object:
        drawn.set()
        return render(y)

    composer.render_line = rendering  # type: ignore[assignment,method-assign]
    while True:
        await asyncio.sleep(0.25)
        before, length = time.perf_counter(), len(composer.text)
        drawn.clear()
        app.post_message(events.Key("x", "x"))
        while len(composer.text) == length or not drawn.is_set():
            await asyncio.sleep(0.001)
        measures.keys.append(time.perf_counter() - before)


async def _until(condition: object, seconds: float) -> None:
    assert callable(condition)
    end = time.perf_counter() + seconds
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError("it took too long")
        await asyncio.sleep(0.02)


async def _stream(app: Workbench, torrent: Torrent, measures: Measures, seconds: float) -> float:
    """Say something, and take in the answer; return how long it took."""
    chat = app.bench.chat
    chat.composer.fill("Tell me everything")
    chat.composer.action_send()
    await _until(lambda: chat.transcript.is_streaming, 30)
    started = time.perf_counter()
    watching = [
        asyncio.create_task(measures.watch_loop()),
        asyncio.create_task(_type(app, measures)),
    ]
    await _until(lambda: not chat.transcript.is_streaming, seconds * 3 + 60)
    taken = time.perf_counter() - started
    for task in watching:
        task.cancel()
    await asyncio.gather(*watching, return_exceptions=True)
    await _until(lambda: _is_settled(chat.transcript), 60)
    return taken


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
        async with app.run_test(size=(140, 40)):
            await _until(lambda: app.engine is not None, 30)
            app.action_new_conversation()
            await _until(lambda: app.bench.shown_conversation is not None, 30)
            taken = await _stream(app, torrent, measures, seconds)
            engine, conversation = app.engine, app.bench.shown_conversation
            assert engine is not None
            assert conversation is not None
            stored = (await engine.library.turns(conversation.id, limit=9))[-1].content.text
            shown = app.bench.chat.transcript.blocks[-1].text
    return {
        "tokens": len(torrent.tokens),
        "characters": len(torrent.text),
        "seconds": round(taken, 1),
        "stored_whole": stored == torrent.text,
        "shown_whole": shown == torrent.text,
        "loop_late_ms": _spread(measures.late),
        "key_to_composer_ms": _spread(measures.keys),
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
