"""Chores: small recurring work that keeps the house in order.

One chore that fails is reported, and does not keep the others from running.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from minutebook.events import Bus, LoopFailed

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Chore:
    """Something that is done every now and then."""

    name: str
    every_seconds: float
    run: Callable[[], Awaitable[object]]


async def do(chore: Chore, bus: Bus) -> None:
    """Do a chore once; a failure is told, not raised."""
    try:
        await chore.run()
    except Exception as error:  # noqa: BLE001 - the edge of the loop: told, and tried again later
        _log.exception("The chore %r failed", chore.name)
        bus.publish(LoopFailed(loop=chore.name, reason=str(error)))


async def keep_doing(chores: Sequence[Chore], bus: Bus) -> None:
    """Do each chore at once and then every so often, until cancelled."""
    async with asyncio.TaskGroup() as group:
        for chore in chores:
            group.create_task(_repeat(chore, bus), name=chore.name)


async def _repeat(chore: Chore, bus: Bus) -> None:
    while True:
        await do(chore, bus)
        await asyncio.sleep(chore.every_seconds)
