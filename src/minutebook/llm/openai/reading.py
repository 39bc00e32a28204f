"""Chunks of a Chat Completions stream, read into our events."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from minutebook.llm.protocol import StopReason, StreamEvent, Usage
from minutebook.llm.remote.building import ReplyBuilder, tokens
from minutebook.llm.remote.failures import TellsFailureError

if TYPE_CHECKING:
    from openai.types import CompletionUsage
    from openai.types.chat import ChatCompletionChunk
    from openai.types.chat.chat_completion_chunk import Choice, ChoiceDelta, ChoiceDeltaToolCall

_REASONS = {
    "stop": StopReason.END,
    "length": StopReason.MAX_TOKENS,
    "tool_calls": StopReason.TOOL_USE,
    "function_call": StopReason.TOOL_USE,
    "content_filter": StopReason.REFUSAL,
    "safety": StopReason.REFUSAL,
    "end_turn": StopReason.END,
    "stop_sequence": StopReason.END,
    "eos": StopReason.END,
    "eos_token": StopReason.END,
    "max_tokens": StopReason.MAX_TOKENS,
    "model_length": StopReason.CONTEXT_FULL,
    "tool_use": StopReason.TOOL_USE,
}
"""Words of OpenAI, and of servers that speak its protocol with words of their own."""
THINKING_NAMES = ("reasoning_content", "reasoning")
"""Where servers put what a model thinks; the SDK knows neither."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Known:
    """The call that is on its way at an index."""

    key: str
    id: str
    """As its server has it; empty when it has none."""


class ChunkReading:
    """Reads one stream, of which only the first choice counts."""

    def __init__(self, builder: ReplyBuilder, max_tokens: int) -> None:
        self.builder = builder
        self.is_over = False
        """Never before the end: the usage comes behind the stop reason."""
        self._max_tokens = max_tokens
        self._keys: dict[int, _Known] = {}
        self._refused = False

    def read(self, event: ChatCompletionChunk) -> list[StreamEvent]:
        """Take one chunk; raises FORM errors for one that is malformed, and TellsFailureError for
        one that is no answer but says what went wrong."""
        events: list[StreamEvent] = []
        extra = event.model_extra or {}
        if event.choices is None and (failure := _failure(event.object, extra)):
            raise TellsFailureError(failure)
        if event.usage is not None:
            events += self.builder.report(_usage(event.usage))
        for choice in event.choices or ():
            if choice.index:
                continue
            events += self._said(choice)
            if choice.finish_reason:
                self.builder.stop_reason = self._reason(choice.finish_reason)
        self._tell_full()
        return events

    def whole(self, body: Mapping[str, Any]) -> list[StreamEvent]:
        """Take an answer that does not come as a stream: one chunk, whose delta is a message."""
        from openai.types.chat import ChatCompletionChunk

        return self.read(ChatCompletionChunk.construct(**body))

    def _said(self, choice: Choice) -> list[StreamEvent]:
        """Take what a choice says: where servers do not stream, it is whole, and called so."""
        extra = choice.model_extra or {}
        if isinstance(whole := extra.get("message"), dict):
            from openai.types.chat.chat_completion_chunk import ChoiceDelta

            return self._delta(ChoiceDelta.construct(**whole))
        if choice.delta is not None:
            return self._delta(choice.delta)
        text = extra.get("text")
        return self.builder.text(text) if text is not None else []

    def _delta(self, delta: ChoiceDelta) -> list[StreamEvent]:
        extra = delta.model_extra or {}
        thought = next((piece for name in THINKING_NAMES if (piece := extra.get(name))), None)
        events = self.builder.thinking(thought) if isinstance(thought, str) else []
        if delta.content:
            events += self._content(delta.content)
        if delta.refusal:
            self._refused = True
            events += self.builder.text(delta.refusal)
        for call in delta.tool_calls or ():
            events += self._call(call)
        return events

    def _content(self, content: object) -> list[StreamEvent]:
        """Take text, or the blocks in which Mistral sends text and thinking."""
        if not isinstance(content, list):
            return self.builder.text(content)
        events: list[StreamEvent] = []
        for block in content:
            match block:
                case {"type": "text", "text": str(text)}:
                    events += self.builder.text(text)
                case {"type": "thinking", "thinking": [*parts]}:
                    thoughts = (part.get("text") for part in parts if isinstance(part, dict))
                    events += self.builder.thinking("".join(t for t in thoughts if t))
                case {"type": "text"} | str():
                    raise TypeError("a block of text holds none")
        return events

    def _call(self, call: ChoiceDeltaToolCall) -> list[StreamEvent]:
        """Take a piece of a call.

        Not every server counts calls or gives them ids, and some give each piece an id of its own.
        So another call begins with an index that is new; or with a name, when its id is another
        one, or there is none and the arguments of the call before are whole.
        """
        index, said = call.index or 0, call.function
        id_ = str(call.id) if call.id else ""
        name = (said.name if said is not None else None) or ""
        known = self._keys.get(index)
        events: list[StreamEvent] = []
        if known is None or (name and self._is_other(known, id_)):
            known = self._keys[index] = _Known(key=self._new_key(id_, index), id=id_)
            events += self.builder.open_call(known.key, known.key, name)
        elif name:
            self.builder.name_call(known.key, name)
        if said is not None and said.arguments:
            events += self.builder.arguments(known.key, _written(said.arguments))
        return events

    def _is_other(self, known: _Known, id_: str) -> bool:
        return id_ != known.id if id_ else self.builder.is_whole(known.key)

    def _new_key(self, id_: str, index: int) -> str:
        """Return a key, and id, that no other call has."""
        key = id_ or f"call_{index}"
        taken = sum(
            self.builder.knows_call(k) for k in (key, *(f"{key}_{n}" for n in range(1, 99)))
        )
        return f"{key}_{taken}" if taken else key

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
    reason = _REASONS.get(said.lower(), StopReason.CUT)
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


def _written(arguments: object) -> object:
    """Return arguments as JSON, also where a server sends the object itself."""
    return json.dumps(arguments, ensure_ascii=False) if isinstance(arguments, dict) else arguments


def _failure(kind: object, extra: Mapping[str, object]) -> Mapping[str, object]:
    """Return what a chunk says that is an error; empty for one that says nothing."""
    if kind == "error" or any(name in extra for name in ("message", "detail", "error")):
        return {**extra, "object": kind}
    return {}
