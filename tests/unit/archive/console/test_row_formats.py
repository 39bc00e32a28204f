"""Rows as CSV, JSON and Markdown."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from minutebook.archive.console import ResultColumn, RowFormat, write_rows

COLUMNS = (ResultColumn(name="n", type="BIGINT"), ResultColumn(name="t|x", type="VARCHAR"))
HOSTILE = "a|b <b>**x**</b>\n\x1b[31mred\u202e `c`"


@dataclass(frozen=True, slots=True, kw_only=True)
class Pages:
    """A result in two pages."""

    columns: Sequence[ResultColumn] = COLUMNS

    async def pages(self) -> AsyncIterator[list[list[Any]]]:
        """Yield them."""
        yield [[1, HOSTILE], [2, None]]
        yield [[3, [1.5, float("nan")]]]


async def written(form: RowFormat) -> str:
    """Return the two pages in some form."""
    stream = io.StringIO(newline="")
    heard: list[int] = []
    await write_rows(Pages(), form, stream, heard.append)
    assert heard == [2, 3]
    return stream.getvalue()


async def test_csv_keeps_texts_as_they_are() -> None:
    """Every field comes back; NULL is empty."""
    rows = list(csv.reader(io.StringIO(await written(RowFormat.CSV), newline="")))
    assert rows[:3] == [["n", "t|x"], ["1", HOSTILE], ["2", ""]]


@pytest.mark.parametrize("form", [RowFormat.JSON, RowFormat.NDJSON])
async def test_json_is_whole_and_harmless(form: RowFormat) -> None:
    """What JSON has no word for is null; no byte of it steers a terminal."""
    text = await written(form)
    is_lines = form is RowFormat.NDJSON
    rows: list[Any] = list(map(json.loads, text.splitlines())) if is_lines else json.loads(text)
    assert rows[0] == {"n": 1, "t|x": HOSTILE}
    assert rows[2]["t|x"] == [1.5, None]
    assert "\x1b" not in text
    assert "\u202e" not in text


async def test_nothing_in_a_markdown_table_is_markup() -> None:
    """Bars, tags and emphasis are escaped, and a row stays one line."""
    lines = (await written(RowFormat.MARKDOWN)).splitlines()
    assert lines[:2] == ["| n | t\\|x |", "| --: | --- |"]
    assert lines[2] == "| 1 | a\\|b \\<b\\>\\*\\*x\\*\\*\\</b\\><br>red \\`c\\` |"
    assert len(lines) == 5


def test_numbers_are_known_by_their_type() -> None:
    """Lists and structs of numbers are none."""
    numbers = ("BIGINT", "INTEGER", "HUGEINT", "UTINYINT", "DOUBLE", "DECIMAL(18,3)", "FLOAT")
    others = ("INTEGER[]", "VARCHAR", "INTERVAL", "STRUCT(a INTEGER)", "POINT", "TIMESTAMP")
    assert all(ResultColumn(name="c", type=kind).is_number for kind in numbers)
    assert not any(ResultColumn(name="c", type=kind).is_number for kind in others)
