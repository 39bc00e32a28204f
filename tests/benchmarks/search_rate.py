"""How long a search takes in a record of a million turns, beside bare FTS5 on the same table.

    python tests/benchmarks/search_rate.py [--turns 1000000] [--rounds 30] [--home FOLDER] [--cold]

The turns are synthetic: a vocabulary of 60,000 words, used by Zipf's law. With a home that has the
record already, it is not made again. `bare` is what one would write first: the 20 best by bm25(),
with their texts. `ours` are 20 hits with neighbours and snippets; `recall` is the search before
every reply. `quality` says what the bounded candidates cost: the mean BM25 of the 10 turns we give
first (those with all the words), as a share of the mean of the true best 10; both by bm25() alone.
With `--cold`, every page is archived first, and nothing is set beside it: bare FTS5 has no texts
then.

Prints one JSON object; milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import sys
import tempfile
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from statistics import mean, median, quantiles

sys.path.insert(0, str(Path(__file__).parents[1]))

from archiving import rig_of
from doubles import FakeClock
from minutebook.archive.room import Archive
from minutebook.recall.search import Recall, pages_for
from minutebook.store import pages
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from synthetic import Speech, fill, vocabulary

_WORDS = 60_000
_BEST = 10
_BANDS = {"common": (0, 20), "middling": (100, 1_000), "rare": (5_000, 50_000)}


def _queries(speech: Speech, words: list[str], rounds: int) -> dict[str, list[str]]:
    """Return queries of each kind; phrases are taken from what may have been said."""
    chance = random.Random(7)

    def pick(band: str, count: int = 1) -> str:
        first, last = _BANDS[band]
        return " ".join(chance.sample(words[first:last], count))

    def phrase() -> str:
        said = speech.text().rstrip(".").split()
        while len(said) < 2:
            said = speech.text().rstrip(".").split()
        place = chance.randrange(len(said) - 1)
        return f'"{said[place]} {said[place + 1]}"'

    kinds: dict[str, Callable[[], str]] = {
        "rare": lambda: pick("rare"),
        "middling": lambda: pick("middling"),
        "common": lambda: pick("common"),
        "two common": lambda: pick("common", 2),
        "three common": lambda: pick("common", 3),
        "rare and common": lambda: f"{pick('rare')} {pick('common')}",
        "two middling": lambda: pick("middling", 2),
        "phrase": phrase,
        "beginning": lambda: f"{pick('middling')[:1]}*",
        "beginning and rare": lambda: f"{pick('rare')} {pick('middling')[:1]}*",
    }
    return {kind: [make() for _ in range(rounds)] for kind, make in kinds.items()}


def _bare(tx: Transaction, words: str) -> list[int]:
    expression = words if words.startswith('"') else " AND ".join(words.split())
    rows = tx._connection.execute(
        "SELECT f.rowid, t.text FROM turns_fts f JOIN turns t ON t.id = f.rowid"
        " WHERE turns_fts MATCH ? ORDER BY rank LIMIT 20",
        (expression,),
    )
    return [row[0] for row in rows]


def _quality(tx: Transaction, words: str, ids: list[int]) -> float:
    """Return the mean BM25 of some turns as a share of the best mean."""
    if not ids:
        return 1.0
    expression = words if words.startswith('"') else " AND ".join(words.split())
    best = tx._connection.execute(
        "SELECT rank FROM turns_fts WHERE turns_fts MATCH ? ORDER BY rank LIMIT ?",
        (expression, len(ids)),
    ).fetchall()
    marks = ",".join(map(str, ids))
    ours = tx._connection.execute(
        f"SELECT rank FROM turns_fts WHERE turns_fts MATCH ? AND rowid IN ({marks})", (expression,)
    ).fetchall()
    return float(sum(r[0] for r in ours) / sum(r[0] for r in best))


async def _timed(work: Callable[[str], Awaitable[object]], queries: list[str]) -> dict[str, float]:
    times = []
    for words in queries:
        began = time.perf_counter()
        await work(words)
        times.append((time.perf_counter() - began) * 1000)
    return {"p50": round(median(times), 1), "p95": round(quantiles(times, n=20)[-1], 1)}


async def _archive(database: Database, folder: Path) -> Archive:
    """Archive every page."""
    clock = FakeClock()
    clock.now = datetime(2030, 1, 1, tzinfo=UTC)
    rig = rig_of(database, clock, folder)
    ids = [page.id for page in await database.read(lambda tx: pages.newest(tx, limit=10_000_000))]
    warm = [id_ for id_ in ids if id_ not in set(await rig.archive.archived())]
    await rig.archive.review.let_go(warm)
    await rig.archive.flush()
    return rig.archive


async def _run(home: Path, turns: int, rounds: int, *, is_cold: bool) -> dict[str, object]:
    words = vocabulary(_WORDS)
    is_new = not (home / "store.db").exists()
    database = await Database.open(home / "store.db")
    began = time.perf_counter()
    if is_new:
        await fill(database, turns, Speech(words))
    told: dict[str, object] = {"turns": turns, "filled_s": round(time.perf_counter() - began, 1)}
    archive = await _archive(database, home / "archive") if is_cold else None
    recall = Recall(database)
    for kind, queries in _queries(Speech(words, seed=2), words, rounds).items():
        if "*" in queries[0] or archive is not None:
            told[kind] = {"ours": await _timed(recall.search, queries)}
            continue
        told[kind] = {
            "ours": await _timed(recall.search, queries),
            "recall": await _timed(partial(_pages, database), queries),
            "bare": await _timed(partial(_barely, database), queries),
            "quality": await _shares(database, recall, queries[:8]),
        }
    if archive is not None:
        archive.close()
    await database.close()
    return told


async def _pages(database: Database, words: str) -> None:
    await database.read(lambda tx: pages_for(tx, words, 12))


async def _barely(database: Database, words: str) -> None:
    await database.read(lambda tx: _bare(tx, words))


async def _shares(database: Database, recall: Recall, queries: list[str]) -> float:
    shares = []
    for words in queries:
        found = await recall.search(words, limit=_BEST)
        ids = [each.hit.turn.id for each in found if each.has_all]
        shares.append(await database.read(partial(_quality, words=words, ids=ids)))
    return round(mean(shares), 3)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--turns", type=int, default=1_000_000)
    parser.add_argument("--rounds", type=int, default=30)
    parser.add_argument("--home", type=Path)
    parser.add_argument("--cold", action="store_true")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = arguments.home or Path(folder)
        home.mkdir(parents=True, exist_ok=True)
        run = _run(home, arguments.turns, arguments.rounds, is_cold=arguments.cold)
        print(json.dumps(asyncio.run(run), indent=1))


if __name__ == "__main__":
    main()
