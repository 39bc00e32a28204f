"""The view of what a model is shown, and what can be done from it."""

from __future__ import annotations

import re
import tomllib

import pytest

from minutebook.domain.context import Pass, PassState, Trigger
from minutebook.events import MarkOutOfReach
from minutebook.store import passes
from minutebook.tui.screens.plan import PlanScreen
from tui.conftest import Bench, Opens
from tui.test_making_room import engine_of, filled, short_prompts

__all__ = ["short_prompts"]


async def view_of(bench: Bench) -> None:
    """Open the view, and give it the keys."""
    await bench.app.bench.action_show_view("context")
    drawer = bench.app.bench.drawer
    await bench.until(lambda: drawer is not None and bool(drawer._facts.lines), "its numbers")


async def test_layers_are_bars(workbench: Opens) -> None:
    """Each layer has its tokens and its share; the costs of the next turn are there."""
    async with workbench() as bench:
        id_ = await filled(bench, turns=4)
        await view_of(bench)
        sizes = await engine_of(bench).context.show(id_)
        for size in sizes.layers:
            await bench.shows(f"{size.layer.value:<12}{size.tokens:>9,}")
        await bench.shows("offline is free")
        await bench.shows("No page was brought back")


async def test_a_click_on_the_gauge_opens_it(workbench: Opens) -> None:
    """The lower bar leads into its view."""
    async with workbench() as bench:
        await filled(bench, turns=1)
        await bench.pilot.click("#lower-bar", offset=(4, 0))
        await bench.shows("the prompt")


async def test_room_is_made_behind_a_yes(workbench: Opens) -> None:
    """First what would leave is listed; a yes does it; u takes it back."""
    async with workbench() as bench:
        id_ = await filled(bench)
        await view_of(bench)
        context = engine_of(bench).context
        await bench.pilot.press("c")
        await bench.shows("Make room now?")
        trial = await context.plan(id_)
        await bench.shows(f"{trial.before:,} → about {trial.after:,} tokens")
        await bench.shows(trial.left[0].reference)
        await bench.pilot.press("n")
        await bench.until(lambda: not isinstance(bench.app.screen, PlanScreen), "it is closed")
        assert await context.history(id_) == []
        await bench.pilot.press("c")
        await bench.shows("Make room now?")
        await bench.pilot.press("y")
        await bench.shows("Made room")
        (done,) = await context.history(id_)
        await bench.pilot.press("u")
        await bench.shows("was undone.")
        assert (await context.history(id_))[0].after == done.before


async def test_nothing_to_leave_is_said(workbench: Opens) -> None:
    """Where nothing has to leave no question is asked."""
    async with workbench() as bench:
        await filled(bench, turns=1)
        await view_of(bench)
        await bench.pilot.press("c")
        await bench.shows("nothing has to leave")
        assert bench.app.screen is bench.app.bench


async def test_pages_that_were_brought_back(workbench: Opens) -> None:
    """They are listed with why; p pins, x lets go, enter leads to the page."""
    async with workbench() as bench:
        id_ = await filled(bench)
        context = engine_of(bench).context
        await context.compact(id_)
        page = (await context.looks.cells(id_))[0].page.id
        await view_of(bench)
        await context.slots.refer(id_, [page])
        await bench.shows("you asked for it")
        await bench.pilot.press("p")
        await bench.shows("pinned")
        assert (await context.slots.of(id_))[0].is_pinned
        await bench.pilot.press("x")
        await bench.shows("went out of sight")
        assert await context.slots.of(id_) == ()


async def test_a_page_is_pinned_by_its_name(workbench: Opens) -> None:
    """/pin brings a page back and pins it; /unref offers what was brought back, and only that."""
    async with workbench() as bench:
        id_ = await filled(bench)
        context = engine_of(bench).context
        await context.compact(id_)
        await bench.shows("Made room")
        page = (await context.looks.cells(id_))[0].page.id
        chat = bench.app.bench.chat
        chat.composer.fill(f"/pin {page}")
        await bench.pilot.press("enter")
        await bench.shows("leaves last from now on")
        assert [each.is_pinned for each in await context.slots.of(id_)] == [True]
        chat.composer.fill("/unref ")
        offered = chat.input.completions
        await bench.until(lambda: bool(offered.rows), "pages are offered")
        assert [row.label for row in offered.rows] == [page]
        chat.composer.fill("/pin pg_dead00")
        await bench.pilot.press("enter")
        await bench.shows("was not brought back")


