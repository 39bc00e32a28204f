"""Sessions of the Gemini CLI: a JSON document in older versions, JSON Lines in newer ones.

In lines a message is written again as a whole whenever more of it is known: while its tools run,
when its tokens are counted. The last one stays open until another comes, and a checkpoint stands
before it. Who rewinds leaves the messages from there on.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from minutebook.domain.turns import Content, Role, ToolCall, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.events import EventReader, unreadable
from minutebook.sources.formats.json.sample import Layout, layout_of, peek, peek_until
from minutebook.sources.formats.json.stream import document_pieces
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    dump,
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
    TurnsLeft,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_ROLES = {"user": Role.USER, "gemini": Role.ASSISTANT}
_NOTICES = frozenset({"info", "error", "warning"})
_FAILED = frozenset({"error", "cancelled"})
_LOG = "logs.json"
_LOGGED = frozenset({"sessionId", "messageId", "type", "message", "timestamp"})
_REMEMBERED = 512


class GeminiCLI:
    """`~/.gemini/tmp/<project>/chats/session-….json` and `….jsonl`."""

    name = "gemini_cli"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        if _is_log(sample):
            reason = "It lists the prompts of sessions of the Gemini CLI, which hold them, too."
            return Match(score=0.97, reason=reason, holds_messages=False)
        found = peek_until(sample, _is_head)
        if found is None or found.is_list or not any(map(_is_head, found.records)):
            return None
        return Match(score=0.97, reason="It has the id of a session and the hash of a project.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        if source.name == _LOG and _is_log(source.sample()):
            return iter(())
        reader = _Reader(source, resume)
        if resume is None and layout_of(source.sample()) is Layout.DOCUMENT:
            return _document(source, reader)
        return reader.read()


def _is_log(sample: Sample) -> bool:
    """Say whether a file is the list of prompts beside the sessions of a project."""
    found = peek(sample) if sample.source.name == _LOG else None
    return found is not None and bool(found.records) and all(map(_is_logged, found.records))


def _is_logged(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _LOGGED


def _is_head(record: object) -> bool:
    return isinstance(record, dict) and {"sessionId", "projectHash"} <= record.keys()


def _document(source: Source, reader: _Reader) -> Iterator[Parsed]:
    for piece in document_pieces(source):
        for value in piece.values:
            yield from reader.value(value, piece.place)
        yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
    yield from reader.end()


@dataclass(slots=True)
class _State:
    """What must be known to go on behind a line."""

    session: str = ""
    title: str = ""
    is_part: bool = False
    """Whether it is the session of a sub-agent."""
    path: list[list[str]] = field(default_factory=list)
    """The last messages that were not left: the id of each, and its turns."""


class _Reader(EventReader):
    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        super().__init__(source, resume)
        members = self.resumed()
        self._state = _State(**members | {"path": [*members.get("path", ())]})
        self._names = {name for name, *_ in self._state.path}
        """Of the messages of the path: nearly all that come are new."""
        self._open: JsonObject | None = None

    def state(self) -> JsonObject:
        members = {name: getattr(self._state, name) for name in _State.__slots__}
        return members | {"path": [*self._state.path]}

    def conversation(self) -> ConversationFound:
        state, folders = self._state, self.source.folders
        return ConversationFound(
            identity=Identity.GIVEN if state.session else Identity.UNKNOWN,
            native_id=state.session,
            title=state.title,
            parent=folders[-1] if state.is_part and folders else "",
        )

    def event(self, record: JsonObject, place: str) -> Iterator[Parsed | TurnDraft]:
        if isinstance(changed := record.get("$set"), dict):
            yield from self._change(changed, place)
        elif isinstance(rewound := record.get("$rewindTo"), str):
            yield from self._close()
            yield from self._rewind(rewound)
        elif _is_head(record):
            yield from self._change(record, place)
        elif id_at(record, "id") and isinstance(record.get("type"), str):
            yield from self._message(record)
        else:
            yield unreadable(record, place, "It is no message of a session.")

    def end(self) -> Iterator[Parsed]:
        yield from self.turns(self._close())
        yield from super().end()

    def _change(self, members: JsonObject, place: str) -> Iterator[Parsed | TurnDraft]:
        """Take what is said of a session as a whole; it may say all of its messages anew."""
        state = self._state
        state.session = state.session or id_at(members, "sessionId")
        state.title = text_at(members, "summary") or state.title
        state.is_part = state.is_part or members.get("kind") == "subagent"
        yield from self.retell()
        known = {name for name, *_ in state.path} if "$set" not in members else set()
        for number, message in enumerate(as_list(members.get("messages")), 1):
            if not isinstance(message, dict) or not id_at(message, "id"):
                yield unreadable(message, f"{place}, message {number}", "It is no message.")
            elif id_at(message, "id") not in known:
                yield from self._close()
                self._open = message
                yield from self._close()

    def _message(self, message: JsonObject) -> Iterator[Parsed | TurnDraft]:
        if self._open is not None and id_at(self._open, "id") == id_at(message, "id"):
            self._open = message
            return
        yield from self._close()
        self._open = message
        self.hold()

    def _close(self) -> Iterator[Parsed | TurnDraft]:
        """Yield the turns of the open message; a repeated one keeps its place."""
        message, self._open = self._open, None
        if message is None:
            return
        self.release()
        before = self._before_of(id_at(message, "id"))
        turns = list(self._turns(message, before))
        self._remember(id_at(message, "id"), turns)
        yield from turns

    def _before_of(self, name: str) -> str:
        """Return the turn before a message."""
        path = self._state.path
        if name in self._names:
            path = path[: next(at for at, (known, *_) in enumerate(path) if known == name)]
        return next((turns[-1] for _, *turns in reversed(path) if turns), "")

    def _remember(self, name: str, turns: list[TurnDraft]) -> None:
        path = self._state.path
        entry = [name, *(turn.native_id or "" for turn in turns)]
        if name in self._names:
            path[next(at for at, (known, *_) in enumerate(path) if known == name)] = entry
            return
        path.append(entry)
        self._names.add(name)
        self._forget(path[:-_REMEMBERED])
        del path[:-_REMEMBERED]

    def _forget(self, entries: list[list[str]]) -> None:
        self._names -= {name for name, *_ in entries}

    def _rewind(self, to: str) -> Iterator[TurnsLeft]:
        path = self._state.path
        at = next((n for n, (name, *_) in enumerate(path) if name == to), 0)
        left = tuple(turn for _, *turns in path[at:] for turn in turns)
        self._forget(path[at:])
        del path[at:]
        if left:
            yield TurnsLeft(native_ids=left)

    def _turns(self, message: JsonObject, before: str) -> Iterator[TurnDraft]:
        """Read a message: what was said, and what its tools returned as a turn of its own."""
        name, kind = id_at(message, "id"), text_at(message, "type")
        role = _ROLES.get(kind, Role.SYSTEM)
        calls = objects(as_list(message.get("toolCalls")))
        moment = moment_at(message, self.zone, "timestamp")
        known = kind in _ROLES or kind in _NOTICES
        author = text_at(message, "model") if role is Role.ASSISTANT else "" if known else kind
        frame = TurnDraft(
            role=role,
            content=_said(message, calls),
            author=author,
            native_id=name,
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
            parent=before or None,
        )
        if not frame.content.is_empty:
            yield frame
            before = name
        if not (results := _results(calls)).is_empty:
            yield TurnDraft(
                role=Role.TOOL,
                content=results,
                native_id=f"{name}/results",
                at=moment.at,
                at_raw=moment.raw,
                zone_known=moment.zone_known,
                parent=before or None,
            )


def _said(message: JsonObject, calls: list[JsonObject]) -> Content:
    builder = ContentBuilder()
    for thought in objects(as_list(message.get("thoughts"))):
        parts = (text_at(thought, "subject"), text_at(thought, "description"))
        builder.add_thinking("\n".join(filter(None, parts)))
    content = message.get("content")
    builder.add(content if isinstance(content, (str, list)) else [content])
    for call in calls:
        arguments = dump(call.get("args", {}))
        name = text_at(call, "name")
        builder.add_call(ToolCall(id=id_at(call, "id"), name=name, arguments=arguments))
    return builder.build()


def _results(calls: list[JsonObject]) -> Content:
    builder = ContentBuilder()
    for call in calls:
        result = call.get("result")
        if result is None:
            continue
        is_error = text_at(call, "status") in _FAILED
        parts = [_returned(part) for part in (result if isinstance(result, list) else [result])]
        builder.add_result(id_at(call, "id"), parts, is_error=is_error)
    return builder.build()


def _returned(part: object) -> object:
    """Return what a part of a result says: the words in the envelope that the model is sent."""
    response = as_object(as_object(as_object(part).get("functionResponse")).get("response"))
    said = text_at(response, "output", "error", "content")
    if said:
        return said
    if isinstance(part, dict) and isinstance(part.get("text"), str):
        return part["text"]
    return response or part
