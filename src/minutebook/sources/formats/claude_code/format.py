"""Claude Code sessions: one JSON line per event, appended while people and models talk.

One reply of the model comes as several lines, a block in each, which make one turn. The turn stays
open over the results of its own tool calls, and a checkpoint stands before it, because more of it
may follow. Every turn names its parent; which turns a rewind leaves is told when it comes.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Role, TurnDraft
from minutebook.sources.formats.claude_code.records import (
    Kind,
    agent_of,
    assistant_frame,
    frame_of,
    kind_of,
    message_id,
    message_of,
    parent_of,
    session_of,
    title_of,
    user_turns,
)
from minutebook.sources.formats.claude_code.state import SessionState
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.sample import Layout, peek
from minutebook.sources.formats.json.stream import LineStart, Piece, line_pieces
from minutebook.sources.formats.json.text import excerpt_of, nested_too_deeply
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_object,
    id_at,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    TurnsLeft,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_TURNS_PER_CHECKPOINT = 200
_MOST_RESULTS = 64
"""Results for which a reply is held open."""
_TALK = frozenset({"user", "assistant", "system", "attachment", "progress"})
_NOTES = frozenset(
    {"summary", "custom-title", "ai-title", "agent-name", "file-history-snapshot", "last-prompt"}
    | {"queue-operation", "permission-mode", "pr-link", "tag"}
)
_HISTORY = "history.jsonl"
_TYPED = frozenset({"display", "timestamp", "project"})
_ENOUGH = 0.5


class ClaudeCode:
    """`~/.claude/projects/…/<session>.jsonl`, those of sub-agents, and streamed output."""

    name = "claude_code"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        if _are_prompts(sample):
            reason = "It lists the prompts of sessions of Claude Code, which hold them, too."
            return Match(score=0.97, reason=reason, holds_messages=False)
        found = peek(sample)
        if found is None or found.is_list or found.layout is Layout.DOCUMENT:
            return None
        if found.share(_is_talk) > 0 and found.share(_is_line) >= _ENOUGH:
            reason = "Its lines are events of a session, with types, uuids and session ids."
            return Match(score=0.97, reason=reason)
        if found.share(_is_note) == 1:
            return Match(score=0.8, reason="Its lines are titles or notes of a session.")
        return None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        if source.name == _HISTORY and _are_prompts(source.sample()):
            return iter(())
        return _Reader(source, resume).read()


def _are_prompts(sample: Sample) -> bool:
    """Say whether a file is the history of prompts, which the sessions hold themselves."""
    found = peek(sample) if sample.source.name == _HISTORY else None
    return found is not None and bool(found.records) and all(map(_is_prompt_listed, found.records))


def _is_prompt_listed(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _TYPED


def _is_talk(record: object) -> bool:
    """Say whether a line is one of a conversation, even when it is cut off in its middle."""
    if not isinstance(record, dict) or text_at(record, "type") not in _TALK:
        return False
    if isinstance(record.get("message"), str):
        return False
    is_placed = bool(session_of(record)) or "parentUuid" in record or "isSidechain" in record
    return is_placed and ("uuid" in record or "message" in record)


def _is_line(record: object) -> bool:
    """Say whether a line may stand among those of a conversation."""
    if _is_talk(record) or _is_note(record):
        return True
    is_typed = isinstance(record, dict) and isinstance(record.get("type"), str)
    return is_typed and bool(session_of(as_object(record)))


def _is_note(record: object) -> bool:
    """Say whether a line is one that Claude Code writes beside conversations."""
    if not isinstance(record, dict) or text_at(record, "type") not in _NOTES:
        return False
    return bool({"leafUuid", "messageId", "sessionId"} & record.keys())


@dataclass(slots=True)
class _Reply:
    """A reply of the model, while its lines come in."""

    conversation: str
    message: str
    """Id that all its lines share; empty when the log has none."""
    frame: TurnDraft
    before: SessionState
    start: int | None
    """Offset of its first line, if reading can be taken up there."""
    builder: ContentBuilder = field(default_factory=ContentBuilder)
    uuids: set[str] = field(default_factory=set)
    results: list[TurnFound] = field(default_factory=list)

    def goes_on(self, conversation: str, message: str) -> bool:
        """Say whether a line of this message is one more of its own."""
        return bool(message) and (conversation, message) == (self.conversation, self.message)

    def awaits(self, conversation: str, turns: list[TurnDraft]) -> bool:
        """Say whether these turns are results of its own calls, and nothing else."""
        if conversation != self.conversation or len(self.results) >= _MOST_RESULTS:
            return False
        results = turns[0].content.tool_results
        called = {result.call_id for result in results} <= self.builder.call_ids
        return len(turns) == 1 and bool(results) and called


class _Reader:
    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        self._source = source
        self._zone = source.options.zone
        self._state = SessionState.of(resume)
        self._begin = LineStart(offset=resume.offset if resume else 0, number=self._state.line)
        self._is_told = False
        self._reply: _Reply | None = None
        self._since = 0
        self._line = self._state.line
        self._start: int | None = None
        """Offset of the record being read, if reading can be taken up there."""
        self._is_last = False
        """Whether the line being read is the last, and may still grow."""
        agent = source.stem.removeprefix("agent-")
        self._agent = agent if agent != source.stem else ""

    def read(self) -> Iterator[Parsed]:
        last: Piece | None = None
        for piece in line_pieces(self._source, self._begin):
            self._line, self._start = piece.number, piece.start
            self._is_last = piece.end is None
            if self._reply is None:
                yield from self._checkpoint()
            for value in piece.values:
                yield from self._value(value, piece.place)
                self._start = None
            yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
            last = piece
        yield from self._end(last)

    def _end(self, last: Piece | None) -> Iterator[Parsed]:
        if self._reply is not None:
            if self._reply.start is not None:
                yield self._reply.before.checkpoint(self._reply.start)
            yield from self._close()
        elif last is not None and last.start is not None and last.end is not None:
            yield self._state.copy(last.number + 1).checkpoint(last.end)

    def _checkpoint(self) -> Iterator[Parsed]:
        """Yield a checkpoint before a record when one is due, and always before an open line."""
        is_due = self._since >= _TURNS_PER_CHECKPOINT or self._is_last
        if is_due and self._start is not None:
            self._since = 0
            yield self._state.copy(self._line).checkpoint(self._start)

    def _value(self, value: object, place: str) -> Iterator[Parsed]:
        if not isinstance(value, dict) or not isinstance(value.get("type"), str):
            yield _unreadable(value, place, "It is no event of a session: it has no type.")
            return
        found: list[Parsed] = []
        try:
            found += self._record(value, place)
        except RecursionError:
            found.append(Unreadable(rejected=nested_too_deeply(place)))
        yield from found

    def _record(self, record: JsonObject, place: str) -> Iterator[Parsed]:
        kind = kind_of(record)
        if kind is Kind.OTHER:
            self._pass_over(record)
            yield from self._entitle(record)
        elif kind is Kind.SYSTEM:
            yield from self._say(record, Role.SYSTEM, record)
        elif (message := message_of(record)) is None:
            yield _unreadable(record, place, f"Its type is {kind.value!r}, but it has no message.")
        elif kind is Kind.USER:
            yield from self._say(record, Role.USER, message)
        else:
            yield from self._answer(record, message)

    def _say(self, record: JsonObject, role: Role, message: JsonObject) -> Iterator[Parsed]:
        conversation = self._conversation(record)
        frame = frame_of(record, role, self._zone, self._turn_before(record))
        turns = user_turns(record, frame, message["content"])
        found = [TurnFound(draft=turn) for turn in turns]
        if not turns:
            self._pass_over(record)
        elif self._reply is not None and self._reply.awaits(conversation, turns):
            self._reply.results += found
        else:
            yield from self._close()
            yield from self._checkpoint()
            yield from self._tell(conversation)
            yield from self._found(found, is_prompt=_is_prompt(record, turns))

    def _answer(self, record: JsonObject, message: JsonObject) -> Iterator[Parsed]:
        conversation = self._conversation(record)
        reply = self._reply
        if reply is None or not reply.goes_on(conversation, message_id(record)):
            yield from self._close()
            yield from self._checkpoint()
            yield from self._tell(conversation)
            frame = assistant_frame(record, self._zone, self._turn_before(record))
            reply = self._reply = _Reply(
                conversation=conversation,
                message=message_id(record),
                frame=frame,
                before=self._state.copy(self._line),
                start=self._start,
            )
        uuid = id_at(record, "uuid")
        if not uuid or uuid not in reply.uuids:
            reply.builder.add(message["content"])
        if uuid:
            reply.uuids.add(uuid)
            if uuid != reply.frame.native_id and reply.frame.native_id:
                self._state.link(uuid, reply.frame.native_id)

    def _close(self) -> Iterator[Parsed]:
        """Yield the open reply."""
        reply, self._reply = self._reply, None
        if reply is None:
            return
        content = reply.builder.build()
        if content.is_empty and reply.frame.native_id and reply.frame.parent:
            self._state.link(reply.frame.native_id, reply.frame.parent)
        if not content.is_empty:
            yield from self._found([TurnFound(draft=replace(reply.frame, content=content))])
        yield from self._found(reply.results)

    def _found(self, found: list[TurnFound], *, is_prompt: bool = False) -> Iterator[Parsed]:
        """Yield turns, and what they leave behind. Sub-agents never go back."""
        branches = self._state.branches
        for turn in found:
            draft = turn.draft
            self._since += 1
            if draft.native_id is None or "/agent-" in self._state.conversation:
                yield turn
                continue
            parent = draft.parent or ""
            left = branches.add(draft.native_id, parent, is_prompt=is_prompt)
            is_active = not branches.is_left(draft.native_id)
            yield turn if is_active else TurnFound(draft=replace(draft, is_active=False))
            if left:
                yield TurnsLeft(native_ids=left)

    def _tell(self, conversation: str) -> Iterator[Parsed]:
        state = self._state
        if self._is_told and conversation == state.conversation:
            return
        is_continued = not self._is_told and conversation == state.conversation
        self._is_told = True
        state.conversation = conversation
        yield _told(conversation, state.title(conversation), is_continued=is_continued)

    def _entitle(self, record: JsonObject) -> Iterator[Parsed]:
        """Take a title; a conversation that has begun without it is found again."""
        title, state = title_of(record), self._state
        if title is None:
            return
        before = state.title(state.conversation)
        state.entitle(title)
        after = state.title(state.conversation)
        if self._is_told and after != before:
            yield _told(state.conversation, after, is_continued=False)

    def _conversation(self, record: JsonObject) -> str:
        """Return the conversation of a line: its session, or a sub-agent's own."""
        state = self._state
        session = session_of(record) or state.session or self._source.stem
        state.session = session
        agent = agent_of(record) or self._agent
        if not agent and record.get("isSidechain") is True:
            agent = state.agent_of(id_at(record, "uuid"), id_at(record, "parentUuid"))
        return f"{session}/agent-{agent}" if agent else session

    def _turn_before(self, record: JsonObject) -> str:
        parent = parent_of(record)
        return self._state.links.get(parent, parent)

    def _pass_over(self, record: JsonObject) -> None:
        """Let the turn before a line without words stand for it."""
        uuid, parent = id_at(record, "uuid"), self._turn_before(record)
        if uuid and parent:
            self._state.link(uuid, parent)


def _is_prompt(record: JsonObject, turns: list[TurnDraft]) -> bool:
    """Say whether a line is what somebody typed when it was their turn."""
    is_typed = len(turns) == 1 and turns[0].role is Role.USER
    return is_typed and record.get("type") == "user" and bool(id_at(record, "parentUuid"))


def _told(conversation: str, title: str, *, is_continued: bool) -> ConversationFound:
    return ConversationFound(
        identity=Identity.GIVEN,
        native_id=conversation,
        title=title,
        has_global_turns=True,
        is_continued=is_continued,
    )


def _unreadable(value: object, place: str, reason: str) -> Unreadable:
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt_of(value)))
