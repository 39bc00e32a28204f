"""Queries come back as rows, in pages, typed; what is wrong says where and what to do."""

from __future__ import annotations

import asyncio
import os
from dataclasses import replace
from pathlib import Path

import pytest

from asking_sql import LIMITS, Desk
from minutebook.archive.console import Console, offered, shipped
from minutebook.archive.console.messages import LONGEST, ProtocolError, length, packed, unpacked
from minutebook.archive.schemas import ROW_HASH, schema
from minutebook.domain.archive import FileKind
from minutebook.errors import (
    QueryError,
    QueryLimitError,
    QueryRefusedError,
    QueryStoppedError,
    UsageError,
)

FOREVER = (
    "SELECT count(*) FROM range(100000000) a, range(100000000) b WHERE a.range % 7 = b.range % 3"
)


async def test_an_empty_archive_has_its_columns(desk: Desk) -> None:
    """Nothing is archived: no rows, and the columns that there will be."""
    wanted = [column.name for column in schema(FileKind.PAGES).columns if column.name != ROW_HASH]
    assert await desk.names("FROM history") == [*wanted, "year", "month"]
    assert await desk.rows("FROM history") == []
    assert await desk.rows("SELECT count(*) FROM turns") == [[0]]
    assert await desk.rows("FROM pages") == []


async def test_there_need_be_no_home(tmp_path: Path) -> None:
    """Without a store and without an archive, the tables are there and empty."""
    console = Console(tmp_path / "no.db", tmp_path / "archive", LIMITS)
    for table in ("history", "turns", "pages"):
        assert await (await console.run(f"SELECT count(*) FROM {table}")).all() == [[0]]
    await console.close()


async def test_hot_and_cold_are_one(desk: Desk) -> None:
    """Turns and pages are the same, and each is there once, wherever it lies."""
    one, two = await desk.rig.converse("one"), await desk.rig.torture()
    turns = "SELECT key, conversation, page, seq, role, text, parts, said_at, tokens FROM turns"
    turns += " ORDER BY conversation, seq"
    pages = "SELECT id, label, turns, tokens, first_at, closed_at FROM pages ORDER BY id"
    before = await desk.rows(turns), await desk.rows(pages)
    assert len(before[0]) == sum([await desk.rig.count(each) for each in (one, two)])
    await desk.rig.archive_all(two)
    assert (await desk.rows(turns), await desk.rows(pages)) == before
    assert await desk.rows("SELECT count(*) FROM pages WHERE is_archived") == [
        [len(await desk.rig.pages(two))]
    ]


async def test_history_is_what_is_archived_now(desk: Desk) -> None:
    """A page that came back is no history, though the file still has a row of it."""
    conversation = await desk.rig.converse("one")
    ids = await desk.rig.archive_all(conversation)
    assert await desk.rows("SELECT id FROM history ORDER BY id") == [[id_] for id_ in sorted(ids)]
    await desk.rig.archive.restore(ids[:1])
    assert await desk.rows("SELECT id FROM history ORDER BY id") == [
        [id_] for id_ in sorted(ids[1:])
    ]
    total = await desk.rig.count(conversation)
    assert await desk.rows("SELECT count(*), count(DISTINCT key) FROM turns") == [[total, total]]


async def test_files_that_were_put_together_are_found(desk: Desk) -> None:
    """A console that is open sees what becomes of the files."""
    one, two = await desk.rig.converse("one"), await desk.rig.converse("two")
    await desk.rig.archive_all(one)
    before = await desk.rows("SELECT count(*) FROM history")
    more = len(await desk.rig.archive_all(two))
    await desk.rig.archive.compact()
    await desk.rig.archive.compact()
    assert await desk.rows("SELECT count(*) FROM history") == [[before[0][0] + more]]


async def test_months_leave_files_out(desk: Desk) -> None:
    """A condition on year and month is one on files."""
    await desk.rig.archive_all(await desk.rig.converse("one"))
    plans = [
        await desk.console.explain(f"SELECT sum(tokens) FROM history WHERE year = {year}")
        for year in (1999, 2026)
    ]
    assert ["Scanning Files: 0/1" in plan for plan in plans] == [True, False]


async def test_values_keep_their_types(desk: Desk) -> None:
    """Moments are ISO 8601 in UTC, nested values are JSON, and what JSON lacks is text."""
    query = """SELECT TIMESTAMP '2024-02-03 04:05:06.5' AS a, TIMESTAMPTZ '2024-02-03 04:00:00+02'
        AS b, DATE '2024-02-03' AS c, 1.25 AS d, 1::HUGEINT << 70 AS e, [1, NULL] AS f,
        {'x': {'y': [true]}} AS g, MAP {'k': 1} AS h, '\\x00\\xFF'::BLOB AS i,
        INTERVAL '1 year 2 days' AS j, NULL AS k, 'infinity'::TIMESTAMP AS l, true AS m,
        123456789012345678.25::DECIMAL(30, 2) AS n, 'é\N{PILE OF POO}' AS o"""
    (row,) = await desk.rows(query)
    assert row == [
        "2024-02-03T04:05:06.500000Z", "2024-02-03T02:00:00Z", "2024-02-03", 1.25, 1 << 70,
        [1, None], {"x": {"y": [True]}}, {"k": 1}, "AP8=", "1 year 2 days", None, "infinity", True,
        "123456789012345678.25", "é\N{PILE OF POO}",
    ]  # fmt: skip


