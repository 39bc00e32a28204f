"""Bring the points of meaning up to date, and find by them: a page at a time, when it is closed.

Windows of eight turns, every four: a turn alone is too short to mean much, a page means too much.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass

from minutebook.domain.turns import Turn
from minutebook.recall.meaning import Embedder, Points, packed
from minutebook.store import windows
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.store.windows import NewWindow, PendingPage

_TURNS, _STEP = 8, 4
_LENGTH = 4_000
"""Characters of a window."""
_TURN_LENGTH = 1_000
_PAGES_AT_ONCE = 32
_NEAREST = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class _Run:
    page: PendingPage
    turns: Sequence[Turn]

    @property
    def text(self) -> str:
        """Who said what, as far as it is looked at."""
        said = (f"{t.author}: {t.content.text[:_TURN_LENGTH]}" for t in self.turns)
        return "\n".join(said)[:_LENGTH]


class Learner:
    """Keeps windows, and finds the nearest."""

    def __init__(
        self,
        database: Database,
        embedder: Embedder,
    ) -> None:
        self._database = database
        self._embedder = embedder
        self._points = Points(embedder.name)

    async def learn(self) -> int:
        """Make the windows of pages that have none; return of how many pages. Takes a while."""
        done = 0
        while count := await self._learn_some():
            done += count
        return done

    async def _learn_some(self) -> int:
        model = self._embedder.name
        read = self._database.read
        pages = await read(lambda tx: windows.pending(tx, model, _PAGES_AT_ONCE))
        if not pages:
            return 0
        runs = await read(lambda tx: [r for p in pages for r in self._runs(tx, p)])
        points = await asyncio.to_thread(self._embedder.embed, [run.text for run in runs])
        made = [
            NewWindow(
                page=run.page,
                first_seq=run.turns[0].seq,
                last_seq=run.turns[-1].seq,
                vector=vector,
            )
            for run, vector in zip(runs, packed(points), strict=True)
        ]
        await self._database.write_relaxed(lambda tx: windows.keep(tx, model, made))
        return len(pages)

    def _runs(self, tx: Transaction, page: PendingPage) -> list[_Run]:
        turns = windows.turns_of(tx, page)
        starts = range(0, max(1, len(turns) - _TURNS + _STEP), _STEP)
        return [_Run(page=page, turns=turns[start : start + _TURNS]) for start in starts]

    def near(self, tx: Transaction, words: str, conversation: str) -> list[list[int]]:
        """Return the ids of the turns of the windows nearest to some words, the nearest first."""
        if not self._points.are_any(tx):
            return []
        point = self._embedder.embed([words])[0]
        ids = self._points.nearest(tx, point, conversation, _NEAREST)
        found = windows.members(tx, ids)
        return [found[id_] for id_ in ids if id_ in found]
