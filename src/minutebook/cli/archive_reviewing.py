"""`archive pending`, `keep`, `pin`, `now`, `explain`, `plot`, `ledger`: what leaves, and why."""

from __future__ import annotations

import click

from minutebook.cli import archive_shapes
from minutebook.cli.columns import cut, key, number, wrapped
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import day, minute, print_json, print_table, print_text
from minutebook.domain.archive import RetentionScore
from minutebook.domain.display import one_line
from minutebook.engine import Engine

_BAR = 40
"""Characters of a bar that stands for 1."""
_pages = click.argument("pages", nargs=-1, required=True, metavar="PAGE...")


@click.command("pending", epilog="Example: minutebook archive pending")
@limit_option(1_000)
@json_option
@engine_command
async def pending(engine: Engine, limit: int, as_json: bool) -> None:
    """List the pages that leave soon unless somebody keeps them, the first to leave first."""
    found = await engine.archive.review.pending(limit)
    if as_json:
        print_json([archive_shapes.pending(each) for each in found])
        return
    if not found:
        say("No page waits for its review.")
    columns = (key("page"), key("leaves"), number("score"), number("turns", leaves=1), cut("label"))
    rows = [
        (each.page, day(each.due_at), f"{each.score.total:.3f}", each.turns, one_line(each.label))
        for each in found
    ]
    print_table(columns, rows)


@click.command("keep", epilog="Example: minutebook archive keep pg_92f4")
@_pages
@engine_command
async def keep(engine: Engine, pages: tuple[str, ...]) -> None:
    """Keep pages for now: it counts as looking at them."""
    say(f"{len(await engine.archive.review.keep(pages)):,} pages are kept.")


@click.command("pin", epilog="Example: minutebook archive pin pg_92f4")
@_pages
@engine_command
async def pin(engine: Engine, pages: tuple[str, ...]) -> None:
    """Pin pages: they never leave by themselves."""
    say(f"{len(await engine.archive.review.pin(pages)):,} pages are pinned.")


@click.command("unpin", epilog="Example: minutebook archive unpin pg_92f4")
@_pages
@engine_command
async def unpin(engine: Engine, pages: tuple[str, ...]) -> None:
    """Take pins away: the pages may leave when their time comes."""
    say(f"{len(await engine.archive.review.unpin(pages)):,} pages are not pinned any more.")


@click.command("now", epilog="Example: minutebook archive now pg_92f4")
@_pages
@json_option
@engine_command
async def now(engine: Engine, pages: tuple[str, ...], as_json: bool) -> None:
    """Archive pages at once, with all others whose review is over."""
    await engine.archive.review.let_go(pages)
    done = await engine.archive.flush()
    if as_json:
        print_json(archive_shapes.flushed(done))
        return
    say(f"{done.pages:,} pages with {done.turns:,} turns are in the archive now.")


@click.command("explain", epilog="Example: minutebook archive explain pg_92f4")
@click.argument("page")
@json_option
@engine_command
async def explain(engine: Engine, page: str, as_json: bool) -> None:
    """Say what speaks for keeping a page at hand, term by term."""
    found, score = await engine.archive.review.score(page)
    if as_json:
        shape = archive_shapes.score(score)
        print_json({"page": found, "threshold": engine.archive.threshold, **shape})
        return
    _show_terms(score)
    say(engine.archive.review.explain(score))


@click.command("plot", epilog="Example: minutebook archive plot pg_92f4")
@click.argument("page")
@click.option("--days", type=click.IntRange(1, 36_500), default=365, show_default=True)
@json_option
@engine_command
async def plot(engine: Engine, page: str, days: int, as_json: bool) -> None:
    """Draw how the score of a page will fall if nobody needs it."""
    points = await engine.archive.review.outlook(page, days)
    if as_json:
        print_json([{"day": each, "score": round(score, 6)} for each, score in points])
        return
    mark = round(engine.archive.threshold * _BAR)
    for each, score in points:
        bar = "#" * round(score * _BAR)
        drawn = bar.ljust(_BAR)
        print_text(f"{each:6} {score:.3f} {drawn[:mark]}|{drawn[mark:]}".rstrip())


@click.command("ledger", epilog="Example: minutebook archive ledger pg_92f4")
@click.argument("page", default="", metavar="[PAGE]")
@limit_option(1_000)
@json_option
@engine_command
async def ledger(engine: Engine, page: str, limit: int, as_json: bool) -> None:
    """List every move of pages between the tiers, and why; the newest first."""
    moves = await engine.archive.review.ledger(page=page, limit=limit)
    if as_json:
        print_json([archive_shapes.move(each) for each in moves])
        return
    columns = (key("at", 1), key("page"), key("from", 2), key("to"), key("by", 2), wrapped("why"))
    rows = [
        (minute(m.at), m.page, m.before.value, m.after.value, m.by.value, one_line(m.why))
        for m in moves
    ]
    print_table(columns, rows)


def _show_terms(score: RetentionScore) -> None:
    columns = (key("term"), number("adds"), number("of"), wrapped("because"))
    rows = [(t.name, f"{t.share:.3f}", f"{t.weight:.2f}", t.reason) for t in score.terms]
    print_table(columns, rows)


REVIEW = (pending, keep, pin, unpin, now, explain, plot, ledger)
