"""Events of a Messages stream, read into ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from minutebook.llm.protocol import StopReason, StreamEvent, Usage
from minutebook.llm.remote.building import ReplyBuilder, tokens

if TYPE_CHECKING:
    from anthropic.types import (
        MessageDeltaUsage,
        RawContentBlockDeltaEvent,
        RawContentBlockStartEvent,
        RawMessageDeltaEvent,
        RawMessageStreamEvent,
    )
    from anthropic.types import Usage as StartUsage

_REASONS = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.TOOL_USE,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.CONTEXT_FULL,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.CUT,
}
_COUNTED = {
    "input_tokens": "input_tokens",
    "output_tokens": "output_tokens",
    "cache_read_input_tokens": "cache_read_tokens",
    "cache_creation_input_tokens": "cache_write_tokens",
}
"""Tokens as the API calls them, and as we do."""


class MessageReading:
    """Reads one stream. Kinds of events and blocks that are not known are passed over."""

    def __init__(self, builder: ReplyBuilder) -> None:
        self.builder = builder
        self.is_over = False

    def read(self, event: RawMessageStreamEvent) -> list[StreamEvent]:
        """Take one event; raises FORM errors for one that is malformed."""
        if event.type == "message_start":
            return self.builder.report(_usage(event.message.usage, self.builder.usage))
        if event.type == "content_block_start":
            return self._start(event)
        if event.type == "content_block_delta":
            return self._delta(event)
        if event.type == "message_delta":
            return self._end(event)
        if event.type == "message_stop":
            self.is_over = True
        return []

    def _start(self, event: RawContentBlockStartEvent) -> list[StreamEvent]:
        block, key = event.content_block, str(event.index)
        if block.type == "tool_use":
            events = self.builder.open_call(key, block.id, block.name)
            if events and block.input:
                events += self.builder.arguments(key, json.dumps(block.input, ensure_ascii=False))
            return events
        if block.type == "text" and block.text:
            return self.builder.text(block.text)
        if block.type == "thinking" and block.thinking:
            return self.builder.thinking(block.thinking)
        return []

    def _delta(self, event: RawContentBlockDeltaEvent) -> list[StreamEvent]:
        delta = event.delta
        if delta.type == "text_delta":
            return self.builder.text(delta.text)
        if delta.type == "thinking_delta":
            return self.builder.thinking(delta.thinking)
        if delta.type == "input_json_delta" and self.builder.knows_call(str(event.index)):
            return self.builder.arguments(str(event.index), delta.partial_json)
        return []

    def _end(self, event: RawMessageDeltaEvent) -> list[StreamEvent]:
        if reason := reason_of(event.delta.stop_reason):
            self.builder.stop_reason = reason
        return self.builder.report(_usage(event.usage, self.builder.usage))


def reason_of(said: object) -> StopReason | None:
    """Return what a stop reason of the API is for us; None when it says none."""
    return _REASONS.get(said, StopReason.CUT) if isinstance(said, str) and said else None


def _usage(said: StartUsage | MessageDeltaUsage | None, before: Usage) -> Usage:
    if said is None:
        return before
    extra = said.model_extra or {}
    return usage_in({**extra, **{name: getattr(said, name) for name in _COUNTED}}, before)


def usage_in(said: Mapping[str, object], before: Usage) -> Usage:
    """Return the usage so far: the numbers are totals, and those not said stay as they were.

    A call that the provider answered in several steps says them in `iterations`, and at the top
    only what the last one took.
    """
    steps = said.get("iterations")
    if isinstance(steps, list) and steps:
        return Usage(**{ours: _sum(steps, theirs) for theirs, ours in _COUNTED.items()})
    told = {ours: tokens(said.get(theirs)) for theirs, ours in _COUNTED.items()}
    return replace(before, **{ours: count for ours, count in told.items() if count})


def _sum(steps: list[object], name: str) -> int:
    return sum(tokens(step.get(name)) for step in steps if isinstance(step, dict))
