"""Anthropic's Message Batches: what they refuse, and what they answer.

The form of a batch is checked at once; the parameters of its requests only when they are done.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import datetime, timedelta
from hashlib import sha256
from urllib.parse import parse_qs

from servers import messages
from servers.batch_answers import Ask, ask_of, prompt_of
from servers.batch_desk import LIFE, Batch, Desk
from servers.batch_routes import Answered, Route
from servers.batch_values import Doing, Endpoint, Fault, Told, listed, mapping, text
from servers.saying import as_json
from servers.wire import Received

MOST_REQUESTS = 100_000
MOST_BYTES = 256 * 1024 * 1024
KEPT = timedelta(days=29)
"""How long results can be had."""
_CUSTOM_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
_REASONS = {
    Doing.MAX_TOKENS: "max_tokens",
    Doing.CONTEXT_FULL: "model_context_window_exceeded",
    Doing.REFUSAL: "refusal",
    Doing.PAUSED: "pause_turn",
}


class MessageBatches:
    """The endpoints, under `/v1/messages/batches`."""

    def __init__(self, desk: Desk, root: str) -> None:
        self._desk = desk
        self.named = root
        """What it calls itself in the address of results."""

    def answer(self, route: Route, received: Received, fault: Fault | None) -> Answered:
        """Answer a request."""
        bearer = received.headers.get("authorization", "").removeprefix("Bearer ")
        key = received.headers.get("x-api-key") or bearer
        if not key:
            return self._refused(401, "authentication_error", "x-api-key header is required")
        if "anthropic-version" not in received.headers:
            return self._refused(400, "invalid_request_error", "anthropic-version: is required")
        if route.endpoint is Endpoint.CREATE:
            return self._create(received, key, fault)
        if route.endpoint is Endpoint.LIST:
            return self._list(received, key)
        batch = self._desk.looked_up(route.id, "anthropic", key)
        if batch is None:
            return self._refused(404, "not_found_error", f"Message batch {route.id} not found.")
        match route.endpoint:
            case Endpoint.RETRIEVE:
                self._desk.polled(batch)
            case Endpoint.CANCEL:
                return self._cancel(batch)
            case Endpoint.DELETE:
                return self._delete(batch)
            case Endpoint.RESULTS:
                return self._results(batch)
        return self._told(batch)

    def _create(self, received: Received, key: str, fault: Fault | None) -> Answered:
        if len(received.body) > MOST_BYTES:
            return self._refused(413, "request_too_large", "Request exceeds the maximum size")
        try:
            requests = listed(received.json, "requests")
        except (ValueError, AssertionError):
            return self._refused(400, "invalid_request_error", "The request body is not valid JSON")
        if wrong := next(_problems(requests), ""):
            return self._refused(400, "invalid_request_error", wrong)
        now = self._desk.now
        batch = Batch(
            id=self._desk.number("msgbatch_"),
            protocol="anthropic",
            key=key,
            asks=[self._ask(r) for r in requests if isinstance(r, dict)],
            created_at=now,
            made_at=now,
            ends_by=now + LIFE,
        )
        return self._told(self._desk.add(batch, fault))

    def _ask(self, request: Told) -> Ask:
        custom_id, params = text(request, "custom_id"), mapping(request, "params")
        problem = params_problem(params)
        if problem:
            self._desk.refuse(f"{custom_id}: {problem}")
        fate = self._desk.fate_of(custom_id, prompt_of(params))
        return ask_of(custom_id, params, problem, fate)

    def _list(self, received: Received, key: str) -> Answered:
        said = {name: values[0] for name, values in parse_qs(received.query).items()}
        limit = int(said.get("limit", "20"))
        if not 1 <= limit <= 1000:
            return self._refused(400, "invalid_request_error", "limit: must be from 1 to 1000")
        batches = self._desk.of_key("anthropic", key)
        ids = [batch.id for batch in batches]
        if (after := said.get("after_id")) is not None:
            if after not in ids:
                return self._refused(400, "invalid_request_error", "after_id: no such batch")
            batches = batches[ids.index(after) + 1 :]
        page = [self._shown(batch) for batch in batches[:limit]]
        ends = {
            "first_id": page[0]["id"] if page else None,
            "last_id": page[-1]["id"] if page else None,
        }
        return _ok({"data": page, "has_more": len(batches) > limit, **ends})

    def _cancel(self, batch: Batch) -> Answered:
        if batch.ended_at is not None:
            wrong = f"Batch {batch.id} cannot be canceled because it has already ended."
            return self._refused(400, "invalid_request_error", wrong)
        batch.cancel_at = batch.cancel_at or self._desk.now
        return self._told(batch)

    def _delete(self, batch: Batch) -> Answered:
        if batch.ended_at is None:
            wrong = f"Batch {batch.id} cannot be deleted while it is being processed."
            return self._refused(400, "invalid_request_error", wrong)
        batch.is_deleted = True
        return _ok({"id": batch.id, "type": "message_batch_deleted"})

    def _results(self, batch: Batch) -> Answered:
        if batch.ended_at is None:
            wrong = f"Batch {batch.id} has no available results, as it has not ended yet."
            return self._refused(404, "not_found_error", wrong)
        if self._archived(batch):
            return self._refused(404, "not_found_error", "The results are no longer available.")
        body = b"".join(self.lines(batch))
        return Answered(body=body, kind="application/x-jsonl", batch=batch.id)

    def lines(self, batch: Batch) -> list[bytes]:
        """Return the results of a batch, in no order."""
        return in_no_order(_lines(batch))

    def _archived(self, batch: Batch) -> datetime | None:
        gone = batch.made_at + KEPT
        return gone if self._desk.now >= gone else None

    def _told(self, batch: Batch) -> Answered:
        return _ok(self._shown(batch))

    def _shown(self, batch: Batch) -> dict[str, object]:
        counts, archived = batch.counts, self._archived(batch)
        has_results = batch.ended_at is not None and archived is None
        url = f"{self.named}{messages.PATH}/batches/{batch.id}/results"
        names = ("processing", "succeeded", "errored", "canceled", "expired")
        return {
            "id": batch.id,
            "type": "message_batch",
            "processing_status": batch.state,
            "request_counts": {name: counts[name] for name in names},
            "created_at": batch.created_at.isoformat(),
            "expires_at": (batch.created_at + LIFE).isoformat(),
            "ended_at": _iso(batch.ended_at),
            "cancel_initiated_at": _iso(batch.cancel_at),
            "archived_at": _iso(archived),
            "results_url": url if has_results else None,
        }

    def _refused(self, status: int, kind: str, message: str) -> Answered:
        if status not in {401, 404}:
            self._desk.refuse(message)
        return Answered(status=status, body=refusal(kind, message))


def refusal(kind: str, message: str, code: str = "") -> bytes:
    """Return the body of a refusal."""
    details = {"details": {"error_code": code}} if code else {}
    error = {"type": kind, "message": message, **details}
    return as_json({"type": "error", "error": error, "request_id": "req_1"}).encode()


def params_problem(params: Told) -> str:
    """Say what would be refused of the parameters of a request."""
    if "stream" in params:
        return "stream: is not supported in batches"
    try:
        return messages.body_problem(params)
    except (KeyError, TypeError, AttributeError) as error:
        return f"messages: malformed ({error!r})"


def _problems(requests: list[object]) -> Iterator[str]:
    if not requests:
        yield "requests: List should have at least 1 item after validation, not 0"
    if len(requests) > MOST_REQUESTS:
        yield f"requests: List should have at most {MOST_REQUESTS} items, not {len(requests)}"
    seen: set[str] = set()
    for place, request in enumerate(requests):
        if not isinstance(request, dict):
            yield f"requests.{place}: Input should be an object"
            continue
        custom_id = text(request, "custom_id")
        if not _CUSTOM_ID.fullmatch(custom_id):
            yield f"requests.{place}.custom_id: should match '^[a-zA-Z0-9_-]{{1,64}}$'"
        if custom_id in seen:
            yield f"requests.{place}.custom_id: '{custom_id}' is not unique"
        seen.add(custom_id)
        if not isinstance(request.get("params"), dict):
            yield f"requests.{place}.params: Field required"
        for name in set(request) - {"custom_id", "params"}:
            yield f"requests.{place}.{name}: Extra inputs are not permitted"


def in_no_order(lines: Iterator[bytes]) -> list[bytes]:
    """Return lines in an order that has nothing to do with how they came, and is not that."""
    given = list(lines)
    mixed = sorted(given, key=lambda line: sha256(line).digest())
    return mixed[::-1] if mixed == given else mixed


def _ok(value: object) -> Answered:
    return Answered(body=as_json(value).encode())


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat().replace("+00:00", "Z")


def _lines(batch: Batch) -> Iterator[bytes]:
    for ask, outcome in zip(batch.asks, batch.outcomes, strict=True):
        line = {"custom_id": ask.custom_id, "result": _result(ask, outcome)}
        yield json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _result(ask: Ask, outcome: Doing) -> dict[str, object]:
    if outcome in {Doing.CANCELED, Doing.EXPIRED}:
        return {"type": outcome.value}
    if outcome is Doing.ERRORED:
        kind, said = "invalid_request_error", ask.problem
        if not said and ask.fate is not None:
            kind, said = ask.fate.error, ask.fate.message or f"It is a {ask.fate.error}."
        error = {"type": "error", "error": {"type": kind, "message": said}, "request_id": "req_1"}
        return {"type": "errored", "error": error}
    return {"type": "succeeded", "message": _message(ask, outcome)}


def _message(ask: Ask, outcome: Doing) -> dict[str, object]:
    return {
        "id": f"msg_{ask.request}",
        "type": "message",
        "role": "assistant",
        "model": ask.model,
        "content": _content(ask, outcome),
        "stop_reason": _REASONS.get(outcome, "end_turn"),
        "stop_sequence": None,
        "usage": {
            "input_tokens": ask.spent.input_tokens,
            "output_tokens": ask.spent.output_tokens,
            "cache_read_input_tokens": ask.spent.cache_read_tokens,
            "cache_creation_input_tokens": ask.spent.cache_write_tokens,
            "cache_creation": {
                "ephemeral_5m_input_tokens": ask.spent.cache_write_tokens,
                "ephemeral_1h_input_tokens": 0,
            },
            "service_tier": "batch",
        },
    }


def _content(ask: Ask, outcome: Doing) -> list[dict[str, str]]:
    thinking = {"type": "thinking", "thinking": "Let me think.", "signature": "c2lnbmVk"}
    half = len(ask.reply) // 2
    if outcome is Doing.EMPTY:
        return []
    if outcome is Doing.THINKING_ONLY:
        return [thinking]
    if outcome is not Doing.SUCCEEDED:
        return [{"type": "text", "text": ask.reply[:half]}]
    return [thinking, *({"type": "text", "text": t} for t in (ask.reply[:half], ask.reply[half:]))]
