"""The two ends of a text, in a number of tokens that holds for dense text too."""

from __future__ import annotations

import random

import pytest

from minutebook.domain.tokens import estimate
from minutebook.llm.tokens.ends import ends
from minutebook.llm.tokens.vocabulary import O200K, Vocabulary, load


@pytest.fixture(scope="module")
def vocabulary() -> Vocabulary:
    return load(O200K)


def dense(lines: int) -> str:
    """Return lines of a log, of which a token is less than three bytes."""
    chance = random.Random(5)
    return "\n".join(
        f"{chance.getrandbits(40):x} 17:{n % 60:02}:{n % 59:02}.{n:06} [w{n % 7}] q={n * 7919}"
        for n in range(lines)
    )


@pytest.mark.parametrize("tokens", [256, 2_000, 20_000])
def test_dense_text_is_counted(vocabulary: Vocabulary, tokens: int) -> None:
    """What is left of a log has no more tokens than it may have, and not far fewer."""
    text = dense(12_000)
    head, tail = ends(text, tokens)
    count = vocabulary.count(head) + vocabulary.count(tail)
    assert 0.9 * tokens <= count <= tokens < estimate(text)
    assert text.startswith(head)
    assert text.endswith(tail)
    assert (head, tail) == ends(text, tokens)


def test_plain_text_goes_by_its_size() -> None:
    """Prose has fewer tokens than its size tells: it has no more room for that."""
    text = "Because everybody considered expeditions during winter. " * 2_000
    assert 990 <= sum(map(estimate, ends(text, 1_000))) <= 1_001


def test_no_room_and_no_text() -> None:
    """Nothing is left in no room, and nothing of nothing."""
    assert ends("word " * 100, 0) == ("", "")
    assert ends("", 10) == ("", "")
