"""Exports of one conversation whose turns have neither ids nor times, cut at different places."""

from __future__ import annotations

import asyncio
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path

import pytest
from desk import desk_in, put
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.sources.overlap import shift
from minutebook.store.sequences import Said

OK = "ok"


def dialogue(numbers: Sequence[int]) -> list[str]:
    """Return what was said, of which every third is a mere `ok`."""
    return [OK if n % 3 == 2 else f"line {n}" for n in numbers]


def messages(texts: Sequence[str]) -> list[dict[str, str]]:
    """Return messages of a user."""
    return [{"role": "user", "content": text} for text in texts]


def export(texts: Sequence[str], **members: object) -> str:
    """Return a conversation with a given id, as one line of JSON."""
    return json.dumps({"conversation_id": "c1", "messages": messages(texts), **members}) + "\n"


async def record_of(folder: Path, windows: Sequence[Sequence[str]]) -> list[list[str]]:
    """Import each window from a file of its own; return what is in the record."""
    async with desk_in(folder) as desk:
        for number, window in enumerate(windows):
            await desk.read(put(folder / "logs" / f"{number}.jsonl", export(window)))
        return await desk.texts()


@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_overlapping_windows_are_their_union(data: st.DataObject) -> None:
    """Whichever comes first, and once more in the end, nothing is said twice and all in order."""
    start = data.draw(st.integers(0, 10))
    middle = start + data.draw(st.integers(0, 12))
    end = middle + data.draw(st.integers(3, 12))
    one, other = range(start, end), range(middle, end + data.draw(st.integers(0, 12)))
    windows = data.draw(st.permutations([one, other]))
    with tempfile.TemporaryDirectory() as folder:
        told = [dialogue(window) for window in (*windows, *windows)]
        assert asyncio.run(record_of(Path(folder), told)) == [dialogue(range(start, other.stop))]


@pytest.mark.parametrize(
    ("windows", "whole"),
    [
        (["a b c", "d e f"], "a b c d e f"),
        (["a b c d", "c d e"], "a b c d c d e"),
        (["a ok ok ok", "ok ok ok b"], "a ok ok ok ok ok ok b"),
        (["a b ok ok", "b ok ok c"], "a b ok ok c"),
        (["ok a b ok c d", "ok c d e", "b ok c d e f"], "ok a b ok c d e f"),
        (["a b c x y", "b c x z"], "a b c x y b c x z"),
        (["c d e f", "a b c d e", "f g"], "a b c d e f f g"),
    ],
)
async def test_only_an_overlap_that_is_certain_counts(
    tmp_path: Path, windows: list[str], whole: str
) -> None:
    """Else a window is appended as it is, because nothing may be lost."""
    told = [window.split() for window in windows]
    assert await record_of(tmp_path, told) == [whole.split()]


async def test_a_window_goes_on_growing(tmp_path: Path) -> None:
    """What is added to a file that took the conversation up in the middle follows once."""
    log = tmp_path / "loose.jsonl"
    loose = [json.dumps({"conversation_id": "c1", **m}) for m in messages(dialogue(range(40)))]
    async with desk_in(tmp_path) as desk:
        await desk.read(put(tmp_path / "a.jsonl", "\n".join(loose[:20]) + "\n"))
        for end in (25, 30, 40):
            await desk.read(put(log, "\n".join(loose[12:end]) + "\n"))
            assert await desk.texts() == [dialogue(range(end))]
        await desk.read(put(tmp_path / "b.jsonl", "\n".join(loose) + "\n"))
        assert await desk.texts() == [dialogue(range(40))]


async def test_a_file_that_keeps_only_the_last_messages(tmp_path: Path) -> None:
    """Without any id, the place of the file and an overlap tell which conversation it is."""
    log = tmp_path / "last.json"
    async with desk_in(tmp_path) as desk:
        for end in range(12, 60, 7):
            await desk.read(put(log, json.dumps(messages(dialogue(range(end - 12, end))))))
        assert await desk.texts() == [dialogue(range(end))]
        await desk.read(put(log, json.dumps(messages(["new", "topic", "begins", "here"]))))
        assert len(await desk.texts()) == 2


async def test_requests_that_repeat_what_was_said_before(tmp_path: Path) -> None:
    """A log of requests with the id of their conversation, whole or in windows, is told once."""
    for width in (100, 6):
        lines = [export(dialogue(range(max(0, n - width), n))) for n in range(2, 30, 2)]
        folder = tmp_path / str(width)
        folder.mkdir()
        async with desk_in(folder) as desk:
            await desk.read(put(folder / "requests.jsonl", "".join(lines[:9])))
            await desk.read(put(folder / "requests.jsonl", "".join(lines)))
            assert await desk.texts() == [dialogue(range(28))]


def test_repetition_takes_linear_time() -> None:
    """Ten thousand times the same is no evidence, however it is laid."""
    said = Said(role="user", author="", content_hash="ok")
    assert shift([said] * 10_000, [said] * 1_000) is None
