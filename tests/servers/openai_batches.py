"""OpenAI's Batch API: files of requests, batches of files, files of answers.

Everything about a batch is checked only when it is validated; what is wrong fails it as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from urllib.parse import parse_qs

from servers import completions
from servers.batch_answers import Ask
from servers.batch_desk import LIFE, Batch, Desk
from servers.batch_routes import Answered, Route
from servers.batch_values import UNDONE, Doing, Endpoint, Fault, Told, mapping, text
from servers.message_batches import in_no_order
from servers.openai_files import MOST_BYTES, File, asks_in, upload_of
from servers.saying import Plan, as_json
from servers.wire import Received

_REASONS = {
    Doing.MAX_TOKENS: "length",
    Doing.CONTEXT_FULL: "length",
    Doing.REFUSAL: "content_filter",
    Doing.PAUSED: "something_new",
}
_UNDONE = {
    Doing.EXPIRED: ("batch_expired", "This request could not be executed before it expired."),
    Doing.CANCELED: ("batch_cancelled", "This request was not executed: it was cancelled."),
}
STATUS_OF = {
    "invalid_request_error": 400,
    "not_found_error": 404,
    "permission_error": 403,
    "billing_error": 429,
    "insufficient_quota": 429,
    "rate_limit_error": 429,
    "overloaded_error": 503,
    "timeout_error": 408,
}


class OpenAIBatches:
    """The endpoints, under `/v1/batches` and `/v1/files`."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._files: dict[str, File] = {}
        self._gone: set[str] = set()
        """Files of answers that were deleted."""

    def answer(self, route: Route, received: Received, fault: Fault | None) -> Answered:
        """Answer a request."""
        key = received.headers.get("authorization", "").removeprefix("Bearer ")
        if not key:
            return self._refused(401, "You didn't provide an API key.")
        match route.endpoint:
            case Endpoint.UPLOAD:
                return self._upload(received, key)
            case Endpoint.FILES:
                files = [f.shown() for f in reversed(self._files.values()) if f.key == key]
                return _page(files, received)
            case Endpoint.CREATE:
                return self._create(received, key, fault)
            case Endpoint.LIST:
                found = self._desk.of_key("openai", key)
                return _page([_shown(batch) for batch in found], received)
        return self._of_file(route, key) if route.is_file else self._of_batch(route, key)

    def _of_batch(self, route: Route, key: str) -> Answered:
        batch = self._desk.looked_up(route.id, "openai", key)
        if batch is None:
            return self._refused(404, f"No batch found with id '{route.id}'.")
        if route.endpoint is Endpoint.RETRIEVE:
            self._desk.polled(batch)
        elif route.endpoint is Endpoint.CANCEL:
            if batch.ended_at is not None:
                return self._refused(409, f"Cannot cancel a batch with status '{_status(batch)}'.")
            batch.cancel_at = batch.cancel_at or self._desk.now
        return _ok(_shown(batch))

    def _of_file(self, route: Route, key: str) -> Answered:
        kind, _, rest = route.id.partition("_of_")
        batch = self._desk.looked_up(rest, "openai", key) if rest else None
        file = self._files.get(route.id)
        if batch is not None and batch.ended_at is not None and route.id not in self._gone:
            if route.endpoint is Endpoint.DELETE:
                self._gone.add(route.id)
                return _ok({"id": route.id, "object": "file", "deleted": True})
            body = b"".join(_content(batch, is_error=kind == "file-error"))
            return Answered(body=body, kind="application/jsonl", batch=batch.id)
        if file is None or file.key != key:
            return self._refused(404, f"No such File object: {route.id}")
        if route.endpoint is Endpoint.DELETE:
            del self._files[file.id]
            return _ok({"id": file.id, "object": "file", "deleted": True})
        return _ok(file.shown())

    def _upload(self, received: Received, key: str) -> Answered:
        form = upload_of(received)
        if form is None or form.purpose != "batch":
            return self._refused(400, "A file and its purpose are needed.")
        if len(form.content) > MOST_BYTES:
            return self._refused(413, f"The file has more than {MOST_BYTES} bytes.")
        asks, reasons = asks_in(form.content, self._desk)
        file = File(
            id=self._desk.number("file-"),
            key=key,
            name=form.name,
            size=len(form.content),
            purpose=form.purpose,
            created_at=self._desk.now,
            asks=asks,
            reasons=reasons,
        )
        self._files[file.id] = file
        return _ok(file.shown())

    def _create(self, received: Received, key: str, fault: Fault | None) -> Answered:
        body = received.json
        file = self._files.get(text(body, "input_file_id"))
        if file is None or file.key != key:
            return self._refused(400, "input_file_id: no such file")
        if wrong := next(_problems(body), ""):
            return self._refused(400, wrong)
        now, metadata = self._desk.now, mapping(body, "metadata")
        batch = Batch(
            id=self._desk.number("batch_"),
            protocol="openai",
            key=key,
            asks=file.asks,
            created_at=now,
            made_at=now,
            ends_by=now + LIFE,
            file=file.id,
            label=text(metadata, "label"),
            reasons=file.reasons,
            metadata={name: text(metadata, name) for name in metadata},
        )
        return _ok(_shown(self._desk.add(batch, fault)))

    def lines(self, batch: Batch) -> list[bytes]:
        """Return the answers of a batch, in no order."""
        return _content(batch, is_error=False)

    def _refused(self, status: int, message: str) -> Answered:
        if status not in {401, 404}:
            self._desk.refuse(message)
        plan = Plan(status=status, error=("invalid_request_error", message))
        return Answered(status=status, body=completions.refusal(plan))


