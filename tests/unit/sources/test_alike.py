"""Conversations of one file that begin alike."""

from __future__ import annotations

import asyncio
import json
import random
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from desk import desk_in, put
from hypothesis import given, settings
from hypothesis import strategies as st

AIDER = ".aider.chat.history.md"
Log = list[list[str]]
Form = Callable[[Log], str]


def sharegpt(log: Log) -> str:
    """Write conversations as a list, person and model in turn."""
    return json.dumps(
        [
            {"conversations": [{"from": ("human", "gpt")[n % 2], "value": t} for n, t in each]}
            for each in map(enumerate, log)
        ]
    )


def message_lines(log: Log) -> str:
    """Write conversations as lines of messages without ids."""
    return "".join(
        json.dumps(
            {
                "messages": [
                    {"role": ("user", "assistant")[n % 2], "content": text}
                    for n, text in enumerate(each)
                ]
            }
        )
        + "\n"
        for each in log
    )


def aider(log: Log, seconds: Sequence[int] = range(60)) -> str:
    """Write sessions that began in the same minute, some of them in the same second."""
    return "".join(
        f"\n# aider chat started at 2024-08-08 15:02:{second:02}\n\n> Aider v0.48  \n\n"
        + "".join(f"#### {text}  \n\n> Output of {text}  \n\n" for text in each)
        for second, each in zip(seconds, log, strict=False)
    )


FORMS: tuple[tuple[str, Form], ...] = (
    ("log.json", sharegpt),
    ("log.jsonl", message_lines),
    (AIDER, aider),
)
LOGS = st.lists(st.lists(st.sampled_from("ab"), min_size=1, max_size=4), min_size=1, max_size=8)


async def _comes_in_as_it_is(log: Log, name: str, text: str, shuffled: str, more: str) -> None:
    with TemporaryDirectory() as folder:
        place = Path(folder)
        async with desk_in(place) as desk:
            first = await desk.read_one(put(place / name, text))
            assert len(await desk.turns()) == first.conversations == len(log)
            assert first.turns_known == 0
            said = await desk.texts()
            copy = await desk.read_one(put(place / "copy" / name, text))
            again = await desk.read_one(put(place / name, shuffled))
            assert (copy.turns_new, again.turns_new) == (0, 0)
            assert await desk.texts() == said
            grown = await desk.read_one(put(place / name, more))
            assert grown.turns_new > 0
            assert len(await desk.turns()) == len(log) + 1


@settings(max_examples=30, deadline=None)
@given(log=LOGS, extra=st.lists(st.sampled_from("ab"), min_size=1, max_size=4), seed=st.integers())
@pytest.mark.parametrize(("name", "form"), FORMS)
def test_as_many_come_in_as_there_are(
    name: str, form: Form, log: Log, extra: list[str], seed: int
) -> None:
    """A copy and another order add nothing; one more that begins alike is one more."""
    order = list(range(len(log)))
    random.Random(seed).shuffle(order)
    if name == AIDER:
        shuffled = aider([log[n] for n in order], order)
    else:
        shuffled = form([log[n] for n in order])
    work = _comes_in_as_it_is(log, name, form(log), shuffled, form([*log, extra]))
    asyncio.run(work)


async def test_sessions_of_one_second_are_several(tmp_path: Path) -> None:
    """What two histories tell of the same second is told apart by their order."""
    log = [["hi"], ["hi"], ["hi", "ho"], ["hi"]]
    async with desk_in(tmp_path) as desk:
        await desk.read_one(put(tmp_path / AIDER, aider(log, [7, 7, 7, 8])))
        assert len(await desk.turns()) == 4
        again = await desk.read_one(put(tmp_path / "b" / AIDER, aider(log, [7, 7, 7, 8])))
        assert again.turns_new == 0


async def test_a_session_of_another_second_is_another_in_any_file(tmp_path: Path) -> None:
    """It shares every turn with that of another project."""
    async with desk_in(tmp_path) as desk:
        await desk.read_one(put(tmp_path / "a" / AIDER, aider([["hi"]], [1])))
        await desk.read_one(put(tmp_path / "b" / AIDER, aider([["hi"]], [2])))
        assert len(await desk.turns()) == 2


@pytest.mark.parametrize(("name", "form"), FORMS[1:])
async def test_what_is_appended_is_another(name: str, form: Form, tmp_path: Path) -> None:
    """A file that grows by conversations that go on from those it has keeps them apart."""
    log = [["a"], ["a", "b"], ["a", "b", "a"], ["a", "b", "a"]]
    async with desk_in(tmp_path) as desk:
        for count in range(1, len(log) + 1):
            await desk.read_one(put(tmp_path / name, form(log[:count])), live=count > 1)
        assert len(await desk.turns()) == len(log)


async def test_many_that_begin_alike_are_known_again(tmp_path: Path) -> None:
    """More than one batch of them, the end of which falls into one of them."""
    log = [["a", "b", str(n % 9), *"abcde"[: n % 5]] for n in range(400)]
    async with desk_in(tmp_path) as desk:
        await desk.read_one(put(tmp_path / "log.jsonl", message_lines(log)))
        assert len(await desk.turns()) == len(log)
        again = await desk.read_one(put(tmp_path / "old.jsonl", message_lines(log[::-1])))
        assert again.turns_new == 0


async def test_a_rewritten_file_gives_a_new_conversation_its_own_place(tmp_path: Path) -> None:
    """It stands where another one of the same beginning stood."""
    async with desk_in(tmp_path) as desk:
        await desk.read_one(put(tmp_path / "log.json", sharegpt([["a", "b"]])))
        await desk.read_one(put(tmp_path / "log.json", sharegpt([["a", "c"], ["a", "b"]])))
        assert await desk.texts() == [["a", "b"], ["a", "c"]]


async def test_a_grown_export_takes_each_up_where_it_was(tmp_path: Path) -> None:
    """Only what was said since is new, though one has become what another was."""
    async with desk_in(tmp_path) as desk:
        await desk.read_one(put(tmp_path / "1.json", sharegpt([["a"], ["a", "b"], ["c"]])))
        grown = [["a", "b"], ["a", "b", "d"], ["c", "e"]]
        report = await desk.read_one(put(tmp_path / "2.json", sharegpt(grown)))
        assert report.turns_new == 3
        assert await desk.texts() == sorted(grown)
