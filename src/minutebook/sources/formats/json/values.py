"""Reading members of parsed JSON that may be anything: typed, lenient, never raising."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

JsonObject = dict[str, Any]

_SECONDS_END, _MILLIS_END, _MICROS_END = 1e11, 1e14, 1e17
_EPOCH_DIGITS = 9
_DEEPEST = 40
_NOT_WORDS = frozenset(
    {"type", "content_type", "id", "uuid", "role", "data", "signature", "encrypted_content"}
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """A time of a log, as `TurnDraft` wants it."""

    at: datetime | None = None
    raw: str = ""
    zone_known: bool = True


NO_MOMENT = Moment()


def as_object(value: object) -> JsonObject:
    """Return a JSON object as it is, an empty one for anything else."""
    return value if isinstance(value, dict) else {}


def as_list(value: object) -> list[Any]:
    """Return a JSON array as it is, an empty one for anything else."""
    return value if isinstance(value, list) else []


def text_at(record: JsonObject, *keys: str) -> str:
    """Return the first of these members that is a string with something in it."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value:
            return value
    return ""


def id_at(record: JsonObject, *keys: str) -> str:
    """Return the first of these members that can be an id: a string, or an integer."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, str) and value:
            return value
        if isinstance(value, int) and not isinstance(value, bool):
            return str(value)
    return ""


def size_at(record: JsonObject, *keys: str) -> int | None:
    """Return the first of these members that can be a size in bytes."""
    for key in keys:
        value = record.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
            return value
    return None


def objects(values: Iterable[object]) -> list[JsonObject]:
    """Return the JSON objects among some values."""
    return [value for value in values if isinstance(value, dict)]


def dump(value: object) -> str:
    """Write a value as JSON text; what is no text yet becomes readable text."""
    return json.dumps(value, ensure_ascii=False)


def strings_in(value: object, depth: int = 0) -> list[str]:
    """Find the words in a value of unknown shape: its strings, but for ids and encoded data."""
    if isinstance(value, str):
        return [value] if value.strip() else []
    if depth > _DEEPEST:
        return []
    inner: Sequence[object] = ()
    if isinstance(value, dict):
        inner = [member for key, member in value.items() if not _is_name(key)]
    elif isinstance(value, list):
        inner = value
    return [text for member in inner for text in strings_in(member, depth + 1)]


def words_of(value: object) -> str:
    """Return what can be read of a value of unknown shape: its strings, else its JSON text."""
    return "\n".join(strings_in(value)) or dump(value)


def moment_at(record: JsonObject, zone: ZoneInfo, *keys: str) -> Moment:
    """Return the first of these members that is a time."""
    raw = ""
    for key in keys:
        moment = moment_of(record.get(key), zone)
        if moment.at is not None:
            return moment
        raw = raw or moment.raw
    return Moment(raw=raw) if raw else NO_MOMENT


def moment_of(value: object, zone: ZoneInfo) -> Moment:
    """Read a time: seconds, milli-, micro- or nanoseconds since 1970, or ISO 8601.

    `zone` is that of ISO times without one. What is no time is kept as `raw` alone.
    """
    if isinstance(value, bool) or not isinstance(value, (int, float, str)):
        return NO_MOMENT
    raw = str(value) if not isinstance(value, str) else value
    number = _number(value)
    if number is not None:
        return Moment(at=_since_1970(number), raw=raw[:100])
    return _iso(raw[:100], zone)


def _is_name(key: object) -> bool:
    return isinstance(key, str) and (key in _NOT_WORDS or key.endswith("_id"))


def _number(value: str | float) -> float | None:
    if not isinstance(value, str):
        try:
            return float(value)
        except OverflowError:
            return float("inf")
    digits = value.strip()
    if len(digits.partition(".")[0]) < _EPOCH_DIGITS or not digits.replace(".", "", 1).isdigit():
        return None
    try:
        return float(digits)
    except ValueError:
        return None


def _since_1970(number: float) -> datetime | None:
    size = abs(number)
    scale = 1.0
    if size >= _SECONDS_END:
        scale = 1e3 if size < _MILLIS_END else 1e6 if size < _MICROS_END else 1e9
    try:
        return datetime.fromtimestamp(number / scale, UTC)
    except (OverflowError, ValueError, OSError):
        return None


def _iso(raw: str, zone: ZoneInfo) -> Moment:
    try:
        at = datetime.fromisoformat(raw.strip())
        zone_known = at.tzinfo is not None
        at = at if zone_known else at.replace(tzinfo=zone)
        return Moment(at=at.astimezone(UTC), raw=raw, zone_known=zone_known)
    except (ValueError, OverflowError):
        return Moment(raw=raw)
