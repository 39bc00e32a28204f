"""Zulip: a topic of a channel, or a private talk, is a conversation.

The export of an organisation has all messages in the order of their ids, and everybody's names in
a file beside; archives have a file per topic, in a folder per channel, and messages in HTML. Ids
of messages are those of one server, so that they name a message only within its conversation: one
that was moved to another topic between two exports is in both.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from urllib.parse import unquote
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.chats import has_messages
from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, unfold
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    objects,
    text_at,
)
from minutebook.sources.formats.markup import text_of_html
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.zulip.realm import GROUP, STREAM, Realm, Realms
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_LISTS = Unfolding(lists={"", "messages", "zerver_message"})
_EXPORTED = frozenset({"id", "sender", "recipient", "date_sent"})
_RETURNED = frozenset({"id", "sender_full_name", "content", "timestamp"})
_UPLOAD = re.compile(r"/user_uploads/[^\s\"'<>()\]]+")
_ESCAPED = re.compile(r"\.([0-9A-Fa-f]{2})")
_SERVER_FILES = re.compile(r"realm\.json|stream_index\.json")
_USER_MESSAGES = "zerver_usermessage"


class Zulip:
    """Messages with `zerver_message` above them, or with a `sender_full_name`."""

    name = "zulip"

    def __init__(self) -> None:
        self._realms = Realms()

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_export)
        if found is None:
            return None
        if any(map(_is_export, found.records)):
            return Match(score=0.96, reason="Its messages are written as Zulip writes them.")
        if _SERVER_FILES.fullmatch(sample.source.name) and any(map(_is_list, found.records)):
            return Match(
                score=0.92,
                reason="It is a list of an export of Zulip; no messages.",
                holds_messages=False,
            )
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        if _SERVER_FILES.fullmatch(source.name):
            return
        reader, left_out = _Reader(source, self._realms.of(source)), LeftOut()
        for found in unfold(source, _LISTS):
            if isinstance(found, Opening):
                continue
            for value in found.values:
                record = as_object(value)
                if record.keys() >= _EXPORTED or record.keys() >= _RETURNED:
                    yield from reader.read(record, left_out)
                else:
                    yield unreadable(value, found.place, "It is not a message of Zulip.")
            yield from (Unreadable(rejected=rejected) for rejected in found.rejected)
        yield from left_out.notes()


def _is_export(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    if record.keys() >= _RETURNED or has_messages(record, "zerver_message", _EXPORTED):
        return True
    if isinstance(record.get("zerver_message"), list) and _USER_MESSAGES in record:
        return True
    return has_messages(record, "messages", _RETURNED)


def _is_list(record: object) -> bool:
    return isinstance(record, dict) and any(
        key.startswith("zerver_") or key == "streams" for key in record
    )


class _Reader:
    """Reads the messages of one file, which may go from topic to topic."""

    def __init__(self, source: Source, realm: Realm) -> None:
        self._source = source
        self._zone = source.options.zone
        self._realm = realm
        self._current: ConversationFound | None = None
        self._named: ConversationFound | None = None
        """The topic that the file is, by its name and its folder."""

    def read(self, record: JsonObject, left_out: LeftOut) -> Iterator[Parsed]:
        """Read a message, with its earlier versions."""
        is_exported = record.keys() >= _EXPORTED
        drafts = _exported(record, self._realm, self._zone)
        if not is_exported:
            drafts = iter((_returned(record, self._zone),))
        read = [draft for draft in drafts if not draft.content.is_empty]
        if not read:
            left_out.count("empty")
            return
        found = self._talk(record) if is_exported else self._topic(record)
        if found != self._current:
            self._current = found
            yield found
        yield from (TurnFound(draft=draft) for draft in read)

    def _talk(self, record: JsonObject) -> ConversationFound:
        """Say to whom a message of an export was sent."""
        realm, recipient = self._realm, id_at(record, "recipient")
        kind, target = realm.recipients.get(recipient, (STREAM, f"recipient {recipient}"))
        if kind == STREAM:
            topic = text_at(record, "subject")
            stream = realm.streams.get(target, target)
            return _found(f"{realm.name}/{target}/{topic}", f"{stream} > {topic}")
        people = realm.members(recipient) if kind == GROUP else []
        people = people or sorted({id_at(record, "sender"), target})
        names = ", ".join(map(realm.person, people))
        return _found(f"{realm.name}/private/{','.join(people)}", names)

    def _topic(self, record: JsonObject) -> ConversationFound:
        """Say to whom a message was sent: by itself, or by the folder and the name of its file."""
        stream, topic = record.get("display_recipient"), text_at(record, "subject", "topic")
        if isinstance(stream, str) and stream:
            id_ = id_at(record, "stream_id")
            return _found(f"{id_ or stream}/{topic}", f"{stream} > {topic}")
        if people := objects(as_list(stream)):
            names = sorted(text_at(one, "full_name", "email") for one in people)
            ids = sorted(id_at(one, "id") for one in people)
            return _found(f"private/{','.join(ids)}", ", ".join(names))
        self._named = self._named or _topic_of(self._source)
        return self._named


def _topic_of(source: Source) -> ConversationFound:
    """Say which topic a file of an archive is."""
    folder = source.folders[-1] if source.folders else ""
    name = _plain_name(source.stem)
    number, dash, channel = folder.partition("-")
    if not (dash and number.isdigit()):
        return ConversationFound(identity=Identity.NAMED, native_id=name, title=name)
    return _found(f"{folder}/{name}", f"{_plain_name(channel)} > {name}")


def _found(native_id: str, title: str) -> ConversationFound:
    return ConversationFound(identity=Identity.GIVEN, native_id=native_id, title=title)


def _plain_name(name: str) -> str:
    """Read a name as it stands in addresses of Zulip: with a dot in the place of a percent sign."""
    return unquote(_ESCAPED.sub(r"%\1", name))


def _exported(record: JsonObject, realm: Realm, zone: ZoneInfo) -> Iterator[TurnDraft]:
    sender, native_id = id_at(record, "sender"), id_at(record, "id")
    moment = moment_at(record, zone, "date_sent")
    edited = moment_at(record, zone, "last_edit_time").at
    margin = Margin(reactions=realm.reactions(native_id))
    versions = [(text, moment_at(began, zone, "timestamp").at) for text, began in _earlier(record)]
    for text, told in [*versions, (text_at(record, "content"), edited)]:
        yield TurnDraft(
            role=Role.SYSTEM if sender in realm.notifiers else Role.PERSON,
            author=realm.person(sender),
            content=Content(text=text, attachments=tuple(_uploads(text))),
            native_id=native_id or None,
            at=moment.at,
            at_raw=moment.raw,
            as_of=told or moment.at,
            margin=margin,
        )


def _earlier(record: JsonObject) -> Iterator[tuple[str, JsonObject]]:
    """Yield what a message said before its edits, each with the edit that it began with."""
    history = record.get("edit_history")
    if isinstance(history, str) and history:
        try:
            history = json.loads(history)
        except (ValueError, RecursionError):
            return
    edits = [one for one in objects(as_list(history)) if "prev_content" in one]
    began: JsonObject = {}
    for edit in reversed(edits):
        yield text_at(edit, "prev_content"), began
        began = edit


def _returned(record: JsonObject, zone: ZoneInfo) -> TurnDraft:
    html = text_at(record, "content")
    moment = moment_at(record, zone, "timestamp")
    is_html = text_at(record, "content_type") != "text/x-markdown"
    return TurnDraft(
        role=Role.PERSON,
        author=text_at(record, "sender_full_name"),
        content=Content(
            text=text_of_html(html) if is_html else html, attachments=tuple(_uploads(html))
        ),
        native_id=id_at(record, "id") or None,
        at=moment.at,
        at_raw=moment.raw,
        as_of=moment_at(record, zone, "last_edit_timestamp").at or moment.at,
        margin=Margin(reactions=tuple(_reactions(record))),
    )


def _uploads(text: str) -> Iterator[Attachment]:
    for path in dict.fromkeys(_UPLOAD.findall(text)):
        yield Attachment(name=unquote(path.rpartition("/")[2]) or "file")


def _reactions(record: JsonObject) -> Iterator[Reaction]:
    found: dict[str, list[str]] = {}
    for reaction in objects(as_list(record.get("reactions"))):
        name = text_at(reaction, "emoji_name")
        found.setdefault(name, []).append(text_at(as_object(reaction.get("user")), "full_name"))
    for name, users in found.items():
        if name:
            yield Reaction(name=name, count=len(users), authors=tuple(filter(None, users)))
