"""The model as it was, on a screen of its own; and snapshots by command."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.tui.screens.summoned import SummonScreen
from tui.conftest import Bench, Opens
from tui.models import Line, let_speak
from tui.test_chatting import begin, texts
from tui.test_replies import say, settled
from tui.test_slash_commands import hint, hints

if TYPE_CHECKING:
    import pytest

    from minutebook.domain.snapshots import Snapshot
    from minutebook.engine import Engine


def engine_of(bench: Bench) -> Engine:
    assert bench.app.engine is not None
    return bench.app.engine


async def command(bench: Bench, text: str) -> None:
    """Type a command."""
    bench.app.bench.chat.composer.fill(text)
    await bench.pilot.press("enter")


async def opened(bench: Bench) -> SummonScreen:
    """Wait for the side conversation."""
    await bench.until(lambda: isinstance(bench.app.screen, SummonScreen), "it is open")
    screen = bench.app.screen
    assert isinstance(screen, SummonScreen)
    return screen


async def taken(bench: Bench, label: str) -> Snapshot:
    """Take a snapshot by command."""
    await command(bench, f"/snapshot take {label}")
    await hints(bench, "keeps what is in sight now")
    (newest, *_) = await engine_of(bench).context.snapshots.of(limit=1)
    assert newest.label == label
    return newest


async def test_a_terminal_that_shrinks_beneath_it(workbench: Opens) -> None:
    """The input of the conversation has no column left for a moment; nothing breaks."""
    async with workbench(size=(120, 34)) as bench:
        await begin(bench)
        await say(bench, "Hello")
        await taken(bench, "the hello")
        await command(bench, "/summon")
        await opened(bench)
        await bench.pilot.resize_terminal(40, 12)
        bench.app.bench.chat.composer.styles.width = 2  # its padding alone
        bench.app.bench.refresh(layout=True)
        await bench.pilot.pause()
        await bench.shows("As it was on")
        assert bench.errors() == []


async def test_the_model_of_then_answers_beside_the_conversation(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The title says of when it is; it is asked on; Escape dismisses it, and says so."""
    speaker = let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        then = await taken(bench, "the hello")
        await say(bench, "And later")
        await settled(bench, "Hello", "again", "And later", "again")
        turns = (await engine_of(bench).library.counts()).turns
        await command(bench, "/summon What did I say?")
        await opened(bench)
        await bench.shows(f"As it was on {then.at.astimezone():%Y-%m-%d %H:%M}, read only")
        await bench.shows("test:model · the hello")
        await bench.shows("What did I say?")
        await bench.shows("enter asks")
        await bench.until(lambda: len(speaker.requests) == 3, "it was asked")
        shown = [message.text for message in speaker.requests[-1].messages]
        assert shown[:2] == ["Hello", "again"]
        assert "And later" not in shown
        await bench.type("and now?")
        await bench.pilot.press("enter")
        await bench.until(lambda: len(speaker.requests) == 4, "it was asked on")
        await bench.shows("enter asks")
        await bench.pilot.press("escape")
        await hints(bench, "Dismissed: 4 messages")
        assert bench.app.screen is bench.app.bench
        (summon,) = await engine_of(bench).context.summons.of(limit=9)
        assert summon.dismissed_at is not None
        assert (await engine_of(bench).library.counts()).turns == turns
        await command(bench, f"/summon {summon.id}")
        await opened(bench)
        await bench.shows("was dismissed")
        await bench.shows("and now?")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "closed")
        assert bench.errors() == []


async def test_escape_stops_an_answer_first(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What had come stays, with a note; a second Escape dismisses."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("again",)), Line(text=("Half ", "of"), gate=gate))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        await taken(bench, "the hello")
        await command(bench, "/summon Tell me")
        await opened(bench)
        await bench.shows("Half")
        await bench.shows("esc stops it")
        await bench.pilot.press("escape")
        await bench.shows("stopped")
        await bench.shows("enter asks")
        await bench.pilot.press("escape")
        await hints(bench, "Dismissed: 2 messages")


async def test_a_failure_leaves_the_screen_usable(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The question stands there, and it can be asked again."""
    let_speak(monkeypatch, Line(text=("again",)), Line(), Line(text=("Now then",)))
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        await taken(bench, "the hello")
        await command(bench, "/summon Tell me")
        await opened(bench)
        await bench.shows("gave no answer")
        await bench.type("again?")
        await bench.pilot.press("enter")
        await bench.shows("Now then")


async def test_going_back_and_going_on(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """`resume` shows the conversation as it was; `branch` opens another one."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        then = await taken(bench, "the hello")
        await say(bench, "Later")
        await settled(bench, "Hello", "again", "Later", "again")
        await command(bench, f"/snapshot resume {then.id}")
        await settled(bench, "Hello", "again")
        first = bench.app.bench.shown_conversation
        await command(bench, f"/snapshot branch {then.id}")
        await bench.until(
            lambda: bench.app.bench.shown_conversation not in (None, first), "another"
        )
        await say(bench, "Otherwise")
        await bench.shows("↑ The 2 turns before this stand in Hello.")
        await bench.until(lambda: texts(bench)[1:] == ["Otherwise", "again"], "what was said here")


async def test_snapshots_are_offered(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """Verbs first, then ids with their labels; what is unknown names what is known."""
    let_speak(monkeypatch)
    async with workbench() as bench:
        await begin(bench)
        await command(bench, "/summon")
        await hints(bench, "/snapshot takes one")
        bench.app.bench.chat.composer.fill("")
        await say(bench, "Hello")
        await settled(bench, "Hello", "again")
        then = await taken(bench, "the hello")
        offered = bench.app.bench.chat.input.completions
        for text, labels in (
            ("/snapshot ", {"take", "resume", "branch"}),
            ("/snapshot branch ", {then.id}),
            ("/summon hello", {then.id}),
        ):
            bench.app.bench.chat.composer.fill(text)
            await bench.until(lambda w=labels: {r.label for r in offered.rows} == w, text)  # type: ignore[misc]
        await command(bench, "/snapshot burn it")
        await hints(bench, "It knows take LABEL")
        await command(bench, "/snapshot branch sn_none")
        await bench.until(lambda: "sn_none" in hint(bench), hint(bench))
