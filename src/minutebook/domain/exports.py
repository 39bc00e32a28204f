"""The forms in which a conversation can leave minutebook."""

from __future__ import annotations

from enum import StrEnum


class ExportForm(StrEnum):
    """How an exported conversation is written; the value is the end of a file name."""

    MARKDOWN = ".md"
    """For people: the branch that is read."""
    JSON = ".json"
    """For programs: every turn, also of branches that were left."""
