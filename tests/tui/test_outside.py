"""The person's own editor: the document and a long message are written there."""

from __future__ import annotations

from contextlib import nullcontext
from typing import TYPE_CHECKING

import pytest
from textual.app import App

from tui.conftest import Opens
from tui.test_chatting import begin
from tui.test_documents import harbour, told

if TYPE_CHECKING:
    from pathlib import Path


@pytest.fixture(autouse=True)
def editor(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Let an editor that adds a line have a terminal that the tests have not."""
    script = tmp_path / "editor"
    script.write_text('#!/bin/sh\nprintf "\\nWritten outside.\\n" >> "$1"\n')
    script.chmod(0o700)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.setattr(App, "suspend", lambda _: nullcontext())
    return script


async def test_the_document_is_written_outside(workbench: Opens, logs: Path) -> None:
    """What the editor leaves is a revision of the person's."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        pane = bench.app.bench.document
        await bench.pilot.press("f4", "E")
        await bench.until(lambda: "Written outside." in str(pane.text.blocks), "it is saved")
        assert pane.document is not None
        assert bench.app.engine is not None
        blamed = await bench.app.engine.scribe.blame(pane.document.id)
        assert [b.text for b in blamed if b.origin.is_person] == ["Written outside."]


async def test_an_edit_goes_on_outside(workbench: Opens, logs: Path) -> None:
    """ctrl+g takes the text of the editor here along, and brings it back unsaved."""
    harbour(logs)
    async with workbench([logs]) as bench:
        await told(bench)
        pane = bench.app.bench.document
        await bench.pilot.press("f4", "e")
        await bench.until(lambda: pane.editing.editor is not None, "it is edited")
        await bench.pilot.press("ctrl+g")
        editor = pane.editing.editor
        assert editor is not None
        await bench.until(lambda: "Written outside." in editor.area.text, "it comes back")
        assert "Written outside." not in str(pane.text.blocks)
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: "Written outside." in str(pane.text.blocks), "it is saved")


async def test_a_message_is_written_outside(workbench: Opens) -> None:
    """It comes back into the input, and is not sent."""
    async with workbench() as bench:
        await begin(bench)
        composer = bench.app.bench.chat.composer
        await bench.type("Dear model")
        await bench.pilot.press("ctrl+g")
        await bench.until(lambda: composer.text == "Dear model\nWritten outside.", composer.text)
        assert composer.has_focus


async def test_an_editor_that_fails_changes_nothing(workbench: Opens, editor: Path) -> None:
    """It is said how it ended."""
    editor.write_text('#!/bin/sh\necho lost > "$1"\nexit 3\n')
    async with workbench(may_fail=True) as bench:
        await begin(bench)
        await bench.type("Dear model")
        await bench.pilot.press("ctrl+g")
        await bench.shows("The editor ended with 3.")
        assert bench.app.bench.chat.composer.text == "Dear model"
