"""What the engine adds to a turn of a chat: from the text given to its revision stored.

    python tests/benchmarks/turn_overhead.py [--turns 200]

The models answer at once from a script, so that what is left is ours: recording, queueing,
claiming, checking and keeping the patch. Measured in one run in a new conversation and in one that
has 100,000 turns. Prints one JSON object; milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
import time
from dataclasses import replace
from datetime import timedelta
from itertools import repeat
from pathlib import Path
from statistics import median, quantiles

from minutebook.chat.branches import go_back
from minutebook.chat.chat import Chat
from minutebook.chat.means import Means
from minutebook.chat.settings import ChatSettings
from minutebook.clock import system_clock
from minutebook.config import Context as ContextSettings
from minutebook.context.means import Means as ContextMeans
from minutebook.context.room import Context
from minutebook.domain.context import Span
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.events import Bus
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import Passage, Request, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.scribe import Scribe
from minutebook.store import contexts, documents, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.workers.pool import PoolSettings, WorkerPool

_HISTORY = 100_000
_BATCH = 1_000
_IN_SIGHT = 400


def _patch_for(request: Request) -> Answer:
    """Answer as a scribe model would: one section first, its text replaced from then on."""
    if not any(section.anchor == "notes" for section in request.material.sections):
        opening = {"op": "insert_section_after", "anchor": "top", "heading": "Notes"}
        return _patch({**opening, "body": "Begun."})
    said = f"{len(request.messages)} messages. " * 99
    return _patch({"op": "replace_section", "anchor": "notes", "body": said})


def _patch(operation: dict[str, str]) -> Answer:
    arguments = json.dumps({"operations": [operation]})
    call = ToolCall(id="1", name=UPDATE_DOCUMENT, arguments=arguments)
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)


async def _nothing(_: str) -> tuple[Passage, ...]:
    return ()


def _show_the_end(tx: Transaction, conversation: str) -> None:
    """Keep a layout as it is in a long conversation: its last turns stand word for word."""
    first = turns.backward(tx, conversation, limit=_IN_SIGHT)[0]
    span = Span(conversation=conversation, behind=(first.sort_at, first.seq - 1))
    layout = replace(contexts.first(conversation), spans=(span,))
    contexts.keep(tx, layout, system_clock(), onto=0)


class Rooms:
    """The rooms that a turn passes through, with models that take no time."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self._committed = asyncio.Event()
        self._loop = asyncio.get_running_loop()
        database.on_commit(self._notice)
        self.policy = RecordPolicy(paging=PagingPolicy())
        bus = Bus()
        model = ScriptedModel(repeat(Answer(pieces=("On the fourth.",))))
        chatting = ChatSettings(
            model=model.name, policy=self.policy, owner="benchmark", is_gone=lambda _: False
        )
        self.context = Context(
            ContextMeans(
                database=database,
                clock=system_clock,
                settings=ContextSettings(),
                models=lambda _: model,
                chat_model=model.name,
                counter=TokenCounter(),
                find_passages=_nothing,
                go_back=go_back,
            )
        )
        self.chat = Chat(
            Means(
                database=database,
                models=lambda _: model,
                prompts=self.context,
                settings=chatting,
                bus=bus,
                clock=system_clock,
            )
        )
        scribe = Scribe(database, ScriptedModel(repeat(_patch_for)))
        settings = PoolSettings(limits={JobKind.SCRIBE: 2}, lease=timedelta(seconds=60))
        handlers = {JobKind.SCRIBE: scribe.update}
        self.pool = WorkerPool(database, handlers, settings, bus, system_clock)

    def _notice(self) -> None:
        self._loop.call_soon_threadsafe(self._committed.set)

    async def fill(self, conversation: str, turns: int) -> None:
        """Record history, and have it told."""
        for start in range(0, turns, _BATCH):
            strand = Strand(
                conversation=conversation,
                drafts=[_draft(start + number) for number in range(_BATCH)],
                origin=Origin.IMPORTED,
            )
            await self.database.write(
                lambda tx, s=strand: record(tx, s, self.policy, system_clock())  # type: ignore[misc]
            )

        await self.database.write(lambda tx: _show_the_end(tx, conversation))

    async def say(self, conversation: str, text: str) -> float:
        """Say something; return seconds until the document tells it."""
        started = time.perf_counter()
        turn = await self.chat.say(conversation, text)
        while True:
            self._committed.clear()
            if await self._covered(conversation) >= turn.seq:
                break
            await self._committed.wait()
        return time.perf_counter() - started

    async def _covered(self, conversation: str) -> int:
        document = await self.database.read(
            lambda tx: documents.of_conversation_if_any(tx, conversation)
        )
        return 0 if document is None else document.covered_seq


def _draft(number: int) -> KeyedDraft:
    content = Content(text=f"Message {number} about the ferry, the ice and the winter route.")
    draft = TurnDraft(role=Role.USER, content=content, at=system_clock())
    return KeyedDraft(key=f"h{number}", draft=draft)


async def _measure(rooms: Rooms, history: int, turns: int) -> dict[str, float]:
    conversation = (await rooms.chat.start("Benchmark")).id
    if history:
        await rooms.fill(conversation, history)
        await rooms.say(conversation, "catch up")
    seconds = [
        await rooms.say(conversation, f"Is the ferry on the {n}th?") for n in range(turns + 100)
    ]
    kept = sorted(seconds[100:])
    return {
        "p50_ms": round(median(kept) * 1_000, 2),
        "p99_ms": round(quantiles(kept, n=100)[98] * 1_000, 2),
    }


async def _run(turns: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        rooms = Rooms(database)
        working = asyncio.create_task(rooms.pool.run())
        fresh = await _measure(rooms, 0, turns)
        long = await _measure(rooms, _HISTORY, turns)
        rooms.pool.stop()
        await working
        await database.close()
    ratio = round(long["p50_ms"] / fresh["p50_ms"], 2)
    return {"turns": turns, "at_100": fresh, "at_100000": long, "ratio_p50": ratio}


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    print(json.dumps(asyncio.run(_run(parser.parse_args().turns))))


if __name__ == "__main__":
    main()
