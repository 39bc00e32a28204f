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
from textual.containers import Horizontal, Vertical
from textual.screen import Screen

from minutebook.events import ReplyFailed, ReplyFinished
from minutebook.tui.chronicle import Chronicle
from minutebook.tui.guard import Guarded, run_guarded
from minutebook.tui.panes.conversations import ConversationsPane
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.key_line import KeyLine
from minutebook.tui.widgets.lower_bar import LowerBar
from minutebook.tui.widgets.pane_title import PaneTitle
from minutebook.tui.widgets.title_line import TitleLine
from minutebook.tui.widgets.watched import Watched

if TYPE_CHECKING:
    from collections.abc import Iterable

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
    from minutebook.tui.widgets.drawer import Drawer
    from minutebook.tui.widgets.views import View

_COUNT_PACE = 0.25
_PAGE = re.compile(r"\bpg_[0-9a-f]+")
_MOST_STEPS_BACK = 16


class Frame(Guarded, Vertical):
    """Holds the place of a pane until it is there."""

    def __init__(self, heading: str, id: str) -> None:  # noqa: A002
        super().__init__(id=id, classes="frame")
        self._title = PaneTitle(heading)

    def compose(self) -> ComposeResult:
        """Lay out the frame."""
        yield self._title


class MainScreen(Guarded, Screen[None]):
    """The workbench."""

    AUTO_FOCUS = "#conversation-list"
    chat: ChatPane
    """There from `furnish` on, as is the document."""
    document: DocumentPane
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f2", "go('conversations')", "Conversations", priority=True),
        Binding("f3", "go('chat')", "Chat", priority=True),
        Binding("f4", "go('document')", "Document", priority=True),
        Binding("f5", "show_view('jobs')", "Jobs, pages, quarantine", priority=True),
        Binding("f6", "show_view('log')", "Log", priority=True),
        Binding("escape", "back", "Go back"),
    ]

    def __init__(self, clock: Clock, logbook: Logbook) -> None:
        super().__init__()
        self._clock = clock
        self._logbook = logbook
        self._chronicle = Chronicle(logbook)
        self._engine: Engine | None = None
        self._way: list[str] = ["conversations"]
        """The panes that had the keys, the last one at the end."""
        self._counting = Upkeep(self, "counts", self._count, pace=_COUNT_PACE)
        self._titling = Upkeep(self, "title", self._tell_title)
        self.title_line = TitleLine(id="title-line")
        self.conversations = ConversationsPane(clock, id="conversations")
        self.conversations.set_classes("-active")
        self._panes: dict[str, Pane] = {"conversations": self.conversations}
        self.bar = LowerBar(id="lower-bar")
        self.drawer: Drawer | None = None

    def compose(self) -> ComposeResult:
        """Lay out the workbench."""
        yield self.title_line
        with Horizontal(id="body"):
            yield self.conversations
            yield Frame("Chat", id="chat")
            yield Frame("Document", id="document")
        yield self.bar
        yield KeyLine(id="key-line")

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

        self.chat = ChatPane(self._clock, id="chat")
        self.document = DocumentPane(self._clock, id="document")
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
        self._titling.ask()
        self._counting.ask()

    def hear(self, news: News) -> None:
        """Show what has happened; the engine goes on for a moment after the screen has gone."""
        if not self.app.is_running:
            return
        from minutebook.tui import tidings

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
        if news.jobs_changed:
            self.document.worked()
        if news.quarantine_changed:
            self.conversations.ask()
        self._counting.ask()
        if self.drawer is not None:
            self.drawer.ask()
        tidings.tell(news, self)

    def _hear_replies(self, replies: Iterable[ReplyEvent]) -> None:
        """Say in the list where answers are on their way, and in the title what they cost."""
        self.conversations.answering(self.chat.transcript.replies.conversations)
        for event in replies:
            if isinstance(event, ReplyFinished | ReplyFailed):
                self.conversations.answered(event.conversation)
                self._titling.ask()

    def keep_draft(self) -> None:
        """Remember what is not sent yet."""
        if "chat" in self._panes:
            self.chat.keep_draft()

    async def _count(self) -> None:
        if self._engine is not None:
            self.bar.count(await self._engine.library.counts())

    async def _tell_title(self) -> None:
        """Show what is open, who answers there, and what today has cost."""
        if (engine := self._engine) is None:
            return
        conversation = self.shown_conversation
        model = engine.chat.model
        if conversation is not None and conversation.is_live:
            model = (await engine.chat.options(conversation.id)).model or model
        spent = await engine.ledger.spent_today()
        self.title_line.tell(conversation.title if conversation else "", model, spent)

    def open(self, conversation: str, turn: str = "") -> None:
        """Show a conversation, and its document; start at a turn if one is given."""
        self.conversations.show_open(conversation)
        self.chat.open(conversation, turn)

    @on(ConversationsPane.Opened)
    def _conversation_opened(self, event: ConversationsPane.Opened) -> None:
        self.open(event.conversation)
        if event.wants_focus:
            self.action_go("chat")

    def on_chat_pane_shown(self, event: ChatPane.Shown) -> None:
        """Show the document of the conversation that is open."""
        conversation = event.conversation
        self.document.open(conversation.document)
        if self.drawer is not None:
            self.drawer.about(conversation.id)
        self._titling.ask()

    def on_document_pane_turn_wanted(self, event: DocumentPane.TurnWanted) -> None:
        """Show the turn that a block of the document comes from."""
        self.open(event.conversation, event.turn)
        self.action_go("chat")

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

    def _activate(self, name: str) -> None:
        for other, pane in self._panes.items():
            pane.set_class(other == name, "-active")
        if self._way[-1] != name:
            self._way = [*self._way[-_MOST_STEPS_BACK:], name]

    @on(events.DescendantFocus)
    def _focus_moved(self, event: events.DescendantFocus) -> None:
        """Note which pane the keys went to, whoever sent them there."""
        for name, pane in self._panes.items():
            if pane in event.widget.ancestors:
                self._activate(name)

    def action_next_pane(self) -> None:
        """Go to the pane on the right, and around."""
        names = list(self._panes)
        self.action_go(names[(names.index(self._way[-1]) + 1) % len(names)])

    def action_back(self) -> None:
        """Close the drawer, or go back to the pane before."""
        if self.drawer_is_open:
            self._close_drawer()
            self._panes[self._way[-1]].take_focus()
        elif len(self._way) > 1:
            self._way.pop()
            self.action_go(self._way.pop() if len(self._way) > 1 else self._way[0])
        else:
            self.action_go("conversations")

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

            self.drawer = Drawer(self._clock, self._logbook, id="drawer")
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
        if page is not None and event.target.startswith("minutebook:"):
            run_guarded(self, lambda: self._go_to_page(page[0]), "go to a page")
            return
        self.app.copy_to_clipboard(event.target)
        self.bar.say("The link was copied; it is not opened from here.")

    async def _go_to_page(self, wanted: str) -> None:
        if self._engine is not None:
            page = (await self._engine.library.page(wanted)).page
            self.open(page.conversation, page.first_turn)
            self.action_go("chat")

    @on(Watched.Clicked)
    async def _watched_clicked(self) -> None:
        await self.action_show_view("quarantine")

    @property
    def shown_conversation(self) -> Conversation | None:
        """What is open."""
        return self.chat.conversation if "chat" in self._panes else None

    def action_toggle_scribe(self) -> None:
        """Start the scribe of the conversation that is open, or stop it."""
        from minutebook.domain.documents import ScribeState

        document = self.document.document
        is_live = document is not None and document.state is ScribeState.LIVE
        (self.action_stop_scribe if is_live else self.action_start_scribe)()

    def action_start_scribe(self) -> None:
        """Let the document follow the conversation."""
        engine, conversation = self._engine, self.chat.conversation
        if engine is None or conversation is None:
            return

        async def start() -> None:
            document = await engine.scribe.start(conversation.id)
            self.document.open(document.id)
            self.bar.say("The scribe follows this conversation.")

        run_guarded(self, start, "start the scribe")

    def action_stop_scribe(self) -> None:
        """Let the document stand as it is."""
        engine, document = self._engine, self.document.document
        if engine is None or document is None:
            return

        async def stop() -> None:
            await engine.scribe.stop(document.id)
            self.bar.say("The scribe has stopped; the document stands as it is.")

        run_guarded(self, stop, "stop the scribe")

    def action_history(self) -> None:
        """Show the revisions of the document."""
        if self._engine is None or self.document.document is None:
            self.bar.say("There is no document yet.")
            return
        from minutebook.tui.screens.history import HistoryScreen

        self.app.push_screen(HistoryScreen(self._engine, self.document.document, self._clock))


def _load_panes() -> None:
    """Import what running text is made of."""
    import minutebook.tui.panes.chat
    import minutebook.tui.panes.document  # noqa: F401
