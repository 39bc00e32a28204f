"""Chunks of a Chat Completions stream, read into our events."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.llm.protocol import StopReason, StreamEvent, Usage
from minutebook.llm.remote.building import ReplyBuilder, tokens

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletionChunk
    from openai.types.chat.chat_completion_chunk import ChoiceDelta, ChoiceDeltaToolCall

_REASONS = {
    "stop": StopReason.END,
    "length": StopReason.MAX_TOKENS,
    "tool_calls": StopReason.TOOL_USE,
    "function_call": StopReason.TOOL_USE,
    "content_filter": StopReason.REFUSAL,
}
THINKING_NAMES = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks; the SDK knows neither."""


class ChunkReading:
    """Reads one stream, of which only the first choice counts."""

    def __init__(self, builder: ReplyBuilder, max_tokens: int) -> None:
        self.builder = builder
        self.is_over = False
        """Never before the end: the usage comes behind the stop reason."""
        self._max_tokens = max_tokens
        self._keys: dict[int, str] = {}
        self._refused = False

    def read(self, event: ChatCompletionChunk) -> list[StreamEvent]:
        """Take one chunk; raises FORM errors for one that is malformed."""
        events: list[StreamEvent] = []
        if event.usage is not None:
            events += self.builder.report(_usage(event.usage))
        for choice in event.choices or ():
            if choice.index:
                continue
            if choice.delta is not None:
                events += self._delta(choice.delta)
            if choice.finish_reason:
                self.builder.stop_reason = self._reason(choice.finish_reason)
        self._tell_full()
        return events

    def _delta(self, delta: ChoiceDelta) -> list[StreamEvent]:
        extra = delta.model_extra or {}
        thought = next((piece for name in THINKING_NAMES if (piece := extra.get(name))), None)
        events = self.builder.thinking(thought) if thought is not None else []
        if delta.content:
            events += self.builder.text(delta.content)
        if delta.refusal:
            self._refused = True
            events += self.builder.text(delta.refusal)
        for call in delta.tool_calls or ():
            events += self._call(call)
        return events

    def _call(self, call: ChoiceDeltaToolCall) -> list[StreamEvent]:
        """A call goes on until its index says another id: not every server counts."""
        index = call.index or 0
        key = self._keys.get(index)
        events: list[StreamEvent] = []
        if key is None or (call.id and key != call.id):
            key = self._keys[index] = call.id or f"call_{index}"
            name = call.function.name if call.function is not None else None
            events += self.builder.open_call(key, key, name or "")
        if call.function is not None and call.function.arguments:
            events += self.builder.arguments(key, call.function.arguments)
        return events

    def _reason(self, said: str) -> StopReason:
        return reason_of(said, refused=self._refused, calls=self.builder.has_calls)

    def _tell_full(self) -> None:
        """Tell a full window from a long reply, for which the protocol has one word: the window was
        full when the reply ended before it had the tokens that it was allowed."""
        written = self.builder.usage.output_tokens
        if self.builder.stop_reason is StopReason.MAX_TOKENS and 0 < written < self._max_tokens:
            self.builder.stop_reason = StopReason.CONTEXT_FULL


def reason_of(said: str, *, refused: bool, calls: bool) -> StopReason:
    """Return what a stop reason is for us: servers call a refusal and a call a stop, too."""
    reason = _REASONS.get(said, StopReason.CUT)
    if reason is StopReason.END and refused:
        return StopReason.REFUSAL
    return StopReason.TOOL_USE if reason is StopReason.END and calls else reason


def _usage(said: CompletionUsage) -> Usage:
    details = said.prompt_tokens_details
    cached = (details.cached_tokens, details.cache_write_tokens) if details is not None else (0, 0)
    return usage_of(said.prompt_tokens, said.completion_tokens, cached)


def usage_of(prompt: object, completion: object, cached: tuple[object, object]) -> Usage:
    """Return the usage with the cached part of the prompt, read and written, taken out of it."""
    read, written = tokens(cached[0]), tokens(cached[1])
    return Usage(
        input_tokens=max(tokens(prompt) - read - written, 0),
        output_tokens=tokens(completion),
        cache_read_tokens=read,
        cache_write_tokens=written,
    )
