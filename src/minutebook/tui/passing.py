"""What is said above the input while room is made in a prompt, and behind that."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.context import PassState, Trigger
from minutebook.domain.display import one_line
from minutebook.events import MarkOutOfReach, PassEnded, PassStarted, PassWentOn, RoomNeeded
from minutebook.tui.widgets import gauge
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from minutebook.domain.context import Pass
    from minutebook.tui.bridge import PassEvent
    from minutebook.tui.screens.main import MainScreen

_STOPS = "esc stops it"


def tell(event: PassEvent, main: MainScreen) -> None:
    """Say in the chat what becomes of a pass over the conversation that is open."""
    shown = main.shown_conversation
    if shown is None or shown.id != event.conversation:
        return
    sizes = main.glance.sizes
    budget = gauge.budget_of(sizes) if sizes is not None else None
    tokens = budget.tokens if budget is not None else 0
    match event:
        case PassStarted():
            main.chat.tell(f"Making room: {_share(event.before, tokens)} … {_STOPS}")
        case PassWentOn():
            main.chat.tell(f"Making room, {plural(event.steps, 'step')} … {_STOPS}")
        case PassEnded():
            main.chat.tell(*told(event.done, tokens))
        case RoomNeeded():
            full = _share(event.used, event.tokens)
            main.chat.tell(f"The prompt is full: {full}. /compact makes room.", Ink.WARNING)
        case MarkOutOfReach():
            main.chat.tell(event.reason, Ink.WARNING)


def told(done: Pass, tokens: int) -> tuple[str, Ink]:
    """Return a line about a pass over a prompt that may have so many tokens, and its ink."""
    reason = one_line(done.reason)
    if done.state is PassState.FAILED:
        return f"No room was made. {reason}", Ink.WARNING
    if done.trigger is Trigger.UNDO:
        if 0 < tokens < done.after:
            said = f"{reason} {_change(done, tokens)}: that does not fit, /compact makes room"
            return said, Ink.WARNING
        return f"{reason} {_change(done, tokens)}", Ink.NOTE
    if done.trigger is Trigger.GROWTH:
        return f"{reason} {_change(done, tokens)} · /compact undo", Ink.NOTE
    if done.after >= done.before:
        return f"Nothing left the prompt. {reason}".rstrip(), Ink.NOTE
    text = f"Made room: {_change(done, tokens)}, {_what_left(done)} · /compact undo"
    if done.state is PassState.STUCK:
        return f"{text}. {reason}", Ink.WARNING
    return f"{text}. {reason}" if reason else text, Ink.NOTE


def _what_left(done: Pass) -> str:
    """Return what became of what left, as far as the pass lists it."""
    pages = sum(left.what == "page" for left in done.left)
    more = "+" if done.left_count > len(done.left) else ""
    if pages:
        are = "is a summary" if pages == 1 and not more else "are summaries"
        return f"{pages:,}{more} {'page' if pages == 1 and not more else 'pages'} {are} now"
    return f"{plural(done.left_count, 'thing')} left"


def _change(done: Pass, tokens: int) -> str:
    return f"{_share(done.before, tokens)} → {_share(done.after, tokens)}"


def _share(used: int, tokens: int) -> str:
    """Return a share of a budget; tokens where the budget is not known."""
    return f"{used / tokens:.0%}".replace("%", " %") if tokens else f"{used:,} tokens"
