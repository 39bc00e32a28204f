"""What the scribe's model writes and reads over a long conversation, beside rewriting each time.

    python tests/benchmarks/scribe_cost.py [--turns 200] [--document-tokens 3000]

A conversation of so many turns is told, one by one as they come, into a document that begins with
about 3,000 tokens and is held to them: what it outgrows is condensed, which is counted too. The
model is scripted and honest: what it sends is the operations that the offline model finds for the
same document and turns, so a change is as large as what a turn adds; now and then it corrects, as
models do, a section as a whole. Counted is what a provider would count: output tokens are those of
the tool call; of the prompt, what stood in an earlier prompt up to the end of a message that is
marked for caching is read, the rest up to the last mark is written, and what is behind is plain
input. Rewriting sends the whole document after each turn.

Prints one JSON object. `output_share` has to be 0.1 at most.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import random
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from functools import partial
from itertools import count
from pathlib import Path
from statistics import quantiles

from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.llm.offline.telling import tell
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import Request, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.scribe import Scribe, ScribeSettings
from minutebook.scribe.operations import InsertSectionAfter, Operation, SetTitle
from minutebook.scribe.revising import Draft, keep, landing
from minutebook.store import conversations, documents
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_START = datetime(2026, 3, 4, 8, tzinfo=UTC)
_PEOPLE = ("Ana", "Bo", "Cyrus", "Dee")
_PLACES = "harbour ferry cabin glacier depot ridge village station bridge lake".split()
_THINGS = "tents ropes stoves permits tickets crates radios maps sledges batteries".split()
_CORRECTS_EVERY = 20
"""The model rewrites a section as a whole so often: once in so many updates."""
_CHARS_PER_TOKEN = 5
_READ_USD, _WRITE_USD, _INPUT_USD, _OUTPUT_USD = 0.1, 1.25, 1.0, 5.0
"""Relative prices, as the large providers have them: plain input is 1."""


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was read and written, in tokens."""

    output: int = 0
    rewriting: int = 0
    prompt: int = 0
    cache_read: int = 0
    cache_written: int = 0
    plain: int = 0


class Counting:
    """An honest model: it answers as `offline` would, and counts as a provider would."""

    def __init__(self) -> None:
        self.tally = Tally()
        self.seconds = 0.0
        self._cached: set[tuple[str, ...]] = set()
        self._calls = count(1)

    def model(self) -> ScriptedModel:
        """Return it as a model."""
        return ScriptedModel((self._answer for _ in count()), name="scripted:honest")

    def _answer(self, request: Request) -> Answer:
        started = time.perf_counter()
        call = self._wanted(request, next(self._calls))
        self._count(request, call)
        self.seconds += time.perf_counter() - started
        return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)

    def _wanted(self, request: Request, number: int) -> ToolCall:
        """Return what the model wants done."""
        if not request.material.passages:
            return ToolCall(id="1", name=UPDATE_DOCUMENT, arguments=_shortened(request))
        call = ToolCall(id="1", name=UPDATE_DOCUMENT, arguments=tell(request.material))
        if number % _CORRECTS_EVERY:
            return call
        section = request.material.sections[-1]
        body = section.body.replace("four", "five")
        operation = {"op": "replace_section", "anchor": section.anchor, "body": body or "x"}
        return replace(call, arguments=json.dumps({"operations": [operation]}))

    def _count(self, request: Request, call: ToolCall) -> None:
        parts = [request.tools[0].schema + request.system, *(m.text for m in request.messages)]
        sizes = [estimate(part) for part in parts]
        marks = [n for n, message in enumerate(request.messages, 2) if message.ends_prefix]
        read = max((n for n in range(len(parts)) if tuple(parts[:n]) in self._cached), default=0)
        self._cached |= {tuple(parts[:n]) for n in [1, *marks]}
        last = max([1, *marks])
        tally = self.tally
        tally.prompt += sum(sizes)
        tally.cache_read += sum(sizes[:read])
        tally.cache_written += sum(sizes[read:last])
        tally.plain += sum(sizes[last:])
        tally.output += estimate(call.arguments)


def _shortened(request: Request) -> str:
    """Return operations that keep so much of each section as there is room for."""
    shown = [section for section in request.material.sections if section.body]
    share = request.material.budget / sum(len(section.body) for section in shown)
    operations = [
        {
            "op": "replace_section",
            "anchor": section.anchor,
            "body": section.body[: int(0.95 * share * len(section.body))].rpartition(". ")[0] + ".",
        }
        for section in shown
    ]
    return json.dumps({"operations": operations})


