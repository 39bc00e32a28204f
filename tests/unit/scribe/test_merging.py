"""What two make of one version: what stands, and what is a conflict."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.scribe.blocks import joined, keys, split
from minutebook.scribe.merging import Merged, Side, merged

KEEP, REWORD, REPLACE, REMOVE, FOLLOW = range(5)
FORMS = ("{}", "- {}", "```\n{}\n```", "| {} | b |\n|---|---|", "> {}")


def three(base: str, head: str, change: str, stands: Side = Side.CHANGE) -> Merged:
    """Merge three texts."""
    return merged(split(base), split(head), split(change), stands)


def said(result: Merged) -> str:
    """Return the text that a merge came to."""
    return joined(result.blocks)


def clashes(result: Merged) -> list[tuple[str, str, str]]:
    """Return base, mine and theirs of each clash, without line ends."""
    return [(c.base.strip(), c.mine.strip(), c.theirs.strip()) for c in result.clashes]


@pytest.mark.parametrize("stands", list(Side))
@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("CLI version of A.", "MIRROR version of A."),
        ("By ferry, at night.", "Nobody goes."),
        ("Nobody goes.", "By ferry, at night."),
        ("- a list now", "A paragraph of other words."),
        ("```\ncode\n```", "| table | b |\n|---|---|"),
    ],
)
def test_two_texts_for_one_block_are_a_clash(one: str, other: str, stands: Side) -> None:
    """However little they share with each other and with the base."""
    form = "# Trip\n\nBefore.\n\n{}\n\nBehind.\n"
    base = "By ferry."
    result = three(form.format(base), form.format(one), form.format(other), stands)
    mine, theirs = (one, other) if stands is Side.HEAD else (other, one)
    assert clashes(result) == [(base, mine, theirs)]
    assert said(result) == form.format(mine)
    assert result.clashes[0].behind == "Before."


@pytest.mark.parametrize(
    ("base", "head", "change", "expected"),
    [
        ("A one.\n\nB two.\n", "Xyz.\n\nB two.\n", "A one.\n\nQrs.\n", "Xyz.\n\nQrs.\n"),
        ("A one.\n", "Xyz.\n", "A one.\n\nMore.\n", "Xyz.\n\nMore.\n"),
        ("A one.\n\nB two.\n", "B two.\n", "Xyz.\n\nB two.\n", "Xyz.\n\nB two.\n"),
        ("A one.\n\nB two.\n", "Xyz.\n\nB two.\n", "B two.\n", "Xyz.\n\nB two.\n"),
        ("A one.\n\nB two.\n", "B two.\n\nA one.\n", "Xyz.\n\nB two.\n", "B two.\n\nXyz.\n"),
        ("A one.\n", "Xyz.\n", "Xyz.\n", "Xyz.\n"),
        ("## H\n\nA one.\n", "Xyz.\n\nA one.\n", "## H\n\nQrs.\n", "Xyz.\n\nQrs.\n"),
    ],
    ids=["neighbours", "text behind", "removed", "removed by the other", "moved", "same", "title"],
)
def test_what_is_no_clash(base: str, head: str, change: str, expected: str) -> None:
    """Changes side by side, text behind, a removal and a move all stand with a new text."""
    result = three(base, head, change)
    assert (keys(said(result)), result.clashes) == (keys(expected), ())


def test_a_whole_text_written_anew_twice_is_all_clashes() -> None:
    """Also where there is too much of it to look for what is alike."""
    base, ann, bob = (
        "".join(f"{who} {n}.\n\n" for n in range(210)) for who in ("base", "ann", "bob")
    )
    assert clashes(three(base, ann, bob)) == [
        (f"base {n}.", f"bob {n}.", f"ann {n}.") for n in range(210)
    ]


class Script:
    """What somebody does to each block of a base."""

    def __init__(self, who: str, base: list[str], steps: list[tuple[int, int]]) -> None:
        self.steps = [kind for kind, _ in steps]
        self.changed: dict[int, str] = {}
        blocks: list[str] = []
        for place, (block, (kind, form)) in enumerate(zip(base, steps, strict=True)):
            text = FORMS[form].format(f"{who}{place}")
            if kind in {REWORD, REPLACE}:
                self.changed[place] = f"{block} {who}" if kind == REWORD else text
            blocks += [] if kind == REMOVE else [self.changed.get(place, block)]
            blocks += [text] if kind == FOLLOW else []
        self.typed = [block for block in blocks if block not in base]
        self.text = "".join(f"{block}\n\n" for block in blocks)


def scripts(*kinds: int) -> st.SearchStrategy[tuple[Script, Script, str]]:
    """Return what two people do to one text."""
    step = st.tuples(st.sampled_from(kinds), st.integers(0, len(FORMS) - 1))

    def both(steps: list[tuple[tuple[int, int], tuple[int, int]]]) -> tuple[Script, Script, str]:
        base = [f"Block {place} of the base." for place in range(len(steps))]
        ann, bob = (Script(who, base, [each[n] for each in steps]) for n, who in enumerate("ab"))
        return ann, bob, "".join(f"{block}\n\n" for block in base)

    return st.lists(st.tuples(step, step), min_size=1, max_size=8).map(both)


@given(scripts(KEEP, REWORD, REPLACE))
@settings(max_examples=60, deadline=None)
def test_each_block_that_both_changed_is_a_clash_and_no_other(
    drawn: tuple[Script, Script, str],
) -> None:
    """Of the block that both saw, with both texts; what one changed is taken."""
    ann, bob, base = drawn
    result = three(base, ann.text, bob.text)
    both = sorted(ann.changed.keys() & bob.changed.keys())
    wanted = [
        (f"Block {place} of the base.", bob.changed[place], ann.changed[place]) for place in both
    ]
    assert clashes(result) == wanted
    found = [
        bob.changed.get(place, ann.changed.get(place, block))
        for place, block in enumerate(keys(base))
    ]
    assert keys(said(result)) == keys("\n\n".join(found))


@given(scripts(KEEP, REWORD, REPLACE, REPLACE, REMOVE, FOLLOW))
@settings(max_examples=100, deadline=None)
def test_nothing_that_two_typed_is_lost(drawn: tuple[Script, Script, str]) -> None:
    """It stands, as what the later one typed does, or waits in a clash with what it met."""
    ann, bob, base = drawn
    result = three(base, ann.text, bob.text)
    there = set(keys(said(result)))
    for clash in result.clashes:
        there |= {*keys(clash.mine), *keys(clash.theirs)}
    assert {*keys("\n\n".join(ann.typed)), *keys("\n\n".join(bob.typed))} <= there
    assert {*keys("\n\n".join(bob.typed))} <= set(keys(said(result)))
    if ann.changed.keys() & bob.changed.keys():
        assert result.clashes
