"""The time, as something that is handed in: tests and replays bring their own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

Clock = Callable[[], datetime]
"""Returns the present moment as an aware UTC datetime."""

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)


def system_clock() -> datetime:
    """Return the present moment in UTC."""
    return datetime.now(UTC)


def to_micros(moment: datetime) -> int:
    """Return whole microseconds since 1970-01-01 UTC; exact, unlike a float timestamp."""
    return (moment - EPOCH) // _MICROSECOND


def from_micros(micros: int) -> datetime:
    """Return the moment that many microseconds after 1970-01-01 UTC."""
    return EPOCH + timedelta(microseconds=micros)


def iso(moment: datetime) -> str:
    """Write a moment as ISO 8601 in UTC with a trailing Z, as every output of ours does."""
    return moment.astimezone(UTC).isoformat().replace("+00:00", "Z")
