"""A piece is the smallest part of a block that is parsed, laid out and cached on its own.

Pieces are bounded in size, so that no single one can make the workbench wait.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

MAX_PIECE: Final = 6_000
"""Characters after which a growing piece is cut at the next line."""
MAX_LINE: Final = 8_000
"""Characters after which a line is cut; the rest of it is shown without markup."""
MAX_CODE_LINES: Final = 64
"""Lines of a fence, or of verbatim text, that make one piece."""


class PieceKind(StrEnum):
    """What a piece begins as; the parser has the last word on what is in it."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    QUOTE = "quote"
    TABLE = "table"
    ITEM = "item"
    RULE = "rule"
    CODE = "code"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fence:
    """Where a piece of code stands in its fence."""

    serial: int
    """The how-manieth code of the block it is, from 0."""
    info: str = ""
    """What stands after the opening fence: a language, and whatever else."""
    marker: str = ""
    """The opening fence; empty for indented code."""
    first_line: int = 0
    """The line of the code that the piece starts with."""
    closes: bool = False
    """Whether the code ends with this piece."""

    @property
    def language(self) -> str:
        """The first word after the fence."""
        return self.info.partition(" ")[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """Some lines of a block's source, made harmless for a terminal.

    `text` has no newline at its end, except code, where each line has one.
    """

    kind: PieceKind
    text: str
    gap: bool = False
    """Whether a blank line stood before it."""
    number: int | None = None
    """The number of an item of an ordered list, counted from the list's start."""
    indent: int = 0
    """Columns that the text was moved left by, when it continues an item."""
    fence: Fence | None = None

    @property
    def source(self) -> str:
        """The Markdown of this piece, as it stood."""
        if self.fence is not None:
            return _code_source(self.text, self.fence)
        if self.indent:
            pad = " " * self.indent
            return "\n".join(pad + line if line else line for line in self.text.split("\n"))
        return self.text


def _code_source(text: str, fence: Fence) -> str:
    """Return code with its fence around it, as far as the piece reaches."""
    code = text.removesuffix("\n")
    if not fence.marker:
        return "\n".join("    " + line for line in code.split("\n"))
    lines = [code] if text else []
    if fence.first_line == 0:
        lines.insert(0, fence.marker + fence.info)
    if fence.closes:
        lines.append(fence.marker)
    return "\n".join(lines)
