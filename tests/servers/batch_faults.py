"""How the answers of the server of batches go wrong on their way."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable, Sequence
from dataclasses import replace

from servers import completions, message_batches
from servers.batch_routes import Answered
from servers.batch_values import Fault, FaultKind
from servers.messages import KINDS
from servers.saying import Plan
from servers.wire import head

REFUSALS = frozenset({FaultKind.REFUSE, FaultKind.REFUSE_AFTER})
_GARBAGE = b"<html><body>Sign in to this network</body></html>"


def refused(fault: Fault, protocol: str) -> Answered:
    """Return the refusal that a fault is."""
    headers = {"retry-after": fault.retry_after} if fault.retry_after else {}
    if protocol == "openai":
        plan = Plan(
            status=fault.status,
            error=(fault.error, fault.message),
            details={"code": fault.code} if fault.code else {},
        )
        return Answered(status=fault.status, body=completions.refusal(plan), headers=headers)
    kind = fault.error or KINDS.get(fault.status, "api_error")
    body = message_batches.refusal(kind, fault.message or f"It is a {kind}.", fault.code)
    return Answered(status=fault.status, body=body, headers=headers)


def spoilt(answered: Answered, fault: Fault | None, others: Sequence[bytes]) -> Answered:
    """Spoil what an answer says; `others` are the lines of another batch."""
    if fault is None or answered.status != 200:
        return answered
    if fault.kind is FaultKind.GARBAGE:
        return Answered(body=_GARBAGE, kind="text/html")
    edit = _EDITS.get(fault.kind)
    if edit is None:
        return answered
    lines = answered.body.splitlines(keepends=True)
    return replace(answered, body=b"".join(edit(lines, others)))


def _unknown(lines: Sequence[bytes], others: Sequence[bytes]) -> Sequence[bytes]:
    strangers = [_with_id(line, f"stranger_{n}") for n, line in enumerate(lines[:2])]
    return [*strangers, *lines]


def _swapped(lines: Sequence[bytes], others: Sequence[bytes]) -> Sequence[bytes]:
    if len(lines) < 2:
        return lines
    first, second = (str(json.loads(line)["custom_id"]) for line in lines[:2])
    return [_with_id(lines[0], second), _with_id(lines[1], first), *lines[2:]]


def _foreign(lines: Sequence[bytes], others: Sequence[bytes]) -> Sequence[bytes]:
    return others or [_with_id(line, f"foreign_{n}") for n, line in enumerate(lines)]


def _with_id(line: bytes, custom_id: str) -> bytes:
    return json.dumps({**json.loads(line), "custom_id": custom_id}).encode() + b"\n"


_EDITS: dict[FaultKind, Callable[[Sequence[bytes], Sequence[bytes]], Sequence[bytes]]] = {
    FaultKind.DUPLICATE: lambda lines, _: [*lines, *lines],
    FaultKind.UNKNOWN: _unknown,
    FaultKind.MISSING: lambda lines, _: lines[1:],
    FaultKind.SWAPPED: _swapped,
    FaultKind.MALFORMED: lambda lines, _: [lines[0][: len(lines[0]) // 2] + b"\n", *lines[1:]],
    FaultKind.FOREIGN: _foreign,
}


async def send(writer: asyncio.StreamWriter, answered: Answered, fault: Fault | None) -> None:
    """Let an answer travel, as far as it gets."""
    kind = fault.kind if fault is not None else None
    if fault is not None and kind in {FaultKind.HANG, FaultKind.HANG_AFTER}:
        await asyncio.sleep(fault.seconds)
    length = {} if kind is FaultKind.CUT_QUIETLY else {"content-length": str(len(answered.body))}
    top = head(answered.status, {"content-type": answered.kind, **length, **answered.headers})
    half = _within(answered.body)
    match kind:
        case FaultKind.CUT_BEFORE | FaultKind.CUT_AFTER | FaultKind.HANG | FaultKind.HANG_AFTER:
            writer.transport.abort()
        case FaultKind.CUT_IN_HEAD:
            await _cut(writer, top[: len(top) // 2])
        case FaultKind.CUT_IN_BODY:
            await _cut(writer, top + half)
        case FaultKind.CUT_QUIETLY:
            await _write(writer, top + half)
        case _:
            await _write(writer, top + answered.body)


def _within(body: bytes) -> bytes:
    """Return about half of a body, ending within a line."""
    half = len(body) // 2
    while half > 1 and body[half - 1 : half] in {b"\n", b"}"}:
        half -= 1
    return body[:half]


async def _write(writer: asyncio.StreamWriter, data: bytes) -> None:
    writer.write(data)
    await writer.drain()


async def _cut(writer: asyncio.StreamWriter, data: bytes) -> None:
    """Send what there is and end without what was promised: a reset could overtake the data."""
    await _write(writer, data)
    writer.close()
