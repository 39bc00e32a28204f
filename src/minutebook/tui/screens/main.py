"""The workbench itself: three panes, the lower bar with its drawer, and the keys between them.

The first frame has the list and two empty frames. The panes with running text take their places
right behind it, because what they are made of takes as long to import as Textual itself.
"""

from __future__ import annotations

import asyncio
import re
from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal
from textual.screen import Screen

from minutebook.events import ReplyFailed, ReplyFinished
from minutebook.tui.chronicle import Chronicle
from minutebook.tui.glance import Glance
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.panes.conversations import ConversationsPane
from minutebook.tui.places import Place, Places
from minutebook.tui.screens import scribing
from minutebook.tui.widgets.frame import Frame
from minutebook.tui.widgets.key_line import KeyLine
from minutebook.tui.widgets.lower_bar import LowerBar
from minutebook.tui.widgets.title_line import TitleLine
from minutebook.tui.widgets.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterable

    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.conversations import Conversation
    from minutebook.engine import Engine
    from minutebook.tui.bridge import News, ReplyEvent
    from minutebook.tui.logbook import Logbook
    from minutebook.tui.panes.chat import ChatPane
    from minutebook.tui.panes.document import DocumentPane
    from minutebook.tui.panes.pane import Pane
    from minutebook.tui.prose.messages import LinkClicked
    from minutebook.tui.prose.prose import Anchor
    from minutebook.tui.widgets.drawer import Drawer
    from minutebook.tui.widgets.views import View

    Verb = Callable[["MainScreen", Engine], Awaitable[None]]

_PAGE = re.compile(r"\bpg_[0-9a-f]+")
_CONVERSATION = re.compile(r"minutebook:(cv_[0-9a-f]+)")
_MOST_STEPS_BACK = 16