async def test_rows_come_in_pages_up_to_a_cap(desk: Desk) -> None:
    """Pages follow each other, and the last one says whether there was more."""
    cursor = await desk.console.run("FROM range(5000)", rows=1_200)
    pages = [page async for page in cursor.pages()]
    assert len(pages) > 1
    assert [row[0] for page in pages for row in page] == list(range(1_200))
    assert cursor.is_capped
    cursor = await desk.console.run("FROM range(1200)", rows=1_200)
    assert len(await cursor.all()) == 1_200
    assert not cursor.is_capped


async def test_words_may_be_asked_for_between_pages(desk: Desk) -> None:
    """A result that is being read is not disturbed by the completion."""
    cursor = await desk.console.run("FROM range(1500)")
    first = await cursor.page()
    assert (await desk.console.vocabulary()).tables
    rest = await cursor.all()
    assert [row[0] for row in (*first, *rest)] == list(range(1_000))
    assert cursor.is_capped


async def test_a_new_query_ends_the_one_before(desk: Desk) -> None:
    """Whoever reads on after that is told."""
    first = await desk.console.run("FROM range(100000)", rows=100_000)
    await first.page()
    assert await desk.rows("SELECT 1") == [[1]]
    with pytest.raises(QueryStoppedError):
        await first.page()


@pytest.mark.parametrize(
    ("sql", "line", "column"),
    [
        ("SELECT 1,\n  nope FROM history", 2, 3),
        ("SELECT 'é', nope FROM history", 1, 13),
        ("SELEC 1", 1, 1),
        ("FROM '/etc/passwd'", 1, 6),
    ],
)
async def test_errors_say_where(desk: Desk, sql: str, line: int, column: int) -> None:
    """The place is told in lines and characters, and what to do next."""
    with pytest.raises(QueryError) as caught:
        await desk.console.run(sql)
    assert (caught.value.line, caught.value.column) == (line, column)
    assert caught.value.hint


async def test_a_query_can_be_stopped(desk: Desk) -> None:
    """It ends at once, and the next one runs."""
    running = asyncio.create_task(desk.console.run(FOREVER, seconds=60))
    while not running.done():
        await desk.console.stop()
        await asyncio.wait([running], timeout=0.05)
    assert isinstance(running.exception(), QueryStoppedError)
    assert await desk.rows("SELECT 1") == [[1]]


async def test_a_cancelled_caller_stops_the_query(desk: Desk) -> None:
    """Nothing goes on for somebody who has left."""
    running = asyncio.create_task(desk.console.run(FOREVER, seconds=60))
    await asyncio.wait([running], timeout=0.3)
    running.cancel()
    await asyncio.wait([running])
    assert running.cancelled()
    assert await desk.rows("SELECT 1") == [[1]]


async def test_time_is_limited(desk: Desk) -> None:
    """A query that takes too long is stopped and says so."""
    with pytest.raises(QueryLimitError, match=r"0\.2 seconds"):
        await desk.console.run(FOREVER, seconds=0.2)
    assert await desk.rows("SELECT 1") == [[1]]


async def test_a_process_that_was_killed_is_replaced(desk: Desk) -> None:
    """The next query gets a new one."""
    await desk.rows("SELECT 1")
    process = desk.console._process
    assert process is not None
    process._process.kill()
    await process._process.wait()
    assert await desk.rows("SELECT 2") == [[2]]
    assert not process.temp.exists() or process is not desk.console._process


async def test_a_result_becomes_a_file(desk: Desk, tmp_path: Path) -> None:
    """Parquet is written whole, and never over something else."""
    target = tmp_path / "result.parquet"
    assert await desk.console.save("FROM range(3000)", target, rows=2_000) == 2_000
    whole = target.read_bytes()
    assert whole[:4] == whole[-4:] == b"PAR1"
    with pytest.raises(QueryError, match="exists"):
        await desk.console.save("SELECT 1", target)
    assert target.read_bytes() == whole


async def test_words_to_complete(desk: Desk) -> None:
    """Tables, their columns, and the functions that may be used."""
    words = await desk.console.vocabulary()
    assert words.tables == ("history", "pages", "turns")
    assert ("turns", "said_at") in {(column.table, column.name) for column in words.columns}
    assert {"date_trunc", "regexp_matches", "count"} <= set(words.functions)
    assert not {"getvariable", "current_setting", "read_text"} & set(words.functions)
    assert "SELECT" in words.keywords


