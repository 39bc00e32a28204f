"""What the engine adds to an update of a document, and what an edit takes.

    python tests/benchmarks/scribe_update.py [--updates 200]

A document of some 3,000 tokens, a sixth of whose blocks is a person's, is measured behind 200
and behind 1,000 revisions. The model answers at once from a script, so that what is left of an
update is ours: reading, asking, patching, protecting, keeping. `edit` is a person's edit of the
newest version, `edit_stale` one of a version three revisions old. Prints one JSON object;
milliseconds.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
import tempfile
import time
from collections.abc import Awaitable, Callable, Coroutine
from itertools import count
from pathlib import Path
from statistics import median, quantiles

from minutebook.clock import system_clock
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import Request, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.scribe import Scribe, ScribeSettings
from minutebook.store import conversations, jobs
from minutebook.store.database import Database

Took = tuple[float, float]
"""Seconds on the clock, and of this process's own work."""

_SECTIONS, _BLOCKS, _OF_PEOPLE = 12, 12, 2
_SENTENCE = "The ferry to Winterbottom leaves, number {}, on the 4th of March at half past seven."


def _body(number: int) -> str:
    return "\n\n".join(_SENTENCE.format(f"{number}.{block}") for block in range(_BLOCKS))


class _Script:
    """Answers as a scribe does that begins a document, then tells one section after another anew.

    The first sections are left alone: they become a person's.
    """

    def __init__(self) -> None:
        self._numbers = count()

    def __call__(self, _: Request) -> Answer:
        number = next(self._numbers)
        if number == 0:
            return _answer([_section("insert_section_after", n) for n in range(_SECTIONS)])
        place = _OF_PEOPLE + number % (_SECTIONS - _OF_PEOPLE)
        anchor = f"section-{place}"
        return _answer([{"op": "replace_section", "anchor": anchor, "body": _body(number)}])


def _section(op: str, number: int) -> dict[str, str]:
    return {"op": op, "anchor": "top", "heading": f"Section {number}", "body": _body(number)}


def _answer(operations: list[dict[str, str]]) -> Answer:
    arguments = json.dumps({"operations": operations})
    call = ToolCall(id="1", name=UPDATE_DOCUMENT, arguments=arguments)
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)


class _Bench:
    """A document under way."""

    def __init__(self, database: Database, conversation: str) -> None:
        self.database = database
        self.conversation = conversation
        self.policy = RecordPolicy(paging=PagingPolicy(tokens=1_000_000))
        script = _Script()
        model = ScriptedModel(iter(lambda: script, None))
        self.scribe = Scribe(database, model, ScribeSettings(document_chars=1_000_000))
        self.count = 0

    async def begin(self) -> None:
        """Let the scribe write the document, and a person rewrite the first sections."""
        await self.update()
        text, revision = await self.scribe.head_for_edit(self.conversation)
        for number in range(_OF_PEOPLE):
            text = text.replace(f"number {number}.", f"rather number {number}.")
        await self.scribe.edit(self.conversation, revision, text)

    async def update(self) -> Took:
        """Say something; return what telling it took."""
        self.count += 1
        content = Content(text=f"Turn {self.count} about the ferry and the ice.")
        draft = TurnDraft(role=Role.USER, content=content, at=system_clock())
        keyed = (KeyedDraft(key=f"k{self.count}", draft=draft),)
        strand = Strand(conversation=self.conversation, drafts=keyed, origin=Origin.LIVE)
        await self.database.write(lambda tx: record(tx, strand, self.policy, system_clock()))
        waiting = await self.database.read(lambda tx: jobs.newest(tx, limit=9))
        job = next(job for job in waiting if job.kind is JobKind.SCRIBE)
        return await _took(self.scribe.update(job))

    async def edit(self, age: int) -> Took:
        """Change a block of a version of some age; return what that took."""
        head = await self.scribe.find(self.conversation)
        base = await self.scribe.show(head.id, head.revision - age)
        self.count += 1
        words = r"(rather number 0\.0, on the) \w+"
        changed = re.sub(words, rf"\1 {self.count}th", base.content, count=1)
        return await _took(self.scribe.edit(head.id, base.revision, changed))

    async def grow_to(self, revision: int) -> None:
        """Update until the document has so many revisions."""
        while (await self.scribe.find(self.conversation)).revision < revision:
            await self.update()


async def _took(work: Coroutine[object, object, object]) -> Took:
    cpu, wall = time.process_time(), time.perf_counter()
    await work
    return time.perf_counter() - wall, time.process_time() - cpu


async def _timed(times: int, work: Callable[[], Awaitable[Took]]) -> dict[str, float]:
    walls, cpus = zip(*[await work() for _ in range(times)], strict=True)
    return {
        "p50_ms": round(median(walls) * 1_000, 2),
        "p99_ms": round(quantiles(walls, n=100)[98] * 1_000, 2),
        "cpu_p50_ms": round(median(cpus) * 1_000, 2),
        "cpu_p99_ms": round(quantiles(cpus, n=100)[98] * 1_000, 2),
    }


async def _measure(bench: _Bench, updates: int) -> dict[str, object]:
    head = await bench.scribe.find(bench.conversation)
    blamed = time.perf_counter()
    blocks = await bench.scribe.blame(head.id)
    blamed = time.perf_counter() - blamed
    return {
        "characters": len(head.content),
        "blocks": len(blocks),
        "update": await _timed(updates, bench.update),
        "edit": await _timed(updates // 4, lambda: bench.edit(0)),
        "edit_stale": await _timed(updates // 4, lambda: bench.edit(3)),
        "blame_ms": round(blamed * 1_000, 2),
    }


async def _run(updates: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        conversation = await database.write(
            lambda tx: conversations.create(tx, "test", "one", "Winter", system_clock())
        )
        bench = _Bench(database, conversation)
        await bench.begin()
        found: dict[str, object] = {"updates": updates}
        for revision in (200, 1_000):
            await bench.grow_to(revision)
            found[f"at_{revision}"] = await _measure(bench, updates)
        await database.close()
    return found


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--updates", type=int, default=200)
    print(json.dumps(asyncio.run(_run(parser.parse_args().updates))))


if __name__ == "__main__":
    main()
