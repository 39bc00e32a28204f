"""Narration: readable lines on stderr, or JSON lines for machines. Text is made harmless first.

Work goes on when nobody listens any more.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from contextlib import suppress
from datetime import datetime

from minutebook.cli.progress import ProgressLine
from minutebook.cli.tally import Tally
from minutebook.clock import iso
from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import MinutebookError
from minutebook.events import Event, JobFinished
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
    """Tells what happens, event by event.

    People are told of finished jobs in sums, unless they want to hear of each; machines hear of
    everything.
    """

    def __init__(
        self,
        *,
        as_json: bool = False,
        is_verbose: bool = False,
        summed_up: tuple[type[Event], ...] = (),
    ) -> None:
        """Leave out, for people, the events that will be summed up."""
        self.progress = ProgressLine()
        self.tally = Tally()
        self.as_json = as_json
        self.is_verbose = is_verbose
        self._summed_up = () if is_verbose else summed_up

    def tell(self, event: Event) -> None:
        """Tell an event, if it is one that people want to hear of."""
        line = narrated(event)
        if not line:
            return
        if isinstance(event, JobFinished):
            self.tally.add(event)
        if self.as_json:
            self.write(type(event).__name__, line, _fields(event), iso(event.at))
            return
        is_summed_up = isinstance(event, (JobFinished, *self._summed_up))
        if self.is_verbose or not is_summed_up:
            self._say(f"{event.at.astimezone():%H:%M:%S}  {line}")

    def tell_finished(self, at: datetime) -> None:
        """Tell the sums of the jobs that have finished since it was told last."""
        for line in self.tally.lines():
            if not (self.is_verbose or self.as_json):
                self._say(f"{at.astimezone():%H:%M:%S}  {line}")

    def note(self, line: str, at: datetime) -> None:
        """Tell something that is no event."""
        if self.as_json:
            self.write("Note", line, {}, iso(at))
        else:
            self._say(line)

    def write(self, name: str, line: str, fields: Mapping[str, object], at: str) -> None:
        """Write one JSON line."""
        entry = {"at": at, "event": name, "message": line, **fields}
        _write(json.dumps(entry, default=str))

    def _say(self, line: str) -> None:
        self.progress.clear()
        say(line)


def _fields(event: Event) -> dict[str, object]:
    return {name: getattr(event, name) for name in event.__slots__ if name != "at"}
