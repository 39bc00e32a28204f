"""Going on from a conversation that was read from a log: in one that is held here, beside it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.errors import UsageError
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from minutebook.engine import Engine
    from minutebook.tui.panes.chat import ChatPane


async def go_on_here(pane: ChatPane, engine: Engine) -> None:
    """Begin a conversation that goes on from the one that is open, and give it the keys.

    Raises NotFoundError and StoreError.
    """
    if (log := pane.conversation) is None:
        return
    pane.tell(f"Going on from {log.title} …", Ink.NOTE)
    try:
        begun = await engine.context.snapshots.go_on(log.id)
    except UsageError as error:
        pane.tell(str(error), Ink.WARNING)
        return
    pane.workbench.bench.open(begun.id)
    await pane.opened()
    pane.take_focus()
    pane.tell(f"What you say here goes on from {log.title}, which stays as it is.", Ink.NOTE)
