"""A process that answers with calls of tools, without end; it is there to be killed.

    python calling_away.py STORE CONVERSATION NUMBER

It says a line on its standard output before each thing it does. Processes with a smaller number
have gone.
"""

from __future__ import annotations

import asyncio
import random
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))

from doubles import FakeClock
from minutebook.chat.tools import Tools
from minutebook.domain.turns import ToolCall
from minutebook.llm import prompts
from minutebook.llm.protocol import Request
from minutebook.llm.scripted import Answer
from minutebook.store import turns
from minutebook.store.database import Database
from talking import Talk

ROUNDS = 3


def talk_of(database: Database, clock: FakeClock, number: int) -> Talk:
    """Return a chat with a model that calls a tool more often than not."""
    chance = random.Random(number)

    def answer(request: Request) -> Answer:
        if request.may_call and chance.random() < 0.7:
            call = ToolCall(
                id=f"call{chance.getrandbits(60):x}",
                name=prompts.RECALL_PAGE,
                arguments='{"words": "ferry"}',
            )
            return Answer(pieces=("I ", "look. "), tool_calls=(call,))
        return Answer(pieces=("The ", "ferry ", "leaves."))

    talk = Talk(database, clock, *[answer] * 50_000, owner=f"p{number}")
    talk.gone = {f"p{earlier}" for earlier in range(number)}
    tools = Tools(offered=(prompts.recall_page(),), run=talk.context.slots.call, rounds=ROUNDS)
    return talk.equip(tools=tools)


async def _work(store: Path, conversation: str, number: int) -> None:
    database = await Database.open(store)
    clock = FakeClock()
    last = await database.read(lambda tx: turns.last_active(tx, conversation))
    clock.now = last.recorded_at if last is not None else clock.now
    talk = talk_of(database, clock, number)
    await talk.chat.recover()
    asked = 0
    while True:
        asked += 1
        clock.forward(seconds=1)
        print("at work", flush=True)
        await talk.chat.say(conversation, f"Process {number}, question {asked}: when do we leave?")
        await talk.answered(conversation)


def main() -> None:
    """Work until killed."""
    store, conversation, number = sys.argv[1:]
    asyncio.run(_work(Path(store), conversation, int(number)))


if __name__ == "__main__":
    main()
