"""The document pane: what changed is marked, the scribe starts and stops, history restores."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.documents import ScribeState
from tui.conftest import Bench, Opens, whatsapp
from tui.models import Line, let_speak
from tui.test_chatting import begin
from tui.test_replies import say, settled

if TYPE_CHECKING:
    from pathlib import Path

    import pytest

LOG = "WhatsApp Chat with Harbour.txt"


async def told(bench: Bench) -> None:
    """Wait until there is a document."""
    await bench.until(lambda: bool(bench.app.bench.document.text.blocks), "a document")


def harbour(logs: Path) -> None:
    """Write a short chat."""
    (logs / LOG).write_text(whatsapp(("Ada", "The ferry leaves at seven from the old pier.")))


def append(logs: Path, text: str) -> None:
    """Write one more message."""
    with (logs / LOG).open("a") as log:
        log.write(text)


async def test_new_revision_marks_what_changed(workbench: Opens, logs: Path) -> None:
    """Only the section that a new turn changed is marked, and the number in the title grows."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        document = bench.app.bench.document
        before = document.document
        assert before is not None
        append(logs, "14/01/2026, 10:15 - Kit: The pier was swept away on Tuesday night.\n")
        await bench.until(
            lambda: document.document is not None and document.document.revision > before.revision,
            "a new revision",
        )
        await bench.until(lambda: bool(document.text.marked), "something is marked")
        await bench.shows(f"r{before.revision + 1}")


async def test_scribe_stops_and_starts(workbench: Opens, logs: Path) -> None:
    """`s` in the document stops the scribe; what comes in then is told when it starts again."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        pane = bench.app.bench.document
        await bench.pilot.press("f4", "s")
        await bench.shows("Enter stops the scribe")
        await bench.pilot.press("enter")
        await bench.shows("○ stopped")
        append(logs, "12/01/2026, 10:15 - Kit: The lighthouse keeper resigned this morning.\n")
        await bench.shows("lighthouse keeper")
        assert not any("lighthouse" in block.text for block in pane.text.blocks)
        await bench.pilot.press("s")
        await bench.until(
            lambda: any("lighthouse" in block.text for block in pane.text.blocks), "it catches up"
        )
        assert pane.document is not None
        assert pane.document.state is ScribeState.LIVE


async def test_history_shows_and_restores(workbench: Opens, logs: Path) -> None:
    """The history lists revisions with what they did; `r` makes an old one the newest again."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        pane = bench.app.bench.document
        append(logs, "12/01/2026, 10:15 - Kit: The lighthouse keeper resigned this morning.\n")
        await bench.until(
            lambda: any("lighthouse" in block.text for block in pane.text.blocks), "it is told"
        )
        await bench.pilot.press("f4", "h")
        await bench.shows("History of")
        await bench.shows("offline, 1 turn")
        await bench.pilot.press("end", "r")
        await bench.until(
            lambda: not any("lighthouse" in block.text for block in pane.text.blocks),
            "the first version is back",
        )
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "the history is closed")


async def test_change_out_of_sight_comes_into_sight(workbench: Opens, logs: Path) -> None:
    """While nobody reads in the document it moves to its newest section; a reader is left alone."""
    (logs / LOG).write_text(
        "".join(
            whatsapp(("Ada", f"On day {day} the pier lost plank number {day}."), day=day)
            for day in range(1, 25)
        )
    )
    async with workbench([logs], size=(140, 24)) as bench:
        await told(bench)
        text = bench.app.bench.document.text
        await bench.shows("1 January 2026")
        append(logs, "26/01/2026, 10:15 - Kit: The pier was swept away on Tuesday night.\n")
        await bench.shows("26 January 2026")
        await bench.pilot.press("f4", "g")
        await bench.shows("1 January 2026")
        append(logs, "27/01/2026, 10:15 - Kit: A new pier is being drawn by Olu.\n")
        await bench.until(lambda: any("27 January" in b.text for b in text.blocks), "it is told")
        assert text.scroll_offset.y == 0


async def test_what_was_left_is_told_and_revised(
    workbench: Opens, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After another answer the document says where the old one stands; one key revises it."""
    old, new = "At seven, from the old pier.", "The ferry leaves at nine on the 4th of March."
    let_speak(monkeypatch, Line(text=(old,)), Line(text=(new,)))
    async with workbench(size=(160, 45)) as bench:
        await begin(bench)
        await say(bench, "When?")
        await settled(bench, "When?", old)
        pane = bench.app.bench.document
        await bench.until(lambda: "seven" in str(pane.text.blocks), "it is told")
        await bench.pilot.press("ctrl+r")
        await settled(bench, "When?", new)
        await bench.until(
            lambda: pane.status is not None and not pane.status.pending, "the new one is told"
        )
        await bench.shows("Other branches")
        await bench.pilot.press("f4", "B", "enter")
        await bench.until(lambda: "seven" not in str(pane.text.blocks), "it is taken out")
        assert "nine" in str(pane.text.blocks)
        await bench.until(lambda: "Other branches" not in bench.screen_text(), "nothing is left")


async def test_undo_and_redo(workbench: Opens, logs: Path) -> None:
    """`u` takes the last change back, `U` brings it back."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        pane = bench.app.bench.document
        await bench.pilot.press("f4", "u", "enter")
        await bench.until(lambda: not pane.text.blocks, "it is taken back")
        await bench.pilot.press("U")
        await bench.until(lambda: bool(pane.text.blocks), "it is brought back")


async def test_editing_begins_where_one_reads(workbench: Opens, logs: Path) -> None:
    """At the block under the cursor; when that is out of sight, at the first that is in sight."""
    said = [("Ada", f"The ferry number {n} leaves at seven from the old pier.") for n in range(60)]
    (logs / LOG).write_text(whatsapp(*said))
    async with workbench([logs], size=(100, 24)) as bench:
        await told(bench)
        pane = bench.app.bench.document
        await bench.pilot.press("f4", "G")
        last = pane.line
        assert last > 2
        await bench.pilot.press("e")
        await bench.until(lambda: pane.editing.editor is not None, "it is edited")
        editor = pane.editing.editor
        assert editor is not None
        await bench.until(lambda: editor.area.has_focus, "the editor has the keys")
        assert editor.area.cursor_location == (last - 1, 0)
        await bench.pilot.press("escape")
        await bench.until(lambda: pane.editing.editor is None, "it is closed")
        await bench.pilot.press("g")
        pane.text.scroll_end(animate=False)
        await bench.until(lambda: pane.line > 2, "the first block in sight counts")
