"""Commands in the composer: offered, obeyed, never sent."""

from __future__ import annotations

import json
import stat
from typing import TYPE_CHECKING

from minutebook.tui.screens.help import HelpScreen
from minutebook.tui.slash.table import COMMANDS
from minutebook.tui.widgets.row_list import RowList
from servers.models import model_server
from servers.saying import Plan, Said
from tui.conftest import Bench, Opens
from tui.models import let_speak
from tui.test_chatting import answered, begin, texts
from tui.test_replies import say, settled

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

    from minutebook.paths import Home


def hint(bench: Bench) -> str:
    """Return what is said above the composer."""
    return bench.app.bench.chat.input.hint.text


async def hints(bench: Bench, words: str) -> None:
    """Wait until something is said above the composer."""
    await bench.until(lambda: words in hint(bench), f"{words!r} instead of {hint(bench)!r}")


async def test_commands_are_offered_and_taken(workbench: Opens) -> None:
    """Letters narrow them, Tab takes one, Escape closes what is offered."""
    async with workbench() as bench:
        await begin(bench)
        offered = bench.app.bench.chat.input.completions
        await bench.pilot.press("slash")
        await bench.until(lambda: len(offered.rows) > 10, "all are offered")
        await bench.type("exp")
        await bench.until(lambda: [r.label for r in offered.rows] == ["/export [PATH]"], "one fits")
        await bench.pilot.press("tab")
        await bench.until(lambda: bench.app.bench.chat.composer.text == "/export ", "it is taken")
        await bench.pilot.press("escape", "ctrl+u")
        await bench.until(lambda: not offered.rows, "nothing is offered")


