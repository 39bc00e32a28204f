"""Lines of the results of a Message Batch, read without the SDK.

They are kept on the disk, and may be read when nobody can be asked, or long after.
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from minutebook.errors import ModelError
from minutebook.llm.anthropic.reading import reason_of, usage_in
from minutebook.llm.batching import ItemOutcome, ItemResult
from minutebook.llm.protocol import Reply
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.failures import Place, diagnose, symptom_of
from minutebook.llm.remote.results import id_of, inner, object_of, unreadable_answer

_TOLD_INSIDE = 200
"""Failures in results have no status of their own."""


def read_line(line: bytes, place: Place) -> ItemResult:
    """Return one line of results. Raises ModelReplyError."""
    told = object_of(line)
    custom_id, result = id_of(line, told), inner(told, "result")
    match result.get("type"):
        case "succeeded":
            return _succeeded(custom_id, inner(result, "message"), place)
        case "errored":
            return _errored(custom_id, _failure(result, place))
        case "canceled":
            return ItemResult(custom_id=custom_id, outcome=ItemOutcome.CANCELED)
        case "expired":
            return ItemResult(custom_id=custom_id, outcome=ItemOutcome.EXPIRED)
    return _errored(custom_id, unreadable_answer(custom_id))


def _succeeded(custom_id: str, message: Mapping[str, object], place: Place) -> ItemResult:
    if not isinstance(message.get("content"), list):
        return _errored(custom_id, unreadable_answer(custom_id))
    reply = reply_of(message, place)
    return ItemResult(custom_id=custom_id, outcome=ItemOutcome.SUCCEEDED, reply=reply)


def _errored(custom_id: str, error: ModelError) -> ItemResult:
    return ItemResult(custom_id=custom_id, outcome=ItemOutcome.ERRORED, error=error)


def _failure(result: Mapping[str, object], place: Place) -> ModelError:
    """Return the error of a result: the kind that counts is that of the error in the error."""
    return diagnose(symptom_of(_TOLD_INSIDE, result.get("error"), "", {}), place)


def reply_of(message: Mapping[str, object], place: Place) -> Reply:
    """Return a whole message as the reply that its stream would have ended with."""
    builder = ReplyBuilder(place.model, place.server.patience.characters)
    content = message.get("content")
    for index, block in enumerate(content if isinstance(content, list) else ()):
        if isinstance(block, dict):
            _take(builder, str(index), block)
    builder.usage = usage_in(inner(message, "usage"), builder.usage)
    builder.stop_reason = reason_of(message.get("stop_reason"))
    return builder.reply()


def _take(builder: ReplyBuilder, key: str, block: Mapping[str, object]) -> None:
    match block:
        case {"type": "text", "text": str(text)}:
            builder.text(text)
        case {"type": "thinking", "thinking": str(thinking)}:
            builder.thinking(thinking)
        case {"type": "tool_use", "id": str(id_), "name": str(name)}:
            builder.open_call(key, id_, name)
            builder.arguments(key, json.dumps(block.get("input") or {}, ensure_ascii=False))
