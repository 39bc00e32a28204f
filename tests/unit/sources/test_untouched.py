"""What has not changed is told without being read, whatever its time says."""

from __future__ import annotations

import json
import os
import zipfile
from pathlib import Path

import pytest
from desk import desk_in, irc, put

from minutebook.sources.formats.sharegpt import ShareGPT
from minutebook.store import sources

_DAY = 1_700_000_000


def talks(path: Path, word: str, count: int = 60) -> Path:
    """Write an export that is rewritten as a whole, longer than its fingerprint looks."""
    said = [{"from": "human", "value": f"{n} {word} " + "x" * 200} for n in range(count)]
    answers = [{"from": "gpt", "value": f"{n} yes"} for n in range(count)]
    turns = [turn for pair in zip(said, answers, strict=True) for turn in pair]
    return put(path, json.dumps([{"id": "one", "conversations": turns}]))


def touch(path: Path, by: int = 60) -> None:
    """Give a file another time."""
    os.utime(path, (_DAY + by, _DAY + by))


@pytest.fixture
def unread(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nothing be read."""

    def parse(*_: object) -> object:
        raise AssertionError("it was read")

    monkeypatch.setattr(ShareGPT, "parse", parse)


async def test_a_touched_file_is_not_read_again(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    """Its new time is kept, so that it need not be hashed twice."""
    log = talks(tmp_path / "logs" / "a.json", "ferry")
    async with desk_in(tmp_path) as desk:
        assert (await desk.read_one(log)).turns_new == 120
        request.getfixturevalue("unread")
        touch(log)
        (report,) = await desk.read(log.parent)
        assert (report.is_unchanged, report.turns_known, report.turns_new) == (True, 120, 0)
        state = await desk.database.read(lambda tx: sources.get(tx, str(log)))
        assert state is not None
        assert state.modified_at.timestamp() == _DAY + 60
        touch(log, by=120)
        assert (await desk.read_one(log)).is_unchanged


async def test_an_edit_in_the_middle_is_read(tmp_path: Path) -> None:
    """Of as many bytes, with the same head and tail."""
    log = talks(tmp_path / "logs" / "a.json", "ferry")
    async with desk_in(tmp_path) as desk:
        assert (await desk.read_one(log)).turns_new == 120
        text = log.read_text()
        at = text.index("30 ferry")
        put(log, text[:at] + "30 plane" + text[at + 8 :])
        touch(log)
        (report,) = await desk.read(log)
        assert not report.is_unchanged
        assert report.turns_new + report.turns_revised > 0


async def test_members_of_a_zip_are_known_by_their_checksums(tmp_path: Path) -> None:
    """Also when it was packed anew; what is new in it is read."""
    plain, packed = talks(tmp_path / "a.json", "ferry"), tmp_path / "logs" / "a.zip"
    packed.parent.mkdir()
    for day in (1, 2):
        with zipfile.ZipFile(packed, "w") as archive:
            archive.writestr(zipfile.ZipInfo("a.json", (2024, 1, day, 0, 0, 0)), plain.read_bytes())
            if day == 2:
                archive.writestr("b.log", "".join(irc(3)))
        async with desk_in(tmp_path) as desk:
            reports = await desk.read(packed.parent)
        assert [report.turns_new for report in reports] == ([120] if day == 1 else [0, 3])


async def test_another_format_is_read_anew(tmp_path: Path) -> None:
    """Where a folder has one of its own since."""
    log = put(tmp_path / "logs" / "a.log", "".join(irc(3)))
    async with desk_in(tmp_path) as desk:
        await desk.read(log)
        (again,) = await desk.read(log)
        assert again.is_unchanged
        now = desk.importer._clock()
        await desk.database.write(lambda tx: sources.watch(tx, str(log.parent), now))
        assert (await desk.read(log))[0].is_unchanged
