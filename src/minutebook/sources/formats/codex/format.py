"""Codex rollouts: the items of a session with times around them, and events beside them.

Items have no ids of their own. A session that was forked holds its past again, item by item, with
the heads of the sessions that it comes from. So an item is named by the session in which its line
of items began and by all items before it: the same in every copy, and different everywhere else.
Events repeat what items say; they count only as long as no item of their kind has come. Who goes
back leaves the last prompts, which stay as a branch that was left.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from minutebook.domain.identity import digest
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.formats.codex.items import QUIET, Said, said_in
from minutebook.sources.formats.json.events import EventReader, session_found, unreadable
from minutebook.sources.formats.json.sample import Layout, Peek, peek, peek_until
from minutebook.sources.formats.json.stream import document_pieces
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_at,
    size_at,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Parsed,
    TurnsLeft,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_WRAPPED = frozenset(
    {"session_meta", "response_item", "event_msg", "turn_context", "compacted", "world_state"}
)
_HISTORY = "history.jsonl"
_TYPED = frozenset({"session_id", "ts", "text"})
_ENOUGH = 0.5
_DIGITS = 24
_REMEMBERED = 512
"""Turns that can be rolled back."""
_REASONING = "reasoning"
_EVENTS = {
    "user_message": (Role.USER.value, "message"),
    "agent_message": (Role.ASSISTANT.value, "message"),
    "agent_reasoning": (_REASONING, "text"),
}
"""Events with words: what kind of item says the same, and the member with the words."""


class Codex:
    """`~/.codex/sessions/…/rollout-….jsonl`, and `rollout-….json` of the first versions."""

    name = "codex"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        if _are_prompts(sample):
            reason = "It lists the prompts of sessions of Codex, which hold them, too."
            return Match(score=0.97, reason=reason, holds_messages=False)
        found = peek_until(sample, _is_wrapped)
        if found is None or found.is_list:
            return None
        if found.share(_is_wrapped) >= _ENOUGH:
            return Match(score=0.97, reason="Its lines are items and events with a `payload`.")
        if found.records and _is_document(found.records[0]):
            return Match(score=0.95, reason="It is a `session` with its `items`.")
        if _is_bare(found):
            return Match(score=0.95, reason="It begins with the head of a session; items follow.")
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        if source.name == _HISTORY and _are_prompts(source.sample()):
            return iter(())
        reader = _Reader(source, resume)
        if resume is None and _is_one_document(source):
            return _document(source, reader)
        return reader.read()


def _are_prompts(sample: Sample) -> bool:
    """Say whether a file is the history of prompts, which the sessions hold themselves."""
    found = peek(sample) if sample.source.name == _HISTORY else None
    return found is not None and bool(found.records) and all(map(_is_prompt, found.records))


def _is_prompt(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _TYPED


def _is_wrapped(record: object) -> bool:
    if not isinstance(record, dict) or text_at(record, "type") not in _WRAPPED:
        return False
    return isinstance(record.get("payload"), dict)


def _is_head(record: object) -> bool:
    if not isinstance(record, dict) or "type" in record:
        return False
    return {"id", "timestamp", "instructions"} <= record.keys()


def _is_item(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    return record.get("record_type") == "state" or said_in(record) is not None


def _is_bare(found: Peek) -> bool:
    """Say whether a file has the oldest form of lines: the head of a session, and bare items."""
    if found.layout is Layout.DOCUMENT or len(found.records) < 2:
        return False
    return _is_head(found.records[0]) and all(map(_is_item, found.records[1:]))


def _is_document(record: object) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("items"), list):
        return False
    return {"id", "timestamp"} <= as_object(record.get("session")).keys()


def _is_one_document(source: Source) -> bool:
    found = peek_until(source.sample(), _is_wrapped)
    return found is not None and bool(found.records) and _is_document(found.records[0])


def _document(source: Source, reader: _Reader) -> Iterator[Parsed]:
    for piece in document_pieces(source):
        for value in map(as_object, piece.values):
            yield from reader.value(value.get("session"), piece.place)
            for number, item in enumerate(as_list(value.get("items")), 1):
                yield from reader.value(item, f"{piece.place}, item {number}")
        yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
    yield from reader.end()


@dataclass(slots=True)
class _State:
    """What must be known to go on behind an event."""

    session: str = ""
    """The file's own: the first that it names."""
    parent: str = ""
    title: str = ""
    model: str = ""
    previous: str = ""
    """Name of the last item; at first the session in which the items began."""
    from_event: str = ""
    """Name of the item that the last event stood for."""
    spoken: tuple[str, ...] = ()
    """Kinds of items that have come, for which events do not count any more."""
    recent: list[list[str]] = field(default_factory=list)
    """The last turns that were not rolled back: the role and the name of each."""


