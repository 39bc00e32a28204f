"""What parent and child say to each other: values with a name, as JSON behind their length.

A message is four bytes of length, big-endian, and an object whose `is` names its kind. Nothing is
unpickled: whatever a child may have become, it can send no more than these values.
"""

from __future__ import annotations

import json
import struct
from dataclasses import asdict, dataclass, fields
from typing import Any

from minutebook.archive.console.limits import Confinement, ConsoleLimits
from minutebook.errors import MinutebookError

HEAD = struct.Struct(">I")
LONGEST = 96 * 1024 * 1024
"""Bytes of a message; whoever announces more is not listened to."""

Row = list[Any]


class ProtocolError(MinutebookError):
    """The other side said something that makes no sense."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Begin:
    """The parent's first words: where everything lies, and what a query may take."""

    database: str
    """The hot store; empty when there is none."""
    archive: str
    temp: str
    limits: ConsoleLimits


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """Run a query."""

    id: int
    sql: str
    rows: int
    """At most so many."""
    save_as: str = ""
    """Name of a Parquet file in the temporary folder; rows are sent when it is empty."""
    plan_only: bool = False
    """Send the plan as one row, and run nothing."""


@dataclass(frozen=True, slots=True, kw_only=True)
class More:
    """Send the next rows of a query."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Cancel:
    """Stop a query; whatever comes of it is not wanted any more."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Describe:
    """Send what can be completed."""

    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Ready:
    """The child's first words."""

    version: str
    """Of DuckDB."""
    confinement: Confinement


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """A query is accepted and runs; these are its columns."""

    id: int
    names: list[str]
    types: list[str]
    left_out: int = 0
    """Files of the archive that cannot be read, and that the query goes without."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Some rows of a query, in order."""

    id: int
    rows: list[Row]
    is_last: bool
    is_capped: bool = False
    """Whether there were more than were asked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Saved:
    """The result is in its file."""

    id: int
    rows: int
    left_out: int = 0
    """As for `Columns`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a query is, from 0 to 1; now and then, and only when DuckDB knows."""

    id: int
    done: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Described:
    """What can be completed: [table, column, type], and names of functions."""

    id: int
    columns: list[Row]
    functions: list[str]
    keywords: list[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A query has failed, or is refused."""

    id: int
    kind: str
    """`refused`, `wrong`, `limit`, `stopped` or `archive`."""
    message: str
    hint: str = ""
    offset: int = -1
    """Characters from the beginning of the SQL to what is wrong; -1 when nobody knows."""


Message = (
    Begin | Ask | More | Cancel | Describe | Ready | Columns | Rows | Saved | Progress
    | Described | Failed
)  # fmt: skip
_KINDS: dict[str, type] = {
    kind.__name__: kind
    for kind in (
        Begin, Ask, More, Cancel, Describe, Ready, Columns, Rows, Saved, Progress, Described, Failed
    )
}  # fmt: skip
_NESTED: dict[str, type] = {"limits": ConsoleLimits, "confinement": Confinement}


def packed(message: Message) -> bytes:
    """Return a message with its length in front. Raises ProtocolError when it is too long."""
    told = {"is": type(message).__name__, **asdict(message)}
    text = json.dumps(told, ensure_ascii=False, separators=(",", ":"))
    body = text.encode("utf-8", "surrogatepass")
    if len(body) > LONGEST:
        raise ProtocolError(f"A message of {len(body):,} bytes is too long.")
    return HEAD.pack(len(body)) + body


def length(head: bytes) -> int:
    """Return how long the message is that follows. Raises ProtocolError when it is too long."""
    (found,) = HEAD.unpack(head)
    if found > LONGEST:
        raise ProtocolError(f"A message of {found:,} bytes was announced; that is too long.")
    return int(found)


def unpacked(body: bytes) -> Message:
    """Read the body of a message. Raises ProtocolError when it is none."""
    try:
        told = json.loads(body.decode("utf-8", "surrogatepass"))
        kind = _KINDS[told.pop("is")]
        for name in _NESTED.keys() & told.keys():
            told[name] = _NESTED[name](**told[name])
        if told.keys() - {field.name for field in fields(kind)}:
            raise KeyError("unknown members")
        message: Message = kind(**told)
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise ProtocolError(f"What the console's process said makes no sense: {error}.") from error
    return message
