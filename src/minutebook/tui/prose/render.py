"""A piece becomes rows: the one place that decides how Markdown looks.

Spacing follows the source where it says something, and a heading holds on to what is under it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING, Final

from rich.cells import cell_len, set_cell_size

from minutebook.tui.prose import tables
from minutebook.tui.prose.highlight import code_runs
from minutebook.tui.prose.markdown import (
    References,
    TooDeepError,
    inline_runs,
    is_simple,
    simple_runs,
    tree,
)
from minutebook.tui.prose.pieces import Fence, Piece, PieceKind
from minutebook.tui.prose.rows import BLANK, CodePlace, Join, Role, Row, Run
from minutebook.tui.prose.wrap import chop, wrap

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

NARROWEST: Final = 12
"""Cells that text keeps, however deep it is nested."""
_RULE: Final = "─" * 8
_BULLETS: Final = ("•", "◦", "▪")
_BOXES: Final = {"[ ] ": "☐ ", "[x] ": "☑ ", "[X] ": "☑ "}
COPY: Final = "copy"
"""The word above code that copies it, and what its run links to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """What the rows of a piece depend on besides the piece."""

    width: int
    """Cells for text."""
    line_break: str
    """What a single line end of the source becomes: a space or a newline."""


@lru_cache(maxsize=64)
def shape_of(width: int, line_break: str) -> Shape:
    """Return the shape with these values: the same one each time, as every layout holds one."""
    return Shape(width=width, line_break=line_break)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Place:
    """Where in the nesting we are."""

    width: int
    line_break: str
    lists: int = 0
    """How many lists are around it."""
    number: int | None = None

    def inside(self, indent: int, lists: int = 0) -> _Place:
        return _Place(
            width=max(NARROWEST, self.width - indent),
            line_break=self.line_break,
            lists=self.lists + lists,
        )


def render(piece: Piece, shape: Shape, references: References) -> tuple[Row, ...]:
    """Return the rows of `piece`, without the space around it."""
    if piece.fence is not None:
        return tuple(_code(piece.text, piece.fence, shape.width))
    if piece.kind is PieceKind.PLAIN:
        return tuple(_plain(piece.text, shape.width))
    if piece.kind is PieceKind.PARAGRAPH and is_simple(piece.text):
        return tuple(wrap(simple_runs(piece.text, shape.line_break), shape.width))
    return tuple(_markdown(piece, shape, references))


def _markdown(piece: Piece, shape: Shape, references: References) -> list[Row]:
    width = max(NARROWEST, shape.width - piece.indent)
    place = _Place(width=width, line_break=shape.line_break, number=piece.number)
    try:
        rows = _blocks(tree(piece.text, references), place, tight=False)
    except TooDeepError:
        rows = _plain(piece.text, width)
    return _indented(rows, Run(" " * piece.indent), Run(" " * piece.indent))


def _plain(text: str, width: int) -> list[Row]:
    return wrap([Run(text.expandtabs(4), (Role.VERBATIM,))], width)


def _code(text: str, fence: Fence, width: int) -> list[Row]:
    """Return the rows of top-level code; its first piece has a label and a word to copy it by."""
    rows = [_label(fence.info, width)] if fence.first_line == 0 else []
    for index, line in enumerate(text.removesuffix("\n").split("\n") if text else []):
        rows.extend(_code_line([Run(line.expandtabs(4))], fence.first_line + index, width))
    return rows


def _label(info: str, width: int) -> Row:
    """Return the row above code."""
    name = set_cell_size(info, min(cell_len(info), max(0, width - len(COPY) - 3)))
    space = " " * max(1, width - cell_len(name) - len(COPY) - 2)
    label = Run(f" {name}{space}", (Role.CODE_LABEL,))
    word = Run(COPY, (Role.CODE_LABEL,), COPY)
    size = len(label.text) + len(word.text)
    return Row(runs=(label, word), lead=size, join=Join.NOTHING, fill=Role.CODE_BLOCK)


def _code_line(runs: list[Run], line: int, width: int) -> list[Row]:
    rows: list[Row] = []
    start = 0
    for row in chop(runs, max(1, width - 2)):
        place = CodePlace(line, start, start + len(row.text))
        start = place.end
        rows.append(
            Row(
                runs=(Run(" "), *row.runs),
                lead=1,
                join=row.join,
                fill=Role.CODE_BLOCK,
                code=place,
            )
        )
    return rows


