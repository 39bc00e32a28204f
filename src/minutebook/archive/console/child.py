"""The console's process: reads what to do from its input, answers on its output, keeps nothing.

`python -I -m minutebook.archive.console.child`. One thread runs queries, one listens, so that a
query can be stopped while it runs. When its input ends, so does the process, at once.
"""

from __future__ import annotations

import contextlib
import os
import queue
import sys
import threading
from pathlib import Path
from typing import BinaryIO

from minutebook.archive.console.confinement import confine
from minutebook.archive.console.failures import Failure
from minutebook.archive.console.messages import (
    HEAD,
    Ask,
    Begin,
    Cancel,
    Describe,
    Failed,
    Message,
    More,
    Progress,
    ProtocolError,
    Ready,
    length,
    packed,
    unpacked,
)
from minutebook.archive.console.running import Runner, prepare
from minutebook.archive.console.session import Session
from minutebook.errors import MinutebookError
from minutebook.store.console import RecordReader

_TOLD_EVERY = 0.5
"""Seconds between two words about progress."""


class Link:
    """Both directions of the connection with the parent."""

    def __init__(self, source: BinaryIO, target: BinaryIO) -> None:
        self._source = source
        self._target = target
        self._writing = threading.Lock()

    def receive(self) -> Message | None:
        """Return the next message; None at the end. Raises ProtocolError."""
        head = self._source.read(HEAD.size)
        if len(head) < HEAD.size:
            return None
        return unpacked(self._source.read(length(head)))

    def send(self, message: Message) -> None:
        """Send a message; safe from any thread."""
        body = packed(message)
        with self._writing:
            self._target.write(body)
            self._target.flush()


class Child:
    """Does what the parent asks, one thing at a time."""

    def __init__(self, link: Link, session: Session) -> None:
        self._link = link
        self._session = session
        self._runner = Runner(session)
        self._waiting: queue.SimpleQueue[Message] = queue.SimpleQueue()

    def serve(self) -> None:
        """Answer until the input ends, which ends the process."""
        threading.Thread(target=self._listen, daemon=True).start()
        threading.Thread(target=self._tell_progress, daemon=True).start()
        while True:
            self._answer(self._waiting.get())

    def _answer(self, message: Message) -> None:
        if not isinstance(message, (Ask, More, Describe)):
            return
        try:
            if isinstance(message, Ask):
                for answer in self._runner.run(message):
                    self._link.send(answer)
            elif isinstance(message, More):
                self._link.send(self._runner.more(message.id))
            else:
                self._link.send(self._runner.describe(message.id))
        except Failure as failure:
            self._link.send(
                Failed(
                    id=message.id,
                    kind=failure.kind,
                    message=failure.message,
                    hint=failure.hint,
                    offset=failure.offset(message.sql) if isinstance(message, Ask) else -1,
                )
            )

    def _listen(self) -> None:
        """Take messages; stop what runs when told to. The end of the input is the end."""
        with contextlib.suppress(ProtocolError, OSError):
            while (message := self._link.receive()) is not None:
                if isinstance(message, Cancel):
                    self._runner.stop(message.id)
                else:
                    self._waiting.put(message)
        os._exit(0)

    def _tell_progress(self) -> None:
        tick = threading.Event()
        with contextlib.suppress(OSError):
            while not tick.wait(_TOLD_EVERY):
                id_, done = self._runner.progress()
                if id_ and done >= 0:
                    self._link.send(Progress(id=id_, done=done))


def main() -> None:
    """Begin as told, be confined, serve."""
    link = _link()
    begin = link.receive()
    if not isinstance(begin, Begin):
        return
    import duckdb

    try:
        # Opened now: later, this process can open nothing but the archive's files.
        reader = RecordReader(Path(begin.database)) if begin.database else None
        prepare()
        held = confine(Path(begin.archive), Path(begin.temp), begin.limits)
        session = Session(begin, reader)
    except (MinutebookError, duckdb.Error, OSError) as error:
        link.send(Failed(id=0, kind="archive", message=str(error)))
        return
    link.send(Ready(version=duckdb.__version__, confinement=held))
    Child(link, session).serve()


def _link() -> Link:
    """Take both pipes, and leave nothing in their places that a library could write into."""
    source, target = os.fdopen(os.dup(0), "rb"), os.fdopen(os.dup(1), "wb")
    nothing = os.open(os.devnull, os.O_RDWR)
    os.dup2(nothing, 0)
    os.dup2(2, 1)
    os.close(nothing)
    return Link(source, target)


if __name__ == "__main__":
    main()
    sys.exit(0)
