"""Where a result may be written."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.errors import QueryError, UsageError
from minutebook.paths import Home
from minutebook.tui.sql.exports import _place, target_of


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """Return a home with its folders."""
    found = Home.at(tmp_path / "home")
    found.ensure()
    return found


def test_names_and_paths(home: Home, tmp_path: Path) -> None:
    """A bare name lies among the exports; any other folder can be named."""
    assert target_of("rows.csv", home) == home.exports / "rows.csv"
    assert target_of(str(tmp_path / "a.PARQUET"), home) == tmp_path / "a.PARQUET"


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ("", "no name"),
        ("a\0.csv", "no name"),
        ("a\x1b.csv", "no name"),
        ("rows", "ending"),
        ("rows.db", "ending"),
        ("nowhere/rows.csv", "no folder"),
        ("../x.csv", "own files"),
        ("../archive.json", "own files"),
        ("folder.csv", "is a folder"),
        ("~nobody-at-all/x.csv", "nowhere"),
    ],
)
def test_what_may_not_be_written(home: Home, typed: str, why: str) -> None:
    """What is no file, and what is minutebook's own, is refused with its reason."""
    (home.exports / "folder.csv").mkdir()
    with pytest.raises(UsageError, match=why):
        target_of(typed, home)


def test_a_link_does_not_lead_into_the_home(home: Home, tmp_path: Path) -> None:
    """A folder that is a link is taken for what it leads to."""
    (tmp_path / "link").symlink_to(home.data)
    with pytest.raises(UsageError, match="own files"):
        target_of(str(tmp_path / "link" / "x.csv"), home)


def test_a_file_that_came_meanwhile_stays(tmp_path: Path) -> None:
    """Only what may go is replaced."""
    part, target = tmp_path / "part", tmp_path / "rows.csv"
    part.write_text("new")
    target.write_text("mine")
    with pytest.raises(QueryError, match="exists already"):
        _place(part, target, is_replacing=False)
    assert target.read_text() == "mine"
    _place(part, target, is_replacing=True)
    assert target.read_text() == "new"
