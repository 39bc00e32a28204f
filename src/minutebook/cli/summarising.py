"""`pages summarise`, and `--mode`: which pages a model summarises, and in which way."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, TypeVar

import click

from minutebook.cli import batch_shapes as shapes
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option
from minutebook.cli.output import money, print_json
from minutebook.config import BatchMode
from minutebook.domain.batches import Estimate, Route
from minutebook.engine import Engine
from minutebook.errors import UsageError
from minutebook.wording import plural

_ROUTES = {
    BatchMode.AUTO: Route.UNDECIDED,
    BatchMode.NOW: Route.NOW,
    BatchMode.BATCH: Route.BATCH,
}
_WAYS = {
    BatchMode.AUTO: "as the settings say",
    BatchMode.NOW: "now",
    BatchMode.BATCH: "in a batch",
}
Command = TypeVar("Command", bound=Any)


def mode_option(command: Command) -> Command:
    """Let a command say how pages go to their model."""
    option = click.option(
        "--mode",
        type=click.Choice([mode.value for mode in BatchMode]),
        help="How these pages go to their model: at once, or at half price and later.",
    )
    decorated: Command = option(command)
    return decorated


@click.command("summarise", epilog="Example: minutebook pages summarise pg_92f4 --mode now")
@click.argument("page", metavar="[PAGE]...", nargs=-1)
@click.option("--conversation", metavar="CONV", default="", help="All pages of a conversation.")
@mode_option
@json_option
@engine_command
async def summarise(
    engine: Engine, page: tuple[str, ...], conversation: str, mode: str | None, as_json: bool
) -> None:
    """Have a model summarise pages that it has not: each PAGE, or all of a conversation.

    What is on its way, waits for a yes or is there is left alone. What comes to more than is spent
    unasked waits for a yes. A worker does it: the workbench, minutebook --no-ui, or minutebook
    batches work.
    """
    wanted = await _wanted(engine, page, conversation)
    chosen = BatchMode(mode or BatchMode.AUTO)
    found = await ask_for(engine, wanted, chosen)
    if as_json:
        print_json({"model": engine.settings.models.summary, **shapes.estimate(found)})
        return
    say(told(found, chosen))


async def ask_for(engine: Engine, pages: Sequence[str], mode: BatchMode) -> Estimate:
    """Order the summaries of pages in a way. Raises UsageError."""
    return await engine.batches.want(pages, _ROUTES[mode])


def told(found: Estimate, mode: BatchMode) -> str:
    """Say what was asked for."""
    if not found.pages:
        return "Nothing to ask for: what is not there is on its way, or waits for a yes."
    price = "unpriced" if found.cost is None else f"about {money(found.cost)}"
    return f"Asked for: {plural(found.pages, 'summary', 'summaries')}, {_WAYS[mode]}, {price}."


async def _wanted(engine: Engine, pages: Sequence[str], conversation: str) -> list[str]:
    """Return the ids of the pages that are meant. Raises NotFoundError, UsageError."""
    if not pages and not conversation:
        raise UsageError("Which pages?", hint="Name pages, or a --conversation.")
    named = [(await engine.library.page(each)).page.id for each in pages]
    if conversation:
        inside = (await engine.library.conversation(conversation)).id
        found = await engine.library.pages(conversation=inside, limit=MOST)
        named += [page.id for page in reversed(found)]
    return list(dict.fromkeys(named))
