"""The map of pages: cells of one size, only those in sight drawn, a cursor on one of them."""

from __future__ import annotations

import pytest
from textual.app import App, ComposeResult

from minutebook.domain.inspection import PageState
from minutebook.tui.widgets.page_grid import SIGNS, PageGrid
from tui.cells import cells_of


class Grids(App[None]):
    """A grid with many pages."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.grid = PageGrid()
        self.count = count
        self.chosen: list[str] = []
        self.drawn = 0

    def compose(self) -> ComposeResult:
        yield self.grid

    def on_mount(self) -> None:
        self.grid.show(cells_of(self.count))
        self.grid.focus()

    def on_page_grid_chosen(self) -> None:
        pointed = self.grid.pointed
        self.chosen.append(pointed.page.label if pointed else "")


def pointed(app: Grids) -> int:
    cell = app.grid.pointed
    return -1 if cell is None else int(cell.page.label.rsplit(" ", 1)[1])


async def test_the_cursor_walks_the_cells() -> None:
    """It begins at the newest page, goes by cells and rows, and stays at the edges."""
    app = Grids(100)
    async with app.run_test(size=(64, 10)) as pilot:
        columns = app.grid.columns
        assert columns == 19
        assert pointed(app) == 99
        await pilot.press("down", "right")
        assert pointed(app) == 99
        await pilot.press("up", "left")
        assert pointed(app) == 98 - columns
        await pilot.press("g", "left", "up")
        assert pointed(app) == 0
        await pilot.press("j", "l", "enter")
        assert app.chosen == [f"Page number {columns + 1}"]


@pytest.mark.parametrize("count", [1, 30, 100, 1_000])
async def test_cells_stay_in_their_columns(count: int) -> None:
    """However many pages there are, with a scroll bar or without, each cell has the place that the
    cursor and the mouse go by."""
    app = Grids(count)
    async with app.run_test(size=(64, 10)) as pilot:
        assert app.grid.columns == 19
        await pilot.press("g", "down")
        assert pointed(app) == (19 if count > 19 else 0)
        told = app.grid.render_line(0).text
        assert sum(not each.isspace() for each in told) == min(count, 19) + (count <= 19) * 2


async def test_only_what_is_in_sight_is_drawn(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of ten thousand pages a screenful is turned into text, wherever the cursor is."""
    seen: set[int] = set()
    span = PageGrid._span

    def watched(self: PageGrid, number: int) -> object:
        seen.add(number)
        return span(self, number)

    monkeypatch.setattr(PageGrid, "_span", watched)
    app = Grids(10_000)
    async with app.run_test(size=(64, 10)) as pilot:
        await pilot.press("end", "g", "pagedown")
        await pilot.pause()
        assert pointed(app) == 9 * app.grid.columns
        assert 0 in seen
        assert 9_999 in seen
        assert len(seen) <= 5 * 10 * app.grid.columns


async def test_a_click_points_and_another_opens() -> None:
    """The mouse does what the keys do."""
    app = Grids(30)
    async with app.run_test(size=(64, 10)) as pilot:
        await pilot.click(PageGrid, offset=(2 + 3 * 4 + 1, 0))
        assert (pointed(app), app.chosen) == (4, [])
        await pilot.click(PageGrid, offset=(2 + 3 * 4 + 1, 0))
        assert app.chosen == ["Page number 4"]


def test_states_are_told_without_colours() -> None:
    """Every state has a sign of its own."""
    assert len(set(SIGNS.values())) == len(PageState) == len(SIGNS)
