"""The branches of a conversation: every way it went is kept, and one of them is read."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator

from minutebook.clock import Clock
from minutebook.domain.turns import Turn
from minutebook.errors import NotFoundError, UsageError
from minutebook.store import changes, turns
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


class Branches:
    """Leaves branches and takes them again."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def beside(self, conversation: str, shown: Iterable[Turn]) -> dict[str, tuple[str, ...]]:
        """Return, for those of some turns that stand where others also do, the keys of them all.

        In reading order, the turn itself included.
        """
        left = await self._database.read(lambda tx: turns.left(tx, conversation))
        others: dict[str | None, dict[str, tuple[int, int]]] = defaultdict(dict)
        for turn in left:
            others[turn.parent][turn.key] = turn.place
        return {
            turn.key: _in_order(others[turn.parent] | {turn.key: (turn.sort_at, turn.seq)})
            for turn in shown
            if others.get(turn.parent, {}).keys() - {turn.key}
        }

    async def take(self, conversation: str, turn: str) -> Turn:
        """Read on with a turn that was left, and with what followed it last.

        Raises NotFoundError, and UsageError when the turn is on the branch that is read.
        """

        def work(tx: Transaction) -> Turn:
            wanted = turns.by_key(tx, conversation, turn)
            if wanted.is_active:
                raise UsageError("This turn is on the branch that is read.")
            take(tx, wanted)
            changes.note(tx, Topic.CONVERSATION, conversation, self._clock())
            return turns.by_key(tx, conversation, turn)

        return await self._database.write(work)


def _in_order(places: dict[str, tuple[int, int]]) -> tuple[str, ...]:
    return tuple(sorted(places, key=places.__getitem__))


def take(tx: Transaction, wanted: Turn) -> None:
    """Leave the branch that is read where the wanted turn parts from it, and take its own.

    Raises UsageError when the record does not say where that is.
    """
    above = list(_left_above(tx, wanted))
    parting = (above[-1] if above else wanted).parent
    active = turns.first_active(tx, wanted.conversation, behind=parting)
    if active is not None:
        turns.leave_from(tx, active)
    for turn in above:
        turns.set_active(tx, turn.id, is_active=True)
    turns.take_branch(tx, wanted)


def go_back(tx: Transaction, conversation: str, place: tuple[int, int]) -> None:
    """Read a conversation up to a place, on the branch of that place; leave what is behind it.

    Raises UsageError when the record does not say which branch that is.
    """
    found = turns.by_seq(tx, conversation, place[1], place[1])
    last = found[0] if found else None
    if last is not None and not last.is_active:
        take(tx, last)
    behind = turns.first_active(tx, conversation, behind=None if last is None else last.key)
    if behind is not None:
        turns.leave_from(tx, behind)


def _left_above(tx: Transaction, turn: Turn) -> Iterator[Turn]:
    """Yield the turns before one that were left as well, the nearest first."""
    while turn.parent is not None:
        try:
            turn = turns.by_key(tx, turn.conversation, turn.parent)
        except NotFoundError as error:
            raise UsageError("The record does not say what this turn follows.") from error
        if turn.is_active:
            return
        yield turn
