"""Files of messages: conversations and loose messages, in lines, lists or one object.

What a record is, is decided record by record, because one reader then does for all ways to lay out
such files: a conversation per line, a message per line, a list of either, one conversation alone.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol, TypeGuard
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.json.stream import LineStart, Piece, pieces
from minutebook.sources.formats.json.text import excerpt_of, nested_too_deeply
from minutebook.sources.formats.json.values import (
    NO_MOMENT,
    JsonObject,
    Moment,
    as_object,
    id_at,
    size_at,
    text_at,
)
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Source

TURNS_PER_CHECKPOINT = 200
"""How many turns are read between two places where reading can be taken up."""

CONVERSATION_IDS = ("conversation_id", "conversationId", "session_id", "sessionId", "thread_id")
"""Members in which a record or a message states the conversation it belongs to."""

_ROW = re.compile(r"\d{1,8}|identity_\d{1,8}", re.ASCII)


@dataclass(frozen=True, slots=True, kw_only=True)
class Envelope:
    """A conversation as one record: what it says of itself, and its messages."""

    messages: Sequence[object]
    native_id: str = ""
    title: str = ""
    begun: Moment = NO_MOMENT
    """When the conversation began: the time of its first turn, if that has none."""
    opening: tuple[TurnDraft, ...] = ()
    """Turns before the first message, such as instructions."""
    closing: tuple[TurnDraft, ...] = ()
    """Turns behind the last message, such as a batch's reply."""


