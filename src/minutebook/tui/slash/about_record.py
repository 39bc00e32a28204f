"""`/ref`, `/search`, `/export`, `/ledger`: what the record has, and what it cost."""

from __future__ import annotations

import asyncio
import re
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.domain.exports import ExportForm
from minutebook.domain.speakers import speaker
from minutebook.domain.spending import Grouping
from minutebook.errors import NotFoundError, UsageError
from minutebook.paths import create_private
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.domain.spending import Tally
    from minutebook.engine import PageText
    from minutebook.tui.slash.scene import Scene

_PAGE = re.compile(r"pg_[0-9a-f]*")
_UNFIT = re.compile(r"[^\w.-]+")
_LONGEST_NAME = 60


async def ref(scene: Scene, argument: str) -> None:
    """Send a page of the record along with the next message."""
    if not argument:
        raise UsageError("Which page?", hint="Name it, or some of its words: /ref ferry table")
    page = await _page(scene, argument)
    from minutebook.engine import text_attachment

    scene.pane.attach(text_attachment(f"{page.page.id}.txt", _as_text(page)))
    about = f" · {page.page.label}" if page.page.label else ""
    scene.say(f"{plural(len(page.turns), 'turn')} of {page.page.id} go along{about}")


async def _page(scene: Scene, wanted: str) -> PageText:
    """Return a page by its id, or the one with the best turn for some words."""
    library = scene.engine.library
    if _PAGE.fullmatch(wanted):
        return await library.page(wanted)
    for found in await scene.engine.recall.search(wanted):
        if (page := found.hit.turn.page) is not None:
            return await library.page(page)
    raise NotFoundError("closed page with", wanted, hint="^F searches what is not in a page yet.")


def _as_text(page: PageText) -> str:
    return "\n\n".join(
        f"{speaker(turn, is_live=False)}: {turn.content.text}"
        for turn in page.turns
        if turn.content.text
    )


async def search(scene: Scene, argument: str) -> None:
    """Search everything that was said."""
    scene.app.search_for(argument)


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
