"""What is kept when a reading breaks off, wherever it does."""

from __future__ import annotations

from pathlib import Path

import pytest
from desk import desk_in, irc, put

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
