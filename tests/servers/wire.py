"""HTTP/1.1 over asyncio streams, as far as the server of models needs it."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit


@dataclass(slots=True, kw_only=True)
class Received:
    """A request that came in."""

    method: str
    path: str
    query: str
    headers: Mapping[str, str]
    """Names in small letters."""
    body: bytes
    left: asyncio.Event = field(default_factory=asyncio.Event)
    """Set when the client closed the connection, or the answer was over."""
    was_left_early: bool = False
    """Whether the client left before the answer was over."""

    @property
    def json(self) -> dict[str, object]:
        """The body as an object; empty for a request without one."""
        value = json.loads(self.body or b"{}")
        assert isinstance(value, dict)
        return value


async def receive(reader: asyncio.StreamReader) -> Received | None:
    """Read one request; None when the client said nothing and left."""
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
    except (asyncio.IncompleteReadError, ConnectionError):
        return None
    first, *lines = head.split("\r\n")
    method, target, _ = first.split(" ")
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.lower(): value.strip() for name, value in pairs}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    parts = urlsplit(target)
    return Received(method=method, path=parts.path, query=parts.query, headers=headers, body=body)


def head(status: int, headers: Mapping[str, str]) -> bytes:
    """Return the head of an answer, behind which the connection is closed."""
    lines = [f"HTTP/1.1 {status} Answer", *(f"{name}: {value}" for name, value in headers.items())]
    return "\r\n".join([*lines, "connection: close", "", ""]).encode("latin-1")


def chunk(data: bytes) -> bytes:
    """Return a piece of a body as one chunk of it."""
    return f"{len(data):x}\r\n".encode() + data + b"\r\n"


LAST_CHUNK = b"0\r\n\r\n"
