"""What is typed in a pane and not sent yet: kept by conversation, and on disk before long."""

from __future__ import annotations

import asyncio
import logging
from typing import TYPE_CHECKING

from minutebook.tui.upkeep import Upkeep

if TYPE_CHECKING:
    from minutebook.tui.drafts import Drafts
    from minutebook.tui.panes.chat import ChatPane

_PACE = 0.5
"""Seconds between two writings."""
_log = logging.getLogger(__name__)


class Drafting:
    """Keeps the draft of the conversation whose text is in the input."""

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._shown = ""
        """Id of that conversation."""
        self._writing = Upkeep(pane, "keep a draft", self._write, pace=_PACE)

    @property
    def _drafts(self) -> Drafts:
        return self._pane.workbench.drafts

    def keep(self) -> None:
        """Remember what is not sent yet."""
        if self._shown:
            self._drafts.keep(self._shown, self._pane.input.draft)

    def keep_on_disk(self) -> None:
        """Have it written down soon, in case the workbench dies."""
        self._writing.ask()

    def show(self, conversation: str) -> None:
        """Go on with what was not sent yet in a conversation."""
        if conversation != self._shown:
            self.keep()
            self._shown = conversation
            self._pane.input.show_draft(conversation, self._drafts.of(conversation))

    async def _write(self) -> None:
        self.keep()
        try:
            await asyncio.to_thread(self._drafts.write)
        except OSError as error:
            _log.warning("What is not sent yet could not be written down: %s", error)
