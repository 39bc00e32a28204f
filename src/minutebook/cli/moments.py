"""Days and moments as they are typed."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta, tzinfo

from minutebook.errors import UsageError


def moment_of(text: str, zone: tzinfo, *, is_end: bool = False) -> datetime:
    """Read a day or a moment, which is in the zone unless it names one; `is_end` takes the end of
    a day. Raises UsageError.
    """
    try:
        if len(text) == len("2026-11-01"):
            day = date.fromisoformat(text) + timedelta(days=is_end)
            return datetime.combine(day, time.min, zone).astimezone(UTC)
        moment = datetime.fromisoformat(text)
        return (moment if moment.tzinfo else moment.replace(tzinfo=zone)).astimezone(UTC)
    except (ValueError, OverflowError) as error:
        raise UsageError(
            f"{text!r} is no day and no moment.", hint="Write 2026-11-01, or 2026-11-01T09:30."
        ) from error
