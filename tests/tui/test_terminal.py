"""Whatever ends the workbench, the terminal is left as it was found."""

from __future__ import annotations

import os
import pty
import re
import select
import signal
import sqlite3
import subprocess
import sys
import termios
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from minutebook.paths import Home

_DEADLINE = 60
_IN_TERMINAL = """
import fcntl, os, sys, termios
os.setsid()
fcntl.ioctl(0, termios.TIOCSCTTY, 0)
os.execv(sys.executable, [sys.executable, *sys.argv[1:]])
"""
"""Gives a process the terminal on its stdin for its own, as a shell would."""
_AT_ONCE = """
import os, signal, sys
from minutebook.cli.__main__ import main
from minutebook.tui.app import Workbench

begin = Workbench.run_async

async def killed(app, **how):
    os.kill(os.getpid(), signal.SIGTERM)
    return await begin(app, **how)

Workbench.run_async = killed
main()
"""
"""A workbench that is killed between its handlers and its first look at the terminal."""
_PATIENT = """
from minutebook.cli.__main__ import main
from minutebook.tui import leaving

leaving._PATIENCE = dict.fromkeys(leaving._PATIENCE, 600.0)
main()
"""
"""A workbench that a first signal does not end, as long as it waits for something."""
_MODE = re.compile(rb"\x1b\[\?(\d+)([hl])")
_KEYS = re.compile(rb"\x1b\[>\d+u")
_USUAL = {b"7", b"25"}
"""Line wrap and the cursor are on in a terminal that nobody has touched."""


class Terminal:
    """A terminal with a workbench in it."""

    def __init__(self, process: subprocess.Popen[bytes], ours: int, theirs: int) -> None:
        self.process = process
        self._ours = ours
        self._theirs = theirs
        self._before = termios.tcgetattr(theirs)
        self._seen = b""

    def shows(self, words: bytes) -> None:
        """Wait until the terminal has been sent some words."""
        while words not in self._seen:
            assert self._read(_DEADLINE), self._seen[-2_000:]

    def ends(self) -> int:
        """Wait for the end of the process, and read what it sent last."""
        while self.process.poll() is None:
            self._read(0.05)
        while self._read(0):
            pass
        return self.process.returncode

    def types(self, keys: bytes) -> None:
        """Send keys, and read on."""
        os.write(self._ours, keys)
        self._read(0.01)

    def hang_up(self) -> None:
        """Close the window."""
        os.close(self._theirs)
        os.close(self._ours)
        self._ours = self._theirs = -1

    def changes(self) -> dict[bytes, bytes]:
        """Return the modes that were left other than they are found."""
        last = {found[1]: found[2] for found in _MODE.finditer(self._seen)}
        return {
            mode: state
            for mode, state in last.items()
            if state != (b"h" if mode in _USUAL else b"l")
        }

    def left(self) -> list[object]:
        """Return what is other than it was found: modes, how keys are told, how they are read."""
        told = len(_KEYS.findall(self._seen)) - self._seen.count(b"\x1b[<u")
        after = termios.tcgetattr(self._theirs)
        read = [pair for pair in zip(self._before, after, strict=True) if pair[0] != pair[1]]
        return [*self.changes().items(), *["kitty"] * abs(told), *read]

    def close(self) -> None:
        """End the process, if it has not ended."""
        self.process.kill()
        self.process.wait()
        for end in (self._ours, self._theirs):
            if end >= 0:
                os.close(end)

    def _read(self, seconds: float) -> bytes:
        if not select.select([self._ours], [], [], seconds)[0]:
            return b""
        found = os.read(self._ours, 65_536)
        self._seen += found
        return found


