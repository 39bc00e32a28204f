"""OpenAI's Chat Completions, as far as they are used here: what they refuse and stream."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import pairwise
from typing import Any

from minutebook.llm.protocol import StopReason
from servers.saying import Frame, Plan, Said, as_json
from servers.wire import Received

PATH = "/v1/chat/completions"
_KNOWN = frozenset(
    "model messages max_tokens max_completion_tokens tools tool_choice stream stream_options"
    " response_format reasoning_effort prompt_cache_key temperature stop".split()
)
_REASONS = {
    StopReason.END: "stop",
    StopReason.TOOL_USE: "tool_calls",
    StopReason.MAX_TOKENS: "length",
    StopReason.CONTEXT_FULL: "length",
    StopReason.REFUSAL: "content_filter",
    StopReason.CUT: "something_new",
}
_KINDS = {
    400: ("invalid_request_error", None),
    401: ("invalid_request_error", "invalid_api_key"),
    403: ("invalid_request_error", "permission_denied"),
    404: ("invalid_request_error", "model_not_found"),
    429: ("requests", "rate_limit_exceeded"),
}


def problem(received: Received) -> str:
    """Say what the API would refuse in a request; empty when it is fine."""
    if not received.headers.get("authorization", "").startswith("Bearer "):
        return "You didn't provide an API key."
    return body_problem(received.json)


def body_problem(body: Mapping[str, Any]) -> str:
    """Say what the API would refuse in the parameters of a request; empty when they are fine."""
    return next(_problems(body), "")


def _problems(body: Mapping[str, Any]) -> Iterator[str]:
    for name in sorted(set(body) - _KNOWN):
        yield f"Unrecognized request argument supplied: {name}"
    if "max_tokens" in body and "max_completion_tokens" in body:
        yield "Setting 'max_tokens' and 'max_completion_tokens' at the same time is not supported."
    if body.get("max_tokens", body.get("max_completion_tokens", 0)) < 1:
        yield "max_tokens: must be at least 1"
    turns = body.get("messages") or []
    if not any(turn["role"] == "user" for turn in turns):
        yield "messages: there is no message of a user"
    roles = [turn["role"] for turn in turns]
    if any(a == b and a != "tool" for a, b in pairwise(roles)):
        yield "Conversation roles must alternate user/assistant/user/assistant/..."
    yield from _tool_problems(turns)
    names = [tool["function"]["name"] for tool in body.get("tools") or []]
    choice = body.get("tool_choice")
    if isinstance(choice, dict) and choice["function"]["name"] not in names:
        yield "tool_choice: no such tool"


def _tool_problems(turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    due: list[str] = []
    for turn in turns:
        if turn["role"] == "tool":
            if turn["tool_call_id"] not in due:
                yield "messages with role 'tool' must be a response to a preceding message"
            else:
                due.remove(turn["tool_call_id"])
            continue
        if due:
            yield f"tool_call_ids did not have response messages: {', '.join(due)}"
        due = [call["id"] for call in turn.get("tool_calls") or []]
        if not (turn.get("content") or due):
            yield "messages: content must not be empty"
    if due:
        yield f"tool_call_ids did not have response messages: {', '.join(due)}"


def refusal(plan: Plan) -> bytes:
    """Return the body of a refusal."""
    kind, code = _KINDS.get(plan.status, ("server_error", None))
    said, message = plan.error
    error = {"message": message or f"It is {plan.status}.", "type": said or kind, "param": None}
    return as_json({"error": {**error, "code": said or code, **plan.details}}).encode()


def error_frame(kind: str, message: str) -> Frame:
    """Return a failure that is told inside a stream."""
    return Frame(data=as_json({"error": {"message": message, "type": kind, "code": kind}}))


def text_frame(text: object) -> Frame:
    """Return a piece of text."""
    return _chunk({"content": text})


def frames(said: Said, received: Received) -> list[Frame]:
    """Return the chunks of an answer."""
    return [*_chunks(said, received.json), Frame(data="[DONE]")]


def _chunks(said: Said, body: Mapping[str, Any]) -> Iterator[Frame]:
    yield _chunk({"role": "assistant", "content": ""})
    for piece in said.thinking:
        yield _chunk({"reasoning_content": piece})
    for piece in said.pieces:
        yield _chunk({"content": piece})
    for index, call in enumerate(said.calls):
        half = len(call.arguments) // 2
        named = {"name": call.name, "arguments": ""}
        first = {"index": index, "id": call.id, "type": "function", "function": named}
        yield _chunk({"tool_calls": [first]})
        for piece in (call.arguments[:half], call.arguments[half:]):
            yield _chunk({"tool_calls": [{"index": index, "function": {"arguments": piece}}]})
    yield _chunk({}, _REASONS[said.stop])
    if (body.get("stream_options") or {}).get("include_usage"):
        yield Frame(data=as_json({**_FIELDS, "choices": [], "usage": _usage(said)}))


_FIELDS = {"id": "c1", "object": "chat.completion.chunk", "created": 1, "model": "m"}


def _chunk(delta: Mapping[str, object], reason: str | None = None) -> Frame:
    choice = {"index": 0, "delta": delta, "finish_reason": reason, "logprobs": None}
    return Frame(data=as_json({**_FIELDS, "choices": [choice], "usage": None}))


def _usage(said: Said) -> Mapping[str, object]:
    usage = said.usage
    prompt = usage.input_tokens + usage.cache_read_tokens + usage.cache_write_tokens
    cached = {"cached_tokens": usage.cache_read_tokens}
    if usage.cache_write_tokens:
        cached["cache_write_tokens"] = usage.cache_write_tokens
    return {
        "prompt_tokens": prompt,
        "completion_tokens": usage.output_tokens,
        "total_tokens": prompt + usage.output_tokens,
        "prompt_tokens_details": cached,
    }


def models(names: Sequence[str]) -> bytes:
    """Return the list of models."""
    data = [
        {"id": name, "object": "model", "created": 1, "owned_by": "us", "max_model_len": 32_768}
        for name in names
    ]
    return as_json({"object": "list", "data": data}).encode()
