"""`scribe`: the living documents and their history."""

from __future__ import annotations

from typing import Any

import click

from minutebook.cli import instructing, penning, shapes
from minutebook.cli.columns import cut, key, number
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option, limit_option
from minutebook.cli.output import minute, print_json, print_table, print_text
from minutebook.domain.documents import Document
from minutebook.engine import Engine


@click.group(cls=Family)
def scribe() -> None:
    """Read and edit the living documents, start and stop them, go back to older versions.

    DOC is a document's id, its slug or title, its conversation's id or title, or the beginning of
    one of these, as long as it fits one document only.
    """


for _command in (*instructing.COMMANDS, *penning.COMMANDS):
    scribe.add_command(_command)


@scribe.command("list", epilog="Example: minutebook scribe list --json")
@limit_option(1_000)
@json_option
@engine_command
async def list_(engine: Engine, limit: int, as_json: bool) -> None:
    """List documents, the one that changed last first."""
    found = await engine.scribe.documents(limit=limit)
    if as_json:
        print_json([shapes.document(item) for item in found])
        return
    if not found:
        say("There are no documents yet; the scribe begins one for each conversation.")
    print_table(
        (key("document"), number("revision"), key("state"), cut("title", leaves=1)),
        [(d.slug, d.revision, d.state.value, d.title) for d in found],
    )


@scribe.command("show", epilog="Example: minutebook scribe show winter-expedition > notes.md")
@click.argument("document", metavar="DOC")
@click.option("--revision", type=click.IntRange(0, MOST), help="An older version.")
@json_option
@engine_command
async def show(engine: Engine, document: str, revision: int | None, as_json: bool) -> None:
    """Print a document."""
    text = await engine.scribe.show(document, revision)
    status = await engine.scribe.status(text.document.id)
    disputed = len(await engine.scribe.conflicts(text.document.id))
    if as_json:
        print_json(
            {
                "document": text.document.id,
                "title": text.title,
                "revision": text.revision,
                "content": text.content,
                "conflicts": disputed,
                "left_sections": list(status.drift.sections),
            }
        )
        return
    print_text(text.content)
    slug = text.document.slug
    penning.tell_conflicts(slug, disputed)
    if status.drift.is_any:
        say(f"Other branches: {status.drift.told}. `minutebook scribe branch {slug}` revises it.")


@scribe.command("history", epilog="Example: minutebook scribe history winter-expedition")
@click.argument("document", metavar="DOC")
@limit_option(1_000_000)
@json_option
@engine_command
async def history(engine: Engine, document: str, limit: int, as_json: bool) -> None:
    """List the revisions of a document, the newest first."""
    found = await engine.scribe.history(document, limit=limit)
    if as_json:
        print_json([{**shapes.revision(e.revision), "change": e.change} for e in found])
        return
    if not found:
        say("It has no revisions yet.")
    print_table(
        (
            key("revision"),
            key("when"),
            key("author", leaves=2),
            number("turns", leaves=1),
            cut("change"),
        ),
        [
            (
                f"r{e.revision.number}",
                minute(e.revision.at),
                e.revision.author,
                e.revision.covers.turns,
                e.change,
            )
            for e in found
        ],
    )


@scribe.command("diff", epilog="Example: minutebook scribe diff winter-expedition 3 7")
@click.argument("document", metavar="DOC")
@click.argument("old", type=click.IntRange(0, MOST))
@click.argument("new", type=click.IntRange(0, MOST), required=False)
@json_option
@engine_command
async def diff(engine: Engine, document: str, old: int, new: int | None, as_json: bool) -> None:
    """Print what changed from revision OLD to NEW, or to the newest."""
    head = await engine.scribe.find(document)
    last = head.revision if new is None else new
    lines = await engine.scribe.diff(document, old, last)
    if as_json:
        print_json({"document": head.id, "old": old, "new": last, "lines": lines})
        return
    if lines:
        print_text("\n".join(lines))
    else:
        say(f"Revisions {old} and {last} are the same.")


class RevisionNumber(click.IntRange):
    """A revision as it is typed, or as `history` shows it: `7`, `r7`."""

    def __init__(self) -> None:
        super().__init__(1, MOST)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read a number behind an optional r."""
        plain: Any = value.removeprefix("r") if isinstance(value, str) else value
        number: int = super().convert(plain, param, ctx)
        return number


@scribe.command("restore", epilog="Example: minutebook scribe restore winter-expedition 3")
@click.argument("document", metavar="DOC")
@click.argument("revision", type=RevisionNumber())
@engine_command
async def restore(engine: Engine, document: str, revision: int) -> None:
    """Make an old REVISION the newest again; nothing is lost."""
    restored = await engine.scribe.restore(document, revision)
    say(f"{restored.title!r} is now revision {restored.revision}, the text of r{revision}.")


@scribe.command("start", epilog='Example: minutebook scribe start cv_3fa9 --title "Winter"')
@click.argument("conversation", metavar="CONV")
@click.option("--title", default="", help="What the document is called.")
@click.option("--style", default="", help="How it is written; see `scribe styles`.")
@engine_command
async def start(engine: Engine, conversation: str, title: str, style: str) -> None:
    """Let a document follow a conversation, and catch up with it. CONV may also be a DOC."""
    _tell(await engine.scribe.start(conversation, title, style))


@scribe.command("stop", epilog="Example: minutebook scribe stop winter-expedition")
@click.argument("document", metavar="DOC")
@engine_command
async def stop(engine: Engine, document: str) -> None:
    """Leave a document as it is until it is started again."""
    _tell(await engine.scribe.stop(document))


def _tell(document: Document) -> None:
    say(f"{document.title!r} ({document.slug}) is {document.state.value}.")
