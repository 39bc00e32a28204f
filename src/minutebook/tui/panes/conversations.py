"""The conversations: all there are, found as you type, with what is new in them."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import events, on
from textual.binding import Binding, BindingType
from textual.message import Message

from minutebook.tui.guard import run_guarded
from minutebook.tui.panes.pane import Pane
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.text_input import TextInput
from minutebook.tui.widgets.watched import Watched
from minutebook.tui.wording import short_time, source_name

if TYPE_CHECKING:
    from textual.app import ComposeResult
    from textual.timer import Timer

    from minutebook.clock import Clock
    from minutebook.domain.conversations import Conversation
    from minutebook.engine import Engine

SHOWN = 1_000
"""Conversations that are listed; older ones are found by typing."""
_PACE = 0.2
_QUIET = 1.5
"""Seconds without a turn after which the first reading is taken to be over."""
_AT_ONCE = 0.001
_FIRST_LOOK = 1.0
_SETTLE = 0.09
"""Seconds the cursor rests before what it points at is opened."""


class SearchBox(TextInput):
    """Finds conversations by their titles."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("enter", "take", "Open the first that fits", show=False),
        Binding("down", "leave", "To the list", show=False),
        Binding("escape", "clear", "Clear", show=False),
    ]

    class Taken(Message):
        """The first that fits is wanted."""

    class Left(Message):
        """The person has done with it."""

    def action_take(self) -> None:
        """Open the first that fits."""
        self.post_message(self.Taken())

    def action_leave(self) -> None:
        """Go to the list."""
        self.post_message(self.Left())

    def action_clear(self) -> None:
        """Find everything again, and go to the list."""
        self.value = ""
        self.post_message(self.Left())


class SourceLine(InkedLine):
    """Says which source is shown; a click shows the next."""

    class Clicked(Message):
        """It was clicked."""

    def on_click(self, event: events.Click) -> None:
        """Tell the pane."""
        self.post_message(self.Clicked())


