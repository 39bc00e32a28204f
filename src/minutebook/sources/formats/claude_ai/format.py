"""Claude.ai exports: an array of conversations in each batch, or one conversation by itself.

Messages name the one before them where the service does; edits and retries then make a tree, of
which all branches are kept. The others follow one another. The official export does not say which
branch is followed: the one with the latest message is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Role, TurnDraft
from minutebook.sources.formats.chatgpt.tree import Tree
from minutebook.sources.formats.claude_ai.content import said_in
from minutebook.sources.formats.json.chats import read_each
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.stream import pieces
from minutebook.sources.formats.json.text import excerpt_of
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    id_at,
    moment_at,
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

_ENOUGH = 0.5
_ROLES = {"human": Role.USER, "user": Role.USER, "assistant": Role.ASSISTANT}


class ClaudeAI:
    """Conversations with `chat_messages`."""

    name = "claude_ai"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_conversation)
        if found is None or found.share(_is_conversation) < _ENOUGH:
            return None
        return Match(score=0.97, reason="Its conversations have `chat_messages` with uuids.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        reader = _Reader(source.options.zone)
        for piece in pieces(source):
            for value in piece.values:
                yield from reader.read(value, piece.place)
            yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)


def _is_conversation(record: object) -> bool:
    if not isinstance(record, dict) or not isinstance(record.get("chat_messages"), list):
        return False
    return bool({"uuid", "created_at", "name"} & record.keys())


class _Reader:
    """Reads conversations one after another."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._begun = 0

    def read(self, value: object, place: str) -> list[Parsed]:
        """Read what stands at one place: a conversation, or a list of them."""
        return read_each(value, place, self._conversation)

    def _conversation(self, value: object, place: str) -> Iterator[Parsed]:
        if not isinstance(value, dict) or not isinstance(value.get("chat_messages"), list):
            yield _unreadable(value, place, "It is not a conversation: it has no `chat_messages`.")
            return
        native_id = id_at(value, "uuid", "conversation_id")
        yield ConversationFound(
            identity=Identity.GIVEN if native_id else Identity.UNKNOWN,
            native_id=native_id,
            title=text_at(value, "name"),
            ordinal=self._begun,
            as_of=moment_at(value, self._zone, "updated_at").at,
        )
        self._begun += 1
        yield from _Messages(value, self._zone).read(place)


class _Messages:
    """Reads the messages of one conversation as the tree that they make."""

    def __init__(self, conversation: JsonObject, zone: ZoneInfo) -> None:
        self._zone = zone
        self._model = text_at(conversation, "model")
        self._changed = moment_at(conversation, zone, "updated_at").at
        self._broken: list[tuple[int, object]] = []
        self._messages: dict[str, JsonObject] = {}
        mapping = self._mapping(as_list(conversation["chat_messages"]))
        current = text_at(conversation, "current_leaf_message_uuid")
        self._tree = Tree({"mapping": mapping, "current_node": current})

    def _mapping(self, messages: list[object]) -> JsonObject:
        """Return the messages as nodes; a message that names none follows the one before it."""
        nodes: JsonObject = {}
        before = None
        for number, message in enumerate(messages, 1):
            if not isinstance(message, dict):
                self._broken.append((number, message))
                continue
            name = id_at(message, "uuid") or f"#{number}"
            name = f"{name}#{number}" if name in nodes else name
            parent = id_at(message, "parent_message_uuid") or before
            said_at = {"create_time": message.get("created_at")}
            nodes[name] = {"parent": parent, "message": said_at}
            self._messages[name] = message
            before = name
        return nodes

    def read(self, place: str) -> Iterator[Parsed]:
        turns: dict[str, str | None] = {}
        for name in self._tree:
            parent = self._tree.parent(name)
            before = turns.get(parent) if parent is not None else None
            draft = self._draft(self._messages[name])
            turns[name] = before if draft.content.is_empty else name
            if not draft.content.is_empty:
                is_active = name in self._tree.active
                native_id = None if name.startswith("#") else name
                yield TurnFound(
                    draft=replace(draft, native_id=native_id, parent=before, is_active=is_active)
                )
        for number, value in self._broken:
            yield _unreadable(value, f"{place}, message {number}", "It is no message.")

    def _draft(self, message: JsonObject) -> TurnDraft:
        word = text_at(message, "sender", "role")
        role = _ROLES.get(word, Role.SYSTEM)
        moment = moment_at(message, self._zone, "created_at")
        edited = moment_at(message, self._zone, "updated_at").at
        author = self._model if role is Role.ASSISTANT else "" if role is Role.USER else word
        return TurnDraft(
            role=role,
            content=said_in(message),
            author=author,
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
            as_of=max(filter(None, (edited, self._changed)), default=None),
        )


def _unreadable(value: object, place: str, reason: str) -> Unreadable:
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt_of(value)))
