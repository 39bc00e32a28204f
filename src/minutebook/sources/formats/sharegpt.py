"""ShareGPT: lists of `{from, value}`, the form in which conversations are traded as data sets."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import TypeGuard
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Content, Role, ToolCall, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder, call_of
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.values import (
    JsonObject,
    id_at,
    moment_at,
    objects,
    text_at,
)
from minutebook.sources.formats.messages.drafts import MESSAGE_TIMES
from minutebook.sources.formats.messages.reader import Envelope, read_messages, stated_id
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source

_LIST_KEYS = ("conversations", "conversation", "items")
_CALL = "function_call"
_ROLES = {
    "system": Role.SYSTEM,
    "human": Role.USER,
    "user": Role.USER,
    "gpt": Role.ASSISTANT,
    "assistant": Role.ASSISTANT,
    "chatgpt": Role.ASSISTANT,
    "bing": Role.ASSISTANT,
    "bard": Role.ASSISTANT,
    "model": Role.ASSISTANT,
    "claude": Role.ASSISTANT,
    "gemini": Role.ASSISTANT,
    "bot": Role.ASSISTANT,
    "tool": Role.TOOL,
    "observation": Role.TOOL,
    _CALL: Role.ASSISTANT,
}
_NAMED = frozenset({"chatgpt", "bing", "bard", "claude", "gemini"})
_ENOUGH = 0.5


class ShareGPT:
    """The format, and the dialect of its messages; see `message_reader.Dialect`."""

    name = "sharegpt"
    list_keys = frozenset(_LIST_KEYS)

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_ours)
        share = found.share(_is_ours) if found else 0.0
        if share < _ENOUGH:
            return None
        return Match(score=0.95 * share, reason="Its records are turns with `from` and `value`.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`."""
        return read_messages(self, source, resume)

    def envelope(self, record: JsonObject, zone: ZoneInfo) -> Envelope | None:
        """Read a conversation; None when the record is none."""
        turns = next((record[key] for key in _LIST_KEYS if isinstance(record.get(key), list)), None)
        if turns is None:
            return None
        system = text_at(record, "system", "system_prompt")
        return Envelope(
            messages=turns,
            native_id=stated_id(record),
            title=text_at(record, "title", "name"),
            begun=moment_at(record, zone, *MESSAGE_TIMES),
            opening=(TurnDraft(role=Role.SYSTEM, content=Content(text=system)),) if system else (),
        )

    def conversations_in(self, record: JsonObject) -> None:
        """See `Dialect`: nobody wraps these."""

    def is_message(self, value: object) -> TypeGuard[JsonObject]:
        """Say whether a value is one turn."""
        return isinstance(value, dict) and isinstance(value.get("from"), str) and "value" in value

    def drafts(self, message: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
        """Read one turn."""
        word = text_at(message, "from")
        role = _ROLES.get(word.lower())
        moment = moment_at(message, zone, *MESSAGE_TIMES)
        is_telling = role is None or word.lower() in _NAMED
        draft = TurnDraft(
            role=role or Role.SYSTEM,
            content=_content(word.lower(), message.get("value")),
            author=text_at(message, "name") or (word if is_telling else ""),
            native_id=id_at(message, "id") or None,
            at=moment.at,
            at_raw=moment.raw,
            zone_known=moment.zone_known,
        )
        return [draft]


def _content(word: str, value: object) -> Content:
    builder = ContentBuilder()
    if _ROLES.get(word) is Role.TOOL:
        builder.add_result("", value)
    elif word == _CALL and (calls := _calls(value)):
        for call in calls:
            builder.add_call(call)
    else:
        builder.add(value)
    return builder.build()


def _calls(value: object) -> list[ToolCall]:
    """Read `{name, arguments}` or a list of them, as JSON text; calls have no ids here."""
    try:
        found = json.loads(value, strict=False) if isinstance(value, str) else value
    except (ValueError, RecursionError):
        return []
    listed = objects(found if isinstance(found, list) else [found])
    named = [call for call in listed if text_at(call, "name")]
    return [call_of({"id": text_at(call, "name"), "function": call}) for call in named]


def _is_ours(record: object) -> bool:
    if not isinstance(record, dict):
        return False
    turns = next((record[key] for key in _LIST_KEYS if isinstance(record.get(key), list)), [record])
    return any(_is_turn(turn) for turn in turns[:50])


def _is_turn(turn: object) -> bool:
    return (
        isinstance(turn, dict)
        and isinstance(turn.get("from"), str)
        and turn["from"].lower() in _ROLES
        and ("value" in turn or turn.keys() == {"from"})
        and not isinstance(turn.get("value"), (int, float))
    )
