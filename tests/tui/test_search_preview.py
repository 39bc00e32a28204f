"""Search where there is little room: what is found can be read whole, and cold hits say so."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from minutebook.config import load
from minutebook.engine import open_engine
from minutebook.paths import Home
from tui.conftest import Opens, whatsapp

_LONG = "The lantern needs oil. " + "It burns all night long. " * 12 + "Wilhelmina."


async def _archived(home: Home, folder: Path) -> None:
    async with open_engine(home, load(home)) as engine:
        async for _ in engine.importer.import_paths([folder]):
            pass
        await engine.do_what_can_be_done()
        pages = await engine.library.pages()
        await engine.archive.review.let_go([page.id for page in pages])
        await engine.archive.flush()


@pytest.fixture
def cold(home: Home, logs: Path) -> None:
    """Have a conversation that is archived."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", _LONG), ("Kit", "Yes.")))
    asyncio.run(_archived(home, logs))


@pytest.mark.parametrize("size", [(100, 30), (60, 20)])
async def test_a_hit_is_read_without_leaving(
    workbench: Opens, cold: None, size: tuple[int, int]
) -> None:
    """ctrl+o shows the turn below the results, whole, and hides it again."""
    async with workbench(size=size) as bench:
        await bench.pilot.press("ctrl+f", *"lantern")
        await bench.shows("archived")
        assert "Wilhelmina" not in bench.screen_text()
        await bench.pilot.press("ctrl+o")
        await bench.shows("Wilhelmina")
        await bench.pilot.press("ctrl+o")
        await bench.until(lambda: "Wilhelmina" not in bench.screen_text(), "it is hidden")


async def test_where_there_is_room_it_is_shown_beside(workbench: Opens, cold: None) -> None:
    """And can be hidden there."""
    async with workbench(size=(160, 40)) as bench:
        await bench.pilot.press("ctrl+f", *"lantern")
        await bench.shows("Wilhelmina")
        await bench.pilot.press("ctrl+o")
        await bench.until(lambda: "Wilhelmina" not in bench.screen_text(), "it is hidden")