async def test_recall_is_turned_off_for_the_home(workbench: Opens) -> None:
    """It is off at once, and the settings say so for the next time."""
    async with workbench() as bench:
        await filled(bench, turns=1)
        await view_of(bench)
        await bench.pilot.press("a")
        await bench.shows("recall off")
        file = bench.app.home.config_file
        assert tomllib.loads(file.read_text("utf-8"))["context"]["recall"] is False
        await bench.pilot.press("a")
        await bench.shows("recall on")
        assert tomllib.loads(file.read_text("utf-8"))["context"]["recall"] is True


async def test_a_mark_out_of_reach_is_told(workbench: Opens) -> None:
    """It is said above the input when it turns out, and the view goes on to say so."""
    async with workbench() as bench:
        id_ = await filled(bench)
        engine = engine_of(bench)
        sizes = await engine.context.show(id_)
        stuck = Pass(
            id=0,
            conversation=id_,
            at=engine.clock(),
            trigger=Trigger.COMMAND,
            tiers=(),
            state=PassState.STUCK,
            before=sizes.used,
            after=sizes.used,
            from_revision=sizes.revision - 1,
            to_revision=sizes.revision,
        )
        await engine._database.write(lambda tx: passes.add(tx, stuck))
        reason = (await engine.context.show(id_)).notice
        assert reason
        engine.bus.publish(
            MarkOutOfReach(
                conversation=id_, used=sizes.used, tokens=sizes.budget.tokens, reason=reason
            )
        )
        hint = bench.app.bench.chat.input.hint
        await bench.until(lambda: hint.text == reason, "it is said")
        await view_of(bench)
        await bench.shows("What cannot leave has")


@pytest.mark.parametrize("size", [(80, 24), (60, 15), (40, 12), (20, 6)])
async def test_narrow_terminals_have_all_of_it(workbench: Opens, size: tuple[int, int]) -> None:
    """How full the prompt is, and a page that was brought back below, are in sight whatever the
    room; every layer where there are twelve lines, and both costs where there are fifteen. What
    has no room is a few keys away."""
    async with workbench(size=(80, 24)) as bench:
        id_ = await filled(bench)
        context = engine_of(bench).context
        await context.compact(id_)
        page = (await context.looks.cells(id_))[0].page.id
        await context.slots.refer(id_, [page])
        await view_of(bench)
        await bench.pilot.resize_terminal(*size)
        sizes = await context.show(id_)
        named = [f"{each.layer.value} +{each.tokens:,}\\b" for each in sizes.layers if each.tokens]
        wanted = [
            page[:4],
            f"{sizes.share:.0%}".replace("%", " %"),
            *(named if size[1] >= 12 else ()),
            *(("next turn", "cache") if size[1] >= 15 else ()),
        ]

        def missing() -> list[str]:
            return [each for each in wanted if not re.search(each, bench.screen_text())]

        await bench.until(lambda: not missing(), f"all of {wanted}")
        wanted = [*named, "next turn", "cache", "room"]
        found = set[str]()
        drawer = bench.app.bench.drawer
        assert drawer is not None
        await drawer._measuring.done()  # for the width there is now
        for _ in drawer._facts.lines:
            text = bench.screen_text()
            found |= {each for each in wanted if re.search(each, text)}
            await bench.pilot.press("right_square_bracket")
            await bench.pilot.pause()
        assert found == set(wanted)
        await bench.pilot.press(*["left_square_bracket"] * len(drawer._facts.lines))
        await bench.shows(f"{sizes.share:.0%}".replace("%", " %"))
