"""Real `minutebook` processes: started, listened to, and ended whatever happens."""

from __future__ import annotations

import os
import queue
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

COMMAND = (sys.executable, "-m", "minutebook.cli")
DEADLINE = 60.0


def run(*args: str | Path, **more: object) -> subprocess.CompletedProcess[str]:
    """Run a command to its end."""
    return subprocess.run(  # type: ignore[call-overload,no-any-return]
        [*COMMAND, *map(str, args)], capture_output=True, text=True, timeout=DEADLINE, **more
    )


class Process:
    """A process that runs, and the lines of its narration as they come."""

    def __init__(self, args: Sequence[str | Path]) -> None:
        self._process = subprocess.Popen(
            [*COMMAND, *map(str, args)], stderr=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        self._lines: queue.Queue[str | None] = queue.Queue()
        self.heard: list[str] = []
        threading.Thread(target=self._listen, daemon=True).start()

    def _listen(self) -> None:
        assert self._process.stderr is not None
        for line in self._process.stderr:
            self._lines.put(line.rstrip("\n"))
        self._lines.put(None)

    def says(self, wanted: str) -> str:
        """Wait for a line that holds some words."""
        while (line := self._lines.get(timeout=DEADLINE)) is not None:
            self.heard.append(line)
            if wanted in line:
                return line
        raise AssertionError(f"it ended without {wanted!r}: {self.heard}")

    def send(self, number: signal.Signals) -> None:
        """Send a signal."""
        os.kill(self._process.pid, number)

    def ends(self) -> int:
        """Wait for its end; return its exit code."""
        code = self._process.wait(DEADLINE)
        while (line := self._lines.get(timeout=DEADLINE)) is not None:
            self.heard.append(line)
        return code

    def close(self) -> None:
        """End it, if it has not ended yet."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdout, self._process.stderr):
            assert stream is not None
            stream.close()


@contextmanager
def started(*args: str | Path) -> Iterator[Process]:
    """Start a process that does not outlive the block."""
    process = Process(args)
    try:
        yield process
    finally:
        process.close()


def rows(home: Path, query: str) -> list[tuple[object, ...]]:
    """Ask the store of a home."""
    connection = sqlite3.connect(home / "minutebook.db", timeout=10)
    try:
        return connection.execute(query).fetchall()
    finally:
        connection.close()


def sound(home: Path) -> bool:
    """Say whether the store of a home is in order."""
    return rows(home, "PRAGMA integrity_check") == [("ok",)]


def irc(count: int, start: int = 0) -> str:
    """Return lines of an IRC log."""
    return "".join(
        f"2024-{1 + n // 40_320:02}-{1 + n // 1_440 % 28:02}T{n // 60 % 24:02}:{n % 60:02}:00"
        f"  <Ana> line {n}\n"
        for n in range(start, start + count)
    )