class ConversationsPane(Pane):
    """The list, what filters it, and the folders that are watched."""

    TITLE = "Conversations"
    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "find", "Find a conversation by its title"),
        Binding("s", "next_source", "Show one source, then the next"),
        Binding("escape", "show_all", "Show all of them again"),
    ]

    class Opened(Message):
        """A conversation is to be shown; `wants_focus` when the person means to go there."""

        def __init__(self, conversation: str, *, wants_focus: bool) -> None:
            super().__init__()
            self.conversation = conversation
            self.wants_focus = wants_focus

    def __init__(self, clock: Clock, id: str) -> None:  # noqa: A002
        super().__init__(id)
        self._clock = clock
        self._words = ""
        self._source = ""
        self._sources: list[tuple[str, int]] = []
        self._found: list[Conversation] = []
        self._seen: dict[str, int] = {}
        self._answering: frozenset[str] = frozenset()
        self._answered: set[str] = set()
        """Where an answer has ended that nobody has seen."""
        self.is_catching_up = True
        """Whether the first reading goes on: what it brings is history, not news."""
        self._quiet: Timer | None = None
        self._is_first_load = True
        self._opening: Timer | None = None
        self._open = ""
        self._settling: Timer | None = None
        self._has_pointed = False
        """Whether the person has moved the cursor; until then it is on what is open."""
        self._upkeep = Upkeep(self, "conversations", self._load, pace=_PACE)
        self.list = RowList(id="conversation-list")
        self._box = SearchBox(placeholder="find a title", id="conversation-search")
        self._source_line = SourceLine(id="source-line")
        self.watched = Watched(id="watched")

    def compose(self) -> ComposeResult:
        """Lay out the pane."""
        yield self.title
        yield self._box
        yield self._source_line
        yield self.list
        yield self.watched

    def use(self, engine: Engine) -> None:
        """Show the conversations of this engine."""
        super().use(engine)
        self.ask()
        self.reading()

    def reading(self) -> None:
        """Note that logs are being read; the first reading is over when nothing comes any more."""
        if self.is_catching_up:
            if self._quiet is not None:
                self._quiet.stop()
            self._quiet = self.set_timer(_QUIET, self._caught_up)

    def _caught_up(self) -> None:
        self.is_catching_up = False

    def ask(self) -> None:
        """Bring the list up to date."""
        self._upkeep.ask()

    def take_focus(self) -> None:
        """Give the keys to the list."""
        self.list.focus()

    def answering(self, conversations: frozenset[str]) -> None:
        """Mark where answers are on their way."""
        if conversations != self._answering:
            self._answering = conversations
            self._paint()

    def answered(self, conversation: str) -> None:
        """Mark where an answer has ended, until it is opened."""
        if conversation != self._open:
            self._answered.add(conversation)

    def show_open(self, conversation: str) -> None:
        """Point at the conversation that is open; what is in it counts as seen."""
        self._open = conversation
        self._answered.discard(conversation)
        self.list.point_at(conversation)
        self._paint()

    @property
    def newest(self) -> str:
        """Id of the first conversation in the list; empty when there is none."""
        return self._found[0].id if self._found else ""

    async def _load(self) -> None:
        if self._engine is None:
            return
        library = self._engine.library
        self._found = await library.conversations(
            limit=SHOWN, source=self._source, words=self._words
        )
        self._sources = await library.source_kinds()
        watched = [one.path for one in await library.watched()]
        self.watched.show_folders(watched, await library.quarantine())
        self._note_seen()
        self._paint()
        if not self._open and self._found and self._opening is None:
            wait = _AT_ONCE if self._is_first_load else _FIRST_LOOK
            self._opening = self.set_timer(wait, self._open_newest)
        self._is_first_load = False

    def _open_newest(self) -> None:
        """Have something open; of a record that is only being read, the newest after a moment."""
        if not self._open and self.newest:
            self.post_message(self.Opened(self.newest, wants_focus=False))

    def _note_seen(self) -> None:
        """What was there when the workbench opened is not new; what comes later is."""
        for conversation in self._found:
            if self.is_catching_up or conversation.id == self._open:
                self._seen[conversation.id] = conversation.turns
            elif not self._words and not self._source:
                self._seen.setdefault(conversation.id, -1)

    def _paint(self) -> None:
        now = self._clock()
        self.list.show(
            [
                self._row(conversation, short_time(conversation.last_at, now))
                for conversation in self._found
            ]
        )
        if not self.list.has_focus or not self._has_pointed:
            self.list.point_at(self._open)
        total = sum(count for _, count in self._sources)
        self.title.note(Span(text=f"{total:,}" if total else "", ink=Ink.FAINT))
        self._source_line.show(self._source_text(total))

    def _row(self, conversation: Conversation, time: str) -> ListRow:
        seen = self._seen.get(conversation.id, conversation.turns)
        fresh = conversation.turns - seen
        if (sign := self._sign(conversation.id)) is not None:
            shown = line(conversation.title, Ink.STRONG, right=sign, right_ink=Ink.ACCENT)
            return ListRow(id=conversation.id, lines=(shown,))
        if conversation.id == self._open or fresh <= 0:
            return ListRow(
                id=conversation.id,
                lines=(line(conversation.title, right=time, right_ink=Ink.FAINT),),
            )
        mark = "new" if seen < 0 else f"{fresh:,}"
        return ListRow(
            id=conversation.id,
            lines=(line(conversation.title, Ink.STRONG, right=mark, right_ink=Ink.ACCENT),),
        )

    def _sign(self, conversation: str) -> str | None:
        """Return what is shown of an answer: that it is on its way, or has not been seen."""
        if conversation in self._answering:
            return "…"
        return "●" if conversation in self._answered else None

    def _source_text(self, total: int) -> Line:
        if self._words:
            of = dict(self._sources).get(self._source, 0) if self._source else total
            if not self._found:
                return line(f"none of {of:,} fits, esc: all", Ink.WARNING)
            return line(f"{len(self._found):,} of {of:,} fit, esc: all", Ink.NOTE)
        if len(self._sources) <= 1 and not self._source:
            return line("")
        if not self._source:
            return line("all sources ▾", Ink.FAINT)
        count = dict(self._sources).get(self._source, 0)
        name = source_name(self._source)
        return line(f"only {name} ▾", Ink.ACCENT, right=f"{count:,}", right_ink=Ink.FAINT)

    def action_find(self) -> None:
        """Go to the search box."""
        self._box.focus()

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Leave Escape to the screen where nothing is left out."""
        return bool(self._words or self._source) if action == "show_all" else True

    def action_show_all(self) -> None:
        """Leave nothing out any more."""
        self._source = ""
        self.clear_words()
        self.ask()

    def clear_words(self) -> None:
        """Find every title again."""
        self._box.value = self._words = ""
        self.ask()

    def action_next_source(self) -> None:
        """Show the next source only; after the last, all of them."""
        kinds = ["", *(kind for kind, _ in self._sources)]
        place = kinds.index(self._source) if self._source in kinds else 0
        self._source = kinds[(place + 1) % len(kinds)]
        self.ask()

    @on(SourceLine.Clicked)
    def _source_clicked(self) -> None:
        self.action_next_source()

    @on(SearchBox.Changed)
    def _words_changed(self, event: SearchBox.Changed) -> None:
        self._words = event.value.strip()
        self.ask()

    @on(SearchBox.Taken)
    def _search_taken(self) -> None:
        run_guarded(self, self._take_first, "open what was found")

    async def _take_first(self) -> None:
        """Open the first that fits what is typed by now; without one, stay."""
        self.ask()
        await self._upkeep.done()
        if self._words and self.newest:
            self._go_to(self.newest)
        elif not self._words:
            self.list.focus()

    def _go_to(self, conversation: str) -> None:
        """Open a conversation, among all of them."""
        self.clear_words()
        self.post_message(self.Opened(conversation, wants_focus=True))

    @on(SearchBox.Left)
    def _search_left(self) -> None:
        self.list.focus()

    @on(RowList.Pointed)
    def _pointed(self, event: RowList.Pointed) -> None:
        """Open what the cursor rests on."""
        self._has_pointed = True
        if isinstance(event, RowList.Chosen):
            return
        if self._settling is not None:
            self._settling.stop()
        self._settling = self.set_timer(_SETTLE, self._settled)

    def _settled(self) -> None:
        pointed = self.list.pointed
        if pointed and pointed != self._open and self.list.has_focus:
            self.post_message(self.Opened(pointed, wants_focus=False))

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self._go_to(event.row_id)
