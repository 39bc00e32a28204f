"""The one table from what a server says to what it means for us.

Providers agree on little: the same failure has another status, type and wording at each, and some
say it inside a stream that began well. So a failure is first made a `Symptom`, and the first row of
the table that fits says which of our errors it is. Wordings are those of Anthropic, OpenAI, Ollama,
llama.cpp, vLLM and the gateways that speak their protocols.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from minutebook.config.credentials import redacted
from minutebook.domain.display import one_line
from minutebook.errors import (
    ModelAccessError,
    ModelBillingError,
    ModelBusyError,
    ModelError,
    ModelRequestError,
    ModelUnavailableError,
    ModelUnreachableError,
    PromptTooLongError,
)
from minutebook.llm.remote.lengths import TOO_LONG, numbers
from minutebook.llm.remote.server import Server
from minutebook.llm.remote.structured import NO_TOOLS

_SHOWN = 300
"""Characters of a provider's own words that a message shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Symptom:
    """A failure as a server tells it."""

    status: int
    """Of HTTP; 200 for what is told inside a stream."""
    kind: str = ""
    """Types and codes of the body, joined by spaces."""
    message: str = ""
    retry_after: float | None = None
    """Seconds."""

    @property
    def http(self) -> str:
        """The status, for people."""
        return f" (HTTP {self.status})" if self.status >= 300 else ""

    @property
    def text(self) -> str:
        """All that is said, for looking through."""
        return f"{self.kind} {self.message}"


class TellsFailureError(ValueError):
    """An event of a stream is no piece of an answer: it says what went wrong."""

    def __init__(self, body: Mapping[str, object]) -> None:
        super().__init__("the answer is an error")
        self.body = dict(body)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a failure happened."""

    model: str
    server: Server
    secret: str = field(default="", repr=False)
    """The key, so that no server can make us show it."""

    def name(self, said: str, what: str) -> str:
        """Begin a message with the model and what is wrong; end it with the provider's words."""
        open_words = said.replace(self.secret, "[key]") if len(self.secret) > 7 else said
        own = one_line(redacted(open_words))[:_SHOWN].rstrip()
        return f"{self.model!r} {what}: {own!r}." if own else f"{self.model!r} {what}."


_BILLING = re.compile(
    r"billing_error|insufficient_quota|billing_hard_limit|billing_not_active|spend_limit_reached"
    r"|credit balance|exceeded your current quota|insufficient (balance|credits?|funds)"
    r"|requires more credits|payment required",
    re.IGNORECASE,
)
_ACCESS = re.compile(
    r"authentication_error|invalid_api_key|invalid_authentication|permission_error"
    r"|permission_denied|incorrect api key|invalid x-api-key",
    re.IGNORECASE,
)
_NO_MODEL = re.compile(
    r"model_not_found|not_found_error.{0,40}\bmodel\b|\bmodel\b.{0,120}(not found|does not exist)"
    r"|invalid model|no such model|unknown model|model is required",
    re.IGNORECASE | re.DOTALL,
)
_BUSY = re.compile(
    r"overloaded|rate_limit|slow_down|server_busy|too many requests|resource_exhausted"
    r"|engine_overloaded|at capacity|server busy",
    re.IGNORECASE,
)
_STATUS_OF_KIND: Mapping[str, int] = {
    "invalid_request_error": 400,
    "authentication_error": 401,
    "billing_error": 402,
    "permission_error": 403,
    "not_found_error": 404,
    "conflict_error": 409,
    "request_too_large": 413,
    "rate_limit_error": 429,
    "overloaded_error": 529,
}
_IN_STREAM = 200
"""Stays the status of a failure that was told inside a stream without saying of what kind."""
_NEVER_LATER = frozenset({501, 505})
"""Of the server's own failures, those that asking again does not mend."""


def _too_long(symptom: Symptom, place: Place) -> ModelError:
    tokens, limit = numbers(symptom.message)
    size = f" ({tokens:,} tokens, {limit:,} fit)" if tokens and limit else ""
    return PromptTooLongError(
        place.name(symptom.message, f"cannot take a prompt this long{size}"),
        hint="Send less of the conversation, or choose a model with a larger context window.",
        tokens=tokens,
        limit=limit,
    )


