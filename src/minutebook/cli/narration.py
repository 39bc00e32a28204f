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
from minutebook.events import (
    Event,
    JobFailed,
    JobFinished,
    LoopFailed,
    SourceFailed,
    SourceImported,
)


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
        line = _line(event)
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


def _line(event: Event) -> str:
    match event:
        case SourceImported(new=0, revised=0, quarantined=0):
            return ""
        case SourceImported():
            return f"read {event.place}: {_came_in(event)} ({event.format})"
        case SourceFailed(place=place, reason=reason):
            return f"not read {place}: {reason}"
        case JobFinished(kind=kind, subject=subject):
            return f"{kind.value} {subject}"
        case JobFailed(kind=kind, subject=subject, reason=reason, retry_at=retry_at):
            then = "given up" if retry_at is None else f"again at {retry_at.astimezone():%H:%M:%S}"
            return f"{kind.value} {subject} failed: {reason} ({then})"
        case LoopFailed(loop=loop, reason=reason):
            return f"{loop}: {reason}"
        case _:
            return ""


def _came_in(event: SourceImported) -> str:
    parts = [f"{event.new} new", f"{event.known} known"]
    if event.revised:
        parts.append(f"{event.revised} revised")
    if event.quarantined:
        parts.append(f"{event.quarantined} in quarantine")
    return ", ".join(parts)


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__ if name != "at"}
