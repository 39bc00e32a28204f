"""From paths to sources: folders are walked, zips are looked into, each file is one source.

A zip is untrusted: members with absolute names, `..`, links, encryption, or an expansion beyond
reason are rejected with their reason, and the rest is read. Nothing is ever extracted to the disk.
A zip is opened once, and its members share it: to open it anew for each would read its directory
as often as it has members.
"""

from __future__ import annotations

import io
import lzma
import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path, PurePosixPath
from typing import IO

from minutebook.clock import EPOCH, from_micros
from minutebook.domain.quarantine import Rejected
from minutebook.sources import globs
from minutebook.sources.source import Beside, ReadingOptions, Source

_ZIP_MAGIC = b"PK\x03\x04"
_DATABASE_MAGIC = b"SQLi"
_LOG = "-wal"
_EMPTY_ZIP_MAGIC = b"PK\x05\x06"
_CONVERSATIONS = re.compile(r"^conversations(-\d+)?\.json$")
_COMPANIONS = frozenset(
    {
        "export_manifest.json",
        "memories.json",
        "message_feedback.json",
        "model_comparisons.json",
        "projects.json",
        "shared_conversations.json",
        "user.json",
        "user_settings.json",
        "users.json",
    }
)
"""What an export of an assistant holds beside its conversations."""
_MAX_MEMBER = 16 * 1024**3
_MAX_RATIO = 200
_RATIO_MATTERS_ABOVE = 64 * 1024**2
_MAX_MEMBERS = 200_000
_DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
_NAME_IS_UTF8 = 0x800
_IS_ENCRYPTED = 0x1
BROKEN_STREAM = (
    OSError,
    EOFError,
    NotImplementedError,
    zipfile.BadZipFile,
    zlib.error,
    lzma.LZMAError,
    struct.error,
)
"""What a stream raises in the middle: the disk, or a damaged zip."""
_NOT_TEXT = re.compile(
    r"\.(7z|aac|aif|avi|bmp|css|db-shm|db-wal|docx?|flac|gif|gz|heic|html?|ico|jpe?g|js|m4a|mkv|mov"
    r"|mp[34]|og[ag]|opus|otf|pdf|png|pptx?|py|svg|tar|tgs|tiff?|ttf|vcf|wav|web[mp]|woff2?|xlsx?"
    r"|xz)$",
    re.IGNORECASE,
)
"""Endings of what is sent along with chats, and never is one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A file or member that is not even looked into."""

    place: str
    rejected: Rejected


