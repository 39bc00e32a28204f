"""What one call of a model costs, as it goes on: what was reported, what must be estimated.

A call may be made more than once before it is answered, by the same model or by one that stands in
for it; each time is a charge of its own when anything came of it.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from minutebook.domain.spending import Charge, Outcome
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import OFFLINE
from minutebook.errors import StoreError
from minutebook.ledger.ledger import Ledger
from minutebook.llm.protocol import (
    AskedAgain,
    Reply,
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

_log = logging.getLogger(__name__)
_NOTHING = Usage()


@dataclass(slots=True, kw_only=True)
class _Attempt:
    """What is known of one time that a call was made."""

    model: str
    usage: Usage = _NOTHING
    """As reported so far."""
    bytes: int = 0
    """Of what was written, as UTF-8."""

    @property
    def is_empty(self) -> bool:
        """Whether nothing came of it."""
        return self.usage == _NOTHING and not self.bytes


class Charging:
    """The costs of a call that is under way."""

    def __init__(
        self, ledger: Ledger, counter: TokenCounter, model: str, request: Request, at: datetime
    ) -> None:
        self._ledger = ledger
        self._counter = counter
        self._request = request
        self._at = at
        self._counting = asyncio.create_task(
            asyncio.to_thread(counter.measure, request, model), name="count a prompt"
        )
        self._attempt = _Attempt(model=model)
        self._broken: list[_Attempt] = []
        """The times before this one of which something came."""
        self._is_settled = False
        self._key = request.attribution.key or None

    def see(self, event: StreamEvent) -> None:
        """Take note of a piece of the answer, of what was reported so far, of a new attempt."""
        match event:
            case TextDelta(text=text) | ThinkingDelta(text=text):
                self._attempt.bytes += _bytes(text)
            case ToolCallDelta(arguments=arguments):
                self._attempt.bytes += _bytes(arguments)
            case UsageReported(model=model, usage=usage):
                if model != self._attempt.model:
                    self._begin(model)
                self._attempt.usage = usage
            case AskedAgain(model=model):
                self._begin(model)

    async def settle(self, reply: Reply) -> Reply:
        """Write down a call that was answered; return the answer with what it cost."""
        if reply.model == OFFLINE:  # it stood in for another, of which something may have come
            await self.close(Outcome.FAILED)
            return reply
        counted = await asyncio.shield(self._counting)
        usage, is_estimated = self._usage_of(reply, counted)
        own = Decimal(str(reply.cost_usd)) if reply.cost_usd else None
        charge = self._charge(reply.model, usage, reply.stop_reason.value)
        charge = replace(charge, is_estimated=is_estimated, cost=own, key=self._key)
        if not is_estimated:
            self._learn(reply.model, counted, usage.prompt_tokens)
            charge = replace(charge, counted_tokens=counted.tokens, counted_by=counted.by)
        failed = self._failed(counted)
        self._is_settled = True
        *_, priced = await asyncio.shield(self._ledger.record(*failed, charge))
        return replace(reply, cost_usd=None if priced.cost is None else float(priced.cost))

    def _learn(self, model: str, counted: Counted, reported: int) -> None:
        """Learn what a provider counts: of the prompt as it was counted, and of its estimate."""
        self._counter.learn(model, counted, reported)
        if counted.by != ESTIMATE:
            self._counter.learn(model, self._counter.estimated(self._request), reported)

    async def close(self, outcome: Outcome) -> None:
        """Write down what is known of a call that ended without an answer."""
        if self._is_settled:
            return
        self._is_settled = True
        last = self._attempt
        is_sent = outcome is Outcome.CANCELLED or not last.is_empty
        is_charged = is_sent and last.model != OFFLINE
        if not is_charged and not self._broken:
            self._counting.cancel()
            return
        counted = await asyncio.shield(self._counting)
        unanswered = replace(self._unanswered(last, outcome, counted), key=self._key)
        ended = [unanswered] if is_charged else []
        try:
            await asyncio.shield(self._ledger.record(*self._failed(counted), *ended))
        except StoreError:
            # The error that ended the call is the one to be heard of.
            _log.exception("A call of %s is not on the ledger", last.model)

    def _begin(self, model: str) -> None:
        if not self._attempt.is_empty:
            self._broken.append(self._attempt)
        self._attempt = _Attempt(model=model)

    def _failed(self, counted: Counted) -> list[Charge]:
        """Return what the attempts cost that were given up."""
        return [self._unanswered(attempt, Outcome.FAILED, counted) for attempt in self._broken]

    def _unanswered(self, attempt: _Attempt, outcome: Outcome, counted: Counted) -> Charge:
        """Return what an attempt cost that ended without an answer: what was reported of it, and
        an estimate of what was written since, or of all when nothing was reported."""
        known = attempt.usage
        if known == _NOTHING:
            known = self._prompt(attempt.model, counted)
        written = round(-(-attempt.bytes // 4) * self._counter.factor(attempt.model, ESTIMATE))
        output = max(known.output_tokens, written)
        charge = self._charge(attempt.model, replace(known, output_tokens=output), outcome.value)
        is_estimated = attempt.usage == _NOTHING or output > known.output_tokens
        return replace(charge, is_estimated=is_estimated)

    def _usage_of(self, reply: Reply, counted: Counted) -> tuple[Usage, bool]:
        """Return what a reply used, and whether that is an estimate."""
        usage = self._attempt.usage if reply.usage == _NOTHING else reply.usage
        if usage == _NOTHING:
            prompt = self._prompt(reply.model, counted)
            return replace(prompt, output_tokens=self._size(reply)), True
        if reply.stop_reason is StopReason.CUT and self._size(reply) > usage.output_tokens:
            return replace(usage, output_tokens=self._size(reply)), True
        return usage, False

    def _size(self, reply: Reply) -> int:
        calls = "".join(call.arguments for call in reply.tool_calls)
        tokens = estimate(reply.text) + estimate(reply.thinking) + estimate(calls)
        return round(tokens * self._counter.factor(reply.model, ESTIMATE))

    def _prompt(self, model: str, counted: Counted) -> Usage:
        return Usage(input_tokens=self._counter.corrected(counted, model))

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


def _bytes(text: str) -> int:
    return len(text.encode("utf-8", "surrogatepass"))
