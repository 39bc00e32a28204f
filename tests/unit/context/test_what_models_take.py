"""How it becomes known how many tokens models take."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from doubles import FakeClock
from minutebook.context.limits import windows as windows_module
from minutebook.context.limits.windows import Windows
from minutebook.errors import ModelUnreachableError
from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.scripted import ScriptedModel
from minutebook.store.database import Database

if TYPE_CHECKING:
    import pytest

NAME = "scripted:test"


class Shelf:
    """A catalogue of one model."""

    def __init__(self, window: int | None = 4_096, place: str = "http://here") -> None:
        self.window = window
        self.where = place
        self.asked: list[str] = []
        self.remembered: list[ModelInfo] = []
        self.is_down = False
        self.is_slow = False

    def place(self, name: str) -> str:
        """Return where it is."""
        return self.where

    def is_to_look_up(self, name: str) -> bool:
        """Say yes."""
        return True

    async def prepare(self, name: str) -> None:
        """Let others go first."""
        for _ in range(3):
            await asyncio.sleep(0)

    async def look_up(self, name: str) -> ModelInfo:
        """Return what is listed."""
        self.asked.append(name)
        if self.is_slow:
            await asyncio.Event().wait()
        if self.is_down:
            raise ModelUnreachableError("Nobody is there.")
        return ModelInfo(name=name, context_window=self.window)

    def remember(self, told: ModelInfo) -> None:
        """Take note."""
        self.remembered.append(told)


def sized(tokens: int = 8_192) -> ScriptedModel:
    """Return a model that takes so much."""
    return ScriptedModel((), capabilities=Capabilities(context_window=tokens))


async def test_a_server_is_asked_once(database: Database, clock: FakeClock) -> None:
    """Every later reply, and every later process, goes by what the list said."""
    shelf = Shelf()
    first = Windows(database, clock, shelf)
    await first.ask(sized())
    await first.ask(sized())
    later, other = Windows(database, clock, shelf), Shelf(place="http://elsewhere")
    await later.load()
    await later.ask(sized())
    assert shelf.asked == [NAME]
    assert [told.context_window for told in shelf.remembered] == [4_096, 4_096]
    elsewhere = Windows(database, clock, other)
    await elsewhere.load()
    await elsewhere.ask(sized())
    assert other.asked == [NAME]


async def test_a_server_is_asked_again_when_a_day_has_passed(
    database: Database, clock: FakeClock
) -> None:
    """It may have been begun anew with another window."""
    shelf = Shelf()
    windows = Windows(database, clock, shelf)
    await windows.ask(sized())
    clock.forward(days=1)
    await windows.ask(sized())
    assert len(shelf.asked) == 2


async def test_a_server_that_does_not_answer(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is left alone for a while, and nothing fails or waits long for it."""
    monkeypatch.setattr(windows_module, "_PATIENCE", 0.01)
    shelf = Shelf()
    windows = Windows(database, clock, shelf)
    for shelf.is_down, shelf.is_slow in ((True, False), (False, True)):
        before = len(shelf.asked)
        await windows.ask(sized())
        await windows.ask(sized())
        assert len(shelf.asked) == before + 1
        clock.forward(minutes=10)
    assert shelf.remembered == []


async def test_what_it_takes_to_ask_costs_no_patience(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A machine that loads the package slowly does not miss what the server says."""
    monkeypatch.setattr(windows_module, "_PATIENCE", 0)
    shelf = Shelf()
    await Windows(database, clock, shelf).ask(sized())
    assert [told.context_window for told in shelf.remembered] == [4_096]


async def test_a_guess_ends_with_the_asking(database: Database, clock: FakeClock) -> None:
    """What fits is a guess until the server was asked, whether it answered or not."""
    for shelf in (Shelf(), Shelf(window=None), Shelf(place="http://down")):
        shelf.is_down = shelf.where == "http://down"
        windows = Windows(database, clock, shelf)
        assert windows.is_assumed(sized())
        await windows.ask(sized())
        assert not windows.is_assumed(sized())
    assert not Windows(database, clock, None).is_assumed(sized())


async def test_what_was_learned_is_kept(database: Database, clock: FakeClock) -> None:
    """It counts in every process, as long as the model is said to take what it was said to."""
    model = sized()
    await Windows(database, clock, None).learn(model, 5_000)
    windows = Windows(database, clock, None)
    assert windows.of(model) == 8_192
    await windows.load()
    assert windows.of(model) == 5_000
    await windows.learn(model, 4_000, is_guess=True)
    clock.forward(days=2)
    assert windows.of(model) == 8_192
    await windows.learn(model, 5_000)
    assert windows.of(sized(16_384)) == 16_384
    clock.forward(days=31)
    assert windows.of(model) == 8_192
