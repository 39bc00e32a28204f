"""Search everything that was said: the best turns first, each between its neighbours."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Horizontal, Vertical
from textual.widgets import Input

from minutebook.domain.speakers import speaker
from minutebook.tui.guard import Guarded
from minutebook.tui.prose.prose import Prose
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.transcript import Beside, blocks_of
from minutebook.tui.upkeep import Upkeep
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.text_input import TextInput
from minutebook.tui.wording import plural, turn_time

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from datetime import datetime

    from textual.app import ComposeResult

    from minutebook.clock import Clock
    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine, Found, SearchResults

_AT_MOST = 50
_HEIGHT = 5
_PACE = 0.06
_NEIGHBOUR = 300
_HIT_START, _HIT_END = "\x02", "\x03"
_HINT = 'all words; "quoted words" together; -word not; author:ana before:2025'


class SearchInput(TextInput):
    """Where the words are typed; the arrows reach into the results."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.results(1)", "To the results", show=False),
        Binding("up", "screen.results(-1)", "To the results", show=False),
    ]


class Preview(Guarded, Prose):
    """The turn that is pointed at, whole, between its neighbours."""


class SearchScreen(Overlay[tuple[str, str]]):
    """Gives the conversation and the turn that were chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("slash", "words", "Back to the words"),
        Binding("ctrl+o", "preview", "Read the turn here, or hide it", priority=True),
    ]

    def __init__(self, engine: Engine, clock: Clock) -> None:
        super().__init__()
        self._engine = engine
        self._clock = clock
        self._words = ""
        self._found: dict[str, Found] = {}
        self._upkeep = Upkeep(self, "search", self._search, pace=_PACE)
        self._count = InkedLine(line("Search", Ink.ACCENT), id="search-title")
        self._input = SearchInput(placeholder="what was said", id="search-words")
        self._results = RowList(row_height=_HEIGHT, id="search-results")
        self._preview = Preview(id="search-preview")
        self._live: frozenset[str] = frozenset()

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            yield self._count
            yield self._input
            with Horizontal(id="search-body"):
                yield self._results
                yield self._preview

    def on_mount(self) -> None:
        """Wait for words."""
        self._count.add_class("sheet-title")
        self._say(_HINT)
        self._input.focus()

    def _say(self, note: str) -> None:
        self._count.show(line("Search", Ink.ACCENT, right=note, right_ink=Ink.FAINT))

    @on(Input.Changed)
    def _words_changed(self, event: Input.Changed) -> None:
        self._words = event.value
        self._upkeep.ask()

    @on(Input.Submitted)
    async def _submitted(self) -> None:
        """Go to the best turn, or to the one pointed at."""
        await self._upkeep.done()
        chosen = self._results.pointed or next(iter(self._found), "")
        self._choose(chosen)

    async def _search(self) -> None:
        words = self._words
        results = await self._engine.recall.look(
            self._engine.recall.wanted(words, {}, limit=_AT_MOST)
        )
        found = results.found
        self._live = live = await self._living(found)
        now = self._clock()
        self._found = {str(each.hit.turn.id): each for each in found}
        self._results.show(
            [
                _row(row_id, each, now, is_live=each.hit.turn.conversation in live)
                for row_id, each in self._found.items()
            ]
        )
        self._say(_note(results) if found or words.strip() else _HINT)
        self._preview_of(self._results.pointed or next(iter(self._found), ""))

    async def _living(self, found: Sequence[Found]) -> frozenset[str]:
        """Return which of the conversations that were found are held here."""
        ids = {each.hit.turn.conversation for each in found}
        conversations = [await self._engine.library.conversation(id_) for id_ in ids]
        return frozenset(each.id for each in conversations if each.is_live)

    @on(RowList.Pointed)
    def _pointed(self, event: RowList.Pointed) -> None:
        self._preview_of(event.row_id)

    def _preview_of(self, row_id: str) -> None:
        """Show a hit whole, from its beginning."""
        found = self._found.get(row_id)
        shown = () if found is None else (found.before, found.hit.turn, found.after)
        turns = [turn for turn in shown if turn is not None]
        is_live = found is not None and found.hit.turn.conversation in self._live
        beside = Beside(is_live=is_live)
        self._preview.following = False
        self._preview.set_blocks(blocks_of(turns, None, self._clock(), beside))

    def action_preview(self) -> None:
        """Show the turn that is pointed at, below the results where there is no room beside them;
        hide it where it is shown.
        """
        self.toggle_class("-toggled")

    def action_results(self, step: int) -> None:
        """Move in the results while typing."""
        self._results.action_move(step)

    def action_words(self) -> None:
        """Go back to the words."""
        self._input.focus()

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self._choose(event.row_id)

    def _choose(self, row_id: str) -> None:
        if (found := self._found.get(row_id)) is not None:
            self.dismiss((found.hit.turn.conversation, found.hit.turn.key))


def _note(results: SearchResults) -> str:
    """Say what is to be known of the results at a glance."""
    if not results.found:
        return "nothing was found"
    instead = "".join(f"{typed} is nowhere, {other}: " for typed, other in results.instead)
    some = "" if results.found[0].has_all else "with some of the words, "
    more = " of many" if results.is_bounded else ""
    count = plural(len(results.found), "turn")
    return f"{instead}{count}{more}, {some}enter opens the first, ^O reads it here"


def _row(row_id: str, found: Found, now: datetime, *, is_live: bool) -> ListRow:
    turn = found.hit.turn
    cold = (Span(text="archived  ", ink=Ink.KEY),) if found.hit.is_archived else ()
    head = Line(
        left=(Span(text=found.hit.conversation_title, ink=Ink.STRONG),),
        right=(*cold, Span(text=turn_time(turn.at, now), ink=Ink.FAINT)),
    )
    names = partial(speaker, is_live=is_live)
    before, after = (_neighbour(each, names) for each in (found.before, found.after))
    return ListRow(id=row_id, lines=(head, before, _hit(found, names), after))


def _neighbour(turn: Turn | None, names: Callable[[Turn], str]) -> Line:
    if turn is None:
        return line("")
    return Line(
        left=(
            Span(text=f"  {names(turn)}  ", ink=Ink.FAINT),
            Span(text=turn.content.text[:_NEIGHBOUR], ink=Ink.FAINT),
        )
    )


def _hit(found: Found, names: Callable[[Turn], str]) -> Line:
    spans = [Span(text=f"  {names(found.hit.turn)}  ", ink=Ink.NOTE)]
    for number, part in enumerate(found.snippet.split(_HIT_START)):
        inside, _, behind = part.partition(_HIT_END) if number else ("", "", part)
        spans += [Span(text=inside, ink=Ink.ACCENT)] if inside else []
        spans += [Span(text=behind)] if behind else []
    return Line(left=tuple(spans))
