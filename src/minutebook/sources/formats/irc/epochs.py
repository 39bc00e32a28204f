"""Logs in blocks of three lines: seconds since 1970, nick, text; a blank line ends each."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import NamedTuple

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.text.lines import EXCERPT, Line

_EPOCH = re.compile(r"\d{9,10}(?:\.\d{1,6})?$")
_NICK = re.compile(r"[^\s<>]{1,64}$")


class Block(NamedTuple):
    """The lines of one block, from a line that may be anything."""

    first: Line
    rest: list[Line]


def is_block(lines: list[str]) -> bool:
    """Whether these lines begin with a block."""
    return len(lines) >= 3 and bool(_EPOCH.match(lines[0]) and _NICK.match(lines[1]))


def read_blocks(lines: Iterator[Line]) -> Iterator[Block]:
    """Cut lines into blocks, at blank lines that follow a text."""
    block: Block | None = None
    for line in lines:
        if line.text.strip() and block is None:
            block = Block(line, [])
        elif line.text.strip() and block is not None:
            block.rest.append(line)
        elif block is not None:
            yield block
            block = None
    if block is not None:
        yield block


def read_block(block: Block) -> TurnDraft | Rejected:
    """Read one block; a malformed one is rejected."""
    stamp = block.first.text
    if not block.rest or not _EPOCH.match(stamp) or not _NICK.match(block.rest[0].text):
        return Rejected(
            place=f"line {block.first.number}",
            reason="It is not a block of time, nick and text.",
            excerpt="\n".join([stamp, *(line.text for line in block.rest)])[:EXCERPT],
        )
    return TurnDraft(
        role=Role.PERSON,
        author=block.rest[0].text,
        content=Content(text="\n".join(line.text for line in block.rest[1:])),
        at=datetime.fromtimestamp(float(stamp), UTC),
        at_raw=stamp,
    )
