"""`scribe edit`, `undo`, `blame`, `conflicts`, `settle`: what people do to documents themselves."""

from __future__ import annotations

from pathlib import Path

import click

from minutebook.cli import shapes
from minutebook.cli.columns import cut, key
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option
from minutebook.cli.output import minute, print_json, print_table, print_text
from minutebook.domain.documents import Choice, Conflict
from minutebook.engine import BlamedBlock, EditOutcome, Engine
from minutebook.errors import NotFoundError, UsageError

_NEWEST = "The revision that FILE was made from.  [default: the one it names, else the newest]"
_FILE = click.Path(path_type=Path, allow_dash=True)


@click.command("edit", epilog="Example: minutebook scribe edit winter-expedition notes.md")
@click.argument("document", metavar="DOC")
@click.argument("named", metavar="[FILE]", required=False, type=_FILE)
@click.option("--file", type=_FILE, help="The same as FILE.")
@click.option("--base", type=click.IntRange(0, MOST), help=_NEWEST)
@click.option("--author", default="", help="Your name, for the history.")
@json_option
@engine_command
async def edit(
    engine: Engine,
    document: str,
    named: Path | None,
    file: Path | None,
    base: int | None,
    author: str,
    as_json: bool,
) -> None:
    """Edit a document in $EDITOR, or take its new text from FILE, where - is standard input.

    What is written meanwhile is merged. What you write stays as you wrote it.
    """
    if named is not None and file is not None:
        raise UsageError("Two files are named for one text.", hint="Leave --file out.")
    file = named or file
    if base is not None and file is None:
        raise UsageError("--base goes with FILE.", hint="Name the file that holds the new text.")
    seen, newest = await _head_for_edit(engine, document)
    text, marked = seen, None
    if file is None:
        text = _from_editor(seen)
    else:
        text, marked = await engine.scribe.unmarked(document, _from_file(file))
    number = min(newest, newest if marked is None else marked) if base is None else base
    outcome = await engine.scribe.edit(document, number, text, author=author)
    if as_json:
        print_json(_edit_shape(outcome))
        return
    after = outcome.document
    if not outcome.is_changed:
        say(f"{after.title!r} is unchanged: r{after.revision}.")
    else:
        say(f"{after.title!r} is now r{after.revision}.")
    tell_conflicts(after.slug, len(outcome.conflicts))


@click.command("undo", epilog="Example: minutebook scribe undo winter-expedition")
@click.argument("document", metavar="DOC")
@engine_command
async def undo(engine: Engine, document: str) -> None:
    """Take back the last change of a document, whoever made it; again, the one before."""
    after = await engine.scribe.undo(document)
    say(f"{after.title!r} is now r{after.revision}.")


@click.command("redo", epilog="Example: minutebook scribe redo winter-expedition")
@click.argument("document", metavar="DOC")
@engine_command
async def redo(engine: Engine, document: str) -> None:
    """Bring back what was undone last; again, what was undone before it."""
    after = await engine.scribe.redo(document)
    say(f"{after.title!r} is now r{after.revision}.")


@click.command("blame", epilog="Example: minutebook scribe blame winter-expedition")
@click.argument("document", metavar="DOC")
@click.option("--revision", type=click.IntRange(0, MOST), help="An older version.")
@json_option
@engine_command
async def blame(engine: Engine, document: str, revision: int | None, as_json: bool) -> None:
    """Tell where each block of a document comes from: who wrote it, when, from which turns."""
    found = await engine.scribe.blame(document, revision)
    left = (await engine.scribe.status(document)).drift.revisions
    if as_json:
        print_json([_blame_shape(each, left) for each in found])
        return
    print_table(
        (
            key("lines"),
            key("revision"),
            key("when", leaves=2),
            key("author", leaves=1),
            cut("turns", leaves=3),
            cut("text"),
        ),
        [
            (
                _lines(each),
                f"r{each.revision.number}",
                minute(each.revision.at),
                each.revision.author,
                _turns(each, left),
                each.text,
            )
            for each in found
        ],
    )


@click.command("conflicts", epilog="Example: minutebook scribe conflicts winter-expedition")
@click.argument("document", metavar="DOC")
@json_option
@engine_command
async def conflicts(engine: Engine, document: str, as_json: bool) -> None:
    """List the blocks that two changed at the same time, with both texts."""
    found = await engine.scribe.conflicts(document)
    if as_json:
        print_json([_conflict_shape(each) for each in found])
        return
    if not found:
        say("There are no open conflicts.")
        return
    print_text("\n\n".join(_conflict_text(each) for each in found))


