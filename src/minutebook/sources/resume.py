"""Where reading a growing file is taken up again.

What is kept is the format's own checkpoint, what the importer knew there, and enough of the bytes
around it to notice that the file was written anew.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, replace
from typing import Any

from minutebook.clock import to_micros
from minutebook.sources.open_records import OpenTurn
from minutebook.sources.parsed import Checkpoint
from minutebook.sources.source import Source

_HEAD = 4_096
_TAIL = 1_024
_HASHED_ANYWAY = 4_000_000
"""Bytes of a file that is hashed as a whole even when only its end was read."""


def _as_it_is(state: str) -> str:
    return state


@dataclass(frozen=True, slots=True, kw_only=True)
class Bookmark:
    """A checkpoint, and what the importer knew there."""

    offset: int
    state: str
    around: str
    """Hash of the first bytes of the file and of those before the offset."""
    conversation: str = ""
    """Id of the conversation being read there; empty between two."""
    keys: str = ""
    """State of its turn keys."""
    behind: int | None = None
    """Reading place of its last turn before the checkpoint."""
    index: int = 0
    """How many conversations had begun."""
    turns: int = 0
    """How many turns came before."""
    claimed: tuple[str, ...] = ()
    """Ids of the conversations that stand before, as far as the log gives them none."""

    @property
    def checkpoint(self) -> Checkpoint:
        """The format's own part."""
        return Checkpoint(offset=self.offset, state=self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """What is kept of a source between two readings."""

    bookmark: Bookmark | None = None
    open_turns: tuple[OpenTurn, ...] = ()
    """The last turns, whose records may not have been written to their ends."""
    unsettled: tuple[tuple[str, str], ...] = ()
    """Conversations whose end may not have been read, with the key of the turn of each that had
    arrived last, and is in the part that was read."""

    written_on: str = ""
    """Id of the conversation that goes on in what is found here later, however it begins."""
    size: int = 0
    """Bytes of the source when it was read."""
    fingerprint: str = ""
    """Of the source when it was read."""
    whole: str = ""
    """Hash of all its bytes when it was read to its end; empty when that is not known."""

    def is_beginning_of(self, source: Source) -> bool:
        """Say whether a source still begins with all that it was, as far as the hash tells."""
        return 0 < self.size <= source.size and around(source, self.size) == self.fingerprint

    def last_keys(self, conversation: int) -> tuple[str, ...]:
        """Return the keys of the last turns, as far as they are in one conversation of the file."""
        return tuple(turn.key for turn in self.open_turns if turn.conversation == conversation)

    def to_json(self, sealed: Callable[[str], str] = _as_it_is) -> str:
        """Write it for the store, the format's own part sealed."""
        bookmark = self.bookmark
        kept = replace(bookmark, state=sealed(bookmark.state)) if bookmark else None
        return json.dumps(
            {
                "bookmark": asdict(kept) if kept else None,
                "open_turns": [asdict(turn) for turn in self.open_turns],
                "unsettled": self.unsettled,
                "written_on": self.written_on,
                "size": self.size,
                "fingerprint": self.fingerprint,
                "whole": self.whole,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str, opened: Callable[[str], str | None] = _as_it_is) -> Resume:
        """Read it back; the empty text is the beginning, and so is what cannot be opened."""
        members = json.loads(text) if text else {}
        bookmark = _bookmark(members["bookmark"], opened) if members.get("bookmark") else None
        return cls(
            bookmark=bookmark,
            open_turns=tuple(OpenTurn(**turn) for turn in members.get("open_turns", ())),
            unsettled=tuple((id_, key) for id_, key in members.get("unsettled", ())),
            written_on=members.get("written_on", ""),
            size=members.get("size", 0),
            fingerprint=members.get("fingerprint", ""),
            whole=members.get("whole", ""),
        )


def _bookmark(members: dict[str, Any], opened: Callable[[str], str | None]) -> Bookmark | None:
    if (state := opened(members["state"])) is None:
        return None
    return Bookmark(**{**members, "state": state, "claimed": tuple(members.get("claimed", ()))})


def ends_with_newline(source: Source) -> bool:
    """Say whether the last line of a source is whole; a stream that cannot be sought counts so."""
    with source.open() as stream:
        if source.size == 0 or not stream.seekable():
            return True
        stream.seek(source.size - 1)
        return stream.read(1) == b"\n"


def can_go_on(source: Source, resume: Resume) -> bool:
    """Say whether the bytes before the bookmark are still the same."""
    bookmark = resume.bookmark
    if bookmark is None or bookmark.offset > source.size:
        return False
    return around(source, bookmark.offset) == bookmark.around


def fingerprint(source: Source) -> str:
    """Return a hash of the first and the last bytes of a source."""
    return around(source, source.size)


def around(source: Source, offset: int) -> str:
    """Return a hash of the first bytes of a source and of those right before an offset.

    A checksum of the whole stands for both.
    """
    if source.checksum:
        return source.checksum
    hashed = hashlib.sha256()
    with source.open() as stream:
        hashed.update(stream.read(min(_HEAD, offset)))
        if offset > _HEAD and stream.seekable():
            stream.seek(max(_HEAD, offset - _TAIL))
            hashed.update(stream.read(min(_TAIL, offset - _HEAD)))
    return hashed.hexdigest()


def whole_hash(source: Source, *, is_resumed: bool = False) -> str:
    """Return a hash of all bytes of a file; empty when it lies in a zip, or has just changed, or
    is large and only its end was read: what only grows is known by that.

    A zip has a checksum of each member. A file that is written to while it is hashed has a hash
    that says nothing of what was read.
    """
    path = source.path
    if path is None or source.checksum or (is_resumed and source.size > _HASHED_ANYWAY):
        return ""
    try:
        with path.open("rb") as stream:
            found = hashlib.file_digest(stream, "sha256").hexdigest()
        status = path.stat()
    except OSError:
        return ""
    is_as_read = (status.st_size, status.st_mtime_ns // 1_000) == (
        source.size,
        to_micros(source.modified_at),
    )
    return found if is_as_read else ""
