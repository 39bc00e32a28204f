"""Records put in the order of time before they are read, when there may be more than memory holds.

Some exports are in the order of random ids. Their records are written to a temporary file without a
name, which nobody else can open and which is gone with the process, and read back in order; only
times and places are in memory.
"""

from __future__ import annotations

import json
from array import array
from collections.abc import Iterator
from dataclasses import dataclass, field
from tempfile import TemporaryFile
from types import TracebackType
from typing import Self

from minutebook.sources.formats.json.values import JsonObject


@dataclass(slots=True)
class _Group:
    """Times of the records of one group, and where they lie."""

    times: array[int] = field(default_factory=lambda: array("q"))
    places: array[int] = field(default_factory=lambda: array("q"))


class Spool:
    """Gathers records by group, and gives them back in the order of time."""

    def __init__(self) -> None:
        self._file = TemporaryFile()  # noqa: SIM115 - closed on leaving the spool
        self._groups: dict[str, _Group] = {}
        self._end = 0

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Let go of everything."""
        self._file.close()

    def add(self, group: str, at: int, record: JsonObject) -> None:
        """Add a record; `at` fits into 64 bits. Raises OSError."""
        data = json.dumps(record).encode() + b"\n"
        gathered = self._groups.setdefault(group, _Group())
        gathered.times.append(at)
        gathered.places.append(self._end)
        self._end += self._file.write(data)

    def groups(self) -> list[str]:
        """Return the groups, in the order in which they were first met."""
        return list(self._groups)

    def records(self, group: str) -> Iterator[JsonObject]:
        """Yield the records of a group by time; those of one time as they came. Raises OSError."""
        gathered = self._groups[group]
        for n in sorted(range(len(gathered.times)), key=gathered.times.__getitem__):
            self._file.seek(gathered.places[n])
            yield json.loads(self._file.readline())