class Dialect(Protocol):
    """What one format of messages has of its own."""

    @property
    def list_keys(self) -> frozenset[str]:
        """Members that hold the messages of a conversation."""
        ...

    def envelope(self, record: JsonObject, zone: ZoneInfo) -> Envelope | None:
        """Read a conversation; None when the record is none."""
        ...

    def conversations_in(self, record: JsonObject) -> Sequence[object] | None:
        """Return the conversations of an object around them; None when it is not one."""
        ...

    def is_message(self, value: object) -> TypeGuard[JsonObject]:
        """Say whether a value is one message."""
        ...

    def drafts(self, message: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
        """Read the turns of a message."""
        ...


def stated_id(record: JsonObject) -> str:
    """Return the id that a record gives its conversation; empty when there is none to trust.

    A short number in `id` is the row of a table, and so is `identity_0`: other files have the same.
    """
    stated = id_at(record, *CONVERSATION_IDS)
    stated = stated or id_at(as_object(record.get("metadata")), *CONVERSATION_IDS)
    if stated:
        return stated
    own = id_at(record, "uuid", "id")
    return "" if _ROW.fullmatch(own) else own


def read_messages(
    dialect: Dialect, source: Source, resume: Checkpoint | None = None
) -> Iterator[Parsed]:
    """Read a file of messages in this dialect."""
    return _Reader(dialect, source, resume).read()


class _Reader:
    def __init__(self, dialect: Dialect, source: Source, resume: Checkpoint | None) -> None:
        state = as_object(json.loads(resume.state)) if resume and resume.state else {}
        self._dialect = dialect
        self._source = source
        self._zone = source.options.zone
        self._start = LineStart(
            offset=resume.offset if resume else 0, number=size_at(state, "line") or 1
        )
        self._begun = size_at(state, "begun") or 0
        self._loose: str | None = state.get("loose")
        """Id of the conversation of the loose messages, empty if unknown; None without one."""
        self._is_told = False
        """Whether the conversation of the loose messages has been yielded."""
        self._last_call = text_at(state, "call")
        self._inherited = NO_MOMENT
        self._run = 0
        self._since = 0

    def read(self) -> Iterator[Parsed]:
        last: Piece | None = None
        for piece in pieces(self._source, self._start, self._dialect.list_keys):
            is_due = self._since >= TURNS_PER_CHECKPOINT or piece.end is None
            if is_due and piece.start is not None:
                yield self._checkpoint(piece.start, piece.number)
            yield from self._piece(piece)
            last = piece
        if last is not None and last.start is not None and last.end is not None:
            yield self._checkpoint(last.end, last.number + 1)

    def _checkpoint(self, offset: int, line: int) -> Checkpoint:
        self._since = 0
        state = {"line": line, "begun": self._begun, "loose": self._loose, "call": self._last_call}
        return Checkpoint(offset=offset, state=json.dumps(state))

    def _piece(self, piece: Piece) -> Iterator[Parsed]:
        if piece.run != self._run:
            self._run = piece.run
            self._loose = None
        found: list[Parsed] = []
        try:
            if piece.opening is not None:
                found += self._open(piece.opening)
            for value in piece.values:
                found += self._value(value, piece.place)
        except RecursionError:
            found.append(Unreadable(rejected=nested_too_deeply(piece.place)))
        yield from found
        yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)

    def _value(self, value: object, place: str) -> Iterator[Parsed]:
        if isinstance(value, dict) and (inner := self._dialect.conversations_in(value)):
            value = inner
        if isinstance(value, list) and not any(map(self._dialect.is_message, value[:3])):
            for number, item in enumerate(value, 1):
                yield from self._record(item, f"{place}, item {number}")
        else:
            yield from self._record(value, place)

    def _record(self, value: object, place: str) -> Iterator[Parsed]:
        if isinstance(value, list):
            yield from self._conversation(Envelope(messages=value), place)
        elif isinstance(value, dict) and (envelope := self._dialect.envelope(value, self._zone)):
            yield from self._conversation(envelope, place)
        elif self._dialect.is_message(value):
            yield from self._message(value)
        else:
            yield _unreadable(value, place, "It is neither a message nor a conversation.")

    def _conversation(self, envelope: Envelope, place: str) -> Iterator[Parsed]:
        self._loose = None
        self._last_call = ""
        yield from self._found(envelope)
        for number, message in enumerate(envelope.messages, 1):
            if self._dialect.is_message(message):
                yield from map(self._turn, self._dialect.drafts(message, self._zone))
            else:
                yield _unreadable(message, f"{place}, message {number}", "It is not a message.")
        yield from map(self._turn, envelope.closing)

    def _open(self, members: JsonObject) -> Iterator[Parsed]:
        """Begin the conversation of an object, the messages of which come one by one."""
        envelope = self._dialect.envelope(members, self._zone) or Envelope(messages=())
        yield from self._found(envelope)
        self._loose = envelope.native_id
        self._is_told = True

    def _found(self, envelope: Envelope) -> Iterator[Parsed]:
        begun = self._begin(envelope.native_id, envelope.title)
        yield replace(begun, is_from_start=True)
        self._inherited = envelope.begun
        yield from map(self._turn, envelope.opening)

    def _message(self, message: JsonObject) -> Iterator[Parsed]:
        """Read a loose message: it belongs to the conversation it states, or to the last one."""
        stated = id_at(message, *CONVERSATION_IDS)
        if self._loose is None or (stated and stated != self._loose):
            yield self._begin(stated, "")
            self._loose = stated
        elif not self._is_told:
            yield replace(_found(self._loose, "", self._begun - 1), is_continued=True)
        self._is_told = True
        yield from map(self._turn, self._dialect.drafts(message, self._zone))

    def _begin(self, native_id: str, title: str) -> ConversationFound:
        self._begun += 1
        self._inherited = NO_MOMENT
        return _found(native_id, title, self._begun - 1)

    def _turn(self, draft: TurnDraft) -> TurnFound:
        self._since += 1
        content = draft.content
        if any(not result.call_id for result in content.tool_results):
            results = tuple(
                replace(result, call_id=result.call_id or self._last_call)
                for result in content.tool_results
            )
            draft = replace(draft, content=replace(content, tool_results=results))
        if content.tool_calls:
            self._last_call = content.tool_calls[-1].id
        if draft.at is None and self._inherited.at is not None:
            begun = self._inherited
            draft = replace(draft, at=begun.at, at_raw=begun.raw, zone_known=begun.zone_known)
        self._inherited = NO_MOMENT
        return TurnFound(draft=draft)


def _found(native_id: str, title: str, ordinal: int) -> ConversationFound:
    identity = Identity.GIVEN if native_id else Identity.UNKNOWN
    return ConversationFound(identity=identity, native_id=native_id, title=title, ordinal=ordinal)


def _unreadable(value: object, place: str, reason: str) -> Unreadable:
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt_of(value)))
