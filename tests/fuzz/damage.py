"""Ways in which the bytes of a log are damaged: by accident, by other tools, by somebody."""

from __future__ import annotations

import json
import random
import re
from collections.abc import Callable
from typing import Any

Damage = Callable[[random.Random, bytes], bytes]

_NUMBER = re.compile(rb"(?<![\w.\"\\])-?\d+(?:\.\d+)?")
_DIGITS = re.compile(rb"\d+")
_STRING = re.compile(rb'"[^"\\]*"')
_HUGE = (b"9" * 30, b"1e400", b"-1", b"-1e308", b"NaN", b"0", b"1" + b"0" * 5_000, b"null")
_ESCAPES = (rb"\ud800", rb"\udfff\ud800", rb"\u0000", rb"\u202e", rb"\x00", rb"\u2028")
_RAW = (
    "\u202e",
    "\x00",
    "\x1b[31m",
    "\u2028",
    "\ufeff",
    "\x85",
    "\x0c",
    "\r",
    "e" + "\u0301" * 300,
)
_ODD: tuple[Any, ...] = (
    *(None, True, -1, 1.5, 10**30, "", "x", "\ud800\x00", [], {}, [None], ["x"], [[{}]]),
    *({"a": 1}, "9" * 400, float("nan"), [{"id": [], "type": 5, "name": {}}], "x" * 70_000),
)


def flipped(chance: random.Random, data: bytes) -> bytes:
    """Turn single bits over."""
    found = bytearray(data)
    for _ in range(chance.choice((1, 3, 20, 200))):
        found[chance.randrange(len(found))] ^= 1 << chance.randrange(8)
    return bytes(found)


def cut(chance: random.Random, data: bytes) -> bytes:
    """Leave out the end, or the beginning."""
    at = chance.randrange(len(data))
    return data[:at] if chance.random() < 0.8 else data[at:]


def _chunk(chance: random.Random, data: bytes) -> tuple[int, int]:
    start = chance.randrange(len(data))
    return start, min(len(data), start + chance.choice((1, 2, 30, 700, 4_096)))


def dropped(chance: random.Random, data: bytes) -> bytes:
    """Leave out a chunk."""
    start, end = _chunk(chance, data)
    return data[:start] + data[end:]


def doubled(chance: random.Random, data: bytes) -> bytes:
    """Write a chunk twice, at times a thousand times."""
    start, end = _chunk(chance, data)
    times = chance.choice((2, 2, 2, 1_000 if end - start < 100 else 3))
    return data[:start] + data[start:end] * times + data[end:]


def reordered(chance: random.Random, data: bytes) -> bytes:
    """Cut it into chunks, or lines, and shuffle these."""
    if chance.random() < 0.5:
        pieces = data.splitlines(keepends=True)
    else:
        size = max(1, len(data) // chance.randint(2, 9))
        pieces = [data[at : at + size] for at in range(0, len(data), size)]
    chance.shuffle(pieces)
    return b"".join(pieces)


def strewn(chance: random.Random, data: bytes) -> bytes:
    """Put in what does not belong there."""
    at = chance.randrange(len(data))
    stuff = chance.choice(
        (b"\x00" * 50, b"\xff\xfe\xfd", b"\xc3", chance.randbytes(40), b"\r", b'"')
    )
    if chance.random() < 0.3:
        stuff = chance.choice(_RAW).encode()
    return data[:at] + stuff + data[at:]


def reencoded(chance: random.Random, data: bytes) -> bytes:
    """Write it as another encoding, with or without its mark."""
    text = data.decode("utf-8", "replace")
    encoding = chance.choice(("utf-16", "utf-16-le", "utf-16-be", "latin-1", "cp1252", "utf-8-sig"))
    if encoding == "utf-16-be":
        return b"\xfe\xff" + text.encode(encoding, "replace")
    return text.encode(encoding, "replace")


def ended_otherwise(chance: random.Random, data: bytes) -> bytes:
    """End lines in another way."""
    return data.replace(b"\n", chance.choice((b"\r\n", b"\r", b"\n\n", b" ", b"\x00", b"")))


def numbered(chance: random.Random, data: bytes) -> bytes:
    """Write other numbers, some of them huge."""
    pattern = chance.choice((_NUMBER, _DIGITS))
    share, value = chance.choice((0.02, 0.3, 1.0)), chance.choice(_HUGE)
    return pattern.sub(lambda found: value if chance.random() < share else found[0], data)


def escaped(chance: random.Random, data: bytes) -> bytes:
    """Put characters that are none into strings."""
    escape = chance.choice(_ESCAPES)
    return _STRING.sub(
        lambda found: found[0][:-1] + escape + b'"' if chance.random() < 0.1 else found[0], data
    )


def nested(chance: random.Random, data: bytes) -> bytes:
    """Put a value into many lists or objects, which may not be closed."""
    found = list(_STRING.finditer(data)) or list(re.finditer(rb"\S+", data))
    if not found:
        return data
    place, depth = chance.choice(found), chance.choice((50, 1_000, 100_000))
    opening, closing = chance.choice(((b"[", b"]"), (b'{"a":', b"}"), (b"> ", b""), (b"<b>", b"")))
    inner = opening * depth + place[0] + closing * (depth if chance.random() < 0.7 else 0)
    return data[: place.start()] + inner + data[place.end() :]


def swapped(chance: random.Random, data: bytes) -> bytes:
    """Put values of other types in the place of members of JSON."""
    text = data.decode("utf-8", "replace")
    try:
        value = json.loads(text)
    except RecursionError:
        return numbered(chance, data)
    except ValueError:
        lines = text.split("\n")
        chosen = chance.randrange(len(lines))
        try:
            lines[chosen] = json.dumps(_with_odd(chance, json.loads(lines[chosen])))
        except (ValueError, RecursionError):
            return numbered(chance, data)
        return "\n".join(lines).encode("utf-8", "replace")
    for _ in range(chance.choice((1, 1, 3))):
        value = _with_odd(chance, value)
    return json.dumps(value).encode("utf-8", "replace")


def _with_odd(chance: random.Random, value: Any) -> Any:
    """Return a value with one of its parts replaced, left out or doubled."""
    if isinstance(value, dict) and value and chance.random() < 0.9:
        key = chance.choice(list(value))
        if chance.random() < 0.1:
            return {name: member for name, member in value.items() if name != key}
        return value | {key: _with_odd(chance, value[key])}
    if isinstance(value, list) and value and chance.random() < 0.9:
        at = chance.randrange(len(value))
        return [*value[:at], _with_odd(chance, value[at]), *value[at + chance.randint(0, 1) :]]
    return chance.choice(_ODD)


WAYS: tuple[Damage, ...] = (
    *(flipped, cut, dropped, doubled, reordered, strewn, reencoded, ended_otherwise),
    *(numbered, escaped, nested, swapped, swapped, swapped),
)


def damaged(chance: random.Random, data: bytes) -> tuple[bytes, list[str]]:
    """Damage something in one way or in several; say in which."""
    ways = chance.choices(WAYS, k=chance.choice((1, 1, 1, 2, 3)))
    for way in ways:
        data = way(chance, data) if data else data
    return data, [way.__name__ for way in ways]
