"""What goes wrong in the console's process, as it is told to the parent."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import duckdb

REFUSED, WRONG, LIMIT, STOPPED, ARCHIVE = "refused", "wrong", "limit", "stopped", "archive"
_WORDS = 600
_HINTS = {
    "Parser": "Mend the text at that place.",
    "Binder": "DESCRIBE history lists the columns of a table; names with odd letters go in quotes.",
    "Catalog": "There are the tables history, turns and pages; SHOW TABLES lists them.",
    "Out of Memory": "Ask for less at once: fewer columns, a WHERE on year and month, a LIMIT.",
    "Conversion": "TRY_CAST gives NULL where a value cannot be converted.",
    "Permission": "Files cannot be read from here. There are: history, turns, pages.",
    "IO": "`minutebook archive verify` says which files are not as they should be.",
    "Invalid": "`minutebook archive verify` says which files are not as they should be.",
}
_KINDS = {
    "Out of Memory": LIMIT,
    "Interrupt": STOPPED,
    "INTERRUPT": STOPPED,
    "Permission": REFUSED,
    "IO": ARCHIVE,
    "Invalid": ARCHIVE,
}


def without(files: int) -> str:
    """Say that a query went without some files; nothing when it did not."""
    if not files:
        return ""
    its = "file of the archive is" if files == 1 else "files of the archive are"
    what = "it" if files == 1 else "them"
    return (
        f"{files:,} {its} missing or cannot be read, and left out here;"
        f" `minutebook archive verify` names {what}."
    )


class Failure(Exception):  # noqa: N818 - it is told to the parent, and becomes an error there
    """A query cannot be answered."""

    def __init__(self, kind: str, message: str, hint: str = "", place: int = -1) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message
        self.hint = hint
        self.place = place
        """Bytes from the beginning of the SQL; -1 when it is not known."""

    @classmethod
    def refused(cls, message: str, hint: str, place: int = -1) -> Failure:
        """Return the failure of a query that may not be run."""
        return cls(REFUSED, message, hint, place)

    def offset(self, sql: str) -> int:
        """Return the place in characters; -1 when it is not known."""
        if self.place < 0:
            return -1
        return len(sql.encode("utf-8", "replace")[: self.place].decode("utf-8", "ignore"))


def explained(error: duckdb.Error, before: int = 0) -> Failure:
    """Say in our words what DuckDB found wrong; it writes its errors as JSON for us.

    `before` is how many bytes stood in front of the SQL.
    """
    said = str(error)
    told = _told(said)
    if told is None:
        kind = said.partition(" Error:")[0]
        return Failure(_KINDS.get(kind, WRONG), said[:_WORDS], _HINTS.get(kind, ""))
    kind = str(told.get("exception_type", ""))
    place = str(told.get("position", ""))
    return Failure(
        _KINDS.get(kind, WRONG),
        str(told.get("exception_message", said)).partition("\n\n")[0][:_WORDS],
        _HINTS.get(kind, ""),
        max(-1, int(place) - before) if place.isdigit() else -1,
    )


def _told(said: str) -> Mapping[str, Any] | None:
    at = said.find("{")
    if at < 0:
        return None
    try:
        told = json.loads(said[at:])
    except ValueError:
        return None
    return told if isinstance(told, dict) and "exception_message" in told else None
