"""What a model says of its own lines is heeded as its opinion; a person's pin is above it."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from minutebook.batches.asking import passages_of
from minutebook.batches.keeping import summarised
from minutebook.batches.page_reading import PageReading
from minutebook.domain.batches import Part
from minutebook.domain.pages import Page
from minutebook.domain.turns import OFFLINE, Content, Origin, Role, Turn
from minutebook.llm.summaries import PageSummary

NOW = datetime(2026, 3, 14, tzinfo=UTC)
REPLY = (
    "It rains.\nThe ferry leaves on the 4th. @@important@@\nHm. @@importance(0.2)@@\n"
    "I look at it now. @@ephemeral@@\nWrite `@@ephemeral@@` for that."
)


def turn(text: str, **changed: object) -> Turn:
    fields: dict[str, object] = {
        "id": 1, "conversation": "c", "key": "a", "seq": 1, "role": Role.ASSISTANT,
        "author": "here:m", "content": Content(text=text), "native_id": "a", "at": NOW,
        "at_raw": "", "zone_known": True, "sort_at": 1, "parent": None, "is_active": True,
        "tokens": 9, "origin": Origin.LIVE, "revision": 0, "recorded_at": NOW,
    }  # fmt: skip
    return Turn(**{**fields, **changed})  # type: ignore[arg-type]


def reading(
    said: Turn, *, is_live: bool = True, pinned: frozenset[str] = frozenset()
) -> PageReading:
    page = Page(
        id="pg_1", conversation="c", first_seq=1, last_seq=1, first_turn="a", last_turn="a",
        turns=1, tokens=9, content_hash="h", first_at=NOW, last_at=NOW, closed_at=NOW,
    )  # fmt: skip
    return PageReading(page=page, turns=(said,), is_live=is_live, pinned=pinned)


def told(read: PageReading, part: Part | None = None) -> str:
    return "".join(each.text for each in passages_of(read, part or Part(), UTC))


def kept(read: PageReading) -> list[str]:
    summary = PageSummary(label="x", points=(), entities=())
    return [point.text for point in summarised(read, summary, "m").summary_points]


def test_lines_that_matter_and_lines_that_do_not() -> None:
    """An important line is kept to the letter; an ephemeral one is told to no summary."""
    read = reading(turn(REPLY))
    assert kept(read) == ["- here:m: The ferry leaves on the 4th."]
    assert "I look at it now" not in told(read)
    assert "Write `@@ephemeral@@` for that." in told(read)


@pytest.mark.parametrize("start", [0, 5, 30, 90, 100])
def test_parts_of_a_long_reply(start: int) -> None:
    """Where a reply is told in parts, no part has the ephemeral line, and no other line is lost."""
    read = reading(turn(REPLY))
    parts = (Part(first_seq=1, last_seq=1, start=0, end=start), Part(start=start, end=len(REPLY)))
    both = "".join(told(read, part) for part in parts if part.end)
    assert both == told(read)


def test_a_pin_is_above_an_opinion() -> None:
    """A reply that a person pinned stays whole, ephemeral lines and all."""
    read = reading(turn(REPLY), pinned=frozenset({"a"}))
    (text,) = kept(read)
    assert "I look at it now." in text
    assert "I look at it now." in told(read)


@pytest.mark.parametrize(
    "read",
    [
        reading(turn(REPLY), is_live=False),
        reading(turn(REPLY, author=OFFLINE)),
    ],
    ids=["log", "offline"],
)
def test_logs_and_quotations_have_no_opinions(read: PageReading) -> None:
    """Markers in a log, or in what `offline` quotes, are text like any other."""
    assert kept(read) == []
    assert "I look at it now. @@ephemeral@@" in told(read)
