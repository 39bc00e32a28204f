"""What people do to documents on the command line."""

from __future__ import annotations

import io
import sqlite3
import sys
from pathlib import Path

import pytest
from terminal import minutebook

from minutebook.paths import Home

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home with one document."""
    (tmp_path / "log.log").write_text(f"2024-01-01T10:00:00  <Ana> {FERRY}\n" * 3)
    minutebook(tmp_path / "home", "--no-ui", "--once", str(tmp_path / "log.log"))
    return tmp_path / "home"


def document(home: Path) -> str:
    """Return the id of the one document."""
    found: str = minutebook(home, "scribe", "list", "--json").json[0]["document"]
    return found


def test_edit_blame_undo(home: Path, tmp_path: Path) -> None:
    """A file becomes the document, its blocks name their author, and undo takes it back."""
    doc = document(home)
    shown = minutebook(home, "scribe", "show", doc, "--json").json
    new = tmp_path / "new.md"
    new.write_text(shown["content"] + "\nMy own words.\n")
    edited = minutebook(
        home, "scribe", "edit", doc, "--file", str(new), "--author", "Ann", "--json"
    )
    assert edited.json["revision"] == shown["revision"] + 1
    last = minutebook(home, "scribe", "blame", doc, "--json").json[-1]
    assert last["text"] == "My own words."
    assert (last["author"], last["person"], last["covers"]["turns"]) == ("person:Ann", True, 0)
    told = minutebook(home, "scribe", "blame", doc, "--json").json[-2]
    assert (told["author"], told["person"]) == ("offline", False)
    assert told["covers"]["first"] != ""
    assert "My own words." in minutebook(home, "scribe", "blame", doc).out
    assert minutebook(home, "scribe", "undo", doc).code == 0
    assert minutebook(home, "scribe", "show", doc, "--json").json["content"] == shown["content"]


def test_conflicts_are_shown_and_settled(home: Path, tmp_path: Path) -> None:
    """Two edits of one block of the same version leave both texts, until one is chosen."""
    doc = document(home)
    shown = minutebook(home, "scribe", "show", doc, "--json").json
    for word in ("08:30", "09:30"):
        new = tmp_path / f"{word[:2]}.md"
        new.write_text(shown["content"].replace("07:30", word))
        base = ("--base", str(shown["revision"]))
        assert minutebook(home, "scribe", "edit", doc, "--file", str(new), *base).code == 0
    (conflict, *_) = minutebook(home, "scribe", "conflicts", doc, "--json").json
    assert "09:30" in conflict["mine"]
    assert "08:30" in conflict["theirs"]
    assert "gave way" in minutebook(home, "scribe", "conflicts", doc).out
    number = str(conflict["conflict"])
    assert minutebook(home, "scribe", "settle", doc, number, "--keep", "theirs").code == 0
    assert "08:30" in minutebook(home, "scribe", "show", doc).out
    assert minutebook(home, "scribe", "settle", doc, number, "--keep", "mine").code == 2
    assert minutebook(home, "scribe", "settle", doc, number).code == 2


def test_the_editor_is_asked(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a file, $EDITOR gets the text; what it leaves is the edit."""
    script = tmp_path / "editor.sh"
    script.write_text('#!/bin/sh\nprintf "\\nBy hand.\\n" >> "$1"\n')
    script.chmod(0o700)
    monkeypatch.setenv("EDITOR", str(script))
    monkeypatch.delenv("VISUAL", raising=False)
    assert minutebook(home, "scribe", "edit", document(home)).code == 0
    assert "By hand." in minutebook(home, "scribe", "show", document(home)).out


@pytest.mark.parametrize("editor", ["no-such-editor", "false"])
def test_editor_that_fails_is_named(
    home: Path, monkeypatch: pytest.MonkeyPatch, editor: str
) -> None:
    """The message names it and says what is left as it was, in no words of the system's own."""
    monkeypatch.setenv("EDITOR", editor)
    monkeypatch.delenv("VISUAL", raising=False)
    ran = minutebook(home, "scribe", "edit", document(home))
    assert ran.code == 2
    assert f"'{editor}' failed" in ran.err
    assert "Errno" not in ran.err


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", None])
def test_what_is_no_text_is_refused(home: Path, tmp_path: Path, content: bytes | None) -> None:
    """A file that is not there, or no UTF-8, changes nothing."""
    if content is not None:
        (tmp_path / "new.md").write_bytes(content)
    ran = minutebook(home, "scribe", "edit", document(home), "--file", str(tmp_path / "new.md"))
    assert ran.code == 2
    assert "new.md" in ran.err


def test_what_was_left_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`scribe show` says so on stderr, `blame` marks the blocks, `branch` revises them."""
    monkeypatch.setattr(sys, "stdin", io.StringIO(""))
    said = minutebook(tmp_path, "chat", "--json", "When does the ferry leave?").json
    place = said["conversation"]
    connection = sqlite3.connect(Home.at(tmp_path).database)
    with connection:
        connection.execute("UPDATE turns SET is_active = 0 WHERE role = 'assistant'")
    connection.close()
    shown = minutebook(tmp_path, "scribe", "show", place)
    assert "Other branches: what was left stands in" in shown.err
    assert "Other branches" not in shown.out
    blamed = minutebook(tmp_path, "scribe", "blame", place, "--json").json
    assert {each["left"] for each in blamed} == {True, False}
    assert "is now revision" in minutebook(tmp_path, "scribe", "branch", place).err
    assert "tells of no branch" in minutebook(tmp_path, "scribe", "branch", place).err
    assert "Other branches" not in minutebook(tmp_path, "scribe", "show", place).err


def test_a_file_may_be_named_behind_the_document(home: Path, tmp_path: Path) -> None:
    """As one would write it; a file alone is told the right form."""
    doc, new = document(home), tmp_path / "new.md"
    new.write_text("# Mine\n")
    assert minutebook(home, "scribe", "edit", doc, str(new), "--json").json["changed"]
    assert minutebook(home, "scribe", "show", doc, "--json").json["content"] == "# Mine\n"
    twice = minutebook(home, "scribe", "edit", doc, str(new), "--file", str(new))
    assert (twice.code, "Two files" in twice.err) == (2, True)
    alone = minutebook(home, "scribe", "edit", str(new))
    assert alone.code == 2
    assert f"minutebook scribe edit DOC {new}" in " ".join(alone.err.split())


def test_a_mirrored_file_is_taken_with_the_revision_that_it_names(
    home: Path, tmp_path: Path
) -> None:
    """Its mark is no text, and what came since is merged: two texts for a block are a conflict."""
    doc, new = document(home), tmp_path / "new.md"
    shown = minutebook(home, "scribe", "show", doc, "--json").json
    line = next(each for each in shown["content"].split("\n") if FERRY in each)
    mark = f"\n<!-- minutebook {shown['document']} r{shown['revision']} -->\n"
    new.write_text(shown["content"].replace(line, "Ann says no.") + mark)
    minutebook(home, "scribe", "edit", doc, str(new))
    new.write_text(shown["content"].replace(line, "Bob, otherwise.") + mark)
    edited = minutebook(home, "scribe", "edit", doc, str(new), "--json").json
    assert [each["mine"].strip() for each in edited["conflicts"]] == ["Bob, otherwise."]
    assert [each["theirs"].strip() for each in edited["conflicts"]] == ["Ann says no."]
    assert "<!--" not in minutebook(home, "scribe", "show", doc, "--json").json["content"]
