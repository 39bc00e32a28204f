"""A hundred thousand pages through one home: memory, the queue's latency, and its rate.

    PYTHONPATH=tests python tests/benchmarks/batch_queue.py [--pages 100000] [--requests 2000]

Pages are written straight into the store, with their stand-ins, as a backlog that a person has said
yes to; the provider is one in memory that answers at once. Measured are: the resident memory while
it goes on, how long a small write of the queue waits beside it (what everybody else feels), and how
many orders are claimed and completed in a second. Prints one JSON object; milliseconds, MiB.

The rate stands beside two loops of bare SQL that claim and complete as many orders in as many
transactions. The floor runs the very statements of an order on the tables of the store, with all
their indices: it takes the order and its item, closes the item, counts it, charges it, keeps the
summary, notes the change, settles the order. It reads no page and no turn, writes no request and
reads no answer, resolves no reference, and nobody else uses its store. The bare loop changes one
short row of one table twice for each order: that is what a queue costs that keeps nothing but who
has what.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import resource
import sqlite3
import tempfile
import time
from dataclasses import replace
from functools import partial
from pathlib import Path
from statistics import median, quantiles

from batch_room import Desk, Made, Provider, good
from doubles import FakeClock
from minutebook.domain.batches import OrderDraft, OrderState, Route
from minutebook.domain.jobs import JobKind, JobRequest
from minutebook.domain.pages import Page, SummaryState
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.heap import set_start_apart
from minutebook.llm.batching import (
    BatchLimits,
    ItemResult,
    Parcel,
    RemoteBatch,
    RemoteCounts,
    RemoteState,
)
from minutebook.store import arriving, conversations, jobs, orders, pages
from minutebook.store.arriving import NewTurn
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_AT_ONCE = 1_000
_PAGES_OF_ONE = 1_000
_SENTENCE = "The ferry to Winterbottom leaves on the 4th of March at half past seven. "
_TEXT = f"Page {{}}. {_SENTENCE * 3}"


class Instant(Provider):
    """A provider whose batches end as soon as they are made, and who forgets what was fetched."""

    async def create(self, parcel: Parcel) -> RemoteBatch:
        """Make a batch that has ended."""
        ids = [str(json.loads(line)["id"]) for line in parcel.lines]
        now = self._clock()
        remote = RemoteBatch(
            id=f"remote_{self.sent}",
            state=RemoteState.ENDED,
            counts=RemoteCounts(succeeded=len(ids)),
            created_at=now,
            ended_at=now,
        )
        self.sent += 1
        self.made.append(Made(remote=remote, requests=[(custom_id, "") for custom_id in ids]))
        return remote

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        """Write the ids of a batch to a file, and forget them."""
        made = self._find(batch.id)
        target.write_text("".join(f"{custom_id}\n" for custom_id, _ in made.requests), "utf-8")
        made.requests.clear()
        return made.remote.counts.total

    def read(self, model: str, line: bytes) -> ItemResult:
        """Answer as it should be."""
        return good(line.decode(), '<turn n="1"')


async def fill(database: Database, count: int, clock: FakeClock) -> None:
    """Write pages of one turn each, with their stand-ins."""
    for first in range(0, count, _PAGES_OF_ONE):
        numbers = range(first, min(first + _PAGES_OF_ONE, count))
        await database.write(partial(_write, numbers=numbers, clock=clock))


def _write(tx: Transaction, numbers: range, clock: FakeClock) -> None:
    now = clock()
    conversation = conversations.create(tx, "bench", f"c{numbers[0]}", "Bench", now)
    new = [
        NewTurn(
            draft=TurnDraft(role=Role.PERSON, author="Ann", content=Content(text=_TEXT.format(n))),
            key=f"k{n}",
            seq=n - numbers[0] + 1,
            sort_at=n,
            tokens=60,
        )
        for n in numbers
    ]
    arriving.append(tx, conversation, new, Origin.IMPORTED, now)
    for turn in new:
        hash_ = turn.draft.content.hash
        page = Page(
            id=f"pg_{turn.key}", conversation=conversation, first_seq=turn.seq, last_seq=turn.seq,
            first_turn=turn.key, last_turn=turn.key, turns=1, tokens=60, content_hash=hash_,
            first_at=None, last_at=None, closed_at=now, label="Stand-in", summary="- Ann: …",
            summary_by="offline", summary_state=SummaryState.STANDIN, summary_hash=hash_,
        )  # fmt: skip
        pages.add(tx, page)
        pages.summarise(tx, page)


async def feel(
    database: Database, stop: asyncio.Event, took: list[float], mib: list[float]
) -> None:
    """Queue a small job now and then, and take the time; take the memory, too."""
    number = 0
    clock = FakeClock()
    while not stop.is_set():
        number += 1
        request = JobRequest(kind=JobKind.SCRIBE, key=f"felt {number}")
        begun = time.perf_counter()
        await database.write_relaxed(partial(jobs.add_once, request=request, now=clock()))
        mib.append(resident())
        took.append((time.perf_counter() - begun) * 1000)
        await asyncio.sleep(0.01)


def bare(path: Path, count: int, at_once: int) -> float:
    """Claim and complete so many rows by bare statements; return rows for a second."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = WAL")
    connection.execute("CREATE TABLE t (id INTEGER PRIMARY KEY, state TEXT, page TEXT, said TEXT)")
    connection.execute("CREATE INDEX by_state ON t (state, id)")
    connection.execute("BEGIN")
    rows = ((n, "ready", f"pg_{n}", "") for n in range(count))
    connection.executemany("INSERT INTO t VALUES (?, ?, ?, ?)", rows)
    connection.execute("COMMIT")
    begun = time.perf_counter()
    while True:
        connection.execute("BEGIN IMMEDIATE")
        claimed = connection.execute(
            "UPDATE t SET state = 'sent' WHERE id IN"
            " (SELECT id FROM t WHERE state = 'ready' LIMIT ?) RETURNING id",
            (at_once,),
        ).fetchall()
        connection.execute("COMMIT")
        if not claimed:
            break
        for start in range(0, len(claimed), 25):
            connection.execute("BEGIN IMMEDIATE")
            connection.executemany(
                "UPDATE t SET state = 'done', said = 'a summary of the page' WHERE id = ?",
                claimed[start : start + 25],
            )
            connection.execute("COMMIT")
    connection.close()
    return count / (time.perf_counter() - begun)


