"""One mail: who wrote it, when, in answer to what, and what it says.

The parser of the standard library is asked for plain values alone, and headers are decoded here:
mails have been written by everything for decades, and nothing in one may be fatal.
"""

from __future__ import annotations

import re
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC
from email import message_from_bytes
from email.errors import MessageError
from email.header import decode_header, make_header
from email.message import Message
from email.utils import parseaddr, parsedate_to_datetime
from typing import TypeAlias
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Role, TurnDraft
from minutebook.sources.formats.markup import text_of_html
from minutebook.sources.formats.text.lines import decode_line

UNREADABLE = (ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError)
"""What the standard library raises for mails that break its rules."""

_ID = re.compile(r"<([^<>\s]{1,998})>")
_ANSWER = re.compile(r"(?:\s*(?:re|aw|sv|vs|antw|fwd?|wg|tr)(?:\[\d+\])?\s*:)+\s*", re.IGNORECASE)
_LONGEST = 500
_DEEPEST = 50

_Part: TypeAlias = "Message[str, str]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mail:
    """A mail as a turn, and what ties it to others."""

    draft: TurnDraft
    subject: str
    """Without the words that mark answers."""
    references: tuple[str, ...]
    """Ids of the mails before it in its thread, the first one first."""


def mail_of(data: bytes, zone: ZoneInfo) -> Mail:
    """Read a mail. Raises what `UNREADABLE` lists."""
    message: _Part = message_from_bytes(data)
    subject = _header(message, "Subject")
    answered = _ids(message, "In-Reply-To")[:1]
    references = _ids(message, "References") or answered
    before = answered or references[-1:]
    draft = TurnDraft(
        role=Role.PERSON,
        content=_content(message, subject),
        author=_author(message),
        native_id=next(iter(_ids(message, "Message-ID")), None),
        margin=Margin(replies_to=before[0] if before else None),
    )
    return Mail(
        draft=_dated(draft, _header(message, "Date"), zone),
        subject=_ANSWER.sub("", subject, count=1).strip(),
        references=tuple(references),
    )


def _header(message: _Part, name: str) -> str:
    """Return a header on one line, decoded as far as it can be."""
    raw = str(message.get(name, ""))
    with suppress(*UNREADABLE):
        raw = str(make_header(decode_header(raw)))
    return " ".join(raw.encode("utf-8", "surrogateescape").decode("utf-8", "replace").split())


def _ids(message: _Part, name: str) -> list[str]:
    return _ID.findall(_header(message, name))


def _author(message: _Part) -> str:
    written = _header(message, "From") or _header(message, "Sender")
    name, address = parseaddr(written)
    return (name or address or written)[:_LONGEST]


def _dated(draft: TurnDraft, raw: str, zone: ZoneInfo) -> TurnDraft:
    try:
        at = parsedate_to_datetime(raw)
        zone_known = at.tzinfo is not None
        at = (at if zone_known else at.replace(tzinfo=zone)).astimezone(UTC)
    except (*UNREADABLE, OverflowError):
        return replace(draft, at_raw=raw[:100])
    return replace(draft, at=at, at_raw=raw[:100], zone_known=zone_known)


@dataclass(slots=True)
class _Body:
    """What was found in the parts of a mail."""

    texts: list[str] = field(default_factory=list)
    attachments: list[Attachment] = field(default_factory=list)

    def take(self, part: _Part, depth: int = 0) -> None:
        """Take what a part says, and the parts in it."""
        kind = part.get_content_type()
        if part.is_multipart() and kind.startswith("multipart/") and depth < _DEEPEST:
            self._take_all(part, kind, depth + 1)
        elif _is_words(part, kind):
            text = _decoded(part)
            said = (
                (text_of_html(text) if kind == "text/html" else text).replace("\r\n", "\n").strip()
            )
            self.texts += [said] if said else []
        else:
            self.attachments.append(_attachment(part, kind))

    def _take_all(self, part: _Part, kind: str, depth: int) -> None:
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        if kind != "multipart/alternative":
            for one in inner:
                self.take(one, depth)
            return
        # The same in several forms: the plainest that says anything.
        for one in sorted(inner, key=lambda one: one.get_content_type() != "text/plain"):
            before = len(self.texts)
            self.take(one, depth)
            if len(self.texts) > before:
                return


def _content(message: _Part, subject: str) -> Content:
    body = _Body()
    body.take(message)
    text = "\n\n".join(body.texts) or subject
    return Content(text=text, attachments=tuple(body.attachments))


def _is_words(part: _Part, kind: str) -> bool:
    is_attached = str(part.get("Content-Disposition", "")).lower().startswith("attachment")
    return kind in ("text/plain", "text/html") and not is_attached and not part.get_filename()


def _decoded(part: _Part) -> str:
    payload = part.get_payload(decode=True)
    data = payload if isinstance(payload, bytes) else b""
    try:
        return data.decode(part.get_content_charset() or "utf-8")
    except (LookupError, UnicodeDecodeError):
        return decode_line(data)


def _attachment(part: _Part, kind: str) -> Attachment:
    payload = part.get_payload(decode=True)
    name = part.get_filename() or ""
    with suppress(*UNREADABLE):
        name = str(make_header(decode_header(name)))
    if kind == "message/rfc822" and not name:
        inner = [one for one in part.get_payload() if isinstance(one, Message)]
        name = next((_header(one, "Subject") for one in inner), "")
    size = len(payload) if isinstance(payload, bytes) else None
    return Attachment(name=(name or kind)[:_LONGEST], media_type=kind, size=size)
