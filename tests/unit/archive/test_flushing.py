"""Pages leave for the archive, and can be read, searched, edited and brought back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from archiving import TORTURE, Rig, is_same, rig_of
from doubles import FakeClock
from minutebook.archive.settings import ArchiveSettings
from minutebook.domain.archive import FlushWatch
from minutebook.domain.pages import Lifecycle
from minutebook.recall.search import Recall
from minutebook.record.library import Library
from minutebook.store import archive
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

if TYPE_CHECKING:
    import pytest


def raw(rig: Rig) -> tuple[int, int]:
    """Return how many turns the store has, and how many of them have a text."""
    with sqlite3.connect(rig.database.path) as connection:
        row = connection.execute("SELECT count(*), sum(text <> '') FROM turns").fetchone()
    connection.close()
    return row[0], row[1]


async def test_texts_leave_and_are_read_as_before(rig: Rig) -> None:
    """What was said is read byte for byte as before, though the store has it no more."""
    conversation = await rig.torture()
    before = await rig.turns(conversation)
    pages = await rig.archive_all(conversation)
    assert pages
    after = await rig.turns(conversation)
    assert len(before) == len(after)
    assert all(map(is_same, before, after))
    assert raw(rig)[1] == len(before) - await rig.cold()
    texts = {turn.content.text for turn in after}
    assert set(TORTURE) <= texts


async def test_the_archive_is_what_was_written(rig: Rig) -> None:
    """After a flush every file is proven, and nothing stray is left."""
    conversation = await rig.converse("one")
    await rig.archive_all(conversation)
    report = await rig.archive.verify()
    assert report.problems == ()
    assert report.files == 2
    assert {page.lifecycle for page in await rig.pages(conversation)} == {Lifecycle.ARCHIVED}


async def test_restoring_brings_the_store_back(rig: Rig) -> None:
    """A page that comes back is in the store as it was, and the file goes when it is empty."""
    conversation = await rig.torture()
    before, had = await rig.turns(conversation), raw(rig)
    pages = await rig.archive_all(conversation)
    restored = await rig.archive.restore(pages)
    assert restored.pages == len(pages)
    assert raw(rig) == had
    assert all(map(is_same, before, await rig.turns(conversation)))
    assert (await rig.archive.stats()).files == 0
    assert (await rig.archive.verify()).problems == ()


async def test_search_finds_what_is_cold(rig: Rig) -> None:
    """One search covers what is in the store and what is in the archive, snippets and all."""
    conversation = await rig.torture()
    recall = Recall(rig.database)
    before = await recall.search("quoted")
    await rig.archive_all(conversation)
    after = await recall.search("quoted")
    assert [found.snippet for found in after] == [found.snippet for found in before] != []
    assert len(await recall.search("検索")) == 2


async def test_a_page_is_found_by_its_reference(rig: Rig) -> None:
    """A reference to an archived page resolves to the exact text."""
    conversation = await rig.converse("one")
    page = (await rig.pages(conversation))[0].id
    before = await Library(rig.database).page(page)
    await rig.archive_all(conversation)
    after = await Library(rig.database).page(page)
    assert after.turns == before.turns


async def test_partitions_are_the_page_s_own_months(rig: Rig, tmp_path: Path) -> None:
    """A file lies where its pages were spoken, not when it was written."""
    conversation = await rig.converse("one")
    rig.clock.forward(days=400)
    await rig.archive_all(conversation)
    assert all("/year=2026/month=03/" in file.path for file in await rig.archive.files())


async def test_a_page_that_is_kept_meanwhile_stays(rig: Rig) -> None:
    """What is taken out of the review does not leave."""
    conversation = await rig.converse("one")
    pages = [page.id for page in await rig.pages(conversation)]
    await rig.archive.review.let_go(pages)
    await rig.archive.review.keep(pages[:1])
    await rig.archive.review.pin(pages[1:2])
    assert (await rig.archive.flush()).pages == len(pages) - 2


async def test_grace_is_waited_for(rig: Rig) -> None:
    """A page that waits by rule leaves when the days of its review are over."""
    conversation = await rig.converse("one")
    rig.clock.forward(days=1_000)
    await rig.archive.maintenance.run()
    waiting = await rig.archive.review.pending(100)
    assert len(waiting) == len(await rig.pages(conversation))
    rig.clock.now += timedelta(days=13)
    assert (await rig.archive.flush()).pages == 0
    rig.clock.now += timedelta(days=2)
    assert (await rig.archive.flush()).pages == len(waiting)


async def test_small_files_become_one(rig: Rig) -> None:
    """Files of a month are put together, without what came back, and read as before."""
    one, two = await rig.converse("one"), await rig.converse("two")
    before = await rig.turns(one), await rig.turns(two)
    pages = await rig.archive_all(one)
    await rig.archive_all(two)
    await rig.archive.restore(pages[:1])
    assert await rig.archive.compact() == 4
    assert (await rig.archive.stats()).files == 2
    assert (await rig.turns(one), await rig.turns(two)) == before
    assert (await rig.archive.verify()).problems == ()
    assert await rig.archive.compact() == 0
    await rig.archive.restore([*await rig.archive.archived()])
    assert (await rig.turns(one), await rig.turns(two)) == before
    assert await rig.cold() == 0


async def test_whoever_watches_may_end_it(database: Database, tmp_path: Path) -> None:
    """It ends between two files: what is archived stays so, and the rest with the next flush."""
    settings = ArchiveSettings(chunk_tokens=1)
    rig = rig_of(database, FakeClock(), tmp_path / "archive", settings)
    ids = [page.id for page in await rig.pages(await rig.converse("a"))]
    await rig.archive.review.let_go(ids)
    watch = FlushWatch()
    watch.is_stopped = True
    done = await rig.archive.flush(watch)
    assert (done.pages, watch.report.pages) == (1, 1)
    assert (await rig.archive.flush()).pages == len(ids) - 1
    rig.archive.close()


async def test_what_stays_does_not_hold_up_what_is_behind_it(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Pages that may not leave after all are tried once, and more are looked at instead of them."""
    ids = [page.id for page in await rig.pages(await rig.converse("a", 12))]
    stuck, leaving = frozenset(sorted(ids)[:3]), archive.leaving

    def without_some(tx: Transaction, pages: Iterable[str]) -> dict[str, archive.Leaving]:
        return leaving(tx, [page for page in pages if page not in stuck])

    monkeypatch.setattr(archive, "leaving", without_some)
    monkeypatch.setattr("minutebook.archive.flushing._LOOKED_AT", 1)
    await rig.archive.review.let_go(ids)
    assert (await rig.archive.flush()).pages == len(ids) - len(stuck) > 0
    assert {*ids} - {*await rig.archive.archived()} == stuck


async def test_a_line_has_all_of_what_others_wrote(rig: Rig) -> None:
    """A NUL or a quote in any text of a turn ends neither the text nor the line."""
    conversation = await rig.converse("one")
    page = (await rig.pages(conversation))[0].id
    columns = ("key", "author", "text", "native_id", "parent", "at_raw", "margin")

    def work(tx: Transaction) -> bytes:
        return next(archive.turn_lines(tx, [page]))

    with closing(sqlite3.connect(rig.database.path, isolation_level=None)) as connection:
        for column in columns:
            said = f"UPDATE turns SET {column} = '{column}' || char(0) || '\"' || id"
            connection.execute(f"{said} WHERE conversation = ? AND seq = 1", [conversation])
    line = await rig.database.read(work)
    assert [column for column in columns if f'"{column}\0""1"'.encode() not in line] == []
