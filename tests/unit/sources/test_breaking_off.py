"""What is kept when a reading breaks off, wherever it does."""

from __future__ import annotations

import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest
from desk import desk_in, irc, put

from minutebook.events import Progressed
from minutebook.record import recorder
from minutebook.record.recorder import Recorded


async def test_a_batch_that_cannot_be_recorded_is_left_out(
    tmp_path: Path,
) -> None:
    """The calls before it stay and are counted; what failed comes in the next time, once."""
    log = put(tmp_path / "one.log", "".join(irc(2_500)))
    calls = 0
    real = recorder.record

    def record(*args: object) -> Recorded:
        nonlocal calls
        calls += 1
        if calls == 4:
            raise ValueError("no such thing")
        return real(*args)  # type: ignore[arg-type]

    async with desk_in(tmp_path) as desk:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("minutebook.sources.reading.record", record)
            broken = await desk.read_one(log)
        (kept,) = await desk.texts()
        assert broken.turns_new == len(kept)
        assert 0 < len(kept) < 2_500
        assert broken.format == "irc"
        assert [item.reason for item in broken.quarantined] == [
            "Reading it failed: ValueError('no such thing')."
        ]
        whole = await desk.read_one(log)
        assert (whole.turns_new, whole.quarantined) == (2_500 - len(kept), ())
        assert [len(texts) for texts in await desk.texts()] == [2_500]


async def test_a_zip_can_be_left_between_two_members(tmp_path: Path) -> None:
    """Each is told of as it is read; those that were come in, and the next time the others do."""
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        for number in range(9):
            archive.writestr(f"{number}.log", "".join(irc(20, start=1_000 * number)))
    async with desk_in(tmp_path) as desk:
        with desk.bus.subscribe() as told:
            once = desk.importer.import_file(path, is_wanted=wanted(4))
            first = [report async for report in once]
        assert len(first) == 4
        places = {event.what for event in told.drain() if isinstance(event, Progressed)}
        assert places == {report.path for report in first}
        rest = await desk.read(path)
        assert sum(not report.is_unchanged for report in rest) == 9 - len(first)
        assert sorted(map(len, await desk.texts())) == [20] * 9


def wanted(times: int) -> Callable[[], bool]:
    """Return what wants a reading until it has been asked so often."""
    asked = iter(range(times))
    return lambda: next(asked, None) is not None