class _Reader(EventReader):
    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        super().__init__(source, resume)
        members = self.resumed()
        spoken, recent = tuple(members.get("spoken", ())), [*members.get("recent", ())]
        self._state = _State(**members | {"spoken": spoken, "recent": recent})

    def state(self) -> JsonObject:
        members = {name: getattr(self._state, name) for name in _State.__slots__}
        return members | {"recent": [*self._state.recent]}

    def conversation(self) -> ConversationFound:
        state = self._state
        return session_found(
            self.source, session=state.session, title=state.title, parent=state.parent
        )

    def event(self, record: JsonObject, place: str) -> Iterator[Parsed | TurnDraft]:
        kind, payload = text_at(record, "type"), record.get("payload")
        if kind not in _WRAPPED and (_is_head(record) or "record_type" in record or not kind):
            self._head(record)
        elif kind not in _WRAPPED:
            yield from self._item(record, record)
        elif not isinstance(payload, dict):
            yield unreadable(record, place, f"Its type is {kind!r}, but it has no payload.")
        elif kind == "session_meta":
            self._head(payload)
        elif kind == "turn_context":
            self._state.model = text_at(payload, "model") or self._state.model
        elif kind == "response_item":
            yield from self._item(payload, record)
        elif kind == "event_msg":
            yield from self._event(payload, record)
        elif kind == "compacted" and (text := text_at(payload, "message")):
            said = Said(role=Role.SYSTEM, content=Content(text=text))
            yield self._turn(said, self._next(said), record)

    def _head(self, head: JsonObject) -> None:
        """Take the head of a session: its own, or that of one from which items were copied."""
        state, session = self._state, id_at(head, "id")
        if not session:
            return
        if not state.session:
            state.session = session
            state.parent = id_at(head, "forked_from_id", "parent_thread_id") or _spawned_by(head)
            state.previous = id_at(head, "forked_from_id") or session
        elif session != state.session:
            state.previous = session

    def _item(self, item: JsonObject, record: JsonObject) -> Iterator[Parsed | TurnDraft]:
        said, state = said_in(item), self._state
        if said is None:
            if text_at(item, "type") not in QUIET:
                self.skip(text_at(item, "type"))
            return
        if said.content.is_empty:
            return
        name = self._next(said)
        kind = _REASONING if item.get("type") == _REASONING else said.role.value
        if text_at(item, "type") in ("", "message", _REASONING) and kind not in state.spoken:
            state.spoken = (*state.spoken, kind)
        if name != state.from_event:
            yield self._turn(said, name, record)
        state.previous, state.from_event = name, ""

    def _event(self, event: JsonObject, record: JsonObject) -> Iterator[Parsed | TurnDraft]:
        """Read an event: words that no item says, a title, or a way back."""
        state, kind = self._state, text_at(event, "type")
        if kind == "thread_name_updated":
            state.title = text_at(event, "thread_name", "name") or state.title
            yield from self.retell()
        elif kind == "thread_rolled_back":
            yield from self._roll_back(size_at(event, "num_turns") or 0)
        if kind not in _EVENTS or _EVENTS[kind][0] in state.spoken:
            return
        role, member = _EVENTS[kind]
        text = text_at(event, member)
        if not text.strip():
            return
        if role == _REASONING:
            said = Said(role=Role.ASSISTANT, content=Content(thinking=text))
        else:
            said = Said(role=Role(role), content=Content(text=text))
        if state.from_event:
            state.previous = state.from_event
        state.from_event = self._next(said)
        yield self._turn(said, state.from_event, record)

    def _roll_back(self, prompts: int) -> Iterator[Parsed]:
        """Leave the last prompts of a person, and all that followed from them."""
        recent = self._state.recent
        asked = [at for at, (role, _) in enumerate(recent) if role == Role.USER]
        if prompts < 1 or not asked:
            return
        first = asked[max(0, len(asked) - prompts)]
        left = tuple(name for _, name in recent[first:])
        del recent[first:]
        yield from self.retell()
        yield TurnsLeft(native_ids=left)

    def _next(self, said: Said) -> str:
        """Name the next item."""
        parts = (self._state.previous, said.role.value, said.name, said.content.hash)
        return digest("codex", *parts)[:_DIGITS]

    def _turn(self, said: Said, name: str, record: JsonObject) -> TurnDraft:
        recent = self._state.recent
        recent.append([said.role.value, name])
        del recent[:-_REMEMBERED]
        moment = moment_at(record, self.zone, "timestamp")
        author = self._state.model if said.role is Role.ASSISTANT else said.name
        draft = TurnDraft(role=said.role, content=said.content, native_id=name, author=author)
        return replace(draft, at=moment.at, at_raw=moment.raw, zone_known=moment.zone_known)


def _spawned_by(head: JsonObject) -> str:
    """Return the session that started this one for a part of its work."""
    agent = as_object(as_object(head.get("source")).get("subagent"))
    return id_at(as_object(agent.get("thread_spawn")), "parent_thread_id")
