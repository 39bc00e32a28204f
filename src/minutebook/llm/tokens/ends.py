"""The two ends of a text, in a number of tokens that holds also for dense text.

Logs, figures and code have half as many tokens again as their size tells. What is cut from a text
is counted with a vocabulary that ships here, whichever model it is for, so that it is the same in
every prompt. How many bytes that came to is remembered, since a text that is cut stands in one
prompt after another. May be called in any thread.
"""

from __future__ import annotations

import hashlib
from collections import OrderedDict
from functools import cache
from threading import Lock
from typing import Final

from minutebook.domain.tokens import BYTES_PER_TOKEN
from minutebook.domain.whole_words import beginning, tail_start
from minutebook.errors import VocabularyError
from minutebook.llm.tokens.vocabulary import O200K, Vocabulary, load

_HEAD_SHARE: Final = 0.7
_COUNTED_FROM: Final = 256
"""Tokens: fewer go by their size, which is wrong by a hundred of them at most."""
_TRIES: Final = 6
_REMEMBERED: Final = 1_024
_SEEN: Final = 400
"""Bytes on the other side of a cut that are looked at, so that no key or number is torn."""
_sizes: OrderedDict[tuple[bytes, int], int] = OrderedDict()
_lock = Lock()


def ends(text: str, tokens: int) -> tuple[str, str]:
    """Return the beginning and the end of a text, in so many tokens together.

    Neither as the record estimates them nor as the vocabulary counts them are there more.
    """
    data = text.encode("utf-8", "replace")
    return _at(data, min(_size(data, tokens), tokens * BYTES_PER_TOKEN))


def _size(data: bytes, tokens: int) -> int:
    """Return how many bytes of a text have room."""
    room = tokens * BYTES_PER_TOKEN
    if tokens < _COUNTED_FROM:
        return room
    key = (hashlib.blake2b(data, digest_size=16).digest(), tokens)
    with _lock:
        known = _sizes.get(key)
    if known is None:
        known = _counted(data, tokens, room)
        with _lock:
            _sizes[key] = known
            while len(_sizes) > _REMEMBERED:
                _sizes.popitem(last=False)
    return known


def _counted(data: bytes, tokens: int, room: int) -> int:
    vocabulary = _vocabulary()
    if vocabulary is None:
        return room
    for _ in range(_TRIES):
        count = sum(map(vocabulary.count, _at(data, room)))
        if count <= tokens:
            return room
        room = int(room * tokens / count * 0.99)
    return tokens


def _at(data: bytes, room: int) -> tuple[str, str]:
    room = max(0, min(room, len(data)))
    head = int(room * _HEAD_SHARE)
    return _beginning(data, head), _end(data, len(data) - (room - head))


def _beginning(data: bytes, size: int) -> str:
    length = len(data[:size].decode("utf-8", "ignore"))
    return beginning(data[: size + _SEEN].decode("utf-8", "ignore"), length)


def _end(data: bytes, start: int) -> str:
    length = len(data[start:].decode("utf-8", "ignore"))
    text = data[max(0, start - _SEEN) :].decode("utf-8", "ignore")
    return text[tail_start(text, len(text) - length) :]


@cache
def _vocabulary() -> Vocabulary | None:
    """Return the newest vocabulary that ships; None when it cannot be used: sizes count then."""
    try:
        return load(O200K)
    except VocabularyError:
        return None
