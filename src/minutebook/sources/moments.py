"""Moments that can be shown in any zone: those at the edge of the calendar are none."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from minutebook.domain.turns import TurnDraft

_FIRST = datetime.min.replace(tzinfo=UTC) + timedelta(days=1)
_LAST = datetime.max.replace(tzinfo=UTC) - timedelta(days=1)


def within_time(draft: TurnDraft) -> TurnDraft:
    """Return the draft without its moment when that lies within a day of the calendar's ends."""
    if draft.at is None or _FIRST <= draft.at <= _LAST:
        return draft
    return replace(draft, at=None)
