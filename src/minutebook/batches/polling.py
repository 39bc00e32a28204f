"""When a batch is asked for again: soon at first, later each time, and never all at once."""

from __future__ import annotations

import random
from datetime import datetime, timedelta

from minutebook.clock import Clock
from minutebook.domain.batches import Batch, BatchState

_GROWTH = 1.25
_EARLY = (1 / 12, 1 / 6, 1 / 3, 2 / 3)
"""When a batch under way is asked for first, in polls: small ones end within seconds."""
_UNDER_WAY = frozenset({BatchState.OPEN, BatchState.CANCELING})
_LONGEST_IN_POLLS = 10
_LONGEST = timedelta(minutes=10)


class Schedule:
    """Says when to go on with a batch that is waited for."""

    def __init__(self, poll: timedelta, clock: Clock) -> None:
        self._poll = poll
        self._longest = max(poll, min(poll * _LONGEST_IN_POLLS, _LONGEST))
        self._clock = clock
        self._random = random.Random()  # noqa: S311 - jitter

    def next(self, batch: Batch) -> datetime:
        """Return when to ask again."""
        wait = min(self._poll * _GROWTH ** min(batch.polls, 50), self._longest)
        if batch.state in _UNDER_WAY and batch.polls < len(_EARLY):
            wait = self._poll * _EARLY[batch.polls]
        return self._clock() + wait * (0.8 + 0.4 * self._random.random())
