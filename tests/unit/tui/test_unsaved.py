"""Edits that are not saved outlive the workbench, each for itself."""

from __future__ import annotations

import stat
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from minutebook.tui.unsaved import UnsavedEdits, begun


def test_edit_is_there_again(tmp_path: Path) -> None:
    """What was kept is found by another process, to the character, for its owner alone."""
    edit = begun("doc_1", 7, "Grüße\n\n- one \n")
    UnsavedEdits(tmp_path / "unsaved").keep(edit)
    assert UnsavedEdits(tmp_path / "unsaved").newest("doc_1") == edit
    assert UnsavedEdits(tmp_path / "unsaved").newest("doc_2") is None
    [file] = (tmp_path / "unsaved").iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_newest_edit_is_offered_and_the_others_stay(tmp_path: Path) -> None:
    """Two edits of one document do not overwrite each other."""
    edits = UnsavedEdits(tmp_path)
    first = begun("doc_1", 1, "first")
    second = replace(begun("doc_1", 2, "second"), at=first.at + timedelta(seconds=1))
    edits.keep(second)
    edits.keep(first)
    assert edits.newest("doc_1") == second
    edits.drop(second)
    assert edits.newest("doc_1") == first


def test_older_self_comes_too_late(tmp_path: Path) -> None:
    """What was typed before does not take the place of what was typed after, nor come back."""
    edits = UnsavedEdits(tmp_path)
    old = begun("doc_1", 1, "old")
    new = replace(old, text="new", at=old.at + timedelta(seconds=1))
    edits.keep(new)
    edits.keep(old)
    assert edits.newest("doc_1") == new
    edits.drop(new)
    edits.keep(old)
    assert edits.newest("doc_1") is None


def test_spoilt_file_is_passed_over(tmp_path: Path) -> None:
    """A file that is no edit hides none of the others."""
    edit = begun("doc_1", 1, "kept")
    UnsavedEdits(tmp_path).keep(edit)
    (tmp_path / "spoilt.json").write_bytes(b"\xff{")
    (tmp_path / "other.json").write_text("[]")
    assert UnsavedEdits(tmp_path).newest("doc_1") == edit
