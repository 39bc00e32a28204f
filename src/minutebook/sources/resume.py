"""Where reading a growing file is taken up again.

What is kept is the format's own checkpoint, what the importer knew there, and enough of the bytes
around it to notice that the file was written anew.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import asdict, dataclass

from minutebook.domain.identity import digest
from minutebook.domain.turns import TurnDraft
from minutebook.sources.parsed import Checkpoint
from minutebook.sources.source import Source

_HEAD = 4_096
_TAIL = 1_024


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTurn:
    """The last turn of a file, whose record may not have been written to its end."""

    key: str
    author: str
    at: str
    length: int
    text_hash: str

    @classmethod
    def of(cls, key: str, draft: TurnDraft) -> OpenTurn:
        """Describe a turn that has been recorded."""
        text = draft.content.text
        return cls(
            key=key,
            author=draft.author,
            at=str(draft.at),
            length=len(text),
            text_hash=digest(text),
        )

    def is_read_again(self, draft: TurnDraft, *, is_same_place: bool) -> bool:
        """Say whether a draft is another reading of the same record.

        At the same place of the file the frame tells; elsewhere it must also begin with the text
        that was read then.
        """
        text = draft.content.text
        if draft.author != self.author or str(draft.at) != self.at:
            return False
        return is_same_place or (
            len(text) > self.length and digest(text[: self.length]) == self.text_hash
        )


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

    @property
    def checkpoint(self) -> Checkpoint:
        """The format's own part."""
        return Checkpoint(offset=self.offset, state=self.state)


@dataclass(frozen=True, slots=True, kw_only=True)
class Resume:
    """What is kept of a source between two readings."""

    bookmark: Bookmark | None = None
    open_turn: OpenTurn | None = None
    unsettled: tuple[tuple[str, str], ...] = ()
    """Conversations whose end may not have been read, with the key of the last turn read."""

    def to_json(self) -> str:
        """Write it for the store."""
        return json.dumps(
            {
                "bookmark": asdict(self.bookmark) if self.bookmark else None,
                "open_turn": asdict(self.open_turn) if self.open_turn else None,
                "unsettled": self.unsettled,
            },
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> Resume:
        """Read it back; the empty text is the beginning."""
        members = json.loads(text) if text else {}
        bookmark, open_turn = members.get("bookmark"), members.get("open_turn")
        return cls(
            bookmark=Bookmark(**bookmark) if bookmark else None,
            open_turn=OpenTurn(**open_turn) if open_turn else None,
            unsettled=tuple((id_, key) for id_, key in members.get("unsettled", ())),
        )


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
