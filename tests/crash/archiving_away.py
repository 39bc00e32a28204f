"""A process that archives, compacts and restores without end; it is there to be killed.

    python archiving_away.py STORE FOLDER NUMBER

It says a line on its standard output before each thing it does, so that whoever kills it knows that
it is at work.
"""

from __future__ import annotations

import asyncio
import random
import sys
from datetime import timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

import duckdb

from archiving import rig_of
from doubles import FakeClock
from minutebook.archive.settings import ArchiveSettings
from minutebook.store import pages
from minutebook.store.database import Database
from minutebook.workers.owner import is_gone, new_owner

SETTINGS = ArchiveSettings(grace=timedelta(), linger=timedelta(), threshold=0.9, chunk_tokens=2_000)


async def _work(store: Path, folder: Path, number: int) -> None:
    duckdb.connect().close()  # so that most of the time goes to the work itself
    database = await Database.open(store)
    chance, clock = random.Random(number), FakeClock()
    clock.forward(days=400)
    rig = rig_of(database, clock, folder, SETTINGS, owner=(new_owner(), is_gone))
    every = [page.id for page in await database.read(lambda tx: pages.newest(tx, limit=100_000))]
    while True:
        print("at work", flush=True)
        some = chance.sample(every, k=chance.randint(1, len(every)))
        match chance.choice(("flush", "restore", "compact", "maintain")):
            case "flush":
                await rig.archive.review.let_go(some)
                await rig.archive.flush()
            case "restore":
                await rig.archive.restore(some)
            case "compact":
                await rig.archive.compact()
            case "maintain":
                await rig.archive.maintenance.run()


def main() -> None:
    """Work until killed."""
    store, folder, number = sys.argv[1:]
    asyncio.run(_work(Path(store), Path(folder), int(number)))


if __name__ == "__main__":
    main()
