"""A process that tells turns with a model that is away at times; it is there to be killed.

    python telling.py STORE CALLS SEED FAILURES

Its model notes the turns it is shown in a file of calls, as a provider would on its bill. Of each
call it fails with a chance of FAILURES; it answers with one line that names the turns.
"""

from __future__ import annotations

import asyncio
import json
import random
import sys
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

from minutebook.clock import system_clock
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import ToolCall
from minutebook.errors import ModelBusyError, ModelError, ModelReplyError, ModelUnreachableError
from minutebook.events import Bus
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import Request, StopReason
from minutebook.llm.scripted import Answer, Line, ScriptedModel
from minutebook.scribe import Scribe, ScribeSettings
from minutebook.store import jobs
from minutebook.store.database import Database
from minutebook.workers.pool import PoolSettings, WorkerPool

_ERRORS = (
    ModelBusyError("429: too many requests"),
    ModelUnreachableError("529: overloaded"),
    ModelReplyError("It broke off."),
)


def _script(calls: Path, chance: random.Random, failures: float) -> Iterator[Line]:
    def answer(request: Request) -> Answer:
        if chance.random() < failures:
            return Answer(error=_error(chance), pieces=("…",))
        words = " ".join(passage.text for passage in request.material.passages)
        with calls.open("a", encoding="utf-8") as file:
            file.write(f"{words}\n")
        operation = {"op": "append_to_section", "anchor": "top", "body": f"- {words}"}
        call = ToolCall(
            id="1", name=UPDATE_DOCUMENT, arguments=json.dumps({"operations": [operation]})
        )
        return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE, pieces=("…",) * 3)

    while True:
        yield answer


def _error(chance: random.Random) -> ModelError:
    return chance.choice(_ERRORS)


async def _work(store: Path, model: ScriptedModel) -> None:
    database = await Database.open(store)
    scribe = Scribe(database, model, ScribeSettings(slice_chars=8))
    settings = PoolSettings(
        limits={JobKind.SCRIBE: 2}, first_backoff=timedelta(milliseconds=1), max_attempts=5
    )
    pool = WorkerPool(database, {JobKind.SCRIBE: scribe.update}, settings, Bus(), system_clock)
    while True:
        await pool.drain()
        await database.write(lambda tx: jobs.retry_all(tx, system_clock()))
        found = await database.read(lambda tx: jobs.newest(tx, limit=10, kind="scribe"))
        if all(job.state.value == "done" for job in found):
            break
        await asyncio.sleep(0.005)
    await database.close()


def main() -> None:
    """Work until all turns are told."""
    store, calls, seed, failures = sys.argv[1:]
    chance = random.Random(int(seed))
    model = ScriptedModel(_script(Path(calls), chance, float(failures)))
    asyncio.run(_work(Path(store), model))


if __name__ == "__main__":
    main()
