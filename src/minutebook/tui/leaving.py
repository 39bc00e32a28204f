"""Ends that come from outside: a kind kill, and a terminal that was closed.

The first signal asks the app to end as if the person had quit: the screen is restored, the engine
is closed. That takes an event loop that runs, and a terminal that takes what is written. Where they
do not come back in time (a closed terminal takes nothing, and a writer waits for it for ever), or
when a second signal comes, the terminal is restored as well as can be and the process ends there
and then. The store stands that at any moment.
"""

from __future__ import annotations

import os
import signal
import sys
import termios
import threading
from contextlib import suppress
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_PATIENCE = {signal.SIGTERM: 10.0, signal.SIGHUP: 4.0}
"""Seconds that the app has for ending in good order; fewer when nobody looks any more."""
_KILLED = 128
"""Added to the number of a signal, it is the exit code of who was killed by it."""
_RESTORED = b"".join(
    [
        *(b"\x1b[?%dl" % mode for mode in (1000, 1002, 1003, 1004, 1006, 1015, 1016, 2004)),
        b"\x1b[?2026l\x1b[?2048l",
        b"\x1b[<u",  # keys are told as they were before
        b"\x1b[?1049l\x1b[?7h\x1b[?25h\x1b[0m",
    ]
)


class Leaving:
    """Hears the signals that ask for an end."""

    def __init__(self, leave: Callable[[], object]) -> None:
        self._leave = leave
        """Asks the app to end; it is called from a signal handler, and must not wait."""
        self._before = _terminal_state()
        self._is_asked = False

    def listen(self) -> None:
        """Hear signals from now on. Only the main thread can."""
        for number in _PATIENCE:
            signal.signal(number, self._hear)

    def _hear(self, number: int, _: FrameType | None) -> None:
        if self._is_asked:
            self._end(number)
        self._is_asked = True
        watchdog = threading.Timer(_PATIENCE[signal.Signals(number)], self._end, [number])
        watchdog.daemon = True
        watchdog.start()
        self._leave()

    def _end(self, number: int) -> None:
        """End the process here."""
        with suppress(OSError):
            terminal = os.open("/dev/tty", os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK)
            os.write(terminal, _RESTORED)
        if self._before is not None:
            with suppress(OSError, termios.error):
                termios.tcsetattr(sys.__stdin__ or 0, termios.TCSANOW, self._before)
        os._exit(_KILLED + number)


def _terminal_state() -> list[int | list[bytes | int]] | None:
    """Return how the terminal reads keys; nothing where there is none."""
    try:
        return termios.tcgetattr(sys.__stdin__ or 0)
    except (OSError, ValueError, termios.error):
        return None
