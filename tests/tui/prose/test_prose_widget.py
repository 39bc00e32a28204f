"""The widget in a running app: what a reader sees, keeps and gets."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING

import pytest
from textual.app import App, ComposeResult
from textual.widgets import Input

from minutebook.errors import UsageError
from minutebook.tui.prose import (
    Copied,
    FindChanged,
    FollowChanged,
    LinkClicked,
    Mark,
    OlderWanted,
    Prose,
    ProseBlock,
    TextKind,
    Tone,
)

if TYPE_CHECKING:
    from textual.message import Message
    from textual.pilot import Pilot

DEADLINE = 10.0
SIZE = (80, 24)


class Stage(App[None]):
    """One text widget, something else to focus, and every message that arrives."""

    CSS = "Prose { height: 1fr; } Input { height: 3; }"

    def __init__(self) -> None:
        super().__init__()
        self.heard: list[Message] = []

    def compose(self) -> ComposeResult:
        """Show both."""
        yield Prose()
        yield Input()

    def on_prose_link_clicked(self, message: LinkClicked) -> None:
        """Keep it."""
        self.heard.append(message)

    def on_prose_older_wanted(self, message: OlderWanted) -> None:
        """Keep it."""
        self.heard.append(message)

    def on_prose_follow_changed(self, message: FollowChanged) -> None:
        """Keep it."""
        self.heard.append(message)

    def on_prose_find_changed(self, message: FindChanged) -> None:
        """Keep it."""
        self.heard.append(message)

    def on_prose_copied(self, message: Copied) -> None:
        """Keep it."""
        self.heard.append(message)


@asynccontextmanager
async def stage(size: tuple[int, int] = SIZE) -> AsyncIterator[tuple[Prose, Pilot[None], Stage]]:
    """Run the app."""
    app = Stage()
    async with app.run_test(size=size) as pilot:
        prose = app.query_one(Prose)
        prose.focus()
        await pilot.pause()
        yield prose, pilot, app


async def until(condition: Callable[[], bool], pilot: Pilot[None]) -> None:
    """Wait for a condition."""
    async with asyncio.timeout(DEADLINE):
        while not condition():
            await pilot.pause()
            await asyncio.sleep(0.005)


def screen(prose: Prose) -> list[str]:
    """Return the rows in sight."""
    return [prose.render_line(y).text.rstrip() for y in range(prose.size.height)]


def turns(count: int, start: int = 0) -> list[ProseBlock]:
    """Return turns of one to six paragraphs."""
    return [
        ProseBlock(
            id=str(n),
            kind=TextKind.CHAT,
            speaker="you" if n % 2 else "model",
            tone=Tone.YOU if n % 2 else Tone.MODEL,
            text="\n\n".join(f"turn {n} part {part} " + "word " * 30 for part in range(n % 6 + 1)),
        )
        for n in range(start, start + count)
    ]


async def test_a_stream_ends_as_the_whole() -> None:
    """Streamed text looks like text that was there at once."""
    text = "# Head\n\n- a\n- b\n\n```py\nx = 1\n```\n\n|a|b|\n|-|-|\n|1|2|\n\nlast **words**"
    async with stage() as (prose, pilot, _):
        prose.set_blocks([ProseBlock(id="1", text=text)])
        await pilot.pause()
        whole = screen(prose)
        prose.set_blocks([])
        prose.open_block(ProseBlock(id="2"))
        for at in range(0, len(text), 3):
            prose.write(text[at : at + 3])
            if at % 30 == 0:
                await pilot.pause()
        closed = prose.close_block()
        await pilot.pause()
        assert closed.text == text
        assert screen(prose) == whole
        assert any("last words" in row for row in whole)


async def test_a_stream_is_seen_before_it_ends() -> None:
    """What is written appears by itself, and nothing is left running afterwards."""
    async with stage() as (prose, pilot, _):
        prose.open_block(ProseBlock(id="1"))
        prose.write("Half a sen")
        await until(lambda: "Half a sen" in screen(prose)[0], pilot)
        assert prose._flush_timer is None
        prose.close_block()
        assert not prose.is_streaming


async def test_an_open_block_keeps_its_text() -> None:
    """Its note may change, and blocks may be set, while a stream goes on."""
    async with stage() as (prose, pilot, _):
        prose.open_block(ProseBlock(id="1", speaker="model"))
        prose.write("one ")
        prose.update_block(ProseBlock(id="1", speaker="model", meta="9:00"))
        prose.set_blocks([ProseBlock(id="0", text="before")])
        prose.write("two")
        closed = prose.close_block()
        await pilot.pause()
        assert (closed.text, closed.meta) == ("one two", "9:00")
        assert [block.id for block in prose.blocks] == ["0", "1"]
        assert any("one two" in row for row in screen(prose))


async def test_older_turns_fill_a_short_view() -> None:
    """More is asked for when what is there does not fill the view."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks([ProseBlock(id="1", text="short")])
        prose.has_older = True
        await until(lambda: any(isinstance(m, OlderWanted) for m in app.heard), pilot)
        prose.prepend_blocks(turns(30, start=5))
        await pilot.pause()
        assert prose.following
        assert any("short" in row for row in screen(prose))


