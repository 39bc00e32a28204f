"""The chat: the transcript of one conversation, and the place to go on with it.

What a person says appears when it is durable, not before. What is said while an answer is on its
way waits in the outbox, and is sent behind it.
"""

from __future__ import annotations

import logging
from functools import partial
from typing import TYPE_CHECKING, ClassVar, cast

from textual import on
from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.domain.chats import MarkKind
from minutebook.domain.turns import Ending, Role
from minutebook.events import ReplyFailed, ReplyFinished, ReplyStarted
from minutebook.tui.asking import Asking
from minutebook.tui.guard import run_guarded
from minutebook.tui.notices import Notices
from minutebook.tui.panes.drafting import Drafting
from minutebook.tui.panes.elsewhere import Elsewhere
from minutebook.tui.panes.going_on import go_on_here
from minutebook.tui.panes.input import InputArea
from minutebook.tui.panes.pane import Pane
from minutebook.tui.panes.saying import Saying
from minutebook.tui.panes.sureness import Wishes
from minutebook.tui.panes.transcript import Transcript
from minutebook.tui.prose.messages import Copied, FollowChanged, OlderWanted
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.inked import Ink, Span
from minutebook.tui.wording import plural, source_name

if TYPE_CHECKING:
    from textual import events
    from textual.app import ComposeResult
    from textual.widget import Widget

    from minutebook.clock import Clock
    from minutebook.domain.conversations import Conversation
    from minutebook.domain.turns import Attachment, Turn
    from minutebook.engine import Engine
    from minutebook.tui.app import Workbench
    from minutebook.tui.bridge import ReplyEvent
    from minutebook.tui.prose.prose import Anchor
    from minutebook.tui.widgets.composer import Composer

_MARKED = {MarkKind.PIN: "Pinned", MarkKind.GOOD: "Good", MarkKind.BAD: "Bad"}
_WAYS = (
    "^N begins a conversation. ^P has the rest: “Watch a folder” reads chat logs, “Open the "
    "samples” has some to look around in."
)
_log = logging.getLogger(__name__)


