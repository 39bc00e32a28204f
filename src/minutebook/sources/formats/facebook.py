"""Conversations from the exports of Facebook, Messenger and Instagram.

They are written the newest first, in files of a bearable size, and are turned round here. What is
beyond ASCII is written as the bytes of its UTF-8, each as one character, and is put right; the
exports of encrypted chats have other names for everything, and no such damage.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.chats import has_messages, match_of
from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, members_of, unfold
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    objects,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_LISTS = Unfolding(lists={"messages"})
_OPEN = frozenset({"sender_name", "timestamp_ms"})
_ENCRYPTED = frozenset({"senderName", "timestamp"})
_NOTICES = frozenset({"Call", "Subscribe", "Unsubscribe"})
_DEEPEST = 20
_FILES = {
    "photos": "image/jpeg",
    "videos": "video/mp4",
    "audio_files": "audio/mp4",
    "gifs": "image/gif",
    "files": "",
    "media": "",
}


class Facebook:
    """Objects of participants and messages with a `sender_name`."""

    name = "facebook"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        match = Match(score=0.96, reason="Its messages have a sender's name and milliseconds.")
        return match_of(sample, _is_export, match)

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        around = members_of(source, _LISTS)
        is_open = "threadName" not in around
        yield _conversation(as_object(_repaired(around)) if is_open else around)
        left_out, read = LeftOut(), list[tuple[int, TurnDraft]]()
        for found in unfold(source, _LISTS):
            if isinstance(found, Opening):
                continue
            for value in found.values:
                record = as_object(_repaired(value) if is_open else value)
                if not any(keys <= record.keys() for keys in (_OPEN, _ENCRYPTED)):
                    yield unreadable(value, found.place, "It is not a message of Facebook.")
                elif (draft := _draft(record, source.options.zone)) is not None:
                    read.append((_milliseconds(record), draft))
                else:
                    left_out.count("empty")
            yield from (Unreadable(rejected=rejected) for rejected in found.rejected)
        read.reverse()  # what was said in one millisecond keeps its order
        for _, draft in sorted(read, key=lambda one: one[0]):
            yield TurnFound(draft=draft)
        yield from left_out.notes()


def _is_export(record: object) -> bool:
    if has_messages(record, "messages", _OPEN):
        return True
    is_encrypted = isinstance(record, dict) and "threadName" in record
    return is_encrypted and has_messages(record, "messages", _ENCRYPTED)


def _conversation(around: JsonObject) -> ConversationFound:
    people = [
        one if isinstance(one, str) else text_at(as_object(one), "name")
        for one in as_list(around.get("participants"))
    ]
    path = text_at(around, "thread_path").rpartition("/")[2] or text_at(around, "threadName")
    title = text_at(around, "title") or text_at(around, "threadName").rpartition("_")[0]
    return ConversationFound(
        identity=Identity.GIVEN if path else Identity.UNKNOWN,
        native_id=path,
        title=title or ", ".join(filter(None, people)),
    )


def _milliseconds(record: JsonObject) -> int:
    at = record.get("timestamp_ms", record.get("timestamp"))
    return at if isinstance(at, int) else 0


def _draft(record: JsonObject, zone: ZoneInfo) -> TurnDraft | None:
    """Read a message; None when it says nothing at all."""
    is_withdrawn = record.get("is_unsent") is True or record.get("isUnsent") is True
    content = Content(text=_text(record), attachments=tuple(_files(record)))
    if content.is_empty and not is_withdrawn:
        return None
    moment = moment_at(record, zone, "timestamp_ms", "timestamp")
    is_notice = text_at(record, "type") in _NOTICES
    return TurnDraft(
        role=Role.SYSTEM if is_notice else Role.PERSON,
        author=text_at(record, "sender_name", "senderName"),
        content=content,
        at=moment.at,
        at_raw=moment.raw,
        margin=Margin(reactions=tuple(_reactions(record)), is_withdrawn=is_withdrawn),
    )


def _text(record: JsonObject) -> str:
    share = as_object(record.get("share"))
    link, said = text_at(share, "link"), text_at(record, "content", "text")
    parts = (said, text_at(share, "share_text"), link if link not in said else "")
    return "\n".join(part for part in parts if part)


def _files(record: JsonObject) -> Iterator[Attachment]:
    for key, usual in _FILES.items():
        for file in objects(as_list(record.get(key))):
            yield _file(file, usual)
    if sticker := as_object(record.get("sticker")):
        yield _file(sticker, "image/sticker")


def _file(file: JsonObject, media_type: str) -> Attachment:
    name = text_at(file, "uri").partition("?")[0].rpartition("/")[2]
    return Attachment(name=name or "file", media_type=media_type or None)


@dataclass(slots=True)
class _Tally:
    """Who reacted with one sign."""

    count: int
    authors: list[str]


def _reactions(record: JsonObject) -> Iterator[Reaction]:
    found: dict[str, _Tally] = {}
    for reaction in objects(as_list(record.get("reactions"))):
        if name := id_at(reaction, "reaction"):
            tally = found.setdefault(name, _Tally(0, []))
            tally.count += 1
            tally.authors += filter(None, [text_at(reaction, "actor")])
    for name, tally in found.items():
        yield Reaction(name=name, count=tally.count, authors=tuple(tally.authors))


def _repaired(value: object, depth: int = 0) -> object:
    """Put the texts in a value right, as far as they are damaged."""
    if isinstance(value, str):
        return value if value.isascii() else _text_repaired(value)
    if depth > _DEEPEST:
        return value
    if isinstance(value, list):
        return [_repaired(one, depth + 1) for one in value]
    if isinstance(value, dict):
        return {key: _repaired(one, depth + 1) for key, one in value.items()}
    return value


def _text_repaired(text: str) -> str:
    try:
        return text.encode("latin-1").decode()
    except UnicodeError:  # it was right
        return text
