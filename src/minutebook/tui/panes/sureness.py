"""Letters that change something are confirmed by Enter.

Who believes to be in the input types a sentence into a pane whose letters are commands. The one
decision: where nothing shows that such a letter was meant, it says what it would do, and Enter does
it. Another letter is taken for the sentence: over the transcript it goes to the input, and the one
that was held back before it. A sheet with a question would be answered by the rest of the sentence.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.tui.guard import run_guarded
from minutebook.tui.panes.wishes import CHANGES, do
from minutebook.tui.transcript import meant

if TYPE_CHECKING:
    from collections.abc import Callable

    from textual import events

    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine
    from minutebook.tui.panes.chat import ChatPane
    from minutebook.tui.panes.transcript import Transcript


class Sure:
    """What is done when Enter says so."""

    def __init__(self) -> None:
        self._do: Callable[[], object] | None = None

    def ask(self, do: Callable[[], object]) -> None:
        """Do this when the next key is Enter."""
        self._do = do

    def hear(self, event: events.Key) -> None:
        """Do what was asked for, or forget it."""
        do, self._do = self._do, None
        if do is not None and event.key == "enter":
            event.stop()
            event.prevent_default()
            do()


class Wishes:
    """What is wished of turns in a chat."""

    def __init__(self, pane: ChatPane) -> None:
        self._pane = pane
        self._held: tuple[str, Turn] | None = None
        """A wish that waits for Enter, and the turn that was chosen for it."""

    async def grant(self, engine: Engine, wished: Transcript.Wished) -> None:
        """Do what is wished, or hold it. Raises NotFoundError, UsageError, StoreError."""
        if wished.wish in CHANGES and self._pane.transcript.beside.chosen != wished.turn.key:
            self._hold(wished.wish, wished.turn)
        else:
            await do(self._pane, engine, wished.wish, wished.turn)

    def hear(self, event: events.Key, engine: Engine | None) -> None:
        """Take a key: Enter for what is held, letters for the input.

        All of it at once, since the next letter of a word is on its way already. What comes by here
        while the input has the keys was pressed before it had them.
        """
        pane, held, self._held = self._pane, self._held, None
        if held is not None and event.key == "enter" and engine is not None:
            _consume(event)
            run_guarded(pane, partial(do, pane, engine, *held), held[0])
            return
        letter = event.character or ""
        if not event.is_printable or not pane.composer.display:
            return
        if held is not None:
            pane.transcript.choose("")
            pane.tell("")
            self._type(event, f"{CHANGES[held[0]][0]}{letter}")
        elif pane.screen.focused is pane.composer:
            self._type(event, letter)
        elif pane.screen.focused is pane.transcript:
            self._consider(event, letter)

    def _consider(self, event: events.Key, letter: str) -> None:
        """Hold a letter that changes a turn where none was chosen; type one that is no command."""
        transcript = self._pane.transcript
        wish = next((wish for wish, (key, _) in CHANGES.items() if key == letter), "")
        if not transcript.beside.chosen and wish and wish != "good":
            if (turn := meant(wish, transcript.turns, transcript.beside)) is not None:
                _consume(event)
                self._hold(wish, turn)
        elif event.key not in self._pane.screen.active_bindings:
            self._type(event, letter)

    def _hold(self, wish: str, turn: Turn) -> None:
        self._held = (wish, turn)
        self._pane.transcript.choose(turn.key)
        what = CHANGES[wish][1]
        self._pane.tell(f"Enter {what} this turn; esc leaves it, i goes to the input.")

    def _type(self, event: events.Key, text: str) -> None:
        _consume(event)
        self._pane.screen.set_focus(self._pane.composer)
        self._pane.composer.insert(text)


def _consume(event: events.Key) -> None:
    event.stop()
    event.prevent_default()
