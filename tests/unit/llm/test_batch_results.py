"""Lines of results, read without a server and without an SDK."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import ModelError, ModelReplyError, ModelUnreachableError
from minutebook.llm.anthropic.results import read_line as read_anthropic
from minutebook.llm.batching import ItemOutcome, ItemResult
from minutebook.llm.openai.results import read_line as read_openai
from minutebook.llm.protocol import StopReason, Usage
from minutebook.llm.remote.failures import Place
from minutebook.llm.remote.server import Server

PLACE = Place(model="p:m", server=Server(provider="p", base_url="https://p.example"))
Reader = Callable[[bytes, Place], ItemResult]
READERS: tuple[Reader, ...] = (read_anthropic, read_openai)


def anthropic_line(message: object) -> bytes:
    return line_of({"result": {"type": "succeeded", "message": message}})


def openai_line(body: object, status: int = 200) -> bytes:
    return line_of({"response": {"status_code": status, "body": body}, "error": None})


def line_of(told: dict[str, object]) -> bytes:
    return json.dumps({"custom_id": "p1", **told}).encode()


@pytest.mark.parametrize("read", READERS)
@pytest.mark.parametrize(
    "line",
    [b"", b"null", b"[1]", b'"x"', b'{"custom_id": 7}', b'{"custom_id": ""}', b'{"custom', b"\xff"],
)
def test_a_line_of_nobody(read: Reader, line: bytes) -> None:
    """A line that names no request cannot be read."""
    with pytest.raises(ModelReplyError):
        read(line, PLACE)


@pytest.mark.parametrize("read", READERS)
def test_depth_is_no_crash(read: Reader) -> None:
    """A line nested beyond measure cannot be read either."""
    with pytest.raises(ModelReplyError):
        read(b"[" * 100_000, PLACE)


NAMES = """result type message content error response body choices usage status_code code text
finish_reason stop_reason iterations tool_calls prompt_tokens_details refusal input""".split()
WORDS = ("succeeded", "errored", "expired", "text", "tool_use", "stop")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-5, 5) | st.text(max_size=3) | st.sampled_from(WORDS),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(NAMES), inner, max_size=4)
    ),
    max_leaves=12,
)


@pytest.mark.parametrize("read", READERS)
@settings(max_examples=150, deadline=None)
@given(told=st.dictionaries(st.sampled_from(["result", "response", "error"]), JSON))
def test_whatever_is_said_is_said_of_its_request(read: Reader, told: dict[str, object]) -> None:
    """A line that names a request is its result, a reply or an error, whatever else it holds."""
    result = read(line_of(told), PLACE)
    assert result.custom_id == "p1"
    assert (result.reply is not None) is (result.outcome is ItemOutcome.SUCCEEDED)
    assert (result.error is not None) is (result.outcome is ItemOutcome.ERRORED)


def test_steps_are_added_up() -> None:
    """Usage that was told in steps is their sum: the top tells of the last one only."""
    steps = [
        {"input_tokens": 5, "output_tokens": 7, "cache_read_input_tokens": 1},
        {"input_tokens": 50, "output_tokens": 70, "cache_creation_input_tokens": 2},
    ]
    usage = {"input_tokens": 50, "output_tokens": 70, "iterations": steps}
    message = {"content": [], "stop_reason": "end_turn", "usage": usage}
    reply = read_anthropic(anthropic_line(message), PLACE).reply
    assert reply is not None
    assert reply.usage == Usage(
        input_tokens=55, output_tokens=77, cache_read_tokens=1, cache_write_tokens=2
    )


@pytest.mark.parametrize(
    ("reason", "meant"),
    [("end_turn", StopReason.END), ("brand_new", StopReason.CUT), (None, StopReason.CUT)],
)
def test_reasons_that_are_not_known_are_no_end(reason: str | None, meant: StopReason) -> None:
    """Only an end that is known is one; all blocks of text are one text, whatever comes first."""
    content = [
        {"type": "thinking", "thinking": "Hm."},
        {"type": "text", "text": "On the "},
        {"type": "brand_new", "text": "no"},
        {"type": "text", "text": "4th."},
        {"type": "tool_use", "id": "t1", "name": "look", "input": {"at": "ü"}},
    ]
    line = anthropic_line({"content": content, "stop_reason": reason})
    reply = read_anthropic(line, PLACE).reply
    assert reply is not None
    assert (reply.text, reply.thinking, reply.stop_reason) == ("On the 4th.", "Hm.", meant)
    assert [(call.id, call.arguments) for call in reply.tool_calls] == [("t1", '{"at": "ü"}')]


@pytest.mark.parametrize("is_nested", [True, False])
def test_errors_within_errors(is_nested: bool) -> None:
    """The kind that counts is the inner one; an error that is not nested is understood too."""
    error: dict[str, object] = {"type": "api_error", "message": "Internal server error"}
    told = {"type": "error", "error": error} if is_nested else error
    result = read_anthropic(line_of({"result": {"type": "errored", "error": told}}), PLACE)
    assert isinstance(result.error, ModelUnreachableError)
    assert "Internal server error" in result.error.message


def test_a_refusal_in_a_field_of_its_own() -> None:
    """OpenAI says a refusal beside the text, and calls it a stop; a call is one too."""
    choice = {"message": {"content": None, "refusal": "I cannot."}, "finish_reason": "stop"}
    reply = read_openai(openai_line({"choices": [choice]}), PLACE).reply
    assert reply is not None
    assert (reply.text, reply.stop_reason) == ("I cannot.", StopReason.REFUSAL)
    call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": "{}"}}
    choice = {"message": {"content": "", "tool_calls": [call]}, "finish_reason": "stop"}
    reply = read_openai(openai_line({"choices": [choice]}), PLACE).reply
    assert reply is not None
    assert reply.stop_reason is StopReason.TOOL_USE
    assert reply.tool_calls[0].name == "look"


def test_a_server_shows_no_key() -> None:
    """An error that holds the key is shown without it."""
    place = Place(model=PLACE.model, server=PLACE.server, secret="very-secret-key")
    error = {"error": {"message": "very-secret-key is wrong", "type": "invalid_request_error"}}
    result = read_openai(openai_line(error, 400), place)
    assert isinstance(result.error, ModelError)
    assert "very-secret" not in str(result.error)


def test_reading_needs_no_sdk() -> None:
    """Results can be read where no SDK is loaded: after a restart that is all there is to do."""
    code = (
        "import sys; from minutebook.llm.anthropic import results;"
        "from minutebook.llm.openai import results;"
        "sys.exit(bool({'anthropic', 'openai', 'httpx2'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
