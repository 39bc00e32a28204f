"""What is said of a file that no format fits."""

from __future__ import annotations

import zipfile
from pathlib import Path

import pytest
from desk import OPTIONS, desk_in, irc, put

from doubles import FakeClock
from minutebook.sources.foreign import what_it_is
from minutebook.sources.source import from_bytes


def said_of(data: bytes, name: str = "x.json") -> str:
    """Return what is said of a file."""
    return what_it_is(from_bytes(data, name=name, options=OPTIONS, at=FakeClock().now).sample())


@pytest.mark.parametrize(
    ("data", "tool"),
    [
        (b"SQLite format 3\x00", "an SQLite database"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b" \n", "empty"),
        (b"\x00\x01", "not text"),
        ("Human: hi\n".encode("utf-32"), "UTF-32"),
        (b"Human: hi\r\rAssistant: ho\r", "carriage returns"),
        (b"**Alice:** one\n\n**Bob:** two\n\n**Alice:** three\n", "too little of it"),
        (b"[00:00:05] Alice: one\n[00:00:10] Bob: two\n", "too little of it"),
        (b"**Note:** one speaker is none.\n\n**Note:** again\n", "no form"),
        (b"nothing of the kind", "no form"),
    ],
)
def test_a_tool_that_is_known_is_named(data: bytes, tool: str) -> None:
    """By the beginning of the file."""
    assert tool in said_of(data)


async def test_it_stands_in_quarantine(tmp_path: Path) -> None:
    """With the file."""
    async with desk_in(tmp_path) as desk:
        await desk.read(put(tmp_path / "a.json", b"\x1f\x8b\x08"))
        ((name, reason),) = await desk.quarantined()
        assert (name, "gzip" in reason) == ("a.json", True)


async def test_an_archive_of_which_nothing_can_be_read_is_one_entry(tmp_path: Path) -> None:
    """With what most of it is; each member of its own as soon as one of them can be read."""
    path = tmp_path / "export.zip"
    members = {f"general/2024-01-0{n}.json": '[{"n": 1}]' for n in range(1, 4)}
    async with desk_in(tmp_path) as desk:
        for _ in range(2):
            (report,) = await desk.read(zipped(path, members | {"notes.json": "[]"}))
            assert (report.path, report.format) == (str(path), "")
            ((name, reason),) = await desk.quarantined()
            assert name == "export.zip"
            assert reason.startswith("None of its 4 files can be read. general/2024-01-01.json: It")
            assert "no form" in reason
        reports = await desk.read(zipped(path, members | {"z.log": "".join(irc(5))}))
        assert len(reports) == 4
        assert [name for name, _ in await desk.quarantined()] == [
            f"2024-01-0{n}.json" for n in range(1, 4)
        ]
        await desk.read(zipped(path, members))
        assert [name for name, _ in await desk.quarantined()] == ["export.zip"]


def zipped(path: Path, members: dict[str, str]) -> Path:
    """Write a zip of these files."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, text in members.items():
            archive.writestr(name, text)
    return path
