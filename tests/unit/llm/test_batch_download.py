"""Results on their way to the disk."""

from __future__ import annotations

import errno
import os
from collections.abc import AsyncIterator, Sequence
from itertools import pairwise
from pathlib import Path

import httpx2
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.errors import ModelUnreachableError, StoreError, StoreFullError
from minutebook.llm.remote.results import downloading


class Pieces(httpx2.AsyncByteStream):
    """A body that comes in pieces."""

    def __init__(self, pieces: Sequence[bytes]) -> None:
        self._pieces = pieces

    async def __aiter__(self) -> AsyncIterator[bytes]:
        for piece in self._pieces:
            yield piece


async def kept(target: Path, *bodies: Sequence[bytes]) -> int:
    async with downloading(target) as download:
        for body in bodies:
            await download.take(httpx2.Response(200, stream=Pieces(body)))
        return await download.keep()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("results")


@settings(max_examples=60, deadline=None)
@given(
    lines=st.lists(st.sampled_from([b"{}", b'{"a":"\xc3\xbc"}', b"", b"[1]"]), max_size=8),
    cuts=st.lists(st.integers(0, 60), max_size=5),
    ends=st.booleans(),
)
async def test_how_it_travels_changes_nothing(
    folder: Path, lines: list[bytes], cuts: list[int], ends: bool
) -> None:
    """Whatever the pieces, the file has the bytes that came, and as many lines as are not empty."""
    body = b"\n".join([*lines, b""] if ends else lines)
    places = sorted({0, len(body), *(min(cut, len(body)) for cut in cuts)})
    pieces = [body[a:b] for a, b in pairwise(places)]
    target = folder / "r"
    assert await kept(target, pieces) == len([line for line in lines if line])
    assert target.read_bytes().rstrip(b"\n") == body.rstrip(b"\n")


async def test_two_bodies_do_not_run_together(tmp_path: Path) -> None:
    """The last line of one body ends before the first of the next."""
    assert await kept(tmp_path / "r", [b"{}\n", b"[1]"], [b"[2]\n"]) == 3
    assert (tmp_path / "r").read_bytes() == b"{}\n[1]\n[2]\n"


async def test_a_broken_body_leaves_nothing(tmp_path: Path) -> None:
    """A body that ends within a line is thrown away."""
    with pytest.raises(ModelUnreachableError, match="line 2"):
        await kept(tmp_path / "r", [b'{}\n{"cust'])
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "error"), [(errno.ENOSPC, StoreFullError), (errno.EIO, StoreError)]
)
async def test_a_disk_that_fails_leaves_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, error: type[StoreError]
) -> None:
    """What is not on the disk is not in the target's place."""

    def refuse(handle: int) -> None:
        raise OSError(number, "no")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(error) as raised:
        await kept(tmp_path / "r", [b"{}\n"])
    assert type(raised.value) is error
    assert list(tmp_path.iterdir()) == []
