"""Quoting a message as it was written: its sentences with the lines they stand on.

What is ranked elsewhere has lost its markup; a quotation may not lose a character. So it is cut
from the message itself, at the ends of sentences and lines only, and lines stay lines: a list that
is quoted is a list.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.llm.extractive.plain import harmless, quotable
from minutebook.llm.extractive.sentences import split_text

ENOUGH = 280
"""A quotation is widened to about so many characters, where its message goes on."""
ELLIPSIS = "…"


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A sentence of a message as it was written."""

    text: str
    line: int
    """The paragraph or list item it stands in, from 0."""


def pieces_of(text: str) -> list[Piece]:
    """Return the sentences of a message, in order, without its code."""
    return [
        Piece(text=sentence, line=number)
        for number, block in enumerate(quotable(harmless(text)))
        for sentence in split_text(block.text)
    ]


def widened(pieces: Sequence[Piece], window: tuple[int, int], most: int) -> tuple[int, int]:
    """Return a window of at most `most` characters that says enough to be read by itself.

    It grows behind what was found, where a message explains itself, and at the end of the message
    before it. A list is taken up to `most`: half of one misleads.
    """
    start, end = window
    size = sum(len(piece.text) + 1 for piece in pieces[start:end])
    while end < len(pieces) and size + len(pieces[end].text) < most:
        if size >= ENOUGH and not _is_short(pieces[end]):
            break
        size += len(pieces[end].text) + 1
        end += 1
    while start and size < ENOUGH and size + len(pieces[start - 1].text) < most:
        start -= 1
        size += len(pieces[start].text) + 1
    return start, end


def quoted(pieces: Sequence[Piece], window: tuple[int, int]) -> str:
    """Return the pieces of a window, each line on its own, with marks where the message goes on."""
    start, end = window
    text = f"{ELLIPSIS} " if start else ""
    for before, piece in zip([None, *pieces[start:end]], pieces[start:end], strict=False):
        if before is not None:
            text += " " if before.line == piece.line else "\n"
        text += piece.text
    return f"{text} {ELLIPSIS}" if end < len(pieces) else text


def _is_short(piece: Piece) -> bool:
    """Return whether a piece is one of those that lists are made of."""
    return len(piece.text) < ENOUGH // 4
