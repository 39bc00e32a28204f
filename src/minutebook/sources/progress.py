"""How far reading has come: files, bytes and turns, as they were counted and not as hoped.

Bytes are those of the files on the disk. Within a file the place of the stream that a format reads
from tells, looked at whenever turns have been recorded: what was only read is not done. Within a
zip its members count by what they take there. What is skipped, because it was read before, counts
as done and not for the pace, so that a run that was killed does not promise the pace of its start.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import IO

from minutebook.domain.progress import Standing
from minutebook.sources.source import Source

_WINDOW_SECONDS = 30.0
_STEP_SECONDS = 0.5
_ENOUGH_SECONDS = 2.0
"""A pace that was measured for less than this is none."""


class Gauge:
    """Opens a source, and knows how far the stream that was opened last has been read."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._stream: IO[bytes] | None = None
        self._position = 0

    def open(self) -> IO[bytes]:
        """Open the source anew."""
        self._stream = self._source.open()
        return self._stream

    @property
    def position(self) -> int:
        """How many of its bytes have been read; what it was last, once the stream is closed."""
        try:
            self._position = self._position if self._stream is None else self._stream.tell()
        except (ValueError, OSError):
            self._stream = None
        return min(self._position, self._source.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """How far the reading of one source has come."""

    place: str
    turns: int
    new: int
    position: int
    """Bytes of the source that have been read."""
    begun: int = 0
    """Bytes at which it began: it was read to there before."""


@dataclass(slots=True)
class _Current:
    """The file that is being read."""

    path: Path
    size: int
    base: int = 0
    """Bytes of the members before the one that is being read."""
    packed: int = 0
    """Bytes that this one takes in the file."""
    within: int = 0
    """Of these, how many are done."""
    begun: int = 0
    """Of these, how many were done before."""
    new: int = 0
    """Turns that this one has brought."""

    @property
    def done(self) -> int:
        """Bytes of the file."""
        return min(self.size, self.base + self.within)


@dataclass(slots=True)
class Progress:
    """Counts what is read. One thread at a time tells it; any may ask."""

    now: Callable[[], float] = monotonic
    _left: dict[Path, int] = field(default_factory=dict)
    """Files that are still to be read, with their sizes."""
    _files_done: int = 0
    _bytes_done: int = 0
    _skipped: int = 0
    """Of the bytes that are done, how many were done before."""
    _new: int = 0
    _place: str = ""
    _current: _Current | None = None
    _paces: deque[tuple[float, int]] = field(default_factory=deque)

    def expect(self, files: Mapping[Path, int]) -> None:
        """Know of files that will be read, with their sizes. After a rest it begins anew."""
        if not self._left and self._current is None:
            self._files_done = self._bytes_done = self._skipped = self._new = 0
            self._paces.clear()
        self._left |= files

    def forget(self, file: Path) -> None:
        """A file will not be read after all."""
        self._left.pop(file, None)

    def begin(self, file: Path) -> None:
        """A file is being read."""
        size = self._left.pop(file, None)
        if size is None:
            self.expect({file: _size(file)})
            size = self._left.pop(file)
        self._current = _Current(path=file, size=size)

    def turn_to(self, source: Source) -> None:
        """A source in the file is being read: the file itself, or the next member."""
        if (current := self._current) is not None:
            self._put_away(current)
            current.packed = source.size if source.packed is None else source.packed
        self._place = source.place

    def skip(self) -> None:
        """The source is known: it is not read."""
        if (current := self._current) is not None:
            current.within = current.begun = current.packed

    def at(self, step: Step, size: int) -> None:
        """The source, which has so many bytes, has been read so far."""
        if (current := self._current) is not None:
            share = current.packed / max(1, size)
            current.begun = int(step.begun * share)
            current.within = max(current.within, current.begun, int(step.position * share))
            current.new = step.new

    def end(self, *, is_known: bool = False) -> None:
        """The file is done; `is_known` says that none of it had to be read."""
        if (current := self._current) is not None:
            self._put_away(current)
            self._bytes_done += current.size
            self._skipped += current.size if is_known else 0
            self._files_done += 1
            self._current, self._place = None, ""

    def _put_away(self, current: _Current) -> None:
        self._new += current.new
        self._skipped += current.begun
        current.base += current.packed
        current.packed = current.within = current.begun = current.new = 0

    def standing(self) -> Standing:
        """Return how far it has come."""
        current = self._current
        within = (current.done, current.size, current.new) if current else (0, 0, 0)
        left = sum(self._left.values())
        return Standing(
            files=self._files_done + len(self._left) + (current is not None),
            files_done=self._files_done,
            bytes=self._bytes_done + within[1] + left,
            bytes_done=self._bytes_done + within[0],
            turns_new=self._new + within[2],
            place=self._place,
            bytes_per_second=self._pace(),
        )

    def _pace(self) -> float | None:
        current, now = self._current, self.now()
        within = current.done - current.begun if current else 0
        read = self._bytes_done - self._skipped + within
        if not self._paces or now - self._paces[-1][0] >= _STEP_SECONDS:
            self._paces.append((now, read))
        while now - self._paces[0][0] > _WINDOW_SECONDS and len(self._paces) > 2:
            self._paces.popleft()
        begun, before = self._paces[0]
        is_enough = now - begun >= _ENOUGH_SECONDS and read > before
        return (read - before) / (now - begun) if is_enough else None


def sizes_of(files: Iterable[Path]) -> dict[Path, int]:
    """Return how many bytes each file has; none for what cannot be looked at."""
    return {file: _size(file) for file in files}


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0
