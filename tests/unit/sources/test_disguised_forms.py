"""Every form of log, into a record with pseudonyms: as with names, and without them."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from desk import put as put_at
from masked import bytes_of, hiding, home_in

from generating import FORMS, form_named, put
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.reports import SourceReport

NAMES = [form.name for form in FORMS]
_SEED, _MESSAGES = 11, 8


def counted(report: SourceReport) -> tuple[object, ...]:
    """Return what came of a source."""
    return (
        *(report.path, report.format, report.conversations, len(report.quarantined)),
        *(report.turns_new, report.turns_known, report.turns_revised),
    )


async def read(name: str, home: Path, logs: Path, disguise: Disguise) -> list[object]:
    """Import an early export, one that overlaps, the whole, and the early one grown."""
    form = form_named(name)
    talks = form.invented(_SEED, talks=2, messages=max(_MESSAGES, form.least))
    begins = talks if not form.begins_anywhere else [talk.cut(2, 10**6) for talk in talks]
    told: list[object] = []
    async with home_in(home, disguise) as desk:
        for number, part in enumerate(([talks[0].cut(0, 4)], begins, talks)):
            place = put(form.write(part), logs / f"{number}")
            told += [counted(report) for report in await desk.read(place)]
            if number == 0:
                shutil.copytree(place, logs / "grown")
        for file in form.write(talks):
            grown = put_at(logs / "grown" / file.path, b"".join(file.data()))
            live = [report async for report in desk.importer.import_file(grown, live=True)]
            told += map(counted, live)
        told.append(sorted(len(turns) for turns in (await desk.turns()).values()))
    return told


@pytest.mark.parametrize("name", NAMES)
async def test_it_is_the_same_record_without_names(name: str, tmp_path: Path) -> None:
    """Just as many turns are new, known and revised, whatever overlaps, and whatever grows."""
    logs = tmp_path / "logs"
    open_ = await read(name, tmp_path / "open", logs, PLAIN)
    shutil.rmtree(logs)
    hidden = await read(name, tmp_path / "hidden", logs, hiding(tmp_path / "hidden"))
    assert hidden == open_


@pytest.mark.parametrize("name", NAMES)
async def test_nobody_is_named_in_it(name: str, tmp_path: Path) -> None:
    """Whoever speaks in a log is in no byte of a home, neither as author nor where others speak of
    them. Names of two letters stand in any random bytes."""
    form, home = form_named(name), tmp_path / "home"
    talks = form.invented(_SEED, talks=2, messages=_MESSAGES)
    async with home_in(home, hiding(home)) as desk:
        await desk.read(put(form.write(talks), tmp_path / "logs"))
    data = bytes_of(home).decode("utf-8", "replace")
    people = {who for talk in talks for who in talk.people if len(who.encode()) > 3}
    assert people
    assert [who for who in people if who in data] == []
