"""From a line written to a watched log to the screen: the turn, and the new revision.

The workbench runs without a terminal (Textual's pilot). One line is appended at a time; the clock
starts when the write has returned and stops when the painted screen holds the turn, and when the
document pane holds a revision that tells it. What the file watcher takes is measured beside it by
a watcher of our own on the same folder.

    python tests/benchmarks/append_latency.py [--appends 50]

Prints JSON, milliseconds: {turn_ms, revision_ms, file_event_ms, turn_beyond_ms,
revision_beyond_ms, appends}; medians.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import watchfiles

from minutebook.config import load
from minutebook.paths import Home
from minutebook.tui.app import Workbench

_DEADLINE = 30.0
_STEP = 0.002
_PAUSE = 0.4
"""Seconds between two appends, so that each is alone."""


class Events:
    """Notes when the file system has told of a change."""

    def __init__(self) -> None:
        self.last = 0.0

    async def watch(self, folder: Path) -> None:
        """Watch as the workbench does, until cancelled."""
        async for _ in watchfiles.awatch(folder, step=20, debounce=200):
            self.last = time.perf_counter()


def painted(app: Workbench) -> str:
    """Return what is on the screen."""
    strips = app.screen._compositor.render_strips()
    return "\n".join(strip.text for strip in strips)


async def until(condition: Callable[[], bool], what: str) -> float:
    """Wait for a condition; return the moment."""
    end = time.perf_counter() + _DEADLINE
    while not condition():
        if time.perf_counter() > end:
            raise TimeoutError(f"waited too long for {what}")
        await asyncio.sleep(_STEP)
    return time.perf_counter()


def append(log: Path, number: int) -> float:
    """Append one line; return the moment when the write was over."""
    with log.open("a") as stream:
        stream.write(
            f"12/01/2026, {10 + number // 60:02}:{number % 60:02} - Kit:"
            f" Marker{number:03} stands on the pier today.\n"
        )
    return time.perf_counter()


async def one(app: Workbench, log: Path, number: int, events: Events) -> tuple[float, ...]:
    """Append a line; return the seconds to the turn, the revision and the file event."""
    document, transcript = app.bench.document, app.bench.chat.transcript
    before = document.document.revision if document.document is not None else 0
    start = append(log, number)
    word = f"Marker{number:03}"

    def turn_is_there() -> bool:
        # Painting everything costs more than waiting: the cheap look comes first.
        return any(word in block.text for block in transcript.blocks[-2:]) and word in painted(app)

    def revision_is_there() -> bool:
        head = document.document
        return head is not None and head.revision > before and f"r{head.revision} " in painted(app)

    turn = asyncio.create_task(until(turn_is_there, f"{word} on the screen"))
    revision = asyncio.create_task(until(revision_is_there, f"a revision with {word}"))
    seen, told = await turn, await revision
    await asyncio.sleep(_PAUSE)
    return seen - start, told - start, events.last - start


async def measure(appends: int) -> dict[str, float]:
    """Return the medians."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "logs"
        folder.mkdir()
        log = folder / "WhatsApp Chat with Harbour.txt"
        log.write_text("12/01/2026, 09:00 - Ada: The ferry leaves at seven.\n")
        home = Home.at(Path(name) / "home")
        events = Events()
        app = Workbench(home, load(home), [folder])
        async with app.run_test(size=(140, 40)):
            await until(lambda: app.engine is not None, "the engine")
            await until(lambda: app.bench.document.document is not None, "the document")
            watching = asyncio.create_task(events.watch(folder))
            await asyncio.sleep(2)
            measured = [await one(app, log, n, events) for n in range(appends)]
            watching.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await watching
    return _medians(measured)


def _medians(measured: list[tuple[float, ...]]) -> dict[str, float]:
    def median(values: list[float]) -> float:
        return round(statistics.median(values) * 1_000, 1)

    return {
        "turn_ms": median([turn for turn, _, _ in measured]),
        "revision_ms": median([revision for _, revision, _ in measured]),
        "file_event_ms": median([event for _, _, event in measured]),
        "turn_beyond_ms": median([turn - event for turn, _, event in measured]),
        "revision_beyond_ms": median([revision - event for _, revision, event in measured]),
        "appends": len(measured),
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--appends", type=int, default=50)
    json.dump(asyncio.run(measure(parser.parse_args().appends)), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
