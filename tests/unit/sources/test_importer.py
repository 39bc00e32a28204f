"""Importing: whatever happens to a file between two readings, each turn is in the record once."""

from __future__ import annotations

import json
import os
import random
import zipfile
from collections.abc import AsyncIterator, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from desk import Desk, desk_in, irc, put, whatsapp

from doubles import FakeClock
from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources import registry
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
)
from minutebook.sources.source import Sample, Source

LATER = FakeClock().now + timedelta(hours=1)


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    """Open a desk with nothing on it."""
    async with desk_in(tmp_path) as opened:
        yield opened


def message(text: str, at: str | None = None) -> str:
    """Return a line that holds a conversation of one message."""
    said = {"role": "user", "content": text, "timestamp": at}
    return json.dumps({"messages": [said]}) + "\n"


def said(*numbers: int) -> list[str]:
    """Return what the lines with these numbers say."""
    return [f"line {n}" for n in numbers]


async def test_a_longer_export_brings_what_came_before_and_after(
    desk: Desk, tmp_path: Path
) -> None:
    """An export that begins earlier and ends later leaves one conversation, in order."""
    log = tmp_path / "WhatsApp Chat with Bo.txt"
    await desk.read(put(log, whatsapp(range(10, 20))))
    (report,) = await desk.read(put(log, whatsapp(range(30)), LATER))
    assert (report.turns_new, report.turns_known) == (20, 10)
    assert await desk.texts() == [[f"message {n}" for n in range(30)]]


async def test_every_turn_of_finished_files_lies_in_a_page(desk: Desk, tmp_path: Path) -> None:
    """Also those that came late, before what was known, or from a clock that is wrong."""
    log = tmp_path / "WhatsApp Chat with Bo.txt"
    await desk.read(put(log, whatsapp(range(10, 20))))
    await desk.read(put(log, whatsapp(range(20)), LATER))
    future = "".join(irc(4)).replace("2024-", "2094-")
    await desk.read(put(tmp_path / "future.log", future))
    pages = await desk.library.pages()
    assert sum(page.turns for page in pages) == 24
    assert (await desk.library.counts()).turns == 24


async def test_overlapping_exports_are_their_union(desk: Desk, tmp_path: Path) -> None:
    """Two files that share messages bring each of them once."""
    await desk.read(put(tmp_path / "a" / "WhatsApp Chat with Bo.txt", whatsapp(range(20))))
    await desk.read(put(tmp_path / "b" / "WhatsApp Chat with Bo.txt", whatsapp(range(10, 30))))
    assert await desk.texts() == [[f"message {n}" for n in range(30)]]


async def test_another_file_name_is_the_same_conversation(desk: Desk, tmp_path: Path) -> None:
    """A log that names nothing is known again by what was said in it."""
    await desk.read(put(tmp_path / "one.log", "".join(irc(10))))
    (report,) = await desk.read(put(tmp_path / "other.log", "".join(irc(12, start=4))))
    assert (report.turns_new, report.turns_known) == (6, 6)
    assert await desk.texts() == [said(*range(16))]


async def test_different_conversations_stay_apart(desk: Desk, tmp_path: Path) -> None:
    """Logs that share nothing are two conversations."""
    await desk.read(put(tmp_path / "one.log", "".join(irc(5))))
    await desk.read(put(tmp_path / "other.log", "".join(irc(5, start=100))))
    assert await desk.texts() == [said(*range(5)), said(*range(100, 105))]


async def test_a_grown_file_is_read_from_its_bookmark(desk: Desk, tmp_path: Path) -> None:
    """Of a file that has grown, only its end is read again."""
    log = tmp_path / "one.log"
    await desk.read(put(log, "".join(irc(2_000))))
    (report,) = await desk.read(put(log, "".join(irc(2_003)), LATER))
    assert report.turns_new == 3
    assert report.turns_known < 10
    assert await desk.texts() == [said(*range(2_003))]


