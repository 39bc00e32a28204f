"""Server-sent events, put together anew."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.remote.framing import is_event_stream, well_formed


async def framed(*pieces: bytes) -> list[bytes]:
    """Return the events of a stream that came in these pieces."""

    async def coming() -> AsyncIterator[bytes]:
        for piece in pieces:
            yield piece

    return [event async for event in well_formed(coming())]


async def test_an_event_comes_in_one_piece() -> None:
    """An event is given when it is whole, and comments are left out."""
    assert await framed(b": hi\n\nevent: a\nda", b"ta: 1\ndata: 2\nid: 7\n\n") == [
        b"event: a\ndata: 1\ndata: 2\n\n"
    ]


async def test_name_stands_in_the_data() -> None:
    """An event without a name is called what its object calls itself."""
    assert await framed(b'data: {"type":"ping"}\n\n') == [b'event: ping\ndata: {"type":"ping"}\n\n']


@pytest.mark.parametrize("name", ["a\nb", "\u00e9", 3, None])
async def test_odd_names_are_none(name: object) -> None:
    """What cannot be a name in a line does not become one."""
    data = json.dumps({"type": name}).encode()
    assert await framed(b"data: " + data + b"\n\n") == [b"data: " + data + b"\n\n"]


async def test_whole_object_ends_at_its_line() -> None:
    """A line end between two objects separates two events; inside one object it does not."""
    assert len(await framed(b'data: {"a":1}\ndata: {"b":2}\n')) == 2
    assert len(await framed(b'data: {"a":\ndata: 1}\n\n')) == 1


async def test_cut_event_is_none() -> None:
    """What breaks off in the middle of an event is not given."""
    assert await framed(b'data: {"a":1}\n\ndata: {"b"') == [b'data: {"a":1}\n\n']


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.sampled_from(['{"type":"a"}', '{"b":[1,2]}', "[DONE]"]), min_size=1, max_size=6),
    st.sampled_from(["\n", "\r\n", "\r"]),
    st.lists(st.integers(0, 200), max_size=8),
)
async def test_cuts_do_not_matter(data: list[str], newline: str, cuts: list[int]) -> None:
    """However a stream is cut into pieces, its events are the same."""
    stream = "".join(f"data: {each}{newline}{newline}" for each in data).encode()
    places = sorted({0, len(stream), *(cut for cut in cuts if cut < len(stream))})
    pieces = [stream[a:b] for a, b in pairwise(places)]
    found = await framed(*pieces)
    assert found == await framed(stream)
    assert [event.rstrip().rpartition(b"data: ")[2].decode() for event in found] == data


def test_only_plain_event_streams() -> None:
    """Packed streams and other bodies are left as they are."""
    assert is_event_stream("Text/Event-Stream; charset=utf-8", "")
    assert not is_event_stream("text/event-stream", "gzip")
    assert not is_event_stream("application/json", "")
