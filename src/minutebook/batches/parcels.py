"""Batches as files: what is going to be sent, and what came back.

A parcel is on the disk before its batch is in the store, and results before they are applied. A
file is written under another name, synced and renamed, so that what has its name is whole. Files
that nobody knows are swept away.
"""

from __future__ import annotations

import errno
import hashlib
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from minutebook.errors import StoreError, StoreFullError
from minutebook.paths import FILE_MODE, FOLDER_MODE

_NO_ROOM = frozenset({errno.ENOSPC, errno.EDQUOT})
_REQUESTS = ".requests"
_RESULTS = ".results"
_PART = ".part"
_PROBE = ".probe"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sealed:
    """A parcel as it was written."""

    bytes: int
    digest: str
    """SHA-256."""


class Parcels:
    """The files of batches. Every method may raise StoreError."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def seal(self, batch: str, lines: Sequence[bytes]) -> Sealed:
        """Write down what is going to be sent."""
        content = b"".join(line.rstrip(b"\n") + b"\n" for line in lines)
        with _explained(self._folder):
            self._make()
            target = self._requests(batch)
            part = target.with_suffix(_PART)
            descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
            with os.fdopen(descriptor, "wb") as stream:
                stream.write(content)
                stream.flush()
                os.fsync(stream.fileno())
            self._rename(part, target)
        return Sealed(bytes=len(content), digest=hashlib.sha256(content).hexdigest())

    def open(self, batch: str, digest: str) -> list[bytes] | None:
        """Return the lines of a parcel; None when it is not there, or not what was sealed."""
        try:
            content = self._requests(batch).read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != digest:
            return None
        return content.splitlines()

    def arriving(self, batch: str) -> Path:
        """Return where results are written while they come in."""
        with _explained(self._folder):
            self._make()
            path = self._folder / f"{batch}{_RESULTS}{_PART}"
            path.unlink(missing_ok=True)
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, FILE_MODE))
        return path

    def probing(self, batch: str) -> Path:
        """Return where the results of a batch are written that may not be ours."""
        return self._folder / f"{batch}{_PROBE}"

    def accept(self, batch: str) -> Path:
        """Give results that came in their name."""
        target = self.results(batch)
        with _explained(self._folder):
            self._rename(self._folder / f"{batch}{_RESULTS}{_PART}", target)
        return target

    def results(self, batch: str) -> Path:
        """Return where the results of a batch lie once they are whole."""
        return self._folder / f"{batch}{_RESULTS}"

    def drop(self, batch: str) -> None:
        """Remove all files of a batch that nobody needs any more."""
        with _explained(self._folder):
            for path in self._of(batch):
                path.unlink(missing_ok=True)

    def drop_requests(self, batch: str) -> None:
        """Remove what was sent."""
        with _explained(self._folder):
            self._requests(batch).unlink(missing_ok=True)

    def sweep(self, wanted: Iterable[str], older_than: float) -> int:
        """Remove the files of batches that are not wanted and older than a moment (in seconds
        since 1970); return how many. A batch is in the store before it has results: those that
        nobody wants are left over, however young they are."""
        keep, swept = set(wanted), 0
        with _explained(self._folder):
            found = list(self._folder.iterdir()) if self._folder.is_dir() else []
            for path in found:
                batch, _, kind = path.name.partition(".")
                is_young = f".{kind}" != _RESULTS and path.stat().st_mtime > older_than
                if batch in keep or is_young:
                    continue
                path.unlink(missing_ok=True)
                swept += 1
        return swept

    def _requests(self, batch: str) -> Path:
        return self._folder / f"{batch}{_REQUESTS}"

    def _of(self, batch: str) -> list[Path]:
        names = (_REQUESTS, _PART, _RESULTS, _RESULTS + _PART, _PROBE)
        return [self._folder / f"{batch}{name}" for name in names]

    def _make(self) -> None:
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def _rename(self, source: Path, target: Path) -> None:
        source.replace(target)
        folder = os.open(self._folder, os.O_RDONLY)
        try:
            os.fsync(folder)
        finally:
            os.close(folder)


def lines_of(path: Path) -> Iterator[bytes]:
    """Yield the lines of results, without their ends, in constant memory."""
    with path.open("rb") as stream:
        for line in stream:
            if line.strip():
                yield line.rstrip(b"\r\n")


@contextmanager
def _explained(folder: Path) -> Iterator[None]:
    """Turn what the file system raises into an error of ours."""
    try:
        yield
    except OSError as error:
        if error.errno in _NO_ROOM:
            raise StoreFullError(
                f"The disk is full: there is no room left for the folder {str(folder)!r}.",
                hint="Free some space; batches then go on by themselves.",
            ) from error
        raise StoreError(
            f"The folder of batches {str(folder)!r} cannot be used: {error.strerror}.",
            hint="Check that it belongs to you, and that there is room on the disk.",
        ) from error
