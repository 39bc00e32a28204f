"""What a person can have done with one turn of the transcript."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.chats import MarkKind
from minutebook.domain.turns import Role
from minutebook.tui.transcript import text_of
from minutebook.tui.widgets.inked import Ink

if TYPE_CHECKING:
    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine
    from minutebook.tui.panes.chat import ChatPane

CHANGES = {
    "edit": ("e", "says otherwise"),
    "pin": ("p", "pins"),
    "good": ("g", "calls good"),
    "bad": ("b", "calls bad"),
}
"""What changes something: its key, and what it does."""
_BUSY = "An answer is on its way here. esc stops it."


async def do(pane: ChatPane, engine: Engine, wish: str, turn: Turn) -> None:
    """Do what is wished. Raises NotFoundError, UsageError, StoreError."""
    match wish:
        case "copy":
            pane.transcript.copy_text(turn.content.text or text_of(turn.content))
        case "copy_code":
            _copy_code(pane, turn)
        case "edit":
            _edit(pane, turn)
        case "earlier":
            await _switch(pane, engine, turn, -1)
        case "later":
            await _switch(pane, engine, turn, 1)
        case kind:
            await _mark(pane, turn, MarkKind(kind))


def _edit(pane: ChatPane, turn: Turn) -> None:
    """Let a turn of the person be said otherwise; what is not sent yet is never written over."""
    if not _is_ours(pane) or turn.role is not Role.USER:
        return
    if not (pane.input.draft.is_empty or pane.input.draft.editing):
        pane.tell("Something is not sent yet: send it or clear it first.", Ink.WARNING)
        return
    if pane.is_busy:
        pane.tell(_BUSY, Ink.WARNING)
        return
    pane.input.edit(turn.key, turn.content.text, turn.content.attachments)


async def _switch(pane: ChatPane, engine: Engine, turn: Turn, step: int) -> None:
    """Read on with another branch."""
    keys = pane.transcript.beside.branches.get(turn.key, ())
    if turn.key not in keys:
        return
    if pane.is_busy:
        pane.tell(_BUSY, Ink.WARNING)
        return
    place = keys.index(turn.key) + step
    if not 0 <= place < len(keys):
        pane.tell("There is no branch further on." if step > 0 else "There is no branch before.")
        return
    taken = await engine.chat.branches.take(turn.conversation, keys[place])
    await pane.transcript.refresh_turns()
    pane.transcript.choose(taken.key)
    pane.tell(f"Branch {place + 1} of {len(keys)}.")


async def _mark(pane: ChatPane, turn: Turn, kind: MarkKind) -> None:
    if _is_ours(pane):
        await pane.mark(turn, kind)


def _copy_code(pane: ChatPane, turn: Turn) -> None:
    """Copy the code of a turn; of several, the one that is chosen."""
    codes = pane.transcript.codes_of(turn.key)
    if not codes:
        pane.tell("There is no code in this turn. y copies the turn.")
    elif len(codes) == 1:
        pane.transcript.copy_text(codes[0])
    else:
        _choose_code(pane, codes)


def _choose_code(pane: ChatPane, codes: list[str]) -> None:
    from minutebook.tui.screens.numbered import NumberedScreen

    def chosen(number: int | None) -> None:
        if number is not None:
            pane.transcript.copy_text(codes[number])

    pane.app.push_screen(NumberedScreen("Which code?", codes), chosen)


def _is_ours(pane: ChatPane) -> bool:
    """Say whether the conversation is held here, and why nothing is done where it is not."""
    conversation = pane.conversation
    if conversation is not None and conversation.is_live:
        return True
    pane.notify("This conversation was read from a log. i goes on from it in one of your own.")
    return False
