"""`kill -9` while summaries are sent, polled, fetched and applied, by a server that fails too."""

from __future__ import annotations

import os
import random
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path

import pytest

from batching import all_pages, say_pages
from minutebook.batches.asking import read_page, summary_request
from minutebook.config import resolve_zone
from minutebook.domain.batches import Part
from minutebook.domain.pages import SummaryState
from minutebook.store.database import Database
from servers.batch_answers import mark_of
from servers.batch_values import Doing, Ending, Endpoint, Fate, Fault, FaultKind
from servers.batches import Spawned, spawned_batch_server

_SCRIPT = Path(__file__).with_name("summarising.py")
_PAGES = 6
_WORKERS = 2
_DEADLINE = 60.0
_ZONE = resolve_zone("")
_KINDS = {
    Endpoint.UPLOAD: (FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER, FaultKind.REFUSE),
    Endpoint.CREATE: (
        FaultKind.CUT_BEFORE,
        FaultKind.CUT_AFTER,
        FaultKind.CUT_IN_BODY,
        FaultKind.REFUSE,
        FaultKind.REFUSE_AFTER,
        FaultKind.GARBAGE,
    ),
    Endpoint.RETRIEVE: (FaultKind.REFUSE, FaultKind.CUT_AFTER, FaultKind.GARBAGE),
    Endpoint.LIST: (FaultKind.REFUSE, FaultKind.CUT_AFTER),
    Endpoint.DELETE: (FaultKind.REFUSE, FaultKind.CUT_BEFORE, FaultKind.CUT_AFTER),
    Endpoint.RESULTS: (
        FaultKind.REFUSE,
        FaultKind.CUT_IN_BODY,
        FaultKind.CUT_QUIETLY,
        FaultKind.DUPLICATE,
        FaultKind.UNKNOWN,
        FaultKind.MISSING,
        FaultKind.MALFORMED,
        FaultKind.FOREIGN,
    ),
}


class Workers:
    """Processes that are killed and started anew."""

    def __init__(self, folder: Path, server: Spawned, model: str) -> None:
        self._folder = folder
        tests = Path(__file__).parent.parent
        self._environ = {
            **os.environ,
            "ANTHROPIC_BASE_URL": server.root,
            "ANTHROPIC_API_KEY": "sk-ant-test",
            "OPENAI_BASE_URL": f"{server.root}/v1",
            "OPENAI_API_KEY": "sk-test",
            "SUMMARY_MODEL": model,
            "PYTHONPATH": os.pathsep.join([str(tests), str(tests.parent / "src")]),
        }
        self._log = (folder / "workers.log").open("ab")
        self.running: list[subprocess.Popen[bytes]] = []

    def fill(self) -> None:
        """Start as many as there should be."""
        while len(self.running) < _WORKERS:
            command = [sys.executable, str(_SCRIPT), str(self._folder)]
            self.running.append(
                subprocess.Popen(
                    command, env=self._environ, stdout=subprocess.DEVNULL, stderr=self._log
                )
            )

    def kill(self, which: int) -> None:
        """Kill one."""
        process = self.running.pop(which)
        assert process.poll() is None, (self._folder / "workers.log").read_text()[-3000:]
        process.send_signal(signal.SIGKILL)
        process.wait()

    def end(self) -> None:
        """Kill all."""
        for process in self.running:
            process.kill()
            process.wait()
        self._log.close()


@contextmanager
def workers(folder: Path, server: Spawned, model: str) -> Iterator[Workers]:
    """Have workers until the block ends."""
    made = Workers(folder, server, model)
    try:
        made.fill()
        yield made
    finally:
        made.end()


def rows(folder: Path, sql: str) -> list[tuple[object, ...]]:
    """Ask the store."""
    with sqlite3.connect(f"file:{folder / 'minutebook.db'}?mode=ro", uri=True) as connection:
        return connection.execute(sql).fetchall()


def is_finished(folder: Path, pages: int) -> bool:
    """Say whether all is done."""
    ((done,),) = rows(folder, "SELECT count(*) FROM orders WHERE state = 'done'")
    ((open_,),) = rows(
        folder,
        "SELECT count(*) FROM batches WHERE state NOT IN ('applied', 'released', 'failed', 'lost')",
    )
    return done == pages and open_ == 0 and left_about(folder) == []


