"""What the tests of the workbench share: a home, logs, and a workbench on the real engine."""

from __future__ import annotations

import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest
from textual.events import Key

from minutebook.config import load
from minutebook.paths import Home
from minutebook.tui.app import Workbench

if TYPE_CHECKING:
    from pathlib import Path

    from textual.pilot import Pilot

_DEADLINE = 30.0
Condition = Callable[[], bool]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """A workbench that runs."""

    app: Workbench
    pilot: Pilot[None]

    async def until(self, condition: Condition, what: str = "") -> None:
        """Wait for a condition; fail when it does not come true in time."""
        end = time.monotonic() + _DEADLINE
        while not condition():
            if time.monotonic() > end:
                raise AssertionError(f"it did not come about: {what}\n{self.screen_text()}")
            await self.pilot.pause(0.02)

    async def leave_welcome(self) -> None:
        """Wait for the first screen of an empty home, and close it."""
        await self.shows("It keeps the record")
        await self.pilot.press("escape")
        await self.until(lambda: self.app.screen is self.app.bench, "the welcome is closed")

    async def type(self, text: str) -> None:
        """Press the keys of a text."""
        names = {" ": "space", "?": "question_mark", ".": "full_stop", ",": "comma"}
        await self.pilot.press(*[names.get(character, character) for character in text])

    def at_once(self, text: str, *keys: str) -> None:
        """Let a text and further keys arrive together, as a terminal hands on what it was sent."""
        for letter in text:
            self.app.post_message(Key("space" if letter == " " else letter, letter))
        for key in keys:
            self.app.post_message(Key(key, None))

    def screen_text(self) -> str:
        """Return what is on the screen as plain text."""
        compositor = self.app.screen._compositor
        return "\n".join(
            "".join(segment.text for segment in strip) for strip in compositor.render_strips()
        )

    async def shows(self, text: str) -> None:
        """Wait until a text is on the screen."""
        await self.until(lambda: text in self.screen_text(), f"{text!r} on the screen")

    def errors(self) -> list[str]:
        """Return the errors in the log."""
        return [text for _, gravity, text in self.app.logbook.lines if gravity >= 40]


Opens = Callable[..., AbstractAsyncContextManager[Bench]]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home of the test's own."""
    return Home.at(tmp_path / "home")


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder for chat logs."""
    folder = tmp_path / "logs"
    folder.mkdir()
    return folder


@pytest.fixture
def workbench(home: Home, monkeypatch: pytest.MonkeyPatch) -> Opens:
    """Return what opens a workbench; an error that nobody expected fails the test."""
    monkeypatch.setenv("TZ", "UTC")
    time.tzset()

    @asynccontextmanager
    async def opens(
        paths: Sequence[Path] = (),
        *,
        size: tuple[int, int] = (140, 40),
        may_fail: bool = False,
        before: Callable[[Bench], Awaitable[None]] | None = None,
    ) -> AsyncIterator[Bench]:
        app = Workbench(home, load(home), paths)
        async with app.run_test(size=size, notifications=True) as pilot:
            bench = Bench(app=app, pilot=pilot)
            await bench.until(lambda: app.engine is not None, "the engine is open")
            if before is not None:
                await before(bench)
            yield bench
        if not may_fail:
            assert bench.errors() == []

    return opens


def whatsapp(*turns: tuple[str, str], day: int = 12) -> str:
    """Return an export of a WhatsApp chat, a minute between the messages."""
    return "".join(
        f"{day:02}/01/2026, {9 + minute // 60:02}:{minute % 60:02} - {author}: {text}\n"
        for minute, (author, text) in enumerate(turns)
    )
