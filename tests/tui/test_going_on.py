"""Going on from a log: a conversation beside it, and the way back to what was said before."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.tui.prose.blocks import ProseBlock
from minutebook.tui.transcript import Before, origin_block
from tui.conftest import Bench, Opens, whatsapp
from tui.models import Line, let_speak
from tui.test_chatting import begin

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

SAID = (("Ada", "The ferry leaves at seven."), ("Kit", "Bring the lamp oil."))


async def opened(bench: Bench) -> None:
    """Open the only log there is."""
    await bench.shows("Harbour")
    await bench.shows("i goes on from here")
    await bench.pilot.press("f3")


def written(logs: Path) -> list[Path]:
    (logs / "WhatsApp Chat with Harbour.txt").write_text(whatsapp(*SAID))
    return [logs]


async def test_a_key_goes_on_from_a_log(
    workbench: Opens, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The composer has the keys, the model is shown the log, and the log stays as it is."""
    speaker = let_speak(monkeypatch, Line(text=("At seven.",)))
    async with workbench(written(logs)) as bench:
        await opened(bench)
        log = bench.app.bench.shown_conversation
        await bench.pilot.press("i")
        await bench.until(lambda: bench.app.bench.chat.composer.has_focus, "one can type")
        await bench.shows("What you say here goes on from")
        await bench.type("when")
        await bench.pilot.press("enter")
        await bench.shows("At seven.")
        sent = "\n".join(message.text for message in speaker.requests[0].messages)
        assert all(text in sent for _, text in SAID)
        assert bench.app.engine is not None
        assert log is not None
        assert (await bench.app.engine.library.conversation(log.id)).turns == len(SAID)


async def test_the_way_back_stands_above(workbench: Opens, logs: Path) -> None:
    """Above the first turn a line leads to the log, and Escape comes back; nothing is doubled."""
    async with workbench(written(logs)) as bench:
        await opened(bench)
        await bench.pilot.press("i")
        await bench.shows("The 2 turns before this stand")
        begun = bench.app.bench.shown_conversation
        await bench.pilot.press("f3", "l", "enter")
        await bench.shows("Bring the lamp oil.")
        await bench.pilot.press("i")
        await bench.shows("The 2 turns before this stand")
        assert bench.app.bench.shown_conversation == begun
        assert bench.app.engine is not None
        assert len(await bench.app.engine.library.conversations(limit=9)) == 2


async def test_what_has_no_answer_can_get_one(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After a crash nothing but the question may be there: its key is named, and asks."""
    let_speak(monkeypatch, Line(text=("At seven.",)))
    async with workbench() as bench:
        await begin(bench)
        shown, engine = bench.app.bench.shown_conversation, bench.app.engine
        assert shown is not None
        assert engine is not None
        await engine.chat.say(shown.id, "When?")
        bench.app.bench.open(shown.id)
        await bench.shows("This has no answer yet.")
        await bench.pilot.press("ctrl+r")
        await bench.shows("At seven.")
        assert "no answer yet" not in bench.screen_text()


def test_a_hostile_title_is_text() -> None:
    """A title cannot lead elsewhere, or be more than a name."""
    before = Before(conversation="cv_12ab", title="](http://x) \x1b[2J *a*", turns=1)
    block: ProseBlock = origin_block(before)
    assert "](http" not in block.text
    assert "\x1b" not in block.text
    assert block.text.startswith("↑ The 1 turn before this stands in [")
