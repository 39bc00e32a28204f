"""`archive`: pages that leave the store for Parquet files, and how they come back."""

from __future__ import annotations

import click

from minutebook.cli import archive_shapes
from minutebook.cli.archive_reviewing import REVIEW
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import minute, print_json, print_table
from minutebook.domain.archive import RestoreReport, Step
from minutebook.domain.display import one_line
from minutebook.engine import Engine
from minutebook.errors import UsageError

_NAMED = 20
"""Pages that could not come back and are named on stderr; JSON names all."""


@click.group(cls=Family)
def archive() -> None:
    """Review what is about to be archived, archive it, and bring it back."""


@archive.command("flush", epilog="Example: minutebook archive flush --json")
@json_option
@engine_command
async def flush(engine: Engine, as_json: bool) -> None:
    """Archive the pages whose review is over. They can still be found, read and quoted."""
    done = await engine.archive.flush()
    if as_json:
        print_json(archive_shapes.flushed(done))
        return
    kept = f" {done.skipped:,} were kept or changed meanwhile." if done.skipped else ""
    say(f"{done.pages:,} pages with {done.turns:,} turns are in the archive now.{kept}")


@archive.command("stats", epilog="Example: minutebook archive stats")
@json_option
@engine_command
async def stats(engine: Engine, as_json: bool) -> None:
    """Say how much is in the archive, by month."""
    found = await engine.archive.stats()
    if as_json:
        print_json(archive_shapes.stats(found))
        return
    rows = [(month, f"{pages:,}", f"{size:,}") for month, pages, size in found.months]
    print_table((key("month"), number("pages"), number("bytes")), rows)
    say(
        f"{found.pages:,} pages with {found.turns:,} turns, in {found.files:,} files of"
        f" {found.bytes:,} bytes."
    )


@archive.command("verify", epilog="Example: minutebook archive verify")
@json_option
@engine_command
async def verify(engine: Engine, as_json: bool) -> int:
    """Prove every file of the archive again: its bytes, its rows, what lies where."""
    found = await engine.archive.verify()
    if as_json:
        print_json(archive_shapes.verified(found))
    else:
        rows = [(each.path, each.what) for each in found.problems]
        print_table((key("path"), wrapped("what")), rows)
        say(f"{found.files:,} files with {found.rows:,} rows: {len(found.problems):,} problems.")
    is_lossy = any(each.is_loss for each in found.problems)
    return Exit.FAILED if is_lossy else Exit.DONE


@archive.command("restore", epilog="Example: minutebook archive restore pg_92f4")
@click.argument("pages", nargs=-1, metavar="[PAGE]...")
@click.option("--conversation", metavar="CONV", help="Restore all pages of a conversation.")
@click.option("--all", "is_all", is_flag=True, help="Restore everything.")
@json_option
@engine_command
async def restore(
    engine: Engine, pages: tuple[str, ...], conversation: str | None, is_all: bool, as_json: bool
) -> int:
    """Bring pages back into the store, byte for byte. What cannot be read stays, and is named."""
    wanted = list(pages)
    if conversation:
        found = await engine.library.conversation(conversation)
        wanted += await engine.archive.archived(found.id)
    elif is_all:
        wanted += await engine.archive.archived()
    elif not pages:
        raise UsageError("No page is named.", hint="Name pages, or give --conversation or --all.")
    done = await engine.archive.restore(wanted)
    if as_json:
        print_json(archive_shapes.restored(done))
    else:
        say(f"{done.pages:,} pages with {done.turns:,} turns are in the store again.")
    _name_unread(done)
    return Exit.FAILED if done.unread else Exit.DONE


def _name_unread(done: RestoreReport) -> None:
    """Say which pages stay archived, and why."""
    for each in done.unread[:_NAMED]:
        say(f"{one_line(each.page)} stays archived: {one_line(each.why)}")
    if more := len(done.unread[_NAMED:]):
        say(f"So do {more:,} more; --json names all.")
    if done.unread:
        say("`minutebook archive verify` says which files are not as they should be.")


@archive.command("compact", epilog="Example: minutebook archive compact")
@json_option
@engine_command
async def compact(engine: Engine, as_json: bool) -> None:
    """Put the small files of each month together."""
    replaced = await engine.archive.compact()
    if as_json:
        print_json({"replaced": replaced})
        return
    say(f"{replaced:,} files were put together.")


@archive.command("maintenance", epilog="Example: minutebook archive maintenance --now")
@click.option("--now", "is_now", is_flag=True, help="Do every step now.")
@json_option
@engine_command
async def maintenance(engine: Engine, is_now: bool, as_json: bool) -> None:
    """List the steps of the maintenance: when each is due, and what came of it last."""
    upkeep = engine.archive.maintenance
    steps = await (upkeep.run() if is_now else upkeep.steps())
    if as_json:
        print_json([archive_shapes.step(each) for each in steps])
        return
    columns = (key("step"), key("state"), key("due", 1), key("done", 2), wrapped("what came of it"))
    print_table(columns, [_row(each) for each in steps])


def _row(each: Step) -> tuple[str, ...]:
    said = each.error or each.detail
    return each.name, each.state.value, minute(each.due_at), minute(each.ended_at), one_line(said)


for command in REVIEW:
    archive.add_command(command)