async def test_misuse_is_refused() -> None:
    """One block is open at a time, and only an open one is written to."""
    async with stage() as (prose, _, _app):
        with pytest.raises(UsageError, match="open one first"):
            prose.write("x")
        with pytest.raises(UsageError, match="No block is open"):
            prose.close_block()
        prose.open_block(ProseBlock(id="1"))
        with pytest.raises(UsageError, match="'1' is still open"):
            prose.open_block(ProseBlock(id="2"))


async def test_the_view_follows_and_lets_go() -> None:
    """It sticks to the end, lets go when scrolled up, says what is new below, and comes back."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks(turns(20))
        await pilot.pause()
        assert "word" in screen(prose)[-2]
        await pilot.press("pageup")
        assert not prose.following
        before = screen(prose)
        prose.append_block(ProseBlock(id="new", text="the newest"))
        await pilot.pause()
        assert screen(prose) == before
        assert prose.new_below
        await pilot.press("end")
        assert prose.following
        assert not prose.new_below
        assert any("the newest" in row for row in screen(prose))
        await until(lambda: len([m for m in app.heard if isinstance(m, FollowChanged)]) >= 3, pilot)


async def test_older_turns_do_not_move_the_text() -> None:
    """Near the top more is asked for once; what is put above leaves the view as it is."""
    async with stage() as (prose, pilot, app):
        prose.has_older = True
        prose.set_blocks(turns(10, start=50))
        await pilot.press("home")
        await pilot.press("j")
        await until(lambda: any(isinstance(m, OlderWanted) for m in app.heard), pilot)
        assert len([m for m in app.heard if isinstance(m, OlderWanted)]) == 1
        before = screen(prose)
        prose.prepend_blocks(turns(50))
        await pilot.pause()
        assert screen(prose) == before
        await pilot.press("k")
        assert screen(prose)[1:] == before[:-1]


async def test_scrolling_up_over_guesses_is_smooth() -> None:
    """Each line up brings exactly one new row in, though heights above were guesses."""
    async with stage() as (prose, pilot, _):
        prose.set_blocks(turns(60))
        await pilot.pause()
        rows = screen(prose)
        for _ in range(150):
            prose.scroll_up()
            assert screen(prose)[1:] == rows[:-1]
            rows = screen(prose)


async def test_resizing_keeps_the_place() -> None:
    """Narrower and wider again, the paragraph at the top stays at the top."""
    async with stage() as (prose, pilot, _):
        prose.set_blocks(turns(40))
        await pilot.pause()
        prose.scroll_to_block("20")
        await pilot.pause()
        assert "turn 20 part 0" in screen(prose)[0]
        await pilot.resize_terminal(40, 24)
        await pilot.pause()
        assert any("turn 20 part 0" in row for row in screen(prose)[:3])
        await pilot.resize_terminal(100, 30)
        await pilot.pause()
        assert any("turn 20 part 0" in row for row in screen(prose)[:3])


async def test_a_new_version_keeps_the_place_and_is_marked() -> None:
    """A document that changes above the view does not move it; new paragraphs get a bar."""
    sections = [ProseBlock(id=str(n), text=f"## S{n}\n\n" + "old text\n\n" * 9) for n in range(9)]
    async with stage() as (prose, pilot, _):
        prose.following = False
        prose.set_blocks(sections)
        prose.scroll_to_block("5")
        await pilot.pause()
        before = screen(prose)
        longer = ProseBlock(id="1", text="## S1\n\n" + "more text\n\n" * 30)
        prose.set_blocks([*sections[:1], longer, *sections[2:]])
        await pilot.pause()
        assert screen(prose) == before
        prose.fade_seconds = 0.05
        changed = ProseBlock(id="5", text=sections[5].text + "a new end")
        prose.update_block(changed)
        prose.mark_changed(["5"])
        await pilot.pause()
        assert [row for row in screen(prose) if row.startswith("▌")] == ["▌a new end"]
        await until(lambda: not any(row.startswith("▌") for row in screen(prose)), pilot)
        assert prose._fade_timer is None


async def test_a_mark_stays() -> None:
    """The mark that a block carries does not fade."""
    async with stage() as (prose, pilot, _):
        prose.set_blocks([ProseBlock(id="1", text="conflict", mark=Mark.ATTENTION)])
        await pilot.pause()
        assert screen(prose)[0] == "▌conflict"


async def test_labels_and_notes_stand_beside_the_text() -> None:
    """The speaker and the time have a column of their own; on a narrow screen a row."""
    block = ProseBlock(id="1", speaker="you", tone=Tone.YOU, meta="14:02", text="hello there")
    async with stage() as (prose, pilot, _):
        prose.set_blocks([block])
        await pilot.pause()
        assert screen(prose)[:2] == [" you    hello there", " 14:02"]
        await pilot.resize_terminal(30, 24)
        await pilot.pause()
        assert screen(prose)[:2] == [" you  14:02", " hello there"]


async def test_dragging_selects_what_was_written() -> None:
    """A selection with the mouse spans turns, without labels, and is copied."""
    blocks = [
        ProseBlock(id="1", speaker="you", text="first words"),
        ProseBlock(id="2", speaker="model", text="**second** words"),
    ]
    async with stage() as (prose, pilot, app):
        prose.set_blocks(blocks)
        await pilot.pause()
        left = screen(prose)[0].index("first")
        colours = {s.style.color for s in prose.render_line(2) if s.style and s.text == "second"}
        await pilot.mouse_down(prose, offset=(left + 6, 0))
        await pilot.hover(prose, offset=(left + 2, 2))
        await pilot.hover(prose, offset=(left + 5, 2))
        await pilot.mouse_up(prose, offset=(left + 5, 2))
        assert app.screen.get_selected_text() == "words\n\nsecond"
        plain = prose.rich_style.bgcolor
        styles = [(s.text, s.style) for s in prose.render_line(2) if s.style]
        selected = [(text, style) for text, style in styles if style.bgcolor != plain]
        assert "".join(text for text, _ in selected) == "second"
        assert {style.color for _, style in selected} == colours
        assert all(style.color != style.bgcolor for _, style in selected)


async def test_a_selection_holds_when_older_turns_come() -> None:
    """What is selected stays selected when rows are put above it."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks(turns(3, start=50))
        await pilot.pause()
        await pilot.click(prose, offset=(20, 2), times=2)
        text = app.screen.get_selected_text()
        assert text is not None
        assert "word word" in text
        prose.prepend_blocks(turns(5))
        await pilot.pause()
        assert app.screen.get_selected_text() == text


