"""The first start with nothing explains itself."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.screens import welcome
from minutebook.tui.screens.welcome import WelcomeScreen
from minutebook.tui.widgets.row_list import RowList
from tui.conftest import Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from minutebook.paths import Home


async def test_first_start_explains_and_begins_a_conversation(workbench: Opens) -> None:
    """One screen says what this is; the first choice leads to a composer."""
    async with workbench() as bench:
        await bench.shows("It keeps the record of long conversations.")
        await bench.until(lambda: isinstance(bench.app.focused, RowList), "the choices")
        await bench.pilot.press("enter")
        await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "one can talk")


async def test_first_start_takes_a_folder(workbench: Opens, logs: Path) -> None:
    """The second choice asks for a folder, says when there is none, and watches it."""
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(("Ada", "Hello harbour")))
    async with workbench() as bench:
        await bench.shows("Point it at a folder")
        await bench.until(lambda: isinstance(bench.app.focused, RowList), "the choices")
        await bench.pilot.press("j", "enter")
        await bench.shows("Watch a folder")
        await bench.type("/nowhere")
        await bench.pilot.press("enter")
        await bench.shows("There is no /nowhere.")
        for _ in "/nowhere":
            await bench.pilot.press("backspace")
        await bench.type(str(logs))
        await bench.pilot.press("enter")
        await bench.shows("Hello harbour")
        await bench.shows("✓")
        with (logs / "WhatsApp Chat with Harbour.txt").open("a") as log:
            log.write("12/01/2026, 10:15 - Ada: And goodbye\n")
        await bench.shows("And goodbye")


async def test_samples_open(workbench: Opens) -> None:
    """The last choice opens the sample conversations of a checkout."""
    async with workbench() as bench:
        await bench.shows("Open the sample conversations")
        await bench.until(lambda: isinstance(bench.app.focused, RowList), "the choices")
        await bench.pilot.press("G", "enter")
        await bench.until(
            lambda: len(bench.app.bench.conversations.list.rows) > 5, "the samples are listed"
        )


async def test_without_samples_they_are_not_offered(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An installed workbench without a checkout does not offer what it has not."""
    monkeypatch.setattr(welcome, "find_samples", lambda: None)
    async with workbench() as bench:
        await bench.shows("Start talking")
        assert "sample" not in bench.screen_text()


async def test_second_start_goes_straight_to_the_record(workbench: Opens) -> None:
    """Once there is something, the welcome is not shown."""
    async with workbench() as bench:
        await bench.shows("It keeps the record of long conversations.")
        await bench.until(lambda: isinstance(bench.app.focused, RowList), "the choices")
        await bench.pilot.press("enter")
        await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "one can talk")
        await bench.type("Hello")
        await bench.pilot.press("enter")
        await bench.until(lambda: len(bench.app.bench.chat.transcript.blocks) == 2, "two turns")
    async with workbench() as bench:
        await bench.shows("Hello")
        assert not isinstance(bench.app.screen, WelcomeScreen)


async def test_chosen_theme_is_worn_the_next_time(workbench: Opens, home: Home) -> None:
    """What is chosen is kept in the settings, beside what the person wrote there."""
    home.ensure()
    home.config_file.write_text("# mine\n[ui]\n")
    async with workbench() as bench:
        await bench.leave_welcome()
        await bench.until(lambda: "minutebook-light" in bench.app.available_themes, "themes")
        bench.app.theme = "minutebook-light"
        await bench.until(lambda: "light" in home.config_file.read_text(), "it is kept")
    assert home.config_file.read_text() == '# mine\n[ui]\ntheme = "minutebook-light"\n'
    async with workbench() as bench:
        await bench.leave_welcome()
        assert bench.app.theme == "minutebook-light"
