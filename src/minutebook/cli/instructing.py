"""`scribe tell`, `style` and their like: what a person asks of the scribe."""

from __future__ import annotations

import sys

import click

from minutebook.cli import shapes
from minutebook.cli.columns import key, number, wrapped
from minutebook.cli.exits import Exit
from minutebook.cli.narration import say
from minutebook.cli.options import MOST, engine_command, json_option
from minutebook.cli.output import minute, print_json, print_table, print_text
from minutebook.engine import Engine, Proposal, ScribeStatus


@click.command(
    "tell", epilog='Example: minutebook scribe tell winter "Say less about the weather."'
)
@click.argument("document", metavar="DOC")
@click.argument("text", metavar="INSTRUCTION")
@click.option("--yes", is_flag=True, help="Apply it also when it rewrites most of the document.")
@engine_command
async def tell(engine: Engine, document: str, text: str, yes: bool) -> Exit:
    """Have the scribe revise a document. A rewrite is shown first, and waits for a yes."""
    before = await engine.scribe.find(document)
    outcome = await engine.scribe.instruct(before.id, text)
    if isinstance(outcome, Proposal):
        if not yes and not _confirmed(outcome):
            say("Nothing was changed.")
            return Exit.FAILED
        outcome = await engine.scribe.accept(outcome)
    if outcome.revision == before.revision:
        say("The scribe found nothing to change.")
    else:
        say(f"{outcome.title!r} is now revision {outcome.revision}.")
    return Exit.DONE


@click.command("always", epilog='Example: minutebook scribe always winter "Write dates in ISO."')
@click.argument("document", metavar="DOC")
@click.argument("text", metavar="[INSTRUCTION]", required=False)
@click.option("--remove", type=click.IntRange(1, MOST), help="Take back the one with this number.")
@json_option
@engine_command
async def always(
    engine: Engine, document: str, text: str | None, remove: int | None, as_json: bool
) -> None:
    """List what holds for every revision of a document, add to it, or take one back."""
    if remove is not None:
        status = await engine.scribe.remove_standing(document, remove)
    elif text is not None:
        status = await engine.scribe.add_standing(document, text)
    else:
        status = await engine.scribe.status(document)
    if as_json:
        print_json({"document": status.document.id, "standing": list(status.standing)})
        return
    if not status.standing:
        say("There are no standing instructions.")
    print_table((number("number"), wrapped("instruction")), list(enumerate(status.standing, 1)))


@click.command("style", epilog="Example: minutebook scribe style winter-expedition literary")
@click.argument("document", metavar="DOC")
@click.argument("style", metavar="[STYLE]", required=False)
@click.option("--default", "is_default", is_flag=True, help="Go back to the style of the settings.")
@engine_command
async def style_(engine: Engine, document: str, style: str | None, is_default: bool) -> None:
    """Say in which style a document is written, or set it: for what is written from now on."""
    if style is None and not is_default:
        status = await engine.scribe.status(document)
    else:
        status = await engine.scribe.set_style(document, "" if is_default else style or "")
    say(f"{status.document.title!r} is written in the style {status.style!r}.")


@click.command("styles", epilog="Example: minutebook scribe styles --json")
@json_option
@engine_command
async def styles(engine: Engine, as_json: bool) -> None:
    """List the styles. Yours are Markdown files in the folder `styles` beside config.toml."""
    found = await engine.scribe.styles()
    if as_json:
        print_json([{"name": s.name, "description": s.description, "own": s.is_own} for s in found])
        return
    print_table((key("style"), wrapped("description")), [(s.name, s.description) for s in found])


@click.command("status", epilog="Example: minutebook scribe status winter-expedition --json")
@click.argument("document", metavar="DOC")
@json_option
@engine_command
async def status_(engine: Engine, document: str, as_json: bool) -> None:
    """Say how a document stands: what waits to be told, what failed, what it has cost."""
    _show(await engine.scribe.status(document), as_json=as_json)


@click.command("trigger", epilog="Example: minutebook scribe trigger winter-expedition")
@click.argument("document", metavar="DOC")
@json_option
@engine_command
async def trigger(engine: Engine, document: str, as_json: bool) -> None:
    """Have a document brought up to date by the next worker, also after a failure."""
    _show(await engine.scribe.trigger(document), as_json=as_json)


@click.command("toggle", epilog="Example: minutebook scribe toggle winter-expedition")
@click.argument("document", metavar="DOC")
@json_option
@engine_command
async def toggle(engine: Engine, document: str, as_json: bool) -> None:
    """Stop a document that follows its conversation, or start it again."""
    toggled = await engine.scribe.toggle(document)
    _show(await engine.scribe.status(toggled.id), as_json=as_json)


@click.command("branch", epilog="Example: minutebook scribe branch winter-expedition")
@click.argument("document", metavar="DOC")
@engine_command
async def branch(engine: Engine, document: str) -> None:
    """Have a document revised that tells of turns which were left for another branch."""
    before = await engine.scribe.find(document)
    after = await engine.scribe.revise_branches(before.id)
    if after.revision == before.revision:
        say("It tells of no branch that was left.")
    else:
        say(f"{after.title!r} is now revision {after.revision}.")


COMMANDS = (tell, branch, always, style_, styles, status_, trigger, toggle)
"""For the group `scribe`."""


def _confirmed(proposal: Proposal) -> bool:
    """Show what would change, and ask; nobody to ask is a no."""
    print_text("\n".join(proposal.diff))
    cost = "" if proposal.cost_usd is None else f" Asking cost ${proposal.cost_usd:.4f}."
    say(f"From {proposal.before:,} to {proposal.after:,} characters.{cost}")
    if not sys.stdin.isatty():
        say("Say --yes to apply it.")
        return False
    return click.confirm("Apply it?", err=True)


def _show(status: ScribeStatus, *, as_json: bool) -> None:
    if as_json:
        print_json(_shape(status))
        return
    if status.is_over_budget:
        say("It is over its budget: what is left is a person's, or could not be shortened.")
    print_table(
        (key("what"), wrapped("how")),
        [
            ("document", status.document.slug),
            ("state", status.document.state.value),
            ("revision", status.document.revision),
            ("model", status.model),
            ("style", status.style),
            ("last told", _last_told(status)),
            ("turns waiting", status.pending),
            ("size", f"{len(status.document.content):,} of {status.budget:,} characters"),
            ("update", "none" if status.job is None else status.job.value),
            ("other branches", status.drift.told or "nothing"),
            ("error", status.error or "none"),
            ("cost", "none" if status.cost_usd is None else f"${status.cost_usd:.4f}"),
        ],
    )


def _last_told(status: ScribeStatus) -> str:
    by = "" if status.told_by in {"", status.model} else f" by {status.told_by}"
    return f"{minute(status.told_at)}{by}" if status.told_at else "never"


def _shape(status: ScribeStatus) -> shapes.Shape:
    return {
        **shapes.document(status.document),
        "model": status.model,
        "style": status.style,
        "standing": list(status.standing),
        "told_at": shapes.moment(status.told_at),
        "told_by": status.told_by or None,
        "pending": status.pending,
        "characters": len(status.document.content),
        "budget": status.budget,
        "job": None if status.job is None else status.job.value,
        "error": status.error,
        "retry_at": shapes.moment(status.retry_at),
        "cost_usd": status.cost_usd,
        "correlation": status.correlation,
        "left_sections": list(status.drift.sections),
        "untold": len(status.drift.taken),
    }
