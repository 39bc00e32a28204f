"""`search`: find turns by their words."""

from __future__ import annotations

import sys

import click

from minutebook.cli import shapes
from minutebook.cli.hits import BESIDE, beside, place
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import print_json, print_text
from minutebook.domain.display import one_line
from minutebook.engine import Engine, Found


@click.command(
    epilog='Example: minutebook search "winter ferry" -cancelled',
    context_settings={"ignore_unknown_options": True},
)
@click.argument("words", nargs=-1, required=True)
@click.option("--in", "conversation", default="", metavar="CONV", help="Only in this conversation.")
@limit_option(20)
@json_option
@engine_command
async def search(
    engine: Engine, words: tuple[str, ...], conversation: str, limit: int, as_json: bool
) -> None:
    """Find turns, the best first, with their neighbours.

    "Quoted words" stand together, -word must not be there, word* is a beginning.
    """
    inside = (await engine.library.conversation(conversation)).id if conversation else ""
    typed = " ".join(map(_as_typed, words))
    found = await engine.recall.search(typed, conversation=inside, limit=limit)
    if as_json:
        print_json([shapes.found(item) for item in found])
        return
    if not found:
        say("Nothing was found.")
    elif not found[0].has_all:
        say("No turn has all the words; these have some of them.")
    if sys.stdout.isatty():
        from minutebook.cli.layout import print_hits

        print_hits(found)
        return
    for item in found:
        _print_lines(item)


def _as_typed(word: str) -> str:
    """Give what the shell kept together its quotes back, unless it has signs of its own."""
    is_phrase = " " in word and '"' not in word and " -" not in word
    return f'"{word}"' if is_phrase else word


def _print_lines(found: Found) -> None:
    """Print a hit for a pipe: a line for each part of it, as long as it is."""
    print_text(f"{one_line(found.hit.conversation_title)} · {place(found)}")
    if found.before is not None:
        print_text(f"    {beside(found.before)[:BESIDE]}")
    print_text(f"  ▸ {one_line(found.hit.turn.speaker)}: {one_line(found.snippet_between('', ''))}")
    if found.after is not None:
        print_text(f"    {beside(found.after)[:BESIDE]}")
    print_text("")
