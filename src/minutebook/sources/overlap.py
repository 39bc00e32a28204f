"""Where an export takes a conversation up that the record has from another export.

Turns with neither ids nor times are named by all that was said before them, and an export that
begins elsewhere gives them other names. Then what was said tells: the two sequences are laid over
each other so that wherever both have a turn it is the same. A short overlap, or one that says the
same over and over, is no evidence: such turns are taken for new, because nothing may be lost.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.record.recorder import KeyedDraft
from minutebook.sources.keys import TurnKeys
from minutebook.store import sequences, turns
from minutebook.store.sequences import Said
from minutebook.store.transaction import Transaction, storable

_ENOUGH = 3
"""Turns that two exports must share."""
_LOOKED_BACK = 10_000
"""Turns of the record, from its end, among which an export may begin."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Renaming:
    """The names that the turns of an export have in the record."""

    seed: str
    """Key of the turn before the first."""
    keys: tuple[str, ...]

    def keys_behind(self, position: int) -> TurnKeys:
        """Return names that go on behind so many of the turns."""
        return TurnKeys.behind(self.keys[position - 1] if position else self.seed)


def renaming(tx: Transaction, conversation: str, first: Sequence[KeyedDraft]) -> Renaming | None:
    """Return what the first turns of an export are called in a conversation of the record.

    None when their own names will do: they have ids or times, their names lead on from those of the
    record, or nothing shows that they overlap with it.
    """
    if not is_chained(first) or _leads_on(tx, conversation, first):
        return None
    recorded = sequences.last(tx, conversation, _LOOKED_BACK)
    found = [_said(item) for item in first]
    start = shift([said for _, said in recorded], found)
    if start is None or (start < 0 and len(recorded) == _LOOKED_BACK):
        return None
    return _renaming(start, [key for key, _ in recorded], first)


def is_chained(first: Sequence[KeyedDraft]) -> bool:
    """Say whether turns are named by what was said before: the first may have a time."""
    return all(item.draft.native_id is None for item in first) and all(
        item.draft.at is None for item in first[1:]
    )


def shift(recorded: Sequence[Said], found: Sequence[Said]) -> int | None:
    """Return at which recorded turn those that were found begin, counted from 0.

    Negative when they begin before the first; None when they do not overlap for certain. Of several
    places the one with the longest overlap is taken. Time is linear in the turns (Z algorithm).
    """
    places = [
        (length, start)
        for start, length in enumerate(_agreements(found, recorded))
        if length == min(len(found), len(recorded) - start)
    ]
    places += [
        (length, -start)
        for start, length in enumerate(_agreements(recorded, found))
        if start and length == min(len(recorded), len(found) - start)
    ]
    for length, start in sorted(places, reverse=True):
        if length < _ENOUGH:
            break
        shared = recorded[max(start, 0) :][:length]
        if any(said.content_hash != shared[0].content_hash for said in shared):
            return start
    return None


def _agreements(pattern: Sequence[Said], text: Sequence[Said]) -> list[int]:
    """Return, for each place of a text, how much of the pattern's beginning stands there."""
    joined = [*pattern, None, *text]
    lengths = [0] * len(joined)
    left = right = 0
    for at in range(1, len(joined)):
        length = min(lengths[at - left], right - at) if at < right else 0
        while at + length < len(joined) and joined[length] == joined[at + length]:
            length += 1
        lengths[at] = length
        if at + length > right:
            left, right = at, at + length
    return lengths[len(pattern) + 1 :]


def _leads_on(tx: Transaction, conversation: str, first: Sequence[KeyedDraft]) -> bool:
    """Say whether one of the two is the beginning of the other, so that names agree."""
    last_of_record = turns.last_key(tx, conversation)
    if last_of_record is None or any(item.key == last_of_record for item in first):
        return True
    return bool(turns.known(tx, conversation, [first[-1].key]))


def _renaming(start: int, recorded: Sequence[str], first: Sequence[KeyedDraft]) -> Renaming:
    seed = f"before {recorded[0]}" if start < 0 else ""
    if start > 0:
        seed = recorded[start - 1]
    names = TurnKeys.behind(seed)
    keys: list[str] = []
    for place, item in enumerate(first, start):
        if 0 <= place < len(recorded):
            keys.append(recorded[place])
            names = TurnKeys.behind(recorded[place])
        else:
            keys.append(names.key(item.draft))
    return Renaming(seed=seed, keys=tuple(keys))


def _said(item: KeyedDraft) -> Said:
    draft = item.draft
    return Said(
        role=draft.role.value, author=storable(draft.author), content_hash=draft.content.hash
    )