def _problems(body: Told) -> Iterator[str]:
    for name in set(body) - {"input_file_id", "endpoint", "completion_window", "metadata"}:
        yield f"Unrecognized request argument supplied: {name}"
    if body.get("endpoint") != completions.PATH:
        yield "endpoint: is not supported"
    if body.get("completion_window") != "24h":
        yield "completion_window: only '24h' is supported"
    metadata = mapping(body, "metadata")
    if len(metadata) > 16:
        yield "metadata: has more than 16 pairs"
    for name in metadata:
        if len(name) > 64 or len(text(metadata, name)) > 512:
            yield "metadata: a key or a value is too long"


def _page(values: Sequence[Told], received: Received) -> Answered:
    said = {name: found[0] for name, found in parse_qs(received.query).items()}
    limit = int(said.get("limit", "20"))
    ids = [text(value, "id") for value in values]
    start = ids.index(said["after"]) + 1 if said.get("after") in ids else 0
    page = values[start : start + limit]
    ends = {"first_id": page[0]["id"], "last_id": page[-1]["id"]} if page else {}
    has_more = len(values) > start + limit
    return _ok({"object": "list", "data": page, "has_more": has_more, **ends})


def _ok(value: object) -> Answered:
    return Answered(body=as_json(value).encode())


def _status(batch: Batch) -> str:
    if batch.ended_at is None:
        if batch.cancel_at:
            return "cancelling"
        return "in_progress" if batch.polls else "validating"
    if batch.reasons:
        return "failed"
    if batch.cancel_at:
        return "cancelled"
    return "expired" if batch.has_expired else "completed"


def _shown(batch: Batch) -> dict[str, object]:
    counts, status = batch.counts, _status(batch)
    total = 0 if status in {"validating", "failed"} else len(batch.asks)
    has_ended = batch.ended_at is not None and not batch.reasons
    errors = {"object": "list", "data": [_error(reason) for reason in batch.reasons]}
    done = any(outcome not in UNDONE for outcome in batch.outcomes)
    undone = any(outcome in UNDONE for outcome in batch.outcomes)
    failed = counts["errored"]
    return {
        "id": batch.id,
        "object": "batch",
        "endpoint": completions.PATH,
        "errors": errors if status == "failed" else None,
        "input_file_id": batch.file,
        "completion_window": "24h",
        "status": status,
        "output_file_id": f"file-output_of_{batch.id}" if has_ended and done else None,
        "error_file_id": f"file-error_of_{batch.id}" if has_ended and undone else None,
        "created_at": int(batch.created_at.timestamp()),
        "expires_at": int((batch.created_at + LIFE).timestamp()),
        "cancelling_at": _seconds(batch.cancel_at),
        f"{status}_at": _seconds(batch.ended_at),
        "request_counts": {"total": total, "completed": counts["succeeded"], "failed": failed},
        "metadata": dict(batch.metadata),
    }


def _error(reason: str) -> dict[str, object]:
    code, _, message = reason.partition(": ")
    return {"code": code, "message": message, "line": None, "param": None}


def _seconds(moment: datetime | None) -> int | None:
    return None if moment is None else int(moment.timestamp())


def _content(batch: Batch, *, is_error: bool) -> list[bytes]:
    pairs = zip(batch.asks, batch.outcomes, strict=True)
    return in_no_order(_line(a, outcome) for a, outcome in pairs if (outcome in UNDONE) is is_error)


def _line(ask: Ask, outcome: Doing) -> bytes:
    line: dict[str, object] = {"id": f"batch_req_{ask.request}", "custom_id": ask.custom_id}
    if outcome in _UNDONE:
        code, message = _UNDONE[outcome]
        line |= {"response": None, "error": {"code": code, "message": message}}
    else:
        status, body = _answer(ask, outcome)
        response = {"status_code": status, "request_id": "req_1", "body": body}
        line |= {"response": response, "error": None}
    return json.dumps(line, ensure_ascii=False).encode("utf-8", "replace") + b"\n"


def _answer(ask: Ask, outcome: Doing) -> tuple[int, dict[str, object]]:
    if outcome is not Doing.ERRORED:
        return 200, _completion(ask, outcome)
    kind, said = "invalid_request_error", ask.problem
    if not said and ask.fate is not None:
        kind, said = ask.fate.error, ask.fate.message or f"It is a {ask.fate.error}."
    error = {"message": said, "type": kind, "param": None, "code": kind}
    return STATUS_OF.get(kind, 500), {"error": error}


def _completion(ask: Ask, outcome: Doing) -> dict[str, object]:
    message: dict[str, object] = {"role": "assistant", "content": _text(ask, outcome)}
    if outcome is Doing.THINKING_ONLY:
        message["reasoning_content"] = "Let me think."
    spent = ask.spent
    prompt = spent.input_tokens + spent.cache_read_tokens + spent.cache_write_tokens
    details = {
        "cached_tokens": spent.cache_read_tokens,
        "cache_write_tokens": spent.cache_write_tokens,
    }
    choice = {"index": 0, "message": message, "finish_reason": _REASONS.get(outcome, "stop")}
    return {
        "id": f"chatcmpl-{ask.request}",
        "object": "chat.completion",
        "created": 1,
        "model": ask.model,
        "choices": [choice],
        "usage": {
            "prompt_tokens": prompt,
            "completion_tokens": spent.output_tokens,
            "total_tokens": prompt + spent.output_tokens,
            "prompt_tokens_details": details,
        },
    }


def _text(ask: Ask, outcome: Doing) -> str | None:
    if outcome in {Doing.EMPTY, Doing.THINKING_ONLY}:
        return None
    return ask.reply if outcome is Doing.SUCCEEDED else ask.reply[: len(ask.reply) // 2]
