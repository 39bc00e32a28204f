"""Below the transcript: what waits, what goes along, what is offered, and the composer.

Nothing is sent from here; whoever takes what was said empties the input. Each conversation has a
draft of its own.
"""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.message import Message

from minutebook.domain.turns import Attachment
from minutebook.tui import outside, sayings
from minutebook.tui.drafts import Draft
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.sayings import Sayings
from minutebook.tui.slash import completion
from minutebook.tui.slash.choices import Choices
from minutebook.tui.slash.commands import Kind
from minutebook.tui.slash.table import COMMANDS
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.chips import Chips
from minutebook.tui.widgets.completions import Completions
from minutebook.tui.widgets.composer import Composer
from minutebook.tui.widgets.hint import Hint
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.widgets.waiting import WaitingLines

if TYPE_CHECKING:
    from collections.abc import Sequence

    from textual.app import App, ComposeResult

    from minutebook.domain.chats import Waiting
    from minutebook.engine import Engine

_EDITING = "Another text in the place of that turn begins a branch. Enter sends, esc leaves it."


class InputArea(Guarded, Vertical):
    """Where something new is said."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "leave", "Close what is offered; edit no more", show=False),
    ]

    class Sent(Message):
        """The person has pressed Enter."""

        def __init__(self, draft: Draft, *, is_pasted: bool) -> None:
            super().__init__()
            self.draft = draft
            self.is_pasted = is_pasted

    class Edited(Message):
        """The draft is another one."""

    class BackWanted(Message):
        """The last message that waits is to be taken back."""

    def __init__(self, id: str) -> None:  # noqa: A002
        super().__init__(id=id)
        self._engine: Engine | None = None
        self._conversation = ""
        self._choices: Choices | None = None
        self._files: tuple[Attachment, ...] = ()
        self._editing = ""
        self._waits: tuple[Waiting, ...] = ()
        self._closed_at = ""
        """The text at which the person closed what was offered."""
        self._pastes = 0
        self._sayings = Sayings()
        self._completing = Upkeep(self, "completion", self._complete)
        self._waiting = WaitingLines(id="chat-waiting")
        self.hint = Hint(id="chat-hint")
        self.completions = Completions(id="completions")
        self.chips = Chips(id="chips")
        self.composer = Composer(id="composer")

    def compose(self) -> ComposeResult:
        """Lay out the input."""
        yield self._waiting
        yield self.hint
        yield self.completions
        yield self.chips
        yield self.composer

    def use(self, engine: Engine) -> None:
        """Offer what this engine has."""
        self._engine = engine
        self._choices = Choices(engine)

    @property
    def draft(self) -> Draft:
        """What is not sent yet."""
        return Draft(text=self.composer.text, attachments=self._files, editing=self._editing)

    def show_draft(self, conversation: str, draft: Draft) -> None:
        """Go on with what was not sent yet in a conversation."""
        self._conversation = conversation
        self._files, self._editing = draft.attachments, draft.editing
        self._sayings.leave()
        self.composer.fill(draft.text)
        self.chips.show_files(self._files)
        self.set_class(bool(self._editing), "-editing")

    def clear(self, sent: Draft) -> None:
        """Empty the input of what was sent; what was typed since stays."""
        if self.draft == sent:
            self.show_draft(self._conversation, Draft())
        elif self._editing == sent.editing:
            self._editing = ""
            self.set_class(False, "-editing")

    def clear_text(self, text: str) -> None:
        """Empty the composer of a command; what goes along with the next message stays."""
        if self.composer.text == text:
            self.composer.fill("")

    @property
    def waits(self) -> tuple[Waiting, ...]:
        """What waits to be sent."""
        return self._waits

    def edit(self, turn: str, text: str, files: tuple[Attachment, ...]) -> None:
        """Let a turn be said again."""
        self.show_draft(self._conversation, Draft(text=text, attachments=files, editing=turn))
        self.hint.say(_EDITING, Ink.ACCENT)
        self.composer.focus()

    def take_back(self, text: str, files: tuple[Attachment, ...]) -> None:
        """Let something be changed that has not been sent."""
        self.show_draft(self._conversation, Draft(text=text, attachments=files))

    def show_waiting(self, waiting: Sequence[Waiting]) -> None:
        """Show what waits."""
        self._waits = tuple(waiting)
        self._waiting.show(waiting)

    def attach(self, file: Attachment) -> None:
        """Let a file go along with the next message."""
        self._files = (*self._files, file)
        self.chips.show_files(self._files)
        self.post_message(self.Edited())

    def offer(self, text: str) -> None:
        """Put the beginning of a command in, and offer what can follow."""
        self.composer.fill(text)
        self.composer.focus()

    @on(Composer.LargePaste)
    def _large_paste(self, event: Composer.LargePaste) -> None:
        from minutebook.engine import text_attachment

        self._pastes += 1
        self.attach(text_attachment(f"pasted-{self._pastes}.txt", event.text))
        self.hint.say("The paste goes along as a file. ctrl+o reads it; backspace drops it.")

    @on(Chips.Clicked)
    def _chip_clicked(self, event: Chips.Clicked) -> None:
        if event.number >= len(self._files):
            return
        if event.is_dropped:
            self._drop(event.number)
        else:
            self._read(self._files[event.number])

    @on(Composer.AttachmentWanted)
    def _attachment_wanted(self, event: Composer.AttachmentWanted) -> None:
        if not self._files:
            return
        if event.is_dropped:
            self._drop(len(self._files) - 1)
        else:
            self._read(self._files[-1])

    def _drop(self, number: int) -> None:
        self._files = self._files[:number] + self._files[number + 1 :]
        self.chips.show_files(self._files)
        self.post_message(self.Edited())

    def _read(self, file: Attachment) -> None:
        from minutebook.tui.screens.reading import ReadingScreen

        self.app.push_screen(ReadingScreen(file.name, file.content))

    @on(Composer.Changed)
    def _changed(self) -> None:
        if self._sayings.is_walking and not self._sayings.shows(self.composer.text):
            self._sayings.leave()
        self._completing.ask()
        self.post_message(self.Edited())

    async def _complete(self) -> None:
        """Offer what fits what is typed."""
        text = self.composer.text
        rows = completion.names(COMMANDS.values(), text)
        wish = completion.wanted(COMMANDS, text) if rows is None else None
        if text == self._closed_at or self.composer.is_pasted or self._sayings.shows(text):
            rows = wish = None
        if wish is not None and self._choices is not None:
            if wish.kind is Kind.MODEL and not self.completions.rows:
                self._offer(completion.offered(wish, self._choices.known_models()), -1)
            rows = completion.offered(wish, await self._choices.of(wish, self._conversation))
        if text == self.composer.text:
            self._offer(rows or (), -1 if wish is not None else 0)

    def _offer(self, rows: Sequence[completion.Completion], at: int) -> None:
        is_typed = len(rows) == 1 and rows[0].text == self.composer.text
        self.completions.offer(() if is_typed else rows, at)
        self.composer.is_offering = bool(self.completions.rows)

    @on(Composer.CompletionWanted)
    def _completion_wanted(self) -> None:
        if self.completions.pointed is None:
            self.completions.move(1)
        if (pointed := self.completions.pointed) is not None:
            self.composer.fill(pointed.text)

    @on(Composer.Sent)
    def _sent(self) -> None:
        """Take what is pointed at; send what is whole."""
        pointed = self.completions.pointed
        if pointed is not None and pointed.text.rstrip() != self.composer.text.rstrip():
            self.composer.fill(pointed.text)
            if pointed.text.endswith((" ", "/")):
                return
        draft, is_pasted = self.draft, self.composer.is_pasted
        self.post_message(self.Sent(draft, is_pasted=is_pasted))

    @on(Composer.Moved)
    async def _moved(self, event: Composer.Moved) -> None:
        if self.composer.is_offering:
            self.completions.move(event.step)
        elif event.step < 0 and self._waits and self.draft.is_empty:
            self.post_message(self.BackWanted())
        elif event.step < 0 or self._sayings.is_walking:
            await self._walk(event.step)

    async def _walk(self, step: int) -> None:
        """Show what was said before, or what was said after that."""
        if self._engine is None:
            return
        if not self._sayings.is_walking:
            said = await sayings.read(self._engine, self._conversation)
            self._sayings.begin(said, self.composer.text)
        if (text := self._sayings.step(step)) is not None:
            self.composer.fill(text)

    @on(Composer.EditorWanted)
    def _editor_wanted(self) -> None:
        run_guarded(self, partial(self._write_outside, self.app), "editor")

    async def _write_outside(self, app: App[None]) -> None:
        before = self.composer.text
        text = await outside.written(app, before)
        if text != before:
            self.composer.fill(text)
        self.composer.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to others where there is nothing to leave here."""
        can_leave = bool(self.completions.rows or self._editing or self._sayings.is_walking)
        return can_leave if action == "leave" else True

    def action_leave(self) -> None:
        """Close what is offered; else edit no more; else come back from old texts."""
        if self.completions.rows:
            self._closed_at = self.composer.text
            self._offer((), -1)
        elif self._editing:
            self.show_draft(self._conversation, Draft())
            self.hint.say("")
        else:
            self._sayings.leave()
            self.composer.fill("")
