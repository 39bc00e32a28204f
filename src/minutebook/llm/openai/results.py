"""Lines of the answers to an OpenAI batch, from its output and its error file alike, read without
the SDK.

What a batch never came to has a line in the error file with a code of its own; a reply that was
too long and a window that was full cannot be told apart here, as the request is not at hand.
"""

from __future__ import annotations

from collections.abc import Mapping

from minutebook.errors import ModelError
from minutebook.llm.batching import ItemOutcome, ItemResult
from minutebook.llm.openai.reading import THINKING_NAMES, reason_of, usage_of
from minutebook.llm.protocol import Reply
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.failures import Place, diagnose, symptom_of
from minutebook.llm.remote.results import id_of, inner, object_of, unreadable_answer

_TOLD_INSIDE = 200
"""Failures that no answer of HTTP stands behind have no status."""
_UNDONE = {
    "batch_expired": ItemOutcome.EXPIRED,
    "batch_cancelled": ItemOutcome.CANCELED,
    "batch_canceled": ItemOutcome.CANCELED,
}


def read_line(line: bytes, place: Place) -> ItemResult:
    """Return one line of results. Raises ModelReplyError."""
    told = object_of(line)
    custom_id, error, response = id_of(line, told), inner(told, "error"), inner(told, "response")
    if error:
        code = error.get("code")
        undone = _UNDONE.get(code) if isinstance(code, str) else None
        if undone is not None:
            return ItemResult(custom_id=custom_id, outcome=undone)
        return _errored(custom_id, diagnose(symptom_of(_TOLD_INSIDE, told, "", {}), place))
    status, body = response.get("status_code"), response.get("body")
    if isinstance(status, int) and status >= 300:
        return _errored(custom_id, diagnose(symptom_of(status, body, "", {}), place))
    message = _message(body)
    if not isinstance(body, dict) or message is None:
        return _errored(custom_id, unreadable_answer(custom_id))
    reply = _reply(body, message, place)
    return ItemResult(custom_id=custom_id, outcome=ItemOutcome.SUCCEEDED, reply=reply)


def _errored(custom_id: str, error: ModelError) -> ItemResult:
    return ItemResult(custom_id=custom_id, outcome=ItemOutcome.ERRORED, error=error)


def _choice(body: object) -> Mapping[str, object]:
    choices = body.get("choices") if isinstance(body, dict) else None
    first = choices[0] if isinstance(choices, list) and choices else None
    return first if isinstance(first, dict) else {}


def _message(body: object) -> Mapping[str, object] | None:
    message = _choice(body).get("message")
    return message if isinstance(message, dict) else None


def _reply(body: Mapping[str, object], message: Mapping[str, object], place: Place) -> Reply:
    builder = ReplyBuilder(place.model, place.server.patience.characters)
    refused = _take(builder, message)
    usage = inner(body, "usage")
    details = inner(usage, "prompt_tokens_details")
    builder.usage = usage_of(
        usage.get("prompt_tokens"),
        usage.get("completion_tokens"),
        (details.get("cached_tokens"), details.get("cache_write_tokens")),
    )
    reason = _choice(body).get("finish_reason")
    if isinstance(reason, str) and reason:
        builder.stop_reason = reason_of(reason, refused=refused, calls=builder.has_calls)
    return builder.reply()


def _take(builder: ReplyBuilder, message: Mapping[str, object]) -> bool:
    """Take what the message says; tell whether that is a refusal."""
    thought = next((t for n in THINKING_NAMES if isinstance(t := message.get(n), str)), "")
    builder.thinking(thought)
    content, refusal = message.get("content"), message.get("refusal")
    if isinstance(content, str):
        builder.text(content)
    calls = message.get("tool_calls")
    for index, call in enumerate(calls if isinstance(calls, list) else ()):
        match call:
            case {"id": str(id_), "function": {"name": str(name), "arguments": str(arguments)}}:
                builder.open_call(str(index), id_, name)
                builder.arguments(str(index), arguments)
    if isinstance(refusal, str) and refusal:
        builder.text(refusal)
        return True
    return False
