"""What the tests of the JSON formats share: sources from values, and readings of them."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

from hypothesis import strategies as st

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.protocol import Format
from minutebook.sources.parsed import Checkpoint, ConversationFound, Parsed, TurnFound, Unreadable
from minutebook.sources.source import ReadingOptions, Source, from_bytes

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 6, 1, tzinfo=UTC)

WORDS = st.text(max_size=12)
"""Any text, with lone surrogates and zero bytes."""

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner),
    max_leaves=8,
)
"""Any JSON value."""


ODD: tuple[Any, ...] = (
    *(None, True, -1, 1.5, 10**30, "", "x", "\ud800\x00", [], {}, [None], ["x"], [[{}]], {"a": 1}),
    *(
        [{"id": [], "type": 5, "name": {}}],
        {"type": "text", "text": []},
        float("nan"),
        float("inf"),
    ),
)
"""Values that stand where nobody expects them."""


def with_odd_members(record: dict[str, Any]) -> Iterable[str]:
    """Write a record with each of its members, at any depth of objects, as each odd value."""
    for members in _variants(record):
        yield json.dumps(members)


def _variants(record: dict[str, Any]) -> Iterable[dict[str, Any]]:
    for key, value in record.items():
        yield {name: member for name, member in record.items() if name != key}
        yield from (record | {key: odd} for odd in ODD)
        if isinstance(value, dict):
            yield from (record | {key: inner} for inner in _variants(value))
        if isinstance(value, list) and value and isinstance(value[0], dict):
            yield from (record | {key: [inner]} for inner in _variants(value[0]))


def source_of(data: str | bytes, name: str = "log.jsonl", *, is_growing: bool = False) -> Source:
    """Wrap bytes as a source, read in Berlin."""
    raw = data if isinstance(data, bytes) else data.encode("utf-8", "surrogatepass")
    plain = from_bytes(raw, name=name, options=ReadingOptions(zone=BERLIN), at=NOW)
    return replace(plain, is_growing=is_growing)


class ForwardOnly(io.BytesIO):
    """A stream as a zip gives it."""

    def seekable(self) -> bool:
        """Say no."""
        return False

    def seek(self, *_: object) -> int:
        """Refuse."""
        raise io.UnsupportedOperation("seek")


def forward_only(source: Source) -> Source:
    """Let a source be read forward only."""
    with source.open() as stream:
        data = stream.read()
    return replace(source, open=lambda: ForwardOnly(data))


def json_lines(*records: Any) -> str:
    """Write records as JSON Lines."""
    return "".join(json.dumps(record) + "\n" for record in records)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What a format has made of a source."""

    items: list[Parsed]

    @property
    def conversations(self) -> list[ConversationFound]:
        """Pick the conversations."""
        return [item for item in self.items if isinstance(item, ConversationFound)]

    @property
    def turns(self) -> list[TurnDraft]:
        """Pick the turns."""
        return [item.draft for item in self.items if isinstance(item, TurnFound)]

    @property
    def rejected(self) -> list[Rejected]:
        """Pick what could not be read."""
        return [item.rejected for item in self.items if isinstance(item, Unreadable)]

    @property
    def checkpoints(self) -> list[Checkpoint]:
        """Pick the checkpoints."""
        return [item for item in self.items if isinstance(item, Checkpoint)]

    @property
    def places(self) -> list[str]:
        """Pick the places of what could not be read."""
        return [rejected.place for rejected in self.rejected]

    @property
    def said(self) -> list[tuple[str, str]]:
        """Pick the roles and the texts."""
        return [(turn.role.value, turn.content.text) for turn in self.turns]

    @property
    def told(self) -> list[tuple[str, TurnDraft]]:
        """Pick the turns, each with the native id of its conversation."""
        return list(_told(self.items))


def _told(items: Iterable[Parsed]) -> Iterable[tuple[str, TurnDraft]]:
    conversation = ""
    for item in items:
        if isinstance(item, ConversationFound):
            conversation = item.native_id
        elif isinstance(item, TurnFound):
            yield conversation, item.draft


def read(
    format_: Format,
    data: str | bytes,
    *,
    resume: Checkpoint | None = None,
    is_growing: bool = False,
    name: str = "log.jsonl",
) -> Reading:
    """Read bytes with a format."""
    source = source_of(data, name, is_growing=is_growing)
    return Reading(items=list(format_.parse(source, resume)))


def read_in_two(format_: Format, data: bytes, cut: int) -> list[tuple[str, TurnDraft]]:
    """Read a beginning, then all of it from the last checkpoint on; return all turns."""
    first = read(format_, data[:cut], is_growing=True)
    last = max(
        (at for at, item in enumerate(first.items) if isinstance(item, Checkpoint)), default=-1
    )
    if last < 0:
        return read(format_, data).told
    checkpoint = first.items[last]
    assert isinstance(checkpoint, Checkpoint)
    rest = read(format_, data, resume=checkpoint)
    return [*_told(first.items[:last]), *rest.told]


def score(format_: Format, data: str | bytes, name: str = "log.json") -> float:
    """Return how well a format fits."""
    match = format_.detect(source_of(data, name).sample())
    return match.score if match else 0.0
