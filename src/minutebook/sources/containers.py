"""From paths to sources: folders are walked, zips are looked into, each file is one source.

A zip is untrusted: members with absolute names, `..`, links, encryption, or an expansion beyond
reason are rejected with their reason, and the rest is read. Nothing is ever extracted to the disk.
"""

from __future__ import annotations

import io
import os
import re
import stat
import zipfile
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from fnmatch import fnmatch
from pathlib import Path, PurePosixPath
from typing import IO

from minutebook.domain.quarantine import Rejected
from minutebook.sources.source import ReadingOptions, Source

_ZIP_MAGIC = b"PK\x03\x04"
_EMPTY_ZIP_MAGIC = b"PK\x05\x06"
_MAX_MEMBER = 16 * 1024**3
_MAX_RATIO = 200
_RATIO_MATTERS_ABOVE = 64 * 1024**2
_MAX_MEMBERS = 200_000
_DOS_EPOCH = (1980, 1, 1, 0, 0, 0)
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
    """Which files of a folder are looked at, by glob patterns on their names and folders."""

    include: tuple[str, ...] = ("*",)
    exclude: tuple[str, ...] = ()

    def admits(self, path: Path, root: Path) -> bool:
        """Say whether a file below a folder is to be read."""
        parts = path.relative_to(root).parts
        if any(fnmatch(part, pattern) for part in parts for pattern in self.exclude):
            return False
        return any(fnmatch(path.name, pattern) for pattern in self.include)


def files_of(path: Path, chosen: Filter) -> Iterator[Path]:
    """Yield the file itself, or the files below a folder in a fixed order. Links are not followed.

    A file that was named is taken whatever it is called; the filter is for folders.
    """
    if path.is_file():
        yield path
        return
    for folder, subfolders, names in os.walk(path):
        subfolders.sort()
        for name in sorted(names):
            file = Path(folder, name)
            if is_candidate(file, path, chosen):
                yield file


def is_candidate(file: Path, folder: Path, chosen: Filter) -> bool:
    """Say whether a file below a folder may be a chat log, without looking into it."""
    if file.is_symlink() or _NOT_TEXT.search(file.name):
        return False
    return chosen.admits(file, folder)


def sources_of(path: Path, options: ReadingOptions) -> Iterator[Source | Refused]:
    """Yield the sources in a file: itself, or the members of a zip."""
    try:
        status = path.stat()
        with path.open("rb") as stream:
            magic = stream.read(4)
    except OSError as error:
        yield _refused(str(path), f"It cannot be opened: {error.strerror}.")
        return
    if not stat.S_ISREG(status.st_mode):
        yield _refused(str(path), "It is not a regular file.")
    elif magic in {_ZIP_MAGIC, _EMPTY_ZIP_MAGIC}:
        yield from _members(path, options)
    else:
        yield _file(path, status.st_size, status.st_mtime_ns, options)


def _file(path: Path, size: int, modified_ns: int, options: ReadingOptions) -> Source:
    return Source(
        place=str(path),
        name=path.name,
        folders=path.parts[-4:-1],
        size=size,
        modified_at=datetime.fromtimestamp(modified_ns / 1e9, UTC),
        open=lambda: path.open("rb"),
        options=options,
    )


def _members(path: Path, options: ReadingOptions) -> Iterator[Source | Refused]:
    try:
        with zipfile.ZipFile(path) as archive:
            members = archive.infolist()
    except (zipfile.BadZipFile, OSError, ValueError, NotImplementedError) as error:
        yield _refused(str(path), f"It is not a sound zip archive: {error}.")
        return
    if len(members) > _MAX_MEMBERS:
        yield _refused(str(path), f"It has {len(members)} members; {_MAX_MEMBERS} are allowed.")
        return
    for member in sorted(members, key=lambda entry: entry.filename):
        if not _is_beside_the_point(member):
            reason = _danger(member)
            place = f"{path}!{member.filename}"
            yield _refused(place, reason) if reason else _member(path, member, options)


def _is_beside_the_point(member: zipfile.ZipInfo) -> bool:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    return (
        member.is_dir()
        or "__MACOSX" in name.parts
        or name.name == ".DS_Store"
        or _NOT_TEXT.search(name.name) is not None
    )


def _danger(member: zipfile.ZipInfo) -> str:
    """Return why a member must not be read; empty when it may be."""
    name = PurePosixPath(member.filename.replace("\\", "/"))
    if name.is_absolute() or ".." in name.parts or ":" in name.parts[0]:
        return "Its name leads out of the archive."
    if stat.S_ISLNK(member.external_attr >> 16):
        return "It is a link."
    if member.flag_bits & 0x1:
        return "It is encrypted: unpack it with its password, and import the file."
    if member.file_size > _MAX_MEMBER:
        return f"It would unpack to {member.file_size} bytes; {_MAX_MEMBER} are allowed."
    ratio = member.file_size / max(1, member.compress_size)
    if member.file_size > _RATIO_MATTERS_ABOVE and ratio > _MAX_RATIO:
        return f"It would unpack to {ratio:.0f} times its size; {_MAX_RATIO} are allowed."
    if name.suffix.lower() == ".zip":
        return "It is a zip inside a zip: unpack the outer one, and import the folder."
    return ""


def _member(path: Path, member: zipfile.ZipInfo, options: ReadingOptions) -> Source:
    name = PurePosixPath(member.filename.replace("\\", "/"))
    written = max(member.date_time, _DOS_EPOCH)
    try:
        modified_at = datetime(*written, tzinfo=UTC)
    except ValueError:
        modified_at = datetime(*_DOS_EPOCH, tzinfo=UTC)
    return Source(
        place=f"{path}!{member.filename}",
        name=name.name,
        folders=(path.stem, *name.parts[:-1]),
        size=member.file_size,
        modified_at=modified_at,
        open=lambda: _open_member(path, member),
        options=options,
    )


class _MemberStream(io.BufferedReader):
    """A member's stream that closes its archive too, and never gives more than was declared."""

    def __init__(self, archive: zipfile.ZipFile, stream: IO[bytes]) -> None:
        super().__init__(stream)  # type: ignore[arg-type]
        self._archive = archive

    def close(self) -> None:
        """Close the member, then its archive."""
        super().close()
        self._archive.close()


def _open_member(path: Path, member: zipfile.ZipInfo) -> IO[bytes]:
    archive = zipfile.ZipFile(path)
    try:
        return _MemberStream(archive, archive.open(member))
    except BaseException:
        archive.close()
        raise


def _refused(place: str, reason: str) -> Refused:
    return Refused(place=place, rejected=Rejected(place="the whole file", reason=reason))


def named_paths(paths: Iterable[Path]) -> list[Path]:
    """Return paths made absolute, each once, in the order they were given."""
    return list(dict.fromkeys(path.expanduser().absolute() for path in paths))