async def test_a_file_that_has_not_changed_is_not_read_again(desk: Desk, tmp_path: Path) -> None:
    """A second import adds nothing, and says what is known."""
    log = put(tmp_path / "one.log", "".join(irc(5)))
    await desk.read(log)
    (report,) = await desk.read(log)
    assert report.is_unchanged
    assert (report.turns_new, report.turns_known, report.conversations) == (0, 5, 1)


async def test_the_last_record_may_grow(desk: Desk, tmp_path: Path) -> None:
    """A message whose end was written later is one turn, with the whole text."""
    log, whole = tmp_path / "one.log", "".join(irc(5))
    await desk.read(put(log, whole[:-3]))
    (report,) = await desk.read(put(log, whole, LATER))
    assert (report.turns_new, report.turns_revised) == (0, 1)
    assert await desk.texts() == [said(*range(5))]


async def test_a_rewritten_file_is_read_anew(desk: Desk, tmp_path: Path) -> None:
    """A file with other content of the same length brings its turns; nothing is lost."""
    log = tmp_path / "one.log"
    await desk.read(put(log, "".join(irc(10, start=50))))
    (report,) = await desk.read(put(log, "".join(irc(10, start=10)), LATER))
    assert report.turns_new == 10
    assert await desk.texts() == [said(*range(10, 20)), said(*range(50, 60))]


async def test_a_file_that_was_cut_loses_nothing(desk: Desk, tmp_path: Path) -> None:
    """What a shorter file no longer has stays in the record, and it may grow again."""
    log = tmp_path / "one.log"
    await desk.read(put(log, "".join(irc(10))))
    (cut,) = await desk.read(put(log, "".join(irc(4)), LATER))
    (grown,) = await desk.read(put(log, "".join(irc(12)), LATER + timedelta(hours=1)))
    assert (cut.turns_new, grown.turns_new) == (0, 2)
    assert await desk.texts() == [said(*range(12))]


NOISE = random.Random(5)
LONG = [f"{line[:-1]} {NOISE.randbytes(200).hex()}\n" for line in irc(3_000)]
"""A log that cannot be packed much."""


