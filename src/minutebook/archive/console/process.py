"""The console's process, seen from the engine: started clean, spoken to, and ended.

Its environment is empty but for what an interpreter needs, so that it never holds a key; its folder
for temporary files is its own, and goes with it.
"""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import signal
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE, Process
from pathlib import Path

from minutebook.archive.console.limits import Confinement, ConsoleLimits
from minutebook.archive.console.messages import (
    HEAD,
    Begin,
    Failed,
    Message,
    ProtocolError,
    Ready,
    length,
    packed,
    unpacked,
)
from minutebook.errors import QueryError

_CHILD = "minutebook.archive.console.child"
_START_SECONDS = 60.0
_DEAD = "The process of the console has ended"
_AGAIN = "It asked for too much at once. Ask for less, or only for the columns you need."


class ConsoleProcess:
    """A process that answers queries."""

    def __init__(self, process: Process, temp: Path) -> None:
        self._process = process
        self.temp = temp
        self.confinement = Confinement()
        self.has_archive = False
        """Whether there was an archive when it started; a folder made later is closed to it."""
        self.version = ""

    @classmethod
    async def start(cls, database: Path, archive: Path, limits: ConsoleLimits) -> ConsoleProcess:
        """Start a process and wait until it is ready. Raises QueryError."""
        temp = Path(await asyncio.to_thread(tempfile.mkdtemp, prefix="minutebook-sql-"))
        try:
            process = await asyncio.create_subprocess_exec(
                sys.executable, "-I", "-m", _CHILD,
                stdin=PIPE, stdout=PIPE, stderr=DEVNULL,
                cwd=temp, env={"HOME": str(temp), "LANG": "C.UTF-8", "TZ": "UTC"},
                start_new_session=True,  # so that ctrl+c reaches us, who then stop the query
            )  # fmt: skip
        except OSError as error:
            await asyncio.to_thread(shutil.rmtree, temp, True)
            raise QueryError(f"The console's process cannot be started: {error}.") from error
        started = cls(process, temp)
        try:
            async with asyncio.timeout(_START_SECONDS):
                await started._begin(database, archive, limits)
        except BaseException as error:
            await started.end()
            if isinstance(error, TimeoutError):
                raise QueryError("The console's process does not answer.") from error
            raise
        return started

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will come."""
        return self._process.returncode is not None

    async def send(self, message: Message) -> None:
        """Send a message. Raises QueryError when nobody listens any more."""
        stream = self._process.stdin
        if stream is None or self.has_ended:
            raise QueryError(f"{_DEAD}.", hint=_AGAIN)
        try:
            stream.write(packed(message))
            await stream.drain()
        except OSError as error:
            raise QueryError(f"{_DEAD}.", hint=_AGAIN) from error

    async def receive(self) -> Message:
        """Return the next message. Raises QueryError when the process has ended."""
        stream = self._process.stdout
        if stream is None:
            raise QueryError(f"{_DEAD}.", hint=_AGAIN)
        try:
            head = await stream.readexactly(HEAD.size)
            return unpacked(await stream.readexactly(length(head)))
        except asyncio.IncompleteReadError as error:
            raise QueryError(f"{_DEAD}{await self._how()}.", hint=_AGAIN) from error
        except ProtocolError as error:
            raise QueryError(error.message, hint="Run the query again.") from error

    async def end(self) -> None:
        """Kill the process, wait for its end, and remove what it had written."""
        with contextlib.suppress(ProcessLookupError):
            self._process.kill()
        if self._process.stdin is not None:
            self._process.stdin.close()
        await self._process.wait()
        await asyncio.to_thread(shutil.rmtree, self.temp, True)

    async def _begin(self, database: Path, archive: Path, limits: ConsoleLimits) -> None:
        has_record = await asyncio.to_thread(database.exists)
        self.has_archive = await asyncio.to_thread(archive.is_dir)
        await self.send(
            Begin(
                database=str(database) if has_record else "",
                archive=str(archive),
                temp=str(self.temp),
                limits=limits,
            )
        )
        answer = await self.receive()
        if isinstance(answer, Failed):
            raise QueryError(answer.message, hint=answer.hint)
        if not isinstance(answer, Ready):
            raise QueryError("The console's process said something else than expected.")
        self.confinement, self.version = answer.confinement, answer.version

    async def _how(self) -> str:
        code = await self._process.wait()
        if code >= 0:
            return f" with code {code}"
        with contextlib.suppress(ValueError):
            return f" by {signal.Signals(-code).name}"
        return f" by signal {-code}"
