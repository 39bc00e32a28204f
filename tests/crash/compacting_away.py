"""A process that makes room and takes it back, without end; it is there to be killed.

    python compacting_away.py STORE CONVERSATION NUMBER

It says a line on its standard output before each thing it does, so that whoever kills it knows that
it is at work. Its summaries and stories come from models that take a moment.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from compacting import Rig, exchange
from doubles import FakeClock
from minutebook.llm.protocol import Capabilities, Request
from minutebook.llm.scripted import Answer, Line, ScriptedModel
from minutebook.store import conversations, passes, turns
from minutebook.store.database import Database
from minutebook.workers.owner import is_gone, new_owner


def _answer(request: Request) -> Answer:
    known = [passage.page for passage in request.material.passages if passage.page]
    lines = [f"- The story went on. [{page}]" for page in known]
    return Answer(pieces=("\n".join(lines),))


def _script() -> list[Line]:
    return [_answer] * 100_000


async def _work(store: Path, conversation: str, number: int) -> None:
    database = await Database.open(store)
    found = await database.read(lambda tx: conversations.get(tx, conversation))
    last = await database.read(lambda tx: turns.last_active(tx, conversation))
    clock = FakeClock()
    clock.now = last.recorded_at if last is not None else clock.now
    can = Capabilities(context_window=50_000, needs_network=False)
    model = ScriptedModel(_script(), name="scripted:one", capabilities=can)
    rig = Rig(
        database=database,
        clock=clock,
        conversation=conversation,
        model=model,
        is_gone=is_gone,
        said=found.turns + 10_000 * (number + 1),
    )
    chance = random.Random(number)
    compaction = rig.compaction(owner=new_owner())
    while True:
        print("at work", flush=True)
        while await rig.used() < 0.8 * rig.budget.tokens:
            await rig.say(exchange(chance))
        done = await compaction.compact(rig.need())
        newest = await database.read(lambda tx: passes.newest(tx, conversation, limit=1))
        if done.id and chance.random() < 0.3 and newest[0].to_revision != newest[0].from_revision:
            await compaction.undo(rig.need())


def main() -> None:
    """Work until killed."""
    store, conversation, number = sys.argv[1:]
    asyncio.run(_work(Path(store), conversation, int(number)))


if __name__ == "__main__":
    main()
