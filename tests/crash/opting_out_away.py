"""A process that lets somebody opt out, one transaction at a time; it is there to be killed.

    python opting_out_away.py FOLDER

Before each transaction that writes it says a line, and waits for one.
"""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[1]))

from minutebook.domain.opting_out import Choice
from minutebook.store.database import Database, Work
from opting import BOB, crew_at

_write = Database.write


async def _step_by_step(database: Database, work: Work[Any]) -> Any:
    print("next", flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    return await _write(database, work)


async def _work(folder: Path) -> None:
    async with crew_at(folder) as crew:
        setattr(Database, "write", _step_by_step)  # noqa: B010 - it is put in the place of a method
        out = crew.engine.opting_out
        if await out.everybody():
            await out.resume()
        else:
            await out.opt_out(Choice(name=BOB, erases=True))
        print("done", flush=True)


if __name__ == "__main__":
    asyncio.run(_work(Path(sys.argv[1])))
