"""`pages`: the pages of the record and their summaries."""

from __future__ import annotations

import click

from minutebook.cli import shapes
from minutebook.cli.columns import cut, key, number
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option, limit_option
from minutebook.cli.output import print_json, print_table, print_text
from minutebook.cli.summarising import summarise
from minutebook.engine import Engine


@click.group(cls=Family)
def pages() -> None:
    """List pages, read them, and have a model summarise them."""


@pages.command("list", epilog="Example: minutebook pages list cv_3fa9 --json")
@click.argument("conversation", metavar="[CONV]", default="")
@limit_option(1_000_000)
@json_option
@engine_command
async def list_(engine: Engine, conversation: str, limit: int, as_json: bool) -> None:
    """List pages, the newest first; of one conversation, if given."""
    inside = (await engine.library.conversation(conversation)).id if conversation else ""
    found = await engine.library.pages(conversation=inside, limit=limit)
    if as_json:
        print_json([shapes.page(page) for page in found])
        return
    if not found:
        say("No page is closed in it yet." if inside else "There are no pages yet.")
    print_table(
        (
            key("id"),
            number("turns"),
            number("tokens", leaves=1),
            key("summary", leaves=2),
            cut("label"),
        ),
        [(p.id, p.turns, p.tokens, p.summary_by or "-", p.label) for p in found],
    )


@pages.command("show", epilog="Example: minutebook pages show pg_92f4")
@click.argument("page")
@json_option
@engine_command
async def show(engine: Engine, page: str, as_json: bool) -> None:
    """Print a page: its summary, then the turns it is made of."""
    found = await engine.library.page(page)
    if as_json:
        turns = [shapes.turn(turn) for turn in found.turns]
        print_json({**shapes.page(found.page), "content": turns})
        return
    made = f"summary by {found.page.summary_by}" if found.page.summary_by else "no summary yet"
    summary = f"{found.page.summary}\n({made})".lstrip()
    print_text(f"{found.page.id} · {found.page.label}\n\n{summary}")
    for turn in found.turns:
        print_text(f"\n{turn.speaker}: {turn.content.text}")


pages.add_command(summarise)
