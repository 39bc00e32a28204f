"""Queries with a name, a person's own and those that come along."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest

from minutebook.archive.console import SavedQueries, shipped
from minutebook.errors import UsageError


def test_own_queries_come_first(tmp_path: Path) -> None:
    """They are files of SQL for the owner alone, with a comment for a title."""
    queries = SavedQueries(tmp_path / "queries")
    assert queries.all() == shipped()
    queries.save("long-turns", "-- The longest turns\nFROM turns")
    own = queries.all()[0]
    assert (own.name, own.title, own.is_own) == ("long-turns", "The longest turns", True)
    assert queries.get("long-turns").sql == "-- The longest turns\nFROM turns"
    file = tmp_path / "queries" / "long-turns.sql"
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [each.name for each in (tmp_path / "queries").iterdir()] == ["long-turns.sql"]


def test_saving_again_replaces(tmp_path: Path) -> None:
    """It is known beforehand that something would be replaced; deleting forgets it."""
    queries = SavedQueries(tmp_path / "queries")
    assert not queries.has_own("mine")
    queries.save("mine", "SELECT 1")
    assert queries.has_own("mine")
    queries.save("mine", "SELECT 2")
    assert queries.get("mine").sql == "SELECT 2"
    queries.delete("mine")
    assert queries.all() == shipped()


@pytest.mark.parametrize("name", ["", "../x", "a/b", "A", "a b", ".x", "-x", "x" * 65, "a\n", "é"])
def test_a_name_is_never_a_path(tmp_path: Path, name: str) -> None:
    """What is no plain name is refused, and nothing is written or removed."""
    queries = SavedQueries(tmp_path / "queries")
    with pytest.raises(UsageError):
        queries.save(name, "SELECT 1")
    with pytest.raises(UsageError):
        queries.delete(name)
    assert list(tmp_path.iterdir()) == []


def test_what_comes_along_stays(tmp_path: Path) -> None:
    """Queries of minutebook's own cannot be replaced or deleted."""
    queries = SavedQueries(tmp_path / "queries")
    with pytest.raises(UsageError, match="comes with"):
        queries.save("totals", "SELECT 1")
    with pytest.raises(UsageError, match="no query of yours"):
        queries.delete("totals")
    with pytest.raises(UsageError, match="There are: find"):
        queries.get("nope")


def test_foreign_files_are_left_out(tmp_path: Path) -> None:
    """A file with another name, and a folder that looks like one, are no queries."""
    folder = tmp_path / "queries"
    folder.mkdir()
    (folder / "Not A Name.sql").write_text("SELECT 1")
    (folder / "folder.sql").mkdir()
    (folder / "odd.sql").write_bytes(b"SELECT '\x1b[31m\xff'")
    own = [query for query in SavedQueries(folder).all() if query.is_own]
    assert [query.name for query in own] == ["odd"]
    assert "\x1b" not in own[0].sql
