"""Conversations as the chat interfaces of the model providers take and give them.

The dialects of OpenAI and Anthropic share this reading: records of either are wrapped alike, by
batch files and by logs of requests and replies. What tells them apart is in `message_signs`.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import Any, TypeGuard
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Role, TurnDraft
from minutebook.sources.formats.json.content_blocks import ContentBuilder
from minutebook.sources.formats.json.values import (
    NO_MOMENT,
    JsonObject,
    Moment,
    as_list,
    as_object,
    moment_at,
    objects,
    text_at,
)
from minutebook.sources.formats.messages.drafts import (
    MESSAGE_TIMES,
    is_message,
    message_drafts,
)
from minutebook.sources.formats.messages.reader import Envelope, stated_id

_LIST_KEYS = ("messages", "conversation", "conversations", "contents")
_ANY_ZONE = ZoneInfo("UTC")
_AROUND = ("conversations", "requests", "data", "chats", "sessions", "threads", "items")
"""Members in which one object holds many conversations."""
_WRAPPERS = ("body", "params", "request", "input", "data")
_PAIRS = (
    ("prompt", "response"),
    ("prompt", "completion"),
    ("question", "answer"),
    ("user", "assistant"),
)
"""Members that hold what a person and what a model said, once each."""


class MessageLists:
    """The dialect of both providers; see `message_reader.Dialect`."""

    list_keys = frozenset(_LIST_KEYS)

    def envelope(self, record: JsonObject, zone: ZoneInfo) -> Envelope | None:
        """Read a conversation, wrapped or not; None when the record is none."""
        holder, messages = messages_of(record)
        closing = replies(record, zone)
        if messages is None and not closing:
            messages = pair_of(record)
        if messages is None and not closing:
            return None
        return Envelope(
            messages=messages or (),
            native_id=stated_id(record) or ("" if holder is record else stated_id(holder)),
            title=text_at(record, "title", "name", "subject", "topic", "custom_id"),
            begun=moment_at(record, zone, *MESSAGE_TIMES),
            opening=_instructions(holder),
            closing=closing,
        )

    def conversations_in(self, record: JsonObject) -> Sequence[object] | None:
        """Return the conversations of an object that holds nothing else; None when it does not."""
        return conversations_in(record)

    def is_message(self, value: object) -> TypeGuard[JsonObject]:
        """Say whether a value is one message."""
        return is_message(value)

    def drafts(self, message: JsonObject, zone: ZoneInfo) -> list[TurnDraft]:
        """Read the turns of a message."""
        return message_drafts(message, zone)


def messages_of(record: JsonObject) -> tuple[JsonObject, Sequence[object] | None]:
    """Find the messages of a record, and the object right around them."""
    for holder in (record, *(as_object(record.get(key)) for key in _WRAPPERS)):
        for key in _LIST_KEYS:
            messages = holder.get(key)
            if isinstance(messages, list) and all(isinstance(item, dict) for item in messages[:1]):
                return holder, messages
        asked = holder.get("input")
        if isinstance(asked, list) and any(map(is_message, asked)):
            return holder, asked
        if isinstance(asked, str) and asked and text_at(holder, "model"):
            return holder, [{"role": "user", "content": asked}]
    listed = record.get("data")
    if record.get("object") == "list" and isinstance(listed, list) and all(map(is_message, listed)):
        return record, _oldest_first(listed)
    return record, None


def pair_of(record: JsonObject) -> Sequence[object] | None:
    """Return a question and its answer as messages, if a record is that."""
    for asked, answered in _PAIRS:
        if (question := text_at(record, asked)) and (answer := text_at(record, answered)):
            return [
                {"role": "user", "content": question},
                {"role": "assistant", "content": answer},
            ]
    return None


def _oldest_first(messages: list[Any]) -> list[Any]:
    """Turn a list of an interface round when it has the newest first, as is its custom."""
    moments = [moment.at for message in messages if (moment := _moment(message)).at is not None]
    is_reversed = len(moments) > 1 and moments[0] > moments[-1]
    return messages[::-1] if is_reversed else messages


def _moment(message: JsonObject) -> Moment:
    return moment_at(message, _ANY_ZONE, *MESSAGE_TIMES)


def conversations_in(record: JsonObject) -> Sequence[object] | None:
    """Find a list of conversations in an object around them."""
    for key in _AROUND:
        items = record.get(key)
        if isinstance(items, list) and any(map(_holds_messages, items[:3])):
            return items
    return None


def _holds_messages(item: object) -> bool:
    if not isinstance(item, dict) or is_message(item):
        return False
    return any(map(is_message, messages_of(item)[1] or ()))


def _instructions(holder: JsonObject) -> tuple[TurnDraft, ...]:
    builder = ContentBuilder()
    builder.add(holder.get("system") or holder.get("system_prompt"))
    if "input" in holder or "output" in holder:
        builder.add_text(text_at(holder, "instructions"))
    content = builder.build()
    return () if content.is_empty else (TurnDraft(role=Role.SYSTEM, content=content),)


def replies(record: JsonObject, zone: ZoneInfo) -> tuple[TurnDraft, ...]:
    """Read what a model replied to a request, when the record holds that.

    OpenAI: `choices[].message`, of which those behind the first are branches that were left, or
    the items of `output`; Anthropic: a message, or the `message` of a `result`.
    """
    response = as_object(record.get("response"))
    for holder in (record, response, as_object(response.get("body"))):
        choices = objects(as_list(holder.get("choices")))
        answers = [item["message"] for item in choices if is_message(item.get("message"))]
        if not answers and holder is not record and is_message(holder):
            answers = [holder]
        if answers:
            return tuple(_answers(answers, moment_at(holder, zone, *MESSAGE_TIMES), zone))
        if items := [item for item in as_list(holder.get("output")) if is_message(item)]:
            moment = moment_at(holder, zone, *MESSAGE_TIMES)
            return tuple(turn for item in items for turn in _answers([item], moment, zone))
    message = as_object(record.get("result")).get("message")
    return tuple(_answers([message], NO_MOMENT, zone)) if is_message(message) else ()


def _answers(answers: list[Any], moment: Moment, zone: ZoneInfo) -> Iterator[TurnDraft]:
    for number, answer in enumerate(answers):
        for draft in message_drafts(answer, zone):
            turn = replace(draft, is_active=number == 0)
            if turn.at is None and moment.at is not None:
                turn = replace(turn, at=moment.at, at_raw=moment.raw, zone_known=moment.zone_known)
            yield turn
