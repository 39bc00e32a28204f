"""Errors in the workbench: a toast and an entry in the log, never a broken terminal.

Textual ends the message loop of a widget whose handler raises, and with it the app. So every widget
and screen of ours is `Guarded`: its handlers have one edge, here, where what they raise is handed
to the app. Work that goes on in the background has the same edge in `run_guarded`.
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from textual.events import Unmount
from textual.message import Message
from textual.messages import CloseMessages, ExitApp, Prune

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

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
        try:
            await super()._dispatch_message(message)
        except Exception as error:  # noqa: BLE001 - the edge of the message loop: logged and told
            tell(self, error, f"{type(self).__name__} on {type(message).__name__}")


def tell(pump: MessagePump, error: Exception, where: str) -> None:
    """Log an error with its traceback, and hand it to the app."""
    _log.error("%s failed: %s", where, error, exc_info=error)
    pump.app.post_message(Failed(error, where))


def run_guarded(owner: DOMNode, work: Callable[[], Awaitable[None]], name: str) -> Worker[Any]:
    """Run work in the background for as long as its owner is on the screen."""

    async def guarded() -> None:
        try:
            await work()
        except Exception as error:  # noqa: BLE001 - the edge of a background task: logged and told
            tell(owner, error, name)

    return owner.run_worker(guarded(), name=name, group=name, exit_on_error=False)
