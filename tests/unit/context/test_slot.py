"""The slot keeps what is most useful within its budget."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.context.slot.usefulness import SlotRoom, explained, fitted, usefulness
from minutebook.domain.context import Budget, PagedIn, Why

NOW = datetime(2026, 3, 14, 9, tzinfo=UTC)


def paged(name: str, tokens: int = 1_000, **fields: object) -> PagedIn:
    said: dict[str, object] = {"why": Why.MODEL, "last_at": NOW, **fields}
    return PagedIn(page=f"pg_{name}", tokens=tokens, **said)  # type: ignore[arg-type]


PAGES = st.builds(
    PagedIn,
    page=st.integers(0, 10**6).map(lambda number: f"pg_{number:06x}"),
    tokens=st.integers(1, 9_000),
    why=st.sampled_from(Why),
    references=st.integers(0, 50),
    last_at=st.integers(0, 10**6).map(lambda seconds: NOW - timedelta(seconds=seconds)),
    is_pinned=st.booleans(),
)
SLOTS = st.lists(PAGES, max_size=12, unique_by=lambda each: each.page)
ROOMS = st.builds(
    lambda tokens, share: SlotRoom(tokens=tokens, recall_tokens=int(tokens * share)),
    st.integers(0, 12_000),
    st.floats(0, 1),
)


def test_least_useful_leaves_first() -> None:
    """References, how lately, and who referred decide; a person's pin decides before all."""
    slot = [
        paged("often", references=5),
        paged("once"),
        paged("long ago", references=5, last_at=NOW - timedelta(days=3)),
        paged("pinned", why=Why.RECALL, references=0, is_pinned=True),
        paged("by a person", why=Why.PERSON),
    ]
    room = SlotRoom(tokens=4_000, recall_tokens=2_000)
    fits = fitted(slot, room, NOW)
    assert [each.page for each in fits.left] == ["pg_long ago"]
    fits = fitted(slot, SlotRoom(tokens=2_000, recall_tokens=2_000), NOW)
    assert [each.page for each in fits.kept] == ["pg_often", "pg_pinned"]


def test_a_large_page_is_there_in_part() -> None:
    """A page that is larger than its place has fewer tokens, and leaves room for others."""
    room = SlotRoom(tokens=2_000, recall_tokens=500)
    fits = fitted([paged("large", 50_000), paged("small", 900)], room, NOW)
    assert [(each.page, each.tokens) for each in fits.kept] == [
        ("pg_large", 1_000),
        ("pg_small", 900),
    ]


def test_what_a_search_brought_has_a_share() -> None:
    """Recalled pages share a part of the slot: each is an excerpt."""
    room = SlotRoom(tokens=4_000, recall_tokens=1_500)
    slot = [paged(str(n), why=Why.RECALL, references=0) for n in range(5)]
    assert [each.tokens for each in fitted(slot, room, NOW).kept] == [500] * 3


def test_a_search_adds_a_few_per_cent() -> None:
    """What a search brings follows what stands in the prompt, and is one excerpt at least."""
    room = SlotRoom(tokens=12_000, recall_tokens=3_000)
    assert room.beside(40_000).recall_tokens == 2_000
    assert room.beside(100_000).recall_tokens == 3_000
    assert room.beside(500).recall_tokens == 180
    assert room.beside(500).for_page(Why.RECALL) == 180


def test_a_score_can_be_told() -> None:
    """Why a page is as useful as it is fits in a line."""
    told = explained(paged("a", references=2, last_at=NOW - timedelta(hours=1)), NOW)
    assert told == "0.52: referred to 2×, last 1.0 h ago, by model"


@given(PAGES)
def test_usefulness_is_bounded(page: PagedIn) -> None:
    """However often a page is referred to, its usefulness is a number from 0 to 1."""
    assert 0 <= usefulness(page, NOW) <= 1


@settings(max_examples=200, deadline=None)
@given(SLOTS, ROOMS)
def test_what_stays_fits(slot: list[PagedIn], room: SlotRoom) -> None:
    """What stays is within the room, every page is told of once, and fitting again does nothing."""
    fits = fitted(slot, room, NOW)
    recalled = [each.tokens for each in fits.kept if each.why is Why.RECALL]
    assert sum(each.tokens for each in fits.kept) <= room.tokens
    assert sum(recalled) <= room.recall_tokens
    assert sorted(p.page for p in (*fits.kept, *fits.left)) == sorted(p.page for p in slot)
    assert fitted(fits.kept, room, NOW).kept == fits.kept


@settings(max_examples=200, deadline=None)
@given(SLOTS, ROOMS)
def test_nothing_leaves_for_something_less_useful(slot: list[PagedIn], room: SlotRoom) -> None:
    """What left had no room beside what is more useful than it is."""
    fits = fitted(slot, room, NOW)
    for left in fits.left:
        better = [
            each
            for each in fits.kept
            if (each.is_pinned, usefulness(each, NOW)) >= (left.is_pinned, usefulness(left, NOW))
        ]
        need = min(left.tokens, room.for_page(left.why))
        taken = sum(each.tokens for each in better)
        recalled = sum(each.tokens for each in better if each.why is Why.RECALL)
        is_full = taken + need > room.tokens
        is_share_full = left.why is Why.RECALL and recalled + need > room.recall_tokens
        assert is_full or is_share_full or need < min(left.tokens, 120)


def test_room_of_a_budget() -> None:
    """The shares of a budget are shares of what a prompt may have."""
    budget = Budget(window=60_000, reserve=10_000)
    assert SlotRoom.of(budget) == SlotRoom(tokens=10_000, recall_tokens=2_500)
