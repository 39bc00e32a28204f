"""`context`: what a model is shown of a conversation."""

from __future__ import annotations

import click

from minutebook.cli import shapes, slots
from minutebook.cli.columns import key, number
from minutebook.cli.families import Family
from minutebook.cli.narration import say
from minutebook.cli.options import engine_command, json_option
from minutebook.cli.output import print_json, print_table, print_text
from minutebook.config import CompactionMode
from minutebook.domain.context import PromptSizes
from minutebook.engine import Engine, printed
from minutebook.wording import foretold, unasked

_MARKS = ("low", "high", "emergency")


@click.group(cls=Family)
def context() -> None:
    """See what a model is shown of a conversation, and bring pages back."""


for _command in (slots.ref, slots.unref, slots.slot, slots.pin):
    context.add_command(_command)


@context.command("show", epilog="Example: minutebook context show cv_3fa9 --text")
@click.argument("conversation", metavar="CONV")
@click.option("--text", "as_text", is_flag=True, help="Print exactly what would be sent now.")
@click.option("-m", "--model", default="", metavar="NAME", help="As this one would be shown it.")
@click.option("--count", "is_counted", is_flag=True, help="Let the provider count it, too.")
@json_option
@engine_command
async def show(
    engine: Engine, conversation: str, as_text: bool, model: str, is_counted: bool, as_json: bool
) -> None:
    """Show how much of its budget the next prompt takes up, layer by layer."""
    found = await engine.library.conversation(conversation)
    if as_text:
        print_text(printed(await engine.context.preview(found.id, model)))
        return
    sizes = await engine.context.show(found.id, model)
    counted = await _counted(engine, found.id, sizes.model) if is_counted else None
    if as_json:
        print_json({**shapes.prompt(sizes), "counted": counted})
        return
    _print(sizes)
    if sizes.notice:
        say(sizes.notice)
    tell_what_comes(sizes, engine.settings.context.compaction, found.id)
    if is_counted:
        say(
            f"{sizes.model} does not count prompts."
            if counted is None
            else f"Its provider counts {counted:,} tokens."
        )


async def _counted(engine: Engine, conversation: str, model: str) -> int | None:
    """Return how many tokens a provider counts; None when it does not. Raises ModelError."""
    request = await engine.context.preview(conversation, model)
    return await engine.models.count_tokens(model, request)


def tell_what_comes(sizes: PromptSizes, mode: CompactionMode, conversation: str) -> None:
    """Say what the next message does about a prompt beyond its budget, if that is known."""
    if sizes.is_assumed:
        say(unasked(sizes))
    if comes := foretold(sizes, mode):
        say(f"{comes} `minutebook compact {conversation}` makes it now.")


def _print(sizes: PromptSizes) -> None:
    budget = sizes.budget
    rows = [
        (each.layer.value, f"{each.tokens:,}", _percent(each.tokens, budget.tokens))
        for each in sizes.layers
    ]
    last = ("used", f"{sizes.used:,}", _percent(sizes.used, budget.tokens))
    print_table((key("layer"), number("tokens"), number("share")), [*rows, last])
    marks = ", ".join(f"{name} {getattr(budget, name):.0%}" for name in _MARKS)
    say(
        f"{sizes.model} may be shown {budget.tokens:,} tokens, and {budget.reserve:,} are kept for"
        f" its answer. Room is made by these marks: {marks}."
    )


def _percent(tokens: int, budget: int) -> str:
    return f"{tokens / budget:.1%}" if budget else "-"
