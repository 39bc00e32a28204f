"""Events of a Messages stream, read into ours."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minutebook.llm.protocol import StopReason, StreamEvent, Usage
from minutebook.llm.remote.building import ReplyBuilder, tokens

if TYPE_CHECKING:
    from anthropic.types import (
        MessageDeltaUsage,
        RawContentBlockDeltaEvent,
        RawMessageDeltaEvent,
        RawMessageStartEvent,
        RawMessageStreamEvent,
        ToolUseBlock,
    )
    from anthropic.types import Usage as StartUsage
    from anthropic.types.raw_content_block_start_event import ContentBlock

_REASONS = {
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "tool_use": StopReason.TOOL_USE,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_context_window_exceeded": StopReason.CONTEXT_FULL,
    "refusal": StopReason.REFUSAL,
    "pause_turn": StopReason.CUT,
    "stop": StopReason.END,
    "length": StopReason.MAX_TOKENS,
    "tool_calls": StopReason.TOOL_USE,
    "content_filter": StopReason.REFUSAL,
}
"""Words of Anthropic, and of proxies that leave those of the model behind them."""
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
        self._keys: dict[int, str] = {}
        """Of the call that each block is."""
        self._inputs: dict[str, str] = {}
        """Arguments that came with the beginning of a call, until no pieces of them can come."""

    def read(self, event: RawMessageStreamEvent) -> list[StreamEvent]:
        """Take one event; raises FORM errors for one that is malformed."""
        if event.type == "message_start":
            return self._begin(event)
        if event.type == "content_block_start":
            return self._start(event.index, event.content_block)
        if event.type == "content_block_delta":
            return self._delta(event)
        if event.type == "content_block_stop":
            return self._flush()
        if event.type == "message_delta":
            return self._flush() + self._end(event)
        if event.type == "message_stop":
            self.is_over = True
        return []

    def whole(self, body: Mapping[str, Any]) -> list[StreamEvent]:
        """Take an answer that does not come as a stream."""
        content, usage = body.get("content"), body.get("usage")
        events: list[StreamEvent] = []
        for index, block in enumerate(content if isinstance(content, list) else ()):
            match block:
                case {"type": "text", "text": str(text)}:
                    events += self.builder.text(text)
                case {"type": "thinking", "thinking": str(thinking)}:
                    events += self.builder.thinking(thinking)
                case {"type": "tool_use", "name": str(name)}:
                    key = str(block.get("id") or f"call_{index}")
                    written = json.dumps(block.get("input") or {}, ensure_ascii=False)
                    events += self.builder.open_call(key, key, name)
                    events += self.builder.arguments(key, written)
        self._stop(body.get("stop_reason"))
        told = usage_in(usage, self.builder.usage) if isinstance(usage, dict) else Usage()
        return [*events, *self.builder.report(told)]

    def _begin(self, event: RawMessageStartEvent) -> list[StreamEvent]:
        message = event.message
        if message is None:
            return []
        self._stop(message.stop_reason)
        return self.builder.report(_usage(message.usage, self.builder.usage))

    def _start(self, index: int, block: ContentBlock) -> list[StreamEvent]:
        if block.type == "tool_use":
            return self._open(index, block)
        if block.type == "text" and block.text:
            return self.builder.text(block.text)
        if block.type == "thinking" and block.thinking:
            return self.builder.thinking(block.thinking)
        return []

    def _open(self, index: int, block: ToolUseBlock) -> list[StreamEvent]:
        """Begin a call; one that was told twice is begun once."""
        events = self._flush()
        key = self._keys[index] = block.id or f"call_{index}"
        opened = self.builder.open_call(key, key, block.name)
        if opened and block.input:
            self._inputs[key] = json.dumps(block.input, ensure_ascii=False)
        return events + opened

    def _flush(self) -> list[StreamEvent]:
        """Take the arguments that came whole."""
        waiting, self._inputs = self._inputs, {}
        return [e for key, said in waiting.items() for e in self.builder.arguments(key, said)]

    def _delta(self, event: RawContentBlockDeltaEvent) -> list[StreamEvent]:
        delta, key = event.delta, self._keys.get(event.index)
        if delta.type == "text_delta":
            return self.builder.text(delta.text)
        if delta.type == "thinking_delta":
            return self.builder.thinking(delta.thinking)
        if delta.type == "input_json_delta" and key is not None:
            if delta.partial_json:
                self._inputs.pop(key, None)
            return self.builder.arguments(key, delta.partial_json)
        return []

    def _end(self, event: RawMessageDeltaEvent) -> list[StreamEvent]:
        self._stop(getattr(event.delta, "stop_reason", None))
        return self.builder.report(_usage(event.usage, self.builder.usage))

    def _stop(self, said: object) -> None:
        reason = reason_of(said)
        if reason is StopReason.END and self.builder.has_calls:
            reason = StopReason.TOOL_USE
        self.builder.stop_reason = reason or self.builder.stop_reason


def reason_of(said: object) -> StopReason | None:
    """Return what a stop reason of the API is for us; None when it says none."""
    return _REASONS.get(said, StopReason.CUT) if isinstance(said, str) and said else None


def _usage(said: StartUsage | MessageDeltaUsage | None, before: Usage) -> Usage:
    if said is None or not hasattr(said, "model_extra"):
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
