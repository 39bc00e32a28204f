"""Rooms of Matrix as Element exports them in JSON: events, in the order of the room.

Edits, reactions and deletions are events of their own, which may stand anywhere behind what they
are about. An edit is told as a later version of its message; for the others, and for the names of
people, the file is read once before.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.chats import has_messages, match_of, read_chats
from minutebook.sources.formats.json.leaving_out import LeftOut
from minutebook.sources.formats.json.stream import Piece
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, unfold
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    objects,
    size_at,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, ConversationFound, Identity, Parsed
from minutebook.sources.source import Sample, Source

_LISTS = Unfolding(lists={"messages"})
_EVENT = frozenset({"event_id", "sender", "type"})
_ROOM = frozenset({"room_name", "export_date", "messages"})
_MESSAGES = frozenset({"m.room.message", "m.sticker"})
_POLLS = frozenset({"m.poll.start", "org.matrix.msc3381.poll.start"})
_GATHERED = frozenset({"m.reaction", "m.room.redaction"})
_FILES = frozenset({"m.image", "m.file", "m.audio", "m.video"})
_FALLBACK = re.compile(r"(?:> [^\n]*\n|>\n)+\n?")
_NOTICES = {
    "m.room.create": "room created",
    "m.room.name": "name of the room",
    "m.room.topic": "topic of the room",
    "m.room.pinned_events": "pinned messages changed",
    "m.room.encryption": "encryption begun",
    "m.room.tombstone": "room moved",
    "m.call.invite": "call",
}
_MEMBERSHIPS = {"join": "is here", "leave": "has left", "invite": "is invited", "ban": "is banned"}


class Matrix:
    """Objects with a `room_name` and events."""

    name = "matrix"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        match = Match(score=0.97, reason="Its messages are events of Matrix.")
        return match_of(sample, _is_export, match)

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        return read_chats(source, _LISTS, _Reader(_gathered(source), source.options.zone))


def _is_export(record: object) -> bool:
    if has_messages(record, "messages", _EVENT):
        return True
    return isinstance(record, dict) and record.keys() >= _ROOM


class _Gathered:
    """What stands behind the events it is about."""

    def __init__(self) -> None:
        self.room = ""
        self.names: dict[str, str] = {}
        self.deleted: set[str] = set()
        self.edited: set[str] = set()
        self._reactions: dict[str, dict[str, dict[str, None]]] = defaultdict(dict)

    def add(self, event: JsonObject) -> None:
        kind, content = text_at(event, "type"), as_object(event.get("content"))
        self.room = self.room or text_at(event, "room_id")
        if kind == "m.room.member" and (name := text_at(content, "displayname")):
            self.names[text_at(event, "state_key") or text_at(event, "sender")] = name
        elif kind == "m.room.redaction":
            self.deleted.add(text_at(event, "redacts") or text_at(content, "redacts"))
        elif kind == "m.reaction":
            relation = _relation(event)
            key, target = text_at(relation, "key"), text_at(relation, "event_id")
            if key and target:
                self._reactions[target].setdefault(key, {})[text_at(event, "sender")] = None
        elif text_at(_relation(event), "rel_type") == "m.replace":
            self.edited.add(text_at(_relation(event), "event_id"))

    def name(self, user: str) -> str:
        """Return what a user is called here; the id when no event says."""
        return self.names.get(user, user)

    def reactions(self, event: str) -> tuple[Reaction, ...]:
        return tuple(
            Reaction(name=key, count=len(users), authors=tuple(map(self.name, users)))
            for key, users in self._reactions.get(event, {}).items()
        )


def _gathered(source: Source) -> _Gathered:
    gathered = _Gathered()
    for found in unfold(source, _LISTS):
        for value in found.values if isinstance(found, Piece) else ():
            gathered.add(as_object(value))
    return gathered


class _Reader:
    """Reads the events of one room."""

    what = "an event of Matrix"

    def __init__(self, gathered: _Gathered, zone: ZoneInfo) -> None:
        self._gathered = gathered
        self._zone = zone
        self._edited: dict[str, JsonObject] = {}
        """What events that are edited later say, and their edits do not: when, and in answer to
        what."""

    def conversation(self, opening: Opening) -> ConversationFound:
        """Name a room by its id, which only its events have."""
        room, name = self._gathered.room, text_at(opening.members, "room_name")
        named = Identity.NAMED if name else Identity.UNKNOWN
        return ConversationFound(
            identity=Identity.GIVEN if room else named,
            native_id=room or name,
            title=name,
            ordinal=opening.number,
        )

    def is_message(self, record: JsonObject) -> bool:
        """Say whether an item is an event."""
        return "type" in record and "event_id" in record

    def turns(self, record: JsonObject, left_out: LeftOut) -> Iterable[TurnDraft]:
        """Read an event, with its edit when the server has put it in."""
        kind, content = text_at(record, "type"), as_object(record.get("content"))
        relation = _relation(record)
        if kind in _GATHERED:
            return
        if id_at(record, "event_id") in self._gathered.edited:
            self._edited[id_at(record, "event_id")] = {
                "origin_server_ts": record.get("origin_server_ts"),
                "m.relates_to": relation,
            }
        if text_at(relation, "rel_type") == "m.replace":
            target = text_at(relation, "event_id")
            original = dict(self._edited.get(target, {}))
            relates = {"m.relates_to": original.pop("m.relates_to", {})}
            new = as_object(content.get("m.new_content")) | relates
            yield self._draft(record | original | {"content": new, "event_id": target}, record)
        elif (turn := self._draft(record, record)).content.is_empty and not _is_deleted(turn):
            left_out.count(kind)
        else:
            yield turn
            unsigned = as_object(record.get("unsigned"))
            edit = as_object(as_object(unsigned.get("m.relations")).get("m.replace"))
            new = as_object(as_object(edit.get("content")).get("m.new_content"))
            if new:
                yield self._draft(record | {"content": content | new}, edit)

    def _draft(self, event: JsonObject, told: JsonObject) -> TurnDraft:
        """Read an event as another one tells it: itself, or its edit."""
        native_id, sender = id_at(event, "event_id"), text_at(event, "sender")
        moment = moment_at(event, self._zone, "origin_server_ts")
        is_deleted = (
            "redacted_because" in as_object(event.get("unsigned"))
            or native_id in self._gathered.deleted
        )
        is_said = text_at(event, "type") in _MESSAGES | _POLLS
        return TurnDraft(
            role=Role.PERSON if is_said else Role.SYSTEM,
            author=self._gathered.name(sender),
            content=self._content(event),
            native_id=native_id or None,
            at=moment.at,
            at_raw=moment.raw,
            as_of=None if is_deleted else moment_at(told, self._zone, "origin_server_ts").at,
            margin=self._margin(event, native_id, is_deleted=is_deleted),
        )

    def _margin(self, event: JsonObject, native_id: str, *, is_deleted: bool) -> Margin:
        relation = _relation(event)
        is_thread = text_at(relation, "rel_type") == "m.thread"
        answered = text_at(as_object(relation.get("m.in_reply_to")), "event_id")
        if is_thread and relation.get("is_falling_back") is True:
            answered = ""
        return Margin(
            replies_to=answered or None,
            thread=text_at(relation, "event_id") or None if is_thread else None,
            reactions=self._gathered.reactions(native_id),
            is_withdrawn=is_deleted,
        )

    def _content(self, event: JsonObject) -> Content:
        kind, content = text_at(event, "type"), as_object(event.get("content"))
        if kind in _POLLS:
            return Content(text=_poll(content))
        if kind not in _MESSAGES:
            return Content(text=self._notice(kind, event, content))
        body, file = text_at(content, "body"), text_at(content, "filename")
        if kind == "m.sticker" or text_at(content, "msgtype") in _FILES:
            caption = body if file and file != body else ""
            return Content(text=caption, attachments=(_attachment(content, file or body),))
        if as_object(_relation(event).get("m.in_reply_to")):
            body = _FALLBACK.sub("", body, count=1) if body.startswith(">") else body
        is_emote = text_at(content, "msgtype") == "m.emote"
        return Content(text=f"* {body}" if is_emote else body)

    def _notice(self, kind: str, event: JsonObject, content: JsonObject) -> str:
        if kind == "m.room.member":
            state = _MEMBERSHIPS.get(text_at(content, "membership"), "")
            who = self._gathered.name(text_at(event, "state_key") or text_at(event, "sender"))
            return f"{who} {state}" if state else ""
        said = _NOTICES.get(kind, "")
        detail = text_at(content, "name", "topic", "body")
        return f"{said}: {detail}" if said and detail else said


def _relation(event: JsonObject) -> JsonObject:
    return as_object(as_object(event.get("content")).get("m.relates_to"))


def _is_deleted(turn: TurnDraft) -> bool:
    return turn.margin.is_withdrawn


def _attachment(content: JsonObject, name: str) -> Attachment:
    info = as_object(content.get("info"))
    return Attachment(
        name=name or "file",
        media_type=text_at(info, "mimetype") or None,
        size=size_at(info, "size"),
    )


def _poll(content: JsonObject) -> str:
    poll = next((as_object(content[key]) for key in content if key.endswith("poll.start")), {})
    poll = poll or as_object(content.get("m.poll"))
    answers = [_words(answer) for answer in objects(as_list(poll.get("answers")))]
    return "\n".join([_words(as_object(poll.get("question"))), *(f"- {one}" for one in answers)])


def _words(said: JsonObject) -> str:
    """Read text as extensible events have it."""
    marked = said.get("m.text")
    parts = [text_at(part, "body") for part in objects(as_list(marked))]
    plain = text_at(said, "body", "org.matrix.msc1767.text", "m.text")
    return plain or next(filter(None, parts), "")