def zipped(path: Path) -> Path:
    """Write a zip of the long log, in blocks that have checksums of their own."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2, compresslevel=1) as archive:
        archive.writestr("one.log", "".join(LONG))
    return path


def damaged(path: Path) -> Path:
    """Write the zip with wrong bytes behind its middle."""
    data = bytearray(zipped(path).read_bytes())
    middle = int(len(data) * 0.6)
    data[middle : middle + 40] = bytes(40)
    return put(path, bytes(data))


async def test_what_came_before_the_damage_is_kept(desk: Desk, tmp_path: Path) -> None:
    """A zip that is damaged in the middle brings its beginning; mended, the rest, and is clear."""
    path = tmp_path / "logs.zip"
    (broken,) = await desk.read(damaged(path))
    assert broken.format == "irc"
    assert 1_000 < broken.turns_new < 3_000
    assert [item.place for item in broken.quarantined] == ["the rest of the file"]
    assert len(await desk.quarantined()) == 1
    (mended,) = await desk.read(zipped(path))
    assert mended.turns_new == 3_000 - broken.turns_new
    assert await desk.quarantined() == []
    (texts,) = await desk.texts()
    assert [text.split()[1] for text in texts] == [str(n) for n in range(3_000)]


async def test_a_half_written_zip_is_clear_once_it_is_whole(desk: Desk, tmp_path: Path) -> None:
    """What was said of an archive as a whole is forgotten when it can be read."""
    path = tmp_path / "logs.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("one.log", "".join(irc(5)))
    whole = path.read_bytes()
    await desk.read(put(path, whole[:-30]))
    assert [name for name, _ in await desk.quarantined()] == ["logs.zip"]
    await desk.read(put(path, whole, LATER))
    assert await desk.quarantined() == []
    assert await desk.texts() == [said(*range(5))]


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "It is empty."),
        (b"\x00\x01\x02\xff" * 500, "It is not text."),
        (b"Once upon a time there was a ferry.\n" * 20, "no form of chat log"),
    ],
)
async def test_what_is_no_log_is_quarantined_until_it_is_one(
    desk: Desk, tmp_path: Path, content: bytes, reason: str
) -> None:
    """Nothing, noise and prose are refused with their reason; a log in their place clears it."""
    path = tmp_path / "thing.txt"
    (refused,) = await desk.read(put(path, content))
    assert reason in refused.quarantined[0].reason
    assert len(await desk.quarantined()) == 1
    await desk.read(put(path, "".join(irc(3)), LATER))
    assert await desk.quarantined() == []


async def test_a_log_that_became_something_else(desk: Desk, tmp_path: Path) -> None:
    """The quarantine says what is so now, not what was so before."""
    path = tmp_path / "one.log"
    await desk.read(put(path, ""))
    await desk.read(put(path, b"\x00\xff" * 900, LATER))
    assert await desk.quarantined() == [("one.log", "It is not text.")]


async def test_a_folder_is_read_with_its_folders(desk: Desk, tmp_path: Path) -> None:
    """Files below a folder are read in a fixed order, the bad ones too; links are not followed."""
    logs = tmp_path / "logs"
    put(logs / "b" / "two.log", "".join(irc(3, start=50)))
    put(logs / "a.log", "".join(irc(3)))
    put(logs / "c.txt", "")
    (logs / "loop").symlink_to(logs)
    reports = await desk.read(logs)
    assert [Path(report.path).name for report in reports] == ["a.log", "c.txt", "two.log"]
    assert len(await desk.texts()) == 2


async def test_what_cannot_be_opened_is_said(desk: Desk, tmp_path: Path) -> None:
    """A path that is not there, a link in a circle and a pipe are named; the rest comes in."""
    (tmp_path / "circle").symlink_to(tmp_path / "circle")
    os.mkfifo(tmp_path / "pipe.log")
    log = put(tmp_path / "one.log", "".join(irc(3)))
    paths = [tmp_path / name for name in ("none", "circle", "pipe.log")]
    reports = await desk.read(*paths, log)
    reasons = [report.quarantined[0].reason for report in reports[:3]]
    assert "no such file" in reasons[0]
    assert "cannot be opened" in reasons[1]
    assert "not a regular file" in reasons[2]
    assert reports[3].turns_new == 3


@pytest.mark.skipif(os.geteuid() == 0, reason="nothing is closed to root")
async def test_what_may_not_be_read_is_said(desk: Desk, tmp_path: Path) -> None:
    """A file and a folder without permission are named; the rest of the folder comes in."""
    logs = tmp_path / "logs"
    put(logs / "closed.log", "".join(irc(3))).chmod(0)
    put(logs / "one.log", "".join(irc(3)))
    put(logs / "folder" / "two.log", "").parent.chmod(0)
    reports = await desk.read(logs)
    (logs / "folder").chmod(0o700)
    refused = {Path(r.path).name: r.quarantined[0].reason for r in reports if r.quarantined}
    assert set(refused) == {"closed.log", "folder"}
    assert all("ermission" in reason for reason in refused.values())
    assert await desk.texts() == [said(*range(3))]


async def test_names_that_are_no_text_tell_files_apart(desk: Desk, tmp_path: Path) -> None:
    """Bytes that are no UTF-8 in a name are written out, so that no two files share a place."""
    for number, name in enumerate((b"a\xff.log", b"a\xfe.log", b"new\nline\x1b[31m.log")):
        put(tmp_path / "logs" / os.fsdecode(name), "".join(irc(3, start=100 * number)))
    reports = await desk.read(tmp_path / "logs")
    assert [Path(report.path).name for report in reports] == [
        r"a\xfe.log",
        r"a\xff.log",
        "new\nline\x1b[31m.log",
    ]
    again = await desk.read(tmp_path / "logs")
    assert all(report.is_unchanged for report in again)


async def test_a_cancelled_import_goes_on_later(tmp_path: Path) -> None:
    """A reading that was stopped ends at its next batch; the next one completes it."""
    log = put(tmp_path / "one.log", "".join(irc(3_500)))
    async with desk_in(tmp_path) as first:
        ticks = iter(range(10))

        def stop_at_second_batch() -> object:
            if next(ticks) == 1:
                first.importer.stop()
            return FakeClock().now

        first.importer._clock = stop_at_second_batch  # type: ignore[assignment]
        (stopped,) = await first.read(log)
        assert 1_000 <= stopped.turns_new < 3_500
        assert await first.read(log) == []
    async with desk_in(tmp_path) as second:
        (rest,) = await second.read(log)
        assert not rest.is_unchanged
        assert stopped.turns_new + rest.turns_new == 3_500
        assert await second.texts() == [said(*range(3_500))]


async def test_two_readings_at_once_add_each_turn_once(tmp_path: Path) -> None:
    """Two importers with one store, batch by batch between each other."""
    log = put(tmp_path / "one.log", "".join(irc(5_000)))
    async with desk_in(tmp_path) as one, desk_in(tmp_path) as other:
        reports = [*await one.read(log), *await other.read(log)]
        assert sum(report.turns_new for report in reports) == 5_000
        assert await one.texts() == [said(*range(5_000))]


class Defective:
    """A format that fails as no format should."""

    name = "defective"

    def __init__(self, kind: type[Exception]) -> None:
        self._kind = kind

    def detect(self, sample: Sample) -> Match | None:
        """Take whatever is called so."""
        if sample.source.name == "look.txt":
            raise self._kind("in detect")
        is_mine = sample.source.name == "parse.txt"
        return Match(score=1.0, reason="by name") if is_mine else None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """Find one turn, and fail."""
        yield ConversationFound(identity=Identity.GIVEN, native_id="d")
        yield TurnFound(draft=TurnDraft(role=Role.USER, content=Content(text="before")))
        raise self._kind("in \x1b[31mparse")


@pytest.mark.parametrize("kind", [ValueError, RecursionError, UnicodeDecodeError, KeyError])
async def test_a_defect_of_a_format_harms_nothing_else(
    desk: Desk, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[Exception]
) -> None:
    """A failure to look leaves the file to other formats; one to read goes to quarantine."""
    known = registry.built_in()
    failing = kind if kind is not UnicodeDecodeError else TypeError
    monkeypatch.setattr(registry, "built_in", lambda: (*known, Defective(failing)))
    for name in ("look.txt", "parse.txt", "zzz.log"):
        put(tmp_path / "logs" / name, "".join(irc(3, start=100 if name == "look.txt" else 0)))
    looked, parsed, fine = await desk.read(tmp_path / "logs")
    assert (looked.turns_new, looked.quarantined) == (3, ())
    assert "in detect" in looked.notes[0]
    assert (parsed.turns_new, len(parsed.quarantined)) == (1, 1)
    assert (fine.turns_new, fine.quarantined) == (3, ())


async def test_the_list_of_what_cannot_be_read_is_bounded(desk: Desk, tmp_path: Path) -> None:
    """A thousand pieces are listed, the others counted; the turns between them come in."""
    good = [message(f"hello {n}") for n in range(1_400)]
    log = put(tmp_path / "mixed.jsonl", "".join([*good[1:], *["{oops\n"] * 3_000, good[0]]))
    (report,) = await desk.read(log)
    assert len(report.quarantined) == 1_001
    assert "2000 more" in report.quarantined[-1].reason
    assert report.turns_new == 1_400


async def test_moments_at_the_edge_of_the_calendar(desk: Desk, tmp_path: Path) -> None:
    """A moment that some zone cannot show is none; one before 1970 is kept."""
    moments = ("9999-12-31T23:59:59-12:00", "0001-01-01T00:00:00+14:00", "1901-02-03T04:05:06Z")
    lines = [message(f"at {moment}", moment) for moment in moments]
    await desk.read(put(tmp_path / "far.jsonl", "".join(lines)))
    shown = [turn.at for turns in (await desk.turns()).values() for turn in turns]
    assert sorted(at.year for at in shown if at) == [1901]
    assert len(shown) == 3


async def test_a_log_that_is_gone_before_its_end_was_kept(desk: Desk, tmp_path: Path) -> None:
    """A file that is deleted while it is read comes in as far as it was open."""
    log = put(tmp_path / "one.log", "".join(irc(1_500)))

    def delete() -> object:
        log.unlink(missing_ok=True)
        return FakeClock().now

    desk.importer._clock = delete  # type: ignore[assignment]
    (report,) = await desk.read(log)
    assert report.turns_new == 1_500


async def test_a_conversation_that_is_whole_in_another_log(desk: Desk, tmp_path: Path) -> None:
    """A short record is known again in a longer log, though few turns are shared."""
    await desk.read(put(tmp_path / "one.log", "".join(irc(2))))
    await desk.read(put(tmp_path / "other.log", "".join(irc(40))))
    assert await desk.texts() == [said(*range(40))]


def session(session_id: str, *numbers: int) -> str:
    """Return a Claude Code session with messages of these numbers."""
    lines = [
        {
            "type": "user",
            "uuid": f"00000000-0000-4000-8000-{n:012d}",
            "parentUuid": None,
            "sessionId": session_id,
            "timestamp": f"2026-01-02T10:{n:02d}:00.000Z",
            "message": {"role": "user", "content": f"message {n}"},
        }
        for n in numbers
    ]
    return "".join(json.dumps(line) + "\n" for line in lines)


@pytest.mark.parametrize(("first", "new"), [("one", 5), ("two", 7)])
async def test_a_session_taken_up_again_does_not_repeat_its_past(
    desk: Desk, tmp_path: Path, first: str, new: int
) -> None:
    """What its copy under a new name repeats is read once, whichever file is read first."""
    logs = {
        "one": put(tmp_path / "one.jsonl", session("s1", 1, 2, 3, 4)),
        "two": put(tmp_path / "two.jsonl", session("s2", 1, 2, 9)),
    }
    order = sorted(logs, key=lambda name: name != first)
    reports = [report for name in order for report in await desk.read(logs[name])]
    assert sum(report.turns_new for report in reports) == new
    every = [turn for turns in (await desk.turns()).values() for turn in turns if turn.is_active]
    assert sorted(turn.content.text for turn in every) == [f"message {n}" for n in (1, 2, 3, 4, 9)]


async def test_a_session_that_is_all_copied_makes_no_conversation(
    desk: Desk, tmp_path: Path
) -> None:
    """A copy without anything new leaves no empty conversation behind."""
    await desk.read(put(tmp_path / "one.jsonl", session("s1", 1, 2)))
    (report,) = await desk.read(put(tmp_path / "two.jsonl", session("s2", 1, 2)))
    assert (report.turns_new, report.turns_known) == (0, 2)
    assert len(await desk.texts()) == 1


async def test_a_log_in_which_nobody_speaks_says_so(desk: Desk, tmp_path: Path) -> None:
    """But not a file that belongs to a log, and holds no messages of itself."""
    report = await desk.read_one(put(tmp_path / "a.vtt", "WEBVTT\n\n00:01.000 --> 00:02.000\n\n"))
    assert (report.format, report.turns_new, report.quarantined) == ("webvtt", 0, ())
    assert report.notes == ("Nobody says anything in it: it has this form, and no turn was found.",)
    user = {"id": "U00000001", "team_id": "T1", "profile": {"real_name": "Ana"}}
    report = await desk.read_one(put(tmp_path / "users.json", json.dumps([user])))
    assert (report.format, report.notes) == ("slack", ())
