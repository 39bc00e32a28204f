"""Write a file, put it on the disk, give it its name, and prove that it is what was to be written.

What comes out of the store is written down as lines. They become a file, and the file on the disk
becomes lines again: both must be the same, byte for byte. What cannot be proven is removed, and
the store keeps everything.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from minutebook.archive.duck import Duck, literal, literals, statement, translated
from minutebook.archive.places import Places
from minutebook.archive.schemas import schema
from minutebook.domain.archive import ArchiveFile
from minutebook.errors import ArchiveDamagedError, ArchiveError

_LEAST_LINE = 2 * 1024 * 1024
_BLOCK = 128 * 1024
_CSV, _PARQUET = ".csv", ".parquet"


@dataclass(frozen=True, slots=True, kw_only=True)
class Fed:
    """What is to be in a file."""

    rows: int
    content_hash: str
    longest: int
    """Bytes of the longest line."""
    sha256: str
    """Of all lines."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Proof:
    """What is in a file, as it was read back."""

    rows: int
    names: int
    """How many names the rows have: each has one of its own."""
    whole: int
    """Rows that are what was written."""
    content_hash: str

    def holds(self, rows: int, content_hash: str) -> bool:
        """Say whether this is what was to be written."""
        counted = (self.rows, self.names, self.whole)
        return counted == (rows, rows, rows) and self.content_hash == content_hash


class Writer:
    """Makes files of lines. Its methods work in threads, and may raise ArchiveError."""

    def __init__(self, places: Places, duck: Duck) -> None:
        self.places = places
        self._duck = duck

    def feed(self, file: ArchiveFile, lines: Iterable[bytes]) -> Fed:
        """Write the lines down, each with its hash, and remember what they come to."""
        hashes: list[str] = []
        longest, sha256 = 0, hashlib.sha256()
        with translated(self.places.folder), self.places.work(file, _CSV).open("wb") as stream:
            for some in _blocks(lines):
                digests = [hashlib.sha256(line).hexdigest() for line in some]
                hashes += digests
                longest = max(longest, *map(len, some))
                pairs = zip(some, digests, strict=True)
                block = b"".join([b'%b,"%b"\n' % (line, own.encode()) for line, own in pairs])
                sha256.update(block)
                stream.write(block)
        return Fed(
            rows=len(hashes),
            content_hash=hash_of(hashes),
            longest=longest,
            sha256=sha256.hexdigest(),
        )

    def write(self, file: ArchiveFile, fed: Fed) -> ArchiveFile:
        """Make a file of what was written down; return it with what the manifest has to know."""
        source, target = self.places.work(file, _CSV), self.places.work(file, _PARQUET)
        columns = schema(file.kind, file.schema_version)
        longest = max(_LEAST_LINE, fed.longest + 1024)
        text = statement("write").format(
            typed=columns.typed,
            read_as=columns.read_as,
            source=literal(source),
            target=literal(target),
            longest=longest,
            buffer=2 * longest,
            kind=literal(file.kind.value),
            version=literal(str(file.schema_version)),
            group=columns.group,
        )
        self._duck.ask(text)
        with translated(self.places.folder):
            source.unlink()
        self.places.publish(file)
        with self._removing(file):
            self._ensure_same(file, fed)
            return self._described(file, rows=fed.rows, content_hash=fed.content_hash)

    def finish(self, file: ArchiveFile, *, rows: int, content_hash: str) -> ArchiveFile:
        """Give a file its name that was made in the work folder, and prove it."""
        self.places.publish(file)
        with self._removing(file):
            proof = self.prove(file, self.places.final(file))
            if not proof.holds(rows, content_hash):
                raise _differs(proof.rows, rows, f"{proof.whole:,} of them whole")
            return self._described(file, rows=rows, content_hash=content_hash)

    def prove(self, file: ArchiveFile, place: Path) -> Proof:
        """Read a file back."""
        columns = schema(file.kind, file.schema_version)
        text = statement("check").format(
            named_by=columns.named_by, canonical=columns.canonical, paths=literals([place])
        )
        rows, names, whole, content_hash = self._duck.ask(text)[0]
        return Proof(rows=rows, names=names, whole=whole, content_hash=content_hash)

    def _ensure_same(self, file: ArchiveFile, fed: Fed) -> None:
        """Make lines of a file again. Raises ArchiveDamagedError unless they are those it had."""
        columns, place = schema(file.kind, file.schema_version), self.places.final(file)
        rows, names = self._duck.ask(
            statement("names").format(named_by=columns.named_by, source=literal(place))
        )[0]
        if not rows == names == fed.rows:
            raise _differs(rows, fed.rows, f"{names:,} of them with a name of their own")
        lines = self.places.work(file, _CSV)
        text = statement("read_back").format(
            untyped=columns.untyped,
            in_quotes=columns.in_quotes,
            source=literal(place),
            target=literal(lines),
        )
        self._duck.ask(text)
        _, sha256 = self.places.digest(lines)
        with translated(self.places.folder):
            lines.unlink()
        if sha256 != fed.sha256:
            raise _differs(rows, fed.rows, "but not all of them are the same")

    def _described(self, file: ArchiveFile, *, rows: int, content_hash: str) -> ArchiveFile:
        size, sha256 = self.places.digest(self.places.final(file))
        return replace(file, rows=rows, content_hash=content_hash, bytes=size, sha256=sha256)

    @contextmanager
    def _removing(self, file: ArchiveFile) -> Iterator[None]:
        """Remove a file that has its name already, if it cannot be proven."""
        try:
            yield
        except ArchiveError:
            self.places.remove(file.path)
            raise


def _blocks(lines: Iterable[bytes]) -> Iterator[list[bytes]]:
    """Put lines together until there is enough to be worth a write."""
    block: list[bytes] = []
    size = 0
    for line in lines:
        block.append(line)
        size += len(line)
        if size >= _BLOCK:
            yield block
            block, size = [], 0
    if block:
        yield block


def _differs(rows: int, of: int, more: str) -> ArchiveDamagedError:
    return ArchiveDamagedError(
        "What was written to the archive is not what was read back:"
        f" {rows:,} rows of {of:,}, {more}.",
        hint="Nothing has left the store; look after the disk, and try again.",
    )


def hash_of(hashes: list[str]) -> str:
    """Return the hash of a file from those of its rows: over all of them in their order."""
    return hashlib.sha256("".join(sorted(hashes)).encode()).hexdigest()
