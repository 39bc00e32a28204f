"""Exit codes, a contract with scripts."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """What an exit code means."""

    DONE = 0
    FAILED = 1
    USAGE = 2
    QUARANTINED = 3
    """Done, but some input could not be read."""
    INTERRUPTED = 130
