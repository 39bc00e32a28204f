"""A stream of text becomes harmless lines of bounded length.

However the stream is cut into chunks, the lines are the same: what is still undecided (half a line
end, the last line) is held back.
"""

from __future__ import annotations

from typing import NamedTuple

from minutebook.domain.display import terminal_safe, unix_newlines
from minutebook.tui.prose.pieces import MAX_LINE


class SourceLine(NamedTuple):
    """One line, or a part of one that was too long."""

    text: str
    ends: bool = True
    """False when the rest of the line follows."""


class LineFeed:
    """Takes chunks, gives lines."""

    def __init__(self) -> None:
        self._partial = ""
        self._carriage = ""

    def feed(self, chunk: str) -> list[SourceLine]:
        """Return the lines that `chunk` completes."""
        text = self._carriage + chunk
        self._carriage = "\r" if text.endswith("\r") else ""
        text = unix_newlines(text.removesuffix("\r"))
        *whole, rest = text.split("\n")
        lines: list[SourceLine] = []
        for line in whole:
            lines.extend(_bounded(self._partial + line))
            self._partial = ""
        self._partial += rest
        if len(self._partial) > MAX_LINE:
            *cut, last = _bounded(self._partial)
            lines.extend(cut)
            self._partial = last.text
        return [SourceLine(terminal_safe(line.text), line.ends) for line in lines]

    @property
    def partial(self) -> str:
        """The line that has not ended yet, harmless."""
        return terminal_safe(self._partial)

    def finish(self) -> list[SourceLine]:
        """Return the last line, if there is one, and start again."""
        lines = self.feed("\n") if self._carriage else []
        if self._partial:
            lines.append(SourceLine(terminal_safe(self._partial)))
        self._partial = self._carriage = ""
        return lines


def _bounded(line: str) -> list[SourceLine]:
    """Cut a line into parts of at most `MAX_LINE` characters, after spaces where there are any."""
    if len(line) <= MAX_LINE:
        return [SourceLine(line)]
    parts: list[SourceLine] = []
    start = 0
    while len(line) - start > MAX_LINE:
        space = line.rfind(" ", start + MAX_LINE // 2, start + MAX_LINE)
        end = space + 1 if space >= 0 else start + MAX_LINE
        parts.append(SourceLine(line[start:end], ends=False))
        start = end
    parts.append(SourceLine(line[start:]))
    return parts
