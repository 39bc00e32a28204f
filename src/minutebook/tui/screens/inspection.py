"""Exactly what would be sent now: every layer and every piece, to be unfolded and searched.

It is only read. Texts of any origin are shown as they are, and do nothing.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, ClassVar

from textual import on
from textual.binding import Binding, BindingType
from textual.containers import Vertical
from textual.widgets import Input

from minutebook.domain.display import one_line, shortened
from minutebook.tui.guard import Guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.messages import BlockChosen, FindChanged
from minutebook.tui.prose.pointing import Pointing
from minutebook.tui.screens.overlay import Overlay
from minutebook.tui.widgets.inked import Ink, InkedLine, line
from minutebook.tui.widgets.text_input import TextInput
from minutebook.tui.wording import plural

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from textual.app import ComposeResult

    from minutebook.domain.context import Layer
    from minutebook.domain.inspection import SentPart

_KEYS = "enter unfolds · f all · / finds · n, N hits · esc closes"
_OPEN, _SHUT = "▾", "▸"
_LEAST, _BESIDE = 8, 12
_TAG = re.compile(r"\s*<[^>\n]*>\n?")
_LAYER, _PART = "layer", "part"


class SentText(Guarded, Pointing):
    """The pieces."""


class InspectionScreen(Overlay[None]):
    """Layers with their pieces; both fold."""

    BINDINGS: ClassVar[list[BindingType]] = [
        Binding("f", "fold_all", "Unfold everything, or fold it"),
        Binding("slash", "seek", "Find words in all of it"),
        Binding("q", "close", "Close", show=False),
    ]

    def __init__(self, title: str, parts: Sequence[SentPart]) -> None:
        super().__init__()
        self._title = title
        self._parts = parts
        self._shut: set[Layer] = set()
        """Layers of which nothing is shown."""
        self._open: set[int] = set()
        """Numbers of the pieces that are shown whole."""
        self._text = SentText(id="inspection-text")
        self._foot = InkedLine(line(_KEYS, Ink.FAINT), classes="sheet-foot")

    def compose(self) -> ComposeResult:
        """Lay out the sheet."""
        tokens = sum(part.tokens for part in self._parts)
        about = f"{plural(len(self._parts), 'piece')}, about {tokens:,} tokens"
        with Vertical(classes="sheet"):
            yield InkedLine(line(self._title, Ink.ACCENT, right=about), classes="sheet-title")
            yield self._text
            box = TextInput(placeholder="find", id="inspection-find")
            box.display = False
            yield box
            yield self._foot

    def on_mount(self) -> None:
        """Show it folded, from its start."""
        self._text.following = False
        self._text.focus()

    def on_resize(self) -> None:
        """Use the room there is for beginnings."""
        self.call_after_refresh(self._show)

    def _show(self) -> None:
        blocks = list(self._blocks())
        self._text.set_blocks(blocks)
        if blocks and not self._text.pointed:
            self._text.point_at(blocks[0].id)

    def _blocks(self) -> Iterator[ProseBlock]:
        layer: Layer | None = None
        for number, part in enumerate(self._parts):
            if part.layer is not layer:
                layer = part.layer
                yield self._heading(number, layer)
            if layer not in self._shut:
                yield self._block(number, part)

    def _heading(self, number: int, layer: Layer) -> ProseBlock:
        run = list(_run(self._parts[number:], layer))
        sign = _SHUT if layer in self._shut else _OPEN
        tokens = sum(part.tokens for part in run)
        text = f"{sign} {layer.value.upper()}   {plural(len(run), 'piece')}, {tokens:,} tokens"
        return _verbatim(f"{_LAYER} {number}", text)

    def _block(self, number: int, part: SentPart) -> ProseBlock:
        is_open = number in self._open
        head = f"  {_OPEN if is_open else _SHUT} {one_line(part.title)}   {part.tokens:,} tokens"
        room = self._text.size.width - len(head) - _BESIDE
        begun = f"   {_beginning(part.text, room)}" if room >= _LEAST else ""
        text = f"{head}\n{part.text}" if is_open else f"{head}{begun}"
        foot = "a provider may keep everything up to here" if part.ends_prefix else ""
        return _verbatim(f"{_PART} {number}", text, foot)

    @on(BlockChosen)
    def _chosen(self, event: BlockChosen) -> None:
        """Unfold what is under the cursor, or fold it."""
        kind, _, number = event.block_id.partition(" ")
        if kind == _LAYER:
            self._shut ^= {self._parts[int(number)].layer}
        else:
            self._open ^= {int(number)}
        self._show()

    def action_fold_all(self) -> None:
        """Unfold everything; fold it when nothing is folded."""
        everything = set(range(len(self._parts)))
        is_whole = self._open == everything and not self._shut
        self._open = set() if is_whole else everything
        self._shut = set()
        self._show()

    def action_seek(self) -> None:
        """Ask for words; what is folded could not be found, so all of it is unfolded."""
        self._open, self._shut = set(range(len(self._parts))), set()
        self._show()
        box = self.query_one("#inspection-find", Input)
        box.display = True
        box.focus()

    @on(Input.Changed)
    def _typed(self, event: Input.Changed) -> None:
        self._text.find(event.value)

    @on(Input.Submitted)
    def _found(self) -> None:
        self._text.focus()

    @on(FindChanged)
    def _counted(self, event: FindChanged) -> None:
        more = "" if event.complete else "+"
        hits = f"{event.position} of {event.count:,}{more} · " if event.count else ""
        self._foot.show(line(f"{hits}{_KEYS}", Ink.FAINT))

    def action_close(self) -> None:
        """End the search; without one, go back."""
        box = self.query_one("#inspection-find", Input)
        if not box.display:
            self.dismiss()
            return
        box.value, box.display = "", False
        self._text.find("")
        self._text.focus()


def _run(parts: Iterable[SentPart], layer: Layer) -> Iterator[SentPart]:
    """Yield the pieces of a layer that follow one another."""
    for part in parts:
        if part.layer is not layer:
            return
        yield part


def _beginning(text: str, room: int) -> str:
    """Return the first words behind the tag that a text may begin with."""
    tag = _TAG.match(text)
    begin = tag.end() if tag else 0
    return shortened(one_line(text[begin : begin + 4 * room]), room)


def _verbatim(id_: str, text: str, foot: str = "") -> ProseBlock:
    return ProseBlock(id=id_, text=text, kind=TextKind.VERBATIM, foot=foot, is_tight=not foot)
