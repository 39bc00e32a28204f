"""ChatGPT exports: `conversations.json` or its numbered parts, and single conversations.

A conversation is a tree, because messages are edited and replies made anew. All branches are kept;
those that were left are not active. A node that says nothing is left out, and its children answer
the node before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from zoneinfo import ZoneInfo

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Content, Role, ToolCall, ToolResult, TurnDraft
from minutebook.sources.formats.chatgpt.citations import with_citations
from minutebook.sources.formats.chatgpt.content import (
    CONTEXT_KINDS,
    add_content,
    attached_ids,
    attachments_of,
)
from minutebook.sources.formats.chatgpt.tree import Tree
from minutebook.sources.formats.json.chats import read_each
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.stream import pieces
from minutebook.sources.formats.json.text import excerpt_of
from minutebook.sources.formats.json.values import JsonObject, as_object, id_at, moment_of, text_at
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
_TO_ALL = frozenset({"", "all"})
_ROLES = {
    "user": Role.USER,
    "assistant": Role.ASSISTANT,
    "system": Role.SYSTEM,
    "developer": Role.SYSTEM,
    "tool": Role.TOOL,
}
_HIDDEN = ("is_visually_hidden_from_conversation", "is_user_system_message")
_BESIDE = frozenset(
    {
        "user.json",
        "user_settings.json",
        "shared_conversations.json",
        "message_feedback.json",
        "model_comparisons.json",
    }
)
"""What an export has beside its conversations: the account, links, ratings."""
_CONVERSATIONS = ("conversations.json", "conversations-000.json", "conversations-001.json")
_COMMON_ROOTS = frozenset({"client-created-root", "root", ""})


class ChatGPT:
    """Conversations with a `mapping` of nodes."""

    name = "chatgpt"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        if _lies_beside(sample.source):
            reason = "It lies beside the conversations in an export of ChatGPT; no messages."
            return Match(score=0.98, reason=reason, holds_messages=False)
        found = peek_until(sample, _is_conversation)
        share = found.share(_is_conversation) if found else 0.0
        if share < _ENOUGH:
            return None
        return Match(score=0.97, reason="Its conversations are trees of messages in `mapping`.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: exports are written anew as a whole."""
        if _lies_beside(source):
            return
        reader = _Reader(source.options.zone)
        for piece in pieces(source):
            for value in piece.values:
                yield from reader.read(value, piece.place)
            yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)


def _lies_beside(source: Source) -> bool:
    return source.name in _BESIDE and _has_trees(source.companion(*_CONVERSATIONS))


def _has_trees(source: Source | None) -> bool:
    """Say whether conversations are those of ChatGPT: others have files of the same name."""
    found = peek_until(source.sample(), _is_conversation) if source is not None else None
    return found is not None and found.share(_is_conversation) >= _ENOUGH


def _is_conversation(record: object) -> bool:
    if not isinstance(record, dict) or "chat_messages" in record:
        return False
    mapping = record.get("mapping")
    if not isinstance(mapping, dict):
        return False
    if not mapping:
        return "current_node" in record or "conversation_id" in record
    return any(_is_node(name, node) for name, node in mapping.items())


def _is_node(name: str, node: object) -> bool:
    if not isinstance(node, dict):
        return False
    return node.get("id") == name or bool({"message", "children"} & node.keys())


