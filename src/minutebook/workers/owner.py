"""Who holds a lease: this process, on this machine, since it was started.

A number is given to another process sooner or later; the start time tells the two apart. So the
jobs of a worker that was killed are free as soon as anybody on the machine looks, not only when
their lease has run out.
"""

from __future__ import annotations

import os
import socket
import uuid
from pathlib import Path


def new_owner() -> str:
    """Return a name for a worker of this process: `host:pid:started:unique`."""
    pid = os.getpid()
    return f"{socket.gethostname()}:{pid}:{_started(pid)}:{uuid.uuid4().hex[:8]}"


def is_gone(owner: str) -> bool:
    """Say whether an owner is known to be gone; of other machines nothing is known."""
    host, pid, started, _ = owner.rsplit(":", 3)
    if host != socket.gethostname():
        return False
    return not _is_alive(int(pid)) or _started(int(pid)) != started


def _is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


def _started(pid: int) -> str:
    """Return the start time of a process in clock ticks since boot; `0` where it is not told."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("utf-8", "replace")
    except OSError:
        return "0"
    # The name, in parentheses, may hold anything; field 22 is the 20th behind it.
    return stat.rpartition(")")[2].split()[19]
