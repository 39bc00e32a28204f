"""Measure how fast text streams through the workbench's own text widget, and through textual's.

    python tests/benchmarks/prose_streaming.py

prints one JSON object. Both widgets take the same mixed Markdown in 20-byte pieces in one run, and
give the loop a turn after each piece. Times are wall seconds. `lag` is how late a task that sleeps
for 2 ms wakes up, in milliseconds. The second part opens a transcript of 1 MB and times what a
reader does with it, each until the screen has been drawn again.
"""

from __future__ import annotations

import asyncio
import json
import random
import statistics
import sys
import time
from collections.abc import Awaitable, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

from textual.app import App, ComposeResult
from textual.widgets import Input, Markdown

from minutebook.tui.prose import Prose, ProseBlock, TextKind, Tone

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

STREAMED = 100_000
TRANSCRIPT = 1_000_000
PIECE = 20
TICK = 0.002
SIZE = (120, 40)
_WORDS = [
    "ferry",
    "leaves",
    "the",
    "fourth",
    "morning",
    "ridge",
    "storm",
    "*hut*",
    "**warm**",
    "`stove`",
    "map",
    "weather",
    "people",
    "north",
    "rope",
    "[page](https://example.org/p)",
    "south",
    "glacier",
    "river",
    "café",
    "early",
]


class Stage(App[None]):
    """One text widget, and a field for the focus to go to."""

    def __init__(self, text: Prose | Markdown) -> None:
        super().__init__()
        self.text = text

    def compose(self) -> ComposeResult:
        """Show both."""
        yield self.text
        yield Input()


def mixed_markdown(size: int, seed: int = 7) -> str:
    """Return about `size` characters of headings, paragraphs, lists, fences and tables."""
    chance = random.Random(seed)
    makers = (_paragraph, _paragraph, _paragraph, _list, _code, _table)
    parts: list[str] = []
    total = 0
    while total < size:
        if len(parts) % 8 == 0:
            parts.append(f"## Section {len(parts)}")
        parts.append(chance.choice(makers)(chance))
        total += len(parts[-1]) + 2
    return "\n\n".join(parts)


def _words(chance: random.Random, count: int) -> str:
    return " ".join(chance.choice(_WORDS) for _ in range(count))


def _paragraph(chance: random.Random) -> str:
    return _words(chance, chance.randint(30, 120)) + "."


def _list(chance: random.Random) -> str:
    return "\n".join(f"- {_words(chance, 8)}" for _ in range(chance.randint(3, 12)))


def _code(chance: random.Random) -> str:
    lines = (f"def step_{n}(x: int) -> str:\n    return 'a' * x" for n in range(8))
    return "```python\n" + "\n".join(lines) + "\n```"


def _table(chance: random.Random) -> str:
    rows = (f"| {_words(chance, 2)} | {n} | {_words(chance, 4)} |" for n in range(6))
    return "| what | n | why |\n|---|--:|---|\n" + "\n".join(rows)


@asynccontextmanager
async def lag() -> AsyncIterator[list[float]]:
    """Collect how late the loop is, in milliseconds, while the block runs."""
    late: list[float] = []

    async def tick() -> None:
        while True:
            start = time.perf_counter()
            await asyncio.sleep(TICK)
            late.append((time.perf_counter() - start - TICK) * 1000)

    task = asyncio.create_task(tick())
    try:
        yield late
    finally:
        task.cancel()


def p95(values: list[float]) -> float:
    """Return the value that 95 of 100 stay below."""
    return round(statistics.quantiles(values, n=20)[-1], 1) if len(values) > 1 else 0.0


async def stream_prose(text: str) -> tuple[float, list[float]]:
    """Stream through `Prose`; return the seconds and how late the loop was."""
    widget = Prose()
    async with Stage(widget).run_test(size=SIZE) as pilot, lag() as late:
        await pilot.pause()
        start = time.perf_counter()
        widget.open_block(ProseBlock(id="answer"))
        for at in range(0, len(text), PIECE):
            widget.write(text[at : at + PIECE])
            await asyncio.sleep(0)
        widget.close_block()
        await pilot.pause()
        return time.perf_counter() - start, late


