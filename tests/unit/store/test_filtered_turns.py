"""Filters that no index knows of are looked at in bounded work, by what is known beside them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from conversing import converse, said, say
from minutebook.domain.turns import Role
from minutebook.store import search
from minutebook.store.search import Reach

if TYPE_CHECKING:
    from collections.abc import Callable

    import pytest

    from minutebook.store.database import Database
    from minutebook.store.transaction import Row, Transaction, Value

BEGIN = datetime(2024, 1, 1, tzinfo=UTC)
TALKS, EACH = 6, 50


async def fill(database: Database) -> None:
    """Record conversations, a month each, in which only the very first turn is the system's."""

    def work(tx: Transaction) -> None:
        for number in range(TALKS):
            now = BEGIN + timedelta(days=31 * number)
            first = Role.USER if number else Role.SYSTEM
            roles = [first, *[Role.USER] * (EACH - 1)]
            say(tx, converse(tx, f"talk {number}", now), [said(r, "the ferry") for r in roles], now)

    await database.write(work)


def counting(monkeypatch: pytest.MonkeyPatch, tx: Transaction) -> Callable[[], int]:
    """Count the rows that statements return."""
    seen, all_of = 0, type(tx).all

    def counted(self: Transaction, name: str, **values: Value) -> list[Row]:
        nonlocal seen
        rows = all_of(self, name, **values)
        seen += len(rows)
        return rows

    monkeypatch.setattr(type(tx), "all", counted)
    return lambda: seen


async def test_a_time_is_looked_for_where_it_can_be(database: Database) -> None:
    """Of a common word in a month long ago, only that month's conversation is looked through."""
    await fill(database)
    since, until = BEGIN + timedelta(days=31), BEGIN + timedelta(days=40)

    def work(tx: Transaction) -> tuple[Reach, list[int]]:
        reach = search.narrowed(tx, Reach(since=since, until=until))
        return reach, search.newest(tx, "ferry", reach, 1_000)

    reach, found = await database.read(work)
    month = range(EACH + 1, 2 * EACH + 1)
    assert reach.ids == frozenset(month)
    assert found == sorted(month, reverse=True)


async def test_no_turn_is_of_a_time_without_conversations(database: Database) -> None:
    """A time before everything names no turn, rather than leaving all of them open."""
    await fill(database)
    reach = await database.read(lambda tx: search.narrowed(tx, Reach(until=BEGIN)))
    assert reach.ids == frozenset()


async def test_a_rare_role_is_looked_for_among_so_many_and_no_more(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """However many turns match, what is read of them for a role has a bound."""
    await fill(database)
    system, user = Reach(roles=("system",)), Reach(roles=("user",))

    def work(tx: Transaction) -> tuple[list[int], list[int], int]:
        whole = search.newest(tx, "ferry", system, 2)
        monkeypatch.setattr(search, "_WALKED", 40)
        count = counting(monkeypatch, tx)
        return whole, search.newest(tx, "ferry", system, 2), count()

    assert await database.read(work) == ([1], [], 40)
    newest = await database.read(lambda tx: search.newest(tx, "ferry", user, 3))
    assert newest == [TALKS * EACH - n for n in range(3)]
    assert await database.read(lambda tx: search.every(tx, system, 5)) == []


async def test_turns_that_are_named_are_looked_up(database: Database) -> None:
    """The filters are asked of the turns that matched, and of no others: each by its id."""
    plan = "EXPLAIN QUERY PLAN "

    def work(tx: Transaction) -> list[str]:
        statements = {"kept": plan + tx._statements["search.kept"]}
        monkeyed = type(tx)(tx._connection, statements)
        return [row["detail"] for row in monkeyed.all("kept", limit=9, **Reach().values())]

    steps = await database.read(work)
    assert [step for step in steps if " t " in f"{step} "] == [
        "SEARCH t USING INTEGER PRIMARY KEY (rowid=?)"
    ]
