"""The `result.json` of Telegram Desktop: one chat, or all chats of an account.

Messages are numbered within their chat; chats are numbered by kind, and the number of a person can
be that of a group, so that the kind is part of a chat's name here. Topics of a forum are told by
the notices that open them, which every message of the topic seems to answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Content, Margin, Role, TurnDraft
from minutebook.sources.formats.json.chats import match_of, read_chats
from minutebook.sources.formats.json.leaving_out import LeftOut
from minutebook.sources.formats.json.unfolding import Opening, Unfolding
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
from minutebook.sources.formats.telegram.messages import (
    attachments_of,
    notice_of,
    reactions_of,
    text_of,
)
from minutebook.sources.parsed import Checkpoint, ConversationFound, Identity, Parsed
from minutebook.sources.source import Sample, Source

_LISTS = Unfolding(lists={"messages"}, through={"chats", "left_chats", "list"})
_CHAT_LISTS = ("chats", "left_chats")
_ACCOUNT = frozenset({"personal_information", "contacts", "frequent_contacts", *_CHAT_LISTS})
_KINDS = {
    "personal_chat": "user",
    "bot_chat": "user",
    "saved_messages": "user",
    "replies": "user",
    "verification_codes": "user",
    "private_group": "chat",
    "private_supergroup": "channel",
    "public_supergroup": "channel",
    "private_channel": "channel",
    "public_channel": "channel",
}
_UNNAMED = {"saved_messages": "Saved messages", "replies": "Replies"}
_DELETED_ACCOUNT = "Deleted account"


class Telegram:
    """Chats whose messages have a `type`, a `date` and a `text`."""

    name = "telegram"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        match = Match(score=0.96, reason="Its messages are written as Telegram Desktop does.")
        return match_of(sample, _is_export, match)

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        return read_chats(source, _LISTS, _Reader(source.options.zone))


def _is_export(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    if _is_chat(record):
        return True
    if any(_is_chat(chat) for key in _CHAT_LISTS for chat in _listed(record, key)):
        return True
    return "about" in record and bool(_ACCOUNT & record.keys()) and "messages" not in record


def _listed(record: JsonObject, key: str) -> list[object]:
    return as_list(as_object(record.get(key)).get("list"))[:20]


def _is_chat(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    messages = objects(as_list(record.get("messages"))[:20])
    if any(_is_message(message) for message in messages):
        return True
    return text_at(record, "type") in _KINDS and "messages" in record and "id" in record


def _is_message(record: JsonObject) -> bool:
    if text_at(record, "type") not in ("message", "service"):
        return False
    return bool({"date", "date_unixtime"} & record.keys()) and "text" in record


class _Reader:
    """Reads the messages of one chat after another."""

    what = "a message of Telegram"

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._topics: set[str] = set()

    def conversation(self, opening: Opening) -> ConversationFound:
        """Name a chat by its kind and its number."""
        self._topics = set()
        chat = opening.members
        kind, number = text_at(chat, "type"), id_at(chat, "id")
        native_id = f"{_KINDS.get(kind, '')}{number}" if number else ""
        return ConversationFound(
            identity=Identity.GIVEN if native_id else Identity.UNKNOWN,
            native_id=native_id,
            title=text_at(chat, "name") or _UNNAMED.get(kind, ""),
            ordinal=opening.number,
        )

    def is_message(self, record: JsonObject) -> bool:
        """Say whether an item has what every message has."""
        return bool({"date", "date_unixtime"} & record.keys()) or "text" in record

    def turns(self, record: JsonObject, left_out: LeftOut) -> Iterable[TurnDraft]:
        """Read a message or a notice."""
        is_notice = text_at(record, "type") == "service"
        native_id = id_at(record, "id")
        if text_at(record, "action") == "topic_created":
            self._topics.add(native_id)
        moment = moment_at(record, self._zone, "date_unixtime", "date")
        edited = moment_at(record, self._zone, "edited_unixtime", "edited").at
        text = notice_of(record) if is_notice else text_of(record)
        yield TurnDraft(
            role=Role.SYSTEM if is_notice else Role.PERSON,
            author=_author(record, "actor" if is_notice else "from"),
            content=Content(text=text, attachments=tuple(attachments_of(record))),
            native_id=native_id or None,
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
            as_of=edited or moment.at,
            margin=self._margin(record),
        )

    def _margin(self, record: JsonObject) -> Margin:
        is_elsewhere = bool(id_at(record, "reply_to_peer_id"))
        answered = "" if is_elsewhere else id_at(record, "reply_to_message_id")
        if not answered and text_at(record, "type") == "service":
            answered = id_at(record, "message_id")
        is_topic = answered in self._topics
        return Margin(
            replies_to=None if is_topic else answered or None,
            thread=answered if is_topic else None,
            reactions=tuple(reactions_of(record)),
        )


def _author(record: JsonObject, key: str) -> str:
    """Return who speaks; the name of an account that was deleted is null."""
    name = text_at(record, key)
    if name or key not in record:
        return name
    return f"{_DELETED_ACCOUNT} {id_at(record, f'{key}_id')}".strip()
