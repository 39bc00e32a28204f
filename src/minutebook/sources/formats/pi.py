"""Sessions of the coding agent pi: entries as JSON Lines, which make a tree in newer versions.

An entry's own id is short, and is given only when an old file is taken up by a newer version; its
time, to the millisecond, goes with it into every copy. So a turn is named by its time and what it
says: the same before and after, and in the sessions that were branched off. Who goes back leaves
what followed; of a return to what was left nothing is told.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

from minutebook.domain.identity import digest
from minutebook.domain.turns import Content, Role, ToolCall, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder, call_of
from minutebook.sources.formats.json.events import EventReader, session_found, unreadable, uuid_in
from minutebook.sources.formats.json.sample import Layout, peek
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    dump,
    id_at,
    moment_at,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Parsed,
    TurnsLeft,
)
from minutebook.sources.source import Sample, Source

_ROLES = {
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "toolResult": Role.TOOL,
    "bashExecution": Role.TOOL,
    "custom": Role.SYSTEM,
    "hookMessage": Role.SYSTEM,
    "branchSummary": Role.SYSTEM,
    "compactionSummary": Role.SYSTEM,
}
_SUMMARIES = frozenset({"compaction", "branch_summary"})
_QUIET = frozenset({"model_change", "thinking_level_change", "custom", "label"})
_KINDS = _SUMMARIES | _QUIET | {"session", "message", "custom_message", "session_info"}
_DIGITS = 24
_REMEMBERED = 512
_ENOUGH = 0.5


class Pi:
    """`~/.pi/agent/sessions/…/<time>_<session>.jsonl`."""

    name = "pi"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek(sample)
        if found is None or found.is_list or found.layout is Layout.DOCUMENT:
            return None
        if found.share(_is_entry) < _ENOUGH:
            return None
        if any(map(_is_head, found.records)):
            return Match(score=0.97, reason="Its lines are entries behind the head of a session.")
        return Match(score=0.9, reason="Its lines are entries that hold a message each.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return _Reader(source, resume).read()


def _is_head(record: object) -> bool:
    if not isinstance(record, dict) or record.get("type") != "session":
        return False
    return isinstance(record.get("id"), str) and "timestamp" in record


def _is_entry(record: object) -> bool:
    if not isinstance(record, dict) or text_at(record, "type") not in _KINDS:
        return False
    if record["type"] == "message":
        return text_at(as_object(record.get("message")), "role") in _ROLES and "uuid" not in record
    return "timestamp" in record and (record["type"] != "session" or _is_head(record))


@dataclass(slots=True)
class _State:
    """What must be known to go on behind an entry."""

    session: str = ""
    parent: str = ""
    title: str = ""
    last: str = ""
    """Name of the last turn."""
    alike: int = 0
    """How many turns before had the same time and words as the last one."""
    path: list[list[str]] = field(default_factory=list)
    """The last entries on the branch that is followed: the id of each, and the turn it is."""


class _Reader(EventReader):
    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        super().__init__(source, resume)
        members = self.resumed()
        self._state = _State(**members | {"path": [*members.get("path", ())]})

    def state(self) -> JsonObject:
        members = {name: getattr(self._state, name) for name in _State.__slots__}
        return members | {"path": [*self._state.path]}

    def conversation(self) -> ConversationFound:
        state = self._state
        return session_found(
            self.source, session=state.session, title=state.title, parent=state.parent
        )

    def event(self, record: JsonObject, place: str) -> Iterator[Parsed | TurnDraft]:
        kind, state = text_at(record, "type"), self._state
        if kind == "session":
            state.session = state.session or id_at(record, "id")
            state.parent = uuid_in(text_at(record, "parentSession", "branchedFrom"))
            return
        left = self._go_back(record)
        if left:
            yield TurnsLeft(native_ids=left)
        draft = None
        if kind == "message" and not as_object(record.get("message")):
            yield unreadable(record, place, "Its type is 'message', but it has no message.")
        elif kind == "session_info":
            state.title = text_at(record, "name")
            yield from self.retell()
        elif kind in _KINDS - _QUIET:
            draft = self._draft(record, _said_in(record))
        elif kind not in _QUIET:
            self.skip(kind)
        if draft is not None:
            yield draft
        self._go_on(record, draft)

    def _draft(self, record: JsonObject, said: _Said) -> TurnDraft | None:
        if said.content.is_empty:
            return None
        moment = moment_at(record, self.zone, "timestamp")
        return TurnDraft(
            role=said.role,
            content=said.content,
            author=said.author,
            native_id=self._name(said, moment.raw),
            parent=next((turn for _, turn in reversed(self._state.path) if turn), None),
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
        )

    def _name(self, said: _Said, at: str) -> str:
        state = self._state
        name = digest("pi", at, said.role.value, said.author, said.content.hash)[:_DIGITS]
        state.alike = state.alike + 1 if name == state.last else 0
        state.last = name
        return f"{name}.{state.alike}" if state.alike else name

    def _go_back(self, record: JsonObject) -> tuple[str, ...]:
        """Return the turns that are left when an entry stands behind an earlier one."""
        path = self._state.path
        parent = record.get("parentId")
        if "parentId" not in record or not path or parent == path[-1][0]:
            return ()
        names = [name for name, _ in path]
        if parent is not None and parent not in names:
            return ()
        kept = 0 if parent is None else len(names) - names[::-1].index(parent)
        left = tuple(turn for _, turn in path[kept:] if turn)
        del path[kept:]
        return left

    def _go_on(self, record: JsonObject, draft: TurnDraft | None) -> None:
        """Take an entry into the branch that is followed. Entries of old files have no ids."""
        if name := id_at(record, "id"):
            turn = draft.native_id if draft is not None else None
            self._state.path.append([name, turn or ""])
            del self._state.path[:-_REMEMBERED]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """What an entry says, and who says it."""

    role: Role
    content: Content
    author: str = ""


def _said_in(record: JsonObject) -> _Said:
    kind = text_at(record, "type")
    if kind in _SUMMARIES:
        return _Said(role=Role.SYSTEM, content=Content(text=text_at(record, "summary")))
    message = record if kind == "custom_message" else as_object(record.get("message"))
    word = "custom" if kind == "custom_message" else text_at(message, "role")
    if word == "bashExecution":
        return _command(message)
    builder = ContentBuilder()
    role = _ROLES.get(word, Role.SYSTEM)
    if role is Role.TOOL:
        is_error = message.get("isError") is True
        content = [_block(block) for block in as_list(message.get("content"))]
        builder.add_result(id_at(message, "toolCallId"), content, is_error=is_error)
        return _Said(role=role, content=builder.build(), author=text_at(message, "toolName"))
    _add(builder, message.get("content"))
    builder.add_text(text_at(message, "summary"))
    if role is Role.ASSISTANT and builder.build().is_empty:
        # A reply that failed before it began: the program says why.
        said = Content(text=text_at(message, "errorMessage"))
        return _Said(role=Role.SYSTEM, content=said)
    author = text_at(message, "model", "customType") or ("" if word in _ROLES else word)
    return _Said(role=role, content=builder.build(), author=author)


def _add(builder: ContentBuilder, content: object) -> None:
    for block in content if isinstance(content, list) else [content]:
        if isinstance(block, dict) and block.get("type") == "toolCall":
            builder.add_call(call_of(block))
        else:
            builder.add([_block(block)])


def _block(block: object) -> object:
    """Return a block as the other programs write it: pi has its own way for pictures."""
    if not isinstance(block, dict) or block.get("type") != "image" or "source" in block:
        return block
    return {
        "type": "image",
        "source": {"data": text_at(block, "data"), "media_type": text_at(block, "mimeType")},
    }


def _command(message: JsonObject) -> _Said:
    """Read a command that somebody ran beside the conversation, with what it put out."""
    builder = ContentBuilder()
    command = dump({"command": text_at(message, "command")})
    builder.add_call(ToolCall(id="", name="bash", arguments=command))
    code = message.get("exitCode")
    builder.add_result("", text_at(message, "output"), is_error=code not in (0, None))
    return _Said(role=Role.TOOL, content=builder.build(), author="bash")
