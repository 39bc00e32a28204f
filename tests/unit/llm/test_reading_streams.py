"""Events of the SDKs read into ours, with the habits of servers that only speak the protocol."""

from __future__ import annotations

from anthropic.types import RawMessageDeltaEvent, RawMessageStartEvent
from openai.types.chat import ChatCompletionChunk

from minutebook.domain.turns import ToolCall
from minutebook.llm.anthropic.reading import MessageReading
from minutebook.llm.openai.reading import ChunkReading
from minutebook.llm.protocol import Reply, StopReason, TextDelta, ThinkingDelta, Usage
from minutebook.llm.remote.building import ReplyBuilder


def chunk(
    delta: dict[str, object], reason: str | None = None, **more: object
) -> ChatCompletionChunk:
    choice = {"index": 0, "delta": delta, "finish_reason": reason}
    fields = {"id": "c", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return ChatCompletionChunk.model_validate({**fields, "choices": [choice], **more})


def read(*chunks: ChatCompletionChunk, max_tokens: int = 100) -> Reply:
    reading = ChunkReading(ReplyBuilder("local:m", 10_000), max_tokens)
    for one in chunks:
        reading.read(one)
    return reading.builder.reply()


def call(id_: str, name: str, arguments: str, index: int = 0) -> dict[str, object]:
    function = {"name": name, "arguments": arguments}
    return {"tool_calls": [{"index": index, "id": id_, "function": function}]}


def test_calls_that_are_not_counted() -> None:
    """Servers that give every call the index 0 are understood by the ids."""
    reply = read(
        chunk(call("a", "look", '{"x":1}')), chunk(call("b", "look", "{}")), chunk({}, "stop")
    )
    assert reply.tool_calls == (
        ToolCall(id="a", name="look", arguments='{"x":1}'),
        ToolCall(id="b", name="look", arguments="{}"),
    )
    assert reply.stop_reason is StopReason.TOOL_USE


def test_calls_without_an_id() -> None:
    """A call without an id gets one, so that its result can name it."""
    reply = read(chunk(call("", "look", "")), chunk({}, "tool_calls"))
    assert reply.tool_calls == (ToolCall(id="call_0", name="look", arguments="{}"),)


def test_thinking_under_both_names() -> None:
    """`reasoning_content` and `reasoning` are thinking, not text."""
    reply = read(chunk({"reasoning_content": "a"}), chunk({"reasoning": "b", "content": "c"}))
    assert (reply.thinking, reply.text) == ("ab", "c")


def test_words_of_refusal_are_kept() -> None:
    """A refusal in words of its own is text, and ends as a refusal."""
    reply = read(chunk({"refusal": "I cannot."}), chunk({}, "stop"))
    assert (reply.text, reply.stop_reason) == ("I cannot.", StopReason.REFUSAL)


def test_a_full_window_is_told_from_a_long_reply() -> None:
    """`length` before the allowed tokens were written means that the window was full."""
    usage = {"prompt_tokens": 90, "completion_tokens": 10, "total_tokens": 100}
    ends = chunk({"content": "x"}, "length", usage=usage)
    assert read(ends, max_tokens=10).stop_reason is StopReason.MAX_TOKENS
    assert read(ends, max_tokens=50).stop_reason is StopReason.CONTEXT_FULL
    assert read(chunk({"content": "x"}, "length")).stop_reason is StopReason.MAX_TOKENS


def test_the_cached_part_is_taken_out_of_the_prompt() -> None:
    """The four kinds of tokens are apart."""
    details = {"cached_tokens": 60, "cache_write_tokens": 10}
    usage = {"prompt_tokens": 90, "completion_tokens": 5, "total_tokens": 95}
    reply = read(chunk({}, "stop", usage={**usage, "prompt_tokens_details": details}))
    assert reply.usage == Usage(
        input_tokens=20, output_tokens=5, cache_read_tokens=60, cache_write_tokens=10
    )


def test_only_the_first_choice_counts() -> None:
    """A second choice is not mixed into the first."""
    other = chunk({"content": "other"})
    other.choices[0].index = 1
    assert read(chunk({"content": "one"}), other).text == "one"


def test_usage_of_several_steps_is_summed() -> None:
    """What a provider did in several steps costs all of them, though the top says the last."""
    steps = [
        {"input_tokens": 100, "output_tokens": 10, "cache_read_input_tokens": 7},
        {"input_tokens": 20, "output_tokens": 5, "cache_creation_input_tokens": 3},
    ]
    event = RawMessageDeltaEvent.model_validate(
        {
            "type": "message_delta",
            "delta": {"stop_reason": "end_turn"},
            "usage": {"output_tokens": 5, "iterations": steps},
        }
    )
    reading = MessageReading(ReplyBuilder("anthropic:m", 100))
    reading.read(event)
    assert reading.builder.usage == Usage(
        input_tokens=120, output_tokens=15, cache_read_tokens=7, cache_write_tokens=3
    )


def test_usage_that_is_not_repeated_stays() -> None:
    """The end of a message says totals of some kinds only; the others stay as they began."""
    usage = {"input_tokens": 9, "output_tokens": 1, "cache_read_input_tokens": 4}
    message = {"id": "m", "type": "message", "role": "assistant", "model": "m", "content": []}
    start = RawMessageStartEvent.model_validate(
        {"type": "message_start", "message": {**message, "usage": usage}}
    )
    end = RawMessageDeltaEvent.model_validate(
        {"type": "message_delta", "delta": {}, "usage": {"output_tokens": 30}}
    )
    reading = MessageReading(ReplyBuilder("anthropic:m", 100))
    reading.read(start)
    reading.read(end)
    assert reading.builder.usage == Usage(input_tokens=9, output_tokens=30, cache_read_tokens=4)


def test_a_reply_is_cut_at_its_limit() -> None:
    """What fits is kept, of text and thinking together, and the reply is a fragment."""
    builder = ReplyBuilder("local:m", 5)
    assert builder.thinking("abc") == [ThinkingDelta(text="abc")]
    assert builder.text("defg") == [TextDelta(text="de")]
    builder.stop_reason = StopReason.END
    assert builder.is_full
    assert builder.reply().stop_reason is StopReason.CUT


def test_half_a_character_is_replaced() -> None:
    """Half of a surrogate pair, as JSON may escape it, cannot be stored and becomes a mark."""
    builder = ReplyBuilder("local:m", 100)
    builder.text("a\ud83d")
    assert builder.reply().text.encode() == b"a?"
