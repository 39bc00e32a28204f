"""From the settings of a home to what its rooms are built with."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta, tzinfo
from pathlib import Path

from minutebook.archive.console import Console, ConsoleLimits, offered
from minutebook.archive.room import Archive
from minutebook.archive.settings import ArchiveSettings
from minutebook.archive.settings import Means as ArchiveMeans
from minutebook.batches import BatchRoom, BatchSettings, Means, PageSummaries, Plan
from minutebook.batches.parcels import Parcels
from minutebook.chat.branches import go_back
from minutebook.chat.means import Means as ChatMeans
from minutebook.chat.settings import ChatSettings
from minutebook.chat.tools import Tools
from minutebook.checkup import Finding
from minutebook.checkup import examine as examine_home
from minutebook.clock import Clock
from minutebook.config import Settings, load, resolve_zone
from minutebook.context.means import Means as ContextMeans
from minutebook.context.passes.compaction import Compaction, PassMeans
from minutebook.context.passes.leasing import Leases
from minutebook.context.passes.merging import Storyteller
from minutebook.context.passes.retelling import retold
from minutebook.context.room import Context
from minutebook.domain.pages import NoSummary, Page
from minutebook.domain.turns import OFFLINE
from minutebook.errors import MinutebookError
from minutebook.events import Bus, SourceFailed
from minutebook.ledger.caps import CapGuard, Caps
from minutebook.ledger.ledger import Ledger
from minutebook.ledger.metering import Meter
from minutebook.llm import prompts
from minutebook.llm.models import ModelRegistry, registry_of
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Model, Request, Tool
from minutebook.llm.tokens.counter import TokenCounter
from minutebook.paths import Home
from minutebook.privacy.gate import Gate
from minutebook.privacy.opening import gate_of, hider_of
from minutebook.privacy.opting_out.means import Means as PrivacyMeans
from minutebook.privacy.opting_out.verbs import OptingOut
from minutebook.recall.meaning import StaticEmbedder, is_installed
from minutebook.recall.search import Recall, pages_for, pages_with
from minutebook.record.closing import close_early
from minutebook.record.recorder import RecordPolicy
from minutebook.scribe.mirror import Mirror
from minutebook.scribe.rewinding import by_hand, rewind
from minutebook.scribe.scribe import Scribe, ScribeSettings
from minutebook.scribe.standing import standing
from minutebook.scribe.telling import Manner
from minutebook.sources.containers import Filter
from minutebook.sources.disguise import PLAIN, Disguised
from minutebook.sources.importer import ImportSettings
from minutebook.sources.source import DateOrder, ReadingOptions
from minutebook.store import glance
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Reach:
    """What reaches models, and the gate that all of it goes through."""

    models: ModelRegistry
    gate: Gate


def reach_of(home: Home, settings: Settings) -> Reach:
    """Return the models of a home whose folders exist, behind its gate.

    Raises ModelUnavailableError for a model that is not known, PrivacyError for pseudonyms without
    a key.
    """
    gate = gate_of(home, settings)
    return Reach(models=registry_of(settings, gate=gate.around), gate=gate)


def meter_of(home: Home, settings: Settings, database: Database, bus: Bus, clock: Clock) -> Meter:
    """Return what puts models under the ledger. Raises ConfigError for wrong prices."""
    zone = resolve_zone(settings.sources.zone)
    ledger = Ledger(database, PriceBook.load(home.prices_file), zone, clock)
    caps = Caps.of(settings.costs.per_day_usd, settings.costs.per_job_usd)
    return Meter(ledger, TokenCounter(), CapGuard(ledger, caps, bus, clock), clock)


def archive_of(
    home: Home,
    settings: Settings,
    database: Database,
    clock: Clock,
    owner: str,
    is_gone: Callable[[str], bool],
) -> Archive:
    """Return the archive; from then on the database reads what has left it."""
    return Archive(
        ArchiveMeans(
            database=database,
            folder=home.archive,
            clock=clock,
            settings=ArchiveSettings.of(settings),
            owner=owner,
            is_gone=is_gone,
        )
    )


def chat_means(
    settings: Settings,
    database: Database,
    meter: Meter,
    model: Callable[[str], Model],
    context: Context,
    owners: tuple[str, Callable[[str], bool]],
) -> ChatMeans:
    """Return what the chat works with; `owners` are its own name, and who is known to be gone."""
    return ChatMeans(
        database=database,
        models=model,
        prompts=context,
        settings=ChatSettings(
            model=model(settings.models.chat).name,
            policy=RecordPolicy.of(settings),
            owner=owners[0],
            is_gone=owners[1],
            pages_closed=context.snapshots.pages_closed,
        ),
        bus=meter.guard.bus,
        clock=meter.clock,
        tools=Tools(
            offered=offered_tools(settings),
            run=context.slots.call,
            rounds=settings.context.tool_rounds,
        ),
        heed=context.slots.heed,
    )


def examine(home: Home) -> list[Finding]:
    """Return what was found in a home, and how well this system can hold the SQL console."""
    missing = offered().missing
    detail = "SQL runs in a process that can open only the archive, and reach nobody."
    if missing:
        detail = (
            f"This system has no {', '.join(missing)}; SQL is held by DuckDB's own settings and by"
            " the check of each query alone."
        )
    held = Finding(check="console", is_fine=not missing, detail=detail, is_minor=True)
    return [*examine_home(home), *_mirror(home), held]


def _mirror(home: Home) -> Iterator[Finding]:
    """Say of mirrored files that stand still why, and what to do."""
    try:
        folder = mirror_folder(home, load(home))
    except MinutebookError:
        return
    if folder is None:
        return
    still = standing(glance.mirrored(home.database), folder)
    if not still:
        yield Finding(check="mirror", is_fine=True, detail=str(folder))
    for each in still:
        yield Finding(check="mirror", is_fine=False, detail=str(each), is_minor=True)


def console_of(home: Home, settings: Settings) -> Console:
    """Return the SQL console; its process is started when it is first asked."""
    said = settings.console
    limits = ConsoleLimits(
        memory_mb=said.memory_mb,
        threads=said.threads,
        temp_mb=said.temp_mb,
        seconds=said.seconds,
        rows=said.rows,
    )
    return Console(home.database, home.archive, limits)


def means_of(
    home: Home, settings: Settings, database: Database, meter: Meter, reach: Reach
) -> Means:
    """Return what the room of batches works with. Raises ModelUnavailableError."""
    models = reach.models
    models.get(settings.models.summary)
    return Means(
        database=database,
        bus=meter.guard.bus,
        clock=meter.clock,
        folder=home.batches,
        plan=Plan.of(settings),
        prices=meter.ledger.prices,
        counter=meter.counter,
        priced=meter.ledger.priced,
        check=meter.guard.check,
        left_today=meter.guard.left_today,
        model_of=meter.wrapping(models.get),
        client_of=models.batches,
        restored=reach.gate.restored,
        settings=BatchSettings.of(settings, resolve_zone(settings.sources.zone)),
    )


def recall_of(settings: Settings, database: Database) -> Recall:
    """Return what searches; by meaning too, where the extra for it is installed."""
    return Recall(
        database,
        zone=resolve_zone(settings.sources.zone),
        embedder=StaticEmbedder() if is_installed() else None,
    )


def context_means(
    settings: Settings,
    database: Database,
    meter: Meter,
    reach: Reach,
    recall: Recall,
) -> ContextMeans:
    """Return what the room of contexts works with."""
    models = meter.wrapping(reach.models.get)

    async def shown(model: str, request: Request) -> Request:
        return request if model == OFFLINE else await reach.gate.shown(request)

    return ContextMeans(
        database=database,
        clock=meter.clock,
        settings=settings.context,
        models=models,
        chat_model=models(settings.models.chat).name,
        counter=meter.counter,
        find_passages=recall.passages,
        go_back=go_back,
        catalogue=reach.models,
        bus=meter.guard.bus,
        find_pages=pages_with,
        recall_pages=pages_for,
        prices=meter.ledger.prices,
        summary_model=models(settings.models.summary).name,
        tools=offered_tools(settings),
        shown=shown,
        zone=resolve_zone(settings.sources.zone),
    )


def offered_tools(settings: Settings) -> tuple[Tool, ...]:
    """Return the tools that models may call while they answer."""
    return (prompts.recall_page(),) if settings.context.tool_rounds else ()


def compaction_of(
    settings: Settings,
    meter: Meter,
    leases: Leases,
    models: Callable[[str], Model],
    summarisers: tuple[PageSummaries, BatchRoom],
    pages_closed: Callable[[Transaction, Sequence[str]], None],
) -> Compaction:
    """Return what makes room in prompts; summaries are made by what makes them anywhere."""
    standins, batching = summarisers

    async def summarise_now(page: str) -> NoSummary | None:
        await standins.stand_in(page)
        return await batching.summarise_now(page)

    def close_early_here(tx: Transaction, conversation: str, through: int, tokens: int) -> None:
        closed = close_early(tx, conversation, through, tokens, meter.clock())
        pages_closed(tx, closed)

    return Compaction(
        PassMeans(
            database=leases.database,
            bus=meter.guard.bus,
            clock=meter.clock,
            teller=lambda: Storyteller(
                models(settings.models.summary), settings.batches.prompt_tokens
            ),
            summarise_now=summarise_now,
            stand_in=standins.stand_in,
            leases=leases,
            is_offline=Plan.of(settings).is_offline,
            close_early=close_early_here,
            page_tokens=settings.pages.tokens,
        )
    )


def opting_out_of(
    home: Home,
    database: Database,
    clock: Clock,
    archive: Archive,
    mirror: Mirror | None,
    stand_in: Callable[[str], Awaitable[None]],
) -> OptingOut:
    """Return what withholds the turns of those who opt out, and takes back what is made of them."""
    parcels = Parcels(home.batches)

    def retell(pages: Sequence[Page], tokens: int) -> tuple[str, str]:
        told = retold(pages, tokens)
        return told.text, told.by

    return OptingOut(
        PrivacyMeans(
            database=database,
            home=home,
            clock=clock,
            rewind=rewind,
            by_hand=by_hand,
            stand_in=stand_in,
            retell=retell,
            purge=archive.purge,
            archived=archive.derived_texts,
            drop_parcel=lambda batch: asyncio.to_thread(parcels.drop, batch),
            mirror=None if mirror is None else mirror.sync,
        )
    )


def mirror_folder(home: Home, settings: Settings) -> Path | None:
    """Return where documents are kept as files; a folder without a root lies in the home."""
    named = settings.scribe.mirror
    return home.data / Path(named).expanduser() if named else None


def mirror_of(
    home: Home, settings: Settings, database: Database, scribe: Scribe, bus: Bus
) -> Mirror | None:
    """Return what keeps documents as files, if the settings name a folder for them."""
    folder = mirror_folder(home, settings)
    if folder is None:
        return None
    return Mirror(
        database,
        scribe,
        folder,
        quiet_seconds=settings.sources.quiet_seconds,
        on_failure=lambda path, error: bus.publish(
            SourceFailed(place=str(path), reason=str(error))
        ),
    )


def scribe_settings(home: Home, settings: Settings, zone: tzinfo) -> ScribeSettings:
    """Return what the scribe goes by. Raises ConfigError for a style that is not known."""
    return ScribeSettings(
        document_chars=settings.scribe.budget_characters,
        slice_chars=settings.scribe.slice_characters,
        manner=Manner(style=settings.scribe.style, folder=home.styles).checked(),
        zone=zone,
    )


def import_settings(home: Home, settings: Settings, policy: RecordPolicy) -> ImportSettings:
    """Return what importing goes by. Raises PrivacyError for pseudonyms without a key."""
    hider = hider_of(home, settings)
    return ImportSettings(
        reading=ReadingOptions(
            zone=resolve_zone(settings.sources.zone),
            date_order=DateOrder(settings.sources.date_order),
        ),
        policy=policy,
        filter=Filter(
            include=settings.sources.include, exclude=settings.sources.exclude, apart=home.data
        ),
        quiet=timedelta(seconds=settings.sources.quiet_seconds),
        disguise=PLAIN if hider is None else Disguised(hider),
    )
