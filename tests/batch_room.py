"""A room of batches with a provider in memory, on a clock that stands still until it is moved."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from batching import MODEL, all_pages
from doubles import FakeClock
from minutebook.batches import BatchRoom, BatchSettings, Means, PageSummaries, Plan
from minutebook.domain.batches import Batch, Order
from minutebook.domain.jobs import JobKind
from minutebook.domain.pages import Page
from minutebook.domain.spending import Charge
from minutebook.errors import ModelError, NotFoundError
from minutebook.events import Bus
from minutebook.llm.batching import (
    BatchLimits,
    ItemOutcome,
    ItemResult,
    Parcel,
    RemoteBatch,
    RemoteCounts,
    RemoteState,
)
from minutebook.llm.offline import OfflineModel
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Attribution, Capabilities, Reply, Request, StopReason, Usage
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.store.database import Database
from minutebook.workers.pool import PoolSettings, WorkerPool

USAGE = Usage(input_tokens=100, output_tokens=10, cache_read_tokens=7, cache_write_tokens=3)
SUMMARY = "Label: The ferry\n- Ann: It leaves. {refs} [t99999]\nEntities: Winterbottom; Atlantis"


def summary_of(prompt: str) -> str:
    """Return a summary that refers to every turn of a prompt, and to one that is not there."""
    shown = re.findall(r'<turn n="(\d+)"|\[t(\d+)\]', prompt)
    return SUMMARY.format(refs=" ".join(f"[t{a or b}]" for a, b in shown if (a or b) != "99999"))


def good(custom_id: str, prompt: str) -> ItemResult:
    """Answer a request as it should be."""
    reply = Reply(model=MODEL, text=summary_of(prompt), stop_reason=StopReason.END, usage=USAGE)
    return ItemResult(custom_id=custom_id, outcome=ItemOutcome.SUCCEEDED, reply=reply)


def undone(outcome: ItemOutcome) -> Callable[[str, str], ItemResult]:
    """Return how to leave a request unanswered."""
    return lambda custom_id, _: ItemResult(custom_id=custom_id, outcome=outcome)


def failing(error: ModelError) -> Callable[[str, str], ItemResult]:
    """Return how to fail a request."""
    return lambda custom_id, _: ItemResult(
        custom_id=custom_id, outcome=ItemOutcome.ERRORED, error=error
    )


def as_it_should(request: Request) -> Answer:
    """Answer a direct call as it should be."""
    return Answer(pieces=(summary_of(request.messages[0].text),), usage=USAGE)


@dataclass(slots=True, kw_only=True)
class Made:
    """A batch at the provider."""

    remote: RemoteBatch
    requests: list[tuple[str, str]]
    """Custom ids and prompts."""
    results: dict[str, ItemResult] = field(default_factory=dict)


class Provider:
    """Batches in memory; what goes wrong is set before."""

    def __init__(self, clock: FakeClock) -> None:
        self._clock = clock
        self.limits = BatchLimits(requests=1_000, bytes=1_000_000)
        self.keeps_labels = False
        self.key = "key-1"
        self.made: list[Made] = []
        self.sent = 0
        self.before_create: ModelError | None = None
        self.after_create: ModelError | None = None
        self.is_stubborn = False
        """Whether a refusal stays."""
        self.answer: Callable[[str, str], ItemResult] = good
        self.extra_lines: list[bytes] = []
        self.left_out = 0
        self.hidden: set[str] = set()
        self.forgotten: list[str] = []
        self.not_forgetting: ModelError | None = None
        self.downloads = 0
        self.retrieved = 0

    def written(self, model: str, custom_id: str, request: Request) -> bytes:
        return json.dumps({"id": custom_id, "prompt": request.messages[0].text}).encode()

    async def account(self) -> str:
        return self.key

    async def create(self, parcel: Parcel) -> RemoteBatch:
        self.sent += 1
        if (error := self.before_create) is not None:
            self.before_create = error if self.is_stubborn else None
            raise error
        made = self.make(parcel.label, parcel.lines)
        if (error := self.after_create) is not None:
            self.after_create = None
            raise error
        return made.remote

    def make(self, label: str, lines: Sequence[bytes]) -> Made:
        """Make a batch."""
        requests = [(found["id"], found["prompt"]) for found in map(json.loads, lines)]
        now = self._clock()
        remote = RemoteBatch(
            id=f"remote_{len(self.made)}",
            state=RemoteState.IN_PROGRESS,
            counts=RemoteCounts(processing=len(requests)),
            created_at=now,
            expires_at=now + timedelta(hours=24),
            label=label if self.keeps_labels else "",
        )
        self.made.append(Made(remote=remote, requests=requests))
        return self.made[-1]

    def finish(self, state: RemoteState = RemoteState.ENDED) -> None:
        """End every batch."""
        for made in self.made:
            if made.remote.state is RemoteState.ENDED:
                continue
            made.results = {id_: self.answer(id_, prompt) for id_, prompt in made.requests}
            by = [result.outcome.value for result in made.results.values()]
            counts = RemoteCounts(**{o.value: by.count(o.value) for o in ItemOutcome})
            made.remote = replace(made.remote, state=state, counts=counts, ended_at=self._clock())

    async def retrieve(self, batch: str) -> RemoteBatch:
        self.retrieved += 1
        return self._find(batch).remote

    async def created_since(self, moment: datetime) -> list[RemoteBatch]:
        return [m.remote for m in reversed(self.made) if m.remote.created_at >= moment]

    async def cancel(self, batch: str) -> RemoteBatch:
        made = self._find(batch)
        made.remote = replace(made.remote, state=RemoteState.CANCELING)
        return made.remote

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        self.downloads += 1
        made = self._find(batch.id)
        ids = list(made.results)[self.left_out :]
        target.write_bytes(b"".join(b"%s\n" % id_.encode() for id_ in ids))
        if self.extra_lines:
            target.write_bytes(target.read_bytes() + b"\n".join(self.extra_lines) + b"\n")
        return len(ids)

    def read(self, model: str, line: bytes) -> ItemResult:
        custom_id = line.decode()
        for made in self.made:
            if custom_id in made.results:
                return made.results[custom_id]
        return good(custom_id, "")

    async def forget(self, batch: str) -> None:
        if self.not_forgetting is not None:
            raise self.not_forgetting
        self.forgotten.append(batch)

    def _find(self, batch: str) -> Made:
        for made in self.made:
            if made.remote.id == batch and batch not in self.hidden:
                return made
        raise NotFoundError("batch", batch)


class Desk:
    """A room, its provider, and a worker."""

    def __init__(self, database: Database, clock: FakeClock, folder: Path) -> None:
        self.database = database
        clock.now = datetime(2100, 1, 1, tzinfo=UTC)  # all that was recorded before is due
        self.clock = clock
        self.folder = folder
        self.provider = Provider(clock)
        self.model = ScriptedModel([], name=MODEL)
        self.settings = BatchSettings(small=1, now_per_minute=0)
        self.plan = Plan(model=MODEL, prompt="p1")
        self.has_batches = True
        self.bus = Bus()
        self.open()

    def open(self) -> None:
        """Open the room, as another process would."""
        prices = PriceBook()

        def priced(charge: Charge) -> Charge:
            used = Usage(input_tokens=charge.input_tokens, output_tokens=charge.output_tokens)
            cost = prices.price(charge.model, used, charge.at, batch=charge.is_batch)
            return replace(charge, cost=cost)

        async def check(model: str, attribution: Attribution) -> None:
            return None

        self.means = Means(
            database=self.database,
            bus=self.bus,
            clock=self.clock,
            folder=self.folder / "batches",
            plan=self.plan,
            prices=prices,
            counter=TokenCounter(),
            priced=priced,
            check=check,
            model_of=lambda _: self.model,
            client_of=lambda _: self.provider if self.has_batches else None,
            settings=self.settings,
        )
        self.room = BatchRoom(self.means)
        standins = PageSummaries(self.database, OfflineModel(), self.plan, clock=self.clock)
        handlers = {JobKind.SUMMARISE: standins.summarise, **self.room.handlers}
        limits = dict.fromkeys(handlers, 1)
        self.pool = WorkerPool(
            self.database, handlers, PoolSettings(limits=limits), self.bus, self.clock
        )

    def narrow(self, window: int) -> None:
        """Have a model with a small window, that answers as it should."""

        capabilities = Capabilities(context_window=window, needs_network=False)
        self.model = ScriptedModel([as_it_should] * 999, name=MODEL, capabilities=capabilities)

    async def work(self, seconds: float = 6) -> None:
        """Let some time pass, and do what can be done then."""
        await self.pool.drain()
        self.clock.forward(seconds=seconds)
        await self.pool.drain()

    async def see_through(self, *, rounds: int = 12) -> None:
        """Let batches end and their results be applied, again and again."""
        for _ in range(rounds):
            await self.work()
            self.provider.finish()
            await self.work(120)

    async def pages(self) -> list[Page]:
        """Return the pages."""
        return await all_pages(self.database)

    async def orders(self) -> list[Order]:
        """Return the orders, by number."""
        return sorted(await self.room.orders(), key=lambda order: order.id)

    async def batches(self) -> list[Batch]:
        """Return the batches, the oldest first."""
        return (await self.room.list())[::-1]

    def unasked(self) -> BatchSettings:
        """Return settings by which everything waits for a yes."""
        return replace(self.settings, confirm_above=Decimal(0), confirm_above_tokens=0)
