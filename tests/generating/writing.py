"""Where generated logs are put: into a folder, or into a zip."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple


class File(NamedTuple):
    """A file of a log, and what is in it, piece by piece."""

    path: str
    """Below the folder of the log, with slashes."""
    pieces: Iterable[str | bytes]

    def data(self) -> Iterator[bytes]:
        """Return what is in it as bytes."""
        for piece in self.pieces:
            yield piece.encode("utf-8", "surrogatepass") if isinstance(piece, str) else piece


def put(files: Iterable[File], folder: Path) -> Path:
    """Write files below a folder, and return it."""
    for file in files:
        path = folder / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as stream:
            stream.writelines(file.data())
    return folder


def put_zipped(files: Iterable[File], path: Path) -> Path:
    """Write files into one zip, and return its path."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for file in files:
            archive.writestr(file.path, b"".join(file.data()))
    return path
