"""Time to the first frame: the whole process in a terminal, beside a Textual hello-world.

Both are started in a pseudo terminal of 140 × 40 and timed from the start of the process until the
words of their first frame have been written. The runs alternate, so that a busy machine slows both.

    python tests/benchmarks/first_frame.py [--runs 9]

Prints JSON: {hello_ms, workbench_ms, ratio, runs}; medians.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import pty
import select
import signal
import statistics
import struct
import sys
import tempfile
import termios
import time
from pathlib import Path

HELLO = """
from textual.app import App
from textual.widgets import Static

class Hello(App):
    def compose(self):
        yield Static("Hello, frame")

Hello().run()
"""
_DEADLINE = 30.0
_GRACE = 5.0


def first_frame(command: list[str], words: bytes) -> float:
    """Return the seconds from the start of a process until it has written some words."""
    start = time.perf_counter()
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
        os.execv(command[0], command)
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    try:
        seen = b""
        while words not in seen:
            if time.perf_counter() - start > _DEADLINE:
                raise TimeoutError(f"{command} has not painted: {seen[-500:]!r}")
            if select.select([terminal], [], [], 0.5)[0]:
                seen += os.read(terminal, 65_536)
        return time.perf_counter() - start
    finally:
        _end(pid, terminal)


def _end(pid: int, terminal: int) -> None:
    with contextlib.suppress(ProcessLookupError):
        os.kill(pid, signal.SIGKILL)
    os.waitpid(pid, 0)
    os.close(terminal)


def measure(runs: int) -> dict[str, float]:
    """Return the medians in milliseconds."""
    hello, ours = [], []
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "home"
        workbench = [sys.executable, "-m", "minutebook.cli.__main__", "--home", str(home)]
        for _ in range(runs + 1):
            hello.append(first_frame([sys.executable, "-c", HELLO], b"Hello, frame"))
            ours.append(first_frame(workbench, b"Conversations"))
    # The first pair compiles and fills the disk's cache.
    hello_ms = statistics.median(hello[1:]) * 1_000
    ours_ms = statistics.median(ours[1:]) * 1_000
    return {
        "hello_ms": round(hello_ms, 1),
        "workbench_ms": round(ours_ms, 1),
        "ratio": round(ours_ms / hello_ms, 2),
        "runs": runs,
    }


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=9)
    json.dump(measure(parser.parse_args().runs), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
