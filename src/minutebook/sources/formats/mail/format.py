"""Mailboxes and single mails: a thread is a conversation, a mail in it a turn.

A thread is named by the mail that began it, which every answer refers to; so the mails of a thread
find each other from any files, in any order. In a mailbox a line that begins with `From ` behind a
blank one begins a mail. It is only appended to, and the last mail in it may still be written.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from typing import NamedTuple

from minutebook.domain.quarantine import Rejected
from minutebook.sources.formats.json.framing import lines
from minutebook.sources.formats.json.values import as_object, size_at
from minutebook.sources.formats.mail.messages import UNREADABLE, mail_of
from minutebook.sources.formats.mail.messages import Mail as Letter
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.lines import EXCERPT, decode_line, skip
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_BEGIN = re.compile(rb"From .*\d{4}[ \t\r]*$")
_QUOTED = re.compile(rb">+From ")
_HEADER = re.compile(r"([A-Za-z][A-Za-z0-9-]{0,75}):")
_KNOWN = frozenset(
    "from to cc date subject message-id received mime-version return-path delivered-to".split()
)
_ENOUGH = 3
_LONGEST = 1 << 26
"""Bytes of a mail that are kept."""
_PER_CHECKPOINT = 200
_REMEMBERED = 2_000


class Mail:
    """Mailboxes (`mbox`) and single mails (`.eml`, and those of a Maildir)."""

    name = "mail"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        head = sample.lines()
        while head and not head[0].strip():
            del head[0]
        if not head:
            return None
        head[0] = head[0].removeprefix("\ufeff")
        is_box = _BEGIN.match(head[0].encode("utf-8", "replace")) is not None
        found = _headers(head[1:] if is_box else head)
        if is_box and len(found) > 1:
            return Match(score=0.97, reason="It is a mailbox: it begins with `From ` and a mail.")
        if "from" in found and len(found) >= _ENOUGH:
            return Match(score=0.9, reason=f"It begins as a mail: {', '.join(sorted(found))}.")
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return _Reader(source, resume).read()


def _headers(head: list[str]) -> frozenset[str]:
    """Return the names of the headers with which a text begins, as far as mails have them."""
    names = set()
    for line in head:
        named = _HEADER.match(line)
        if named is not None:
            names.add(named[1].lower())
        elif not line.startswith((" ", "\t", ">From ")):
            break
    return frozenset(names & _KNOWN)


class _Piece(NamedTuple):
    """The bytes of one mail."""

    offset: int
    number: int
    """Of its first line."""
    data: bytes
    is_cut: bool
    """Whether it was longer than is kept."""
    is_last: bool


def _pieces(source: Source, offset: int, number: int) -> Iterator[_Piece]:
    """Split a mailbox into mails; a file that is none is one mail."""
    kept: list[bytes] = []
    size, begin, first = 0, offset, number
    is_blank, is_box = True, offset > 0
    with source.open() as stream:
        skip(stream, offset)
        for at, frame in enumerate(lines(stream, offset), number):
            data = frame.data.removesuffix(b"\r").removeprefix(b"\xef\xbb\xbf" if at == 1 else b"")
            if is_blank and _BEGIN.match(data) and (is_box or not any(kept)):
                if any(kept):
                    yield _piece(begin, first, kept, size, is_last=False)
                kept, size, begin, first, is_box = [], 0, frame.offset, at, True
            else:
                size += len(data) + 1
                if size <= _LONGEST:
                    kept.append(data[1:] if is_box and _QUOTED.match(data) else data)
            is_blank = not data.strip()
    if any(kept):
        yield _piece(begin, first, kept, size, is_last=True)


def _piece(offset: int, number: int, kept: list[bytes], size: int, *, is_last: bool) -> _Piece:
    while kept and not kept[0].strip():
        del kept[0]
    return _Piece(offset, number, b"\n".join(kept), size > _LONGEST, is_last)


class _Reader:
    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        state = as_object(json.loads(resume.state)) if resume and resume.state else {}
        self._source = source
        self._offset = resume.offset if resume else 0
        self._number = size_at(state, "line") or 1
        self._roots: dict[str, str] = as_object(state.get("roots"))
        """The first mail of the threads in which mails are, for answers that name one alone."""
        self._told: dict[str, None] = {}
        """Threads that have been found: answers may have other subjects."""
        self._begun = 0

    def read(self) -> Iterator[Parsed]:
        for count, piece in enumerate(_pieces(self._source, self._offset, self._number)):
            if piece.is_last or count % _PER_CHECKPOINT == _PER_CHECKPOINT - 1:
                state = {"line": piece.number, "roots": self._roots}
                yield Checkpoint(offset=piece.offset, state=json.dumps(state))
            if not (piece.is_last and self._source.is_growing):
                yield from self._mail(piece)

    def _mail(self, piece: _Piece) -> Iterator[Parsed]:
        place = f"the mail at line {piece.number}"
        excerpt = decode_line(piece.data[:EXCERPT])
        try:
            letter = mail_of(piece.data, self._source.options.zone)
        except UNREADABLE as error:
            reason = f"It cannot be read as a mail: {error!r:.100}."
            yield Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt))
            return
        if piece.is_cut:
            reason = f"It is longer than {_LONGEST >> 20} MB; its rest was left out."
            yield Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt))
        if not letter.draft.content.is_empty:
            yield self._thread(letter)
            yield TurnFound(draft=letter.draft)

    def _thread(self, letter: Letter) -> ConversationFound:
        own = letter.draft.native_id or ""
        first = letter.references[0] if letter.references else own
        root = self._roots.get(first, first)
        if own and root:
            self._roots[own] = root
            if len(self._roots) > _REMEMBERED:
                del self._roots[next(iter(self._roots))]
        is_told = root in self._told
        self._told[root] = None
        if len(self._told) > _REMEMBERED:
            del self._told[next(iter(self._told))]
        self._begun += 1
        return ConversationFound(
            identity=Identity.GIVEN if root else Identity.UNKNOWN,
            native_id=root,
            title="" if root and is_told else letter.subject,
            ordinal=self._begun - 1,
        )
