"""Text that means harm is shown, and does nothing."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tui.conftest import Bench, Opens

HOSTILE = (
    "\x1b[2J\x1b]0;owned\x07",
    "[red]markup[/red] [@click=app.quit]quit[/]",
    "\u202eesrever\u202c",
    "nul \x00 and \x9b31m",
    "\ud800 lone",
)


def forbidden(text: str) -> list[str]:
    """Return the characters that must not reach a terminal."""
    return [
        c for c in text if (c < " " and c != "\n") or "\x7f" <= c <= "\x9f" or c in "\u202e\u202c"
    ]


def hostile_log(folder: Path) -> None:
    """Write a chat whose titles, authors and words mean harm."""
    messages = [
        {"role": "user" if n % 2 else "assistant", "content": f"{text} turn {n}"}
        for n, text in enumerate(HOSTILE)
    ]
    (folder / "evil [bold]name\x1b[31m.json").write_text(json.dumps(messages))


async def everything(bench: Bench) -> str:
    """Visit every screen, and return all that was shown."""
    seen: list[str] = []
    for keys in (("f3",), ("f4",), ("f5",), ("right",), ("right",), ("f6",), ("escape",)):
        await bench.pilot.press(*keys)
        await bench.pilot.pause(0.1)
        seen.append(bench.screen_text())
    await bench.pilot.press("ctrl+f")
    await bench.type("turn")
    await bench.pilot.pause(0.3)
    seen.append(bench.screen_text())
    await bench.pilot.press("escape")
    return "\n".join(seen)


async def test_hostile_text_is_shown_harmlessly(workbench: Opens, logs: Path) -> None:
    """Escape sequences, markup, direction marks, NUL and lone surrogates are only text."""
    hostile_log(logs)
    (logs / "torn\x1b[7m.json").write_text('{"not": "a chat\x1b"}')
    async with workbench([logs], size=(160, 50)) as bench:
        await bench.until(lambda: len(bench.app.bench.chat.transcript.blocks) == 5, "five turns")
        shown = await everything(bench)
        assert forbidden(shown) == []
        assert "[red]markup[/red]" in shown
        svg = bench.app.export_screenshot()
        assert "\x1b" not in svg


async def test_huge_line_is_shown_harmlessly(workbench: Opens, logs: Path) -> None:
    """A line of ten megabytes comes in, and the keys still work."""
    line = "a very long line " * (10_000_000 // 17)
    (logs / "WhatsApp Chat with Long.txt").write_text(
        f"12/01/2026, 09:00 - Ada: {line}\n12/01/2026, 09:01 - Kit: the end\n"
    )
    async with workbench([logs]) as bench:
        await bench.shows("the end")
        await bench.pilot.press("f3", "g")
        await bench.shows("a very long line")
        await bench.pilot.press("f2")
        assert bench.app.bench.conversations.list.has_focus
