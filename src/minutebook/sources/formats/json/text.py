"""JSON text to values: what is damaged is read as far as it can be, and the rest is named.

Logs are written by programs that are killed, and by two at once. Lone surrogates and zero bytes in
strings come through; the store deals with them at its own edge.
"""

from __future__ import annotations

import json
import re

from minutebook.domain.quarantine import Rejected

EXCERPT = 200
"""Characters of an excerpt."""

_DECODER = json.JSONDecoder(strict=False)
_TOO_MANY_DIGITS = "It holds a number with too many digits"
_FIRST_KEY = re.compile(r'\{\s*"(?:[^"\\]|\\.){1,100}"\s*:')
_GAP = re.compile(r"\s*")
_MAX_RESTARTS = 20


def decode(data: bytes) -> str:
    """Decode UTF-8; bytes that are none are taken for Windows-1252, one by one."""
    try:
        return data.decode()
    except UnicodeDecodeError:
        pass
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", "surrogateescape").translate(_ESCAPED)


def read_text(text: str, place: str) -> tuple[list[object], list[Rejected]]:
    """Read the values in one line or item: one, if all is well. Never raises."""
    if not text:
        return [], [Rejected(place=place, reason="It holds nothing but zero bytes.")]
    try:
        return [_DECODER.decode(text)], []
    except RecursionError:
        return [], [nested_too_deeply(place)]
    except json.JSONDecodeError:
        return _salvage(text, place)
    except ValueError:
        pass
    values, rejected = _salvage(text, place)
    reason = f"{_TOO_MANY_DIGITS}{': the rest of it was read.' if values else '.'}"
    left_out = Rejected(place=place, reason=reason, excerpt=text[:EXCERPT])
    return values, [left_out, *(rejected if values else ())]


def load(text: str) -> object:
    """Return the value that a text is; a number with too many digits is null.

    Raises JSONDecodeError, RecursionError.
    """
    return _LENIENT.decode(text)


def _integer(digits: str) -> int | None:
    """Read an integer, unless Python refuses to: the work grows with the square of its digits."""
    try:
        return int(digits)
    except ValueError:
        return None


_LENIENT = json.JSONDecoder(strict=False, parse_int=_integer)
"""Slower by a call for each number, and so for what the other decoder refuses."""


def _salvage(text: str, place: str) -> tuple[list[object], list[Rejected]]:
    """Read what can be read of a line in which two writers met, or one was killed."""
    values: list[object] = []
    rejected: list[Rejected] = []
    at = 0
    while 0 <= at < len(text):
        try:
            value, end = _LENIENT.raw_decode(text, at)
            if not isinstance(value, (dict, list)):
                raise json.JSONDecodeError("Extra data", text, end)
            values.append(value)
            at = _gap_end(text, end)
        except RecursionError:
            rejected.append(nested_too_deeply(place))
            break
        except json.JSONDecodeError as error:
            rejected.append(_broken(error, text[at : at + EXCERPT], place))
            at = _restart(text, at)
    return values, rejected


def _gap_end(text: str, at: int) -> int:
    found = _GAP.match(text, at)
    return found.end() if found else at


def _restart(text: str, at: int) -> int:
    """Find the next record in a line behind a broken one, or return -1.

    It begins with the same key as the broken one and reaches to the end of the line or to another
    record, which no object inside of the broken one does.
    """
    first = _FIRST_KEY.match(text, at) or _FIRST_KEY.match(text)
    if first is None:
        return -1
    found = at
    for _ in range(_MAX_RESTARTS):
        found = text.find(first.group(), found + 1)
        if found < 0:
            break
        try:
            end = _gap_end(text, _LENIENT.raw_decode(text, found)[1])
        except (ValueError, RecursionError):
            continue
        if end == len(text) or text[end] == "{":
            return found
    return -1


def _broken(error: json.JSONDecodeError, excerpt: str, place: str) -> Rejected:
    what = error.msg.removesuffix(" starting at")
    reason = f"It is not valid JSON: {what} at character {error.pos + 1}."
    return Rejected(place=place, reason=reason, excerpt=excerpt)


def nested_too_deeply(place: str) -> Rejected:
    """Say that a value cannot be read because of its nesting."""
    return Rejected(place=place, reason="It is nested too deeply to be a conversation.")


def excerpt_of(value: object) -> str:
    """Return the beginning of a value's JSON text, without writing all of it."""
    text = ""
    try:
        for part in json.JSONEncoder(ensure_ascii=False).iterencode(value):
            text += part[:EXCERPT]
            if len(text) >= EXCERPT:
                break
    except RecursionError:
        pass
    return text[:EXCERPT]


def _windows_1252(byte: int) -> str:
    data = bytes([byte])
    try:
        return data.decode("cp1252")
    except UnicodeDecodeError:
        return data.decode("latin-1")


_ESCAPED = {0xDC00 + byte: _windows_1252(byte) for byte in range(0x80, 0x100)}
