"""`sql`: ask the record with one query that reads, in a process that can do nothing else."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path
from typing import BinaryIO

import click

from minutebook.cli.columns import key, wrapped
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command
from minutebook.cli.output import print_json, print_table, print_text
from minutebook.cli.sql_output import Format, write
from minutebook.engine import Engine, SavedQuery
from minutebook.errors import UsageError
from minutebook.paths import new_private

_SHOWN = 1_000
_LONGEST = 1_000_000
"""Bytes that are read of stdin; far more than a query may have."""


class _Asking(click.Command):
    """A command whose argument may begin with a comment of SQL, which looks like an option."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Put a text that begins with a comment behind all options."""
        end = args.index("--") if "--" in args else len(args)
        before, behind = args[:end], args[end + 1 :]
        texts = [each for each in before if _is_commented(each)]
        if texts:
            args = [*(each for each in before if each not in texts), "--", *texts, *behind]
        return super().parse_args(ctx, args)


def _is_commented(arg: str) -> bool:
    """Say whether an argument is SQL behind `--`: no option has a space in its name."""
    name = arg.partition("=")[0]
    return arg.startswith("--") and any(map(str.isspace, name))


@click.command(
    cls=_Asking,
    epilog="Examples: minutebook sql 'FROM history LIMIT 10'"
    "    minutebook sql --run months --format csv --output months.csv",
)
@click.argument("query", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice([form.value for form in Format]),
    default=Format.TABLE.value,
    show_default=True,
    help="How rows are written.",
)
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@click.option(
    "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write to a new file."
)
@click.option(
    "--limit",
    type=click.IntRange(0, MOST),
    metavar="N",
    help=f"At most so many rows; 0 for all. [default: {_SHOWN:,} in a table, else all]",
)
@click.option("--explain", is_flag=True, help="Show how it would be run; run nothing.")
@click.option("--saved", is_flag=True, help="List the queries with a name, yours first.")
@click.option("--run", "name", default="", metavar="NAME", help="Run one of those.")
@engine_command
async def sql(
    engine: Engine,
    query: str | None,
    form: str,
    as_json: bool,
    output: Path | None,
    limit: int | None,
    explain: bool,
    saved: bool,
    name: str,
) -> None:
    """Ask the record with SQL; it only reads.

    Tables: history (archived pages), turns and pages (all of them). QUERY is one statement in
    DuckDB's SQL; without it, or as -, it is read from stdin.
    """
    if saved:
        _print_saved(engine.saved_queries.all(), as_json)
        return
    text = engine.saved_queries.get(name).sql if name else _typed(query)
    if explain:
        print_text(await engine.console.explain(text))
        return
    chosen = Format.JSON if as_json else Format(form)
    most = _SHOWN if limit is None and chosen is Format.TABLE else limit or MOST
    if chosen is Format.PARQUET:
        if output is None:
            raise UsageError("Parquet is written to a file.", hint="Name one with --output FILE.")
        rows = await engine.console.save(text, output, rows=most)
        _warn(engine.console.warning)
        say(f"{rows:,} rows in {output}.")
        return
    cursor = await engine.console.run(text, rows=most)
    _warn(cursor.warning)
    if output is None:
        await write(cursor, chosen, sys.stdout)
    else:
        with _new(output) as raw:
            import io

            with io.TextIOWrapper(raw, encoding="utf-8", newline="") as stream:
                await write(cursor, chosen, stream)
        say(f"{cursor.rows_read:,} rows in {output}.")
    if cursor.is_capped:
        say(f"Only the first {cursor.rows_read:,} rows; --limit 0 gives all.")


def _warn(warning: str) -> None:
    if warning:
        say(warning)


def _typed(query: str | None) -> str:
    if query is not None and query != "-":
        return query
    if sys.stdin.isatty():
        raise UsageError(
            "There is no query.", hint="Write one: minutebook sql 'FROM history LIMIT 10'."
        )
    return sys.stdin.read(_LONGEST)


def _print_saved(queries: Sequence[SavedQuery], as_json: bool) -> None:
    if as_json:
        print_json(
            [{"name": q.name, "title": q.title, "sql": q.sql, "own": q.is_own} for q in queries]
        )
        return
    rows = [(one.name, one.title, one.sql) for one in queries]
    print_table((key("name"), wrapped("what"), wrapped("sql")), rows)


def _new(path: Path) -> BinaryIO:
    try:
        return new_private(path)
    except FileExistsError as error:
        raise UsageError(f"{path} exists already.", hint="Name another file.") from error
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}.") from error
