"""Folders are watched, and watched no more, while the workbench runs on."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.config import load
from minutebook.engine import open_engine
from tui.conftest import Bench, Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    from minutebook.paths import Home


def watched(bench: Bench) -> tuple[str, ...]:
    """Return what the list of watched folders shows."""
    return bench.app.bench.conversations.watched.paths


async def test_stop_watching_from_the_palette(workbench: Opens, logs: Path) -> None:
    """The folder leaves the list; what came in stays, what is written later does not come in."""
    log = logs / "WhatsApp Chat with Harbour.txt"
    log.write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench([logs]) as bench:
        await bench.shows("Hello harbour")
        await bench.until(lambda: watched(bench) == (str(logs),), "the folder is listed")
        await bench.pilot.press("ctrl+p")
        await bench.type("stop watching")
        await bench.shows("Stop watching ")
        await bench.pilot.press("down", "enter")
        await bench.shows("is watched no more; what came in stays.")
        await bench.until(lambda: watched(bench) == (), "the folder is not listed")
        with log.open("a") as stream:
            stream.write("12/01/2026, 10:15 - Ada: Unheard\n")
        bench.app.watch_path(log.parent / "another")
        await bench.until(lambda: len(watched(bench)) == 1, "another path is listed")
        await bench.shows("Hello harbour")
        engine = bench.app.engine
        assert engine is not None
        (conversation,) = await engine.library.conversations()
        assert conversation.turns == 1


async def test_a_shell_stops_what_the_workbench_watches(
    workbench: Opens, home: Home, logs: Path
) -> None:
    """Another engine on the same home decides; the list follows."""
    async with workbench([logs]) as bench:
        await bench.until(lambda: watched(bench) == (str(logs),), "the folder is listed")
        async with open_engine(home, load(home)) as other:
            await other.watching.remove([logs])
            await bench.until(lambda: watched(bench) == (), "the folder is not listed")
            await other.watching.add([logs / "deep"])
            await bench.until(lambda: watched(bench) == (str(logs / "deep"),), "the other is")


async def test_a_path_is_no_markup_in_the_palette(workbench: Opens, logs: Path) -> None:
    """Brackets in its name are shown as they are."""
    folder = logs / "[bold]x[/nope]"
    folder.mkdir(parents=True)
    async with workbench([folder]) as bench:
        await bench.until(lambda: watched(bench) == (str(folder),), "the folder is listed")
        await bench.pilot.press("ctrl+p")
        await bench.shows("[bold]x[/nope]")
        await bench.type("stop watching")
        await bench.shows("[bold]x[/nope]")