@contextmanager
def terminal(home: Home, *program: str) -> Iterator[Terminal]:
    """Open a terminal with a workbench in it."""
    ours, theirs = pty.openpty()
    command = [sys.executable, "-c", _IN_TERMINAL, *(program or ("-m", "minutebook.cli"))]
    process = subprocess.Popen(
        [*command, "--home", str(home.data)],
        stdin=theirs,
        stdout=theirs,
        stderr=theirs,
        env={**os.environ, "TERM": "xterm-256color"},
    )
    opened = Terminal(process, ours, theirs)
    try:
        yield opened
    finally:
        opened.close()


@pytest.fixture(params=[signal.SIGTERM, signal.SIGHUP], ids=["TERM", "HUP"])
def kind_signal(request: pytest.FixtureRequest) -> signal.Signals:
    """Return a signal that asks for an end."""
    number: signal.Signals = request.param
    return number


def test_it_is_restored_when_the_workbench_runs(home: Home, kind_signal: signal.Signals) -> None:
    """Screen, mouse, paste, focus, cursor, and how keys are read."""
    with terminal(home) as window:
        window.shows(b"It keeps the record")
        assert set(window.changes()) >= {b"1049", b"1000", b"1003", b"1006", b"2004", b"25"}
        window.process.send_signal(kind_signal)
        assert window.ends() == 0
        assert window.left() == []


def test_it_is_restored_before_the_first_frame(home: Home, kind_signal: signal.Signals) -> None:
    """The terminal has been changed, and nothing has been shown."""
    with terminal(home) as window:
        window.shows(b"\x1b[?1049h")
        window.process.send_signal(kind_signal)
        assert window.ends() == 0
        assert window.left() == []


def test_it_is_restored_while_the_engine_opens(home: Home, kind_signal: signal.Signals) -> None:
    """Even when the store is not to be had: the terminal does not wait for it."""
    home.ensure()
    with sqlite3.connect(home.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with terminal(home) as window:
            window.shows(b"Conversations")
            window.process.send_signal(kind_signal)
            window.shows(b"\x1b[?1049l")
            other.execute("ROLLBACK")
            assert window.ends() == 0
            assert window.left() == []
    other.close()


def test_it_is_restored_by_one_that_is_killed_at_once(home: Home) -> None:
    """Between the first moment at which a signal is heard and the first look at the terminal."""
    with terminal(home, "-c", _AT_ONCE) as window:
        assert window.ends() == 0
        assert window.left() == []


def test_a_second_signal_ends_it_there_and_then(home: Home, kind_signal: signal.Signals) -> None:
    """Whatever it waits for, here a store that another program holds; the first has no end."""
    home.ensure()
    with sqlite3.connect(home.database, isolation_level=None) as other:
        other.execute("BEGIN EXCLUSIVE")
        with terminal(home, "-c", _PATIENT) as window:
            window.shows(b"Conversations")
            window.process.send_signal(kind_signal)
            window.shows(b"\x1b[?1049l")
            window.process.send_signal(kind_signal)
            # A shell says the same of both; the second comes where Python is already at its end.
            assert window.ends() in {128 + kind_signal, -kind_signal}
            assert window.changes() == {}
        other.execute("ROLLBACK")
    other.close()


def test_a_window_that_is_closed_among_keys_ends_it(home: Home) -> None:
    """Nothing that is written arrives any more, and nobody empties the queue of what is."""
    with terminal(home) as window:
        window.shows(b"It keeps the record")
        for _ in range(40):
            window.types(b"\x1b[B\x1bOQ\x1bOR\x10\x1b[A\x06\t\x1b[17~")
        window.hang_up()
        window.process.send_signal(signal.SIGCONT)
        assert window.process.wait(_DEADLINE) is not None


def test_a_window_that_is_closed_ends_it(home: Home) -> None:
    """There is nobody to show anything to; it ends all the same, with the store in order."""
    with terminal(home) as window:
        window.shows(b"It keeps the record")
        window.hang_up()
        assert window.process.wait(_DEADLINE) is not None
    store = sqlite3.connect(home.database)
    assert store.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
    store.close()
