"""What stands where, while heights are still guesses."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import NotFoundError, UsageError
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.flow import HEAD, Flow, Held, Spot
from minutebook.tui.prose.geometry import geometry
from minutebook.tui.prose.heights import Heights
from minutebook.tui.prose.painter import spot_number, spot_of

ROWS = 20
PLACE = geometry(60, 5)


def blocks(count: int, seed: int = 3) -> list[ProseBlock]:
    """Return turns of very different length."""
    chance = random.Random(seed)
    return [
        ProseBlock(
            id=str(n),
            speaker="you",
            kind=TextKind.CHAT,
            text="\n\n".join("word " * chance.randint(1, 60) for _ in range(chance.randint(0, 5))),
        )
        for n in range(count)
    ]


def flow_of(shown: list[ProseBlock]) -> Flow:
    """Return a flow of blocks."""
    flow = Flow(PLACE)
    flow.set_blocks(shown)
    return flow


def exact_height(shown: list[ProseBlock]) -> int:
    """Return the height when everything is laid out."""
    flow = flow_of(shown)
    flow.settle(0, 1_000_000)
    return flow.height


@settings(max_examples=100)
@given(st.lists(st.integers(0, 4), min_size=1, max_size=30), st.data())
def test_heights_add_up(heights: list[int], data: st.DataObject) -> None:
    """Sums and places stay right through every kind of change."""
    tree = Heights(heights)
    for _ in range(6):
        index = data.draw(st.integers(0, len(heights) - 1))
        heights[index] = tree[index] = data.draw(st.integers(0, 5))
        heights.append(data.draw(st.integers(0, 5)))
        tree.append(heights[-1])
    size = data.draw(st.integers(1, len(heights)))
    del heights[size:]
    tree.truncate(size)
    assert tree.total == sum(heights)
    assert [tree.before(n) for n in range(size + 1)] == [sum(heights[:n]) for n in range(size + 1)]
    for row in range(sum(heights)):
        index, offset = tree.locate(row)
        assert sum(heights[:index]) + offset == row
        assert offset < heights[index]


@given(st.integers(-(10**6), 10**6), st.integers(-1, 1 << 24), st.integers(0, 10_000))
def test_spots_are_numbers_and_back(key: int, part: int, row: int) -> None:
    """A selection's number names its spot again."""
    assert spot_of(spot_number(Spot(key, part, row))) == Spot(key, part, row)


def test_spots_grow_downwards() -> None:
    """Spots further down have greater numbers, as a selection needs."""
    flow = flow_of(blocks(10))
    flow.settle(0, 10_000)
    spots = [flow.spot(row) for row in range(flow.height)]
    numbers = [spot_number(spot) for spot in spots if spot is not None]
    assert numbers == sorted(set(numbers))
    assert [flow.row_of(spot) for spot in spots if spot is not None] == list(range(flow.height))


def test_only_what_is_seen_is_laid_out() -> None:
    """Opening a long transcript splits a screenful of it."""
    flow = flow_of(blocks(5_000))
    flow.settle_end(ROWS)
    assert sum(entry.pieces is not None for entry in flow.entries) < ROWS


def test_reading_upwards_meets_every_row_once() -> None:
    """Line by line from the end to the start, the row above is what was above, nothing jumps."""
    shown = blocks(60)
    flow = flow_of(shown)
    top = flow.settle_end(ROWS)
    seen = [flow.spot(top)]
    while top > 0:
        top = flow.settle(top - 1, ROWS, Held.END)
        seen.append(flow.spot(top))
    complete = flow_of(shown)
    complete.settle(0, 1_000_000)
    expected = [complete.spot(row) for row in range(complete.height - ROWS, -1, -1)]
    assert seen == expected


@settings(max_examples=30)
@given(st.integers(0, 3_000), st.integers(1, 60))
def test_margin_keeps_the_top(row: int, margin: int) -> None:
    """Laying out what is above moves the row, not what is on it."""
    flow = flow_of(blocks(80))
    top = flow.settle(row, ROWS)
    before = [flow.spot(top + n) for n in range(ROWS)]
    top = flow.settle_above(top, margin)
    assert [flow.spot(top + n) for n in range(ROWS)] == before


@settings(max_examples=30)
@given(st.lists(st.integers(0, 4_000), max_size=8))
def test_heights_become_exact(jumps: list[int]) -> None:
    """Wherever one has been, in the end the height is that of the whole."""
    shown = blocks(40)
    flow = flow_of(shown)
    for row in jumps:
        flow.settle(row, ROWS)
    flow.settle(0, 1_000_000)
    assert flow.height == exact_height(shown)


def test_prepending_keeps_the_keys() -> None:
    """Older blocks above leave the names of all rows as they were."""
    shown = blocks(30)
    flow = flow_of(shown[20:])
    top = flow.settle(5, ROWS)
    spot = flow.spot(top)
    added = flow.prepend(shown[:20])
    assert flow.spot(top + added) == spot
    assert [entry.block.id for entry in flow.entries] == [str(n) for n in range(30)]


def test_unchanged_blocks_are_kept() -> None:
    """Of a new version of a document, only the section that differs is read again."""
    shown = blocks(6)
    flow = flow_of(shown)
    flow.settle(0, 1_000)
    old = list(flow.entries)
    pieces = [entry.pieces for entry in old]
    changed = ProseBlock(id="3", speaker="you", kind=TextKind.CHAT, text="other")
    flow.set_blocks([*shown[:3], changed, *shown[4:]])
    assert flow.entries == old
    assert [e.pieces is p for e, p in zip(flow.entries, pieces, strict=True)] == [
        True, True, True, False, True, True,
    ]  # fmt: skip


def test_an_update_knows_which_pieces_are_new() -> None:
    """A section that gained a paragraph says which one."""
    flow = flow_of([ProseBlock(id="s", text="one\n\ntwo\n\nthree")])
    flow.settle(0, ROWS)
    entry = flow.update(ProseBlock(id="s", text="one\n\ntwo and a half\n\nthree"))
    assert entry.fresh == frozenset({1})


def test_ids_are_unique() -> None:
    """Two blocks with one id are refused, and so is an id that is not there."""
    flow = flow_of(blocks(2))
    with pytest.raises(UsageError, match="'1'"):
        flow.append(ProseBlock(id="1"))
    with pytest.raises(UsageError, match="'x'"):
        flow.set_blocks([ProseBlock(id="x"), ProseBlock(id="x")])
    with pytest.raises(NotFoundError, match="'gone'"):
        flow.update(ProseBlock(id="gone"))


def test_labels_stand_above_where_there_is_no_room() -> None:
    """A narrow screen has a row for each label, a wide one a column."""
    narrow, wide = geometry(30, 5), geometry(80, 5)
    assert narrow.stacked
    assert narrow.text == 28
    assert wide.labels == 7
    flow = Flow(narrow)
    flow.set_blocks([ProseBlock(id="1", speaker="you", text="hello")])
    flow.settle(0, ROWS)
    assert flow.spot(0) == Spot(0, HEAD, 0)
    assert flow.height == 3


def test_long_names_do_not_push_the_text_aside() -> None:
    """A phone number for a name is cut with a sign; the column of names stays narrow."""
    place = geometry(80, len("+44 7700 900123"))
    assert place.labels == 14
    assert place.label("+44 7700 900123") == "+44 7700 90…  "
    assert geometry(80, 3).labels == 5