async def test_saved_queries_run(desk: Desk) -> None:
    """Each query that ships fits the tables, with something in them and without."""
    for query in shipped():
        await desk.rows(query.sql)
    await desk.rig.archive_all(await desk.rig.torture())
    answers = {query.name: await desk.rows(query.sql) for query in shipped()}
    assert answers["totals"][0][0] == len(await desk.rows("FROM history"))
    assert answers["speakers"]


async def test_the_process_is_held(desk: Desk) -> None:
    """It has whatever this system offers."""
    assert await desk.console.confinement() == offered()


async def test_a_text_that_is_too_long_is_not_sent(desk: Desk) -> None:
    """The length of a query is bounded."""
    with pytest.raises(UsageError):
        await desk.console.run("SELECT " + "1," * 60_000 + "1")


async def test_a_big_value_is_refused_with_a_way_out(desk: Desk) -> None:
    """What no screen could show is not sent, and the hint says how to see a part."""
    with pytest.raises(QueryLimitError) as caught:
        await desk.console.run("SELECT repeat('x', 17000000 + range::INT) FROM range(1)")
    assert "substr" in caught.value.hint


async def test_other_statements_are_refused(desk: Desk) -> None:
    """DESCRIBE and the like read; everything else is told what the console is for."""
    assert await desk.rows("DESCRIBE turns")
    assert await desk.rows("SHOW TABLES") == [["history"], ["pages"], ["turns"]]
    with pytest.raises(QueryRefusedError, match="only reads|not allowed"):
        await desk.console.run("DELETE FROM turns")


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"is": "Ask"}', b'{"is": "Nothing"}', b"\xff", b'{"is": 1}']
)
def test_what_is_no_message_is_refused(body: bytes) -> None:
    """Nothing but a known message with its own members is taken."""
    with pytest.raises(ProtocolError):
        unpacked(body)


def test_the_length_of_a_message_is_bounded() -> None:
    """Whoever announces more than that is not listened to."""
    with pytest.raises(ProtocolError):
        length((LONGEST + 1).to_bytes(4, "big"))


def test_limits_travel_whole() -> None:
    """A message is the same on the other side."""
    from minutebook.archive.console.messages import Begin

    begin = Begin(database="d", archive="a\ud800", temp="t", limits=replace(LIMITS, rows=7))
    assert unpacked(packed(begin)[4:]) == begin


@pytest.mark.parametrize("damage", ["missing", "cut", "overwritten", "footer"])
async def test_a_file_that_cannot_be_read_is_left_out(desk: Desk, damage: str) -> None:
    """The rest answers and says how much is missing; what is brought back is there again."""
    one, two = await desk.rig.converse("one"), await desk.rig.converse("two")
    first = await desk.rig.archive_all(one)
    (gone,) = (desk.home / "archive" / "pages").rglob("*.parquet")
    second = await desk.rig.archive_all(two)
    count = "SELECT count(*) FROM history"
    if damage != "footer":  # one that was read is remembered
        assert await desk.rows(count) == [[len(first) + len(second)]]
    whole = gone.read_bytes()
    gone.unlink()
    if damage != "missing":
        gone.write_bytes(_damaged(whole, damage))
    for sql in (count, "SELECT count(*) FROM (SELECT sum(tokens) FROM history GROUP BY id)"):
        cursor = await desk.console.run(sql)
        assert await cursor.all() == [[len(second)]]
        assert cursor.warning.startswith("1 file of the archive")
        assert str(desk.home) not in cursor.warning
    total = await desk.rig.count(one) + await desk.rig.count(two)
    cursor = await desk.console.run("SELECT count(*) FROM turns")
    assert (await cursor.all(), cursor.warning) == ([[total]], "")
    gone.write_bytes(whole)
    os.utime(gone, (0, 0))
    cursor = await desk.console.run(count)
    assert (await cursor.all(), cursor.warning) == ([[len(first) + len(second)]], "")


def _damaged(whole: bytes, damage: str) -> bytes:
    footer = 8 + int.from_bytes(whole[-8:-4], "little")
    return {
        "cut": whole[:-20],
        "overwritten": b"PAR1 no more PAR1",
        "footer": whole[:-footer] + b"\xff" * (footer - 8) + whole[-8:],
    }[damage]


@pytest.mark.parametrize(
    ("sql", "words"),
    [
        ("PIVOT turns ON role USING count(*)", "PIVOT … ON column IN (a, b)"),
        ("SELECT 1; SELECT 2", "There are 2 statements here."),
        ("PRAGMA database_list", "PRAGMA is not allowed here. The console only reads"),
        ("PRAGMA show_tables", "PRAGMA is not allowed here."),
    ],
)
async def test_refusals_say_what_to_do(desk: Desk, sql: str, words: str) -> None:
    """What DuckDB turns into something else is named as it was written."""
    with pytest.raises(QueryRefusedError) as refused:
        await desk.rows(sql)
    assert words in str(refused.value)
