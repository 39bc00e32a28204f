"""The engine: builds the rooms once, owns their lifetimes, and holds the verbs that span them.

Front ends open it, call `engine.chat`, `engine.scribe`, `engine.library`, … and listen to
`engine.bus`. Nothing is decided in a front end.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial
from pathlib import Path

from minutebook.archive.console import (
    Asked,
    Console,
    Cursor,
    QueryHistory,
    ResultColumn,
    RowFormat,
    SavedQueries,
    SavedQuery,
    Vocabulary,
    write_rows,
)
from minutebook.archive.console import cell as cell_text
from minutebook.archive.room import Archive
from minutebook.batches import BatchRoom, PageSummaries, Plan
from minutebook.batches.room import BatchStatus
from minutebook.building import (
    Reach,
    archive_of,
    chat_means,
    compaction_of,
    console_of,
    context_means,
    examine,
    import_settings,
    means_of,
    meter_of,
    mirror_of,
    opting_out_of,
    reach_of,
    recall_of,
    scribe_settings,
)
from minutebook.chat.attaching import of_text as text_attachment
from minutebook.chat.attaching import read as read_attachment
from minutebook.chat.chat import Chat
from minutebook.checkup import Finding
from minutebook.clock import Clock, system_clock
from minutebook.config import Settings, resolve_zone
from minutebook.context.ahead import make_room_ahead
from minutebook.context.passes.compaction import Trial
from minutebook.context.passes.leasing import Leases
from minutebook.context.prompt.printing import printed
from minutebook.context.room import Context
from minutebook.context.snapshots.verbs import Snapshots
from minutebook.domain.jobs import JobKind
from minutebook.domain.turns import OFFLINE
from minutebook.events import Bus, LoopFailed
from minutebook.ledger.ledger import Ledger
from minutebook.llm.access import ensure_key
from minutebook.llm.models import ModelRegistry
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.paths import Home
from minutebook.privacy import verbs as privacy
from minutebook.privacy.opting_out.verbs import OptingOut
from minutebook.recall.search import Found, Recall, SearchResults
from minutebook.record.idling import close_idle_pages
from minutebook.record.library import Library, PageText
from minutebook.record.recorder import RecordPolicy
from minutebook.scribe.blocks import BlockKind
from minutebook.scribe.directing import Proposal, ScribeStatus
from minutebook.scribe.editing import EditOutcome
from minutebook.scribe.history import DocumentText, HistoryEntry
from minutebook.scribe.intents import Intent, Wish
from minutebook.scribe.mirror import Mirror
from minutebook.scribe.ownership import BlamedBlock
from minutebook.scribe.scribe import Scribe
from minutebook.sources.choice import Choice
from minutebook.sources.importer import Importer
from minutebook.sources.rehearsal import Rehearsed
from minutebook.sources.reports import SourceReport
from minutebook.sources.watching import Watching
from minutebook.store import changes
from minutebook.store.counts import Counts
from minutebook.store.database import Database
from minutebook.store.turns import BEGINNING, END
from minutebook.workers import chores
from minutebook.workers.chores import Chore
from minutebook.workers.feed import Feed
from minutebook.workers.owner import is_gone, new_owner
from minutebook.workers.pool import Handler, PoolSettings, WorkerPool
from minutebook.workers.queue import Queue

__all__ = [
    "BEGINNING",
    "END",
    "Asked",
    "BatchStatus",
    "BlamedBlock",
    "BlockKind",
    "Choice",
    "Counts",
    "Cursor",
    "DocumentText",
    "EditOutcome",
    "Engine",
    "Finding",
    "Found",
    "HistoryEntry",
    "Intent",
    "Library",
    "PageText",
    "Proposal",
    "Rehearsed",
    "ResultColumn",
    "RowFormat",
    "SavedQuery",
    "ScribeStatus",
    "SearchResults",
    "SourceReport",
    "Trial",
    "Vocabulary",
    "Wish",
    "cell_text",
    "ensure_key",
    "examine",
    "open_engine",
    "printed",
    "privacy",
    "read_attachment",
    "text_attachment",
    "write_rows",
]

_log = logging.getLogger(__name__)
_REST_SECONDS = 5.0
"""For how long a loop that failed rests."""
_LOOK_SECONDS = 0.5
_CHANGES_KEPT = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Engine:
    """The rooms of one home."""

    home: Home
    settings: Settings
    clock: Clock
    bus: Bus
    library: Library
    chat: Chat
    context: Context
    scribe: Scribe
    recall: Recall
    queue: Queue
    importer: Importer
    watching: Watching
    pool: WorkerPool
    feed: Feed
    mirror: Mirror | None
    """Keeps documents as files, if the settings name a folder for them."""
    models: ModelRegistry
    ledger: Ledger
    batches: BatchRoom
    archive: Archive
    opting_out: OptingOut
    console: Console
    """SQL over the record, in a process of its own."""
    saved_queries: SavedQueries
    query_history: QueryHistory
    counter: TokenCounter
    _database: Database
    _policy: RecordPolicy

    @asynccontextmanager
    async def background(self, paths: Sequence[Path] = ()) -> AsyncIterator[None]:
        """Watch what the home remembers, and these paths too; do all else that `working` does.

        What is added to `watching` meanwhile, or taken from it, here or by another process, is
        obeyed. Raises StoreError.
        """
        stop = asyncio.Event()
        async with self.working():
            await self.watching.add(paths)
            await self.watching.begin()
            following = asyncio.create_task(self._keep("watched", self.watching.follow, stop))
            reading = self._keep("watcher", lambda: self.watching.run(stop), stop)
            watching = asyncio.create_task(reading)
            try:
                yield
            finally:
                stop.set()
                self.pool.stop()
                await asyncio.gather(watching, return_exceptions=True)
                await _cancelled(following)

    @asynccontextmanager
    async def working(self, kinds: Collection[JobKind] = ()) -> AsyncIterator[None]:
        """Work and keep house until the block ends; watch nothing. Does jobs of these kinds only,
        if any are given.

        Leaving the block lets the jobs that run end, unless `pool.abort()` was called. Raises
        StoreError.
        """
        stop = asyncio.Event()
        await self.feed.begin()
        ahead = partial(make_room_ahead, self.context, self.bus)
        await self.batches.begin()
        loops = [
            asyncio.create_task(self._keep("feed", self.feed.run, stop)),
            asyncio.create_task(chores.keep_doing(self._chores(), self.bus), name="chores"),
            asyncio.create_task(self._keep("room for replies", ahead, stop)),
        ]
        run = partial(self.pool.run, kinds)
        working = [asyncio.create_task(self._keep("pool", run, stop))]
        if (mirror := self.mirror) is not None:
            mirroring = self._keep("mirror", lambda: mirror.run(stop), stop)
            working.append(asyncio.create_task(mirroring))
        try:
            yield
        finally:
            stop.set()
            self.pool.stop()
            await asyncio.gather(*working, return_exceptions=True)
            await _cancelled(*loops)

    async def do_what_can_be_done(
        self, stop: asyncio.Event | None = None, kinds: Collection[JobKind] = ()
    ) -> None:
        """Keep house once, and work until nothing is left that can be done now, or told to stop.

        Does jobs of these kinds only, if any are given. Whoever sets `stop` also calls
        `pool.stop()`, to reach the work that runs.
        """
        stop = stop or asyncio.Event()
        for chore in self._chores():
            if not stop.is_set():
                await chores.do(chore, self.bus)
        await self.batches.begin()
        await self.queue.hasten()
        if not stop.is_set():
            await self.pool.drain(kinds)
        if not stop.is_set():
            await self.batches.hurry()
            await self.pool.drain(kinds)
        if self.mirror is not None:
            await self.mirror.sync()

    async def see_batches_through(
        self, stop: asyncio.Event, kinds: Collection[JobKind] = ()
    ) -> None:
        """Work until no summary by a model is still to come by itself, or told to stop."""
        async with self.working(kinds):
            while not stop.is_set() and await self.batches.is_open():
                with suppress(TimeoutError):
                    async with asyncio.timeout(_LOOK_SECONDS):
                        await stop.wait()

    async def _keep(
        self, name: str, run: Callable[[], Awaitable[None]], stop: asyncio.Event
    ) -> None:
        """Run a loop until told to stop. One that fails is told, and begins anew after a rest."""
        while not stop.is_set():
            try:
                await run()
            except Exception as error:  # noqa: BLE001 - the edge of the loop: told, and begun anew
                _log.exception("The loop %r failed", name)
                self.bus.publish(LoopFailed(loop=name, reason=str(error)))
            else:
                return
            with suppress(TimeoutError):
                async with asyncio.timeout(_REST_SECONDS):
                    await stop.wait()

    def _chores(self) -> tuple[Chore, ...]:
        pause, told = self._policy.paging.pause, self.context.snapshots.pages_closed
        close_idle = partial(close_idle_pages, self._database, pause, self.clock, told)
        return (
            Chore(name="reclaim jobs", every_seconds=15, run=self.pool.reclaim),
            Chore(name="recover replies", every_seconds=15, run=self.chat.recover),
            Chore(name="close idle pages", every_seconds=60, run=close_idle),
            Chore(name="look after batches", every_seconds=60, run=self.batches.look_after),
            Chore(name="look for work", every_seconds=900, run=self.batches.look_for_backlog),
            Chore(name="learn meanings", every_seconds=60, run=self.recall.learn),
            Chore(name="sweep the feed", every_seconds=900, run=self._sweep_feed),
            Chore(name="see opt-outs through", every_seconds=60, run=self.opting_out.resume),
            Chore(name="keep the archive", every_seconds=60, run=self.archive.maintenance.look),
        )

    async def _sweep_feed(self) -> int:
        before = self.clock() - _CHANGES_KEPT
        return await self._database.write(lambda tx: changes.prune(tx, before))


async def _cancelled(*tasks: asyncio.Task[None]) -> None:
    """Cancel tasks, and wait for their ends."""
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@asynccontextmanager
async def open_engine(
    home: Home, settings: Settings, *, clock: Clock = system_clock
) -> AsyncIterator[Engine]:
    """Open a home and build its rooms; close them when the block ends.

    Raises ConfigError for wrong prices, ModelUnavailableError for a model that is not known,
    PrivacyError for pseudonyms without a key, StoreError when the home cannot be used.
    """
    async with AsyncExitStack() as stack:
        home.ensure()
        database = await Database.open(home.database)
        stack.push_async_callback(database.close)
        reach = reach_of(home, settings)
        stack.push_async_callback(reach.models.close)
        engine = _build(home, settings, clock, database, reach)
        await engine.ledger.teach(engine.counter)
        await engine.context.windows.load()
        stack.push_async_callback(engine.context.summons.close)
        stack.push_async_callback(engine.chat.close)
        stack.callback(engine.archive.close)
        stack.push_async_callback(engine.console.close)
        stack.callback(engine.importer.stop)  # its thread would go on to the end of the file
        yield engine


def _build(
    home: Home, settings: Settings, clock: Clock, database: Database, reach: Reach
) -> Engine:
    models = reach.models
    bus = Bus()
    meter = meter_of(home, settings, database, bus, clock)
    model = meter.wrapping(models.get)
    policy = RecordPolicy.of(settings)
    recall = recall_of(settings, database)
    zone = resolve_zone(settings.sources.zone)
    manner = scribe_settings(home, settings, zone)
    scribe = Scribe(database, model(settings.models.scribe), manner, clock)
    batch_means = means_of(home, settings, database, meter, reach)
    batching = BatchRoom(replace(batch_means, owner=new_owner()))
    summaries = PageSummaries(database, models.get(OFFLINE), Plan.of(settings), zone, clock)
    leases = Leases(database=database, clock=clock, owner=new_owner(), is_gone=is_gone)
    of_context = context_means(settings, database, meter, reach, recall)
    pages_closed = Snapshots(of_context).pages_closed
    compaction = compaction_of(settings, meter, leases, model, (summaries, batching), pages_closed)
    context = Context(of_context, compaction=compaction)
    handlers: dict[JobKind, Handler] = {
        JobKind.COMPACT: context.work,
        JobKind.SUMMARISE: summaries.summarise,
        JobKind.SCRIBE: scribe.update,
        **batching.handlers,
    }
    archive = archive_of(home, settings, database, clock, new_owner(), is_gone)
    mirror = mirror_of(home, settings, database, scribe, bus)
    importer = Importer(database, import_settings(home, settings, policy), bus, clock)
    return Engine(
        home=home,
        settings=settings,
        clock=clock,
        bus=bus,
        library=Library(database),
        chat=Chat(chat_means(settings, database, meter, model, context, (new_owner(), is_gone))),
        context=context,
        scribe=scribe,
        recall=recall,
        queue=Queue(database, clock),
        importer=importer,
        watching=Watching(
            database, importer, bus, clock, quiet_seconds=settings.sources.quiet_seconds
        ),
        pool=WorkerPool(database, handlers, PoolSettings.of(settings), bus, clock),
        feed=Feed(database, bus),
        mirror=mirror,
        models=models,
        ledger=meter.ledger,
        batches=batching,
        archive=archive,
        opting_out=opting_out_of(home, database, clock, archive, mirror, summaries.stand_in),
        console=console_of(home, settings),
        saved_queries=SavedQueries(home.queries),
        query_history=QueryHistory(home.query_history),
        counter=meter.counter,
        _database=database,
        _policy=policy,
    )
