"""Errors in the workbench: a toast and an entry in the log, never a broken terminal.

Textual ends the message loop of a widget whose handler raises, and with it the app. So every widget
and screen of ours is `Guarded`: its handlers have one edge, here, where what they raise is handed
to the app. Work that goes on in the background has the same edge by `run_guarded`.
"""

from __future__ import annotations

import logging
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from textual.events import Unmount
from textual.message import Message
from textual.messages import CloseMessages, ExitApp, Prune

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.dom import DOMNode
    from textual.message_pump import MessagePump
    from textual.worker import Worker

_log = logging.getLogger(__name__)
_ENDINGS = (Prune, CloseMessages, ExitApp, Unmount)


class Failed(Message):
    """Something went wrong; the app tells the person."""

    def __init__(self, error: Exception, where: str) -> None:
        super().__init__()
        self.error = error
        self.where = where


if TYPE_CHECKING:
    _Pump = MessagePump
else:
    _Pump = object


class Guarded(_Pump):
    """Put before a widget's own base class: an error in a handler is told, and the widget lives."""

    async def _dispatch_message(self, message: Message) -> None:
        if isinstance(message, _ENDINGS):
            # Textual waits for these: an error in them must end the loop, or the app never ends.
            await super()._dispatch_message(message)
            return
        with edge(self, f"{type(self).__name__} on {type(message).__name__}"):
            await super()._dispatch_message(message)


@contextmanager
def edge(pump: MessagePump, where: str) -> Iterator[None]:
    """Tell whatever is raised inside, and go on behind it."""
    try:
        yield
    except Exception as error:  # noqa: BLE001 - the edge of what runs by itself: told
        tell(pump, error, where)


def tell(pump: MessagePump, error: Exception, where: str) -> None:
    """Log an error with its traceback, and hand it to the app.

    What has left the screen, or leaves it as the app ends, may meet others that are gone: that is
    no failure, and nobody is there to be told.
    """
    if not pump.is_attached:
        _log.debug("%s ended with: %s", where, error, exc_info=error)
        return
    _log.error("%s failed: %s", where, error, exc_info=error)
    pump.app.post_message(Failed(error, where))


def run_guarded(owner: DOMNode, work: Callable[[], Awaitable[None]], name: str) -> Worker[Any]:
    """Run work in the background for as long as its owner is on the screen."""

    async def guarded() -> None:
        with edge(owner, name):
            await work()

    return owner.run_worker(guarded, name=name, group=name, exit_on_error=False)
