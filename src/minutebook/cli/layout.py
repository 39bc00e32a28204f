"""What was found, laid out for a terminal of any width.

The title and the neighbours are cut to a line each; only what was found is wrapped, for it is what
somebody looks for.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from rich.console import Console
from rich.table import Table
from rich.text import Text

from minutebook.cli.hits import beside, place
from minutebook.domain.display import one_line
from minutebook.engine import Found

_LEAST_TITLE = 12
"""Columns that a title keeps on a narrow terminal, at the cost of what stands behind it."""
_START, _END = "\ue000", "\ue001"


def print_hits(items: Sequence[Found]) -> None:
    """Print hits, the best first."""
    console = Console(highlight=False)
    for found in items:
        console.print(_title(found, console.width), no_wrap=True, overflow="ellipsis")
        grid = Table.grid(padding=(0, 1))
        grid.add_column(width=3, justify="right")
        grid.add_column(ratio=1)
        for mark, text in _rows(found):
            grid.add_row(mark, text)
        console.print(grid)
        console.print()


def _title(found: Found, width: int) -> Text:
    behind = f" · {place(found)}"
    title = Text(one_line(found.hit.conversation_title), style="bold")
    title.truncate(max(_LEAST_TITLE, width - len(behind)), overflow="ellipsis")
    return Text.assemble(title, (behind, "dim"))


def _rows(found: Found) -> Iterator[tuple[str, Text]]:
    if found.before is not None:
        yield "", _neighbour(beside(found.before))
    yield "▸", _snippet(found)
    if found.after is not None:
        yield "", _neighbour(beside(found.after))


def _neighbour(line: str) -> Text:
    return Text(line, style="dim", no_wrap=True, overflow="ellipsis")


def _snippet(found: Found) -> Text:
    text = Text(f"{one_line(found.hit.turn.speaker)}: ", overflow="fold")
    first, *others = one_line(found.snippet_between(_START, _END)).split(_START)
    text.append(first)
    for piece in others:
        hit, _, behind = piece.partition(_END)
        text.append(hit, style="bold").append(behind)
    return text
