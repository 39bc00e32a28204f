"""A document as its blocks: what a person edits at a time, and what belongs to somebody.

    heading     one `#` line
    item        an entry of a list at the margin, with its further lines and what is nested in it
    fence       a code fence, whole; one that is left open reaches to the end
    paragraph   any other run of lines: prose, a quotation, a table
    blank       empty lines at the very beginning

The one decision: a block holds its own lines and the empty ones behind it, so the blocks of a text
put together are the text; but two blocks are the same when their own lines are. Empty lines between
blocks, and the line that closes a fence at the end, make nobody the author of anything.

A table is one block since its rows mean nothing alone; a list is not, since people and scribe both
add to the same list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from itertools import pairwise

from minutebook.scribe.outline import next_fence

_HEADING = re.compile(r" {0,3}#{1,6}(?:[ \t]|$)")
_FENCE = re.compile(r" {0,3}(?:`{3}|~{3})")
_ITEM = re.compile(r"(?:[-*+]|\d{1,9}[.)])(?:[ \t]|$)")


class BlockKind(StrEnum):
    """What a block is."""

    HEADING = "heading"
    ITEM = "item"
    FENCE = "fence"
    PARAGRAPH = "paragraph"
    BLANK = "blank"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Some lines of a document that stand or fall together."""

    kind: BlockKind
    text: str
    """Its own lines and the empty ones behind them, as they were written."""
    key: str
    """Its own lines, a fence closed: what makes it the same as another."""
    open_fence: str = ""
    """The marks of a fence that is left open."""


def split(text: str) -> list[Block]:
    """Return the blocks of a text; together they are the text."""
    return [*_blocks(text)]


def joined(blocks: Sequence[Block]) -> str:
    """Return a text whose blocks are these.

    Where blocks that come from elsewhere would run together, an empty line is put between them.
    """
    pieces = [_kept_apart(block, after) for block, after in pairwise(blocks)]
    return "".join([*pieces, *(block.text for block in blocks[-1:])])


def keys(text: str) -> list[str]:
    """Return what the blocks of a text say, without blank ones."""
    return [block.key for block in split(text) if block.key]


@lru_cache(maxsize=32)
def _blocks(text: str) -> tuple[Block, ...]:
    # The head of a document is looked at several times on the way to the next one.
    return tuple(_block(kind, lines, fence) for kind, lines, fence in _runs(text))


def _runs(text: str) -> Iterator[tuple[BlockKind, list[str], str]]:
    """Yield the kind and lines of each block, and the fence it leaves open."""
    kind, run, fence, ended = BlockKind.BLANK, list[str](), "", False
    for line in _lines(text):
        plain = line.rstrip("\r\n")
        after = next_fence(plain, fence) if _FENCE.match(plain) else fence
        if not fence and (found := _begins(plain, kind, after, ended=ended)):
            if run:
                yield kind, run, ""
            kind, run, ended = found, [], False
        run.append(line)
        if not fence and not after:
            ended = not plain.strip() or kind is BlockKind.HEADING
        elif fence and not after:
            ended = True
        fence = after
    if run:
        yield kind, run, fence


def _begins(plain: str, kind: BlockKind, fence: str, *, ended: bool) -> BlockKind | None:
    """Return what begins with a line, given the block above it; None when that goes on."""
    if not plain.strip():
        return None
    if fence:
        return BlockKind.FENCE
    if _HEADING.match(plain):
        return BlockKind.HEADING
    if _ITEM.match(plain):
        return BlockKind.ITEM
    return BlockKind.PARAGRAPH if ended or kind is BlockKind.BLANK else None


def _block(kind: BlockKind, lines: Sequence[str], fence: str) -> Block:
    text = "".join(lines)
    own = [line.rstrip("\r\n") for line in lines]
    while own and not own[-1].strip():
        own.pop()
    if fence:
        own.append(fence)
    return Block(kind=kind, text=text, key="\n".join(own), open_fence=fence)


def _lines(text: str) -> list[str]:
    """Return the lines with their ends; only a newline ends one."""
    return [f"{line}\n" for line in text.split("\n")[:-1]] + [
        line for line in [text.rpartition("\n")[2]] if line
    ]


def _kept_apart(block: Block, after: Block) -> str:
    """Return the text of a block so that another can follow it."""
    if block.open_fence:
        block = replace(block, text=f"{block.text.rstrip()}\n{block.open_fence}\n\n")
    text = block.text if block.text.endswith("\n") else f"{block.text}\n"
    if _is_apart(block.kind, after.kind) or not block.key or text.endswith("\n\n"):
        return text
    found = split(text + after.text)
    return text if [each.key for each in found] == [block.key, after.key] else f"{text}\n"


def _is_apart(kind: BlockKind, after: BlockKind) -> bool:
    """Say whether one kind ends where the other begins, without looking."""
    if after in {BlockKind.HEADING, BlockKind.FENCE, BlockKind.ITEM}:
        return True
    return kind in {BlockKind.HEADING, BlockKind.FENCE}
