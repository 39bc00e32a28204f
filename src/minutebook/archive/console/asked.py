"""What was asked in SQL, and what came of it: lines of JSON, for the owner alone.

A line is added by one write at the end of the file, so that two workbenches on one home keep each
other's; now and then the oldest are dropped. A spoilt line is passed over.
"""

from __future__ import annotations

import json
import os
import secrets
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from minutebook.paths import FILE_MODE, new_private

_KEPT = 1_000
_MOST = 2 * _KEPT
"""Lines at which the oldest are dropped."""
_LONGEST = 32 * 1024 * 1024
"""Bytes of the file that are read, from its end."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A query that was run."""

    sql: str
    at: datetime
    seconds: float
    rows: int | None = None
    """How many came; None when there was no result."""
    note: str = ""
    """Why there was none."""


class QueryHistory:
    """The queries of one home. Every method touches the disk, and works in any thread."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def newest(self) -> list[Asked]:
        """Return what was asked, the last first; of the same text only the last time.

        Raises OSError.
        """
        found: dict[str, Asked] = {}
        for line in reversed(self._lines()):
            if (asked := _read(line)) is not None:
                found.setdefault(asked.sql, asked)
        return list(found.values())[:_KEPT]

    def add(self, asked: Asked) -> None:
        """Put a query down. Raises OSError."""
        shape = {
            "sql": asked.sql,
            "at": asked.at.isoformat(),
            "seconds": round(asked.seconds, 3),
            "rows": asked.rows,
            "note": asked.note,
        }
        line = json.dumps(shape).encode("ascii") + b"\n"
        descriptor = os.open(self._path, os.O_WRONLY | os.O_CREAT | os.O_APPEND, FILE_MODE)
        with os.fdopen(descriptor, "ab", buffering=0) as file:
            file.write(line)
        if len(lines := self._lines()) > _MOST:
            self._keep(lines[-_KEPT:])

    def _keep(self, lines: list[bytes]) -> None:
        fresh = self._path.with_suffix(f".{secrets.token_hex(4)}.new")
        with new_private(fresh) as file:
            file.write(b"".join(line + b"\n" for line in lines))
        fresh.replace(self._path)

    def _lines(self) -> list[bytes]:
        try:
            with self._path.open("rb") as file:
                end = file.seek(0, os.SEEK_END)
                file.seek(max(0, end - _LONGEST))
                return file.read().splitlines()
        except FileNotFoundError:
            return []


def _read(line: bytes) -> Asked | None:
    try:
        shape = json.loads(line)
        rows = shape["rows"]
        return Asked(
            sql=str(shape["sql"]),
            at=datetime.fromisoformat(shape["at"]),
            seconds=float(shape["seconds"]),
            rows=None if rows is None else int(rows),
            note=str(shape["note"]),
        )
    except (ValueError, KeyError, TypeError):
        return None
