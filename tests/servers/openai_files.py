"""OpenAI's files, as far as batches need them: what is uploaded, and what can be read of it."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from servers import completions
from servers.batch_answers import Ask, ask_of, prompt_of
from servers.batch_desk import Desk
from servers.batch_values import Told, mapping, text
from servers.wire import Received

MOST_REQUESTS = 50_000
MOST_BYTES = 200 * 1024 * 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class File:
    """A file. Of one with requests only these are kept."""

    id: str
    key: str
    name: str
    size: int
    purpose: str
    created_at: datetime
    asks: Sequence[Ask] = ()
    reasons: Sequence[str] = ()
    """Why a batch of it fails as a whole."""

    def shown(self) -> dict[str, object]:
        """Return it as the API shows it."""
        return {
            "id": self.id,
            "object": "file",
            "bytes": self.size,
            "created_at": int(self.created_at.timestamp()),
            "filename": self.name,
            "purpose": self.purpose,
            "status": "processed",
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Upload:
    """A form with a file in it."""

    name: str
    purpose: str
    content: bytes


def upload_of(received: Received) -> Upload | None:
    """Read a form (RFC 7578); None when it is none."""
    kind = received.headers.get("content-type", "")
    if "boundary=" not in kind:
        return None
    mark = b"--" + kind.partition("boundary=")[2].strip('"').encode()
    fields: dict[str, tuple[str, bytes]] = {}
    for part in received.body.split(mark)[1:-1]:
        top, _, content = part.partition(b"\r\n\r\n")
        said = top.decode("utf-8", "replace")
        fields[_quoted(said, "name")] = (_quoted(said, "filename"), content.removesuffix(b"\r\n"))
    if not {"purpose", "file"} <= set(fields):
        return None
    name, content = fields["file"]
    return Upload(name=name, content=content, purpose=fields["purpose"][1].decode())


def _quoted(said: str, name: str) -> str:
    found = said.replace("; ", ";").partition(f';{name}="')[2]
    return found.partition('"')[0]


def asks_in(content: bytes, desk: Desk) -> tuple[list[Ask], list[str]]:
    """Return the requests of a file, and what is wrong with it."""
    asks: list[Ask] = []
    reasons: list[str] = []
    seen: set[str] = set()
    for number, line in enumerate(content.splitlines(), 1):
        request = _object(line)
        wrong = next(_problems(request, seen), "")
        if wrong:
            reasons.append(f"{wrong} (line {number})")
            continue
        seen.add(text(request, "custom_id"))
        asks.append(_ask(request, desk))
    if len({ask.model for ask in asks}) > 1:
        reasons.append("mismatched_model: The batch may have one model only.")
    if not asks and not reasons:
        reasons.append("empty_file: The input file is empty.")
    if len(asks) > MOST_REQUESTS:
        reasons.append(f"too_many_tasks: More than {MOST_REQUESTS} requests.")
    return asks, reasons


def _object(line: bytes) -> Told:
    try:
        value = json.loads(line)
    except ValueError:
        return {}
    return value if isinstance(value, dict) else {}


def _problems(request: Told, seen: set[str]) -> Iterator[str]:
    if not request:
        yield "invalid_json_line: This line is not parseable as valid JSON."
    custom_id = text(request, "custom_id")
    if not custom_id:
        yield "missing_required_parameter: custom_id"
    if custom_id in seen:
        yield f"duplicate_custom_id: The custom_id {custom_id!r} is used twice."
    if request.get("method") != "POST":
        yield "invalid_method: The method must be POST."
    if request.get("url") != completions.PATH:
        yield "mismatched_endpoint: The url must be that of the batch."
    if not isinstance(request.get("body"), dict):
        yield "missing_required_parameter: body"


def _ask(request: Told, desk: Desk) -> Ask:
    custom_id, body = text(request, "custom_id"), mapping(request, "body")
    problem = _body_problem(body)
    if problem:
        desk.refuse(f"{custom_id}: {problem}")
    return ask_of(custom_id, body, problem, desk.fate_of(custom_id, prompt_of(body)))


def _body_problem(body: Told) -> str:
    if "stream" in body:
        return "stream: is not supported in batches"
    try:
        return completions.body_problem(body)
    except (KeyError, TypeError, AttributeError) as error:
        return f"messages: malformed ({error!r})"
