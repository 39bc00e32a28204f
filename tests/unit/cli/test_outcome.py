"""What is said of a run of the engine, to people and to machines."""

from __future__ import annotations

import contextlib
import json
from pathlib import Path
from typing import Any

import pytest
from terminal import OBEYED, Terminal, minutebook

from minutebook.cli.app import run
from minutebook.cli.narration import Narrator
from minutebook.cli.progress import ProgressLine, so_far
from minutebook.clock import EPOCH
from minutebook.domain.jobs import JobKind
from minutebook.events import JobFinished, SourceFailed


@pytest.fixture
def logs(tmp_path: Path) -> Path:
    """Return a folder with two logs and something unreadable."""
    folder = tmp_path / "logs"
    folder.mkdir()
    for name in ("harbour", "island"):
        said = "".join(f"2024-01-01T10:0{n}:00  <Ana> {name} {n}\n" for n in range(5))
        (folder / f"#{name}.log").write_text(said)
    (folder / "noise.txt").write_bytes(b"\x00\xff" * 99)
    return folder


def once(home: Path, logs: Path, *more: str) -> list[str]:
    """Run once; return what a pipe is told."""
    return minutebook(home, "--no-ui", "--once", str(logs), *more).err.splitlines()


def summary(home: Path, logs: Path) -> dict[str, Any]:
    """Run once; return the summary for machines."""
    told = [json.loads(line) for line in once(home, logs, "--log-json")]
    (found,) = [entry for entry in told if entry["event"] == "Summary"]
    return dict(found)


def test_a_pipe_is_told_a_line_for_each_source_and_each_kind(tmp_path: Path, logs: Path) -> None:
    """And nothing twice."""
    told = once(tmp_path / "home", logs)
    assert [line.split(" ", 1)[1].split(":")[0] for line in told[:2]] == [
        f"read {logs / '#harbour.log'}",
        f"read {logs / '#island.log'}",
    ]
    assert sorted(line.split(" ", 1)[1] for line in told[2:4]) == [
        "2 documents brought up to date",
        "2 pages summarised",
    ]
    assert told[4:] == [
        "Came in: 10 new turns from 2 logs.",
        f"Quarantined: {logs / 'noise.txt'}, the whole file: It is not text.",
        "Made: 2 pages, 2 documents, 2 revisions, 2 summaries offline.",
        "The record has 2 conversations, 10 turns, 2 pages and 2 documents.",
    ]


def test_what_is_known_to_be_unreadable_is_counted(tmp_path: Path, logs: Path) -> None:
    """What is new is told in full, and where the rest is listed."""
    home = tmp_path / "home"
    once(home, logs)
    assert "Quarantined: 1 known; `minutebook quarantine list` lists them." in once(home, logs)
    (logs / "other.txt").write_bytes(b"\x00\xfe" * 99)
    told = [line for line in once(home, logs) if line.startswith("Quarantined")]
    assert told == [
        f"Quarantined: {logs / 'other.txt'}, the whole file: It is not text.",
        "Quarantined: 1 more, known; `minutebook quarantine list` lists them.",
    ]


def test_of_many_new_pieces_some_are_told(tmp_path: Path, logs: Path) -> None:
    """The others are counted."""
    for number in range(29):
        (logs / f"noise{number}.txt").write_bytes(b"\x00\xff" * 99)
    told = [line for line in once(tmp_path / "home", logs) if line.startswith("Quarantined")]
    assert len(told) == 21
    assert told[-1] == "Quarantined: 10 more; `minutebook quarantine list` lists them."


def test_each_job_is_told_when_asked_for(tmp_path: Path, logs: Path) -> None:
    """And then not in sums."""
    told = once(tmp_path / "home", logs, "--verbose")
    assert sum("summarise pg_" in line for line in told) == 2
    assert sum("scribe doc_" in line for line in told) == 2
    assert not any("brought up to date" in line for line in told)


