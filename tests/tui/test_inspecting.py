"""What would be sent, the passes played back, and the map of pages."""

from __future__ import annotations

import re

from minutebook.domain.context import Layer
from minutebook.domain.inspection import SentPart
from minutebook.tui.screens.inspection import InspectionScreen, SentText
from minutebook.tui.screens.page_map import PageMapScreen
from minutebook.tui.screens.passes import PassesScreen
from minutebook.tui.widgets.page_grid import PageGrid
from tui.conftest import Bench, Opens
from tui.test_context_view import view_of
from tui.test_harmless import HOSTILE, forbidden
from tui.test_making_room import engine_of, filled, short_prompts

__all__ = ["short_prompts"]


def sent_text(bench: Bench) -> str:
    """Return all that the inspection shows, in sight or not."""
    return "\n".join(block.text for block in bench.app.screen.query_one(SentText).blocks)


async def test_what_is_sent_is_unfolded(workbench: Opens) -> None:
    """Layers and pieces have their tokens; enter unfolds one, f everything, to the letter."""
    async with workbench() as bench:
        id_ = await filled(bench)
        await engine_of(bench).context.compact(id_)
        parts = await engine_of(bench).context.looks.sent(id_)
        await view_of(bench)
        await bench.pilot.press("i")
        await bench.shows("SYSTEM   2 pieces")
        assert parts[0].text not in sent_text(bench)
        await bench.pilot.press("g", "j", "enter")
        await bench.until(lambda: parts[0].text in sent_text(bench), "the piece is unfolded")
        await bench.pilot.press("f")
        for part in parts:
            assert part.text in sent_text(bench)
        await bench.pilot.press("g", "enter")
        await bench.until(lambda: parts[0].text not in sent_text(bench), "the layer is folded")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it is closed")


async def test_words_are_found_in_what_is_folded(workbench: Opens) -> None:
    """A search looks through everything; Escape ends it first, then the screen."""
    async with workbench() as bench:
        await filled(bench, turns=4)
        bench.app.bench.action_context("inspect")
        await bench.shows("What would be sent now")
        await bench.pilot.press("slash")
        await bench.type("winterbottom")
        await bench.pilot.press("enter")
        await bench.shows("1 of ")
        await bench.pilot.press("n")
        await bench.shows("2 of ")
        await bench.pilot.press("escape")
        assert isinstance(bench.app.screen, InspectionScreen)
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it is closed")


async def test_hostile_parts_are_text(workbench: Opens) -> None:
    """Control sequences and markup in a prompt or a title do nothing."""
    async with workbench() as bench:
        await bench.leave_welcome()
        parts = [
            SentPart(layer=Layer.RECENT, title=text, text=f"{text}\n{text}", tokens=1)
            for text in HOSTILE
        ]
        await bench.app.push_screen(InspectionScreen("Sent", parts))
        await bench.shows("RECENT")
        await bench.pilot.press("f")
        await bench.shows("[red]markup[/red]")
        assert forbidden(bench.screen_text()) == []


async def test_passes_are_played_back(workbench: Opens) -> None:
    """Each has its bars before and behind; what left leads to its page."""
    async with workbench() as bench:
        id_ = await filled(bench)
        context = engine_of(bench).context
        await bench.until(lambda: bench.app.bench.shown_conversation is not None, "it is open")
        bench.app.bench.action_context("passes")
        await bench.shows("No room was made yet")
        first = await context.compact(id_)
        await context.undo(id_)
        await view_of(bench)
        await bench.pilot.press("v")
        await bench.until(lambda: isinstance(bench.app.screen, PassesScreen), "it is open")
        await bench.shows("2 passes")
        await bench.shows("undo")
        await bench.pilot.press("j")
        _, after = await context.looks.stages(first)
        await bench.shows(f"{after.merged} merged, {after.summaries} summar")
        await bench.shows(first.left[0].reference)
        await bench.pilot.press("tab", "g", "enter")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it leads to the page")
        await bench.until(
            lambda: re.search(r"you +The ferry to Winterbottom", bench.screen_text()) is not None,
            "its first turn is in sight",
        )


async def test_the_map_tells_of_every_page(workbench: Opens) -> None:
    """The cursor tells label, turns, tokens and state; enter opens the page."""
    async with workbench(size=(80, 24)) as bench:
        id_ = await filled(bench)
        context = engine_of(bench).context
        await context.compact(id_)
        cells = await context.looks.cells(id_)
        await view_of(bench)
        await bench.pilot.press("m")
        await bench.until(lambda: isinstance(bench.app.screen, PageMapScreen), "it is open")
        await bench.shows(cells[-1].page.id)
        await bench.pilot.press("g")
        await bench.shows(f"{cells[0].state.value} · {cells[0].page.id}")
        await bench.shows(f"{cells[0].page.tokens:,} tokens")
        assert bench.app.screen.query_one(PageGrid).pointed == cells[0]
        await bench.pilot.press("enter")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it leads to the page")


async def test_the_palette_knows_them(workbench: Opens) -> None:
    """Every verb of the context is found by typing."""
    async with workbench() as bench:
        await filled(bench, turns=1)
        await bench.pilot.press("ctrl+p")
        await bench.type("map of pages")
        await bench.shows("How every page stands")
        await bench.pilot.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, PageMapScreen), "it is open")
