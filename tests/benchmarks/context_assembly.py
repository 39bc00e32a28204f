"""What it costs to make the next request: of a short conversation, and of one with many turns.

    python tests/benchmarks/context_assembly.py [--turns 100000] [--requests 200]

Both show a model the same prompt, which fills 60,000 tokens: as many turns word for word, as many
summaries. So what differs is what the length of the record alone costs. Each request answers
something that was said since. Time is the whole of `Context.request`, without a model: the layout
brought in line with the branch, the search for what matters (where that is on), the account, and
the messages. Memory is the most that Python holds while it runs. Prints one JSON object;
milliseconds and bytes.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import json
import tempfile
import time
import tracemalloc
from dataclasses import dataclass, replace
from pathlib import Path
from statistics import median, quantiles

from minutebook.chat.branches import go_back
from minutebook.clock import system_clock
from minutebook.config import CompactionMode
from minutebook.config import Context as ContextSettings
from minutebook.context.means import Means
from minutebook.context.prompt.sight import in_sight, tightened
from minutebook.context.room import Context
from minutebook.domain.chats import ChatOptions, PartialReply
from minutebook.domain.context import Layout, PlacedSummary
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.heap import set_start_apart
from minutebook.llm import prompts
from minutebook.llm.protocol import Passage
from minutebook.llm.scripted import ScriptedModel
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.recall.search import pages_for
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import contexts, conversations
from minutebook.store.contexts import StoryDraft
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_SHORT = 100
_PORTS = ("Winterbottom", "Highcliff", "Marston", "Oakhaven", "Dunmore", "Saltmarsh")
_IN_SIGHT = 76
_SUMMARIES = 3
_WARM = 20
_BATCH = 1_000
_LARGE = 2_300
"""Characters of a turn that stands in the prompt; the others are short."""
_POLICY = RecordPolicy(paging=PagingPolicy(tokens=400))
_OPTIONS = ChatOptions(system="Answer in one sentence.")


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """What the requests of one conversation cost."""

    messages: int
    milliseconds: list[float]
    bytes: int


async def _nothing(_: str) -> tuple[Passage, ...]:
    return ()


def _port(number: int) -> str:
    return f"{_PORTS[number % len(_PORTS)]}{number % 97}"


def _draft(number: int, length: int) -> KeyedDraft:
    role = Role.ASSISTANT if number % 2 else Role.USER
    text = (
        f"Turn {number}: " + f"the ferry to {_port(number)} leaves on the fourth, not the fifth. "
    )
    text *= max(1, length // len(text))
    key = f"t{number}"
    return KeyedDraft(
        key=key, draft=TurnDraft(role=role, content=Content(text=text), native_id=key)
    )


async def _filled(database: Database, turns: int) -> str:
    """Return a conversation with so many turns, of which the last ones stand word for word."""
    now = system_clock()

    def begin(tx: Transaction) -> str:
        return conversations.create(tx, "minutebook", f"n{turns}", "A talk", now)

    conversation = await database.write(begin)
    for start in range(0, turns, _BATCH):
        numbers = range(start, min(turns, start + _BATCH))
        strand = Strand(
            conversation=conversation,
            drafts=[_draft(n, _LARGE if n >= turns - _IN_SIGHT else 200) for n in numbers],
            origin=Origin.IMPORTED,
        )
        await database.write(lambda tx, s=strand: record(tx, s, _POLICY, now))  # type: ignore[misc]
    await database.write(lambda tx: _show_the_end(tx, conversation))
    return conversation


def _show_the_end(tx: Transaction, conversation: str) -> Layout:
    """Put all but the last turns into a story and three summaries."""
    layout = contexts.first(conversation)
    sight = in_sight(tx, layout)
    kept = {turn.page for turn in sight.turns[-_IN_SIGHT:]}
    gone = [page for page in sight.pages if page not in kept]
    told, placed = gone[:-_SUMMARIES], gone[-_SUMMARIES:]
    story = StoryDraft(
        conversation=conversation,
        before=None,
        text="They spoke of the ferry. " * 100,
        tokens=625,
        by="offline",
        added=tuple(told),
    )
    summaries = tuple(
        PlacedSummary(page=page, text="The ferry leaves. " * 20, tokens=90, by="offline")
        for page in placed
    )
    made = replace(layout, story=contexts.add_story(tx, story, system_clock()), summaries=summaries)
    made = tightened(made, in_sight(tx, made))
    return contexts.keep(tx, made, system_clock(), onto=0)


def _room(database: Database, model: ScriptedModel, *, recall: bool) -> Context:
    return Context(
        Means(
            database=database,
            clock=system_clock,
            settings=ContextSettings(compaction=CompactionMode.ASK, recall=recall),
            models=lambda _: model,
            chat_model=model.name,
            counter=TokenCounter(),
            find_passages=_nothing,
            go_back=go_back,
            recall_pages=pages_for,
            tools=(prompts.recall_page(),),
        )
    )


async def _say(database: Database, conversation: str, number: int) -> None:
    """Let a person ask, and a model answer: the prompt before goes on."""
    drafts = [
        KeyedDraft(key=f"{role}{number}", draft=TurnDraft(role=role, content=Content(text=text)))
        for role, text in (
            (Role.ASSISTANT, "On the fourth."),
            (Role.USER, f"Which ferry was it that goes to {_port(number * 7)}, the fourth?"),
        )
    ]
    behind = await database.read(lambda tx: conversations.tail(tx, conversation).max_sort)
    strand = Strand(conversation=conversation, drafts=drafts, origin=Origin.LIVE, behind=behind)
    await database.write_relaxed(lambda tx: record(tx, strand, _POLICY, system_clock()))


async def _measured(
    database: Database, room: Context, model: ScriptedModel, talks: list[str], requests: int
) -> list[Figures]:
    """Measure conversations in turns, so that what else the machine does falls on all of them."""
    asked = [_reply(talk, model) for talk in talks]
    took: list[list[float]] = [[] for _ in talks]
    for number in range(_WARM + requests):
        for reply, each in zip(asked, took, strict=True):
            await _say(database, reply.conversation, number)
            started = time.perf_counter()
            await room.request(reply, model, _OPTIONS)
            if number >= _WARM:
                each.append((time.perf_counter() - started) * 1_000)
    return [
        await _weighed(room, model, reply, each) for reply, each in zip(asked, took, strict=True)
    ]


def _reply(conversation: str, model: ScriptedModel) -> PartialReply:
    return PartialReply(
        conversation=conversation,
        key="k",
        model=model.name,
        owner="benchmark",
        started_at=system_clock(),
    )


async def _weighed(
    room: Context, model: ScriptedModel, reply: PartialReply, took: list[float]
) -> Figures:
    gc.collect()
    tracemalloc.start()
    before, _ = tracemalloc.get_traced_memory()
    made = await room.request(reply, model, _OPTIONS)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    return Figures(messages=len(made.messages), milliseconds=took, bytes=peak - before)


def _told(turns: int, figures: Figures) -> dict[str, float]:
    cuts = quantiles(figures.milliseconds, n=100)
    return {
        "turns": turns,
        "messages": figures.messages,
        "median_ms": round(median(figures.milliseconds), 3),
        "p99_ms": round(cuts[98], 3),
        "bytes": figures.bytes,
    }


async def _run(turns: int, requests: int, *, recall: bool) -> dict[str, object]:
    model = ScriptedModel([])
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        try:
            room = _room(database, model, recall=recall)
            talks = [await _filled(database, size) for size in (_SHORT, turns)]
            before = [(await room.show(talk)).used for talk in talks]
            set_start_apart()  # as every process of ours does
            short, long = await _measured(database, room, model, talks, requests)
            after = [(await room.show(talk)).used for talk in talks]
        finally:
            await database.close()
    return {
        "tokens": [*before, *after],
        "short": _told(_SHORT, short),
        "long": _told(turns, long),
        "time_ratio": round(median(long.milliseconds) / median(short.milliseconds), 3),
        "memory_ratio": round(long.bytes / short.bytes, 3),
    }


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=100_000)
    parser.add_argument("--requests", type=int, default=200)
    asked = parser.parse_args()
    found = {
        name: asyncio.run(_run(asked.turns, asked.requests, recall=recall))
        for name, recall in (("without_recall", False), ("with_recall", True))
    }
    print(json.dumps(found, indent=2))


if __name__ == "__main__":
    main()
