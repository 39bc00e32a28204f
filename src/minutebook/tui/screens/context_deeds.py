"""What can be done about the prompt of the conversation that is open."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

from minutebook.config.writing import write_setting
from minutebook.errors import MinutebookError
from minutebook.tui.guard import run_guarded
from minutebook.tui.passing import told
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from minutebook.engine import Engine
    from minutebook.tui.screens.main import MainScreen

    Deed = Callable[["MainScreen", Engine, str, str], Awaitable[None]]


async def do(main: MainScreen, engine: Engine, verb: str, page: str = "") -> None:
    """Do a verb; `page` is the one under the cursor. What is wrong is said in the lower bar."""
    if (shown := main.shown_conversation) is None:
        main.bar.say("Open a conversation first.")
        return
    try:
        await _DEEDS[verb](main, engine, shown.id, page)
    except MinutebookError as error:
        main.bar.say(str(error), Ink.WARNING)


async def _compact(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    """Show what would leave; on a yes, make room."""
    from minutebook.tui.screens.plan import PlanScreen

    tokens = (await engine.context.show(conversation)).budget.tokens
    trial = await engine.context.plan(conversation)
    if not trial.left_count:
        main.bar.say(trial.reason or "Nothing has to leave.")
        return

    def answered(is_yes: bool | None) -> None:
        if is_yes:
            work = partial(_make_room, main, engine, conversation, tokens)
            run_guarded(main, work, "make room")

    main.app.push_screen(PlanScreen(trial, tokens), answered)


async def _make_room(main: MainScreen, engine: Engine, conversation: str, tokens: int) -> None:
    main.bar.say("Making room …", stays=True)
    try:
        main.bar.say(*told(await engine.context.compact(conversation), tokens))
    except MinutebookError as error:
        main.bar.say(str(error), Ink.WARNING)


async def _undo(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    done = await engine.context.undo(conversation)
    tokens = (await engine.context.show(conversation)).budget.tokens
    main.bar.say(*told(done, tokens))


async def _inspect(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    """Show exactly what would be sent now."""
    from minutebook.tui.screens.inspection import InspectionScreen

    parts = await engine.context.looks.sent(conversation)
    main.app.push_screen(InspectionScreen("What would be sent now", parts))


async def _passes(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    """Play back when room was made."""
    from minutebook.tui.screens.passes import PassesScreen

    passes = await engine.context.history(conversation)
    if not passes:
        main.bar.say("No room was made yet in this conversation.")
        return
    budget = (await engine.context.show(conversation)).budget
    screen = PassesScreen(engine, passes, budget, main.clock)
    main.app.push_screen(screen, partial(_go_to, main, engine))


async def _map(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    """Show how every page stands."""
    from minutebook.tui.screens.page_map import PageMapScreen

    cells = await engine.context.looks.cells(conversation)
    screen = PageMapScreen("Pages of this conversation", cells, main.clock)
    main.app.push_screen(screen, partial(_go_to, main, engine))


def _go_to(main: MainScreen, engine: Engine, page: str | None) -> None:
    if page:
        from minutebook.tui.screens.deeds import go_to_page

        run_guarded(main, lambda: go_to_page(main, engine, page), "go to a page")


async def _pin(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    if not page:
        main.bar.say("No page was brought back that could be pinned.")
        return
    is_pinned = await engine.context.slots.pin(conversation, page)
    main.bar.say("Pinned: it leaves last." if is_pinned else "Pinned no more.")


async def _let_go(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    if page and await engine.context.slots.let_go(conversation, [page]):
        main.bar.say(f"{page} went out of sight; /ref {page} brings it back.")


async def _recall(main: MainScreen, engine: Engine, conversation: str, page: str) -> None:
    """Turn the looking for pages on or off, here and the next time."""
    is_on = not engine.context.recalls
    file = engine.home.config_file
    await asyncio.to_thread(write_setting, file, "context", "recall", is_on)
    engine.context.set_recall(is_on)
    said = "are looked for before each answer" if is_on else "are not looked for any more"
    main.bar.say(f"Pages that matter {said}; the settings of this home say so.")
    if main.drawer is not None:
        main.drawer.ask()


_DEEDS: dict[str, Deed] = {
    "compact": _compact,
    "undo": _undo,
    "pin": _pin,
    "let_go": _let_go,
    "recall": _recall,
    "inspect": _inspect,
    "passes": _passes,
    "map": _map,
}
