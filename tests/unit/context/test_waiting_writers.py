"""Whoever writes does not wait while all that is in sight is read."""

from __future__ import annotations

import random
import threading
from collections.abc import Callable
from typing import TypeVar

import pytest

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.domain.context import Span
from minutebook.store import contexts
from minutebook.store.contexts import WeighedTurn
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

Found = TypeVar("Found")


class Watch:
    """Counts the turns that are weighed while the store is held for writing."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.weighed = 0
        self._held = threading.local()
        write, weighed = Database.write, contexts.weighed

        async def watched(database: Database, work: Callable[[Transaction], Found]) -> Found:
            def held(tx: Transaction) -> Found:
                self._held.now = True
                try:
                    return work(tx)
                finally:
                    self._held.now = False

            return await write(database, held)

        def counted(tx: Transaction, span: Span) -> list[WeighedTurn]:
            found = weighed(tx, span)
            if getattr(self._held, "now", False):
                self.weighed += len(found)
            return found

        monkeypatch.setattr(Database, "write", watched)
        monkeypatch.setattr(contexts, "weighed", counted)


@pytest.mark.parametrize("page_tokens", [250, 100_000])
async def test_a_pass_and_its_undoing(
    database: Database, clock: FakeClock, monkeypatch: pytest.MonkeyPatch, page_tokens: int
) -> None:
    """Of a long conversation that is shown whole, a pass reads only what it leaves in sight, and
    its undoing nothing; also where the open page is closed early."""
    rig = await Rig(database=database, clock=clock, page_tokens=page_tokens).begin()
    chance = random.Random(1)
    for _ in range(8):
        await rig.say([each for _ in range(20) for each in (user(chance, 9), reply(chance, 20))])
    compaction, watch = rig.compaction(), Watch(monkeypatch)
    done = await compaction.compact(rig.need())
    assert done.to_revision != done.from_revision
    assert 0 < watch.weighed < 160
    watch.weighed = 0
    undone = await compaction.undo(rig.need())
    assert undone.after == done.before
    assert watch.weighed == 0
