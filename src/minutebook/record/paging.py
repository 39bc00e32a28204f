"""Where pages end. A pure function of the turns, so that the same turns make the same pages.

A page is a run of turns in order of arrival. It ends

- behind the turn with which it reaches its size;
- before a turn that is as large as a page by itself;
- at a pause;
- where reading order is broken, because older turns have arrived late.

It never ends between a tool call and its result. Every rule looks only at what has arrived before,
so it makes no difference whether turns come one by one, in batches, or again after a crash.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta

from minutebook.domain.turns import HUMAN_ROLES
from minutebook.store.arriving import UnpagedTurn


@dataclass(frozen=True, slots=True, kw_only=True)
class PagingPolicy:
    """When a page is full."""

    tokens: int = 4_000
    """Estimated; see `domain.tokens`."""
    pause: timedelta = timedelta(hours=6)


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """Turns that follow each other, and whether a page ends behind them."""

    turns: tuple[UnpagedTurn, ...]
    is_closed: bool


class PageCutter:
    """Cuts a sequence of turns into runs."""

    def __init__(self, policy: PagingPolicy) -> None:
        self._policy = policy
        self._turns: list[UnpagedTurn] = []
        self._tokens = 0
        self._awaited: set[str] = set()

    def cut(self, turns: Iterable[UnpagedTurn], breaks: frozenset[int]) -> list[Run]:
        """Return the runs in order; the last one is open unless it ended by its size.

        `breaks` holds the arrival numbers of turns that do not follow their predecessor in
        reading order.
        """
        runs: list[Run] = []
        for turn in turns:
            if self._turns and (turn.seq in breaks or self._ends_before(turn)):
                runs.append(self._close())
            self._take(turn)
            if self._tokens >= self._policy.tokens and not self._awaited:
                runs.append(self._close())
        if self._turns:
            runs.append(Run(turns=tuple(self._turns), is_closed=False))
        return runs

    def _ends_before(self, turn: UnpagedTurn) -> bool:
        if turn.role in HUMAN_ROLES:
            self._awaited.clear()  # nobody waits for a result once a person speaks again
        if self._awaited:
            return False
        if self._tokens >= self._policy.tokens or turn.tokens >= self._policy.tokens:
            return True
        before = self._turns[-1]
        if before.at is None or turn.at is None:
            return False
        return turn.at - before.at >= self._policy.pause

    def _take(self, turn: UnpagedTurn) -> None:
        self._turns.append(turn)
        self._tokens += turn.tokens
        self._awaited.update(turn.calls)
        self._awaited.difference_update(turn.results)

    def _close(self) -> Run:
        run = Run(turns=tuple(self._turns), is_closed=True)
        self._turns, self._tokens, self._awaited = [], 0, set()
        return run
