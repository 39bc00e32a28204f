"""The package in which Discord hands out one's own data: a folder per channel, of one's own words.

The messages lie beside a `channel.json` that says where they were said, below an index of names;
who said them is only in the file of the account. They are in JSON, in older packages in CSV, the
newest first, and are put in the order of their ids, which is that of time.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from dataclasses import dataclass
from io import TextIOWrapper
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Attachment, Content, Role, TurnDraft
from minutebook.sources.formats.discord.text import plain
from minutebook.sources.formats.json.leaving_out import unreadable
from minutebook.sources.formats.json.sample import peek
from minutebook.sources.formats.json.stream import document_pieces
from minutebook.sources.formats.json.values import JsonObject, as_object, id_at, moment_at, text_at
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

_COLUMNS = ("ID", "Timestamp", "Contents")
_MESSAGE = frozenset(_COLUMNS)
_FOLDER = re.compile(r"c?(\d{15,20})")
_ACCOUNTS = ("account/user.json", "Account/user.json")
_LISTS = frozenset({"channel.json", "index.json", "user.json"})
_INDEXES = ("messages/index.json", "Messages/index.json")
_OTHER_FOLDERS = frozenset({"account", "activities", "activity", "ads", "programs", "servers"})
"""What else a package holds: what was clicked on, where one is a member, what one has bought."""
_UTC = ZoneInfo("UTC")
_LONGEST_FIELD = 1 << 20
_SHORTEST = 16


class DiscordPackage:
    """Lists of `ID`, `Timestamp`, `Contents`."""

    name = "discord_package"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        head = sample.text().lstrip("\ufeff")
        if head.startswith(",".join(_COLUMNS)):
            return Match(score=0.95, reason="It is a table of messages, as Discord hands them out.")
        if _lies_beside(sample.source):
            reason = "It lies beside the messages in a package of Discord; no messages."
            return Match(score=0.9, reason=reason, holds_messages=False)
        found = peek(sample)
        if found is None:
            return None
        if _is_without_words(sample.source):
            reason = (
                "It is a channel of a package of Discord in which one said nothing; no messages."
            )
            return Match(score=0.9, reason=reason, holds_messages=False)
        if found.records and found.share(_is_message) >= 0.5:
            return Match(score=0.95, reason="Its messages have `ID`, `Timestamp` and `Contents`.")
        if sample.source.name in _LISTS and _is_list(sample.source, found.records):
            return Match(
                score=0.9,
                reason="It is a list of a package of Discord; no messages.",
                holds_messages=False,
            )
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: packages are written anew as a whole."""
        if source.name in _LISTS or _lies_beside(source) or _is_without_words(source):
            return
        yield _conversation(source)
        author = _author(source)
        messages: list[_Message] = []
        for item in _rows(source) if source.name.endswith(".csv") else _records(source):
            if isinstance(item, Unreadable):
                yield item
            else:
                messages.append(item)
        for message in sorted(messages, key=lambda message: message.order):
            yield TurnFound(draft=_draft(message, author))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Message:
    id: str
    time: str
    text: str
    files: str

    @property
    def order(self) -> tuple[int, str]:
        return len(self.id), self.id


def _lies_beside(source: Source) -> bool:
    """Say whether a file of a package is its readme, or in another folder than the messages."""
    if source.name == "README.txt" and source.companion(*_INDEXES):
        return True
    for above, folder in enumerate(reversed(source.folders), 1):
        if folder.lower() in _OTHER_FOLDERS and source.companion(*_INDEXES, above=above):
            return True
    return False


def _is_without_words(source: Source) -> bool:
    """Say whether a file is the empty list of messages of a channel."""
    is_list = source.name == "messages.json" and source.size < _SHORTEST
    if not is_list or source.companion("channel.json") is None:
        return False
    return source.sample().head.strip() == b"[]"


def _is_message(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _MESSAGE


def _is_list(source: Source, records: tuple[object, ...]) -> bool:
    record = as_object(records[0]) if records else {}
    if source.name == "channel.json":
        return _FOLDER.fullmatch(id_at(record, "id")) is not None and "type" in record
    if source.name == "index.json":
        return bool(record) and all(_FOLDER.fullmatch(key) for key in record)
    return "username" in record and "discriminator" in record


def _records(source: Source) -> Iterator[_Message | Unreadable]:
    for piece in document_pieces(source):
        for value in piece.values:
            if not _is_message(value):
                yield unreadable(value, piece.place, "It is not a message of Discord.")
                continue
            record = as_object(value)
            yield _Message(
                id=id_at(record, "ID"),
                time=text_at(record, "Timestamp"),
                text=text_at(record, "Contents"),
                files=text_at(record, "Attachments"),
            )
        yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)


def _rows(source: Source) -> Iterator[_Message | Unreadable]:
    csv.field_size_limit(_LONGEST_FIELD)
    with source.open() as stream, TextIOWrapper(stream, "utf-8-sig", "replace", newline="") as text:
        rows = csv.reader(line.replace("\0", "") for line in text)
        try:
            for row in rows:
                if row[: len(_COLUMNS)] != [*_COLUMNS] and row:
                    yield _row(row, rows.line_num)
        except csv.Error as error:
            place, reason = f"line {rows.line_num}", f"It is no table of messages: {error}."
            yield Unreadable(rejected=Rejected(place=place, reason=reason))


def _row(row: list[str], line: int) -> _Message | Unreadable:
    if len(row) < len(_COLUMNS) or not row[0].isdigit():
        excerpt = ",".join(row)[:200]
        reason = "It is not a message of Discord."
        return Unreadable(rejected=Rejected(place=f"line {line}", reason=reason, excerpt=excerpt))
    files = row[3] if len(row) > len(_COLUMNS) else ""
    return _Message(id=row[0], time=row[1], text=row[2], files=files)


def _draft(message: _Message, author: str) -> TurnDraft:
    moment = moment_at({"at": message.time}, _UTC, "at")
    names = [url.partition("?")[0].rpartition("/")[2] for url in message.files.split()]
    return TurnDraft(
        role=Role.PERSON,
        author=author,
        content=Content(
            text=plain(message.text, {}),
            attachments=tuple(Attachment(name=name) for name in names if name),
        ),
        native_id=message.id or None,
        at=moment.at,
        at_raw=moment.raw,
        as_of=moment.at,
    )


def _conversation(source: Source) -> ConversationFound:
    channel = _read(source.companion("channel.json"))
    folder = _FOLDER.fullmatch(source.folders[-1]) if source.folders else None
    native_id = id_at(channel, "id") or (folder.group(1) if folder else "")
    index = _read(source.companion("index.json", above=1))
    title = text_at(index, native_id) or text_at(channel, "name")
    guild = text_at(as_object(channel.get("guild")), "name")
    return ConversationFound(
        identity=Identity.GIVEN if native_id else Identity.UNKNOWN,
        native_id=native_id,
        title=f"{guild} / {title}" if guild and title and guild not in title else title,
    )


def _author(source: Source) -> str:
    account = _read(source.companion(*_ACCOUNTS, above=2))
    return text_at(account, "global_name", "username")


def _read(source: Source | None) -> JsonObject:
    """Read the only object of a file beside; an empty one when there is none."""
    for piece in document_pieces(source) if source is not None else ():
        for value in piece.values:
            return as_object(value)
    return {}
