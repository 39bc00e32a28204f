"""Anthropic's Messages API, as far as it is used here: what it refuses, and what it streams."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from minutebook.llm.protocol import StopReason
from servers.saying import Frame, Plan, Said, as_json
from servers.wire import Received

PATH = "/v1/messages"
COUNT_PATH = "/v1/messages/count_tokens"
_KNOWN = frozenset(
    "model messages max_tokens system tools tool_choice thinking stream metadata stop_sequences"
    " temperature".split()
)
KINDS = {
    400: "invalid_request_error",
    401: "authentication_error",
    402: "billing_error",
    403: "permission_error",
    404: "not_found_error",
    409: "conflict_error",
    413: "request_too_large",
    429: "rate_limit_error",
    529: "overloaded_error",
}
_REASONS = {
    StopReason.END: "end_turn",
    StopReason.TOOL_USE: "tool_use",
    StopReason.MAX_TOKENS: "max_tokens",
    StopReason.CONTEXT_FULL: "model_context_window_exceeded",
    StopReason.REFUSAL: "refusal",
    StopReason.CUT: "pause_turn",
}
_ID = re.compile(r"[A-Za-z0-9_-]+")


def problem(received: Received) -> str:
    """Say what the API would refuse in a request; empty when it is fine."""
    if not {"x-api-key", "authorization"} & set(received.headers):
        return "x-api-key: header is required"
    if "anthropic-version" not in received.headers:
        return "anthropic-version: header is required"
    return body_problem(received.json, is_count=received.path == COUNT_PATH)


def body_problem(body: Mapping[str, Any], *, is_count: bool = False) -> str:
    """Say what the API would refuse in the parameters of a request; empty when they are fine."""
    return next(_problems(body, is_count=is_count), "")


def _problems(body: Mapping[str, Any], *, is_count: bool) -> Iterator[str]:
    for name in sorted(set(body) - _KNOWN):
        yield f"{name}: Extra inputs are not permitted"
    if not is_count and not (isinstance(body.get("max_tokens"), int) and body["max_tokens"] >= 1):
        yield "max_tokens: Field required"
    yield from _turn_problems(body.get("messages") or [])
    yield from _tool_problems(body.get("messages") or [], body.get("tools"))
    yield from _other_problems(body)


def _turn_problems(turns: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not turns:
        yield "messages: at least one message is required"
        return
    roles = [turn["role"] for turn in turns]
    if roles != [("user", "assistant")[i % 2] for i in range(len(roles))]:
        yield "messages: roles must alternate between user and assistant, user first"
    if roles[-1] == "assistant":
        yield "This model does not support assistant message prefill."
    for turn in turns:
        for block in turn["content"]:
            if block["type"] == "text" and not block["text"].strip():
                yield "messages: text content blocks must contain non-whitespace text"


def _tool_problems(turns: Sequence[Mapping[str, Any]], tools: object) -> Iterator[str]:
    due: set[str] = set()
    for i, turn in enumerate(turns):
        results = [b["tool_use_id"] for b in turn["content"] if b["type"] == "tool_result"]
        if set(results) != due or len(results) != len(due):
            yield f"messages.{i}: tool_use ids and tool_result blocks must match: {due}, {results}"
        kinds = [block["type"] for block in turn["content"]]
        if results and kinds[: len(results)] != ["tool_result"] * len(results):
            yield f"messages.{i}: tool_result blocks must come first"
        uses = [block for block in turn["content"] if block["type"] == "tool_use"]
        due = {use["id"] for use in uses}
        if len(due) != len(uses) or not all(_ID.fullmatch(id_) for id_ in due):
            yield f"messages.{i}: tool_use ids must be unique and match {_ID.pattern}"
        if any(not isinstance(use["input"], dict) for use in uses):
            yield f"messages.{i}: tool_use input must be an object"
        if (uses or results) and not tools:
            yield "Requests which include tool_use or tool_result blocks must define tools"
    if due:
        yield "messages: tool_use without tool_result"


def _other_problems(body: Mapping[str, Any]) -> Iterator[str]:
    marks = as_json(body).count('"cache_control":')
    if marks > 4:
        yield f"A maximum of 4 blocks with cache_control may be provided. Found {marks}."
    names = [tool["name"] for tool in body.get("tools") or []]
    choice = body.get("tool_choice")
    if choice and choice.get("type") == "tool" and choice.get("name") not in names:
        yield "tool_choice: tool not found in tools"
    thinking = body.get("thinking")
    if thinking and thinking["type"] == "enabled":
        if not 1024 <= thinking["budget_tokens"] < body.get("max_tokens", 1 << 30):
            yield "thinking.budget_tokens: must be at least 1024 and less than max_tokens"
        if choice:
            yield "Thinking may not be enabled when tool_choice forces tool use."


def refusal(plan: Plan) -> bytes:
    """Return the body of a refusal."""
    kind, message = plan.error
    kind = kind or KINDS.get(plan.status, "api_error")
    error = {"type": kind, "message": message or f"It is a {kind}.", **plan.details}
    return as_json({"type": "error", "error": error, "request_id": "req_1"}).encode()


def error_frame(kind: str, message: str) -> Frame:
    """Return a failure that is told inside a stream."""
    data = {"type": "error", "error": {"type": kind, "message": message}}
    return Frame(event="error", data=as_json(data))


def frames(said: Said, received: Received) -> list[Frame]:
    """Return the events of an answer."""
    return [_frame(data) for data in _events(said, received.json)]


def text_frame(text: object, index: int = 0) -> Frame:
    """Return a piece of text."""
    return _frame(_delta(index, {"type": "text_delta", "text": text}))


def _frame(data: Mapping[str, object]) -> Frame:
    return Frame(event=str(data["type"]), data=as_json(data))


def _events(said: Said, body: Mapping[str, object]) -> Iterator[Mapping[str, object]]:
    usage = {
        "input_tokens": said.usage.input_tokens,
        "output_tokens": 1,
        "cache_read_input_tokens": said.usage.cache_read_tokens,
        "cache_creation_input_tokens": said.usage.cache_write_tokens,
    }
    message: dict[str, object] = {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": body.get("model"),
    }
    ends: dict[str, object] = {
        "content": [],
        "stop_reason": None,
        "stop_sequence": None,
        "usage": usage,
    }
    yield {"type": "message_start", "message": message | ends}
    yield {"type": "ping"}
    for index, block in enumerate(_blocks(said)):
        first, *deltas = block
        yield {"type": "content_block_start", "index": index, "content_block": first}
        yield from (_delta(index, delta) for delta in deltas)
        yield {"type": "content_block_stop", "index": index}
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": _REASONS[said.stop], "stop_sequence": None},
        "usage": {"output_tokens": said.usage.output_tokens},
    }
    yield {"type": "message_stop"}


def _delta(index: int, delta: Mapping[str, object]) -> Mapping[str, object]:
    return {"type": "content_block_delta", "index": index, "delta": delta}


def _blocks(said: Said) -> Iterator[list[Mapping[str, object]]]:
    """Yield each block: how it begins, and its pieces."""
    if said.thinking:
        thoughts = [{"type": "thinking_delta", "thinking": piece} for piece in said.thinking]
        signature = {"type": "signature_delta", "signature": "c2lnbmVk"}
        yield [{"type": "thinking", "thinking": "", "signature": ""}, *thoughts, signature]
    if said.pieces:
        texts = [{"type": "text_delta", "text": piece} for piece in said.pieces]
        yield [{"type": "text", "text": ""}, *texts]
    for call in said.calls:
        half = len(call.arguments) // 2
        pieces = [
            {"type": "input_json_delta", "partial_json": piece}
            for piece in ("", call.arguments[:half], call.arguments[half:])
        ]
        yield [{"type": "tool_use", "id": call.id, "name": call.name, "input": {}}, *pieces]


def count(received: Received) -> bytes:
    """Return how many tokens a prompt has: one for four characters."""
    return as_json({"input_tokens": len(as_json(received.json["messages"])) // 4}).encode()


def models(received: Received, names: Sequence[str]) -> bytes:
    """Return the list of models, two on a page."""
    after = re.search(r"after_id=([^&]+)", received.query)
    start = names.index(after[1]) + 1 if after else 0
    page = names[start : start + 2]
    data = [
        {
            "type": "model",
            "id": name,
            "display_name": name.title(),
            "created_at": "2026-01-01T00:00:00Z",
            "lifecycle": "active",
            "max_input_tokens": 1_000_000,
            "max_tokens": 64_000,
        }
        for name in page
    ]
    has_more = start + 2 < len(names)
    ends = {"first_id": page[0] if page else None, "last_id": page[-1] if page else None}
    return as_json({"data": data, "has_more": has_more, **ends}).encode()
