"""Choose one of many: typing narrows them, the arrows reach into them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.text_input import TextInput
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from textual.app import ComposeResult


_PLURALS = {"query": "queries"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Pick:
    """One of them."""

    id: str
    words: str
    """What is typed is looked for in this."""
    lines: tuple[Line, ...]
    """Two, in every one."""


class PickInput(TextInput):
    """Where one types; the arrows reach into the list."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("down", "screen.step(1)", show=False),
        Binding("up", "screen.step(-1)", show=False),
        Binding("pagedown", "screen.page(1)", show=False),
        Binding("pageup", "screen.page(-1)", show=False),
    ]


class PickScreen(Overlay[str]):
    """Gives the id of what was chosen."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("ctrl+d", "forget", "Delete what is pointed at", priority=True),
    ]

    def __init__(
        self,
        title: str,
        picks: Sequence[Pick],
        *,
        noun: str,
        empty: str,
        forget: Callable[[str], None] | None = None,
    ) -> None:
        super().__init__()
        self._heading = title
        self._picks = picks
        self._noun = noun
        self._empty = empty
        self._forget = forget
        self._title = InkedLine(classes="sheet-title")
        self._words = PickInput(placeholder="type to narrow", id="pick-words")
        self._list = RowList(row_height=2, id="pick-list")
        self._nothing = InkedLine(line(empty, Ink.FAINT))

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            yield self._title
            yield self._words
            yield self._nothing
            yield self._list

    def on_mount(self) -> None:
        """Show all of them."""
        self._show("")
        self._words.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._show(event.value)

    def _show(self, typed: str) -> None:
        wanted = typed.casefold().split()
        found = [p for p in self._picks if all(word in p.words.casefold() for word in wanted)]
        self._list.show([ListRow(id=pick.id, lines=pick.lines) for pick in found])
        if found and not self._list.pointed:
            self._list.point_at(found[0].id)
        self._nothing.display = not found
        self._nothing.show(line("Nothing fits." if self._picks else self._empty, Ink.FAINT))
        keys = "enter takes it" if self._forget is None else "enter takes it · ^D deletes"
        about = f"{plural(len(found), self._noun, _PLURALS.get(self._noun, ''))} · {keys}"
        self._title.show(line(self._heading, Ink.ACCENT, right=about, right_ink=Ink.FAINT))

    def check_action(self, action: str, parameters: tuple[object, ...]) -> bool | None:
        """Delete only where something can be."""
        return self._forget is not None if action == "forget" else True

    def action_step(self, step: int) -> None:
        """Move in the list while typing."""
        self._list.action_move(step)

    def action_page(self, step: int) -> None:
        """Move in the list by a page while typing."""
        self._list.action_page(step)

    def action_forget(self) -> None:
        """Delete what is pointed at."""
        if self._forget is not None and self._list.pointed:
            self._forget(self._list.pointed)

    @on(Input.Submitted)
    def _submitted(self) -> None:
        if self._list.pointed:
            self.dismiss(self._list.pointed)

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        self.dismiss(event.row_id)
