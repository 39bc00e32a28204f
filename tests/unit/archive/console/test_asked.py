"""What was asked in SQL is remembered."""

from __future__ import annotations

import stat
from datetime import UTC, datetime
from pathlib import Path

from minutebook.archive.console import Asked, QueryHistory

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_the_newest_comes_first(tmp_path: Path) -> None:
    """The same text stands there once, with what came of it last; the file is the owner's alone."""
    path = tmp_path / "history.jsonl"
    history = QueryHistory(path)
    assert history.newest() == []
    first = Asked(sql="SELECT 1", at=AT, seconds=0.5, rows=1)
    failed = Asked(sql="FROM nope\n", at=AT, seconds=0.1, note="no such table")
    again = Asked(sql="SELECT 1", at=AT, seconds=0.25, rows=1)
    for each in (first, failed, again):
        history.add(each)
    assert history.newest() == [again, failed]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_spoilt_lines_are_passed_over(tmp_path: Path) -> None:
    """Half a line of a crash, and lines of something else, are no reason to know nothing."""
    path = tmp_path / "history.jsonl"
    QueryHistory(path).add(Asked(sql="SELECT 1", at=AT, seconds=1, rows=1))
    with path.open("ab") as file:
        file.write(b'[]\n{"sql": 1}\nnull\n\xff\n{"sql": "SEL')
    assert [each.sql for each in QueryHistory(path).newest()] == ["SELECT 1"]


def test_the_oldest_are_dropped(tmp_path: Path) -> None:
    """The file does not grow without end."""
    path = tmp_path / "history.jsonl"
    history = QueryHistory(path)
    history.add(Asked(sql="SELECT 1", at=AT, seconds=1, rows=1))
    line = path.read_bytes()
    path.write_bytes(line.replace(b"SELECT 1", b"SELECT 0") * 2_000)
    history.add(Asked(sql="SELECT 2", at=AT, seconds=1, rows=1))
    assert len(path.read_bytes().splitlines()) == 1_000
    assert [each.sql for each in history.newest()] == ["SELECT 2", "SELECT 0"]
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
