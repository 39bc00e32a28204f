"""Where the files of the archive lie, and how they come there for good.

    archive/pages/year=YYYY/month=MM/NAME.parquet
    archive/turns/year=YYYY/month=MM/NAME.parquet
    archive/.work/                                   what is being written
    archive/.retired/                                what was replaced, for those who still read it

A file is written in `.work`, put on the disk, and renamed: what has its name in a month is whole. A
name is a time, a number nobody can guess, and no second file ever gets it.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import secrets
from datetime import datetime
from pathlib import Path

from minutebook.archive.duck import translated
from minutebook.archive.schemas import VERSION
from minutebook.domain.archive import ArchiveFile, FileKind, FileState
from minutebook.paths import FILE_MODE, FOLDER_MODE

_WORK, _RETIRED = ".work", ".retired"
_ENDING = ".parquet"
_BLOCK = 1024 * 1024


class Places:
    """The folder of the archive. Every method may raise ArchiveError."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def work(self, file: ArchiveFile, ending: str) -> Path:
        """Return where a file is while it is being written."""
        return self.folder / _WORK / f"{file.name}.{file.kind.value}{ending}"

    def final(self, file: ArchiveFile) -> Path:
        """Return where a file is when it is whole."""
        return self.folder / file.path

    def readable(self, path: str) -> Path:
        """Return where a file of the manifest can be read: it may have been retired meanwhile."""
        place = self.folder / path
        if place.exists():
            return place
        retired = self._retired(path)
        return retired if retired.exists() else place

    def prepare(self) -> None:
        """Make the folder, for the owner alone."""
        with translated(self.folder):
            for folder in (self.folder, self.folder / _WORK):
                folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)

    def publish(self, file: ArchiveFile) -> None:
        """Give a finished file its name, and put file and name on the disk for good."""
        with translated(self.folder):
            written, final = self.work(file, _ENDING), self.final(file)
            written.chmod(FILE_MODE)
            _sync(written)
            _make(final.parent, self.folder)
            written.rename(final)
            _sync(final.parent)

    def retire(self, path: str) -> None:
        """Take a file out of its month; those who know its name can still read it."""
        with translated(self.folder):
            (self.folder / _RETIRED).mkdir(mode=FOLDER_MODE, exist_ok=True)
            with contextlib.suppress(FileNotFoundError):
                (self.folder / path).rename(self._retired(path))

    def remove(self, path: str) -> None:
        """Remove a file for good, wherever it is."""
        with translated(self.folder):
            self._retired(path).unlink(missing_ok=True)
            (self.folder / path).unlink(missing_ok=True)

    def sweep(self) -> None:
        """Remove what a process has left behind that was killed while it wrote."""
        with translated(self.folder):
            work = self.folder / _WORK
            for entry in sorted(work.iterdir()) if work.is_dir() else ():
                entry.unlink()

    def present(self) -> frozenset[str]:
        """Return every file in the months, as the manifest would write its path."""
        with translated(self.folder):
            return frozenset(
                entry.relative_to(self.folder).as_posix()
                for entry in self.folder.rglob("*")
                if entry.is_file()
                and entry.relative_to(self.folder).parts[0] not in {_WORK, _RETIRED}
            )

    def digest(self, path: Path) -> tuple[int, str]:
        """Return the size of a file in bytes and its SHA-256."""
        with translated(self.folder):
            sha = hashlib.sha256()
            with path.open("rb") as stream:
                while block := stream.read(_BLOCK):
                    sha.update(block)
            return path.stat().st_size, sha.hexdigest()

    def _retired(self, path: str) -> Path:
        return self.folder / _RETIRED / path.replace("/", "~")


def new_files(month: datetime, now: datetime) -> tuple[ArchiveFile, ArchiveFile]:
    """Return a file of pages and one of turns, with a name of their own, to be written."""
    name = f"{now:%Y%m%dT%H%M%S}-{secrets.token_hex(8)}"
    pages, turns = (_file(kind, name, month, now) for kind in (FileKind.PAGES, FileKind.TURNS))
    return pages, turns


def _file(kind: FileKind, name: str, month: datetime, now: datetime) -> ArchiveFile:
    folder = f"{kind.value}/year={month.year:04}/month={month.month:02}"
    return ArchiveFile(
        path=f"{folder}/{name}{_ENDING}",
        name=name,
        kind=kind,
        year=month.year,
        month=month.month,
        schema_version=VERSION,
        written_at=now,
        state=FileState.WRITING,
    )


def _make(folder: Path, top: Path) -> None:
    """Make a folder below another, each with its name on the disk for good."""
    missing = []
    while folder != top and not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for each in reversed(missing):
        each.mkdir(mode=FOLDER_MODE, exist_ok=True)
        _sync(each.parent)


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