def _said(chance: random.Random) -> str:
    """Return a turn as people write them: mostly a few sentences, at times a nod."""
    if chance.random() < 0.15:
        return chance.choice(["ok", "thanks!", "sounds good", "yes", "let me think"])
    sentences = [
        f"{chance.choice(_PEOPLE)} brings {chance.randint(2, 40)} {chance.choice(_THINGS)} to the "
        f"{chance.choice(_PLACES)} by {chance.randint(6, 20)}:{chance.randint(10, 59)}, since the "
        f"{chance.choice(_PLACES)} closes on the {chance.randint(1, 28)}th."
        for _ in range(chance.randint(1, 6))
    ]
    return " ".join(sentences)


def _sections(tokens: int, chance: random.Random) -> Iterator[InsertSectionAfter]:
    written = 0
    for number in count(1):
        if written >= tokens:
            return
        body = "\n\n".join(_said(chance) for _ in range(4))
        written += estimate(body)
        yield InsertSectionAfter(anchor="top", heading=f"Chapter {number}", body=body)


def _begin(tx: Transaction, conversation: str, tokens: int) -> str:
    """Give the conversation a document of so many tokens, written by a model."""
    head = documents.of_conversation(tx, conversation, _START)
    operations: tuple[Operation, ...] = (
        SetTitle(title="Expedition"),
        *_sections(tokens, random.Random(3)),
    )
    draft = Draft(head=head, operations=operations, author="scripted:honest", cause="begin")
    return keep(tx, head, draft, landing(tx, head, draft), _START).id


def _job(document: str) -> Job:
    return Job(
        id=1, kind=JobKind.SCRIBE, key=document, group=document, payload=document,
        state=JobState.LEASED, attempts=1, not_before=_START, owner="benchmark",
        lease_until=_START, requests=1, error="", cause="", correlation="", created_at=_START,
        updated_at=_START,
    )  # fmt: skip


async def _run(turns: int, tokens: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        database = await Database.open(Path(folder) / "store.db")
        try:
            return await _measure(database, turns, tokens)
        finally:
            await database.close()


async def _measure(database: Database, turns: int, tokens: int) -> dict[str, object]:
    chance, counting, engine_ms = random.Random(7), Counting(), list[float]()
    conversation = await database.write(
        lambda tx: conversations.create(tx, "test", "one", "Expedition", _START)
    )
    document = await database.write(lambda tx: _begin(tx, conversation, tokens))
    settings = ScribeSettings(document_chars=_CHARS_PER_TOKEN * tokens)
    scribe = Scribe(database, counting.model(), settings)
    for number in range(turns):
        await database.write(partial(_say, conversation, number, _said(chance)))
        started, asked = time.perf_counter(), counting.seconds
        await scribe.update(_job(document))
        spent = time.perf_counter() - started - (counting.seconds - asked)
        engine_ms.append(1_000 * spent)
        counting.tally.rewriting += estimate((await scribe.show(document)).content)
    return _report(counting.tally, turns, engine_ms)


def _say(conversation: str, number: int, text: str, tx: Transaction) -> None:
    at = _START + timedelta(minutes=7 * number)
    author = _PEOPLE[number % len(_PEOPLE)]
    draft = TurnDraft(role=Role.PERSON, author=author, content=Content(text=text), at=at)
    keyed = KeyedDraft(key=f"k{number}", draft=draft)
    strand = Strand(conversation=conversation, drafts=[keyed], origin=Origin.LIVE)
    record(tx, strand, RecordPolicy(paging=PagingPolicy()), at)


def _report(tally: Tally, turns: int, engine_ms: list[float]) -> dict[str, object]:
    cached = (
        tally.cache_read * _READ_USD
        + tally.cache_written * _WRITE_USD
        + tally.plain * _INPUT_USD
        + tally.output * _OUTPUT_USD
    )
    rewriting = tally.prompt * _INPUT_USD + tally.rewriting * _OUTPUT_USD
    return {
        "turns": turns,
        "document_tokens_mean": round(tally.rewriting / turns),
        "output_tokens": tally.output,
        "output_tokens_rewriting": tally.rewriting,
        "output_share": round(tally.output / tally.rewriting, 4),
        "prompt_tokens": tally.prompt,
        "cache_read_share": round(tally.cache_read / tally.prompt, 4),
        "cache_write_share": round(tally.cache_written / tally.prompt, 4),
        "relative_cost": round(cached / rewriting, 4),
        "engine_p50_ms": round(quantiles(engine_ms, n=100)[49], 2),
        "engine_p99_ms": round(quantiles(engine_ms, n=100)[98], 2),
    }


def main() -> None:
    """Measure, and print one JSON object."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=200)
    parser.add_argument("--document-tokens", type=int, default=3_000)
    given = parser.parse_args()
    print(json.dumps(asyncio.run(_run(given.turns, given.document_tokens))))


if __name__ == "__main__":
    main()