async def pace_prose(text: str, rate: float) -> tuple[float, list[float]]:
    """Stream `rate` pieces a second through `Prose`; return CPU seconds per second and lags."""
    widget = Prose()
    async with Stage(widget).run_test(size=SIZE) as pilot, lag() as late:
        await pilot.pause()
        start, cpu = time.perf_counter(), time.process_time()
        widget.open_block(ProseBlock(id="answer"))
        for at in range(0, len(text), PIECE):
            widget.write(text[at : at + PIECE])
            await asyncio.sleep(1 / rate)
        widget.close_block()
        spent = time.process_time() - cpu
        return spent / (time.perf_counter() - start), late


async def stream_stock(text: str) -> tuple[float, list[float]]:
    """Stream through textual's `MarkdownStream`; return the seconds and how late the loop was."""
    widget = Markdown()
    async with Stage(widget).run_test(size=SIZE) as pilot, lag() as late:
        await pilot.pause()
        start = time.perf_counter()
        stream = Markdown.get_stream(widget)
        for at in range(0, len(text), PIECE):
            await stream.write(text[at : at + PIECE])
            await asyncio.sleep(0)
        await stream.stop()
        await pilot.pause()
        return time.perf_counter() - start, late


def transcript(size: int) -> list[ProseBlock]:
    """Return turns of about 1 KB that make `size` characters."""
    text = mixed_markdown(size)
    turns = [text[at : at + 1000] for at in range(0, len(text), 1000)]
    tones = (Tone.YOU, Tone.MODEL)
    return [
        ProseBlock(
            id=str(n), text=turn, kind=TextKind.CHAT, speaker=tones[n % 2], tone=tones[n % 2]
        )
        for n, turn in enumerate(turns)
    ]


async def read_transcript(size: int) -> dict[str, float]:
    """Time what a reader does with a long transcript, in milliseconds."""
    blocks = transcript(size)
    widget = Prose()
    app = Stage(widget)
    async with app.run_test(size=SIZE) as pilot:
        await pilot.pause()

        async def timed(act: Callable[[], Any]) -> float:
            start = time.perf_counter()
            result = act()
            if isinstance(result, Awaitable):
                await result
            drawn = asyncio.Event()
            widget.call_after_refresh(drawn.set)
            await drawn.wait()
            return round((time.perf_counter() - start) * 1000, 1)

        measured = {"open_ms": await timed(lambda: widget.set_blocks(blocks))}
        measured["focus_ms"] = await timed(lambda: app.query_one(Input).focus())
        measured["focus_back_ms"] = await timed(widget.focus)
        measured["page_up_ms"] = await timed(widget.scroll_page_up)
        measured["home_ms"] = await timed(widget.action_scroll_home)
        measured["end_ms"] = await timed(widget.follow)
        measured["resize_ms"] = await timed(lambda: pilot.resize_terminal(90, 40))
        measured["theme_ms"] = await timed(lambda: setattr(app, "theme", "textual-light"))
        cpu, start = time.process_time(), time.perf_counter()
        await asyncio.sleep(2)
        idle = (time.process_time() - cpu) / (time.perf_counter() - start)
        measured["idle_cpu_percent"] = round(100 * idle, 2)
        return measured


async def main() -> None:
    """Measure all, print one JSON object."""
    text = mixed_markdown(STREAMED)
    warm = mixed_markdown(2_000)
    await stream_prose(warm)
    await stream_stock(warm)
    ours, our_lag = await stream_prose(text)
    share, paced_lag = await pace_prose(text[:10_000], rate=100)
    stock, stock_lag = await stream_stock(text)
    report = {
        "streamed_bytes": len(text.encode()),
        "prose_seconds": round(ours, 3),
        "stock_seconds": round(stock, 3),
        "ratio": round(stock / ours, 1),
        "prose_lag_p95_ms": p95(our_lag),
        "prose_lag_max_ms": round(max(our_lag), 1),
        "stock_lag_p95_ms": p95(stock_lag),
        "paced_2kb_per_second": {
            "cpu_percent": round(100 * share, 1),
            "lag_p95_ms": p95(paced_lag),
        },
        "transcript_1mb": await read_transcript(TRANSCRIPT),
    }
    json.dump(report, sys.stdout, indent=2)
    sys.stdout.write("\n")


if __name__ == "__main__":
    asyncio.run(main())
