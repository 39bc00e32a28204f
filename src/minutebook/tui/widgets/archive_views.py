"""The archive in lines: how much is where, what waits for its review and why, what comes next."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.domain.archive import StepState
from minutebook.domain.pages import Lifecycle
from minutebook.tui.widgets.inked import Ink, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow
from minutebook.tui.wording import plural, short_path, turn_time

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime
    from pathlib import Path

    from minutebook.domain.archive import ArchiveStats, PendingPage, RetentionScore, Step
    from minutebook.engine import Counts, Engine
    from minutebook.tui.archive_work import ArchiveWork

AT_MOST = 300
"""Pages that are listed."""
_VERIFY = "verify"
_PATH = 40
_UNITS = ("bytes", "kB", "MB", "GB", "TB")
_THOUSAND = 1_000


async def facts(engine: Engine, work: ArchiveWork, now: datetime) -> list[Line]:
    """Return the lines above the list."""
    counts, stats = await engine.library.counts(), await engine.archive.stats()
    steps = await engine.archive.maintenance.steps()
    hot = await asyncio.to_thread(_size, engine.home.database)
    lines = [_amounts(counts, stats, hot), *_rule(engine)]
    lines += _maintenance(steps, now, is_enabled=engine.settings.archive.enabled)
    return [*lines, line(work.told, work.ink)] if work.told else lines


async def rows(engine: Engine, now: datetime) -> list[ListRow]:
    """Return the pages that wait for their review, those that are due first."""
    threshold = engine.archive.threshold
    return [_pending(page, threshold, now) for page in await engine.archive.review.pending(AT_MOST)]


def in_bytes(size: int) -> str:
    """Return an amount of bytes in the unit that suits it: `934 kB`, `1.2 GB`."""
    amount, unit = float(size), 0
    while amount >= _THOUSAND and unit < len(_UNITS) - 1:
        amount, unit = amount / _THOUSAND, unit + 1
    return (
        f"{amount:.1f} {_UNITS[unit]}" if unit and amount < 10 else f"{amount:.0f} {_UNITS[unit]}"
    )


def terms_of(score: RetentionScore) -> str:
    """Return what speaks for a page, term by term, what adds nothing left out."""
    parts = [f"{term.name} {term.share:.2f}" for term in score.terms if term.share >= 0.005]
    return " + ".join(parts)


def _amounts(counts: Counts, stats: ArchiveStats, hot: int) -> Line:
    pages = counts.pages
    waiting = pages[Lifecycle.PENDING_DECAY]
    spans = [Span(text=f"{pages[Lifecycle.ACTIVE]:,}"), Span(text=" active", ink=Ink.NOTE)]
    spans.append(Span(text=f"   {waiting:,}", ink=Ink.WARNING if waiting else Ink.PLAIN))
    spans.append(Span(text=" to review", ink=Ink.NOTE))
    spans += [Span(text=f"   {stats.pages:,}"), Span(text=" archived", ink=Ink.NOTE)]
    files = plural(stats.files, "file")
    sizes = f"{in_bytes(hot)} in the store · {in_bytes(stats.bytes)} in {files}"
    right = (Span(text=sizes, ink=Ink.FAINT),)
    return Line(left=tuple(spans), right=right, shortened=Side.RIGHT)


def _rule(engine: Engine) -> list[Line]:
    """Say when pages leave; where they do not by themselves, how to let them."""
    said = engine.settings.archive
    if said.enabled:
        days = f"{said.grace_days:g} days"
        text = f"What less than {said.threshold:g} speaks for waits {days}, then it is archived"
        return [line(text, Ink.FAINT)]
    how = Line(
        left=(Span(text="[archive] enabled = true lets them", ink=Ink.NOTE),),
        right=(Span(text=short_path(str(engine.home.config_file), _PATH), ink=Ink.FAINT),),
        shortened=Side.RIGHT,
    )
    return [line("Pages do not leave by themselves", Ink.WARNING), how]


def _maintenance(steps: Sequence[Step], now: datetime, *, is_enabled: bool) -> list[Line]:
    """Say what comes next, how the last proof went, and what has failed."""
    lines = []
    ahead = sorted(steps, key=lambda step: step.due_at)
    if ahead:
        names = [step.name for step in ahead if step.due_at == ahead[0].due_at]
        due = ahead[0].due_at
        when = "now" if due <= now else turn_time(due, now)
        proof = next((step for step in steps if step.name == _VERIFY), None)
        told = "" if proof is None else proof.detail
        if proof is not None and proof.ended_at is not None and told:
            told = f"{told.rstrip('.')} ({turn_time(proof.ended_at, now)})"
        lines.append(
            Line(
                left=(Span(text=f"Next: {', '.join(names)}, {when}", ink=Ink.NOTE),),
                right=(Span(text=told, ink=Ink.FAINT),) if told else (),
                shortened=Side.RIGHT,
            )
        )
    return lines + [each for step in steps for each in _trouble(step)]


def _trouble(step: Step) -> list[Line]:
    match step.state:
        case StepState.FAILED:
            return [line(f"{step.name} failed: {step.error}", Ink.ERROR)]
        case StepState.INTERRUPTED:
            return [line(f"{step.name} was interrupted, and goes on where it was", Ink.NOTE)]
        case _:
            return []


def _pending(page: PendingPage, threshold: float, now: datetime) -> ListRow:
    name = (Span(text=f"  {page.page}", ink=Ink.FAINT),) if page.label else ()
    is_due = page.due_at <= now
    when = "leaves with the next flush" if is_due else f"leaves {turn_time(page.due_at, now)}"
    head = Line(
        left=(Span(text=page.label or page.page), *name),
        right=(Span(text=when, ink=Ink.WARNING if is_due else Ink.FAINT),),
    )
    total = f"{page.score.total:.2f} of {threshold:g}  "
    terms = terms_of(page.score)
    why = Line(
        left=(Span(text=total, ink=Ink.KEY), Span(text=terms, ink=Ink.NOTE)),
        right=(Span(text=plural(page.turns, "turn"), ink=Ink.FAINT),),
        shortened=Side.RIGHT,
    )
    return ListRow(id=page.page, lines=(head, why))


def _size(database: Path) -> int:
    """Return the bytes of the store, what is not merged into it yet included."""
    size = 0
    for path in (database, database.with_name(f"{database.name}-wal")):
        try:
            size += path.stat().st_size
        except OSError:
            continue
    return size