class _Reader:
    """Reads conversations one after another."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone
        self._begun = 0

    def read(self, value: object, place: str) -> list[Parsed]:
        """Read what stands at one place: a conversation, or a list of them."""
        return read_each(value, place, self._conversation)

    def _conversation(self, value: object, place: str) -> Iterator[Parsed]:
        if not isinstance(value, dict) or not isinstance(value.get("mapping"), dict):
            yield _unreadable(value, place, "It is not a conversation: it has no `mapping`.")
            return
        tree = Tree(value)
        native_id = id_at(value, "conversation_id", "id") or _root_id(tree)
        changed = moment_of(value.get("update_time"), self._zone).at
        yield ConversationFound(
            identity=Identity.GIVEN if native_id else Identity.UNKNOWN,
            native_id=native_id,
            title=text_at(value, "title"),
            ordinal=self._begun,
            as_of=changed,
        )
        self._begun += 1
        yield from _Branches(tree, self._zone, changed).read()
        for name in tree.damaged:
            yield _unreadable(None, f"{place}, node {name!r:.80}", "It is not a node.")


class _Branches:
    """Reads the nodes of one tree."""

    def __init__(self, tree: Tree, zone: ZoneInfo, changed: datetime | None) -> None:
        self._tree = tree
        self._zone = zone
        self._changed = changed
        """When the conversation was changed last."""
        self._turns: dict[str, str | None] = {}
        """Of each node: the turn it is, or the nearest one before it."""
        self._calls: dict[str, str] = {}
        """Of calls and of what came back: the id of the call."""

    def read(self) -> Iterator[TurnFound]:
        for name in self._tree:
            parent = self._tree.parent(name)
            before = self._turns.get(parent) if parent is not None else None
            draft = self._draft(name, parent)
            self._turns[name] = before if draft is None else name
            if draft is not None:
                is_active = name in self._tree.active
                yield TurnFound(
                    draft=replace(draft, native_id=name, parent=before, is_active=is_active)
                )

    def _draft(self, name: str, parent: str | None) -> TurnDraft | None:
        message = as_object(self._tree.nodes[name].get("message"))
        said = _said(message)
        word = text_at(as_object(message.get("author")), "role")
        role = _ROLES.get(word, Role.SYSTEM)
        call = self._calls.get(parent or "", "")
        if role is Role.ASSISTANT and text_at(message, "recipient") not in _TO_ALL:
            said = _as_call(said, name, text_at(message, "recipient"))
            self._calls[name] = name
        elif said.is_empty:
            # What comes back may hang on a node without words.
            self._calls[name] = call
            return None
        elif role is Role.TOOL:
            said = _as_result(said, call, is_error=_kind(message) == "system_error")
            self._calls[name] = call
        elif _is_hidden(message):
            role = Role.SYSTEM
        moment = moment_of(message.get("create_time"), self._zone)
        return TurnDraft(
            role=role,
            content=said,
            author=_author(message, role) or ("" if word in _ROLES else word),
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
            as_of=self._as_of(message),
        )

    def _as_of(self, message: JsonObject) -> datetime | None:
        edited = moment_of(message.get("update_time"), self._zone).at
        return max(filter(None, (edited, self._changed)), default=None)


def _said(message: JsonObject) -> Content:
    builder = ContentBuilder()
    content = message.get("content")
    if isinstance(content, dict):
        add_content(builder, content, attached_ids(message))
    else:
        builder.add(content)
    for attachment in attachments_of(message):
        builder.add_attachment(attachment)
    return with_citations(builder.build(), message)


def _kind(message: JsonObject) -> str:
    return text_at(as_object(message.get("content")), "content_type")


def _as_call(said: Content, name: str, recipient: str) -> Content:
    call = ToolCall(id=name, name=recipient, arguments=said.text)
    return replace(said, text="", tool_calls=(call,))


def _as_result(said: Content, call: str, *, is_error: bool) -> Content:
    result = ToolResult(call_id=call, content=said.text, is_error=is_error)
    return replace(said, text="", tool_results=(result,))


def _is_hidden(message: JsonObject) -> bool:
    metadata = as_object(message.get("metadata"))
    is_flagged = any(metadata.get(key) is True for key in _HIDDEN)
    weight = message.get("weight")
    return is_flagged or _kind(message) in CONTEXT_KINDS or (weight == 0 and weight is not False)


def _author(message: JsonObject, role: Role) -> str:
    name = text_at(as_object(message.get("author")), "name")
    if role is Role.ASSISTANT:
        return text_at(as_object(message.get("metadata")), "model_slug") or name
    return "" if role is Role.SYSTEM else name


def _root_id(tree: Tree) -> str:
    """Return the first node with a name of its own: it names conversations of old exports."""
    return next((name for name in tree if name not in _COMMON_ROOTS), "")


def _unreadable(value: object, place: str, reason: str) -> Unreadable:
    excerpt = "" if value is None else excerpt_of(value)
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt))