async def test_links_are_reported_not_opened() -> None:
    """A click on a link tells the app where it leads."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks([ProseBlock(id="1", text="see [it](minutebook:page/pg_1)")])
        await pilot.pause()
        await pilot.click(prose, offset=(6, 0))
        await until(lambda: any(isinstance(m, LinkClicked) for m in app.heard), pilot)
        (message,) = [m for m in app.heard if isinstance(m, LinkClicked)]
        assert message.target == "minutebook:page/pg_1"


async def test_links_are_followed_by_keys() -> None:
    """Keys choose a link in sight, marked; Enter follows it. One over two rows is one link."""
    long = "https://example.org/" + "way/" * 30
    async with stage() as (prose, pilot, app):
        text = f"[a](minutebook:pg_1) and [b](minutebook:pg_2)\n\n{long}"
        prose.set_blocks([ProseBlock(id="1", text=text)])
        await pilot.pause()
        await pilot.press("enter", "enter", "l", "enter", "l", "enter", "l", "L", "enter")
        await until(lambda: len([m for m in app.heard if isinstance(m, LinkClicked)]) == 4, pilot)
        targets = [m.target for m in app.heard if isinstance(m, LinkClicked)]
        assert targets == ["minutebook:pg_1", "minutebook:pg_2", long, long]
        marked = [
            [
                segment.text
                for segment in prose.render_line(y)
                if segment.style and segment.style.bold
            ]
            for y in range(4)
        ]
        assert [bool(parts) for parts in marked] == [False, False, True, True]


async def test_code_is_copied_whole() -> None:
    """The word above code, or a key, copies all of it as it was written."""
    code = "".join(f"line {n}\t{n}\n" for n in range(100))
    async with stage() as (prose, pilot, app):
        prose.following = False
        prose.set_blocks([ProseBlock(id="1", text=f"```py\n{code}```")])
        await pilot.pause()
        await pilot.click(prose, offset=(screen(prose)[0].index("copy") + 1, 0))
        assert app.clipboard == code
        await pilot.press("end", "y")
        copied = [m.text for m in app.heard if isinstance(m, Copied)]
        assert copied == [code, code]
        prose.copy_block("1")
        assert app.clipboard == f"```py\n{code}```"


async def test_finding_goes_to_the_hit() -> None:
    """Hits are counted; the first from here on is shown; n and N walk through them."""
    async with stage() as (prose, pilot, app):
        blocks = turns(300)
        blocks[120] = ProseBlock(id="120", text="a **needle** and a needle")
        blocks[250] = ProseBlock(id="250", text="the last needle")
        prose.set_blocks(blocks)
        await pilot.pause()
        prose.action_scroll_home()
        prose.find("NEEDLE")
        found: list[FindChanged] = []

        def complete() -> bool:
            found[:] = [m for m in app.heard if isinstance(m, FindChanged)]
            return bool(found) and found[-1].complete

        await until(complete, pilot)
        assert (found[-1].position, found[-1].count) == (1, 3)
        assert any("a needle and a needle" in row for row in screen(prose))
        await pilot.press("n", "n")
        assert any("the last needle" in row for row in screen(prose))
        await pilot.press("N")
        assert any("a needle and a needle" in row for row in screen(prose))
        prose.find("")
        assert prose._finding is None


async def test_a_theme_is_painted_at_once() -> None:
    """Another theme changes the colours of the same rows."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks([ProseBlock(id="1", text="# Head")])
        await pilot.pause()
        dark = list(prose.render_lines(prose.size.region)[0])
        app.theme = "textual-light"
        await pilot.pause()
        light = list(prose.render_lines(prose.size.region)[0])
        assert [s.text for s in dark] == [s.text for s in light]
        assert dark[1].style != light[1].style


