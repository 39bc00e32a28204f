"""A long import as a process on a terminal: what it claims, what is so, and `kill -9` at any time.

The logs are of several formats: a single large file, files of talks, and zips.
"""

from __future__ import annotations

import hashlib
import os
import pty
import re
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from dataclasses import dataclass, field
from pathlib import Path

from flow.processes import irc
from generating import form_named, put, put_zipped

_FORMS = ("claude_code", "whatsapp", "slack")
_EACH = 2_000
_CLAIM = re.compile(r"(\d+) % · ([\d,]+) of ([\d,]+) files? · ([\d,]+) new turns?")
_LEFT = re.compile(r"(less than a minute|about (\d+) min) left")
_SECONDS = 0.25


def write_logs(folder: Path, turns: int) -> int:
    """Write logs of about so many turns: half of them in one file, a quarter in zips; return how
    many bytes they have."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / "#harbour.log").open("w", encoding="utf-8") as log:
        for start in range(0, turns // 2, _EACH):
            log.write(_spoken(start, min(_EACH, turns // 2 - start)))
    each = turns // 4 // len(_FORMS)
    for number, name in enumerate(_FORMS):
        form = form_named(name)
        messages = min(_EACH, each)
        half = max(1, each // messages)
        talks = form.invented(number, talks=2 * half, messages=messages)
        put(form.write(talks[:half]), folder / name)
        put_zipped(form.write(talks[half:]), folder / f"{name}.zip")
    return sum(file.stat().st_size for file in folder.rglob("*") if file.is_file())


def _spoken(start: int, count: int) -> str:
    """Return lines of a log with some ten words each."""
    words = "the ferry leaves the harbour by the northern route this winter"
    return irc(count, start=start).replace("line", words)


@dataclass(slots=True)
class Claim:
    """What a progress line said, and what was so just then."""

    seconds: float
    percent: int
    turns: int
    recorded: int
    """Turns that this run had put into the record."""
    minutes_left: int | None
    memory_mb: float


@dataclass(slots=True)
class Run:
    """One run of `import`."""

    seconds: float = 0.0
    code: int | None = None
    """None when it was killed."""
    claims: list[Claim] = field(default_factory=list)
    peak_mb: float = 0.0
    said: str = ""


def turns_in(home: Path) -> int:
    """Return how many turns are in the record."""
    with suppress(sqlite3.Error), closing(sqlite3.connect(home / "minutebook.db")) as store:
        found = store.execute("SELECT coalesce(sum(turns), 0) FROM conversations").fetchone()
        return int(found[0])
    return 0


def run(home: Path, logs: Path, until: Callable[[Run], bool] = lambda _: False) -> Run:
    """Import the logs; kill it without warning when it has come so far."""
    ran, before = Run(), turns_in(home)
    ours, theirs = pty.openpty()
    command = [sys.executable, "-m", "minutebook.cli", "import", str(logs), "--home", str(home)]
    started = time.monotonic()
    process = subprocess.Popen(
        command, stderr=theirs, stdout=subprocess.DEVNULL, env={**os.environ, "TERM": "xterm"}
    )
    os.close(theirs)
    heard: list[bytes] = []
    listening = threading.Thread(target=_listen, args=(ours, heard), daemon=True)
    listening.start()
    seen = 0
    while process.poll() is None:
        time.sleep(_SECONDS)
        text = b"".join(heard[seen:]).decode("utf-8", "replace")
        seen = len(heard)
        memory = _memory(process.pid)
        ran.peak_mb = max(ran.peak_mb, memory)
        found = [*_CLAIM.finditer(text)]
        if found:
            ran.claims.append(_claim(text, found[-1], turns_in(home) - before, memory))
            ran.claims[-1].seconds = time.monotonic() - started
        if until(ran):
            os.kill(process.pid, signal.SIGKILL)
    ran.code = process.wait() if process.returncode != -signal.SIGKILL else None
    ran.seconds = time.monotonic() - started
    listening.join(5)
    os.close(ours)
    ran.said = b"".join(heard).decode("utf-8", "replace")
    return ran


def _listen(terminal: int, heard: list[bytes]) -> None:
    with suppress(OSError):
        while data := os.read(terminal, 65_536):
            heard.append(data)


def _memory(pid: int) -> float:
    with suppress(OSError, IndexError):
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / 1e6
    return 0.0


def _claim(text: str, found: re.Match[str], recorded: int, memory: float) -> Claim:
    left = _LEFT.search(text, found.start())
    minutes = None if left is None else int(left[2] or 1)
    turns = int(found[4].replace(",", ""))
    return Claim(
        seconds=0.0,
        percent=int(found[1]),
        turns=turns,
        recorded=recorded,
        minutes_left=minutes,
        memory_mb=memory,
    )


def wrong_claims(ran: Run, begun_at: int = 0) -> Iterator[str]:
    """Describe each claim that was not so; `begun_at` is the last per cent of the run before."""
    last = 0
    for claim in ran.claims:
        if claim.percent < last:
            yield f"{claim.percent} % after {last} %"
        if claim.percent >= 100:
            yield "100 % before the end"
        if claim.turns > claim.recorded:
            yield f"{claim.turns} turns, and there were {claim.recorded}"
        last = max(last, claim.percent)
    if ran.code == 0 and ran.claims and "new turn" not in ran.said.rsplit("\n", 2)[-2]:
        yield f"the end said {ran.said[-200:]!r}"
    if len(ran.claims) > 3 and ran.claims[-1].percent < begun_at:
        yield f"behind a kill at {begun_at} % it came to {ran.claims[-1].percent} %"


def record_of(home: Path) -> dict[str, object]:
    """Return what must be the same however often it was killed."""
    with closing(sqlite3.connect(home / "minutebook.db")) as store:
        assert store.execute("PRAGMA quick_check").fetchone() == ("ok",)
        store.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")
        return {
            "turns": store.execute("SELECT count(*) FROM turns").fetchone()[0],
            "distinct": store.execute(
                "SELECT count(*) FROM (SELECT DISTINCT conversation, key FROM turns)"
            ).fetchone()[0],
            "digest_of_turns": _digest(
                store,
                "SELECT conversation, key, seq, sort_at, content_hash, at FROM turns"
                " ORDER BY conversation, seq",
            ),
            "pages": store.execute("SELECT count(*), sum(turns) FROM pages").fetchone(),
            "digest_of_pages": _digest(
                store, "SELECT id, first_seq, last_seq, content_hash FROM pages ORDER BY id"
            ),
            "found": store.execute(
                "SELECT count(*) FROM turns_fts WHERE turns_fts MATCH 'northern AND harbour'"
            ).fetchone()[0],
            "jobs": store.execute("SELECT kind, count(*) FROM jobs GROUP BY kind").fetchall(),
        }


def _digest(store: sqlite3.Connection, query: str) -> str:
    hashed = hashlib.sha256()
    for row in store.execute(query):
        hashed.update(repr(row).encode())
    return hashed.hexdigest()
