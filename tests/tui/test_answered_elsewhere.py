"""Two workbenches in one conversation: one waits for the other's answer, and goes on behind it."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.config import load
from minutebook.domain.turns import Role
from minutebook.engine import open_engine
from tui.conftest import Opens
from tui.models import Line, let_speak
from tui.test_chatting import begin

if TYPE_CHECKING:
    import pytest

    from minutebook.paths import Home


async def test_what_is_said_meanwhile_is_answered_behind(
    workbench: Opens, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is said that another is being answered, for as long as that is so; what was said waits,
    and has its answer behind the other one."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("At six", ""), gate=gate), Line(text=("By rail.",)))
    async with workbench() as bench, open_engine(home, load(home)) as there:
        await begin(bench)
        shown = bench.app.bench.shown_conversation
        assert shown is not None
        await there.chat.say(shown.id, "When?")
        answering = asyncio.create_task(there.chat.answer(shown.id))
        await bench.shows("Another minutebook is being answered here.")
        await bench.type("how")
        await bench.pilot.press("enter")
        await bench.until(lambda: bool(bench.app.bench.chat.input.waits), "it waits")
        assert "Another minutebook is being answered here." in bench.screen_text()
        gate.set()
        await bench.shows("By rail.")
        await bench.until(lambda: not bench.app.bench.chat.input.hint.text, "nothing is said of it")
        await answering
        said = await there.library.turns(shown.id, limit=9)
        assert [turn.role for turn in said] == [Role.USER, Role.ASSISTANT] * 2


async def test_what_nobody_answers_is_offered(
    workbench: Opens, home: Home, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the other process ends without an answer, what waits here can be sent."""
    gate = asyncio.Event()
    let_speak(monkeypatch, Line(text=("At", ""), gate=gate), Line(text=("By rail.",)))
    async with workbench() as bench:
        await begin(bench)
        shown = bench.app.bench.shown_conversation
        assert shown is not None
        async with open_engine(home, load(home)) as there:
            await there.chat.say(shown.id, "When?")
            answering = asyncio.create_task(there.chat.answer(shown.id))
            await bench.shows("Another minutebook is being answered here.")
            await bench.type("how")
            await bench.pilot.press("enter")
            await bench.until(lambda: bool(bench.app.bench.chat.input.waits), "it waits")
        await answering
        await bench.shows("A message waits. Enter goes on")
        assert "Another minutebook" not in bench.screen_text()
        await bench.pilot.press("enter")
        await bench.shows("By rail.")
