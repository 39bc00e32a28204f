"""What is under way in the archive from here: one thing at a time, told as it goes."""

from __future__ import annotations

import asyncio
from contextlib import contextmanager
from typing import TYPE_CHECKING

from minutebook.domain.archive import FlushWatch
from minutebook.errors import MinutebookError
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from minutebook.domain.archive import FlushReport, VerifyReport
    from minutebook.engine import Engine

_LOOK = 0.3


class ArchiveWork:
    """Archives what is due, and may be told to end; proves every file."""

    def __init__(self) -> None:
        self._watch: FlushWatch | None = None
        self.is_busy = False
        """Whether something is under way."""
        self.told = ""
        """How it stands, in words."""
        self.ink = Ink.NOTE

    def say(self, text: str, ink: Ink = Ink.NOTE) -> None:
        """Have this told."""
        self.told, self.ink = text, ink

    def stop(self) -> bool:
        """Have a flush end behind the file it writes; say whether there is one."""
        if self._watch is None:
            return False
        self._watch.is_stopped = True
        return True

    async def flush(self, engine: Engine, changed: Callable[[], None]) -> None:
        """Archive what is due; `changed` is called when something else is told."""
        with self._busy(changed):
            self._watch = watch = FlushWatch()
            flushing = asyncio.ensure_future(engine.archive.flush(watch))
            try:
                while not flushing.done():
                    self.say(_progress(watch), Ink.ACCENT)
                    changed()
                    await asyncio.wait({flushing}, timeout=_LOOK)
            except asyncio.CancelledError:
                watch.is_stopped = True  # it ends behind the file it writes, and by itself
                raise
            finally:
                self._watch = None
            self.say(_flushed(await flushing, is_whole=not watch.is_stopped), Ink.GOOD)

    async def verify(self, engine: Engine, changed: Callable[[], None]) -> VerifyReport | None:
        """Prove every file; return what was found, None when it could not be looked at."""
        with self._busy(changed):
            self.say("Every file is read and compared …", Ink.ACCENT)
            changed()
            found = await engine.archive.verify()
            files = plural(found.files, "file")
            if found.problems:
                self.say(f"{files}, {plural(len(found.problems), 'problem')}", Ink.ERROR)
            else:
                rows = plural(found.rows, "row")
                self.say(f"{files} with {rows}: all is what was written", Ink.GOOD)
            return found
        return None

    @contextmanager
    def _busy(self, changed: Callable[[], None]) -> Iterator[None]:
        """Be busy; an error is told, and is the end of it."""
        self.is_busy = True
        try:
            yield
        except MinutebookError as error:
            self.say(str(error), Ink.ERROR)
        finally:
            self.is_busy = False
            changed()


def _progress(watch: FlushWatch) -> str:
    if watch.is_stopped:
        return "Archiving ends behind the file that is being written …"
    return f"Archiving: {plural(watch.report.pages, 'page')} so far · x stops it"


def _flushed(done: FlushReport, *, is_whole: bool) -> str:
    kept = f", {done.skipped:,} were kept or changed meanwhile" if done.skipped else ""
    rest = "" if is_whole else "; the rest waits for the next flush"
    said = f"{plural(done.pages, 'page')} with {plural(done.turns, 'turn')} archived"
    return f"{said} in {done.seconds:.1f} s{kept}{rest}"
