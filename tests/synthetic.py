"""A record of any size, made of words that nobody says, used as often as words are (Zipf's law)."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import accumulate

from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_CONSONANTS, _VOWELS = "bdfgklmnprstvz", "aiou"
_BEGAN = datetime(2015, 1, 1, tzinfo=UTC)
_TURNS_EACH = 250
_MEDIAN_WORDS = 28
_PEOPLE = ("Ana", "Olu", "Bea", "Mika", "Noor")
_POLICY = RecordPolicy(paging=PagingPolicy(tokens=4_000), scribe_enabled=False)


def vocabulary(size: int) -> list[str]:
    """Return different words, the most used first; none is another's stem."""
    syllables = [c + v for c in _CONSONANTS for v in _VOWELS]
    words = []
    for number in range(size):
        parts, left = [], number + len(syllables)
        while left:
            left, place = divmod(left, len(syllables))
            parts.append(syllables[place])
        words.append("".join(parts) + "k")
    return words


class Speech:
    """Says turns: the n-th word of a vocabulary is used as often as 1 / n."""

    def __init__(self, words: list[str], seed: int = 1) -> None:
        self._random = random.Random(seed)
        self._words = words
        self._weights = list(accumulate(1 / rank for rank in range(1, len(words) + 1)))

    def text(self) -> str:
        """Return one turn; half of them are shorter than 28 words, a few very long."""
        length = max(1, int(self._random.lognormvariate(0, 0.9) * _MEDIAN_WORDS))
        said = self._random.choices(self._words, cum_weights=self._weights, k=min(length, 800))
        return " ".join(said) + "."

    def turns(self, conversation: int) -> Iterator[KeyedDraft]:
        """Return the turns of a conversation between a few people."""
        began = _BEGAN + timedelta(hours=20 * conversation)
        for number in range(_TURNS_EACH):
            draft = TurnDraft(
                role=Role.PERSON,
                author=_PEOPLE[(conversation + number) % len(_PEOPLE)],
                content=Content(text=self.text()),
                at=began + timedelta(minutes=number),
            )
            yield KeyedDraft(key=str(number), draft=draft)


async def fill(database: Database, turns: int, speech: Speech) -> None:
    """Record conversations until there are so many turns."""
    for number in range(-(-turns // _TURNS_EACH)):
        await database.write_relaxed(partial(_said, number=number, speech=speech))


def _said(tx: Transaction, number: int, speech: Speech) -> None:
    name = f"conversation {number}"
    id_ = conversations.create(tx, "synthetic", name, name, _BEGAN)
    strand = Strand(conversation=id_, drafts=tuple(speech.turns(number)), origin=Origin.IMPORTED)
    record(tx, strand, _POLICY, _BEGAN)
