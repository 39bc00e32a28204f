"""People and the scribe write in one document: edits, conflicts, origins, instructions."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import pytest

from minutebook.domain.turns import ToolCall
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.tui.panes.document import DocumentPane
from minutebook.tui.prose.blocks import Mark
from minutebook.tui.screens.conflicts import ConflictsScreen
from minutebook.tui.screens.manner import MannerScreen
from minutebook.tui.screens.proposal import ProposalScreen
from minutebook.tui.screens.question import QuestionScreen
from minutebook.tui.widgets.document_editor import DocumentEditor
from minutebook.tui.widgets.text_editor import TextEditor
from tui.conftest import Bench, Opens, whatsapp

if TYPE_CHECKING:
    from pathlib import Path

LOG = "WhatsApp Chat with Harbour.txt"


@pytest.fixture
def log(logs: Path) -> Path:
    """Return a short chat in a log."""
    path = logs / LOG
    path.write_text(
        whatsapp(
            ("Ada", "The ferry leaves at seven from the old pier."),
            ("Kit", "The lighthouse keeper resigned this morning."),
        )
    )
    return path


def pane_of(bench: Bench) -> DocumentPane:
    """Return the document pane."""
    return bench.app.bench.document


async def told(bench: Bench, text: str = "lighthouse") -> DocumentPane:
    """Wait until the document tells something; give it the keys."""
    pane = pane_of(bench)
    await bench.until(lambda: any(text in b.text for b in pane.text.blocks), f"{text!r} is told")
    await bench.pilot.press("f4")
    return pane


async def edit(bench: Bench) -> DocumentPane:
    """Open the editor, with the cursor at its end."""
    pane = await told(bench)
    await bench.pilot.press("e")
    await bench.until(lambda: pane.editing.editor is not None, "the editor is open")
    await bench.until(lambda: editor(pane).area.has_focus, "the editor has the keys")
    area = editor(pane).area
    area.move_cursor(area.document.end)
    return pane


def editor(pane: DocumentPane) -> DocumentEditor:
    """Return the open editor."""
    assert pane.editing.editor is not None
    return pane.editing.editor


def says(log: Path, text: str) -> None:
    """Let somebody say something in the log."""
    with log.open("a") as file:
        file.write(f"12/01/2026, 11:15 - Olu: {text}\n")


async def save(bench: Bench, pane: DocumentPane) -> None:
    """Save, and wait until the text is shown again."""
    await bench.pilot.press("ctrl+s")
    await bench.until(lambda: not pane.editing.is_open, "it is saved")


def scripted(bench: Bench, *answers: Answer) -> ScriptedModel:
    """Let a scripted model write the documents."""
    model = ScriptedModel(answers)
    assert bench.app.engine is not None
    bench.app.engine.scribe._model = model
    return model


def operations(*wanted: dict[str, str]) -> Answer:
    """Return the answer of a model that wants these operations."""
    arguments = json.dumps({"operations": wanted})
    call = ToolCall(id="1", name="update_document", arguments=arguments)
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE, cost_usd=0.25)


def texts(pane: DocumentPane) -> str:
    """Return what the pane shows."""
    return "\n".join(block.text for block in pane.text.blocks)


async def test_edit_while_the_scribe_writes_loses_nothing(workbench: Opens, log: Path) -> None:
    """What was typed and what the scribe wrote meanwhile both stand in the document after."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        await bench.pilot.press("enter")
        await bench.type("My own words")
        says(log, "The pier was swept away on Tuesday night.")
        await bench.shows("The scribe wrote r2")
        await save(bench, pane)
        await bench.until(lambda: "My own words" in texts(pane), "the words are there")
        assert "swept away" in texts(pane)
        await bench.shows("Saved as r")
        own = [block.text for block in pane.text.blocks if block.mark is Mark.OWN]
        assert any("My own words" in text for text in own)


async def test_only_the_edit_is_marked_as_changed(workbench: Opens, log: Path) -> None:
    """After an edit the mark that fades is on what the person wrote, and nowhere else."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        await bench.pilot.press("enter", "enter")
        await bench.type("Mine")
        await save(bench, pane)
        await bench.until(lambda: "Mine" in texts(pane), "the words are there")
        changed = [block.text for block in pane.text.blocks if block.id in pane.text.marked]
        assert changed == ["Mine"]


async def test_leaving_an_edit_asks(workbench: Opens, log: Path) -> None:
    """Escape with changes asks; discarded, the document is as it was and nothing is offered."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        await bench.type("Mine")
        await bench.pilot.press("escape")
        await bench.until(lambda: isinstance(bench.app.screen, QuestionScreen), "it asks")
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it goes on")
        assert editor(pane).area.text.endswith("Mine")
        await bench.pilot.press("escape")
        await bench.until(lambda: isinstance(bench.app.screen, QuestionScreen), "it asks")
        await bench.pilot.press("d")
        await bench.until(lambda: not pane.editing.is_open, "it is closed")
        await bench.until(lambda: pane.text.has_focus, "the text has the keys")
        assert "Mine" not in texts(pane)
        await bench.pilot.press("e")
        await bench.until(lambda: pane.editing.editor is not None, "the editor is open")
        assert "Mine" not in editor(pane).area.text