def left_about(folder: Path) -> list[Path]:
    """Return the results that nobody has put away yet; it comes behind their transaction."""
    return list((folder / "batches").glob("*.results"))


def misfortune(chance: random.Random) -> Fault:
    """Return something that goes wrong."""
    on = chance.choice(list(_KINDS))
    status = chance.choice([500, 503, 529])
    return Fault(on=on, kind=chance.choice(_KINDS[on]), status=status, skip=chance.randint(0, 2))


async def check(folder: Path, server: Spawned, pages: int) -> None:
    """Hold what is in the store against what the server has charged."""
    database = await Database.open(folder / "minutebook.db")
    found = await all_pages(database)
    assert len(found) == pages
    for page in found:
        assert page.summary_state is SummaryState.FINAL
        reading = await database.read(partial(read_page, page=page.id))
        asked = summary_request(reading, Part(), _ZONE).messages[0].text
        assert mark_of(asked) in page.summary
    await database.close()
    charged = server.desk.ledger()
    assert not charged.twice
    assert not charged.ids_twice
    paid = {charge.custom_id for charge in charged.charges}
    applied = {row[0] for row in rows(folder, "SELECT custom_id FROM batch_items"
                                              " WHERE outcome = 'succeeded'")}  # fmt: skip
    booked = {row[0] for row in rows(folder, "SELECT key FROM usage")}
    assert paid == applied == booked
    spent = charged.usage()
    sums = rows(
        folder,
        "SELECT sum(input_tokens), sum(output_tokens), sum(cache_read_tokens),"
        " sum(cache_write_tokens), min(batch), count(cost_pico) FROM usage",
    )[0]
    assert sums == (
        spent.input_tokens,
        spent.output_tokens,
        spent.cache_read_tokens,
        spent.cache_write_tokens,
        1,
        len(charged.charges),
    )
    assert left_about(folder) == []


async def ordeal(folder: Path, model: str, kills: int, seed: int) -> None:
    """Kill workers at random points while pages come in and the server fails."""
    chance = random.Random(seed)
    pages = 0
    with spawned_batch_server() as server:
        server.desk.ending(Ending(seconds=0.3))
        server.desk.fate(
            Fate(outcome=Doing.ERRORED, every=11, times=kills),
            Fate(outcome=Doing.EMPTY, every=13, times=kills),
            Fate(outcome=Doing.EXPIRED, every=17, times=kills),
            Fate(every=5, times=kills, cache_read_tokens=70, cache_write_tokens=30),
        )
        database = await Database.open(folder / "minutebook.db")
        with workers(folder, server, model) as running:
            for _ in range(kills):
                await say_pages(database, _PAGES, pages)
                pages += _PAGES
                server.desk.fault(misfortune(chance), misfortune(chance))
                time.sleep(chance.uniform(0.6, 2.2))
                running.kill(chance.randrange(_WORKERS))
                running.fill()
            deadline = time.monotonic() + _DEADLINE + 2 * kills
            while not is_finished(folder, pages):
                assert time.monotonic() < deadline, rows(
                    folder, "SELECT state, error, count(*) FROM orders GROUP BY 1, 2"
                ) + rows(folder, "SELECT id, state, error FROM batches WHERE state <> 'applied'")
                time.sleep(0.1)
        await database.close()
        await check(folder, server, pages)


@pytest.mark.parametrize("model", ["anthropic:claude-haiku-5-5", "openai:gpt-5-mini"])
async def test_every_page_is_summarised_and_paid_once(tmp_path: Path, model: str) -> None:
    """Whoever dies when: each page has its summary, and nothing was paid twice or unaccounted."""
    await ordeal(tmp_path, model, kills=5, seed=len(model))


@pytest.mark.long
@pytest.mark.timeout(7200)
@pytest.mark.parametrize("model", ["anthropic:claude-haiku-5-5", "openai:gpt-5-mini"])
async def test_five_hundred_kills(tmp_path: Path, model: str) -> None:
    """As above, for as long as it takes to hit everything."""
    await ordeal(tmp_path, model, kills=250, seed=7)