def _billing(symptom: Symptom, place: Place) -> ModelError:
    return ModelBillingError(
        place.name(symptom.message, "was refused for reasons of billing"),
        hint=f"Add credit or raise the limit at {place.server.provider!r}, or choose another model"
        " under [models].",
    )


def _access(symptom: Symptom, place: Place) -> ModelError:
    variables = place.server.key_variables
    where = f"the key in {variables[0]}" if variables else "the key that the server wants"
    return ModelAccessError(
        place.name(symptom.message, f"was refused by {place.server.place}{symptom.http}"),
        hint=f"Check {where}, and that it may use this model.",
    )


def _no_model(symptom: Symptom, place: Place) -> ModelError:
    return ModelUnavailableError(
        place.name(symptom.message, f"does not exist at {place.server.place}"),
        hint="Check its name under [models]; a local server must have loaded it.",
    )


def _no_address(symptom: Symptom, place: Place) -> ModelError:
    return ModelUnavailableError(
        place.name(symptom.message, f"is not to be had at {place.server.place}{symptom.http}"),
        hint=f"Check base_url under [providers.{place.server.provider}].",
    )


_BELIEVED = 32 * 86_400
"""Seconds; no provider means it when it says that it is busy for longer."""


def _busy(symptom: Symptom, place: Place) -> ModelError:
    wait = symptom.retry_after
    is_odd = wait is None or wait > _BELIEVED
    when = "Try again later" if is_odd else f"Try again in {_span(wait or 0)}"
    return ModelBusyError(
        place.name(symptom.message, f"has too much to do{symptom.http}"),
        hint=f"{when}, or set another model as `fallback` under [models].",
        retry_after=wait,
    )


def _span(seconds: float) -> str:
    for size, name in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds / size:,.0f} {name}"
    return f"{seconds:.0f} seconds"


def _unreachable(symptom: Symptom, place: Place) -> ModelError:
    return ModelUnreachableError(
        place.name(symptom.message, f"failed at its server{symptom.http}"),
        hint="Try again later.",
    )


