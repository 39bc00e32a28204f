"""The export of a Slack workspace: a folder per channel, a file per day; or one channel as saved.

Each day is a source of its own, so that a day that was written anew is all that is read again. The
lists at the top of the export say which channel a folder is and who people are; without them the
name of the folder names the channel, and messages tell of their authors what they have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from heapq import heappop, heappush

from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.unfolding import Opening, Unfolding, unfold
from minutebook.sources.formats.json.values import JsonObject, as_list, as_object, id_at, text_at
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.slack.messages import drafts_of, is_message
from minutebook.sources.formats.slack.text import Wording
from minutebook.sources.formats.slack.workspace import (
    CHANNEL_LISTS,
    FURTHER_LISTS,
    USER_LISTS,
    Channel,
    Workspace,
    Workspaces,
    is_exported,
)
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_ENOUGH = 0.5
_LISTS = frozenset({*CHANNEL_LISTS, *USER_LISTS, *FURTHER_LISTS})
_CANVAS = "canvas_in_the_conversation.json"
_DAY = re.compile(r"\d{4}-\d\d-\d\d")
_USER = re.compile(r"[UWB][A-Z0-9]{6,}|USLACKBOT")
_CHANNEL = re.compile(r"[CDG][A-Z0-9]{6,}")
_MESSAGES = Unfolding(lists={"", "messages"})
_REPLIES = "slackdump_thread_replies"
_LATEST = "9" * 20


class Slack:
    """Lists of messages that have a `ts`."""

    name = "slack"

    def __init__(self) -> None:
        self._workspaces = Workspaces()

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_ours)
        if found is not None and found.records and found.share(_is_ours) >= _ENOUGH:
            return Match(score=0.96, reason="Its messages have a `ts` each, as Slack writes them.")
        source = sample.source
        if found is not None and found.records and found.share(_is_listed) >= _ENOUGH:
            return _without_messages("It lists users or channels of Slack; no messages.")
        if source.name in _LISTS and is_exported(source, 0):
            return _without_messages("It is one of the lists of an export of Slack; no messages.")
        if source.name == _CANVAS and is_exported(source, 1):
            return _without_messages("It lists the canvas of a channel of Slack; no messages.")
        if _DAY.fullmatch(source.stem) and sample.head.strip() == b"[]" and is_exported(source, 1):
            return _without_messages("It is a day without messages in an export of Slack.")
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: a day is written anew as a whole."""
        if source.name in (*_LISTS, _CANVAS) or _may_be_named_yet(source):
            return
        reader, left_out = _Reader(source, self._workspaces), LeftOut()
        for found in unfold(source, _MESSAGES):
            if isinstance(found, Opening):
                yield from reader.held()
                yield reader.conversation(found)
                continue
            for value in found.values:
                if is_message(value):
                    yield from reader.turns(as_object(value))
                elif _is_listed(value):
                    left_out.count("a user or a channel")
                else:
                    yield unreadable(value, found.place, "It is not a message of Slack.")
            yield from (Unreadable(rejected=rejected) for rejected in found.rejected)
        yield from reader.held()
        yield from left_out.notes()


def _without_messages(reason: str) -> Match:
    return Match(score=0.92, reason=reason, holds_messages=False)


def _may_be_named_yet(source: Source) -> bool:
    """Say whether a day came in just now, before the list of people: it is read a little later."""
    is_new = source.is_growing and _DAY.fullmatch(source.stem) is not None
    return is_new and source.companion(*USER_LISTS, above=1) is None


def _is_ours(record: object) -> bool:
    if is_message(record):
        return True
    messages = record.get("messages") if isinstance(record, dict) else None
    return isinstance(messages, list) and bool(messages) and is_message(messages[0])


def _is_listed(record: object) -> bool:
    """Say whether a record is a user, a channel or an integration of a workspace."""
    if not isinstance(record, dict):
        return False
    id_ = id_at(record, "id")
    if _USER.fullmatch(id_):
        return isinstance(record.get("profile"), dict) or "team_id" in record
    if _CHANNEL.fullmatch(id_):
        return isinstance(record.get("members"), list) or "creator" in record
    return "change_type" in record and bool({"app_type", "service_type"} & record.keys())


class _Reader:
    """Reads the messages of one file."""

    def __init__(self, source: Source, workspaces: Workspaces) -> None:
        self._source = source
        self._workspaces = workspaces
        self._wording = _wording(workspaces.of(source, 1))
        self._replies: list[tuple[tuple[int, str], int, JsonObject]] = []
        """Heap of the replies that slackdump put inside of their messages: they were said later."""
        self._held = 0

    def conversation(self, opening: Opening) -> ConversationFound:
        """Say which channel the messages are from."""
        members, source = opening.members, self._source
        if opening.path:
            workspace = self._workspaces.of(source, 0)
            own = Channel(id=id_at(members, "channel_id", "id"), name=text_at(members, "name"))
            channel = workspace.channels.get(own.id, own)
        else:
            workspace = self._workspaces.of(source, 1)
            folder = source.folders[-1] if source.folders else ""
            name = folder if _DAY.match(source.stem) else ""
            channel = workspace.channels.get(folder) or Channel(id="", name=name)
        self._wording = _wording(workspace)
        return ConversationFound(
            identity=_identity(channel),
            native_id=channel.id or channel.name,
            title=workspace.title_of(channel),
            ordinal=opening.number,
        )

    def turns(self, message: JsonObject) -> Iterator[Parsed]:
        """Read a message, and before it the replies to others that were said before it."""
        yield from self.held(text_at(message, "ts"))
        yield from self._turns(message)
        for reply in filter(is_message, as_list(message.get(_REPLIES))):
            self._held += 1
            heappush(self._replies, (_order(reply["ts"]), self._held, reply))

    def held(self, until: str = _LATEST) -> Iterator[Parsed]:
        """Read the replies that are held, up to a moment."""
        while self._replies and self._replies[0][0] < _order(until):
            yield from self._turns(heappop(self._replies)[2])

    def _turns(self, message: JsonObject) -> Iterator[Parsed]:
        yield from (TurnFound(draft=draft) for draft in drafts_of(message, self._wording))


def _order(ts: str) -> tuple[int, str]:
    return len(ts), ts


def _identity(channel: Channel) -> Identity:
    if channel.id:
        return Identity.GIVEN
    return Identity.NAMED if channel.name else Identity.UNKNOWN


def _wording(workspace: Workspace) -> Wording:
    channels = {id_: one.name for id_, one in workspace.channels.items() if one.name}
    return Wording(workspace.names, channels)
