"""How far reading has come: what is said is so."""

from __future__ import annotations

import io
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest
from desk import OPTIONS, Desk, desk_in, irc, put

from doubles import FakeClock
from minutebook.domain.progress import Standing
from minutebook.sources.progress import Gauge, Progress, Step
from minutebook.sources.reading import Reading
from minutebook.sources.source import Source, from_bytes

FILE = Path("/logs/a.log")


class Hands:
    """A clock that is set by hand."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


def source(size: int, packed: int | None = None) -> Source:
    """Return a source of so many bytes."""
    made = from_bytes(b"x" * size, name="a", options=OPTIONS, at=FakeClock()())
    return replace(made, packed=packed)


def step(position: int, begun: int = 0, new: int = 0) -> Step:
    """Return how far a source has been read."""
    return Step(place="a", turns=new, new=new, position=position, begun=begun)


def test_bytes_count_and_not_files() -> None:
    """A large file among small ones is most of the work."""
    progress = Progress()
    progress.expect({FILE: 900, Path("/logs/b.log"): 100})
    progress.begin(FILE)
    progress.turn_to(source(900))
    progress.at(step(450, new=7), 900)
    standing = progress.standing()
    assert (standing.percent, standing.files_done, standing.files) == (45, 0, 2)
    assert standing.turns_new == 7
    progress.end()
    assert (progress.standing().percent, progress.standing().turns_new) == (90, 7)


def test_members_of_a_zip_count_by_what_they_take_there() -> None:
    """A member that unpacks to ten times its size is not ten times done."""
    progress = Progress()
    progress.expect({FILE: 300})
    progress.begin(FILE)
    seen = []
    for size, packed in ((1_000, 100), (200, 200)):
        progress.turn_to(source(size, packed))
        for position in (size // 2, size):
            progress.at(step(position), size)
            seen.append(progress.standing().bytes_done)
    assert seen == [50, 100, 200, 300]
    progress.end()
    assert progress.standing().percent == 100


def test_what_was_read_before_is_no_pace() -> None:
    """Taken up at nine tenths, the rest is not promised at the pace of a jump."""
    hands = Hands()
    progress = Progress(now=hands)
    progress.expect({FILE: 10_000})
    progress.begin(FILE)
    progress.turn_to(source(10_000))
    assert progress.standing().seconds_left is None
    hands.seconds = 10.0
    progress.at(step(9_100, begun=9_000), 10_000)
    standing = progress.standing()
    assert standing.percent == 91
    assert standing.bytes_per_second == pytest.approx(10)
    assert standing.seconds_left == pytest.approx(90)


def test_what_is_known_is_done_at_no_pace() -> None:
    """Files that have not changed say nothing of how long the others take."""
    hands = Hands()
    progress = Progress(now=hands)
    progress.expect({FILE: 10_000, Path("/logs/b.log"): 10_000})
    progress.begin(FILE)
    progress.end(is_known=True)
    hands.seconds = 10.0
    standing = progress.standing()
    assert (standing.percent, standing.bytes_per_second) == (50, None)


def test_after_a_rest_it_counts_anew() -> None:
    """A watch that reads one more file is not at 99 per cent of its whole life."""
    progress = Progress()
    for size in (1_000_000, 10):
        progress.expect({FILE: size})
        assert progress.standing().percent == 0
        progress.begin(FILE)
        progress.end()
        assert progress.standing().is_idle


def test_a_stream_that_is_closed_was_read_to_where_it_was() -> None:
    """And one that cannot tell its place was not read."""
    gauge = Gauge(source(10))
    stream = gauge.open()
    stream.read(4)
    assert gauge.position == 4
    stream.close()
    assert gauge.position == 4

    class Silent(io.BytesIO):
        def tell(self) -> int:
            raise io.UnsupportedOperation

    silent = Gauge(replace(source(10), open=lambda: Silent(b"0123456789")))
    silent.open()
    assert silent.position == 0


async def seen_in(desk: Desk, path: Path, monkeypatch: pytest.MonkeyPatch) -> list[Standing]:
    """Import a path; return how far it was after every batch."""
    seen: list[Standing] = []
    flush = Reading._flush

    def flush_and_look(reading: Reading, *, is_end: bool = False) -> None:
        flush(reading, is_end=is_end)
        seen.append(desk.importer.progress.standing())

    monkeypatch.setattr(Reading, "_flush", flush_and_look)
    await desk.read(path)
    monkeypatch.setattr(Reading, "_flush", flush)
    return seen


@pytest.mark.parametrize("is_zipped", [False, True])
async def test_an_import_comes_nearer_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, is_zipped: bool
) -> None:
    """Batch by batch, in a single file as inside a zip, and is never done before it is."""
    pad = "x" * 1_000 + "\n"  # more than is read ahead
    logs, text = tmp_path / "logs", "".join(line[:-1] + pad for line in irc(4_300))
    logs.mkdir()
    if is_zipped:
        with zipfile.ZipFile(logs / "all.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            archive.writestr("a.log", text)
    else:
        put(logs / "a.log", text)
    async with desk_in(tmp_path) as desk:
        seen = await seen_in(desk, logs, monkeypatch)
        percents = [standing.percent for standing in seen]
        assert percents == sorted(percents)
        assert len(set(percents)) >= 4
        assert max(percents) < 100
        for standing in seen[:-1]:
            assert abs(standing.percent - 100 * standing.turns_new / 4_300) < 12
        assert desk.importer.progress.standing().percent == 100
        assert desk.importer.progress.standing().turns_new == 4_300
