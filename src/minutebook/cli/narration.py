"""Narration: readable lines on stderr, or JSON lines for machines. Text is made harmless first.

Work goes on when nobody listens any more.
"""

from __future__ import annotations

import json
import sys
from contextlib import suppress

from minutebook.clock import iso
from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import MinutebookError
from minutebook.events import Event
from minutebook.wording import narrated


def say(line: str) -> None:
    """Write a line for people."""
    _write(one_line(line))


def complain(error: MinutebookError) -> None:
    """Say what went wrong and what to do next."""
    _write(f"minutebook: {terminal_safe(error.message)}")
    if error.hint:
        _write(f"  {terminal_safe(error.hint)}")


def _write(line: str) -> None:
    with suppress(OSError):
        sys.stderr.write(f"{line}\n")
        sys.stderr.flush()


class Narrator:
    """Tells what happens, event by event."""

    def __init__(self, *, as_json: bool) -> None:
        self._as_json = as_json

    def tell(self, event: Event) -> None:
        """Tell an event, if it is one that people want to hear of."""
        line = narrated(event)
        if not line:
            return
        if self._as_json:
            self.write(type(event).__name__, line, _fields(event), iso(event.at))
        else:
            say(f"{event.at.astimezone():%H:%M:%S}  {line}")

    def note(self, line: str, at: str) -> None:
        """Tell something that is no event."""
        if self._as_json:
            self.write("Note", line, {}, at)
        else:
            say(line)

    def write(self, name: str, line: str, fields: dict[str, object], at: str) -> None:
        """Write one JSON line."""
        entry = {"at": at, "event": name, "message": line, **fields}
        _write(json.dumps(entry, default=str))


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__ if name != "at"}