class MainScreen(Guarded, Screen[None]):
    """The workbench."""

    AUTO_FOCUS = "#conversation-list"
    chat: ChatPane
    """There from `furnish` on, as is the document."""
    document: DocumentPane
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go('conversations')", "Conversations", priority=True),
        Binding("f3", "chat", "Chat; there: to what was said, and to the input", priority=True),
        Binding("f4", "go('document')", "Document", priority=True),
        Binding("f5", "show_view('jobs')", "Jobs, pages, quarantine", priority=True),
        Binding("f6", "show_view('log')", "Log", priority=True),
        Binding("f7", "app.sql", "SQL over the record", priority=True),
        Binding("ctrl+r", "ask_again", show=False),
        Binding("escape", "back", "Go back: to where a link was followed, to the pane before"),
    ]

    def __init__(self, clock: Clock, logbook: Logbook) -> None:
        super().__init__()
        self.clock = clock
        self._logbook = logbook
        self._chronicle = Chronicle(logbook)
        self._engine: Engine | None = None
        self._way: list[str] = ["conversations"]
        """The panes that had the keys, the last one at the end."""
        self._places = Places()
        self.glance = Glance(self)
        self.title_line = TitleLine(id="title-line")
        self.conversations = ConversationsPane(clock, id="conversations")
        self.conversations.set_classes("-active")
        self._panes: dict[str, Pane] = {"conversations": self.conversations}
        self.bar = LowerBar(id="lower-bar")
        self._key_line = KeyLine(id="key-line")
        self.drawer: Drawer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the workbench."""
        yield self.title_line
        with Horizontal(id="body"):
            yield self.conversations
            yield Frame("Chat", id="chat")
            yield Frame("Document", id="document")
        yield self.bar
        yield self._key_line

    def on_mount(self) -> None:
        """Start in the list."""
        self.conversations.take_focus()

    async def furnish(self) -> None:
        """Put the panes in their frames. Runs once, right behind the first frame."""
        await asyncio.to_thread(_load_panes)
        if not self.app.is_running:
            return
        from minutebook.tui.panes.chat import ChatPane
        from minutebook.tui.panes.document import DocumentPane

        self.chat = ChatPane(self.clock, id="chat")
        self.document = DocumentPane(self.clock, id="document")
        with self.app.batch_update():
            await self.query(Frame).remove()
            await self.query_one("#body").mount(self.chat, self.document)
        self._panes |= {"chat": self.chat, "document": self.document}
        self._activate(self._way[-1])

    def use(self, engine: Engine) -> None:
        """Show what this engine keeps and does, unless the person has quit while it opened."""
        if not self.app.is_running:
            return
        self._engine = engine
        self.bar.say("")
        for pane in self._panes.values():
            pane.use(engine)
        if self.drawer is not None:
            self.drawer.use(engine)
        self.glance.use(engine)

    def hear(self, news: News) -> None:
        """Show what has happened; the engine goes on for a moment after the screen has gone."""
        if not self.app.is_running:
            return
        from minutebook.tui import passing, tidings

        self._chronicle.tell(news.told)
        if news.conversations:
            self.conversations.ask()
            self.chat.changed(news.conversations)
        for event in news.replies:
            self.chat.hear(event)
        if news.replies:
            self._hear_replies(news.replies)
        if news.documents:
            self.document.changed(news.documents)
        if news.jobs_changed or news.conversations:
            self.document.worked()
        if news.quarantine_changed:
            self.conversations.ask()
        self.glance.hear(news)
        if self.drawer is not None:
            self.drawer.ask()
        for each in news.passes:
            passing.tell(each, self)
        tidings.tell(news, self)

    def _hear_replies(self, replies: Iterable[ReplyEvent]) -> None:
        """Say in the list where answers are on their way."""
        self.conversations.answering(self.chat.transcript.replies.conversations)
        for event in replies:
            if isinstance(event, ReplyFinished | ReplyFailed):
                self.conversations.answered(event.conversation)

    def keep_draft(self) -> None:
        """Remember what is not sent yet."""
        if "chat" in self._panes:
            self.chat.keep_draft()

    def open(self, conversation: str, turn: str = "", anchor: Anchor | None = None) -> None:
        """Show a conversation, and its document: from its end, from a turn, or as it was left."""
        self.conversations.show_open(conversation)
        self.chat.open(conversation, turn, anchor)

    def visit(self, conversation: str, turn: str) -> None:
        """Show a turn that something leads to; Escape comes back from it."""
        if (left := self.shown_conversation) is not None:
            pane, anchor = self._way[-1], self.chat.transcript.place
            self._places.leave(
                Place(conversation=left.id, title=left.title, pane=pane, anchor=anchor)
            )
            self.bar.say(f"esc goes back to {left.title}")
        self.open(conversation, turn)
        self.action_go("chat")
        self.chat.transcript.focus()

    def _return_to(self, place: Place) -> None:
        """Show a place again that was left."""
        self.bar.say(f"Back in {place.title}")
        self.open(place.conversation, anchor=place.anchor)
        if place.pane == "chat":
            self.chat.transcript.focus()
        else:
            self._step_back()

    @on(ConversationsPane.Opened)
    def _conversation_opened(self, event: ConversationsPane.Opened) -> None:
        self._places.forget()
        self.open(event.conversation)
        if event.wants_focus:
            self.action_go("chat")

    def on_chat_pane_shown(self, event: ChatPane.Shown) -> None:
        """Show the document of the conversation that is open."""
        conversation = event.conversation
        self.document.open(conversation.document)
        if self.drawer is not None:
            self.drawer.about(conversation.id)
        self.glance.ask()

    def on_document_pane_turn_wanted(self, event: DocumentPane.TurnWanted) -> None:
        """Show the turn that a block of the document comes from."""
        self.visit(event.conversation, event.turn)

    def on_document_pane_said(self, event: DocumentPane.Said) -> None:
        """Say what came of what a person did to the document."""
        self.bar.say(event.text, event.ink)

    def action_go(self, name: str) -> None:
        """Give the keys to a pane; on a narrow terminal it is the one that is shown."""
        if name not in self._panes:
            return
        self._close_drawer()
        self._activate(name)
        self._panes[name].take_focus()

    def action_chat(self) -> None:
        """Go to the chat; there, from the input to what was said, and back."""
        if self._way[-1] == "chat" and "chat" in self._panes and not self.drawer_is_open:
            self.chat.switch_focus()
        else:
            self.action_go("chat")

    def _activate(self, name: str) -> None:
        for other, pane in self._panes.items():
            pane.set_class(other == name, "-active")
        if self._way[-1] != name:
            self._way = [*self._way[-_MOST_STEPS_BACK:], name]

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        """Note which pane the keys went to, whoever sent them there."""
        self._key_line.at(event.widget.id or "")
        for name, pane in self._panes.items():
            if pane in event.widget.ancestors:
                self._activate(name)

    def action_ask_again(self) -> None:
        """Ask again in the chat, where its turns say that this key does; from any pane."""
        if "chat" in self._panes:
            self.chat.action_ask_again()

    def action_next_pane(self) -> None:
        """Go to the pane on the right, and around."""
        names = list(self._panes)
        self.action_go(names[(names.index(self._way[-1]) + 1) % len(names)])

    def action_back(self) -> None:
        """Close the drawer; else go back to where a link was followed, or to the pane before."""
        if self.drawer_is_open:
            self._close_drawer()
            self._panes[self._way[-1]].resume_focus()
        elif self._way[-1] == "chat" and (place := self._places.back()) is not None:
            self._return_to(place)
        else:
            self._step_back()

    def _step_back(self) -> None:
        """Go to the pane before."""
        if len(self._way) > 1:
            self._way.pop()
            name = self._way[-1]
        else:
            name = "conversations"
        self._activate(name)
        self._panes[name].resume_focus()

    @property
    def drawer_is_open(self) -> bool:
        """Whether a view of the lower bar is in sight."""
        return self.drawer is not None and bool(self.drawer.display)

    @property
    def drawer_rows(self) -> int:
        """How many rows the view in sight has."""
        return len(self.drawer.shown.rows) if self.drawer is not None else 0

    def _close_drawer(self) -> None:
        if self.drawer is not None:
            self.drawer.display = False
            self.remove_class("-drawer")

    async def action_show_view(self, name: str) -> None:
        """Open a view of the lower bar."""
        from minutebook.tui.widgets.views import View

        await self._open_drawer(View(name))

    async def _open_drawer(self, view: View) -> None:
        if self.drawer is None:
            from minutebook.tui.widgets.drawer import Drawer

            self.drawer = Drawer(self.clock, self._logbook, id="drawer")
            await self.mount(self.drawer, before=self.bar)
            if self._engine is not None:
                self.drawer.use(self._engine)
        if (conversation := self.shown_conversation) is not None:
            self.drawer.about(conversation.id)
        self.add_class("-drawer")
        self.drawer.open(view)

    def on_drawer_chosen(self, event: Drawer.Chosen) -> None:
        """Do what a row of the drawer is for."""
        if (engine := self._engine) is not None:
            from minutebook.tui.screens.deeds import do

            run_guarded(self, lambda: do(self, engine, event), f"{event.view.value} row")

    def on_drawer_retry_wanted(self, event: Drawer.RetryWanted) -> None:
        """Try a job again."""
        if (engine := self._engine) is not None:
            from minutebook.tui.screens.deeds import retry

            run_guarded(self, lambda: retry(self, engine, event.row_id), "retry a job")

    @property
    def logbook(self) -> Logbook:
        """What happened in the workbench."""
        return self._logbook

    def on_prose_link_clicked(self, event: LinkClicked) -> None:
        """Go to a page of the record; an address of the world is copied, and never opened."""
        page = _PAGE.search(event.target)
        engine = self._engine
        if engine is not None and page is not None and event.target.startswith("minutebook:"):
            from minutebook.tui.screens.deeds import go_to_page

            run_guarded(self, lambda: go_to_page(self, engine, page[0]), "go to a page")
            return
        if (named := _CONVERSATION.fullmatch(event.target)) is not None:
            self.visit(named[1], "")
            return
        self.app.copy_to_clipboard(event.target)
        self.bar.say("The link was copied; it is not opened from here.")

    @on(Watched.Clicked)
    async def _watched_clicked(self) -> None:
        await self.action_show_view("quarantine")

    @property
    def shown_conversation(self) -> Conversation | None:
        """What is open."""
        return self.chat.conversation if "chat" in self._panes else None

    def _with_engine(self, verb: Verb, name: str) -> None:
        """Do something that needs the engine, once it is there."""
        if (engine := self._engine) is not None:
            run_guarded(self, lambda: verb(self, engine), name)

    def action_toggle_scribe(self) -> None:
        """Start the scribe of the conversation that is open, or stop it."""
        self._with_engine(scribing.toggle, "the scribe")

    def action_start_scribe(self) -> None:
        """Let the document follow the conversation."""
        self._with_engine(scribing.start, "start the scribe")

    def action_stop_scribe(self) -> None:
        """Let the document stand as it is."""
        self._with_engine(scribing.stop, "stop the scribe")

    def action_context(self, verb: str) -> None:
        """Do something about the prompt of the conversation that is open."""
        if (engine := self._engine) is not None:
            from minutebook.tui.screens import context_deeds

            run_guarded(self, lambda: context_deeds.do(self, engine, verb), verb)

    def action_history(self) -> None:
        """Show the revisions of the document."""
        self._with_engine(scribing.show_history, "history")


def _load_panes() -> None:
    """Import what running text is made of."""
    import minutebook.tui.panes.chat
    import minutebook.tui.panes.document  # noqa: F401