async def test_focus_paints_nothing_anew() -> None:
    """Focus coming and going keeps every strip."""
    async with stage() as (prose, pilot, app):
        prose.set_blocks(turns(10))
        await pilot.pause()
        palette = prose._painter.palette
        app.query_one(Input).focus()
        await pilot.pause()
        prose.focus()
        await pilot.pause()
        assert prose._painter.palette is palette


async def test_hostile_text_is_harmless() -> None:
    """Escapes, controls, bidi marks, surrogates and markup reach the screen as signs or not."""
    text = (
        "\x1b[2J\x1b]0;t\x07 \x9b31m a\x00b \u202eevil\u202c \ud83d [red]x[/red] [@click=app.bell]y"
    )
    async with stage() as (prose, pilot, _):
        for n, kind in enumerate(TextKind):
            prose.append_block(ProseBlock(id=str(n), kind=kind, text=text, speaker=text, meta=text))
        await pilot.pause()
        shown = "".join(screen(prose))
        assert shown.isprintable()
        assert "[red]x[/red]" in shown
        app_output = pilot.app.export_screenshot()
        assert "\x1b" not in app_output


async def test_huge_lines_open() -> None:
    """Ten megabytes without a line end open, scroll and resize."""
    async with stage() as (prose, pilot, _):
        prose.set_blocks([ProseBlock(id="1", text="x" * 10_000_000)])
        await pilot.pause()
        assert "xxx" in screen(prose)[0]
        await pilot.press("home", "pagedown")
        await pilot.resize_terminal(50, 20)
        await pilot.pause()
        assert "xxx" in screen(prose)[3]


async def test_a_long_transcript_lays_out_little() -> None:
    """Of a hundred thousand turns only those in sight are split."""
    async with stage() as (prose, pilot, _):
        prose.set_blocks(turns(100_000))
        await pilot.pause()
        await pilot.press("home", "pagedown", "end", "pageup")
        assert sum(entry.pieces is not None for entry in prose._flow.entries) < 200


async def test_without_colour_nothing_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    """With NO_COLOR a hit still differs from the rest, by more than colour."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with stage() as (prose, pilot, _):
        prose.set_blocks([ProseBlock(id="1", text="a needle here")])
        await pilot.pause()
        prose.find("needle")
        await until(lambda: prose._finding is not None and prose._finding.complete, pilot)
        await pilot.pause()
        (strip,) = prose.render_lines(prose.size.region)[:1]
        (hit,) = [segment for segment in strip if segment.text == "needle"]
        assert hit.style is not None
        assert hit.style.reverse
        await pilot.click(prose, offset=(2, 0), times=2)
        selected = [s.text for s in prose.render_line(0) if s.style and s.style.reverse]
        assert "".join(selected) == "a needle here"
