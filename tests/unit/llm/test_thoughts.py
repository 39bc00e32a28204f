"""Thinking that stands in the text of a reply."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.remote.thoughts import Thoughts


def parted(*pieces: str) -> tuple[str, str]:
    """Return what is thought and what is said in a reply that came in these pieces."""
    thoughts = Thoughts()
    found = [*map(thoughts.take, pieces), thoughts.rest()]
    return "".join(thought for thought, _ in found), "".join(said for _, said in found)


@pytest.mark.parametrize(
    ("text", "thought", "said"),
    [
        ("<think>\nhm</think>\n\nYes.", "hm", "Yes."),
        ("  <thinking>hm</thinking>Yes.", "hm", "Yes."),
        ("<think></think>Yes.", "", "Yes."),
        ("Yes <think>hm</think>", "", "Yes <think>hm</think>"),
        ("<thin", "", "<thin"),
        ("<b>Yes</b>", "", "<b>Yes</b>"),
        ("<think>never ends </th", "never ends </th", ""),
        ("", "", ""),
        ("  Yes", "", "  Yes"),
    ],
)
def test_only_a_beginning_is_thought(text: str, thought: str, said: str) -> None:
    """A reply that begins with the tag thinks up to its end; all else is said."""
    assert parted(text) == (thought, said)


@settings(max_examples=200)
@given(
    st.sampled_from(
        ["<think>a < b </ thin</think>c<d", "<thinkin", "<thinking>x</thinking>\ny", "z"]
    ),
    st.lists(st.integers(0, 40), max_size=6),
)
def test_cuts_do_not_matter_to_the_tags(text: str, cuts: list[int]) -> None:
    """However a reply is cut into pieces, the same is thought, and the same is said."""
    places = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    assert parted(*(text[a:b] for a, b in pairwise(places))) == parted(text)
