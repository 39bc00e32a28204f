"""However a log comes in, the record is the same: grown, in parts that overlap, in any order."""

from __future__ import annotations

import random
import shutil
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import timedelta
from functools import cache
from pathlib import Path

import pytest
from desk import Desk, desk_in
from desk import put as put_at

from doubles import FakeClock
from generating import FORMS, File, Form, Growth, Talk, form_named, put
from generating.tellings import Telling, telling
from minutebook.sources.containers import Filter, files_of

GROWING = [form.name for form in FORMS if form.growth is Growth.APPENDED]
OVERLAPPING = [form.name for form in FORMS if form.begins_anywhere]
NAMES = [form.name for form in FORMS]
_MESSAGES = 24


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder for a store that has its tables and nothing else: to make these takes long."""
    return tmp_path_factory.mktemp("empty")


@cache
def talks_of(form: Form) -> tuple[Talk, ...]:
    return tuple(form.invented(7, talks=2, messages=max(_MESSAGES, form.least)))


@asynccontextmanager
async def fresh(empty: Path, folder: Path) -> AsyncIterator[Desk]:
    """Open a desk with an empty store."""
    if not (empty / "store.db").exists():
        async with desk_in(empty):
            pass
    folder.mkdir(parents=True)
    shutil.copy(empty / "store.db", folder)
    async with desk_in(folder) as desk:
        yield desk


async def recorded(desk: Desk, form: Form) -> list[Telling]:
    """Say what is in the record."""
    turns = await desk.turns()
    return sorted(telling(form, "", said) for said in turns.values() if said)


_WHOLE: dict[str, list[Telling]] = {}


async def at_once(empty: Path, folder: Path, form: Form, log: Iterable[File]) -> list[Telling]:
    """Read a log into a record of its own; of each form once."""
    place = put(log, folder / "log")
    if form.name not in _WHOLE:
        _WHOLE[form.name] = await _read_whole(empty, folder, form, place)
    return _WHOLE[form.name]


async def _read_whole(empty: Path, folder: Path, form: Form, place: Path) -> list[Telling]:
    async with fresh(empty, folder / "whole") as desk:
        reports = await desk.read(place)
        assert [report.quarantined for report in reports if report.quarantined] == []
        return await recorded(desk, form)


@pytest.mark.parametrize("name", GROWING)
async def test_a_file_that_grows(name: str, empty: Path, tmp_path: Path) -> None:
    """Any beginning of it, and then the rest, are the whole."""
    form = form_named(name)
    log = {file.path: b"".join(file.data()) for file in form.write(talks_of(form))}
    files = [File(path, [data]) for path, data in log.items()]
    whole = await at_once(empty, tmp_path, form, files)
    chance, now = random.Random(name), FakeClock().now
    async with fresh(empty, tmp_path / "grown") as desk:
        for share in (chance.random() / 2, 0.5 + chance.random() / 2, 1.0):
            at = now if share < 1 else now - timedelta(hours=1)
            for path, data in log.items():
                file = put_at(tmp_path / "log" / path, data[: int(len(data) * share)], at)
                _ = [report async for report in desk.importer.import_file(file, live=True)]
        assert await recorded(desk, form) == whole


@pytest.mark.parametrize("name", NAMES)
async def test_a_later_export(name: str, empty: Path, tmp_path: Path) -> None:
    """In the place of an earlier one; nothing comes in twice."""
    form = form_named(name)
    talks = talks_of(form)
    whole = await at_once(empty, tmp_path, form, form.write(talks))
    async with fresh(empty, tmp_path / "later") as desk:
        for log in ([talks[0].cut(0, 10)], talks):
            shutil.rmtree(tmp_path / "log")
            await desk.read(put(form.write(log), tmp_path / "log"))
        assert await recorded(desk, form) == whole


@pytest.mark.parametrize("name", OVERLAPPING)
@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
async def test_exports_that_overlap(
    name: str, order: Sequence[int], empty: Path, tmp_path: Path
) -> None:
    """Each of a part of the talks; in either order they are the whole."""
    form = form_named(name)
    talks = talks_of(form)
    parts = [[talk.cut(0, 16) for talk in talks], [talk.cut(8, 10**6) for talk in talks]]
    whole = await at_once(empty, tmp_path, form, form.write(talks))
    async with fresh(empty, tmp_path / "both") as desk:
        for number in order:
            await desk.read(put(form.write(parts[number]), tmp_path / f"part{number}"))
        assert await recorded(desk, form) == whole


@pytest.mark.parametrize("name", NAMES)
async def test_files_in_any_order(name: str, empty: Path, tmp_path: Path) -> None:
    """Where a log is several files, the order in which they come does not matter."""
    form = form_named(name)
    log = form.write(talks_of(form))
    whole = await at_once(empty, tmp_path, form, log)
    files = list(files_of(tmp_path / "log", Filter().admits))
    random.Random(name).shuffle(files)
    async with fresh(empty, tmp_path / "shuffled") as desk:
        await desk.read(*files)
        assert await recorded(desk, form) == whole
