"""What is not sent yet, and what was said before; the editor and the clipboard."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from minutebook.domain.turns import Attachment
from minutebook.tui import clipboard, outside
from minutebook.tui.drafts import Draft, Drafts
from minutebook.tui.sayings import Sayings


def test_drafts_survive_a_restart(tmp_path: Path) -> None:
    """Text, files and the turn that is edited are there again, for the owner alone."""
    path = tmp_path / "drafts.json"
    file = Attachment(name="a.txt", media_type="text/plain", size=4, content="a\nb\n")
    draft = Draft(text="not yet", attachments=(file,), editing="key")
    drafts = Drafts(path)
    drafts.keep("c1", draft)
    drafts.keep("c2", Draft())
    drafts.write()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    again = Drafts(path)
    assert again.of("c1") == draft
    assert again.of("c2") == Draft()
    again.keep("c1", Draft())
    again.write()
    assert not path.exists()


def test_two_workbenches_keep_each_others_drafts(tmp_path: Path) -> None:
    """Each writes what changed in it, over what the file holds by then."""
    path = tmp_path / "drafts.json"
    here, there = Drafts(path), Drafts(path)
    here.keep("c1", Draft(text="mine"))
    here.write()
    there.keep("c2", Draft(text="yours"))
    there.write()
    here.write()
    assert [Drafts(path).of(name).text for name in ("c1", "c2")] == ["mine", "yours"]
    there.keep("c2", Draft())
    there.write()
    assert [Drafts(path).of(name).text for name in ("c1", "c2")] == ["mine", ""]


def test_drafts_that_could_not_be_written_are_tried_again(tmp_path: Path) -> None:
    """A disk that said no once loses nothing."""
    path = tmp_path / "later" / "drafts.json"
    drafts = Drafts(path)
    drafts.keep("c", Draft(text="not yet"))
    with pytest.raises(OSError, match="drafts"):
        drafts.write()
    path.parent.mkdir()
    drafts.write()
    assert Drafts(path).of("c").text == "not yet"


@pytest.mark.parametrize("content", ["", "[]", "{", '{"c": 1}', '{"c": {"text": 1}}', "\xff"])
def test_spoilt_drafts_are_none(tmp_path: Path, content: str) -> None:
    """A file that cannot be read keeps nobody from starting."""
    path = tmp_path / "drafts.json"
    path.write_text(content, "latin-1")
    assert Drafts(path).of("c") == Draft()


def test_sayings_are_walked_and_left() -> None:
    """Up goes back in time, each text once; down comes back to what was typed."""
    sayings = Sayings()
    sayings.begin(["new", "old", "new", " ", "oldest"], "typed")
    assert [sayings.step(-1) for _ in range(4)] == ["new", "old", "oldest", None]
    assert sayings.shows("oldest")
    assert [sayings.step(1) for _ in range(3)] == ["old", "new", "typed"]
    assert not sayings.is_walking
    assert sayings.step(1) is None


def test_editor_is_the_one_that_is_named() -> None:
    """VISUAL comes before EDITOR, and may have arguments."""
    assert outside.editor({"EDITOR": "nano", "VISUAL": "code --wait"}) == ["code", "--wait"]
    assert outside.editor({"EDITOR": "nano", "VISUAL": " "}) == ["nano"]
    assert outside.editor({}) == ["vi"]


def test_clipboard_program_fits_the_place(monkeypatch: pytest.MonkeyPatch) -> None:
    """Inside tmux it is tmux, over SSH none, elsewhere the one of the desktop."""
    monkeypatch.setattr("shutil.which", lambda name: f"/bin/{name}")
    assert clipboard.command({"TMUX": "x", "SSH_TTY": "y"})[0] == "tmux"
    assert clipboard.command({"SSH_TTY": "y", "DISPLAY": ":0"}) == ()
    assert clipboard.command({"WAYLAND_DISPLAY": "w", "DISPLAY": ":0"}) == ("wl-copy",)
    assert clipboard.command({"DISPLAY": ":0"})[0] == "xclip"


def test_there_may_be_no_clipboard_program(monkeypatch: pytest.MonkeyPatch) -> None:
    """Then the terminal is asked alone."""
    monkeypatch.setattr("shutil.which", lambda _: None)
    assert clipboard.command({"DISPLAY": ":0", "TMUX": "x"}) == ()
    clipboard.copy("text")