class ChatPane(Pane):
    """Transcript and input."""

    TITLE = "Chat"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("escape", "stop", "Stop the answer; what came is kept"),
        Binding("escape", "read", "From the input to what was said"),
        Binding("ctrl+r", "ask_again", "Ask again, or go on with what waits"),
        Binding("i", "compose", "Go to the input; from a log, go on beside it"),
        Binding("G,end", "newest", "Go to the newest turn"),
        Binding("alt+up", "choose(-1)", show=False),
        Binding("alt+down", "choose(1)", show=False),
    ]

    class Shown(Message):
        """A conversation is on the screen, or has changed there."""

        def __init__(self, conversation: Conversation) -> None:
            super().__init__()
            self.conversation = conversation

    def __init__(self, clock: Clock, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self._wanted: tuple[str, str, Anchor | None] = ("", "", None)
        self._had_keys: Widget | None = None
        self._asking: Asking | None = None
        self._saying: Saying | None = None
        self._wishes = Wishes(self)
        self.notices = Notices()
        self._refused = ""
        """The name of the command of which is said what is wrong with it."""
        self._opening = Upkeep(self, "open conversation", self._open_wanted)
        self._upkeep = Upkeep(self, "transcript", self._refresh)
        self._drafting = Drafting(self)
        self._elsewhere = Elsewhere(self)
        self.transcript = Transcript(clock, id="transcript")
        self._loading_older = Upkeep(self, "older turns", self.transcript.load_older)
        self._loading_newer = Upkeep(self, "newer turns", self.transcript.load_newer)
        self.input = InputArea(id="chat-input")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title
        yield self.transcript
        yield self.input

    def on_mount(self) -> None:
        """Nothing is open yet."""
        self._show_input(None)

    def use(self, engine: Engine) -> None:
        """Show turns of this engine; what was open is opened again."""
        super().use(engine)
        self._asking = Asking(self.app, engine)
        self._saying = Saying(self, engine, self._asking)
        self.transcript.use(engine)
        self.input.use(engine)
        if self.conversation is not None:
            self.open(self.conversation.id)

    @property
    def composer(self) -> Composer:
        """Where one types."""
        return self.input.composer

    @property
    def conversation(self) -> Conversation | None:
        """What is on the screen."""
        window = self.transcript.window
        return None if window is None else window.conversation

    @property
    def workbench(self) -> Workbench:
        """The app."""
        return cast("Workbench", self.app)

    def take_focus(self) -> None:
        """Give the keys to the composer of a conversation held here, else to the transcript."""
        (self.composer if self.composer.display else self.transcript).focus()

    def resume_focus(self) -> None:
        """Give the keys back to the part that had them last."""
        last = self._had_keys
        (last if last is not None and last.display else self.transcript).focus()

    def on_descendant_focus(self, event: events.DescendantFocus) -> None:
        """Note which part has the keys."""
        self._had_keys = event.widget

    def on_key(self, event: events.Key) -> None:
        """Let what is typed over the transcript go to the input."""
        self._wishes.hear(event, self._engine)

    def open(self, conversation: str, turn: str = "", anchor: Anchor | None = None) -> None:
        """Show a conversation: from its newest turn, from that with a key, or as it was left."""
        self._wanted = (conversation, turn, anchor)
        self._opening.ask()

    async def opened(self) -> None:
        """Wait until what was asked for last is on the screen."""
        await self._opening.done()

    def changed(self, conversations: frozenset[str]) -> None:
        """Bring the transcript up to date if it is one of these."""
        if self.conversation is not None and self.conversation.id in conversations:
            self.bring_up_to_date()

    def bring_up_to_date(self) -> None:
        """Show what has changed of the conversation."""
        self._upkeep.ask()

    def keep_draft(self) -> None:
        """Remember what is not sent yet."""
        self._drafting.keep()

    @on(InputArea.Edited)
    def _edited(self) -> None:
        self._drafting.keep_on_disk()
        if self._refused and not self.composer.text.startswith(self._refused):
            self._refused = ""
            self.tell("")

    def refuse(self, text: str, reason: str) -> None:
        """Say what is wrong with a command, until something else is typed."""
        self._refused = text.split(maxsplit=1)[0] if text.strip() else ""
        self.tell(reason, Ink.WARNING)

    async def _open_wanted(self) -> None:
        await self.transcript.open(*self._wanted)
        if (conversation := self.conversation) is None:
            return
        self._drafting.show(conversation.id)
        self._show_input(conversation)
        await self._show_waiting(is_opened=True)
        self._tell_title()

    async def _refresh(self) -> None:
        await self.transcript.refresh_turns()
        await self._show_waiting()
        self._tell_title()

    async def _show_waiting(self, *, is_opened: bool = False) -> None:
        """Show what waits; say how it goes on when no answer is on its way."""
        engine, conversation = self._engine, self.conversation
        if engine is None or conversation is None or not conversation.is_live:
            self.input.show_waiting(())
            return
        self.input.show_waiting(await engine.chat.outbox.waiting(conversation.id))
        await self._elsewhere.tell(engine, conversation, is_opened=is_opened)

    @property
    def is_busy(self) -> bool:
        """Whether an answer is on its way here, or about to be."""
        asking, conversation = self._asking, self.conversation
        return asking is not None and conversation is not None and asking.is_busy(conversation.id)

    def _tell_title(self) -> None:
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

    def ask_titles(self) -> None:
        """Have the titles told again: something about the conversation is different."""
        self._tell_title()

    def tell(self, text: str, ink: Ink = Ink.FAINT) -> None:
        """Say something above the composer."""
        self.input.hint.say(text, ink)

    def _show_input(self, conversation: Conversation | None) -> None:
        """Offer the composer where it is of use; elsewhere say what can be done."""
        is_live = conversation is not None and conversation.is_live
        if self.composer.has_focus and not is_live:
            self.transcript.focus()
        self.composer.display = is_live
        if conversation is None:
            self.tell(_WAYS)
        elif is_live:
            self.tell("")
        else:
            source = source_name(conversation.source)
            self.tell(f"Read from {source}. i goes on from here, ^N begins anew.")

    @on(OlderWanted)
    def _older_wanted(self) -> None:
        self._loading_older.ask()

    @on(FollowChanged)
    def _follow_changed(self, event: FollowChanged) -> None:
        window = self.transcript.window
        if event.following and window is not None and window.has_newer:
            self._loading_newer.ask()
        self._tell_title()

    @on(Copied)
    def _copied(self, event: Copied) -> None:
        lines = event.text.rstrip("\n").count("\n") + 1
        self.workbench.bench.bar.say(f"Copied {plural(lines, 'line')}.")

    def action_compose(self) -> None:
        """Go to the input; from a log, go on in a conversation beside it."""
        if self.composer.display:
            self.composer.focus()
        elif (engine := self._engine) is not None:
            run_guarded(self, partial(go_on_here, self, engine), "go on from a log")

    def action_newest(self) -> None:
        """Go to the newest turn, and stay with it."""
        window = self.transcript.window
        if window is not None and window.has_newer:
            self.open(window.id)
        else:
            self.transcript.choose("")
            self.transcript.follow()

    def action_choose(self, step: int) -> None:
        """Put the cursor on a turn, and give the keys to the transcript."""
        self.transcript.focus()
        self.transcript.action_choose(step)

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to the screen where there is nothing to stop."""
        if action == "stop":
            open_ = self.conversation.id if self.conversation else ""
            can_stop = self._asking is not None and self._asking.can_stop(open_)
            return can_stop or bool(self.transcript.beside.chosen)
        return self.composer.has_focus if action == "read" else True

    def action_read(self) -> None:
        """Give the keys to what was said."""
        self.transcript.focus()

    def switch_focus(self) -> None:
        """Go from the input to what was said, and from there to the input."""
        if self.composer.has_focus:
            self.transcript.focus()
        else:
            self.take_focus()

    def action_stop(self) -> None:
        """Stop making room, then the answer that is on its way; else let go of the chosen turn."""
        conversation, asking = self.conversation, self._asking
        if self.transcript.beside.chosen:
            self.transcript.choose("")
        elif asking is not None and conversation is not None:
            asking.stop(conversation.id)

    def action_ask_again(self) -> None:
        """Ask for another answer; go on with what waits behind a whole one."""
        conversation, asking = self.conversation, self._asking
        if conversation is None or asking is None or not conversation.is_live:
            return
        if self.is_busy:
            self.tell("The answer is still on its way. esc stops it.", Ink.WARNING)
            return
        self.tell("")
        self.transcript.follow()
        last = self.transcript.turns[-1] if self.transcript.turns else None
        is_whole = last is not None and last.ending is Ending.WHOLE
        is_answered = last is not None and last.role is Role.ASSISTANT
        if not is_answered or (self.input.waits and is_whole):
            asking.go_on(conversation.id)
        else:
            asking.answer_anew(conversation.id)

    @on(InputArea.Sent)
    def _sent(self, event: InputArea.Sent) -> None:
        if self._saying is not None:
            self._saying.send(event)

    async def show_said(self) -> None:
        """Show what was just said, at the end."""
        self.tell("")
        self.transcript.choose("")
        self.transcript.follow()
        await self._refresh()

    @on(InputArea.BackWanted)
    def _back_wanted(self) -> None:
        if (engine := self._engine) is not None and self.input.waits:
            last = self.input.waits[-1]

            async def take_back() -> None:
                await engine.chat.outbox.withdraw(last.id)
                self.input.take_back(last.text, last.attachments)
                await self._show_waiting()

            run_guarded(self, take_back, "take back")

    @on(Transcript.Wished)
    def _wished(self, event: Transcript.Wished) -> None:
        if (engine := self._engine) is not None:
            run_guarded(self, partial(self._wishes.grant, engine, event), event.wish)

    async def mark(self, turn: Turn, kind: MarkKind) -> None:
        """Mark a turn, or take the mark away. Raises NotFoundError."""
        if self._engine is not None:
            is_marked = await self._engine.chat.mark(turn.conversation, turn.key, kind)
            self.tell(f"{_MARKED[kind]}{'' if is_marked else ' no more'}.")
            await self._refresh()

    def attach(self, file: Attachment) -> None:
        """Let a file go along with what is said next."""
        self.input.attach(file)

    def hear(self, event: ReplyEvent) -> None:
        """Show what becomes of a reply."""
        self.transcript.hear(event)
        if isinstance(event, ReplyFailed):
            _log.warning("No whole answer: %s", event.reason)
        if self.conversation is None or self.conversation.id != event.conversation:
            return
        notice = self.notices.of(event)
        if notice is not None and notice.instead_of in {"", self.input.hint.text}:
            self.tell(notice.text, notice.ink)
        if isinstance(event, ReplyStarted | ReplyFailed | ReplyFinished):
            self._upkeep.ask()
