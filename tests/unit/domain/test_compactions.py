"""Passes that came to nothing, seen once."""

from __future__ import annotations

from dataclasses import replace

from minutebook.clock import EPOCH
from minutebook.domain.compactions import runs
from minutebook.domain.context import Pass, PassState, Tier, Trigger

VAIN = Pass(
    id=1,
    conversation="cv_1",
    at=EPOCH,
    trigger=Trigger.THRESHOLD,
    tiers=(),
    state=PassState.STUCK,
    before=90,
    after=90,
)


def test_what_came_to_nothing_is_together() -> None:
    """Neighbours that freed nothing the same way are one run, in order; all others stand alone."""
    freed = replace(VAIN, id=4, after=80, tiers=(Tier.SUMMARISE,))
    passes = [
        replace(VAIN, id=6),
        replace(VAIN, id=5, before=91, after=91),
        freed,
        replace(freed, id=3),
        replace(VAIN, id=2, trigger=Trigger.OVERFLOW),
        VAIN,
    ]
    assert [[each.id for each in run] for run in runs(passes)] == [[6, 5], [4], [3], [2], [1]]
    assert runs([]) == []
