"""A model whose every call is checked against the caps, written down, and learned from.

What a provider reports is taken as it is, also of a call that fails, is stopped or breaks off.
Where it did not report, the tokens are estimated from what went out and what came in, and marked
so. A call that fails before anything came of it costs nothing, and leaves no trace.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Callable

from minutebook.clock import Clock
from minutebook.domain.spending import Outcome
from minutebook.domain.turns import OFFLINE
from minutebook.ledger.caps import CapGuard
from minutebook.ledger.charging import Charging
from minutebook.ledger.ledger import Ledger
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Model,
    Reply,
    ReplyDone,
    Request,
    StreamEvent,
    nobody,
)
from minutebook.llm.tokens.counter import TokenCounter


class Meter:
    """Puts models under the ledger."""

    def __init__(
        self, ledger: Ledger, counter: TokenCounter, guard: CapGuard, clock: Clock
    ) -> None:
        self.ledger = ledger
        self.counter = counter
        self.guard = guard
        self.clock = clock
        self._loading: set[asyncio.Task[bool]] = set()

    def over(self, model: Model) -> Model:
        """Return the model with its calls on the ledger; `offline`, which is free, as it is."""
        return model if model.name == OFFLINE else MeteredModel(model, self)

    def wrapping(self, get: Callable[[str], Model]) -> Callable[[str], Model]:
        """Return a way to get models by name that puts each under the ledger."""
        return lambda name: self.over(get(name))

    def warm(self, model: str) -> None:
        """Begin to load what counts for a model, if that is still to be done."""
        task = asyncio.create_task(self.counter.ready(model), name=f"vocabulary of {model}")
        self._loading.add(task)
        task.add_done_callback(self._loading.discard)


class MeteredModel:
    """A model on the ledger."""

    def __init__(self, model: Model, meter: Meter) -> None:
        self._model = model
        self._meter = meter

    @property
    def name(self) -> str:
        """As the model itself is called."""
        return self._model.name

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""
        return self._model.capabilities

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Answer piece by piece. Raises ModelError, SpendingCapError among them, and StoreError."""
        call = await self._begin(request)
        events = self._model.stream(request)
        outcome = Outcome.FAILED
        try:
            async for event in events:
                if isinstance(event, ReplyDone):
                    yield ReplyDone(reply=await call.settle(event.reply))
                else:
                    call.see(event)
                    yield event
        except (asyncio.CancelledError, GeneratorExit):
            outcome = Outcome.CANCELLED
            raise
        finally:
            try:
                if isinstance(events, AsyncGenerator):
                    await events.aclose()
            finally:
                await call.close(outcome)

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go. Raises as `stream` does."""
        call = await self._begin(request)
        outcome = Outcome.FAILED

        def listen(event: StreamEvent) -> None:
            call.see(event)
            listener(event)

        try:
            return await call.settle(await self._model.complete(request, listen))
        except asyncio.CancelledError:
            outcome = Outcome.CANCELLED
            raise
        finally:
            await call.close(outcome)

    async def _begin(self, request: Request) -> Charging:
        meter = self._meter
        await meter.guard.check(self.name, request.attribution)
        meter.warm(self.name)
        return Charging(meter.ledger, meter.counter, self.name, request, meter.clock())
