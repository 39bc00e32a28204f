"""The vocabularies that ship here."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import VocabularyError
from minutebook.llm.tokens import vocabulary
from minutebook.llm.tokens.vocabulary import CL100K, MOST_COUNTED, O200K, SLICE, Published

BOTH = pytest.mark.parametrize("published", [CL100K, O200K], ids=lambda p: p.name)
LOADED = {published: vocabulary.load(published) for published in (CL100K, O200K)}
TEXT = st.text(st.characters(exclude_categories=()), max_size=300)


@BOTH
def test_the_ranks_are_those_that_were_published(published: Published) -> None:
    """Written as they were published, they have the published digest."""
    lines = (
        base64.b64encode(token) + b" %d\n" % rank
        for token, rank in vocabulary.ranks(published).items()
    )
    assert hashlib.sha256(b"".join(lines)).hexdigest() == published.published_digest


@BOTH
@pytest.mark.parametrize(
    ("text", "tokens"), [("", 0), ("hello world", 2), ("<|endoftext|>", 7), ("a\ud800b", 3)]
)
def test_a_text_has_the_tokens_it_is_known_to_have(
    published: Published, text: str, tokens: int
) -> None:
    """Control tokens are text, and half a character counts as the sign that stands for it."""
    assert LOADED[published].count(text) == tokens


@BOTH
@settings(max_examples=60, deadline=None)
@given(text=TEXT)
def test_any_text_can_be_counted(published: Published, text: str) -> None:
    """A text has no more tokens than bytes, and none only when it is empty."""
    tokens = LOADED[published].count(text)
    assert tokens <= len(text.encode("utf-8", "surrogatepass"))
    assert bool(tokens) == bool(text)


@BOTH
@pytest.mark.parametrize("run", [" ", "\t", "\n", "a", "A", "!", "\u3000", "\ud800", " \u2003\n"])
def test_a_million_of_one_sign_is_counted(published: Published, run: str) -> None:
    """No run is too long; twice as much of it has about twice as many tokens."""
    counted = LOADED[published]
    once, twice = (counted.count(run * (n // len(run))) for n in (MOST_COUNTED // 2, MOST_COUNTED))
    assert once > 0
    assert twice == pytest.approx(2 * once, rel=0.02)


@BOTH
def test_cutting_a_text_changes_its_count_hardly(published: Published) -> None:
    """A text that is encoded in slices has the tokens it has in one piece."""
    prose = "The ferry leaves on the 4th; nobody's there, and it costs 1250 crowns.\n" * 700
    whole = len(LOADED[published]._encoding.encode_ordinary(prose))
    assert len(prose) > 3 * SLICE
    assert abs(LOADED[published].count(prose) - whole) <= 3


@BOTH
def test_a_huge_text_is_told_by_a_sample(published: Published) -> None:
    """The count of what is too long to count is near the truth."""
    piece = "The ferry leaves on the 4th of March, if the ice allows.\n"
    count = LOADED[published].count
    pieces = 3 * MOST_COUNTED // len(piece)
    assert count(piece * pieces) == pytest.approx(count(piece) * pieces, rel=0.02)


def test_a_damaged_vocabulary_is_refused() -> None:
    """One that is not what was published counts nothing."""
    forged = Published(name=O200K.name, digest="0", published_digest="0", pattern=O200K.pattern)
    with pytest.raises(VocabularyError, match="not what was published"):
        vocabulary.load(forged)


def test_a_missing_vocabulary_is_named() -> None:
    """The error says which one, and what to do."""
    missing = Published(name="no_such", digest="0", published_digest="0", pattern="")
    with pytest.raises(VocabularyError, match="no_such.*Install"):
        vocabulary.load(missing)