@dataclass(frozen=True, slots=True, kw_only=True)
class Filter:
    """Which files of a folder are looked at, by globs; what is excluded is never included."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()
    apart: Path | None = None
    """What lies in this folder is ours, and no log; unless it is looked for in there."""

    def admits(self, path: Path, root: Path) -> bool:
        """Say whether a file below a folder is to be read."""
        if self.apart is not None and path.is_relative_to(self.apart):
            return root.is_relative_to(self.apart)
        parts = path.relative_to(root).parts
        if any(globs.excludes(glob, parts) for glob in self.exclude):
            return False
        return any(globs.includes(glob, parts) for glob in self.include)


Admits = Callable[[Path, Path], bool]
"""Says whether a file that is found below a folder is to be read."""


def files_of(path: Path, admits: Admits) -> Iterator[Path]:
    """Yield the file itself, or the files below a folder in a fixed order. Links are not followed.

    A file that was named is taken whatever it is called; the filter is for folders. A folder that
    cannot be listed is yielded itself, behind the others.
    """
    if not os.path.isdir(path):  # noqa: PTH112 - `Path.is_dir` raises where nothing may be looked at
        yield path
        return
    closed: list[OSError] = []
    for folder, subfolders, names in os.walk(path, onerror=closed.append):
        subfolders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if is_candidate(file, path, admits):
                yield file
    yield from sorted({Path(error.filename) for error in closed if error.filename})


def is_candidate(file: Path, folder: Path, admits: Admits) -> bool:
    """Say whether a file below a folder may be a chat log, without looking into it."""
    if file.is_symlink() or _NOT_TEXT.search(file.name):
        return False
    return admits(file, folder)


def sources_of(path: Path, options: ReadingOptions) -> Iterator[Source | Refused]:
    """Yield the sources in a file: itself, or the members of a zip."""
    place = place_of(path)
    try:
        status = path.stat()
        if not stat.S_ISREG(status.st_mode):  # to open a pipe would wait for its writer
            yield _refused(place, _no_file(status.st_mode))
            return
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        yield _refused(place, f"It cannot be opened: {error.strerror}.")
        return
    if magic in {_ZIP_MAGIC, _EMPTY_ZIP_MAGIC}:
        yield from _members(path, options)
    elif magic == _DATABASE_MAGIC:
        yield _database(path, _file(path, status, options))
    else:
        yield _file(path, status, options)


def place_of(path: Path) -> str:
    """Name a path as text. Bytes of a name that are not UTF-8 are written as `\\xff`."""
    return os.fsencode(path).decode("utf-8", "backslashreplace")


def _no_file(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "It is a folder that cannot be listed: check its permissions."
    return "It is not a regular file."


def _file(path: Path, status: os.stat_result, options: ReadingOptions) -> Source:
    readable = Path(place_of(path))
    return Source(
        place=str(readable),
        name=readable.name,
        folders=readable.parts[-4:-1],
        size=status.st_size,
        modified_at=_moment(status.st_mtime_ns),
        open=lambda: path.open("rb"),
        options=options,
        beside=_beside_file(path, options),
        path=path,
    )


def _database(path: Path, source: Source) -> Source:
    """Return a database as large and as new as it is with what is not in its file yet."""
    try:
        log = log_of(path).stat()
    except OSError:
        return source
    changed = max(source.modified_at, _moment(log.st_mtime_ns))
    return replace(source, size=source.size + log.st_size, modified_at=changed)


def log_of(path: Path) -> Path:
    """Return the file beside an SQLite database that holds what was written to it last."""
    return path.with_name(f"{path.name}{_LOG}")


def logged(path: Path) -> Path:
    """Return the database that such a file belongs to; any other file itself."""
    is_log = path.name.endswith(_LOG) and path.name != _LOG
    return path.with_name(path.name.removesuffix(_LOG)) if is_log else path


def _beside_file(path: Path, options: ReadingOptions) -> Beside:
    """Return how to find other files near a file; links are not followed."""

    def find(name: str, above: int) -> Source | None:
        if above >= len(path.parents):
            return None
        file = path.parents[above] / name
        try:
            status = file.lstat()
        except OSError:
            return None
        return _file(file, status, options) if stat.S_ISREG(status.st_mode) else None

    return find


def _moment(nanoseconds: int) -> datetime:
    """Return when a file was written; a moment behind the end of the calendar is no news."""
    try:
        return from_micros(nanoseconds // 1_000)
    except OverflowError:
        return EPOCH


def _members(path: Path, options: ReadingOptions) -> Iterator[Source | Refused]:
    place = place_of(path)
    try:
        size = path.stat().st_size
        # It stays open for its sources, and is closed with the last of them.
        archive = zipfile.ZipFile(path)
    except (*BROKEN_STREAM, ValueError) as error:
        yield _refused(place, f"It is not a sound zip archive: {error}.")
        return
    members = archive.infolist()
    if reason := _excess(members, size):
        yield _refused(place, reason)
        return
    is_export = any(_CONVERSATIONS.match(PurePosixPath(m.filename).name) for m in members)
    shelf = _Shelf(place, archive, members, options)
    for member in sorted(members, key=lambda entry: entry.filename):
        is_companion = is_export and _is_companion(PurePosixPath(member.filename))
        if not is_companion and not _is_beside_the_point(member):
            reason = _danger(member)
            within = f"{place}!{_name(member)}"
            yield _refused(within, reason) if reason else shelf.source(member)


def _is_companion(name: PurePosixPath) -> bool:
    return name.name in _COMPANIONS or name.parent.name == "projects"


def _excess(members: list[zipfile.ZipInfo], size: int) -> str:
    """Return why an archive of so many bytes must not be read; empty when it may be."""
    if len(members) > _MAX_MEMBERS:
        return f"It has {len(members)} members; {_MAX_MEMBERS} are allowed."
    unpacked = sum(member.file_size for member in members)
    if unpacked > max(_RATIO_MATTERS_ABOVE, size * _MAX_RATIO):
        return f"It would unpack to {unpacked} bytes, more than {_MAX_RATIO} times its size."
    return ""


def _name(member: zipfile.ZipInfo) -> PurePosixPath:
    """Return the name of a member. Many archivers write UTF-8 without saying so."""
    name = member.filename
    if not member.flag_bits & _NAME_IS_UTF8:
        with suppress(UnicodeError):
            name = name.encode("cp437").decode("utf-8")
    return PurePosixPath(name.replace("\\", "/"))


def _is_beside_the_point(member: zipfile.ZipInfo) -> bool:
    name = _name(member)
    return (
        member.filename.endswith("/")
        or not name.parts
        or "__MACOSX" in name.parts
        or name.name == ".DS_Store"
        or _NOT_TEXT.search(name.name) is not None
    )


def _danger(member: zipfile.ZipInfo) -> str:
    """Return why a member must not be read; empty when it may be."""
    name = _name(member)
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        return "Its name leads out of the archive."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a link."
    if member.flag_bits & _IS_ENCRYPTED:
        return "It is encrypted: unpack it with its password, and import the file."
    if member.file_size > _MAX_MEMBER:
        return f"It would unpack to {member.file_size} bytes; {_MAX_MEMBER} are allowed."
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > _RATIO_MATTERS_ABOVE and ratio > _MAX_RATIO:
        return f"It would unpack to {ratio:.0f} times its size; {_MAX_RATIO} are allowed."
    if name.suffix.lower() == ".zip":
        return "It is a zip inside a zip: unpack the outer one, and import the folder."
    return ""


class _Shelf:
    """The members of one archive as sources."""

    def __init__(
        self,
        place: str,
        archive: zipfile.ZipFile,
        members: Iterable[zipfile.ZipInfo],
        options: ReadingOptions,
    ) -> None:
        self._place = place
        self._archive = archive
        self._options = options
        self._members = {_name(member): member for member in members}

    def source(self, member: zipfile.ZipInfo) -> Source:
        name = _name(member)
        written = max(member.date_time, _DOS_EPOCH)
        try:
            modified_at = datetime(*written, tzinfo=UTC)
        except ValueError:
            modified_at = datetime(*_DOS_EPOCH, tzinfo=UTC)
        return Source(
            place=f"{self._place}!{name}",
            name=name.name,
            folders=(Path(self._place).stem, *name.parts[:-1]),
            size=member.file_size,
            modified_at=modified_at,
            open=lambda: _MemberStream(self._archive.open(member)),
            options=self._options,
            checksum=f"{member.CRC:08x}",
            packed=member.compress_size,
            beside=lambda other, above: self._find(name, other, above),
        )

    def _find(self, name: PurePosixPath, other: str, above: int) -> Source | None:
        if above >= len(name.parents):
            return None
        member = self._members.get(name.parents[above] / other)
        return None if member is None or _danger(member) else self.source(member)


class _MemberStream(io.BufferedReader):
    """A member's stream. It only goes forward: to go back would unpack the member once more."""

    def __init__(self, stream: IO[bytes]) -> None:
        super().__init__(stream)  # type: ignore[arg-type]

    def seekable(self) -> bool:
        """Say no."""
        return False


def _refused(place: str, reason: str) -> Refused:
    return Refused(place=place, rejected=Rejected(place="the whole file", reason=reason))


def named_paths(paths: Iterable[Path]) -> list[Path]:
    """Return paths made absolute and without `..`, each once, in the order they were given."""
    return list(dict.fromkeys(_plain(_expanded(path).absolute()) for path in paths))


def _plain(path: Path) -> Path:
    """Resolve what comes before the last `..`, as the system would; links behind it keep names."""
    if ".." not in path.parts:
        return path
    behind = len(path.parts) - path.parts[::-1].index("..")
    return Path(os.path.realpath(Path(*path.parts[:behind])), *path.parts[behind:])


def _expanded(path: Path) -> Path:
    try:
        return path.expanduser()
    except RuntimeError:  # the tilde of nobody's home is a name like any other
        return path