def _blocks(node: SyntaxTreeNode, place: _Place, *, tight: bool) -> list[Row]:
    """Return the rows of all blocks in `node`, with space between them unless they are tight."""
    rows: list[Row] = []
    above = ""
    for child in node.children:
        block = _block(child, place)
        if rows and block and not tight and above != "heading":
            rows.append(BLANK)
        rows.extend(block)
        above = child.type if block else above
    return rows


def _block(node: SyntaxTreeNode, place: _Place) -> list[Row]:
    kind = node.type
    if kind == "heading":
        role = Role.TITLE if node.tag == "h1" else Role.HEADING
        runs = [Run(run.text, (role, *run.roles), run.link) for run in inline_runs(node, " ")]
        return wrap(runs, place.width)
    if kind in {"bullet_list", "ordered_list"}:
        return _list(node, place)
    if kind == "blockquote":
        return _quote(node, place)
    if kind in {"fence", "code_block"}:
        return _nested_code(node, place)
    if kind == "table":
        return tables.lay_out(_grid(node, place), place.width)
    if kind == "hr":
        return [Row(runs=(Run(_RULE, (Role.RULE,)),), lead=len(_RULE))]
    return wrap(inline_runs(node, place.line_break), place.width)


def _quote(node: SyntaxTreeNode, place: _Place) -> list[Row]:
    bar = Run("▏ ", (Role.QUOTE_BAR,))
    rows = _blocks(node, place.inside(len(bar.text)), tight=False)
    quoted = [
        Row(
            runs=tuple(Run(run.text, (Role.QUOTE, *run.roles), run.link) for run in row.runs),
            lead=row.lead,
            join=row.join,
            fill=row.fill,
        )
        for row in rows
    ]
    return _indented(quoted, bar, bar)


def _list(node: SyntaxTreeNode, place: _Place) -> list[Row]:
    number = place.number
    if number is None:
        number = int(node.attrs.get("start", 1)) if node.type == "ordered_list" else None
    last = (number or 0) + len(node.children) - 1
    rows: list[Row] = []
    for item in node.children:
        tight = _is_tight(item)
        if rows and not tight:
            rows.append(BLANK)
        bullet = _BULLETS[min(place.lists, len(_BULLETS) - 1)]
        marker = bullet if number is None else f"{number}.".rjust(len(f"{last}."))
        rows.extend(_item(item, f"{marker} ", place, tight=tight))
        number = None if number is None else number + 1
    return rows


def _is_tight(item: SyntaxTreeNode) -> bool:
    """Tell whether an item belongs to a list without blank lines: its paragraphs are hidden."""
    return all(child.hidden for child in item.children if child.type == "paragraph")


def _item(item: SyntaxTreeNode, marker: str, place: _Place, *, tight: bool) -> list[Row]:
    rows = _blocks(item, place.inside(len(marker), lists=1), tight=tight) or [BLANK]
    box = _BOXES.get(rows[0].words[:4])
    if box is not None and rows[0].runs[0].text[:4] in _BOXES:
        head, *others = rows[0].runs
        rows[0] = Row(runs=(Run(head.text[4:], head.roles, head.link), *others), join=rows[0].join)
        return _indented(rows, Run(box, (Role.MARKER,)), Run("  "))
    return _indented(rows, Run(marker, (Role.MARKER,)), Run(" " * len(marker)))


def _nested_code(node: SyntaxTreeNode, place: _Place) -> list[Row]:
    language = node.info.split(" ")[0] if node.type == "fence" else ""
    rows: list[Row] = []
    for line in code_runs(node.content.expandtabs(4), language):
        for row in chop(line, max(1, place.width - 2)):
            runs = (Run(" "), *row.runs)
            rows.append(Row(runs=runs, lead=1, join=row.join, fill=Role.CODE_BLOCK))
    return rows


def _grid(node: SyntaxTreeNode, place: _Place) -> tables.Grid:
    lines = [row for part in node.children for row in part.children]
    cells = [[inline_runs(cell, place.line_break) for cell in line.children] for line in lines]
    styles = (str(cell.attrs.get("style", "")) for cell in lines[0].children)
    align = [style.removeprefix("text-align:") for style in styles]
    return tables.Grid(head=cells[0], body=cells[1:], align=align)


def _indented(rows: list[Row], first: Run, others: Run) -> list[Row]:
    """Put a prefix before each row."""
    return [row.after(others if index else first) for index, row in enumerate(rows)]
