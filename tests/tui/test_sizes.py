"""Narrow terminals show one pane at a time; resizing switches live; colours can be off."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.domain.jobs import JobState
from minutebook.domain.pages import Lifecycle
from minutebook.engine import Counts
from tui.conftest import Bench, Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from minutebook.paths import Home


def visible(bench: Bench) -> list[str]:
    """Return the ids of the panes that are on the screen."""
    main = bench.app.bench
    panes = (main.conversations, main.chat, main.document)
    return [str(pane.id) for pane in panes if pane.region.width]


def shows_only(bench: Bench, pane: str) -> bool:
    """Say whether one pane has the screen to itself."""
    return visible(bench) == [pane]


async def test_one_pane_at_a_time(workbench: Opens, logs: Path) -> None:
    """At 80×24 F2, F3 and F4 show one pane over the whole width, and Escape goes back."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench([logs], size=(80, 24)) as bench:
        await bench.until(lambda: bool(bench.app.bench.conversations.list.pointed), "a chat")
        assert visible(bench) == ["conversations"]
        for key, pane in (("f3", "chat"), ("f4", "document"), ("f2", "conversations")):
            await bench.pilot.press(key)
            await bench.until(partial(shows_only, bench, pane), pane)
        await bench.pilot.press("escape")
        await bench.until(lambda: visible(bench) == ["document"], "the pane before")
        assert bench.app.bench.document.region.width == 80


async def test_enter_in_the_list_shows_the_chat_when_narrow(workbench: Opens, logs: Path) -> None:
    """Choosing a conversation goes to it, because the list is all there is to see."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench([logs], size=(80, 24)) as bench:
        await bench.until(lambda: bool(bench.app.bench.conversations.list.pointed), "a chat")
        await bench.pilot.press("enter")
        await bench.shows("Hello harbour")
        assert visible(bench) == ["chat"]


async def test_resizing_switches_live(workbench: Opens) -> None:
    """Growing shows all three panes, shrinking the one with the keys."""
    async with workbench(size=(140, 40)) as bench:
        await bench.leave_welcome()
        await bench.until(lambda: len(visible(bench)) == 3, "three panes")
        await bench.pilot.press("f4")
        await bench.pilot.resize_terminal(80, 24)
        await bench.until(lambda: visible(bench) == ["document"], "one pane")
        await bench.pilot.resize_terminal(140, 40)
        await bench.until(lambda: len(visible(bench)) == 3, "three panes again")


async def test_drawer_takes_the_whole_narrow_screen(workbench: Opens) -> None:
    """At 80×24 the lower bar opens over the panes."""
    async with workbench(size=(80, 24)) as bench:
        await bench.leave_welcome()
        await bench.pilot.press("f5")
        await bench.shows("No work yet.")
        assert visible(bench) == []
        await bench.pilot.press("escape")
        await bench.until(lambda: visible(bench) == ["conversations"], "the pane is back")


async def test_without_colours(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """NO_COLOR leaves no colour on the screen but shades of grey."""
    monkeypatch.setenv("NO_COLOR", "1")
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.pilot.pause()
        assert bench.app.no_color
        svg = bench.app.export_screenshot()
        assert "#7db8c4" not in svg


async def test_user_theme_is_worn_and_reloaded(workbench: Opens, home: Home) -> None:
    """A theme in the home is worn, and a change to its file is seen at once."""
    home.ensure()
    home.config_file.write_text('[ui]\ntheme = "mine"\n')
    mine = home.themes / "mine.toml"
    mine.write_text('name = "mine"\nprimary = "#112233"\naccent = "#445566"\n')
    async with workbench() as bench:
        await bench.until(lambda: bench.app.theme == "mine", "the theme is worn")
        await bench.until(lambda: "minutebook-light" in bench.app.available_themes, "all known")
        await bench.pilot.pause(0.3)
        mine.write_text('name = "mine"\nprimary = "#112233"\naccent = "#abcdef"\n')
        await bench.until(lambda: bench.app.current_theme.accent == "#abcdef", "the new accent")
        mine.write_text("this is no theme")
        await bench.shows("mine.toml")
        assert bench.app.current_theme.accent == "#abcdef"


async def test_message_does_not_push_the_counts_out(workbench: Opens, logs: Path) -> None:
    """At 80×24 all counts stay in sight while something long is said beside them."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench([logs], size=(80, 24)) as bench:
        await bench.until(lambda: bool(bench.app.bench.conversations.list.pointed), "a chat")
        await bench.shows("Pages ")
        bench.app.bench.bar.say("a long message that would push all the counts off " * 3)
        await bench.shows("a long message")
        counts = next(row for row in bench.screen_text().split("\n") if "a long message" in row)
        assert "Jobs " in counts
        assert "Log " in counts
        assert counts.rstrip().endswith("…")


async def test_views_are_named_in_full_when_narrow(workbench: Opens, logs: Path) -> None:
    """At 80×24 the names of all views stay in sight, whatever can be done in the one shown."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench([logs], size=(80, 24)) as bench:
        await bench.until(lambda: bool(bench.app.bench.conversations.list.pointed), "a chat")
        for key in ("f5", "right", "right", "f6"):
            await bench.pilot.press(key)
            await bench.shows("Jobs   Batches   Pages   Archive   Quarantine   Log")


async def test_keys_of_the_place_are_whole_at_80_columns(workbench: Opens) -> None:
    """In the smallest terminal the last line still says how to get from the input to the turns."""
    async with workbench(size=(80, 24)) as bench:
        await bench.leave_welcome()
        await bench.pilot.press("ctrl+n")
        await bench.shows("esc to the turns")
        await bench.pilot.press("escape")
        await bench.shows("l link  esc back")


async def test_narrow_lines_keep_what_only_they_say(workbench: Opens) -> None:
    """On 60 columns the keys of a place are whole, and every word of the lower bar is there."""
    async with workbench(size=(60, 20)) as bench:
        await bench.leave_welcome()
        await bench.pilot.press("ctrl+n")
        await bench.shows("esc to the turns")
        counts = Counts(
            conversations=1,
            turns=1,
            documents=1,
            revisions=1,
            quarantined=5,
            pages=dict.fromkeys(Lifecycle, 0),
            jobs=dict.fromkeys(JobState, 0) | {JobState.DONE: 1_234},
        )
        bar = bench.app.bench.bar
        bar.count(counts)
        left = "".join(span.text for span in bar.shown.left)
        assert left.endswith("Log")
        assert len(left) + 2 * bar.MARGIN <= 60
