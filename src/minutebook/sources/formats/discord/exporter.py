"""Channels of Discord in the JSON of DiscordChatExporter, whole or in parts.

Every part names its channel, and messages have ids that are unique in all of Discord, so that
parts, overlapping exports and later ones are one record. The export says when it was made: as of
then it tells what a message says and how people reacted to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.discord.text import embedded, plain
from minutebook.sources.formats.json.chats import has_messages, match_of, read_chats
from minutebook.sources.formats.json.leaving_out import LeftOut
from minutebook.sources.formats.json.unfolding import Opening, Unfolding
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    moment_of,
    objects,
    size_at,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, ConversationFound, Identity, Parsed
from minutebook.sources.source import Sample, Source

_LISTS = Unfolding(lists={"messages"})
_SAID_BY_PEOPLE = frozenset(
    {"", "0", "19", "20", "23", "Default", "Reply", "ChatInputCommand", "ContextMenuCommand"}
)
_PRIVATE = "Direct"
_THREAD = "Thread"
_MESSAGE = frozenset({"id", "timestamp", "author", "content"})


class Discord:
    """Documents of a guild, a channel and its messages."""

    name = "discord"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        match = Match(score=0.97, reason="It has a `channel` of Discord and its `messages`.")
        return match_of(sample, _is_export, match)

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        return read_chats(source, _LISTS, _Reader(source.options.zone))


def _is_export(record: object) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("channel"), dict):
        return False
    if not id_at(record["channel"], "id"):
        return False
    is_headed = isinstance(record.get("guild"), dict) and (
        "dateRange" in record or "exportedAt" in record
    )
    return is_headed or has_messages(record, "messages", _MESSAGE)


class _Reader:
    """Reads the messages of one channel after another."""

    what = "a message of Discord"

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._exported: datetime | None = None
        self._channel = ""

    def conversation(self, opening: Opening) -> ConversationFound:
        """Name a channel, and for a thread the channel that it hangs on."""
        channel, guild = (as_object(opening.members.get(key)) for key in ("channel", "guild"))
        self._exported = moment_of(opening.members.get("exportedAt"), self._zone).at
        self._channel = id_at(channel, "id")
        kind, is_thread = text_at(channel, "type"), _THREAD in text_at(channel, "type")
        title = text_at(channel, "name")
        where = "" if _PRIVATE in kind else text_at(guild, "name")
        return ConversationFound(
            identity=Identity.GIVEN if self._channel else Identity.UNKNOWN,
            native_id=self._channel,
            title=f"{where} / {title}" if where and title else title or where,
            ordinal=opening.number,
            as_of=self._exported,
            parent=id_at(channel, "categoryId") if is_thread else "",
            parent_turn=self._channel if is_thread else "",
        )

    def is_message(self, record: JsonObject) -> bool:
        """Say whether an item has what every message has."""
        return "id" in record and bool({"timestamp", "content", "author"} & record.keys())

    def turns(self, record: JsonObject, left_out: LeftOut) -> Iterable[TurnDraft]:
        """Read a message."""
        author = as_object(record.get("author"))
        moment = moment_at(record, self._zone, "timestamp")
        edited = moment_at(record, self._zone, "timestampEdited").at
        is_said = id_at(record, "type") in _SAID_BY_PEOPLE
        yield TurnDraft(
            role=Role.PERSON if is_said else Role.SYSTEM,
            author=_name(author),
            content=_content(record, is_bot=author.get("isBot") is True),
            native_id=id_at(record, "id") or None,
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
            as_of=self._exported or edited or moment.at,
            margin=Margin(
                replies_to=self._answered(record),
                reactions=tuple(_reactions(record)),
            ),
        )

    def _answered(self, record: JsonObject) -> str | None:
        reference = as_object(record.get("reference"))
        is_here = id_at(reference, "channelId") in {"", self._channel}
        if not is_here or as_object(record.get("forwardedMessage")):
            return None
        return id_at(reference, "messageId") or None


def _content(record: JsonObject, *, is_bot: bool) -> Content:
    names = {
        id_at(mention, "id"): _name(mention) for mention in objects(as_list(record.get("mentions")))
    }
    text = plain(text_at(record, "content"), names)
    embeds = embedded(record, names) if is_bot or not text.strip() else ""
    forwarded = as_object(record.get("forwardedMessage"))
    files = tuple(_files(record)) + tuple(_files(forwarded))
    if said := plain(text_at(forwarded, "content"), names) or embedded(forwarded, names):
        text = f"{text}\n\n[forwarded]\n{said}".strip()
    if name := text_at(as_object(record.get("interaction")), "name"):
        text = f"/{name}\n{text}"
    parts = (text, embeds, _poll(as_object(record.get("poll"))))
    return Content(text="\n\n".join(part for part in parts if part), attachments=files)


def _name(person: JsonObject) -> str:
    """Return what a person is called in the guild; the digits of old names are left out."""
    return text_at(person, "nickname", "name") or id_at(person, "id")


def _files(record: JsonObject) -> Iterator[Attachment]:
    for file in objects(as_list(record.get("attachments"))):
        url = text_at(file, "url").partition("?")[0]
        name = text_at(file, "fileName") or url.replace("\\", "/").rpartition("/")[2]
        yield Attachment(name=name or "file", size=size_at(file, "fileSizeBytes"))
    for sticker in objects(as_list(record.get("stickers"))):
        yield Attachment(name=text_at(sticker, "name") or "sticker", media_type="image/sticker")


def _reactions(record: JsonObject) -> Iterator[Reaction]:
    for reaction in objects(as_list(record.get("reactions"))):
        emoji = as_object(reaction.get("emoji"))
        users = tuple(_name(user) for user in objects(as_list(reaction.get("users"))))
        if name := text_at(emoji, "name", "code") or id_at(emoji, "id"):
            count = size_at(reaction, "count") or len(users) or 1
            yield Reaction(name=name, count=count, authors=users)


def _poll(poll: JsonObject) -> str:
    question = text_at(as_object(poll.get("question")), "text")
    answers = [text_at(answer, "text") for answer in objects(as_list(poll.get("answers")))]
    return "\n".join([question, *(f"- {answer}" for answer in answers if answer)]) if poll else ""