def _refused(symptom: Symptom, place: Place) -> ModelError:
    return ModelRequestError(
        place.name(symptom.message, f"refuses the request{symptom.http}"),
        hint="Choose another model under [models], or change what is asked.",
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    """A row of the table: what a symptom looks like, and the error it is."""

    make: Callable[[Symptom, Place], ModelError]
    statuses: frozenset[int] = frozenset()
    wording: re.Pattern[str] | None = None
    unless: frozenset[int] = frozenset()
    """Statuses for which the wording does not count."""

    def fits(self, symptom: Symptom) -> bool:
        if symptom.status in self.statuses:
            return True
        if self.wording is None or symptom.status in self.unless:
            return False
        return self.wording.search(symptom.text) is not None


_TABLE: tuple[_Row, ...] = (
    _Row(make=_refused, wording=NO_TOOLS, unless=frozenset({401, 402, 403, 429})),
    _Row(make=_too_long, statuses=frozenset({413}), wording=TOO_LONG),
    _Row(make=_billing, statuses=frozenset({402}), wording=_BILLING),
    _Row(
        make=_access,
        statuses=frozenset({401, 403, 407}),
        wording=_ACCESS,
        unless=frozenset({404, 429}),
    ),
    _Row(make=_no_model, wording=_NO_MODEL, unless=frozenset(range(405, 600))),
    _Row(make=_no_address, statuses=frozenset({404, 405, 410, *range(300, 400)})),
    _Row(make=_busy, statuses=frozenset({429, 503, 529}), wording=_BUSY, unless=frozenset({400})),
    _Row(
        make=_unreachable,
        statuses=frozenset({_IN_STREAM, 408, 409, 425, *range(500, 600)}) - _NEVER_LATER,
    ),
    _Row(make=_refused),
)


def diagnose(symptom: Symptom, place: Place) -> ModelError:
    """Return the error that a symptom is."""
    told = _with_status(symptom)
    for row in _TABLE[:-1]:
        if row.fits(told):
            return row.make(told, place)
    return _refused(told, place)


def _with_status(symptom: Symptom) -> Symptom:
    """Give a failure that was told inside a stream the status it would have had before it."""
    if symptom.status >= 300:
        return symptom
    words = symptom.kind.split()
    numbers = (int(word) for word in words if re.fullmatch(r"[45]\d\d", word))
    kinds = (_STATUS_OF_KIND[word] for word in words if word in _STATUS_OF_KIND)
    return replace(symptom, status=next(numbers, None) or next(kinds, _IN_STREAM))


def symptom_of(status: int, body: object, message: str, headers: Mapping[str, str]) -> Symptom:
    """Make a symptom of an answer: its status, its body as parsed, the SDK's words, its headers."""
    first = body[0] if isinstance(body, list) and body else body  # Google's are lists of one
    kinds, said = _read_body(first)
    asked = retry_after(headers)
    return Symptom(
        status=status,
        kind=kinds,
        message=said or message,
        retry_after=_retry_in(f"{said} {_delay(first)}") if asked is None else asked,
    )


def _read_body(body: object) -> tuple[str, str]:
    """Return the types and codes of an error, and its message, wherever a provider puts them."""
    if isinstance(body, str):
        return "", _plain(body)
    if not isinstance(body, dict):
        return "", ""
    error = body.get("error", body)
    if isinstance(error, str):
        return "", error
    if not isinstance(error, dict):
        return "", ""
    details = error.get("details")
    inner = details if isinstance(details, dict) else {}
    named = (error.get("type"), error.get("code"), error.get("status"), inner.get("error_code"))
    kinds = " ".join(str(name) for name in named if isinstance(name, str | int))
    said = next((words for k in ("message", "detail") if (words := _words(error.get(k)))), "")
    counts = "".join(f" {k}={error[k]}" for k in ("n_prompt_tokens", "n_ctx") if k in error)
    return kinds, f"{said}{counts}"


def _words(value: object) -> str:
    """Return what a message says: a text, or a list of what is wrong with each field."""
    match value:
        case str():
            return value
        case [{"msg": str()}, *_]:
            return "; ".join(_field(item) for item in value)
    return ""


def _field(item: object) -> str:
    match item:
        case {"loc": [*place], "msg": str(said)}:
            return f"{'.'.join(map(str, place))}: {said}"
        case {"msg": str(said)}:
            return said
    return ""


def _delay(body: object) -> str:
    """Return how long to wait as Google says it, among the details of an error."""
    match body:
        case {"error": {"details": [*details]}}:
            delays = (item.get("retryDelay") for item in details if isinstance(item, dict))
            return next((f"retry in {delay}" for delay in delays if isinstance(delay, str)), "")
    return ""


def _plain(text: str) -> str:
    """Return what a page says, without its markup."""
    return re.sub(r"<[^<>]*>", " ", text[:4_000])


def retry_after(headers: Mapping[str, str], now: datetime | None = None) -> float | None:
    """Return the seconds that a server asks to wait: `retry-after-ms`, or `Retry-After` as seconds
    or as a date (RFC 9110, 10.2.3); None when it asks for nothing that can be read."""
    if (milliseconds := _number(headers.get("retry-after-ms", ""))) is not None:
        return milliseconds / 1000
    asked = headers.get("retry-after", "")
    if (seconds := _number(asked)) is not None:
        return seconds
    try:
        at = parsedate_to_datetime(asked)
    except (ValueError, TypeError, OverflowError):
        return None
    aware = at if at.tzinfo else at.replace(tzinfo=UTC)
    return max((aware - (now or datetime.now(UTC))).total_seconds(), 0.0)


_IN_WORDS = re.compile(
    r"(?:try again|retry)(?: after| in)? (?:(\d{1,4})h)?(?:(\d{1,4})m(?!s))?"
    r"(?:(\d{1,7}(?:\.\d{1,9})?)(m?s))?(?=\W|\Z)",
    re.IGNORECASE,
)


def _retry_in(text: str) -> float | None:
    """Return the seconds of `try again in 1m2.5s`, as some say it in words alone."""
    found = _IN_WORDS.search(text)
    if found is None or not any(found.groups()):
        return None
    hours, minutes, rest, unit = found.groups()
    seconds = float(rest or 0) / (1000 if (unit or "").lower() == "ms" else 1)
    return int(hours or 0) * 3_600 + int(minutes or 0) * 60 + seconds


def _number(text: str) -> float | None:
    return float(text) if re.fullmatch(r"\s*\d{1,15}(\.\d{1,9})?\s*", text) else None
