"""Passes in a row that came to nothing in the same way: people see them once."""

from __future__ import annotations

from collections.abc import Iterable

from minutebook.domain.context import Pass, PassState


def runs(passes: Iterable[Pass]) -> list[list[Pass]]:
    """Return passes in the order given; those that freed nothing for one reason are together."""
    found: list[list[Pass]] = []
    for each in passes:
        if found and _is_same(found[-1][0], each):
            found[-1].append(each)
        else:
            found.append([each])
    return found


def _is_same(one: Pass, other: Pass) -> bool:
    return all(
        each.state is PassState.STUCK and each.after >= each.before and not each.is_undone
        for each in (one, other)
    ) and (one.trigger, one.tiers) == (other.trigger, other.tiers)
