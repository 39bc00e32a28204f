"""How a document is written: its style, and the instructions that hold for every revision."""

from __future__ import annotations

from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.tui.guard import run_guarded
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, Line, Span, line
from minutebook.tui.widgets.row_list import ListRow, RowList
from minutebook.tui.widgets.text_input import TextInput

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator

    from textual.app import ComposeResult

    from minutebook.domain.documents import Document
    from minutebook.engine import Engine, ScribeStatus

_STYLE, _ALWAYS, _ADD = "style ", "always ", "add"
_NAME_WIDTH = 16
_KEYS = "enter chooses · a adds an instruction · d takes one back · esc closes"


class MannerScreen(Overlay[None]):
    """Styles to choose from, and standing instructions to add and take back."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("a", "add", "Add an instruction that always holds"),
        Binding("d,delete", "remove", "Take the instruction back"),
        Binding("escape", "close", "Close", priority=True),
    ]

    def __init__(self, engine: Engine, document: Document) -> None:
        super().__init__()
        self._engine = engine
        self._document = document
        self._list = RowList(id="manner-list")
        self._line = TextInput(placeholder="What always holds …", id="manner-add")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        with Vertical(classes="sheet"):
            title = InkedLine(line(f"How {self._document.title} is written", Ink.ACCENT))
            title.add_class("sheet-title")
            yield title
            yield self._list
            yield self._line
            yield InkedLine(line(_KEYS, Ink.FAINT))

    def on_mount(self) -> None:
        """Read how it is written."""
        self._line.display = False
        run_guarded(self, self._load, "styles")

    async def _load(self) -> None:
        await self._show(await self._engine.scribe.status(self._document.id))
        self._list.focus()

    async def _show(self, status: ScribeStatus) -> None:
        styles = await self._engine.scribe.styles()
        heading = ListRow(id="", lines=(line("Style", Ink.STRONG),))
        chosen = [_style_row(each.name, each.description, status.style) for each in styles]
        space = ListRow(id="", lines=(Line(),))
        self._list.show([heading, *chosen, space, *_standing_rows(status.standing)])

    @on(RowList.Chosen)
    def _chosen(self, event: RowList.Chosen) -> None:
        if event.row_id.startswith(_STYLE):
            style = event.row_id.removeprefix(_STYLE)
            self._do(lambda: self._engine.scribe.set_style(self._document.id, style))
        elif event.row_id == _ADD:
            self.action_add()

    def action_add(self) -> None:
        """Ask for an instruction."""
        self._line.display = True
        self._line.focus()

    @on(Input.Submitted, "#manner-add")
    def _added(self, event: Input.Submitted) -> None:
        text = event.value.strip()
        self._end_line()
        if text:
            self._do(lambda: self._engine.scribe.add_standing(self._document.id, text))

    def action_remove(self) -> None:
        """Take back the instruction under the cursor."""
        pointed = self._list.pointed
        if pointed.startswith(_ALWAYS):
            number = int(pointed.removeprefix(_ALWAYS))
            self._do(lambda: self._engine.scribe.remove_standing(self._document.id, number))

    def _do(self, verb: Callable[[], Awaitable[ScribeStatus]]) -> None:
        async def work() -> None:
            await self._show(await verb())

        run_guarded(self, work, "how the document is written")

    def _end_line(self) -> None:
        self._line.clear()
        self._line.display = False
        self._list.focus()

    def action_close(self) -> None:
        """Leave the line, or the screen."""
        if self._line.display:
            self._end_line()
        else:
            self.dismiss()


def _style_row(name: str, description: str, chosen: str) -> ListRow:
    mark = "●" if name == chosen else "○"
    ink = Ink.ACCENT if name == chosen else Ink.PLAIN
    shown = Line(
        left=(
            Span(text=f"  {mark} {name:<{_NAME_WIDTH}} ", ink=ink),
            Span(text=description, ink=Ink.NOTE),
        )
    )
    return ListRow(id=f"{_STYLE}{name}", lines=(shown,))


def _standing_rows(standing: tuple[str, ...]) -> Iterator[ListRow]:
    yield ListRow(id="", lines=(line("Always", Ink.STRONG),))
    for number, text in enumerate(standing, 1):
        yield ListRow(id=f"{_ALWAYS}{number}", lines=(line(f"  {text}"),))
    yield ListRow(id=_ADD, lines=(line("  + an instruction that always holds", Ink.NOTE),))