def test_machines_get_numbers(tmp_path: Path, logs: Path) -> None:
    """In an event of their own, which also says how it stands altogether."""
    home = tmp_path / "home"
    first = summary(home, logs)
    assert first["totals"] == {
        "conversations": 2,
        "turns": 10,
        "pages": 2,
        "documents": 2,
        "revisions": 2,
        "quarantined": 1,
    }
    assert first["jobs"] == {"waiting": 0, "given_up": 0}
    names = ("turns_new", "pages", "documents", "revisions", "quarantined", "quarantined_new")
    assert [first[name] for name in names] == [10, 2, 2, 2, 1, 1]
    second = summary(home, logs)
    assert [second[name] for name in names] == [0, 0, 0, 0, 1, 0]
    assert (second["turns_known"], second["turns_revised"]) == (10, 0)
    assert second["totals"] == first["totals"]


def test_a_terminal_sees_how_far_it_is(
    tmp_path: Path, logs: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """On one line that is gone in the end; sources and jobs are told in sums."""
    monkeypatch.setenv("TERM", "xterm")
    screen = Terminal()
    with contextlib.redirect_stderr(screen):
        assert run(["--no-ui", "--once", str(logs), "--home", str(tmp_path / "home")]) == 3
    told = screen.getvalue()
    assert "left" in told.split("\r\x1b[K")[1]
    assert "read /" not in told
    assert "2 pages summarised\n" in told
    last = told.split("\r\x1b[K")[-1]
    assert "Came in: 10 new turns from 2 logs.\n" in last
    assert not OBEYED.search(last.replace("\n", ""))


def test_a_progress_line_is_cut_to_the_width_and_cleared(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second line could not be taken back; what has not changed is not written again."""
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setenv("COLUMNS", "20")
    screen = Terminal()
    monkeypatch.setattr("sys.stderr", screen)
    progress = ProgressLine()
    progress.show("x" * 99)
    progress.show("x" * 99)
    progress.clear()
    progress.clear()
    assert screen.getvalue() == "\r\x1b[K" + "x" * 19 + "\r\x1b[K"


@pytest.mark.parametrize("term", ["dumb", ""])
def test_a_terminal_that_cannot_write_over_a_line_gets_none(
    monkeypatch: pytest.MonkeyPatch, term: str
) -> None:
    """Nor does a pipe."""
    monkeypatch.setenv("TERM", term or "xterm")
    screen = Terminal() if term else None
    if screen is not None:
        monkeypatch.setattr("sys.stderr", screen)
    progress = ProgressLine()
    assert not progress.is_possible
    progress.show("x")
    assert screen is None or screen.getvalue() == ""


def test_progress_in_words() -> None:
    """Numbers agree with what they count."""
    assert so_far(1_204, 1, 0, 214) == (
        "1,204 turns read · 1 page summarised · 0 documents told · 214 jobs left"
    )


def test_what_is_summed_up_is_told_when_asked_for(capsys: pytest.CaptureFixture[str]) -> None:
    """Sums begin anew once they were told."""
    finished = JobFinished(at=EPOCH, job=1, kind=JobKind.SCRIBE, subject="doc_1")
    failed = SourceFailed(at=EPOCH, place="a", reason="gone")
    brief = Narrator(summed_up=(SourceFailed,))
    for event in (finished, finished, failed):
        brief.tell(event)
    assert capsys.readouterr().err == ""
    brief.tell_finished(EPOCH)
    brief.tell_finished(EPOCH)
    assert capsys.readouterr().err.endswith(" 1 document brought up to date, 2 revisions\n")
    verbose = Narrator(is_verbose=True, summed_up=(SourceFailed,))
    for event in (finished, failed):
        verbose.tell(event)
    verbose.tell_finished(EPOCH)
    assert [line.split(" ", 1)[1] for line in capsys.readouterr().err.splitlines()] == [
        "scribe doc_1",
        "not read a: gone",
    ]
