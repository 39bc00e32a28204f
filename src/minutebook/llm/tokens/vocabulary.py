"""Vocabularies that ship with the package, and counting with them.

A file has the tokens of a vocabulary in the order of their ranks: how many there are, the length of
each, then all of them, compressed by zlib. That is a third of the published text, needs no base64,
and leaves nothing to download. Made into an encoding here, since what tiktoken itself offers for
that looks in a cache and then on the network.
"""

from __future__ import annotations

import hashlib
import zlib
from dataclasses import dataclass
from importlib.resources import files
from typing import TYPE_CHECKING

from minutebook.errors import VocabularyError

if TYPE_CHECKING:
    from collections.abc import Iterator

    from tiktoken import Encoding

SLICE = 16_384
"""Characters that are encoded at once: a run of white space a few times as long exhausts the
stack of the expression that splits texts, and that ends in a panic."""
MOST_COUNTED = 64 * SLICE
"""Characters that are counted one by one; of a longer text, as many are taken as a sample."""
_COUNT_BYTES = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Published:
    """A vocabulary as it was published."""

    name: str
    digest: str
    """SHA-256 of what its file here holds, unpacked."""
    published_digest: str
    """SHA-256 of the file of ranks that it was made from."""
    pattern: str
    """Splits a text into the pieces that are encoded by themselves."""


CL100K = Published(
    name="cl100k_base",
    digest="9ef8402c916638b4e5896df1b798958e6377ae5ee9ecce199388d117f2a44973",
    published_digest="223921b76ee99bde995b7ff738513eef100fb51d18c93597a113bcffe865b2a7",
    pattern=(
        r"'(?i:[sdmt]|ll|ve|re)|[^\r\n\p{L}\p{N}]?+\p{L}++|\p{N}{1,3}+| ?[^\s\p{L}\p{N}]++[\r\n]*+"
        r"|\s++$|\s*[\r\n]|\s+(?!\S)|\s"
    ),
)
_LOWER = r"[\p{Ll}\p{Lm}\p{Lo}\p{M}]"
_UPPER = r"[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]"
_ENDING = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)?"
O200K = Published(
    name="o200k_base",
    digest="2f451f31d7403017d0b0dc6319ded23a09f33f573b1635c001fc6b91a1c21302",
    published_digest="446a9538cb6c348e3516120d7c08b09f57c36495e2acfffe59a5bf8b0cfb1a2d",
    pattern=(
        rf"[^\r\n\p{{L}}\p{{N}}]?{_UPPER}*{_LOWER}+{_ENDING}"
        rf"|[^\r\n\p{{L}}\p{{N}}]?{_UPPER}+{_LOWER}*{_ENDING}"
        r"|\p{N}{1,3}| ?[^\s\p{L}\p{N}]+[\r\n/]*|\s*[\r\n]+|\s+(?!\S)|\s+"
    ),
)


class Vocabulary:
    """A vocabulary that is loaded. Counting may happen in any thread."""

    def __init__(self, name: str, encoding: Encoding) -> None:
        self.name = name
        self._encoding = encoding

    def count(self, text: str) -> int:
        """Return the number of tokens of a text, in a time that grows no faster than the text.

        What looks like a control token is text. Texts above `MOST_COUNTED` are told by a sample.
        """
        if len(text) <= SLICE:
            return self._count_slice(text)
        if len(text) <= MOST_COUNTED:
            return sum(map(self._count_slice, _slices(text)))
        taken = sum(map(self._count_slice, _sample(text)))
        return -(-taken * len(text) // MOST_COUNTED)

    def _count_slice(self, text: str) -> int:
        return len(self._encoding.encode_ordinary(text))


def load(published: Published) -> Vocabulary:
    """Load a vocabulary; takes a quarter of a second. Raises VocabularyError."""
    try:
        from tiktoken import Encoding
    except ImportError as error:
        raise VocabularyError(
            f"tiktoken cannot be loaded: {error}.", hint="Install minutebook again."
        ) from error

    encoding = Encoding(
        published.name,
        pat_str=published.pattern,
        mergeable_ranks=ranks(published),
        special_tokens={},
    )
    return Vocabulary(published.name, encoding)


def ranks(published: Published) -> dict[bytes, int]:
    """Return the tokens of a vocabulary with their ranks. Raises VocabularyError."""
    file = files("minutebook.llm.tokens") / "ranks" / f"{published.name}.ranks"
    try:
        content = zlib.decompress(file.read_bytes())
    except (OSError, zlib.error) as error:
        raise _unusable(published, str(error)) from error
    if hashlib.sha256(content).hexdigest() != published.digest:
        raise _unusable(published, "it is not what was published")
    return {token: rank for rank, token in enumerate(_tokens(content))}


def _tokens(content: bytes) -> Iterator[bytes]:
    number = int.from_bytes(content[:_COUNT_BYTES], "big")
    at = _COUNT_BYTES + number
    for length in content[_COUNT_BYTES:at]:
        yield content[at : at + length]
        at += length


def _unusable(published: Published, reason: str) -> VocabularyError:
    return VocabularyError(
        f"The vocabulary {published.name!r} cannot be used: {reason}.",
        hint="Install minutebook again.",
    )


def _slices(text: str) -> Iterator[str]:
    """Cut a text in front of white space, where tokens end anyway, or else anywhere."""
    at = 0
    while at < len(text):
        end = at + SLICE
        if end < len(text):
            end = max(text.rfind(" ", at + SLICE // 2, end), text.rfind("\n", at + SLICE // 2, end))
            end = end if end > at else at + SLICE
        yield text[at:end]
        at = end


def _sample(text: str) -> Iterator[str]:
    """Take evenly spread slices, `MOST_COUNTED` characters together."""
    number = MOST_COUNTED // SLICE
    for nth in range(number):
        at = nth * (len(text) - SLICE) // (number - 1)
        yield text[at : at + SLICE]
