"""`/ref`, `/unref`, `/search`, `/sql`, `/export`, `/ledger`: what the record has and has cost."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.domain.exports import ExportForm
from minutebook.domain.spending import Grouping
from minutebook.errors import UsageError
from minutebook.paths import create_private
from minutebook.tui.widgets.inked import Ink
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.domain.spending import Tally
    from minutebook.tui.slash.scene import Scene

_PAGE = re.compile(r"pg_[0-9a-f]*")
_UNFIT = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


async def ref(scene: Scene, argument: str) -> None:
    """Bring pages back into sight of the model: by ids, or by words."""
    if not argument:
        raise UsageError("Which page?", hint="Name it, or some of its words: /ref ferry table")
    words = argument.split()
    named = words if all(map(_PAGE.fullmatch, words)) else [f"?{argument.removeprefix('?')}"]
    brought = await scene.engine.context.slots.refer(scene.conversation.id, named)
    parts = [f"{each.page} is in sight for the next answer" for each in brought.pages]
    parts += [f"{page} is in sight already" for page in brought.seen]
    parts += [f"{one_line(e.reference)} stays where it is: {e.reason}" for e in brought.unresolved]
    is_in_vain = not brought.pages and not brought.seen
    scene.say(" · ".join(parts), Ink.WARNING if is_in_vain else Ink.NOTE)


async def unref(scene: Scene, argument: str) -> None:
    """Let pages go that were brought back: those that are named, else all."""
    gone = await scene.engine.context.slots.let_go(scene.conversation.id, argument.split())
    scene.say(f"{', '.join(gone)} went out of sight" if gone else "No such page was brought back.")


async def search(scene: Scene, argument: str) -> None:
    """Search everything that was said."""
    scene.app.search_for(argument)


async def sql(scene: Scene, argument: str) -> None:
    """Ask the record with a query, or open the console as it was left."""
    scene.app.ask_sql(argument)


async def export(scene: Scene, argument: str) -> None:
    """Write the conversation into a new file."""
    path = _place(scene, argument)
    form = _form(path)
    text = await scene.engine.library.export(scene.conversation.id, form)
    if path.exists():
        raise UsageError(f"{path} already exists.", hint="Name another file.")
    await asyncio.to_thread(create_private, path, text.encode("utf-8", "replace"))
    scene.say(f"Written to {path}")


def _place(scene: Scene, argument: str) -> Path:
    """Return where to write: without a name, among the exports of the home."""
    if argument:
        return Path(argument).expanduser().absolute()
    name = _UNFIT.sub("-", one_line(scene.conversation.title)).strip("-.")[:_LONGEST_NAME]
    folder, stem = scene.engine.home.exports, name or "conversation"
    number = 1
    while (path := folder / f"{stem}{f'-{number}' if number > 1 else ''}.md").exists():
        number += 1
    return path


def _form(path: Path) -> ExportForm:
    """Return the form that a file's name ends in. Raises UsageError."""
    if not path.parent.is_dir():
        raise UsageError(f"There is no folder {path.parent}.", hint="Make it first.")
    for form in ExportForm:
        if path.suffix.lower() == form.value:
            return form
    raise UsageError(
        f"{path.name!r} says no form.", hint="Let the name end in .md for Markdown, or in .json."
    )


async def ledger(scene: Scene, argument: str) -> None:
    """Show what models have cost: today, by day, and here."""
    from minutebook.tui.screens.reading import ReadingScreen

    book = scene.engine.ledger
    today = await book.total(since=book.midnight())
    here = await book.report(Grouping.CONVERSATION)
    days, models = await book.report(Grouping.DAY), await book.report(Grouping.MODEL)
    own = [tally for tally in here if tally.name == scene.conversation.id]
    parts = [
        _table("Today", [today]),
        _table("This conversation", own),
        _table("By model", models),
        _table("By day", days[:14]),
    ]
    scene.app.push_screen(ReadingScreen("Ledger", "\n\n".join(part for part in parts if part)))


def _table(title: str, tallies: Sequence[Tally]) -> str:
    rows = [_row(tally) for tally in tallies if tally.calls]
    return "\n".join([title, *(rows or ["  nothing yet"])])


def _row(tally: Tally) -> str:
    read = tally.input_tokens + tally.cache_read_tokens + tally.cache_write_tokens
    tokens = f"{read:>11,} in  {tally.output_tokens:>9,} out"
    unpriced = f"  ({tally.unpriced:,} unpriced)" if tally.unpriced else ""
    calls = plural(tally.calls, "call")
    name = one_line(tally.name)[:32] if not tally.name.startswith("cv_") else ""
    return f"  {dollars(tally.cost):>9}  {calls:>12}  {tokens}  {name}{unpriced}"
