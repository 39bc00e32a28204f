"""`search`: find turns by their words."""

from __future__ import annotations

import sys

import click

from minutebook.cli import shapes
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import print_json, print_text
from minutebook.domain.display import one_line
from minutebook.domain.turns import Turn
from minutebook.engine import Engine, Found

_NEIGHBOUR = 100


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
    for item in found:
        _print(item)


def _as_typed(word: str) -> str:
    """Give what the shell kept together its quotes back, unless it has signs of its own."""
    is_phrase = " " in word and '"' not in word and " -" not in word
    return f'"{word}"' if is_phrase else word


def _print(found: Found) -> None:
    turn = found.hit.turn
    at = "" if turn.at is None else f" · {turn.at.astimezone():%Y-%m-%d %H:%M}"
    print_text(f"{one_line(found.hit.conversation_title)}{at} · {turn.page or turn.conversation}")
    if found.before is not None:
        print_text(f"    {_beside(found.before)}")
    _print_hit(found)
    if found.after is not None:
        print_text(f"    {_beside(found.after)}")
    print_text("")


def _print_hit(found: Found) -> None:
    bold, plain = ("\x1b[1m", "\x1b[0m") if sys.stdout.isatty() else ("", "")
    snippet = one_line(found.snippet_between("\ue000", "\ue001"))
    shown = snippet.replace("\ue000", bold).replace("\ue001", plain)
    sys.stdout.write(f"  ▸ {one_line(found.hit.turn.speaker)}: {shown}\n")


def _beside(turn: Turn) -> str:
    text = one_line(turn.content.text[: _NEIGHBOUR * 2])
    return f"{one_line(turn.speaker)}: {text[:_NEIGHBOUR]}"
