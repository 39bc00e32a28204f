"""The lists of a Slack export: who is who, and which folder is which channel.

A folder is named after its channel, and channels are renamed; the lists have the ids, which stay.
Private conversations have the id itself, or the names of who is in them, as the name of the folder.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from minutebook.sources.formats.json.stream import document_pieces
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    text_at,
)
from minutebook.sources.source import Source

CHANNEL_LISTS = ("channels.json", "groups.json", "mpims.json", "dms.json")
USER_LISTS = ("users.json", "org_users.json")
FURTHER_LISTS = (
    "canvases.json",
    "external_users.json",
    "file_conversations.json",
    "huddle_transcripts.json",
    "integration_logs.json",
    "lists.json",
)
BOT = "USLACKBOT"


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """One channel, group or private conversation."""

    id: str
    name: str
    """Empty for a private conversation."""
    members: tuple[str, ...] = ()
    """Ids of who is in it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Workspace:
    """What the lists of one export say."""

    names: Mapping[str, str] = field(default_factory=dict)
    """People and bots by their ids."""
    channels: Mapping[str, Channel] = field(default_factory=dict)
    """By the names of their folders, and by their ids."""

    def title_of(self, channel: Channel) -> str:
        """Return what people call a channel; for a private one, who is in it."""
        if channel.name and not channel.name.startswith("mpdm-"):
            return channel.name
        who = [self.names[member] for member in channel.members if member in self.names]
        return ", ".join(who) or channel.name


NO_WORKSPACE = Workspace()
_Mark = tuple[object, ...]


class Workspaces:
    """Reads the lists beside the files of an export: once for all the files of one."""

    def __init__(self) -> None:
        self._mark: _Mark = ()
        self._read = NO_WORKSPACE

    def of(self, source: Source, above: int) -> Workspace:
        """Return what the lists say that lie so many folders above a source."""
        users = list(_companions(source, USER_LISTS, above))
        channels = list(_companions(source, CHANNEL_LISTS, above))
        mark = tuple(
            (one.place, one.size, one.modified_at, one.checksum) for one in (*users, *channels)
        )
        if mark != self._mark:
            self._mark, self._read = mark, _workspace(users, channels)
        return self._read


def is_exported(source: Source, above: int) -> bool:
    """Say whether the lists of an export lie so many folders above a source."""
    return any(True for _ in _companions(source, (*USER_LISTS[:1], *CHANNEL_LISTS), above))


def name_of(user: JsonObject) -> str:
    """Return what people call a user: the name shown, the real one, or that of the account."""
    profile = as_object(user.get("profile"))
    return (
        text_at(profile, "display_name")
        or text_at(profile, "real_name")
        or text_at(user, "real_name", "name")
    )


def _companions(source: Source, names: tuple[str, ...], above: int) -> Iterator[Source]:
    for name in names:
        if (found := source.companion(name, above=above)) is not None:
            yield found


def _workspace(users: list[Source], channels: list[Source]) -> Workspace:
    names = {BOT: "Slackbot"}
    for user in _records(users):
        if name := name_of(user):
            names[id_at(user, "id")] = name
            bot = as_object(user.get("profile")).get("bot_id")
            if isinstance(bot, str):
                names[bot] = name
    found: dict[str, Channel] = {}
    for record in _records(channels):
        channel = _channel(record)
        for key in (channel.id, channel.name):
            if key:
                found.setdefault(key, channel)
    return Workspace(names=names, channels=found)


def _channel(record: JsonObject) -> Channel:
    members = as_list(record.get("members"))
    return Channel(
        id=id_at(record, "id"),
        name=text_at(record, "name"),
        members=tuple(member for member in members if isinstance(member, str)),
    )


def _records(sources: list[Source]) -> Iterator[JsonObject]:
    for source in sources:
        for piece in document_pieces(source):
            for value in piece.values:
                if isinstance(value, dict):
                    yield value
