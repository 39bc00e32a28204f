"""What the tests of the line-oriented formats share: sources from text, and readings of them."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.protocol import Format
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import DateOrder, ReadingOptions, Source, from_bytes

BERLIN = ZoneInfo("Europe/Berlin")
NOW = datetime(2024, 6, 1, tzinfo=UTC)


def source_of(
    text: str | bytes,
    name: str = "log.txt",
    *,
    order: DateOrder = DateOrder.DAY_FIRST,
    folders: tuple[str, ...] = (),
    is_growing: bool = False,
) -> Source:
    """Wrap text as a source, read in Berlin."""
    data = text.encode() if isinstance(text, str) else text
    options = ReadingOptions(zone=BERLIN, date_order=order)
    plain = from_bytes(data, name=name, options=options, at=NOW)
    return Source(
        place=plain.place,
        name=name,
        folders=folders,
        size=plain.size,
        modified_at=NOW,
        open=plain.open,
        options=options,
        is_growing=is_growing,
    )


def drafts(items: list[Parsed]) -> list[TurnDraft]:
    """Pick the turns."""
    return [item.draft for item in items if isinstance(item, TurnFound)]


def rejects(items: list[Parsed]) -> list[Rejected]:
    """Pick what could not be read."""
    return [item.rejected for item in items if isinstance(item, Unreadable)]


def conversations(items: list[Parsed]) -> list[ConversationFound]:
    """Pick the conversations."""
    return [item for item in items if isinstance(item, ConversationFound)]


def read(format_: Format, source: Source) -> list[Parsed]:
    """Read a source to its end."""
    return list(format_.parse(source))


def turns(format_: Format, text: str | bytes, name: str = "log.txt") -> list[TurnDraft]:
    """Read the turns of a text."""
    return drafts(read(format_, source_of(text, name)))


def utc(draft: TurnDraft) -> str:
    """Return the instant of a turn, to the second."""
    assert draft.at is not None
    return f"{draft.at.astimezone(UTC):%Y-%m-%d %H:%M:%S}"


def read_in_two(format_: Format, data: bytes, cut: int, name: str = "log.txt") -> list[Parsed]:
    """Read a file cut short, then the whole of it from the last checkpoint.

    At every other cut the file is not known to grow, and a line that was cut off is read as it is.
    """
    before = read(format_, source_of(data[:cut], name, is_growing=cut % 2 == 0))
    places = [at for at, item in enumerate(before) if isinstance(item, Checkpoint)]
    if not places:
        return read(format_, source_of(data, name))
    resume = before[places[-1]]
    assert isinstance(resume, Checkpoint)
    after = list(format_.parse(source_of(data, name), resume))
    return before[: places[-1]] + _without_repeated(after)


def _without_repeated(items: list[Parsed]) -> list[Parsed]:
    """Drop the conversation that is found again because reading goes on within it."""
    return [i for i in items if not (isinstance(i, ConversationFound) and i.is_continued)]


def said(items: list[Parsed]) -> list[tuple[Parsed, float | None]]:
    """Everything but checkpoints, whose places depend on where a reading ended.

    With the instants of turns, since times in one zone are equal in both runs of an hour.
    """
    return [(item, _instant(item)) for item in items if not isinstance(item, Checkpoint)]


def _instant(item: Parsed) -> float | None:
    if isinstance(item, TurnFound) and item.draft.at is not None:
        return item.draft.at.timestamp()
    return None