@click.command("settle", epilog="Example: minutebook scribe settle winter-expedition 2 --keep both")
@click.argument("document", metavar="DOC")
@click.argument("number", type=click.IntRange(1, MOST))
@click.option(
    "--keep",
    type=click.Choice(["mine", "theirs", "both"]),
    help="mine: what stands in the document; theirs: what gave way.",
)
@click.option("--file", type=_FILE, help="Another text.")
@engine_command
async def settle(
    engine: Engine, document: str, number: int, keep: str | None, file: Path | None
) -> None:
    """Settle conflict NUMBER: keep one of its texts, both, or another."""
    if (keep is None) == (file is None):
        raise UsageError("Say how to settle it.", hint="Give --keep or --file, and not both.")
    text = "" if file is None else _from_file(file)
    choice = Choice.TEXT if keep is None else Choice(keep)
    after = await engine.scribe.settle(document, number, choice, text)
    say(f"Conflict {number} of {after.title!r} is settled; it is at r{after.revision}.")
    tell_conflicts(after.slug, len(await engine.scribe.conflicts(document)))


COMMANDS = (edit, undo, redo, blame, conflicts, settle)


async def _head_for_edit(engine: Engine, document: str) -> tuple[str, int]:
    """Return a document's text and revision. Raises NotFoundError; UsageError for a file's name."""
    try:
        return await engine.scribe.head_for_edit(document)
    except NotFoundError:
        _refuse_file(document)
        raise


def _refuse_file(document: str) -> None:
    if Path(document).is_file():
        hint = f"Name the document first: minutebook scribe edit DOC {document}"
        raise UsageError(f"{document!r} is a file, and no document.", hint=hint)


def _from_editor(text: str) -> str:
    try:
        edited = click.edit(text, extension=".md")
    except click.ClickException as error:
        name, cause = error.message.partition(": ")[0], error.__cause__
        why = (cause.strerror or "") if isinstance(cause, OSError) else "it ended with an error"
        hint = "Nothing was changed. Set EDITOR to one that works, or use --file."
        raise UsageError(f"The editor {name!r} failed: {why}.", hint=hint) from error
    return text if edited is None else edited


def _from_file(path: Path) -> str:
    try:
        with click.open_file(str(path), "rb") as stream:
            content: bytes = stream.read()
        return content.decode("utf-8")
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    except UnicodeDecodeError as error:
        hint = "Convert it, for example with iconv."
        raise UsageError(f"{str(path)!r} is not text in UTF-8.", hint=hint) from error


def tell_conflicts(slug: str, number: int) -> None:
    """Say how many conflicts are open, if any."""
    if number:
        say(f"Conflicts: {number}. `minutebook scribe conflicts {slug}` shows them.")


def _lines(block: BlamedBlock) -> str:
    first, last = block.first_line, block.last_line
    return str(first) if first == last else f"{first}-{last}"


def _turns(block: BlamedBlock, left: frozenset[int]) -> str:
    covers = block.revision.covers
    if not covers.turns:
        return ""
    first, last = covers.first_turn, covers.last_turn
    mark = "left: " if block.revision.number in left else ""
    return mark + (first if first == last else f"{first} to {last}")


def _blame_shape(block: BlamedBlock, left: frozenset[int]) -> shapes.Shape:
    return {
        "left": block.revision.number in left,
        "first_line": block.first_line,
        "last_line": block.last_line,
        "kind": block.kind.value,
        "text": block.text,
        "person": block.origin.is_person,
        **shapes.revision(block.revision),
    }


def _conflict_shape(value: Conflict) -> shapes.Shape:
    return {
        "conflict": value.number,
        "revision": value.revision,
        "base": value.clash.base,
        "mine": value.clash.mine,
        "mine_by": value.mine_by,
        "theirs": value.clash.theirs,
        "theirs_by": value.theirs_by,
        "at": shapes.moment(value.at),
    }


def _conflict_text(value: Conflict) -> str:
    mine, theirs = (
        text.strip("\n") or "(removed)" for text in (value.clash.mine, value.clash.theirs)
    )
    return (
        f"Conflict {value.number}, since r{value.revision}\n"
        f"mine, by {value.mine_by}, stands in the document:\n{_indented(mine)}\n"
        f"theirs, by {value.theirs_by}, gave way:\n{_indented(theirs)}"
    )


def _indented(text: str) -> str:
    return "\n".join(f"    {line}" for line in text.split("\n"))


def _edit_shape(outcome: EditOutcome) -> shapes.Shape:
    return {
        "document": outcome.document.id,
        "revision": outcome.document.revision,
        "changed": outcome.is_changed,
        "conflicts": [_conflict_shape(each) for each in outcome.conflicts],
    }
