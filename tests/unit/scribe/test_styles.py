"""Styles: those that ship, and the user's own."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.errors import ConfigError, NotFoundError
from minutebook.scribe import styles


def test_three_styles_ship() -> None:
    """Each says to people what it is, and to the model how to write."""
    found = styles.every()
    assert [style.name for style in found] == ["conversational", "factual", "literary"]
    assert styles.DEFAULT in styles.names()
    for style in found:
        assert 20 < len(style.description) < 120
        assert "\n" not in style.description
        assert len(style.instructions) > 400
        assert not style.is_own


def test_a_file_is_a_style(tmp_path: Path) -> None:
    """A Markdown file adds a style; one with the name of a shipped style takes its place."""
    (tmp_path / "haiku.md").write_text("# Very short\n\nThree lines.\n\nNo more.\n", "utf-8")
    (tmp_path / "factual.md").write_text("Mine\n\nBe brief.", "utf-8")
    (tmp_path / "Not a name.md").write_text("x\n\ny", "utf-8")
    assert styles.names(tmp_path) == ("conversational", "factual", "haiku", "literary")
    haiku = styles.get("haiku", tmp_path)
    assert (haiku.description, haiku.instructions) == ("Very short", "Three lines.\n\nNo more.")
    assert haiku.is_own
    assert styles.get("factual", tmp_path).instructions == "Be brief."


@pytest.mark.parametrize(("name", "guess"), [("litterary", "literary"), ("Factual", "factual")])
def test_an_unknown_style_names_the_nearest(name: str, guess: str) -> None:
    """What was probably meant is said."""
    with pytest.raises(NotFoundError, match=rf"Did you mean '{guess}'\?"):
        styles.get(name)


@pytest.mark.parametrize("name", ["../secret", "", "a/b", "x" * 99])
def test_a_name_is_no_path(tmp_path: Path, name: str) -> None:
    """Only files of the folder can be styles."""
    (tmp_path / "secret.md").write_text("a\n\nb", "utf-8")
    folder = tmp_path / "styles"
    folder.mkdir()
    with pytest.raises(NotFoundError):
        styles.get(name, folder)


@pytest.mark.parametrize(
    "content", [b"", b"only a description\n", b"\xff\xfe\x00", b"x\n\n" + b"y" * 9_000]
)
def test_unusable_files_are_said_to_be(tmp_path: Path, content: bytes) -> None:
    """An empty, unreadable or overlong style is an error that names the file."""
    (tmp_path / "broken.md").write_bytes(content)
    with pytest.raises(ConfigError, match=r"broken\.md"):
        styles.get("broken", tmp_path)
