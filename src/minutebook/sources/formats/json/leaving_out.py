"""What a format leaves out of a JSON log, told to people: nothing is dropped silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from minutebook.domain.display import one_line
from minutebook.domain.quarantine import Rejected
from minutebook.sources.formats.json.text import excerpt_of
from minutebook.sources.parsed import Noted, Unreadable

_MOST_NAMED = 5
_LONGEST_NAME = 40


class LeftOut:
    """Counts the records of one source that say nothing a record keeps, by their kind."""

    def __init__(self) -> None:
        self._kinds: Counter[str] = Counter()

    def count(self, kind: str) -> None:
        """Count one record."""
        self._kinds[one_line(kind)[:_LONGEST_NAME] or "nameless"] += 1

    def notes(self) -> Iterator[Noted]:
        """Yield what people should know of it, if anything."""
        if not self._kinds:
            return
        named = [f"{kind} ({number})" for kind, number in self._kinds.most_common(_MOST_NAMED)]
        rest = len(self._kinds) - len(named)
        more = f" and {rest} more kinds" if rest else ""
        total = self._kinds.total()
        what = "record without words was" if total == 1 else "records without words were"
        yield Noted(note=f"{total} {what} left out: {', '.join(named)}{more}.")


def unreadable(value: object, place: str, reason: str) -> Unreadable:
    """Put a value that is no record of the format into quarantine."""
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt_of(value)))
