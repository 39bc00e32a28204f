"""Answers: placeholders of the request stand for their values again, however they are cut."""

from __future__ import annotations

import json
from itertools import pairwise

from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.turns import ToolCall
from minutebook.llm.protocol import Reply, StopReason
from minutebook.privacy.restoring import Restorer, in_json

VALUES = {
    "[e-mail 3f2a9c1d]": "bob@example.org",
    "[e-mail 3f2a9c1e]": "eve@example.org",
    "[secret 00000000]": 'a "quoted"\nsecret\\',
    "Person 7f3a9c12": "Alice Baker",
}
RESTORER = Restorer(values=VALUES)
PIECES = st.lists(
    st.sampled_from([*VALUES, "[", "[e-mail ", "[e-mail 3f2a9c1", "Person ", "P", "]", "a [b](c) "])
    | st.text(max_size=4),
    max_size=8,
).map("".join)


def test_only_what_stood_in_the_request_is_restored() -> None:
    """A placeholder that a model has from elsewhere, or made up, tells nothing."""
    told = RESTORER.text("[e-mail 3f2a9c1d] and [e-mail 99999999], Person 7f3a9c12's")
    assert told == "bob@example.org and [e-mail 99999999], Alice Baker's"


def test_values_are_written_as_json_in_arguments() -> None:
    """A call of a tool stays readable, whatever is in the value."""
    call = ToolCall(id="1", name="send", arguments='{"to": "[secret 00000000]"}')
    assert json.loads(RESTORER.call(call).arguments) == {"to": VALUES["[secret 00000000]"]}


def test_all_of_a_reply_is_restored() -> None:
    """Its words, what it thought, and what it calls."""
    mark = "[e-mail 3f2a9c1d]"
    call = ToolCall(id="1", name="send", arguments=json.dumps({"to": mark}))
    reply = Reply(
        model="m", text=mark, thinking=mark, tool_calls=(call,), stop_reason=StopReason.END
    )
    told = RESTORER.reply(reply)
    assert (told.text, told.thinking) == ("bob@example.org", "bob@example.org")
    assert json.loads(told.tool_calls[0].arguments) == {"to": "bob@example.org"}


@settings(max_examples=100, deadline=None)
@given(text=PIECES, cuts=st.lists(st.integers(0, 200), max_size=12))
def test_a_stream_is_restored_as_a_whole_is(text: str, cuts: list[int]) -> None:
    """Wherever it is cut, the pieces together are the restored whole."""
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    for written in (str, in_json):
        stream = RESTORER.stream(written)
        told = [stream.feed(text[a:b]) for a, b in pairwise(places)]
        assert "".join([*told, stream.flush()]) == RESTORER.text(text, written)


@settings(max_examples=30, deadline=None)
@given(text=PIECES)
def test_a_stream_of_single_characters_too(text: str) -> None:
    """The smallest pieces there are."""
    stream = RESTORER.stream()
    assert "".join([*map(stream.feed, text), stream.flush()]) == RESTORER.text(text)


def test_only_beginnings_of_placeholders_are_held_back() -> None:
    """Whoever reads along sees everything else at once."""
    stream = RESTORER.stream()
    assert stream.feed("see [the list") == "see [the list"
    assert stream.feed(" of [e-mai") == " of "
    assert stream.feed("ls") == "[e-mails"
    assert stream.feed("Person 7f3a9c1") == ""
    assert stream.feed("2") == "Alice Baker"
    assert stream.flush() == ""
