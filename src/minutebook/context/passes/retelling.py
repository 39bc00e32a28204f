"""A story whose text was taken back is told again from what its pages are summarised to now.

No model is asked: the story is there again at once, and the next pass lets it go on as ever.
"""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.context.passes.merging import OFFLINE, Told, naming_all, told_offline
from minutebook.domain.context import PlacedSummary
from minutebook.domain.pages import Page
from minutebook.domain.tokens import estimate

_LEAST = 200
"""Tokens that a story gets at least."""


def retold(pages: Sequence[Page], limit: int) -> Told:
    """Return the story of some pages, oldest first, in about so many tokens as it had."""
    room = max(limit, _LEAST)
    placed = tuple(
        PlacedSummary(
            page=page.id,
            text=page.summary,
            tokens=estimate(page.summary),
            by=page.summary_by or OFFLINE,
        )
        for page in pages
    )
    told = told_offline(Told(text="", by=OFFLINE), placed, room)
    return naming_all(told, [page.id for page in pages], room)
