"""What the console holds when it is closed, for when it is opened again."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from minutebook.engine import Vocabulary
    from minutebook.tui.sql.results import Result


@dataclass(slots=True, kw_only=True)
class SqlDesk:
    """The text, the last result, and what can be completed."""

    text: str = ""
    result: Result | None = None
    vocabulary: Vocabulary | None = None
