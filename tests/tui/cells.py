"""Pages of every state, for maps."""

from __future__ import annotations

from datetime import UTC, datetime

from minutebook.domain.inspection import PageCell, PageOutline, PageState
from minutebook.domain.pages import Lifecycle

STATES = tuple(PageState)


def cells_of(count: int) -> tuple[PageCell, ...]:
    """Return so many pages, of every state in turn."""
    return tuple(
        PageCell(
            page=PageOutline(
                id=f"pg_{number:016x}",
                label=f"Page number {number}",
                first_turn=f"k{number}",
                first_seq=2 * number,
                last_seq=2 * number + 1,
                turns=2,
                tokens=100 + number,
                first_at=datetime(2026, 1, 12, 9, 0, tzinfo=UTC),
                lifecycle=Lifecycle.ACTIVE,
            ),
            state=STATES[number % len(STATES)],
        )
        for number in range(count)
    )