async def test_what_was_typed_at_once_is_saved(workbench: Opens, log: Path) -> None:
    """The keys that save and close do not overtake the letters before them."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        bench.at_once(" Ahoy", "ctrl+s")
        await bench.until(lambda: not pane.editing.is_open, "it is saved")
        await told(bench, "Ahoy")
        await edit(bench)
        bench.at_once("Belay", "escape")
        await bench.until(lambda: isinstance(bench.app.screen, QuestionScreen), "it is asked")
        await bench.pilot.press("s")
        await told(bench, "Belay")


async def test_unchanged_edit_closes_at_once(workbench: Opens, log: Path) -> None:
    """Escape without changes asks nothing and makes no revision."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        before = pane.document
        await bench.pilot.press("escape")
        await bench.until(lambda: not pane.editing.is_open, "it is closed")
        assert bench.app.screen is bench.app.bench
        assert pane.document == before


async def test_edit_outlives_the_workbench(workbench: Opens, log: Path) -> None:
    """What was typed and not saved is offered by the next workbench, and merged when saved."""
    async with workbench([log.parent]) as bench:
        pane = await edit(bench)
        await bench.pilot.press("enter", "enter")
        await bench.type("Mine")
        folder = bench.app.home.unsaved
        await bench.until(lambda: "Mine" in _all_text(folder), "it is on disk")
    says(log, "The pier was swept away on Tuesday night.")
    async with workbench([log.parent]) as bench:
        pane = await told(bench, "swept away")
        await bench.shows("Your edit of")
        await bench.pilot.press("e")
        await bench.until(lambda: pane.editing.editor is not None, "the editor is open")
        await bench.until(lambda: editor(pane).area.has_focus, "the editor has the keys")
        await save(bench, pane)
        await bench.until(lambda: "Mine" in texts(pane), "the words are there")
        assert "swept away" in texts(pane)
        assert _all_text(folder) == ""


def _all_text(folder: Path) -> str:
    return "".join(path.read_text() for path in folder.glob("*.json"))


async def test_edit_is_kept_when_another_conversation_is_opened(
    workbench: Opens, log: Path
) -> None:
    """The editor closes with its document, and the edit is offered when that comes back."""
    other = log.with_name("WhatsApp Chat with Garden.txt")
    other.write_text(whatsapp(("Rolf", "Parsnips take three weeks."), day=11))
    async with workbench([log.parent]) as bench:
        await bench.until(lambda: len(bench.app.bench.conversations.list.rows) > 1, "two of them")
        pane = await edit(bench)
        await bench.type("Mine")
        await bench.pilot.press("f2", "j", "enter")
        await bench.until(lambda: "Parsnips" in texts(pane), "the other document")
        assert not pane.editing.is_open
        await bench.pilot.press("f2", "k", "enter")
        await bench.shows("Your edit of")


async def dispute(bench: Bench) -> DocumentPane:
    """Have one block changed by a person in two ways at once."""
    pane = await told(bench)
    engine = bench.app.engine
    assert engine is not None
    seen = await engine.scribe.head_for_edit(pane.document.id)  # type: ignore[union-attr]
    await engine.scribe.edit(
        pane.document.id,  # type: ignore[union-attr]
        seen.revision,
        seen.text.replace("at seven", "at eight"),
        author="Kit",
    )
    await engine.scribe.edit(
        pane.document.id,  # type: ignore[union-attr]
        seen.revision,
        seen.text.replace("at seven", "at nine"),
    )
    await bench.until(lambda: bool(pane.conflicts), "a conflict")
    return pane


async def test_conflict_is_marked_and_settled(workbench: Opens, log: Path) -> None:
    """A block that both changed is marked; taking the other text puts it in its place."""
    async with workbench([log.parent], size=(160, 45)) as bench:
        pane = await dispute(bench)
        await bench.shows("⚑ 1")
        await bench.shows("both changed this: c shows")
        [marked] = [b.text for b in pane.text.blocks if b.mark is Mark.ATTENTION]
        assert "at nine" in marked
        await bench.pilot.press("c")
        await bench.until(lambda: isinstance(bench.app.screen, ConflictsScreen), "both texts")
        for text in ("at nine", "at eight", "at seven"):
            await bench.shows(text)
        await bench.pilot.press("t")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it is settled")
        await bench.until(lambda: not pane.conflicts and "at eight" in texts(pane), "their text")
        assert "at nine" not in texts(pane)


async def test_conflict_is_settled_with_a_new_text(workbench: Opens, log: Path) -> None:
    """A person can write what comes in the place of both."""
    async with workbench([log.parent], size=(80, 24)) as bench:
        pane = await dispute(bench)
        await bench.pilot.press("c")
        await bench.until(lambda: isinstance(bench.app.screen, ConflictsScreen), "both texts")
        await bench.pilot.press("e")
        await bench.until(lambda: bool(bench.app.screen.query(TextEditor)), "an editor")
        area = bench.app.screen.query_one(TextEditor)
        area.move_cursor(area.document.end)
        await bench.type(" or so")
        await bench.pilot.press("ctrl+s")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "it is settled")
        await bench.until(lambda: "or so" in texts(pane), "the new text")