async def test_unknown_command_is_never_sent(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The nearest is named, and the text stays to be mended; two slashes say one."""
    speaker = let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await bench.pilot.press("slash")
        await say(bench, "modle x")
        await hints(bench, "Did you mean /model?")
        assert bench.app.bench.chat.composer.text == "/modle x"
        assert speaker.requests == []
        bench.app.bench.chat.composer.fill("//not a command")
        await bench.pilot.press("enter")
        await settled(bench, "/not a command", "again")


async def test_model_is_chosen_for_one_conversation(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What is configured is offered; the choice answers from then on, and stands in the title."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        bench.app.bench.chat.composer.fill("/model ")
        offered = bench.app.bench.chat.input.completions
        wanted = {"offline", "test:model"}
        await bench.until(lambda: wanted <= {row.label for row in offered.rows}, "both are there")
        bench.app.bench.chat.composer.fill("/model offline")
        await bench.pilot.press("enter")
        await hints(bench, "offline answers here from now on")
        await say(bench, "Hello")
        await answered(bench)
        await bench.until(lambda: "offline" in bench.screen_text().splitlines()[0], "the title")


async def test_export_writes_for_the_owner_and_overwrites_nothing(
    workbench: Opens, home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The end of the name decides the form."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        path = tmp_path / "talk.json"
        bench.app.bench.chat.composer.fill(f"/export {path}")
        await bench.pilot.press("enter")
        await hints(bench, "Written to")
        assert [turn["content"] for turn in json.loads(path.read_text())["turns"]] == [
            "Hello",
            "again",
        ]
        assert stat.S_IMODE(path.stat().st_mode) == 0o600
        bench.app.bench.chat.composer.fill(f"/export {path}")
        await bench.pilot.press("enter")
        await hints(bench, "already exists")
        bench.app.bench.chat.composer.fill("/export")
        await bench.pilot.press("enter")
        await bench.until((home.exports / "Hello.md").exists, "among the exports")


async def test_file_goes_along(
    workbench: Opens, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is a chip until something is said; backspace drops it."""
    speaker = let_speak(monkeypatch)
    (tmp_path / "table.txt").write_text("the 4th")
    async with workbench() as bench:
        await begin(bench)
        for _ in range(2):
            bench.app.bench.chat.composer.fill(f"/attach {tmp_path / 'table.txt'}")
            await bench.pilot.press("enter")
            await bench.shows("▤ table.txt")
        await bench.pilot.press("backspace")
        assert len(bench.app.bench.chat.input.draft.attachments) == 1
        await say(bench, "When?")
        await answered(bench)
        await bench.until(lambda: "▤ table.txt" in texts(bench)[0], "it is in the turn")
        assert "the 4th" in speaker.requests[0].messages[-1].text


async def test_large_paste_goes_along_as_a_file(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The composer stays empty; the whole text reaches the model."""
    from textual import events

    speaker = let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        bench.app.post_message(events.Paste("word " * 600))
        await bench.shows("▤ pasted-1.txt")
        assert bench.app.bench.chat.composer.text == ""
        await bench.pilot.press("ctrl+o")
        await bench.shows("esc closes")
        await bench.pilot.press("escape")
        await say(bench, "Read it.")
        await answered(bench)
        assert "word " * 599 in speaker.requests[0].messages[-1].text


async def test_pasted_lines_that_begin_with_a_slash_are_said(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nothing that was pasted is obeyed."""
    from textual import events

    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        bench.app.post_message(events.Paste("/model offline\nand more"))
        composer = bench.app.bench.chat.composer
        await bench.until(lambda: composer.text != "", "it is pasted")
        await bench.pilot.press("enter")
        await settled(bench, "/model offline\nand more", "again")


async def test_arrows_bring_back_what_was_said(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Up goes through old words, this conversation first, then others; down comes back."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        await say(bench, "elsewhere")
        await answered(bench)
        await bench.pilot.press("ctrl+n")
        await bench.until(lambda: texts(bench) == [], "another conversation")
        await say(bench, "here")
        await answered(bench)
        for key, wanted in (("up", "here"), ("up", "elsewhere"), ("down", "here"), ("down", "")):
            await bench.pilot.press(key)
            await bench.until(lambda: composer.text == wanted, f"{wanted!r} is back")  # noqa: B023


async def test_conversation_is_renamed_and_marked_by_commands(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Commands reach what keys reach."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "again")
        composer = bench.app.bench.chat.composer
        composer.fill("/rename Winter")
        await bench.pilot.press("enter")
        await bench.until(lambda: "Winter" in bench.screen_text().splitlines()[0], "the title")
        composer.fill("/pin")
        await bench.pilot.press("enter")
        await bench.shows("◆")
        composer.fill("/ledger")
        await bench.pilot.press("enter")
        await bench.shows("By model")


async def test_real_adapter_answers_in_the_workbench(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Over a socket: models are listed, one is chosen, thinks, answers, and costs."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    async with model_server(("m-1", "claude-haiku-4-5")) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
        monkeypatch.setenv("MINUTEBOOK_CALLS__ATTEMPTS", "1")
        async with workbench() as bench:
            await begin(bench)
            composer = bench.app.bench.chat.composer
            composer.fill("/model ")
            offered = bench.app.bench.chat.input.completions
            name = "anthropic:claude-haiku-4-5"
            await bench.until(lambda: name in {r.label for r in offered.rows}, "it is listed")
            composer.fill(f"/model {name}")
            await bench.pilot.press("enter")
            await hints(bench, "from now on")
            server.plan(
                Plan(said=Said(thinking=("Ice first.",), pieces=("On the ", "4th."))),
                Plan(status=401),
            )
            await say(bench, "When?")
            await answered(bench, 3)
            assert texts(bench)[2] == "On the 4th."
            assert texts(bench)[1].startswith("▸ Ice first.")
            await bench.shows("5 tokens")
            await say(bench, "And back?")
            await hints(bench, "ctrl+r asks again")
            assert "\n" not in hint(bench)


async def test_pages_are_brought_back(workbench: Opens) -> None:
    """`/ref` names a page by its words and says what came of it; `/unref` lets it go."""
    async with workbench() as bench:
        await begin(bench)
        await bench.pilot.press("slash")
        await say(bench, "ref zebra unicorn")
        await hints(bench, "stays where it is")
        await bench.pilot.press("slash")
        await say(bench, "unref")
        await hints(bench, "No such page was brought back.")


async def test_room_is_made_by_a_command(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """How full the prompt is is said, and that nothing has to leave; another verb is refused."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "one")
        await settled(bench, "one", "again")
        composer = bench.app.bench.chat.composer
        for command, words in (
            ("/context", "of 60,000 tokens"),
            ("/compact plan", "0 things would leave"),
            ("/compact", "Nothing left the prompt"),
            ("/compact all", "There is no /compact all"),
        ):
            composer.fill(command)
            await bench.pilot.press("enter")
            await hints(bench, words)


async def test_a_stalled_answer_is_kept_and_told(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A server that falls silent in mid-answer is given up by our own clock, not by its own."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-test")
    async with model_server(("m-1",)) as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
        monkeypatch.setenv("MINUTEBOOK_MODELS__CHAT", "anthropic:m-1")
        monkeypatch.setenv("MINUTEBOOK_CALLS__SILENCE_SECONDS", "0.3")
        async with workbench() as bench:
            await begin(bench)
            server.plan(Plan(said=Said(pieces=("On the ", "4th.", "!")), stall_after=4))
            await say(bench, "When?")
            await hints(bench, "ctrl+r asks again")
            assert "anthropic:m-1" in hint(bench)
            await bench.until(lambda: texts(bench)[1:] == ["On the "], f"{texts(bench)}")
            await bench.shows("broke off, ctrl+r asks again")


async def points_at(bench: Bench, row: str) -> None:
    """Wait until the list of keys has its cursor on a row."""
    keys = bench.app.screen.query_one(RowList)
    await bench.until(lambda: row in keys.pointed, f"{row} is shown")


async def test_help_shows_the_commands(workbench: Opens) -> None:
    """From their beginning, or one that is named; the list says how much lies below."""
    async with workbench(size=(100, 30)) as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        await bench.pilot.press("slash")
        await bench.shows(f"↓ {len(COMMANDS) - 8} more")
        for typed, row, shown in (
            ("/help", "about Typed into the input", "/summon [sn_…]"),
            ("/help rename", "/rename", "/rename TITLE"),
        ):
            composer.fill(typed)
            await bench.pilot.press("enter")
            await bench.until(lambda: isinstance(bench.app.screen, HelpScreen), "the help is open")
            await points_at(bench, row)
            await bench.shows(shown)
            await bench.pilot.press("escape")
            await bench.until(lambda: bench.app.screen is bench.app.bench, "it is closed")
        composer.fill("/help nothing")
        await bench.pilot.press("enter")
        await hints(bench, "There is no command /nothing")


async def test_a_refusal_goes_when_something_else_is_typed(workbench: Opens) -> None:
    """It stays while the command is mended."""
    async with workbench() as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        composer.fill("/model nobody:x")
        await bench.pilot.press("enter")
        await hints(bench, "nobody")
        await bench.type("yz")
        await bench.until(lambda: composer.text.endswith("yz"), "it is mended")
        assert "nobody" in hint(bench)
        composer.fill("something else")
        await bench.until(lambda: not hint(bench), "the refusal goes")
