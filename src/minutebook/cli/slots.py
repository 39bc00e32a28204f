"""`context ref|unref|slot|pin`: pages that were brought back into sight."""

from __future__ import annotations

import click

from minutebook.cli.columns import cut, key, number
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import print_json, print_table
from minutebook.clock import iso
from minutebook.domain.context import PagedIn
from minutebook.engine import Engine

_ID_BEGINS = ("pg_", "?")


@click.command(epilog="Example: minutebook context ref cv_3fa9 pg_92f4 '?ferry table'")
@click.argument("conversation", metavar="CONV")
@click.argument("references", nargs=-1, required=True, metavar="ID|?WORDS…")
@json_option
@engine_command
async def ref(engine: Engine, conversation: str, references: tuple[str, ...], as_json: bool) -> int:
    """Bring pages back into sight of the model, by their ids or by words."""
    found = await engine.library.conversation(conversation)
    named = [each if each.startswith(_ID_BEGINS) else f"?{each}" for each in references]
    brought = await engine.context.slots.refer(found.id, named)
    if as_json:
        print_json([_shape(each) for each in brought.pages])
    for page in brought.seen:
        say(f"{page} is in sight already.")
    for left in brought.left:
        say(f"{left.page} made room.")
    for lost in brought.unresolved:
        say(f"minutebook: {lost.reference} was not brought back: {lost.reason}.")
    if not as_json:
        _print(brought.pages)
    return Exit.FAILED if brought.unresolved else Exit.DONE


@click.command(epilog="Example: minutebook context unref cv_3fa9")
@click.argument("conversation", metavar="CONV")
@click.argument("references", nargs=-1, metavar="[ID…]")
@engine_command
async def unref(engine: Engine, conversation: str, references: tuple[str, ...]) -> None:
    """Let pages go that were brought back, all of them where none is named."""
    found = await engine.library.conversation(conversation)
    gone = await engine.context.slots.let_go(found.id, references)
    say(f"{', '.join(gone)} went out of sight." if gone else "None of them was brought back.")


@click.command(epilog="Example: minutebook context slot cv_3fa9 --json")
@click.argument("conversation", metavar="CONV")
@json_option
@engine_command
async def slot(engine: Engine, conversation: str, as_json: bool) -> None:
    """List the pages that were brought back, and why each is there."""
    found = await engine.library.conversation(conversation)
    pages = await engine.context.slots.of(found.id)
    if as_json:
        print_json([_shape(each) for each in pages])
        return
    if not pages:
        say("No page was brought back.")
    _print(pages)


@click.command(epilog="Example: minutebook context pin cv_3fa9 pg_92f4")
@click.argument("conversation", metavar="CONV")
@click.argument("page", metavar="ID")
@engine_command
async def pin(engine: Engine, conversation: str, page: str) -> None:
    """Keep a page in the slot whatever comes, or take that back."""
    found = await engine.library.conversation(conversation)
    is_pinned = await engine.context.slots.pin(found.id, page)
    say(f"{page} is {'pinned' if is_pinned else 'pinned no more'}.")


def _print(pages: tuple[PagedIn, ...]) -> None:
    print_table(
        (key("page"), number("tokens"), key("why"), number("refs"), cut("reason")),
        [
            (
                each.page,
                each.tokens,
                f"{each.why.value}{', pinned' if each.is_pinned else ''}",
                each.references,
                each.reason,
            )
            for each in pages
        ],
    )


def _shape(paged: PagedIn) -> dict[str, object]:
    """Return a page in the slot as JSON."""
    return {
        "page": paged.page,
        "tokens": paged.tokens,
        "why": paged.why.value,
        "reason": paged.reason,
        "references": paged.references,
        "last_at": iso(paged.last_at),
        "pinned": paged.is_pinned,
    }
