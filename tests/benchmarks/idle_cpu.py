"""What the workbench costs while nothing happens: processor time over time, in a terminal.

The workbench is opened on a folder of chats in a pseudo terminal, left alone until its first work
is done, and then measured.

    python tests/benchmarks/idle_cpu.py [--seconds 20]

Prints JSON: {cpu_percent, seconds, rss_mb}.
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
import struct
import sys
import tempfile
import termios
import threading
import time
from pathlib import Path

_SETTLE = 12.0
_CHATS = 20
_TURNS = 50


def write_chats(folder: Path) -> None:
    """Write some chats to be watched."""
    folder.mkdir()
    for chat in range(_CHATS):
        lines = [
            f"12/01/2026, {9 + n // 60:02}:{n % 60:02} - Ada: Message {n} of chat {chat}.\n"
            for n in range(_TURNS)
        ]
        (folder / f"WhatsApp Chat with Friend {chat}.txt").write_text("".join(lines))


def open_workbench(folder: Path) -> tuple[int, int]:
    """Start the workbench in a terminal of its own; return its process and the terminal."""
    logs = folder / "logs"
    write_chats(logs)
    command = [sys.executable, "-m", "minutebook.cli.__main__", "--home", str(folder / "home")]
    pid, terminal = pty.fork()
    if pid == 0:
        os.environ.update({"TERM": "xterm-256color", "COLORTERM": "truecolor"})
        os.execv(command[0], [*command, str(logs)])
    fcntl.ioctl(terminal, termios.TIOCSWINSZ, struct.pack("HHHH", 40, 140, 0, 0))
    return pid, terminal


def read_on(terminal: int, ended: threading.Event) -> None:
    """Take what is written, so that the workbench never waits for its terminal."""
    while not ended.is_set():
        if select.select([terminal], [], [], 0.2)[0]:
            with contextlib.suppress(OSError):
                os.read(terminal, 65_536)


def cpu_seconds(pid: int) -> float:
    """Return the processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def rss_mb(pid: int) -> float:
    """Return the memory of a process in MiB."""
    pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def measure(seconds: float) -> dict[str, float]:
    """Return the share of one processor that an idle workbench takes."""
    ended = threading.Event()
    with tempfile.TemporaryDirectory() as name:
        pid, terminal = open_workbench(Path(name))
        reader = threading.Thread(target=read_on, args=(terminal, ended))
        reader.start()
        try:
            time.sleep(_SETTLE)
            before, start = cpu_seconds(pid), time.perf_counter()
            time.sleep(seconds)
            used = cpu_seconds(pid) - before
            share = used / (time.perf_counter() - start)
            return {
                "cpu_percent": round(share * 100, 2),
                "seconds": seconds,
                "rss_mb": round(rss_mb(pid), 1),
            }
        finally:
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            ended.set()
            reader.join()
            os.close(terminal)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=20.0)
    json.dump(measure(parser.parse_args().seconds), sys.stdout)
    sys.stdout.write("\n")


if __name__ == "__main__":
    main()
