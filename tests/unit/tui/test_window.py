"""The part of a conversation on the screen has no gaps and no doubles, whatever happens."""

from __future__ import annotations

import dataclasses
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.clock import EPOCH
from minutebook.domain.conversations import Conversation
from minutebook.domain.turns import Content, Origin, Role, Turn
from minutebook.record.library import Library
from minutebook.store.turns import BEGINNING, END
from minutebook.tui.transcript import place_of
from minutebook.tui.window import FIRST, Window

Place = tuple[int, int]


def turn(seq: int, sort_at: int | None = None, revision: int = 0) -> Turn:
    """Return a turn."""
    return Turn(
        id=seq,
        conversation="c",
        key=f"k{seq}",
        seq=seq,
        role=Role.PERSON,
        author="Ada",
        content=Content(text=f"turn {seq}"),
        native_id=None,
        at=None,
        at_raw="",
        zone_known=True,
        sort_at=seq * 10 if sort_at is None else sort_at,
        parent=None,
        is_active=True,
        tokens=1,
        origin=Origin.IMPORTED,
        revision=revision,
        recorded_at=EPOCH,
    )


class Shelf:
    """A library of one conversation, in memory."""

    def __init__(self, turns: list[Turn]) -> None:
        self.turns = sorted(turns, key=place_of)

    def add(self, *turns: Turn) -> None:
        """Record more turns."""
        self.turns = sorted([*self.turns, *turns], key=place_of)

    async def conversation(self, wanted: str) -> Conversation:
        """Return the conversation with its size."""
        return Conversation(
            id=wanted,
            source="irc",
            native_id="n",
            title="t",
            created_at=EPOCH,
            turns=len(self.turns),
        )

    async def turn(self, conversation: str, key: str) -> Turn:
        """Return one turn."""
        return next(each for each in self.turns if each.key == key)

    async def turns_before(
        self, conversation: str, *, before: Place = END, limit: int
    ) -> list[Turn]:
        """Return the turns right before a place."""
        return [each for each in self.turns if place_of(each) < before][-limit:]

    async def turns_behind(
        self, conversation: str, *, behind: Place = BEGINNING, limit: int
    ) -> list[Turn]:
        """Return the turns behind a place."""
        return [each for each in self.turns if place_of(each) > behind][:limit]


async def window_on(shelf: Shelf) -> Window:
    """Return a window that shows nothing yet."""
    library = cast("Library", _Facade(shelf))
    return Window(library, await shelf.conversation("c"))


class _Facade:
    """A shelf under the names of the library, where `turns` is a method."""

    def __init__(self, shelf: Shelf) -> None:
        self.conversation = shelf.conversation
        self.turn = shelf.turn
        self.turns_before = shelf.turns_before
        self.turns = shelf.turns_behind


async def test_newest_turns_come_first() -> None:
    """Of many turns the last are read, and the rest is known to be there."""
    shelf = Shelf([turn(n) for n in range(1, 501)])
    window = await window_on(shelf)
    await window.open_newest()
    assert window.turns == shelf.turns[-FIRST:]
    assert window.has_older


async def test_older_turns_join_without_a_gap() -> None:
    """Reading upwards ends at the first turn."""
    shelf = Shelf([turn(n) for n in range(1, 501)])
    window = await window_on(shelf)
    await window.open_newest()
    while window.has_older:
        await window.older()
    assert window.turns == shelf.turns


async def test_window_in_the_middle_reaches_both_ends() -> None:
    """From a turn in the middle, both ends can be reached."""
    shelf = Shelf([turn(n) for n in range(1, 1_001)])
    window = await window_on(shelf)
    await window.open_around("k500")
    assert window.has_older
    assert window.has_newer
    while window.has_newer:
        await window.newer()
    while window.has_older:
        await window.older()
    assert window.turns == shelf.turns


@pytest.mark.parametrize("count", [1, 5, 39])
async def test_new_turns_are_only_appended(count: int) -> None:
    """What arrives at the end is returned, so that nothing else is drawn again."""
    shelf = Shelf([turn(n) for n in range(1, 101)])
    window = await window_on(shelf)
    await window.open_newest()
    fresh = [turn(n) for n in range(101, 101 + count)]
    shelf.add(*fresh)
    assert await window.refresh() == fresh
    assert window.turns[-count:] == fresh


async def test_edited_turn_makes_the_window_read_again() -> None:
    """A revision in the tail is seen."""
    shelf = Shelf([turn(n) for n in range(1, 21)])
    window = await window_on(shelf)
    await window.open_newest()
    edited = dataclasses.replace(shelf.turns[-3], revision=1, content=Content(text="edited"))
    shelf.turns[-3] = edited
    assert await window.refresh() is None
    assert edited in window.turns


@given(
    st.lists(st.tuples(st.integers(0, 2_000), st.integers(1, 60)), min_size=1, max_size=6),
    st.integers(0, 300),
)
@settings(max_examples=60, deadline=None)
async def test_late_arrivals_leave_no_gap(batches: list[tuple[int, int]], start: int) -> None:
    """Wherever turns arrive, the window is a run of the record that ends at its end."""
    shelf = Shelf([turn(n, n * 10) for n in range(1, start + 1)])
    window = await window_on(shelf)
    await window.open_newest()
    seq = start
    for sort_at, count in batches:
        shelf.add(*[turn(seq + n, sort_at + n) for n in range(1, count + 1)])
        seq += count
        await window.refresh()
        assert window.turns == shelf.turns[-len(window.turns) :]
        assert window.has_older == (len(window.turns) < len(shelf.turns))
