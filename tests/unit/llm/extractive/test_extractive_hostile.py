"""Whatever text comes in, extraction comes back with something sane, having read a bounded part."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.extractive import (
    Budget,
    Passage,
    best_passages,
    entities,
    keyphrases,
    label,
    salient,
    summarise,
)
from minutebook.llm.extractive.reading import MAX_SENTENCES, MAX_TOTAL, read, share_out

EVERYTHING: tuple[Callable[[list[Passage]], object], ...] = (
    lambda page: summarise(page, Budget(limit=500)),
    label,
    lambda page: keyphrases(page, 5),
    entities,
    lambda page: salient(page, 3, told=[passage.text for passage in page]),
    lambda page: best_passages("when does the ferry leave 10 a.b", page, 3),
)
BASES = (
    "a",
    ".",
    ". ",
    ".!?",
    "\0",
    "\x1b]",
    "\x1b[",
    "\ud800",
    "[",
    "[a](b ",
    "*a ",
    "_a ",
    "<!--",
    "</a ",
    "/a",
    "a.",
    "a@b.",
    "1.1.",
    "@a",
    "`",
    "|a",
    "> ",
    " ",
    "\n",
    "a b\n",
    "火车",
    "สวัสดี",
    "Aa Bb ",
    "e\u0301",
    "😀",
    "1年1月",
    "the ferry leaves at ten ",
)


@pytest.mark.parametrize("base", BASES, ids=ascii)
def test_ten_megabytes_of_anything_in_one_line_are_read(base: str) -> None:
    """No pattern is worse than linear: a quadratic one would run into the test's time limit."""
    page = [Passage(source=0, speaker="a", text=base * (10_000_000 // len(base)))]
    for function in EVERYTHING:
        function(page)


def test_the_longest_passages_are_cut_first() -> None:
    """Short turns are read whole when a giant shares the page with them."""
    short = [Passage(source=n, speaker="a", text="x" * 900) for n in range(50)]
    giant = Passage(source="giant", speaker="a", text="y" * 10_000_000)
    shared = share_out([*short, giant], MAX_TOTAL)
    assert shared[:50] == short
    assert len(shared[50].text) == MAX_TOTAL - 50 * 900


def test_many_sentences_are_thinned_evenly() -> None:
    """Of thousands of lines the richest of each stretch are ranked, from start to end."""
    page = [
        Passage(source=n, speaker="a", text=f"note {n} about ferries" + " and piers" * (n % 3))
        for n in range(2 * MAX_SENTENCES)
    ]
    lines = read(page).lines
    numbers = [line.sentence.position for line in lines]
    assert len(lines) == MAX_SENTENCES
    assert numbers == sorted(numbers)
    assert numbers[0] < 100
    assert numbers[-1] > 2 * MAX_SENTENCES - 100


@given(st.lists(st.text(st.characters(), max_size=200), max_size=4))
@settings(max_examples=60, deadline=None)
def test_any_text_is_taken(texts: list[str]) -> None:
    """Any code points at all, surrogates included, raise nothing."""
    page = [Passage(source=n, speaker="a\0", text=text) for n, text in enumerate(texts)]
    for function in EVERYTHING:
        function(page)
