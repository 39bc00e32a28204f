"""A side conversation with the model as it was: read only, and beside everything else.

It looks like no other screen, so that nobody takes it for the conversation: a bar of another colour
stands beside all of it, and its title says of when it is. Escape stops an answer, then dismisses.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.domain.display import one_line
from minutebook.domain.snapshots import Summon
from minutebook.domain.turns import Ending, Role
from minutebook.errors import MinutebookError
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind, Tone
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.transcript import model_label
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.domain.snapshots import Snapshot, SummonMessage
    from minutebook.engine import Engine

_ASK = "enter asks · esc dismisses · nothing here goes into the record"
_STOP = "the answer is on its way · esc stops it"
_READ = "esc closes · this side conversation was dismissed"
_OPEN = "open"
_NOTES = {
    Ending.STOPPED: "stopped",
    Ending.CUT: "broke off",
    Ending.INTERRUPTED: "interrupted",
    Ending.MAX_TOKENS: "reached the most tokens it may have",
    Ending.CONTEXT_FULL: "the model's window is full",
    Ending.REFUSAL: "the model declined",
}


class SideText(Guarded, Prose):
    """What was said in a side conversation."""


class SummonScreen(Overlay[Summon]):
    """Gives the side conversation when it was dismissed here; None when it was only read."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "close", "Dismiss it", priority=True),
    ]

    def __init__(self, engine: Engine, summon: str, snapshot: Snapshot, question: str = "") -> None:
        super().__init__()
        self._engine = engine
        self._summon = summon
        self._snapshot = snapshot
        self._question = question
        self._text = SideText(id="summon-text")
        self._line = TextInput(placeholder="Ask it as it was …", id="summon-ask")
        self._keys = InkedLine(line(_ASK, Ink.FAINT), id="summon-keys")
        self._is_answering = False
        self._is_dismissed = False

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        then = self._snapshot
        at = f"{then.at.astimezone():%Y-%m-%d %H:%M}"
        about = " · ".join(part for part in (one_line(then.model), then.label) if part)
        with Vertical(classes="sheet"):
            title = line(f"As it was on {at}, read only", Ink.WARNING)
            yield InkedLine(title, id="summon-title")
            yield InkedLine(line(about, Ink.NOTE), id="summon-about")
            yield self._text
            yield self._line
            yield self._keys

    def on_mount(self) -> None:
        """Show what was said, and ask what is to be asked at once."""
        self._line.focus()
        run_guarded(self, self._begin, "side conversation")

    async def _begin(self) -> None:
        await self._show()
        if self._question and not self._is_dismissed:
            self._ask(self._question)

    async def _show(self) -> None:
        aside = await self._engine.context.summons.get(self._summon)
        self._is_dismissed = aside.summon.dismissed_at is not None
        self._line.disabled = self._is_dismissed
        self._text.set_blocks([_block(said) for said in aside.messages])
        self._tell()

    @on(Input.Submitted, "#summon-ask")
    def _asked(self, event: Input.Submitted) -> None:
        if event.value.strip() and not self._is_answering:
            self._line.clear()
            self._ask(event.value)

    def _ask(self, question: str) -> None:
        self._is_answering = True
        self._tell()
        self._text.append_block(_own("question", question))
        self._text.open_block(self._answer())
        run_guarded(self, partial(self._answered, question), "side conversation answer")

    async def _answered(self, question: str) -> None:
        try:
            await self._engine.context.summons.ask(self._summon, question, self._hear)
        except MinutebookError as error:
            self.notify(str(error), severity="error", markup=False)
        finally:
            self._is_answering = False
            if self.is_attached:
                self._end_answer()
        await self._show()

    def _hear(self, piece: str) -> None:
        if self.is_attached and self._text.is_streaming:
            self._text.write(piece)

    def _end_answer(self) -> None:
        if self._text.is_streaming:
            self._text.close_block()

    def _answer(self) -> ProseBlock:
        speaker = model_label(self._snapshot.model)
        return ProseBlock(id=_OPEN, kind=TextKind.CHAT, speaker=speaker, tone=Tone.MODEL)

    def _tell(self) -> None:
        """Say which keys are of use now."""
        keys = _STOP if self._is_answering else _READ if self._is_dismissed else _ASK
        self._keys.show(line(keys, Ink.FAINT))

    def action_close(self) -> None:
        """Stop the answer that is on its way, else end the side conversation."""
        if self._is_answering:
            self._engine.context.summons.stop(self._summon)
        elif self._is_dismissed:
            self.dismiss(None)
        else:
            run_guarded(self, self._dismissed, "dismiss")

    async def _dismissed(self) -> None:
        self.dismiss(await self._engine.context.summons.dismiss(self._summon))


def _own(id_: str, text: str) -> ProseBlock:
    return ProseBlock(id=id_, text=text, kind=TextKind.CHAT, speaker="you", tone=Tone.YOU)


def _block(said: SummonMessage) -> ProseBlock:
    id_ = f"said {said.number}"
    if said.role is Role.USER:
        return _own(id_, said.text)
    return ProseBlock(
        id=id_,
        text=said.text,
        kind=TextKind.CHAT,
        speaker=model_label(said.model),
        tone=Tone.MODEL,
        foot=_NOTES.get(said.ending, ""),
    )