_STATEMENTS: dict[str, dict[str, int | str | None]] = {
    "batches.close_item": {"outcome": "succeeded"},
    "batches.tally": {
        "outcome": "succeeded", "input_tokens": 110, "output_tokens": 10, "cost_pico": 1,
        "direct_pico": 2,
    },
    "usage.add": {
        "at": 1, "task": "summarise", "model": "m", "batch": 1, "input_tokens": 100,
        "output_tokens": 10, "cache_read_tokens": 7, "cache_write_tokens": 3,
        "cache_write_1h_tokens": 0, "cost_pico": 1, "estimated": 0, "outcome": "end",
        "conversation": "cv_1", "job": None, "correlation": "", "counted_tokens": 0,
        "counted_by": "",
    },
    "orders.get": {},
    "pages.summarise": {
        "summary": _SENTENCE, "label": "Label", "summary_by": "m", "summary_state": "final",
        "prompt": "p1", "order": 1, "points": "[]", "entities": "[]",
    },
    "changes.add": {"topic": "page", "now": 1},
    "orders.settle": {
        "state": "done", "route": None, "approval": None, "attempts": 0, "error": "",
        "result": "", "now": 1,
    },
}  # fmt: skip
"""What is run for each order that is completed, with what does not differ from order to order."""


async def floor(folder: Path, count: int, at_once: int) -> float:
    """Claim and complete so many orders by the statements of the store alone; return orders for a
    second."""
    database = await Database.open(folder / "floor.db")
    clock = FakeClock()
    await fill(database, count, clock)
    await database.write(partial(_order_all, count=count))
    begun = time.perf_counter()
    for first in range(1, count + 1, at_once):
        ids = list(range(first, min(first + at_once, count + 1)))
        await database.write(partial(_claim, ids=ids))
        for start in range(0, len(ids), 25):
            await database.write_relaxed(partial(_complete, ids=ids[start : start + 25]))
    rate = count / (time.perf_counter() - begun)
    await database.close()
    return rate


