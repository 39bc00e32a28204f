"""Mattermost's bulk export: JSON Lines of teams, channels, users, and posts with their replies.

Posts stand in the order of ids that the export does not name, so that they are put in order of
time. What names one is when it was sent, to the millisecond, and by whom: that stays when its text
is edited.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.sample import Layout, peek
from minutebook.sources.formats.json.spool import Spool
from minutebook.sources.formats.json.stream import line_pieces
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    moment_of,
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

_POSTS = ("post", "direct_post")
_LISTS = frozenset({"version", "info", "role", "scheme", "emoji", "team", "channel", "user", "bot"})
_DIRECT = "direct_channel"
_TYPES = _LISTS | {*_POSTS, _DIRECT}
_ENOUGH = 0.9
_LATEST = 2**62
_UTC = ZoneInfo("UTC")
_SYSTEM = "system_"
_ATTACHED = ("pretext", "title", "text", "fallback")


class Mattermost:
    """Lines with a `type` and a member of that name."""

    name = "mattermost"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek(sample)
        if found is None or found.layout is Layout.DOCUMENT or found.share(_is_line) < _ENOUGH:
            return None
        if not any(_is_certain(record) for record in found.records):
            return None
        return Match(score=0.96, reason="Its lines are versions, teams, users and posts.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        with Spool() as spool:
            reader, left_out = _Reader(spool), LeftOut()
            for piece in line_pieces(source):
                for value in piece.values:
                    if not isinstance(value, dict) or not isinstance(value.get("type"), str):
                        yield unreadable(value, piece.place, "It is not a line of Mattermost.")
                    elif value["type"] in _TYPES:
                        reader.take(value["type"], as_object(value.get(value["type"])))
                    else:
                        left_out.count(value["type"])
                yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
            yield from reader.talks()
            yield from left_out.notes()


def _is_line(record: object) -> bool:
    kind = text_at(as_object(record), "type")
    return kind in _TYPES and kind in as_object(record)


def _is_certain(record: object) -> bool:
    line = as_object(record)
    if line.get("type") == "version":
        return isinstance(line.get("version"), int)
    return any("create_at" in as_object(line.get(kind)) for kind in _POSTS)


class _Reader:
    """Gathers the lines of one file, and then tells the talks in it."""

    def __init__(self, spool: Spool) -> None:
        self._spool = spool
        self._people: dict[str, str] = {}
        self._channels: dict[str, str] = {}

    def take(self, kind: str, record: JsonObject) -> None:
        """Take in a line."""
        if kind == "user":
            full = f"{text_at(record, 'first_name')} {text_at(record, 'last_name')}".strip()
            name = text_at(record, "username")
            self._people[name] = text_at(record, "nickname") or full or name
        elif kind == "bot":
            name = text_at(record, "username")
            self._people[name] = text_at(record, "display_name") or name
        elif kind == "channel":
            id_ = f"{text_at(record, 'team')}/{text_at(record, 'name')}"
            self._channels[id_] = text_at(record, "display_name")
        elif kind in _POSTS:
            self._post(record)

    def talks(self) -> Iterator[Parsed]:
        """Tell every channel from its beginning."""
        for channel in self._spool.groups():
            yield ConversationFound(
                identity=Identity.GIVEN, native_id=channel, title=self._title(channel)
            )
            last, alike = -1, dict[str, int]()
            for record in self._spool.records(channel):
                at = _time(record)
                alike = alike if at == last else {}
                last, name = at, _name(record)
                alike[name] = alike.get(name, 0) + 1
                yield TurnFound(draft=self._draft(record, name, alike[name]))

    def _post(self, post: JsonObject) -> None:
        members = [one for one in as_list(post.get("channel_members")) if isinstance(one, str)]
        channel = f"{text_at(post, 'team')}/{text_at(post, 'channel')}"
        if members:
            channel = f"@{','.join(sorted(members))}"
        replies = objects(as_list(post.get("replies")))
        root = {key: value for key, value in post.items() if key != "replies"}
        thread = {"thread": _name(post)} if replies else {}
        self._spool.add(channel, _time(post), root | thread)
        for reply in replies:
            self._spool.add(channel, _time(reply), reply | thread)

    def _title(self, channel: str) -> str:
        if channel.startswith("@"):
            return ", ".join(self._person(one) for one in channel[1:].split(","))
        return self._channels.get(channel) or channel.rpartition("/")[2]

    def _person(self, name: str) -> str:
        return self._people.get(name, name)

    def _draft(self, record: JsonObject, name: str, ordinal: int) -> TurnDraft:
        at = moment_of(_time(record) or None, _UTC)
        edited = moment_of(record.get("edit_at") or None, _UTC).at
        props = as_object(record.get("props"))
        author = text_at(props, "override_username") or self._person(text_at(record, "user"))
        is_notice = text_at(record, "type").startswith(_SYSTEM)
        return TurnDraft(
            role=Role.SYSTEM if is_notice else Role.PERSON,
            author=author,
            content=_content(record, props),
            native_id=name if ordinal == 1 else f"{name} {ordinal}",
            at=at.at,
            at_raw=at.raw,
            as_of=edited or at.at,
            margin=Margin(
                thread=text_at(record, "thread") or None,
                reactions=tuple(self._reactions(record)),
            ),
        )

    def _reactions(self, record: JsonObject) -> Iterator[Reaction]:
        found: dict[str, list[str]] = {}
        for reaction in objects(as_list(record.get("reactions"))):
            users = found.setdefault(text_at(reaction, "emoji_name"), [])
            users.append(self._person(text_at(reaction, "user")))
        for name, users in found.items():
            if name:
                authors = tuple(filter(None, users))
                yield Reaction(name=name, count=len(users), authors=authors)


def _time(record: JsonObject) -> int:
    at = record.get("create_at")
    return at if isinstance(at, int) and 0 <= at < _LATEST else 0


def _name(record: JsonObject) -> str:
    """Name a post by when and by whom it was sent."""
    return f"{_time(record)} {text_at(record, 'user')}"


def _content(record: JsonObject, props: JsonObject) -> Content:
    parts = [text_at(record, "message")]
    for attached in objects(as_list(props.get("attachments"))):
        pretext, title, text, fallback = (text_at(attached, key) for key in _ATTACHED)
        said = "\n".join(filter(None, (pretext, title, text)))
        parts.append(said or fallback)
    files = objects(as_list(record.get("attachments")))
    names = [text_at(file, "path").replace("\\", "/").rpartition("/")[2] for file in files]
    return Content(
        text="\n\n".join(part for part in parts if part),
        attachments=tuple(Attachment(name=name or "file") for name in names),
    )
