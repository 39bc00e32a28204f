"""Lines and lists: text from anywhere is harmless, cut to its room, and what matters stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from textual.app import App, ComposeResult

from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Side, Span, line, text_of
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.wording import plural, short_path, short_time

NOW = datetime(2026, 3, 14, 9, 26, tzinfo=UTC)


class OneLine(App[None]):
    """An app that shows one line."""

    def __init__(self, shown: Line) -> None:
        super().__init__()
        self.line = InkedLine(shown)

    def compose(self) -> ComposeResult:
        """Show it."""
        yield self.line


class Numbers(App[None]):
    """An app that shows a list."""

    def __init__(self, rows: list[ListRow]) -> None:
        super().__init__()
        self.rows = RowList()
        self._content = rows
        self.chosen: list[str] = []

    def compose(self) -> ComposeResult:
        """Show it."""
        yield self.rows

    def on_mount(self) -> None:
        """Fill it."""
        self.rows.show(self._content)

    def on_row_list_chosen(self, event: RowList.Chosen) -> None:
        """Note what was chosen."""
        self.chosen.append(event.row_id)


@given(st.text())
def test_spans_are_harmless_and_on_one_line(text: str) -> None:
    """No control character and no line end gets through."""
    shown = text_of([Line(left=(Span(text=text),))])
    assert all(character >= " " and not "\x7f" <= character <= "\x9f" for character in shown)


@pytest.mark.parametrize("width", [8, 20, 41, 120])
async def test_line_is_exactly_as_wide_as_its_room(width: int) -> None:
    """Wide characters and long texts are cut; the right side keeps its place."""
    shown = line("漢字 " * 30, right="12 turns")
    app = OneLine(shown)
    async with app.run_test(size=(width, 5)):
        strip = app.line.render_line(0)
        assert strip.cell_length == width
        if width > 20:
            assert strip.text.rstrip().endswith("12 turns")


async def test_left_side_is_not_pushed_out() -> None:
    """A long note on the right leaves room for the name on the left."""
    app = OneLine(line("Chat", right="a source with a very long name · 12 turns"))
    async with app.run_test(size=(30, 5)):
        assert "Chat" in app.line.render_line(0).text


@pytest.mark.parametrize("width", [20, 44, 60, 100])
async def test_side_that_is_kept_is_whole(width: int) -> None:
    """A line may keep its left side whole; a long message takes what is left, cut with a sign."""
    counts, message = "Jobs 3 Log", "reading a chat log with quite a long name, 12 turns"
    left, right = (Span(text=counts),), (Span(text=message),)
    app = OneLine(Line(left=left, right=right, shortened=Side.RIGHT))
    async with app.run_test(size=(width, 5)):
        shown = app.line.render_line(0).text
        assert counts in shown
        assert message in shown or shown.rstrip().endswith("…") or width == 20
        assert len(shown) == width


async def test_list_moves_by_vi_keys_over_what_cannot_be_chosen() -> None:
    """j and k pass over headings; G and g go to the ends; Enter chooses."""
    ids = ["a", "", "b", "c", ""]
    app = Numbers([ListRow(id=i, lines=(line(i or "heading"),)) for i in ids])
    async with app.run_test() as pilot:
        app.rows.focus()
        await pilot.press("j")
        assert app.rows.pointed == "b"
        await pilot.press("k")
        assert app.rows.pointed == "a"
        await pilot.press("G")
        assert app.rows.pointed == "c"
        await pilot.press("g", "enter")
        assert app.chosen == ["a"]


async def test_list_keeps_its_cursor_when_rows_move() -> None:
    """The cursor is on a row, not on a number."""
    app = Numbers([ListRow(id=str(n), lines=(line(str(n)),)) for n in range(5)])
    async with app.run_test() as pilot:
        app.rows.focus()
        await pilot.press("j", "j")
        assert app.rows.pointed == "2"
        app.rows.show([ListRow(id=str(n), lines=(line(str(n)),)) for n in (9, 8, 2, 1)])
        assert app.rows.pointed == "2"
        app.rows.show([ListRow(id="7", lines=(line("7"),))])
        assert app.rows.pointed == "7"


async def test_list_of_many_rows_paints_what_is_in_sight() -> None:
    """A hundred thousand rows can be shown, and the last of them reached."""
    rows = [ListRow(id=str(n), lines=(line(f"row {n}", Ink.NOTE),)) for n in range(100_000)]
    app = Numbers(rows)
    async with app.run_test(size=(40, 10)) as pilot:
        app.rows.focus()
        await pilot.press("G")
        assert "row 99999" in app.rows.render_line(9).text


@pytest.mark.parametrize(
    ("moment", "shown"),
    [
        (NOW - timedelta(minutes=5), "09:21"),
        (NOW - timedelta(days=2), "Thu"),
        (NOW - timedelta(days=40), "2 Feb"),
        (NOW - timedelta(days=900), "2023"),
        (None, ""),
    ],
)
def test_times_are_as_short_as_their_distance_allows(
    monkeypatch: pytest.MonkeyPatch, moment: datetime | None, shown: str
) -> None:
    """Today by the clock, this week by the day, this year by the date."""
    import time

    monkeypatch.setenv("TZ", "UTC")
    time.tzset()
    assert short_time(moment, NOW) == shown


def test_paths_are_cut_at_their_beginning() -> None:
    """The end of a path says most."""
    assert short_path("/a/long/way/to/chats", 10) == "…/to/chats"
    assert short_path(str(Path.home() / "chats"), 20) == "~/chats"


def test_numbers_have_their_noun() -> None:
    """One turn, two turns, and thousands are grouped."""
    assert plural(1, "turn") == "1 turn"
    assert plural(1_200, "turn") == "1,200 turns"


async def test_only_the_lines_of_a_row_are_marked(monkeypatch: pytest.MonkeyPatch) -> None:
    """The free line below a row is not part of what the cursor marks."""
    monkeypatch.setattr(Numbers, "CSS", "RowList > .row-list--cursor { background: red; }")
    app = Numbers([])
    app.rows = RowList(row_height=3)
    async with app.run_test() as pilot:
        app.rows.show([ListRow(id="a", lines=(line("one"), line("two")))])
        app.rows.focus()
        await pilot.pause()
        strips = [app.rows.render_line(y) for y in range(4)]
        grounds = [{part.style.bgcolor for part in strip if part.style} for strip in strips]
        assert grounds[0] == grounds[1] != grounds[2] == grounds[3]
