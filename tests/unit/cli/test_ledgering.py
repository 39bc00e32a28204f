"""`ledger`, and what `status` and `config validate` say of costs."""

from __future__ import annotations

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from terminal import minutebook

from minutebook.cli.exits import Exit
from minutebook.domain.spending import Charge
from minutebook.ledger.ledger import Ledger
from minutebook.llm.pricing import PriceBook
from minutebook.store.database import Database

KEYS = {
    "at",
    "job",
    "model",
    "batch",
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "cache_write_tokens",
    "cost_usd",
}
SONNET, LOCAL = "anthropic:claude-sonnet-5-5", "local:llama \x1b[31m"
FIRST = datetime(2026, 11, 1, 22, 30, tzinfo=UTC)


async def _fill(home: Path) -> None:
    database = await Database.open(home / "minutebook.db")
    ledger = Ledger(database, PriceBook())
    for number in range(4):
        call = Charge(
            at=FIRST + timedelta(hours=number),
            task=("chat", "scribe")[number % 2],
            model=(SONNET, LOCAL)[number == 3],
            outcome="end",
            input_tokens=500_000,
            is_estimated=number == 1,
            conversation="cv_1",
            job=number,
        )
        await ledger.record(call)
    await database.close()


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a home whose ledger has three calls for a dollar each, and one without a price."""
    folder = tmp_path_factory.mktemp("ledger") / "home"
    folder.mkdir(mode=0o700)
    (folder / "config.toml").write_text('[sources]\nzone = "Europe/Berlin"\n')
    asyncio.run(_fill(folder))
    return folder


def test_every_call_is_a_row(home: Path) -> None:
    """The newest first, with the keys that were promised, in UTC; no price is null."""
    rows = minutebook(home, "ledger", "--json").json
    assert all(row.keys() >= KEYS for row in rows)
    assert [row["cost_usd"] for row in rows] == [None, 1.0, 1.0, 1.0]
    assert [row["job"] for row in rows] == ["scribe", "chat", "scribe", "chat"]
    assert rows[-1]["at"] == "2026-11-01T22:30:00Z"
    assert len(minutebook(home, "ledger", "--json", "--limit", "2").json) == 2


@pytest.mark.parametrize(
    ("by", "sums"),
    [
        ("day", {"2026-11-02": 2.0, "2026-11-01": 1.0}),
        ("model", {SONNET: 3.0, LOCAL: None}),
        ("job", {"chat": 2.0, "scribe": 1.0}),
        ("conversation", {"cv_1": 3.0}),
    ],
)
def test_sums_are_by_what_is_asked(home: Path, by: str, sums: dict[str, Any]) -> None:
    """Days are those of the zone in the settings."""
    rows = minutebook(home, "ledger", "--by", by, "--json").json
    assert {row[by]: row["cost_usd"] for row in rows} == sums
    assert sum(row["calls"] for row in rows) == 4
    assert sum(row["input_tokens"] for row in rows) == 2_000_000


@pytest.mark.parametrize(
    ("options", "calls"),
    [
        (["--since", "2026-11-02"], 3),
        (["--until", "2026-11-01"], 1),
        (["--since", "2026-11-02T01:00", "--until", "2026-11-02"], 2),
        (["--since", "2026-11-01T23:30:00Z", "--until", "2026-11-02T00:30:00Z"], 1),
        (["--until", "2020-01-01"], 0),
    ],
)
def test_a_time_can_be_chosen(home: Path, options: list[str], calls: int) -> None:
    """Days are whole, and in the zone of the settings; moments may name theirs."""
    assert len(minutebook(home, "ledger", "--json", *options).json) == calls


@pytest.mark.parametrize("text", ["yesterday", "2026-13-01", "9999-12-31"])
def test_what_is_no_time_is_refused(home: Path, text: str) -> None:
    """With an example of what is."""
    ran = minutebook(home, "ledger", "--until", text)
    assert ran.code == Exit.USAGE
    assert "2026-11-01T09:30" in ran.err


def test_people_get_a_table_with_a_total(home: Path) -> None:
    """What is unpriced or estimated is said to be, and names of models are harmless."""
    ran = minutebook(home, "ledger")
    *rows, total = [line.split("\t") for line in ran.out.splitlines()]
    assert len(rows) == 4
    assert rows[-1][:4] == ["2026-11-01 23:30", "chat", SONNET, "500,000"]
    assert rows[-2][3] == "~500,000"
    assert rows[0][-1] == "unpriced"
    assert total == ["total", "-", "4", "2,000,000", "0", "0", "0", "$3.00 + 1 unpriced"]
    assert "1 of 4 calls have no price" in ran.err
    assert "1 of 4 calls are estimated" in ran.err
    assert "\x1b" not in ran.out


def test_an_empty_ledger_says_so(tmp_path: Path) -> None:
    """To people on stderr; machines get an empty list."""
    ran = minutebook(tmp_path / "new", "ledger", "--by", "day")
    assert (ran.out, ran.code) == ("", Exit.DONE)
    assert "No model" in ran.err
    assert minutebook(tmp_path / "new", "ledger", "--json").json == []


def test_status_says_what_was_spent(home: Path) -> None:
    """All of it, and today's."""
    status = minutebook(home, "status", "--json").json
    assert (status["cost_usd"], status["unpriced_calls"]) == (3.0, 1)
    assert status["cost_today_usd"] <= 3.0


def test_wrong_prices_are_found(tmp_path: Path) -> None:
    """`config validate` names them; nothing else works until they are right."""
    home = tmp_path / "home"
    minutebook(home, "config", "init")
    assert minutebook(home, "config", "validate").code == Exit.DONE
    (home / "prices.toml").write_text('[[price]]\nmodel = "a:b"\nfrom = 2026-01-01\ninput = "1"\n')
    ran = minutebook(home, "config", "validate")
    assert ran.code == Exit.USAGE
    assert f"{home / 'prices.toml'}, line 4: input must be a number" in ran.err
    assert minutebook(home, "status").code == Exit.USAGE


def test_time_without_calls_is_not_a_record_without_calls(home: Path) -> None:
    """An empty range is told as that, and one that ends before it begins is refused."""
    ran = minutebook(home, "ledger", "--since", "2027-01-01")
    assert (ran.code, ran.out) == (0, "")
    assert "in that time" in ran.err
    ran = minutebook(home, "ledger", "--since", "2027-01-01", "--until", "2026-01-01")
    assert ran.code == 2
    assert "2026-01-01" in ran.err
