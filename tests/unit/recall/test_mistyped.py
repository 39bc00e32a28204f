"""Words that are nowhere, and those that are meant."""

from __future__ import annotations

import pytest

from minutebook.recall.mistyped import distance


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [("ferry", "ferry", 0), ("ferry", "fery", 1), ("ferry", "frery", 1), ("ferry", "fairy", 2),
     ("ferry", "tent", 3), ("", "ab", 2), ("abc", "", 3)],
)  # fmt: skip
def test_the_distance_is_in_edits(one: str, other: str, edits: int) -> None:
    """Letters that are swapped count once; beyond two it is three."""
    assert distance(one, other) == distance(other, one) == edits
