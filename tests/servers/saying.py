"""What a model says, in no protocol, and how the answer to a request goes wrong."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from minutebook.domain.turns import ToolCall
from minutebook.llm.protocol import StopReason, Usage


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """An answer of a model."""

    pieces: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    calls: tuple[ToolCall, ...] = ()
    stop: StopReason = StopReason.END
    usage: Usage = field(default_factory=lambda: Usage(input_tokens=11, output_tokens=5))


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """One event of a stream."""

    data: str
    event: str = ""

    def written(self, newline: str) -> bytes:
        """Return it as server-sent events are written."""
        name = f"event: {self.event}{newline}" if self.event else ""
        return f"{name}data: {self.data}{newline}{newline}".encode()


Edit = Callable[[Sequence[Frame]], Sequence[Frame]]
"""Spoils the events of an answer."""
Split = Callable[[bytes], Iterable[bytes]]
"""Cuts an event into the pieces in which it travels."""


def unspoilt(frames: Sequence[Frame]) -> Sequence[Frame]:
    """Leave the events as they are."""
    return frames


def whole(data: bytes) -> Iterable[bytes]:
    """Let an event travel as it is."""
    return (data,)


def byte_by_byte(data: bytes) -> Iterable[bytes]:
    """Cut an event at every byte, in the middle of characters too."""
    return (data[i : i + 1] for i in range(len(data)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How one request is answered."""

    said: Said = field(default_factory=lambda: Said(pieces=("On the ", "4th.")))
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    error: tuple[str, str] = ("", "")
    """Kind and message of a refusal; the kind is that of the status when it is empty."""
    details: Mapping[str, object] = field(default_factory=dict)
    """More fields of the error."""
    body: bytes | None = None
    """Sent as it is, instead of anything the protocol would say."""
    content_type: str = ""
    wait: asyncio.Event | None = None
    """Nothing is sent before it is set."""
    edit: Edit = unspoilt
    split: Split = whole
    newline: str = "\n"
    stall_after: int | None = None
    """So many events are sent; then nothing, until the client leaves."""
    cut_after: int | None = None
    """So many events are sent; then the connection breaks."""


def as_json(value: object) -> str:
    """Write JSON as the providers do."""
    return json.dumps(value, separators=(",", ":"), ensure_ascii=False)