async def test_blame_leads_to_the_turn(workbench: Opens, log: Path) -> None:
    """`b` says where a block comes from; Enter shows the turn in the chat."""
    async with workbench([log.parent]) as bench:
        pane = await told(bench)
        wanted = next(block.id for block in pane.text.blocks if "lighthouse" in block.text)
        pane.text.point_at(wanted)
        await bench.pilot.press("b")
        await bench.shows("offline · ")
        await bench.pilot.press("enter")
        transcript = bench.app.bench.chat.transcript
        await bench.until(lambda: transcript.has_focus_within or transcript.has_focus, "the chat")


async def test_instruction_is_done(workbench: Opens, log: Path) -> None:
    """What is typed behind `t` changes the document, and `u` takes it back."""
    async with workbench([log.parent]) as bench:
        pane = await told(bench)
        model = scripted(bench, operations({"op": "set_title", "title": "Pier and lamp"}))
        await bench.pilot.press("t")
        await bench.type("find a better title")
        await bench.pilot.press("enter")
        await bench.until(lambda: "Pier and lamp" in texts(pane), "another title")
        assert "find a better title" in model.requests[0].messages[-1].text
        await bench.pilot.press("u")
        await bench.shows("Enter takes back what led to r")
        assert "Pier and lamp" in texts(pane)
        await bench.pilot.press("enter")
        await bench.until(lambda: "Pier and lamp" not in texts(pane), "it is taken back")


@pytest.mark.parametrize(("key", "is_there"), [("a", True), ("escape", False)])
async def test_rewrite_waits_for_a_yes(
    workbench: Opens, log: Path, key: str, is_there: bool
) -> None:
    """A rewrite is shown with its size and cost; only when accepted is it done."""
    async with workbench([log.parent]) as bench:
        pane = await told(bench)
        anchor = "12-january-2026"
        change = {"op": "replace_section", "anchor": anchor, "body": "All is well."}
        scripted(bench, operations(change))
        await bench.pilot.press("colon")
        await bench.type("rewrite it")
        await bench.pilot.press("enter")
        await bench.until(lambda: isinstance(bench.app.screen, ProposalScreen), "a proposal")
        await bench.shows("asking cost $0.25")
        await bench.shows("+All is well.")
        assert "All is well." not in texts(pane)
        await bench.pilot.press(key)
        word = "Done: r" if is_there else "Refused"
        await bench.shows(word)
        await bench.until(lambda: ("All is well." in texts(pane)) is is_there, "the decision")


async def test_style_and_standing_instructions(workbench: Opens, log: Path) -> None:
    """Styles are chosen and standing instructions added and taken back behind `w`."""
    async with workbench([log.parent], size=(80, 24)) as bench:
        pane = await told(bench)
        await bench.pilot.press("w")
        await bench.until(lambda: isinstance(bench.app.screen, MannerScreen), "how it is written")
        await bench.shows("● factual")
        await bench.pilot.press("g", "j", "j", "enter")
        await bench.shows("● literary")
        await bench.pilot.press("a")
        await bench.type("Dates in ISO")
        await bench.pilot.press("enter")
        await bench.shows("Dates in ISO")
        await bench.until(
            lambda: pane.status is not None and pane.status.standing == ("Dates in ISO",),
            "the pane knows",
        )
        await bench.pilot.press("G", "k", "d")
        await bench.until(lambda: pane.status.standing == (), "taken back")  # type: ignore[union-attr]
        await bench.pilot.press("escape")
        await bench.until(lambda: bench.app.screen is bench.app.bench, "closed")
        await bench.shows("literary")


async def test_any_two_versions_are_compared(workbench: Opens, log: Path) -> None:
    """The history shows how a version differs from the one that was marked, and who made it."""
    async with workbench([log.parent]) as bench:
        pane = await told(bench)
        engine, document = bench.app.engine, pane.document
        assert engine is not None
        assert document is not None
        for word in ("eight", "nine"):
            seen = await engine.scribe.head_for_edit(document.id)
            text = seen.text.replace("at seven", "at eight").replace("at eight", f"at {word}")
            await engine.scribe.edit(document.id, seen.revision, text)
        await bench.until(lambda: "at nine" in texts(pane), "two edits")
        await bench.pilot.press("h")
        await bench.shows("you, no turns")
        await bench.pilot.press("j", "j", "m", "g")
        await bench.shows("at nine")
        await bench.shows("at seven")
        assert "at eight" not in bench.screen_text()


async def test_failure_is_told_with_what_to_do(workbench: Opens, log: Path) -> None:
    """A scribe that failed says why and when it is tried again; nothing of it is hidden."""
    async with workbench([log.parent], size=(80, 24)) as bench:
        await told(bench)
        scripted(bench)
        says(log, "The pier was swept away on Tuesday night.")
        await bench.shows("✗ failed")
        await bench.shows("r tries now")
