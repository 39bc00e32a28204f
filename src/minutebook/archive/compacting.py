"""Small files of a month become one, without the rows that are of no account any more.

Pages come back and leave again, and each flush writes files of its own: many small files are slow
to ask, and their rows compress badly. The new file is proven against what it is made of, and takes
over in one transaction; the old ones stay readable for a while.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

from minutebook.archive.duck import Duck, literal, literals, statement
from minutebook.archive.places import Places, new_files
from minutebook.archive.schemas import schema
from minutebook.archive.settings import Means
from minutebook.archive.writing import Writer
from minutebook.domain.archive import ArchiveFile, FileKind
from minutebook.errors import ArchiveDamagedError
from minutebook.store import archive
from minutebook.store.transaction import Transaction

_PAGE = {FileKind.PAGES: "id", FileKind.TURNS: "page"}
_LEAST_FILES = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The two files of a name, and the pages that still lie in them."""

    name: str
    files: tuple[ArchiveFile, ...]
    pages: frozenset[str]

    @property
    def bytes(self) -> int:
        """Of both files."""
        return sum(file.bytes for file in self.files)

    @property
    def is_partly_gone(self) -> bool:
        """Whether there are rows of pages that lie elsewhere by now."""
        return any(f.kind is FileKind.PAGES and f.rows > len(self.pages) for f in self.files)

    def of_kind(self, kind: FileKind) -> ArchiveFile:
        """Return the file of a kind."""
        return next(file for file in self.files if file.kind is kind)


class Compaction:
    """Puts small files of a month together."""

    def __init__(self, means: Means, writer: Writer, places: Places, duck: Duck) -> None:
        self._means = means
        self._writer = writer
        self._places = places
        self._duck = duck

    async def run(self, beat: Callable[[], Awaitable[None]]) -> int:
        """Compact what can be; return how many files were replaced. Raises ArchiveError."""
        replaced = 0
        parts = await self._means.database.read(_parts)
        for group in self._groups(parts):
            await self._merge(group)
            replaced += 2 * len(group)
            await beat()
        return replaced

    def _groups(self, parts: Sequence[Part]) -> list[list[Part]]:
        """Return what is put together: of one month and version, small, or with rows to drop."""
        months: dict[tuple[int, int, int], list[Part]] = {}
        small = self._means.settings.small_bytes
        for part in parts:
            file = part.files[0]
            if part.bytes < small or part.is_partly_gone:
                months.setdefault((file.year, file.month, file.schema_version), []).append(part)
        bounded = [run for month in months.values() for run in _bounded(month, 4 * small)]
        return [g for g in bounded if len(g) >= _LEAST_FILES or g[0].is_partly_gone]

    async def _merge(self, group: Sequence[Part]) -> None:
        database, now = self._means.database, self._means.clock()
        first = group[0].files[0]
        await asyncio.to_thread(self._places.prepare)
        month = datetime(first.year, first.month, 1, tzinfo=UTC)
        fresh = [replace(f, schema_version=first.schema_version) for f in new_files(month, now)]
        await database.write(lambda tx: archive.begin_files(tx, fresh))
        done = [await asyncio.to_thread(self._write, file, group) for file in fresh]
        await database.write(lambda tx: _take_over(tx, done, group, now))
        for part in group:
            for file in part.files:
                await asyncio.to_thread(self._places.retire, file.path)

    def _write(self, file: ArchiveFile, group: Sequence[Part]) -> ArchiveFile:
        columns, page = schema(file.kind, file.schema_version), _PAGE[file.kind]
        sources = [(part, part.of_kind(file.kind)) for part in group]
        rows, content_hash = self._expected(file, sources)
        parts = [
            statement("merge_part").format(
                path=literal(self._places.readable(old.path)),
                page=page,
                pages=", ".join(map(literal, sorted(part.pages))),
            )
            for part, old in sources
        ]
        text = statement("merge").format(
            parts=" UNION ALL BY NAME ".join(parts),
            order=", ".join(f'"{name}"' for name in columns.key),
            target=literal(self._places.work(file, ".parquet")),
            kind=literal(file.kind.value),
            version=literal(str(file.schema_version)),
            group=columns.group,
        )
        self._duck.ask(text)
        return self._writer.finish(file, rows=rows, content_hash=content_hash)

    def _expected(
        self, file: ArchiveFile, sources: Sequence[tuple[Part, ArchiveFile]]
    ) -> tuple[int, str]:
        """Return how many rows there will be and their hash, by what they are made of."""
        columns = schema(file.kind, file.schema_version)
        wanted = sorted(page for part, _ in sources for page in part.pages)
        for _, old in sources:
            self._ensure_whole(old)
        text = statement("check_pages").format(
            named_by=columns.named_by,
            canonical=columns.canonical,
            paths=literals([self._places.readable(old.path) for _, old in sources]),
            live=" OR ".join(
                f"(filename = {literal(self._places.readable(old.path))}"
                f" AND {_PAGE[file.kind]} IN ({', '.join(map(literal, sorted(part.pages)))}))"
                for part, old in sources
            ),
        )
        rows, names, whole, content_hash = self._duck.ask(text)[0]
        if not rows == names == whole or (file.kind is FileKind.PAGES and rows != len(wanted)):
            raise ArchiveDamagedError(
                f"The files of {file.year}-{file.month:02} hold {rows:,} rows that are asked for,"
                f" and {whole:,} of them are whole.",
                hint="`minutebook archive verify` says which file is not as it should be.",
            )
        return rows, content_hash

    def _ensure_whole(self, file: ArchiveFile) -> None:
        place = self._places.readable(file.path)
        if not place.is_file() or self._places.digest(place)[1] != file.sha256:
            raise ArchiveDamagedError(
                f"The archive's file {file.path!r} is missing, or is not what was written.",
                hint="`minutebook archive verify` looks at every file.",
            )


def _parts(tx: Transaction) -> list[Part]:
    names: dict[str, list[ArchiveFile]] = {}
    for file in archive.files(tx):
        names.setdefault(file.name, []).append(file)
    return [
        Part(name=name, files=tuple(files), pages=archive.pages_in(tx, name))
        for name, files in names.items()
        if len(files) == len(_PAGE)
    ]


def _bounded(parts: Sequence[Part], most: int) -> list[list[Part]]:
    """Split parts so that none of them is more than so many bytes together."""
    groups: list[list[Part]] = []
    size = 0
    for part in parts:
        size += part.bytes
        if not groups or size > most:
            groups.append([])
            size = part.bytes
        groups[-1].append(part)
    return groups


def _take_over(
    tx: Transaction, files: Sequence[ArchiveFile], group: Sequence[Part], now: datetime
) -> None:
    for file in files:
        archive.finish_file(tx, file)
    for part in group:
        archive.move_pages(tx, part.name, files[0].name)
        archive.retire(tx, part.name, now)
    archive.retire_empty(tx, files[0].name, now)
