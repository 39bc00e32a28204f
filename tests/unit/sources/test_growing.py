"""What always holds of importing, however a file grew and in whatever order files came."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Coroutine
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from desk import NAMES, Desk, desk_in, put
from hypothesis import given, settings
from hypothesis import strategies as st

from doubles import FakeClock
from minutebook.config import Settings
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home

START = datetime(2024, 1, 1, 12)  # noqa: DTZ001 - as the log writes it
TEXTS = st.sampled_from(["ok", "the ferry", "ö字 \x1b[31m", "<Bo> quoted", "https://x.example/?a"])
GAPS = st.sampled_from([0, 0, 1, 30, 60, 90_000])
LINES = st.lists(st.tuples(GAPS, st.sampled_from(NAMES), TEXTS), min_size=1, max_size=25)
Log = list[tuple[int, str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What must not depend on how a turn came in."""

    key: str
    author: str
    text: str


def written(log: Log) -> list[bytes]:
    """Write an IRC log, line by line."""
    at, lines = START, []
    for gap, author, text in log:
        at += timedelta(seconds=gap)
        lines.append(f"{at:%Y-%m-%dT%H:%M:%S}  <{author}> {text}\n".encode())
    return lines


def minute_begins(lines: list[bytes], at: int) -> int:
    """Return the first place from `at` on where a line begins another minute."""
    minutes = [line[:16] for line in lines]
    while 0 < at < len(lines) and minutes[at] == minutes[at - 1]:
        at += 1
    return min(at, len(lines))


def in_a_folder(work: Callable[[Path], Coroutine[object, object, None]]) -> None:
    """Run a test in a folder of its own."""
    with tempfile.TemporaryDirectory() as folder:
        asyncio.run(work(Path(folder)))


async def record_of(desk: Desk) -> list[list[Said]]:
    """Return every conversation in reading order."""
    return sorted(
        (
            [Said(key=t.key, author=t.author, text=t.content.text) for t in turns]
            for turns in (await desk.turns()).values()
        ),
        key=str,
    )


async def imported_at_once(folder: Path, text: bytes) -> list[list[Said]]:
    """Return the record of a log that is imported whole."""
    async with desk_in(folder) as desk:
        await desk.read(put(folder / "whole.log", text))
        return await record_of(desk)


@settings(max_examples=20, deadline=None)
@given(LINES, st.lists(st.floats(0, 1), max_size=5))
def test_a_watched_file_that_grows_is_the_whole_file(log: Log, cuts: list[float]) -> None:
    """Wherever writing paused, also inside a line or a character, the outcome is the same."""
    text = b"".join(written(log))
    ends = sorted(int(cut * len(text)) for cut in cuts)

    async def work(folder: Path) -> None:
        clock = FakeClock()
        async with desk_in(folder, clock) as desk:
            for end in ends:
                path = put(folder / "log.log", text[:end], clock.now)
                [_ async for _ in desk.importer.import_file(path, live=True)]
                clock.forward(minutes=1)
            path = put(folder / "log.log", text, clock.now - timedelta(minutes=1))
            [_ async for _ in desk.importer.import_file(path, live=True)]
            (folder / "once").mkdir()
            assert await record_of(desk) == await imported_at_once(folder / "once", text)

    in_a_folder(work)


@settings(max_examples=20, deadline=None)
@given(LINES, st.lists(st.floats(0, 1), max_size=5))
def test_a_file_imported_now_and_then_is_the_whole_file(log: Log, cuts: list[float]) -> None:
    """Imported as it stands, also in the middle of a line, again and again: the same outcome."""
    text = b"".join(written(log))
    ends = sorted(int(cut * len(text)) for cut in cuts)

    async def work(folder: Path) -> None:
        async with desk_in(folder) as desk:
            for number, end in enumerate([*ends, len(text)]):
                at = FakeClock().now + timedelta(minutes=number)
                await desk.read(put(folder / "log.log", text[:end], at))
            (folder / "once").mkdir()
            assert await record_of(desk) == await imported_at_once(folder / "once", text)

    in_a_folder(work)


@settings(max_examples=20, deadline=None)
@given(LINES, st.integers(0, 25), st.integers(0, 25), st.booleans())
def test_overlapping_exports_are_their_union(log: Log, one: int, other: int, swap: bool) -> None:
    """Of a channel, the newer export first or the older: the same turns in the same order.

    They are cut between two minutes: within one, nothing tells two that are alike apart.
    """
    lines = written(log)
    start, end = sorted(minute_begins(lines, at) for at in (one, other))
    exports = [lines[:end], lines[start:]]

    async def work(folder: Path) -> None:
        async with desk_in(folder) as desk:
            for number, export in enumerate(reversed(exports) if swap else exports):
                await desk.read(put(folder / str(number) / "#harbour.log", b"".join(export)))
            (folder / "once").mkdir()
            whole = await imported_at_once(folder / "once", b"".join(lines))
            texts = [[said.text for said in one] for one in await record_of(desk)]
            assert texts == [[said.text for said in one] for one in whole]

    in_a_folder(work)


@settings(max_examples=15, deadline=None)
@given(st.lists(LINES, min_size=2, max_size=4), st.randoms(use_true_random=False))
def test_the_order_of_files_makes_no_difference(logs: list[Log], chance: object) -> None:
    """Files of several channels and days bring the same turns, whichever comes first."""
    files = {
        f"#channel{number % 2}-{number}.log": b"".join(
            written([(86_400 * number, "Ana", "hi"), *log])
        )
        for number, log in enumerate(logs)
    }
    shuffled = list(files)
    chance.shuffle(shuffled)  # type: ignore[attr-defined]

    async def work(folder: Path) -> None:
        async with desk_in(folder) as desk:
            for name in shuffled:
                await desk.read(put(folder / name, files[name]))
            mixed = {said.key for one in await record_of(desk) for said in one}
        (folder / "once").mkdir()
        async with desk_in(folder / "once") as desk:
            for name, text in files.items():
                await desk.read(put(folder / name, text))
            assert mixed == {said.key for one in await record_of(desk) for said in one}

    in_a_folder(work)


async def covered(engine: Engine) -> list[tuple[int, int]]:
    """Return the spans that the revisions of the one document cover, oldest first."""
    (document,) = await engine.scribe.documents()
    history = await engine.scribe.history(document.id, limit=1_000)
    spans = [entry.revision.covers for entry in reversed(history)]
    return [(span.first_seq, span.last_seq) for span in spans if span.turns]


@settings(max_examples=10, deadline=None)
@given(LINES, st.lists(st.integers(1, 25), max_size=4))
def test_the_document_of_a_growing_log_tells_each_turn_once(log: Log, cuts: list[int]) -> None:
    """Whatever came in between two updates, the revisions cover every turn once and in order."""
    lines = written(log)

    async def work(folder: Path) -> None:
        async with open_engine(Home.at(folder / "home"), Settings()) as engine:
            for end in [*sorted(cuts), len(lines)]:
                path = put(folder / "log.log", b"".join(lines[:end]))
                [_ async for _ in engine.importer.import_paths([path])]
                await engine.do_what_can_be_done()
            firsts, lasts = zip(*await covered(engine), strict=True)
            assert firsts == (1, *(last + 1 for last in lasts[:-1]))
            assert lasts[-1] == len(lines)

    in_a_folder(work)
