"""Doubles that tests hand to the rooms in place of the real thing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class FakeClock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 14, 9, 26, 53, tzinfo=UTC)

    def __call__(self) -> datetime:
        """Return the present moment."""
        return self.now

    def forward(self, **by: float) -> None:
        """Move on, by keywords of `timedelta`."""
        self.now += timedelta(**by)
