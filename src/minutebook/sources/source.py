"""A source: one readable stream of a chat log, a file or a member of a zip.

Formats see sources, never paths: they cannot tell, and need not, where the bytes lie. Exports that
are several files are read file by file all the same, so that a folder, a zip and a single file give
one record; what a file needs of another, such as the names of people, it asks for as a companion.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path, PurePath
from typing import IO
from zoneinfo import ZoneInfo


class DateOrder(StrEnum):
    """How to read 03/04/2024 when the file itself does not tell."""

    DAY_FIRST = "day_first"
    MONTH_FIRST = "month_first"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingOptions:
    """What a log does not say about itself."""

    zone: ZoneInfo
    """Zone of times that carry none."""
    date_order: DateOrder = DateOrder.DAY_FIRST


Beside = Callable[[str, int], "Source | None"]
"""Finds a file of the same export: by its name, in the folder of this one, or so many above it."""


def alone(_name: str, _above: int) -> None:
    """Find nothing: the source is no part of an export."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Source:
    """One stream of bytes to be read as a chat log."""

    place: str
    """Where it is, for people: a path, or `archive.zip!member`."""
    name: str
    """Name of the file or member, without folders."""
    folders: tuple[str, ...] = ()
    """Names of the enclosing folders or archives, outermost first."""
    size: int
    """Bytes."""
    modified_at: datetime
    open: Callable[[], IO[bytes]]
    """Opens the stream anew at its start. Seekable for files; forward only inside a zip."""
    options: ReadingOptions = field(repr=False)
    path: Path | None = field(default=None, repr=False)
    """Where it lies by itself on the disk: databases are opened by their own library. None inside
    a zip."""
    checksum: str = ""
    """Of the whole stream, where it is known without reading it: inside a zip."""
    packed: int | None = None
    """Bytes that it takes where it lies, inside a zip; None for as many as it has."""
    is_growing: bool = False
    """True while the file may still be written to: a partial last line is held back."""
    beside: Beside = field(default=alone, repr=False)

    @property
    def stem(self) -> str:
        """The name without its last ending."""
        return PurePath(self.name).stem or self.name

    def companion(self, *names: str, above: int = 0) -> Source | None:
        """Return the first of these files of the same export that there is.

        They lie in the folder of this one, or so many folders above; inside a zip, never outside of
        it. The names are those of a format's own files: nothing that a log says is ever one.
        """
        found = (self.beside(name, above) for name in names)
        return next((source for source in found if source is not None), None)

    def sample(self, size: int = 65_536) -> Sample:
        """Read the beginning of the stream."""
        with self.open() as stream:
            head = stream.read(size)
        return Sample(source=self, head=head, is_whole=len(head) >= self.size)


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """The beginning of a source, for detection."""

    source: Source
    head: bytes
    is_whole: bool
    """True when `head` is all there is."""
    seen: dict[str, object] = field(default_factory=dict, init=False, repr=False, compare=False)
    """What a format has found out, by name: all are asked, and many ask the same."""

    def text(self) -> str:
        """Decode the head leniently: detection may guess, parsing may not."""
        for mark, encoding in (
            (b"\xff\xfe", "utf-16"),
            (b"\xfe\xff", "utf-16"),
            (b"\xef\xbb\xbf", "utf-8-sig"),
        ):
            if self.head.startswith(mark):
                return self.head.decode(encoding, "replace")
        return self.head.decode("utf-8", "replace")

    def lines(self, limit: int = 200) -> list[str]:
        """Return the first complete lines, split at newlines only, without their ends."""
        lines = self.text().split("\n")
        if not self.is_whole and len(lines) > 1:
            lines.pop()
        return [line.removesuffix("\r") for line in lines[:limit]]


def from_bytes(data: bytes, *, name: str, options: ReadingOptions, at: datetime) -> Source:
    """Wrap bytes in memory as a source."""
    return Source(
        place=name,
        name=name,
        size=len(data),
        modified_at=at,
        open=lambda: io.BytesIO(data),
        options=options,
    )
