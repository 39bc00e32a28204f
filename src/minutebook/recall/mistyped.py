"""Words that are nowhere in the record, and those that may be meant.

Only when nothing was found: a word that is there is never taken for another. What is one edit away
is tried in the index; of longer words, what begins alike is compared with up to two edits.
Source of the distance: F. J. Damerau, "A technique for computer detection and correction of
spelling errors", 1964, as optimal string alignment.
"""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.recall.query import Query
from minutebook.recall.stemming import WORD, stem
from minutebook.store import search
from minutebook.store.transaction import Transaction

_SHORTEST, _LONG = 3, 6
_LONGEST = 24
_LETTERS = "abcdefghijklmnopqrstuvwxyz"
_ALIKE = 3
_LOOKED_THROUGH = 20_000
_USES = 50


def meant(tx: Transaction, query: Query, upto: int) -> dict[str, str]:
    """Return, by term that is nowhere, the term that may be meant instead; single words only."""
    found: dict[str, str] = {}
    for term in query.wanted[:8]:
        words = WORD.findall(term)
        if len(words) != 1 or term.endswith("*") or len(words[0]) < _SHORTEST:
            continue
        if search.spread(tx, term, upto=upto, limit=1).seen:
            continue
        if nearest := _nearest(tx, words[0].casefold()[:_LONGEST], upto):
            found[term] = f'"{nearest}"'
    return found


def _nearest(tx: Transaction, word: str, upto: int) -> str | None:
    """Return the word that is used most among those nearest to one."""
    uses = {
        other: search.spread(tx, f'"{other}"', upto=upto, limit=_USES).seen
        for other in dict.fromkeys(_one_edit_away(word))
    }
    best = max(uses, key=lambda other: uses[other], default="")
    if best and uses[best]:
        return best
    return _alike(tx, word) if len(word) >= _LONG else None


def _alike(tx: Transaction, word: str) -> str | None:
    root = stem(word)
    known = search.vocabulary(tx, root[:_ALIKE], _LOOKED_THROUGH)
    near = [(distance(root, other), -uses, other) for other, uses in known.items()]
    best = min((row for row in near if row[0] <= 2), default=None)
    return None if best is None else best[2]


def _one_edit_away(word: str) -> Iterator[str]:
    letters = _LETTERS if word.isascii() else "".join(dict.fromkeys(_LETTERS + word))
    for place in range(len(word) + 1):
        before, behind = word[:place], word[place:]
        if behind:
            yield before + behind[1:]
        if len(behind) > 1:
            yield before + behind[1] + behind[0] + behind[2:]
        for letter in letters:
            yield before + letter + behind
            if behind and letter != behind[0]:
                yield before + letter + behind[1:]


def distance(one: str, other: str, most: int = 2) -> int:
    """Return the least number of letters to add, drop, change or swap; `most` + 1 for any more."""
    if abs(len(one) - len(other)) > most:
        return most + 1
    before: list[int] = []
    row = list(range(len(other) + 1))
    for i, letter in enumerate(one, 1):
        last, row = row, [i]
        for j, wanted in enumerate(other, 1):
            cost = min(last[j] + 1, row[j - 1] + 1, last[j - 1] + (letter != wanted))
            if i > 1 and j > 1 and letter == other[j - 2] and one[i - 2] == wanted:
                cost = min(cost, before[j - 2] + 1)
            row.append(cost)
        if min(row) > most:
            return most + 1
        before = last
    return min(row[-1], most + 1)
