"""`search`: find turns by their words."""

from __future__ import annotations

import re
import sys
from collections.abc import Callable
from functools import partial
from typing import ParamSpec, TypeVar

import click

from minutebook.cli import shapes
from minutebook.cli.hits import BESIDE, beside, place
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option, limit_option
from minutebook.cli.output import print_json, print_text
from minutebook.domain.display import one_line
from minutebook.domain.turns import Role
from minutebook.engine import Engine, Found, SearchResults

P = ParamSpec("P")
T = TypeVar("T")

_FILTER = re.compile(r"[A-Za-z]+:\S")
_FILTERS = (
    ("author", "NAME", "Said by whom a word of whose name begins so."),
    ("source", "KIND", "Only from this kind of source."),
    ("page", "PAGE", "Only in this page."),
    ("before", "TIME", "Said before: 2025, 2025-01, 2025-01-31, 2025-01-31T12:30."),
    ("after", "TIME", "Said then or later."),
    ("on", "TIME", "Said in this year, month, day, hour or minute."),
)


def _filter_options(work: Callable[P, T]) -> Callable[P, T]:
    """Add the options that say where to look."""
    for name, metavar, told in reversed(_FILTERS):
        work = click.option(f"--{name}", default="", metavar=metavar, help=told)(work)
    roles = click.Choice([role.value for role in Role])
    work = click.option("--role", type=roles, default=None, help="Who speaks.")(work)
    kinds = click.Choice(["tools", "attachments"])
    work = click.option("--has", type=kinds, default=None, help="Only turns with these.")(work)
    pinned = click.option("--pinned", "is_", flag_value="pinned", default="", help="Only pinned.")
    return pinned(work)


@click.command(
    epilog='Example: minutebook search "winter ferry" -cancelled author:ana before:2025-01',
    context_settings={"ignore_unknown_options": True},
)
@click.argument("words", nargs=-1)
@click.option("--in", "conversation", default="", metavar="CONV", help="Only in this conversation.")
@_filter_options
@click.option("--group", type=click.Choice(["page", "conversation"]), help="Keep these together.")
@click.option(
    "--offset", type=click.IntRange(0, MOST), default=0, metavar="N", help="Leave out the best N."
)
@limit_option(20)
@json_option
@engine_command
async def search(
    engine: Engine,
    words: tuple[str, ...],
    conversation: str,
    group: str | None,
    offset: int,
    limit: int,
    as_json: bool,
    **filters: str | None,
) -> None:
    """Find turns, the best first, with their neighbours.

    "Quoted words" stand together (where only the shell has seen the quotes, words that do so
    nowhere are looked for each), -word must not be there, word* is a beginning. author:ana,
    role:model, in:title, source:slack, page:pg_1, before:2025-01, after:2024, on:2024-12-24,
    is:pinned, has:tools say where to look, as the options do.
    """
    chosen = {name.rstrip("_"): value for name, value in filters.items() if value}
    if not words and not chosen:
        raise click.UsageError("Missing argument 'WORDS...': what to look for.")
    inside = (await engine.library.conversation(conversation)).id if conversation else ""
    look = partial(engine.recall.wanted, conversation=inside, limit=limit, offset=offset)
    results = await engine.recall.look(look(" ".join(map(_as_typed, words)), chosen))
    if not results.found and any(_as_typed(word) != word for word in words):
        results = await engine.recall.look(look(" ".join(words), chosen))
        if results.found:
            say("The words stand together nowhere; looked for each of them.")
    found = _grouped(results, group)
    if as_json:
        print_json([shapes.found(item) for item in found])
        return
    _tell(results)
    if sys.stdout.isatty():
        from minutebook.cli.layout import print_hits

        print_hits(found)
        return
    for item in found:
        _print_lines(item)


def _grouped(results: SearchResults, group: str | None) -> list[Found]:
    """Return what was found, in the order of the best of each group."""
    if group is None:
        return list(results.found)
    groups = results.by_page() if group == "page" else results.by_conversation()
    return [found for each in groups.values() for found in each]


def _tell(results: SearchResults) -> None:
    """Say what is to be known of the results before they are read."""
    for typed, other in results.instead:
        say(f"{one_line(typed)} is nowhere; looked for {one_line(other)} instead.")
    if not results.found:
        say("Nothing was found.")
    elif not results.found[0].has_all:
        say("No turn has all the words; these have some of them.")
    if results.is_bounded:
        say("There are many more; what is newest and rarest was looked through first.")


def _as_typed(word: str) -> str:
    """Give what the shell kept together its quotes back, unless it has signs of its own."""
    if _FILTER.match(word) and " " in word and '"' not in word:
        name, _, value = word.partition(":")
        return f'{name}:"{value}"'
    return f'"{word}"' if _is_kept_together(word) else word


def _is_kept_together(word: str) -> bool:
    return " " in word and '"' not in word and " -" not in word and not _FILTER.match(word)


def _print_lines(found: Found) -> None:
    """Print a hit for a pipe: a line for each part of it, as long as it is."""
    print_text(f"{one_line(found.hit.conversation_title)} · {place(found)}")
    if found.before is not None:
        print_text(f"    {beside(found.before)[:BESIDE]}")
    print_text(f"  ▸ {one_line(found.hit.turn.speaker)}: {one_line(found.snippet_between('', ''))}")
    if found.after is not None:
        print_text(f"    {beside(found.after)[:BESIDE]}")
    print_text("")
