"""Where JSON values begin and end in a stream."""

from __future__ import annotations

import io
import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import JUNK

from minutebook.sources.formats.json import framing as json_framing
from minutebook.sources.formats.json.framing import Frame, JsonScanner, lines, members


def _items(data: bytes, limit: int = 1 << 20) -> list[Frame]:
    return list(members(JsonScanner(io.BytesIO(data)), limit))


@pytest.fixture(params=[1, 2, 3, 7, 1 << 18])
def chunk(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    """Read in pieces of this many bytes."""
    monkeypatch.setattr(json_framing, "CHUNK", request.param)
    return int(request.param)


@pytest.mark.usefixtures("chunk")
def test_items_are_found_across_chunks() -> None:
    """Brackets, quotes and escapes inside of strings frame nothing, wherever a chunk ends."""
    values = [{"a": 'x]}"\\'}, '[\\"{', 1.5, None, [[], {}], "", "ä]\u2028", {"b\\": ["\\"]}]
    data = json.dumps(values, ensure_ascii=False).encode()
    assert [json.loads(frame.data) for frame in _items(data)] == values


@pytest.mark.usefixtures("chunk")
def test_offsets_are_those_of_the_stream() -> None:
    """A frame tells where its bytes lie."""
    data = b'\xef\xbb\xbf [ {"a": 1} ,\n"b" , 22 ]'
    found = _items(data)
    assert [json.loads(frame.data) for frame in found] == [{"a": 1}, "b", 22]
    for frame in found:
        assert data[frame.offset : frame.end] == frame.data


@pytest.mark.usefixtures("chunk")
@pytest.mark.parametrize("data", [b'[1, {"a": [', b'["x', b'["x\\', b"[1,", b"["])
def test_an_array_that_is_cut_off_is_not_closed(data: bytes) -> None:
    """The last frame says that the stream ended inside of it, or of the array."""
    assert _items(data)[-1].is_closed is False


def test_what_is_too_long_is_cut_and_passed_over() -> None:
    """A long value is framed without being kept, and the next one is read."""
    first, second = _items(b'["' + b"x" * 999 + b'", 7]', limit=10)
    assert (first.is_long, len(first.data), first.is_closed) == (True, 10, True)
    assert (second.data, second.is_long) == (b"7", False)


@given(values=st.lists(JUNK, max_size=6), indent=st.sampled_from([None, 1]))
@settings(max_examples=60)
def test_framing_agrees_with_parsing(values: list[object], indent: int | None) -> None:
    """Framed item by item, an array has the items that it has when it is parsed whole."""
    text = json.dumps(values, indent=indent)
    assert [json.dumps(json.loads(frame.data)) for frame in _items(text.encode())] == [
        json.dumps(value) for value in json.loads(text)
    ]


@given(data=st.binary(max_size=60))
@settings(max_examples=200)
def test_any_bytes_are_framed_to_their_end(data: bytes) -> None:
    """Framing comes to an end with anything."""
    frames = _items(b"[" + data)
    assert len(frames) <= len(data) + 1


@given(data=st.binary(max_size=80), limit=st.integers(1, 100))
def test_lines_are_those_between_newlines(data: bytes, limit: int) -> None:
    """Only newline ends a line; frames lie one behind another."""
    found = list(lines(io.BytesIO(data), 5, limit))
    wanted = data.split(b"\n")
    assert [frame.data for frame in found if frame.is_closed] == [
        line[:limit] for line in wanted[:-1]
    ]
    assert [frame.data for frame in found if not frame.is_closed] == [
        line[:limit] for line in wanted[-1:] if line
    ]
    at = 5
    for frame in found:
        assert frame.offset == at
        at = frame.end
    assert at == 5 + len(data)
