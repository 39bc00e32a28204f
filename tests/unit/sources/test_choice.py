"""What is left out of an import, and comes in later."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from desk import Desk, desk_in, put, whatsapp

from minutebook.sources.choice import Choice
from minutebook.sources.reports import SourceReport

START = datetime(2024, 1, 1, 11, tzinfo=UTC)
"""Noon in Berlin, when the logs of the desk begin."""


async def read(desk: Desk, path: Path, choice: Choice) -> list[SourceReport]:
    """Import what is chosen."""
    return [report async for report in desk.importer.import_paths([path], choice)]


def chats(path: Path, *names: str, times: bool = True) -> Path:
    """Write conversations, a turn a day in each, titled at their ends."""
    records: list[dict[str, Any]] = []
    for name in names:
        messages = [
            {"role": "user", "content": f"{name} says {day}"}
            | ({"timestamp": f"2024-01-0{day}T10:00:00Z"} if times else {})
            for day in (1, 2, 3)
        ]
        records.append({"id": f"id-{name}", "messages": messages, "title": f"About {name}"})
    return put(path, "".join(json.dumps(record) + "\n" for record in records))


async def test_turns_before_a_day_are_left_out_and_come_in_later(tmp_path: Path) -> None:
    """The later import adds just the rest: the names of turns do not depend on what was chosen."""
    log = put(tmp_path / "WhatsApp Chat with Ferry.txt", whatsapp([*range(30), *[29] * 3]))
    for name in "ab":
        (tmp_path / name).mkdir()
    async with desk_in(tmp_path / "a") as desk:
        since = Choice(since=START + timedelta(minutes=5))
        (first,) = await read(desk, log, since)
        assert (first.turns_new, first.turns_known) == (18, 0)
        (again,) = await read(desk, log, since)
        assert (again.turns_new, again.turns_known) == (0, 18)
        (rest,) = await read(desk, log, Choice())
        assert (rest.turns_new, rest.turns_known) == (15, 18)
        chosen = await desk.texts()
    async with desk_in(tmp_path / "b") as desk:
        await desk.read(log)
        assert await desk.texts() == chosen


@pytest.mark.parametrize(("written", "count"), [(START, 0), (START + timedelta(days=9), 3)])
async def test_turns_without_times_go_with_the_time_of_their_file(
    tmp_path: Path, written: datetime, count: int
) -> None:
    """Nothing in a file is newer than the file."""
    log = chats(tmp_path / "log.jsonl", "Ana", times=False)
    put(log, log.read_bytes(), written)
    async with desk_in(tmp_path) as desk:
        (report,) = await read(desk, log, Choice(since=START + timedelta(days=3)))
        assert report.turns_new == count


async def test_a_turn_without_a_time_goes_with_the_one_before(tmp_path: Path) -> None:
    """Also when it is the first that does not."""
    says = [("2024-01-01T10:00:00Z", "a"), (None, "b"), ("2024-01-03T10:00:00Z", "c"), (None, "d")]
    messages = [
        {"role": "user", "content": text} | ({"timestamp": at} if at else {}) for at, text in says
    ]
    log = put(tmp_path / "log.json", json.dumps({"messages": messages}))
    async with desk_in(tmp_path) as desk:
        await read(desk, log, Choice(since=START + timedelta(days=1)))
        assert await desk.texts() == [["c", "d"]]


@pytest.mark.parametrize(
    "pattern", ["about bo", "id-bo", "*BO", "ABOUT B?", "[i]d-bo"], ids=lambda text: text
)
async def test_a_conversation_is_chosen_by_its_title_or_id(tmp_path: Path, pattern: str) -> None:
    """Case aside, with wildcards; other conversations of the file are left out."""
    log = chats(tmp_path / "log.jsonl", "Ana", "Bo", "Cyrus")
    async with desk_in(tmp_path) as desk:
        (report,) = await read(desk, log, Choice(only=(pattern,)))
        assert (report.conversations, report.turns_new) == (1, 3)
        assert [one.title for one in await desk.library.conversations()] == ["About Bo"]
        (rest,) = await read(desk, log, Choice())
        assert (rest.turns_new, rest.turns_known) == (6, 3)


async def test_files_are_chosen_by_name_or_path_and_others_are_not_told_of(tmp_path: Path) -> None:
    """What was not asked for is neither read in nor quarantined."""
    one = chats(tmp_path / "logs" / "one.jsonl", "Ana")
    chats(tmp_path / "logs" / "two.jsonl", "Bo")
    put(tmp_path / "logs" / "notes.txt", "no log at all")
    async with desk_in(tmp_path) as desk:
        for pattern in ("one.jsonl", "ONE", "*/logs/one*"):
            (report,) = await read(desk, tmp_path / "logs", Choice(only=(pattern, "nothing")))
            assert report.path == str(one)
        assert len(await desk.library.conversations()) == 1
        assert await desk.quarantined() == []


async def test_a_conversation_without_a_title_is_chosen_by_how_it_begins(tmp_path: Path) -> None:
    """It is listed so."""
    said = [{"messages": [{"role": "user", "content": f"Tell me of {x}"}]} for x in ("ice", "fog")]
    log = put(tmp_path / "log.jsonl", "".join(json.dumps(one) + "\n" for one in said))
    async with desk_in(tmp_path) as desk:
        await read(desk, log, Choice(only=("tell me of fog",)))
        assert await desk.texts() == [["Tell me of fog"]]
