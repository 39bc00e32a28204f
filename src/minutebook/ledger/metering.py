"""A model whose every call is checked against the caps, written down, and learned from.

What a provider reports is taken as it is. Where a call ends before it reported, the tokens are
estimated from what went out and what came in, and marked so: a call that was cancelled has cost
something, too. A call that fails before anything came of it costs nothing, and leaves no trace.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncGenerator, AsyncIterator, Callable
from dataclasses import replace
from decimal import Decimal

from minutebook.clock import Clock
from minutebook.domain.spending import Charge, Outcome
from minutebook.domain.tokens import estimate
from minutebook.errors import StoreError
from minutebook.ledger.caps import CapGuard
from minutebook.ledger.ledger import Ledger
from minutebook.llm.protocol import (
    Capabilities,
    Model,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    ToolCallDelta,
    Usage,
    UsageReported,
)
from minutebook.llm.tokens.counter import ESTIMATE, Counted, TokenCounter

OFFLINE = "offline"
"""The model that costs nothing, and is not metered."""
_log = logging.getLogger(__name__)
_NOTHING = Usage()


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
        """Return the model with its calls on the ledger; `offline` as it is."""
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

    async def complete(self, request: Request) -> Reply:
        """Answer in one go. Raises as `stream` does."""
        call = await self._begin(request)
        outcome = Outcome.FAILED
        try:
            return await call.settle(await self._model.complete(request))
        except asyncio.CancelledError:
            outcome = Outcome.CANCELLED
            raise
        finally:
            await call.close(outcome)

    async def _begin(self, request: Request) -> _Call:
        await self._meter.guard.check(self.name, request.attribution)
        self._meter.warm(self.name)
        return _Call(self._meter, self.name, request)


class _Call:
    """One call that is under way, and what is known of it."""

    def __init__(self, meter: Meter, model: str, request: Request) -> None:
        self._meter = meter
        self._model = model
        self._request = request
        self._at = meter.clock()
        self._counting = asyncio.create_task(
            asyncio.to_thread(meter.counter.measure, request, model), name="count a prompt"
        )
        self._reported: dict[str, Usage] = {}
        self._bytes = 0
        self._is_settled = False

    def see(self, event: StreamEvent) -> None:
        """Take note of a piece of the answer, or of what was reported so far."""
        match event:
            case TextDelta(text=text) | ThinkingDelta(text=text):
                self._bytes += len(text.encode("utf-8", "surrogatepass"))
            case ToolCallDelta(arguments=arguments):
                self._bytes += len(arguments.encode("utf-8", "surrogatepass"))
            case UsageReported(model=model, usage=usage):
                self._reported[model] = usage

    async def settle(self, reply: Reply) -> Reply:
        """Write down a call that was answered; return the answer with what it cost."""
        if reply.model == OFFLINE:  # it stood in for another, which may have reported something
            await self.close(Outcome.FAILED)
            return reply
        counted = await asyncio.shield(self._counting)
        usage, is_estimated = self._usage_of(reply, counted)
        own = Decimal(str(reply.cost_usd)) if reply.cost_usd else None
        charge = self._charge(reply.model, usage, reply.stop_reason.value)
        charge = replace(charge, is_estimated=is_estimated, cost=own)
        if not is_estimated:
            self._meter.counter.learn(reply.model, counted, usage.prompt_tokens)
            charge = replace(charge, counted_tokens=counted.tokens, counted_by=counted.by)
        self._reported.pop(reply.model, None)
        failed = self._charges_of_failed()
        self._is_settled = True
        *_, priced = await asyncio.shield(self._meter.ledger.record(*failed, charge))
        return replace(reply, cost_usd=None if priced.cost is None else float(priced.cost))

    async def close(self, outcome: Outcome) -> None:
        """Write down what is known of a call that ended without an answer."""
        if self._is_settled:
            return
        self._is_settled = True
        charges = await self._charges_of_broken(outcome)
        if not charges:
            return
        try:
            await asyncio.shield(self._meter.ledger.record(*charges))
        except StoreError:
            # The error that ended the call is the one to be heard of.
            _log.exception("A call of %s is not on the ledger", self._model)

    async def _charges_of_broken(self, outcome: Outcome) -> list[Charge]:
        """Return what a call without an answer has cost: for each model that was reached."""
        if not self._reported and not self._bytes and outcome is Outcome.FAILED:
            self._counting.cancel()
            return []
        counted = await asyncio.shield(self._counting)
        reached = self._reported or {self._model: self._prompt(self._model, counted)}
        *earlier, (last, usage) = reached.items()
        output = max(usage.output_tokens, self._written(last))
        charge = self._charge(last, replace(usage, output_tokens=output), outcome.value)
        is_estimated = not self._reported or output > usage.output_tokens
        failed = [self._charge(model, used, Outcome.FAILED.value) for model, used in earlier]
        return [*failed, replace(charge, is_estimated=is_estimated)]

    def _charges_of_failed(self) -> list[Charge]:
        """Return what those models have cost that reported something, and did not answer."""
        return [
            self._charge(model, usage, Outcome.FAILED.value)
            for model, usage in self._reported.items()
        ]

    def _usage_of(self, reply: Reply, counted: Counted) -> tuple[Usage, bool]:
        """Return what a reply used, and whether that is an estimate."""
        usage = reply.usage
        if usage == _NOTHING:
            usage = self._reported.get(reply.model, _NOTHING)
        if usage == _NOTHING:
            prompt = self._prompt(reply.model, counted)
            return replace(prompt, output_tokens=self._size(reply)), True
        if reply.stop_reason is StopReason.CUT and self._size(reply) > usage.output_tokens:
            return replace(usage, output_tokens=self._size(reply)), True
        return usage, False

    def _size(self, reply: Reply) -> int:
        calls = "".join(call.arguments for call in reply.tool_calls)
        tokens = estimate(reply.text) + estimate(reply.thinking) + estimate(calls)
        return round(tokens * self._meter.counter.factor(reply.model, ESTIMATE))

    def _prompt(self, model: str, counted: Counted) -> Usage:
        return Usage(input_tokens=self._meter.counter.corrected(counted, model))

    def _written(self, model: str) -> int:
        return round(-(-self._bytes // 4) * self._meter.counter.factor(model, ESTIMATE))

    def _charge(self, model: str, usage: Usage, outcome: str) -> Charge:
        account = self._request.attribution
        return Charge(
            at=self._at,
            task=self._request.task.value,
            model=model,
            outcome=outcome,
            input_tokens=usage.input_tokens,
            output_tokens=usage.output_tokens,
            cache_read_tokens=usage.cache_read_tokens,
            cache_write_tokens=usage.cache_write_tokens,
            cache_write_1h_tokens=usage.cache_write_1h_tokens,
            conversation=account.conversation,
            subject=account.subject,
            job=account.job,
            correlation=account.correlation,
        )
