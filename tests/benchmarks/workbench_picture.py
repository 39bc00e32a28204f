"""The picture of the workbench in the README, made of the workbench itself on the samples.

A copy of the samples is imported into a home of its own, told by `offline`, and one conversation is
opened with its document. A person's line is added, so that the picture shows how it is marked.

    python tests/benchmarks/workbench_picture.py [--to sample_data/workbench.svg]
"""

from __future__ import annotations

import argparse
import asyncio
import os
import shutil
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.config import load
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home
from minutebook.tui.app import Workbench

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual.pilot import Pilot

SAMPLES = Path(__file__).parents[2] / "sample_data"
SIZE = (140, 40)
TITLE = "Aldous family"
NOTE = "Ask Piet about the trailer before the tide table is printed."
NOW = datetime(2026, 2, 9, 9, 30, tzinfo=UTC)
_DEADLINE = 60.0


async def main() -> None:
    """Make the picture."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--to", type=Path, default=SAMPLES / "workbench.svg")
    wanted = parser.parse_args()
    os.environ["TZ"] = "UTC"
    time.tzset()
    with tempfile.TemporaryDirectory() as folder:
        home = Home.at(Path(folder) / "home")
        samples = Path(folder) / "samples"
        shutil.copytree(SAMPLES, samples, ignore=shutil.ignore_patterns("*.svg"))
        await _fill(home, samples)
        wanted.to.write_text(await _picture(home), "utf-8")


def _now() -> datetime:
    return NOW


async def _fill(home: Home, samples: Path) -> None:
    async with open_engine(home, load(home), clock=_now) as engine:
        async for _ in engine.importer.import_paths([samples]):
            pass
        await engine.do_what_can_be_done()
        await _note(engine)


async def _note(engine: Engine) -> None:
    """Let a person write a line into the document."""
    document = next(each for each in await engine.scribe.documents() if each.title == TITLE)
    seen = await engine.scribe.head_for_edit(document.id)
    text = f"{seen.text.rstrip()}\n\n{NOTE}\n"
    await engine.scribe.edit(document.id, seen.revision, text)


async def _picture(home: Home) -> str:
    """Open the conversation, and return the screen as SVG."""
    app = Workbench(home, load(home), clock=_now)
    app.animation_level = "none"
    async with app.run_test(size=SIZE) as pilot:
        await _until(pilot, lambda: app.engine is not None)
        await _until(pilot, lambda: TITLE in _text(app))
        engine = app.engine
        assert engine is not None
        found = await engine.library.conversations(limit=100)
        app.bench.open(next(each.id for each in found if each.title == TITLE))
        await _until(pilot, lambda: NOTE in _shown(app))
        await pilot.press("f4", "G", "k", "k", "b")
        await _until(pilot, lambda: "enter: the turn" in _text(app))
        return app.export_screenshot(title="minutebook", simplify=True)


def _shown(app: Workbench) -> list[str]:
    return [block.text for block in app.bench.document.text.blocks]


def _text(app: Workbench) -> str:
    strips = app.screen._compositor.render_strips()
    return "\n".join("".join(segment.text for segment in strip) for strip in strips)


async def _until(pilot: Pilot[None], condition: Callable[[], bool]) -> None:
    """Wait for a condition; raise TimeoutError when it does not come true."""
    async with asyncio.timeout(_DEADLINE):
        while not condition():
            await pilot.pause(0.05)


if __name__ == "__main__":
    asyncio.run(main())
