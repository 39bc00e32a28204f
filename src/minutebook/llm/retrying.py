"""A model that is asked again when it is busy or out of reach.

Only while nothing was heard of the answer: half an answer is kept, never begun anew behind the back
of whoever listens. Waits grow exponentially with full jitter, so that many who were turned away do
not come back together; a provider that says how long to wait is believed, up to a limit.
"""

from __future__ import annotations

import asyncio
import logging
import random
from collections.abc import AsyncGenerator, Awaitable, Callable
from dataclasses import dataclass

from minutebook.errors import ModelBusyError, ModelUnreachableError
from minutebook.llm.protocol import (
    FOR_THE_LEDGER,
    AskedAgain,
    Capabilities,
    Listener,
    Model,
    Reply,
    Request,
    StreamEvent,
    nobody,
)
from minutebook.llm.streams import closing

_log = logging.getLogger(__name__)
_FIRST_WAIT = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Retries:
    """How often a call is made, and how it waits in between."""

    attempts: int = 4
    longest_wait: float = 60.0
    """Seconds. Who is asked to wait longer gives up at once."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    random: Callable[[], float] = random.random
    """Returns numbers from 0 to 1."""


class RetryingModel:
    """Asks another model, more than once if need be."""

    def __init__(self, inner: Model, retries: Retries) -> None:
        self._inner = inner
        self._retries = retries

    @property
    def name(self) -> str:
        """The name of the model that is asked."""
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do that is asked."""
        return self._inner.capabilities

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. Raises ModelError."""
        attempt, heard = 1, False
        while True:
            try:
                async with closing(self._inner.stream(request)) as events:
                    async for event in events:
                        heard = heard or not isinstance(event, FOR_THE_LEDGER)
                        yield event
                return
            except (ModelBusyError, ModelUnreachableError) as error:
                wait = None if heard else self._wait(error, attempt)
                if wait is None:
                    raise
                again = self._again(error, wait)
            yield again
            attempt += 1
            await self._retries.sleep(wait)

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go. Raises ModelError."""
        attempt = 1
        while True:
            try:
                return await self._inner.complete(request, listener)
            except (ModelBusyError, ModelUnreachableError) as error:
                wait = self._wait(error, attempt)
                if wait is None:
                    raise
                again = self._again(error, wait)
            listener(again)
            attempt += 1
            await self._retries.sleep(wait)

    def _again(self, error: ModelBusyError | ModelUnreachableError, wait: float) -> AskedAgain:
        return AskedAgain(model=self.name, wait=wait, reason=error.message)

    def _wait(self, error: ModelBusyError | ModelUnreachableError, attempt: int) -> float | None:
        """Return the seconds to wait behind a failed attempt; None when it was the last."""
        longest = self._retries.longest_wait
        asked = error.retry_after if isinstance(error, ModelBusyError) else None
        if attempt >= self._retries.attempts or (asked is not None and asked > longest):
            return None
        most = min(_FIRST_WAIT * 2.0 ** (attempt - 1), longest)
        wait = (asked or 0.0) + self._retries.random() * most
        _log.info("%r failed, attempt %d; waiting %.1f s", self.name, attempt, wait)
        return wait
