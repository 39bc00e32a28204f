"""An error in a pane is a toast and an entry in the log, never a broken terminal."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from textual.widget import Widget

from minutebook.record.library import Library
from minutebook.tui.guard import Guarded
from minutebook.tui.panes.conversations import ConversationsPane
from minutebook.tui.widgets.inked import text_of
from minutebook.tui.widgets.lower_bar import LowerBar

if TYPE_CHECKING:
    from pathlib import Path

    from textual.strip import Strip

    from minutebook.paths import Home
    from tui.conftest import Opens


async def test_error_in_a_handler_is_told_and_logged(
    workbench: Opens, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A key whose handler breaks shows a toast, and the pane goes on taking keys."""

    def broken(self: ConversationsPane) -> None:
        raise ZeroDivisionError("the pane broke")

    monkeypatch.setattr(ConversationsPane, "_source_clicked", broken)
    monkeypatch.setattr(ConversationsPane, "action_next_source", broken)
    async with workbench(may_fail=True) as bench:
        await bench.leave_welcome()
        await bench.until(lambda: bench.app.screen is bench.app.bench, "the welcome is closed")
        await bench.pilot.press("f2", "s")
        await bench.shows("the pane broke")
        await bench.pilot.press("slash")
        await bench.type("still alive")
        await bench.shows("still alive")
    log = (home.logs / "workbench.log").read_text()
    assert "ZeroDivisionError: the pane broke" in log
    assert "Traceback" in log


async def test_error_in_background_work_is_told(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What breaks while the list is read is told, and the next change reads it again."""
    whole, calls = Library.source_kinds, [0]

    async def broken_once(self: Library) -> list[tuple[str, int]]:
        calls[0] += 1
        if calls[0] == 1:
            raise ZeroDivisionError("the list broke")
        return await whole(self)

    monkeypatch.setattr(Library, "source_kinds", broken_once)
    async with workbench(may_fail=True) as bench:
        await bench.shows("the list broke")
        await bench.pilot.press("ctrl+n")
        await bench.shows("New conversation")


async def test_error_while_painting_is_told(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A widget that cannot paint itself does not end the app."""
    paint, broken = LowerBar.render_line, [0]

    def broken_once(self: LowerBar, y: int) -> Strip:
        if "two" in text_of([self.shown]) and not broken[0]:
            broken[0] += 1
            raise ZeroDivisionError("the bar broke")
        return paint(self, y)

    monkeypatch.setattr(LowerBar, "render_line", broken_once)
    async with workbench(may_fail=True) as bench:
        await bench.leave_welcome()
        for text in ("one", "two", "three", "four"):
            bench.app.bench.bar.say(text)
            await bench.pilot.pause(0.05)
        await bench.shows("the bar broke")
        await bench.shows("four")


async def test_storm_of_errors_ends_the_app(workbench: Opens) -> None:
    """When everything breaks all the time, the app gives up as Textual does, terminal restored."""

    async def storm() -> None:
        async with workbench(may_fail=True) as bench:
            for _ in range(40):
                bench.app._handle_exception(ZeroDivisionError("again"))
            await bench.pilot.pause()

    with pytest.raises(ZeroDivisionError):
        await storm()


async def test_home_that_cannot_be_opened_is_told(
    workbench: Opens, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A damaged store is a toast that says what to do; the screen stays."""
    home.ensure()
    home.database.write_bytes(b"this is no database, " * 400)
    from minutebook.config import load
    from minutebook.tui import app as app_module

    app = app_module.Workbench(home, load(home), ())
    async with app.run_test(size=(140, 40), notifications=True) as pilot:
        for _ in range(400):
            await pilot.pause(0.02)
            if app.logbook.lines and "not a sound database" in app.logbook.lines[-1][2]:
                break
        assert any("not a sound database" in text for _, _, text in app.logbook.lines)
        assert app.is_running


async def test_every_widget_of_ours_is_guarded(workbench: Opens, logs: Path) -> None:
    """No widget of the workbench can take the app down by a handler."""
    async with workbench([logs]) as bench:
        await bench.pilot.press("f5")
        ours = [
            widget
            for widget in bench.app.bench.walk_children(Widget)
            if type(widget).__module__.startswith("minutebook.")
        ]
        assert len(ours) > 15
        assert [w for w in ours if not isinstance(w, Guarded)] == []
