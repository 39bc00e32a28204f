"""The chat: the transcript of one conversation, and the place to go on with it.

What a person says appears when it is durable, not before. While an answer is on its way it is an
open block at the end; the turn in the record takes its place when it is whole.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.events import ReplyFailed, ReplyFinished, ReplyStarted, TextArrived
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.panes.pane import Pane
from minutebook.tui.prose.blocks import ProseBlock, TextKind, Tone
from minutebook.tui.prose.messages import FollowChanged, OlderWanted
from minutebook.tui.prose.prose import Prose
from minutebook.tui.replies import Replies
from minutebook.tui.transcript import blocks_of
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.composer import Composer
from minutebook.tui.widgets.inked import Ink, InkedLine, Span, line
from minutebook.tui.window import Window
from minutebook.tui.wording import plural, source_name

if TYPE_CHECKING:
    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.conversations import Conversation
    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine
    from minutebook.tui.bridge import ReplyEvent

REPLY = "reply"
"""Id of the open block."""
_WAIT = "The answer is still on its way. Your text stays here; press Enter again in a moment."


class Transcript(Guarded, Prose):
    """The turns."""


class ChatPane(Pane):
    """Transcript and composer."""

    TITLE = "Chat"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("i", "compose", "Go to the input"),
        Binding("G,end", "newest", "Go to the newest turn"),
    ]

    class Shown(Message):
        """A conversation is on the screen, or has changed there."""

        def __init__(self, conversation: Conversation) -> None:
            super().__init__()
            self.conversation = conversation

    def __init__(self, clock: Clock, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self._clock = clock
        self._window: Window | None = None
        self._wanted = ("", "")
        self._replies = Replies()
        self._is_sending = False
        self._order = asyncio.Lock()
        """Held while the window is read and shown: what is shown is what was read last."""
        self._opening = Upkeep(self, "open conversation", self._open_wanted)
        self._upkeep = Upkeep(self, "transcript", self._refresh)
        self._loading_older = Upkeep(self, "older turns", self._load_older)
        self._loading_newer = Upkeep(self, "newer turns", self._load_newer)
        self.transcript = Transcript(id="transcript")
        self.composer = Composer(id="composer")
        self._hint = InkedLine(id="chat-hint")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title
        yield self.transcript
        yield self._hint
        yield self.composer

    def on_mount(self) -> None:
        """Nothing is open yet."""
        self._show_input(None)

    def use(self, engine: Engine) -> None:
        """Show turns of this engine; what was open is opened again."""
        super().use(engine)
        self._replies = Replies()
        if self._window is not None:
            self.open(self._window.id)

    @property
    def conversation(self) -> Conversation | None:
        """What is on the screen."""
        return None if self._window is None else self._window.conversation

    def take_focus(self) -> None:
        """Give the keys to the composer of a conversation held here, else to the transcript."""
        (self.composer if self.composer.display else self.transcript).focus()

    def open(self, conversation: str, turn: str = "") -> None:
        """Show a conversation, from its newest turn or from the one with this key."""
        self._wanted = (conversation, turn)
        self._opening.ask()

    def changed(self, conversations: frozenset[str]) -> None:
        """Bring the transcript up to date if it is one of these."""
        if self._window is not None and self._window.id in conversations:
            self._upkeep.ask()

    async def _open_wanted(self) -> None:
        if self._engine is None:
            return
        id_, turn = self._wanted
        library = self._engine.library
        async with self._order:
            window = Window(library, await library.conversation(id_))
            await (window.open_around(turn) if turn else window.open_newest())
            self._window = window
            self._show_window(turn)
        self._show_input(window.conversation)
        self._tell()

    def _show_window(self, turn: str) -> None:
        """Show what the window has, from its end or from a turn."""
        self._end_open_block()
        self.transcript.following = not turn
        self._show_turns()
        if turn:
            self.transcript.scroll_to_block(turn)
            self.transcript.mark_changed([turn])
        if self._window is not None:
            self._resume_reply(self._window.id)

    async def _refresh(self) -> None:
        async with self._order:
            window = self._window
            if window is None or self._replies.of(window.id) is not None:
                return
            fresh = await window.refresh()
            if fresh is None or self.transcript.is_streaming:
                self._end_open_block()
                self._show_turns()
                self._resume_reply(window.id)
            else:
                self._append(fresh)
        self._tell()

    def _append(self, turns: list[Turn]) -> None:
        """Show turns that the window has taken in at its end."""
        shown = [] if self._window is None else self._window.turns
        before = shown[-len(turns) - 1] if len(shown) > len(turns) else None
        with self.app.batch_update():
            for block in self._blocks(turns, before):
                self.transcript.append_block(block)

    def _show_turns(self) -> None:
        if self._window is None:
            return
        self.transcript.has_older = self._window.has_older
        self.transcript.set_blocks(self._blocks(self._window.turns, None))

    def _blocks(self, turns: list[Turn], before: Turn | None) -> list[ProseBlock]:
        """Return turns as the transcript shows them, named as in the conversation that is open."""
        is_live = self.conversation is not None and self.conversation.is_live
        return blocks_of(turns, before, self._clock(), is_live=is_live)

    def _tell(self) -> None:
        """Say in the title what is shown, and let the screen know."""
        if (conversation := self.conversation) is None:
            return
        new = "↓ new below" if self.transcript.new_below else ""
        source = "" if conversation.is_live else f"{source_name(conversation.source)} · "
        self.title.note(
            Span(text=f"{new}  " if new else "", ink=Ink.ACCENT),
            Span(text=f"{source}{plural(conversation.turns, 'turn')}", ink=Ink.FAINT),
        )
        self.post_message(self.Shown(conversation))

    def _show_input(self, conversation: Conversation | None) -> None:
        """Offer the composer where it is of use; elsewhere say what can be done."""
        is_live = conversation is not None and conversation.is_live
        if self.composer.has_focus and not is_live:
            self.transcript.focus()
        self.composer.display = is_live
        if conversation is None:
            self._hint.show(line("^N begins a conversation", Ink.FAINT))
        elif is_live:
            self._hint.show(line(""))
        else:
            name = source_name(conversation.source)
            self._hint.show(line(f"Read from {name}. ^N begins your own.", Ink.FAINT))

    @on(OlderWanted)
    def _older_wanted(self) -> None:
        self._loading_older.ask()

    async def _load_older(self) -> None:
        async with self._order:
            if (window := self._window) is not None and window.has_older:
                self._prepend(await window.older(), window)

    def _prepend(self, turns: list[Turn], window: Window) -> None:
        """Show turns above; what was first has a turn before it now, maybe of the same day."""
        self.transcript.has_older = window.has_older
        self.transcript.prepend_blocks(self._blocks(turns, None))
        if turns and len(window.turns) > len(turns):
            first = window.turns[len(turns)]
            for block in self._blocks([first], turns[-1]):
                self.transcript.update_block(block)

    @on(FollowChanged)
    def _follow_changed(self, event: FollowChanged) -> None:
        if event.following and self._window is not None and self._window.has_newer:
            self._loading_newer.ask()
        self._tell()

    async def _load_newer(self) -> None:
        async with self._order:
            if (window := self._window) is not None and window.has_newer:
                self.transcript.following = False
                self._append(await window.newer())

    def action_compose(self) -> None:
        """Go to the input."""
        if self.composer.display:
            self.composer.focus()
        else:
            self.notify("This conversation was read from a log. ^N begins one of your own.")

    def action_newest(self) -> None:
        """Go to the newest turn, and stay with it."""
        if self._window is not None and self._window.has_newer:
            self.open(self._window.id)
        else:
            self.transcript.follow()

    @on(Composer.Sent)
    def _sent(self, event: Composer.Sent) -> None:
        window = self._window
        if self._engine is None or window is None:
            return
        if self._is_sending or self._replies.of(window.id) is not None:
            self._hint.show(line(_WAIT, Ink.WARNING))
            return
        self._is_sending = True
        run_guarded(self, lambda: self._say(window.id, event.text), "say")

    async def _say(self, conversation: str, text: str) -> None:
        """Record what was said; the answer follows in the background."""
        if (engine := self._engine) is None:
            return
        try:
            await engine.chat.say(conversation, text)
        finally:
            self._is_sending = False
        if self.composer.text == text:
            self.composer.clear()
        self.transcript.follow()
        await self._refresh()
        self._ask_model(conversation)

    @on(Composer.AskedAgain)
    def _asked_again(self) -> None:
        window = self._window
        if window is None or self._replies.of(window.id) is not None:
            return
        if window.turns:
            self._ask_model(window.id)

    def _ask_model(self, conversation: str) -> None:
        engine = self._engine

        async def answer() -> None:
            if engine is not None:
                await engine.chat.answer(conversation)

        run_guarded(self.app, answer, f"answer {conversation}")

    def hear(self, event: ReplyEvent) -> None:
        """Show what becomes of a reply."""
        is_here = self._window is not None and self._window.id == event.conversation
        match event:
            case ReplyStarted():
                self._replies.begin(event.conversation, event.model)
                if is_here:
                    self._resume_reply(event.conversation)
            case TextArrived():
                self._replies.add(event.conversation, event.text)
                if is_here and self.transcript.is_streaming:
                    self.transcript.write(event.text)
            case ReplyFinished() | ReplyFailed():
                self._replies.end(event.conversation)
                if is_here:
                    self._finish_reply(event)

    def _resume_reply(self, conversation: str) -> None:
        """Open the block of the reply that is on its way here, if there is one."""
        if (reply := self._replies.of(conversation)) is None or self.transcript.is_streaming:
            return
        block = ProseBlock(
            id=REPLY,
            text=reply.text,
            kind=TextKind.CHAT,
            speaker=reply.model,
            tone=Tone.MODEL,
        )
        self.transcript.open_block(block)

    def _finish_reply(self, event: ReplyFinished | ReplyFailed) -> None:
        if isinstance(event, ReplyFailed):
            self._hint.show(line(f"{event.reason} ctrl+r asks again.", Ink.WARNING))
        else:
            self._hint.show(line(""))
        self._upkeep.ask()

    def _end_open_block(self) -> None:
        if self.transcript.is_streaming:
            self.transcript.close_block()

    async def opened(self) -> None:
        """Wait until what was asked for last is on the screen."""
        await self._opening.done()