def _order_all(tx: Transaction, count: int) -> None:
    for n in range(1, count + 1):
        text = _TEXT.format(n - 1)
        draft = OrderDraft(
            key=f"o{n}", page=f"pg_k{n - 1}", conversation="cv_1", prompt="p1", model="m",
            content_hash=Content(text=text).hash, tokens=60, state=OrderState.READY,
            route=Route.BATCH,
        )  # fmt: skip
        orders.add(tx, draft, FakeClock()())


def _claim(tx: Transaction, ids: list[int]) -> None:
    batch = f"bt_{ids[0]}"
    tx.run("orders.send", ids=json.dumps(ids), batch=batch, now=1)
    tx.run(
        "batches.add", id=batch, provider="p", model="m", state="open", requests=len(ids),
        bytes=1, digest="", now=1,
    )  # fmt: skip
    tx.insert_many("batches.add_items", ((f"{batch}_{n}", batch, n, "pg", "") for n in ids))


def _complete(tx: Transaction, ids: list[int]) -> None:
    for n in ids:
        page, batch = f"pg_k{n - 1}", tx.all("orders.get", id=n)[0]["batch"]
        own: dict[str, dict[str, int | str]] = {
            "batches.close_item": {"custom_id": f"{batch}_{n}"},
            "batches.tally": {"id": batch},
            "usage.add": {"key": f"{batch}_{n}", "subject": page},
            "orders.get": {"id": n},
            "pages.summarise": {
                "id": page,
                "content_hash": Content(text=_TEXT.format(n - 1)).hash,
            },
            "changes.add": {"subject": page},
            "orders.settle": {"id": n},
        }
        for name, shared in _STATEMENTS.items():
            tx.run(name, **shared, **own[name])


def resident() -> float:
    """Return the resident memory of this process, in MiB."""
    for line in Path("/proc/self/status").read_text("utf-8").splitlines():
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


async def measure(folder: Path, count: int, requests: int) -> dict[str, float]:
    """Measure everything."""
    database = await Database.open(folder / "store.db")
    clock = FakeClock()
    desk = Desk(database, clock, folder)
    await fill(database, count, clock)
    desk.provider = Instant(clock)
    desk.provider.limits = BatchLimits(requests=100_000, bytes=200_000_000)
    desk.settings = replace(desk.settings, requests=requests)
    desk.open()
    set_start_apart()
    memory, took = [resident()], list[float]()
    stop = asyncio.Event()
    feeling = asyncio.create_task(feel(database, stop, took, memory))
    begun = time.perf_counter()
    estimate = await desk.room.preflight()
    preflight = time.perf_counter() - begun
    approval = await desk.room.ask_about_backlog()
    assert approval is not None
    await desk.room.approve(approval.id)
    begun = time.perf_counter()
    counts = (await desk.room.status()).orders
    while counts[OrderState.DONE] < count:
        await desk.pool.drain()
        clock.forward(seconds=120)
        counts = (await desk.room.status()).orders
    rate = count / (time.perf_counter() - begun)
    stop.set()
    await feeling
    await database.close()
    floor_rate = await floor(folder, count, requests)
    bare_rate = bare(folder / "bare.db", count, requests)
    return {
        "pages": estimate.pages,
        "preflight_ms": preflight * 1000,
        "rate_per_second": rate,
        "floor_rate_per_second": floor_rate,
        "ratio_to_floor": rate / floor_rate,
        "bare_rate_per_second": bare_rate,
        "ratio_to_bare": rate / bare_rate,
        "queue_p50_ms": median(took),
        "queue_p99_ms": quantiles(took, n=100)[98],
        "queue_max_ms": max(took),
        "memory_first_mib": memory[0],
        "memory_max_mib": max(memory),
    }


def main() -> None:
    """Print what was measured."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--pages", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=2_000)
    said = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        found = asyncio.run(measure(Path(folder), said.pages, said.requests))
    print(json.dumps({name: round(value, 3) for name, value in found.items()}, indent=1))


if __name__ == "__main__":
    main()
