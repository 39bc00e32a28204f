"""`/compact`, `/context`: what the model is shown, and making room in it."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.errors import UsageError
from minutebook.tui.passing import told
from minutebook.tui.wording import plural
from minutebook.wording import foretold, unasked

if TYPE_CHECKING:
    from minutebook.tui.slash.scene import Scene

_HINT = "/compact, /compact plan, or /compact undo"


async def compact(scene: Scene, argument: str) -> None:
    """Make room in the prompt; or say what would leave, or take the last time back."""
    verb, context = argument.strip().lower(), scene.engine.context
    match verb:
        case "":
            scene.say("Making room …")
            done = await context.compact(scene.conversation.id)
            sizes = await context.show(scene.conversation.id)
            scene.say(*told(done, sizes.budget.tokens))
        case "plan":
            trial = await context.plan(scene.conversation.id)
            scene.say(
                f"{plural(trial.left_count, 'thing')} would leave: {trial.before:,} tokens, then"
                f" about {trial.after:,}. {one_line(trial.reason)}".rstrip()
            )
        case "undo":
            done = await context.undo(scene.conversation.id)
            sizes = await context.show(scene.conversation.id)
            scene.say(*told(done, sizes.budget.tokens))
        case _:
            raise UsageError(f"There is no /compact {one_line(verb)}.", hint=_HINT)


async def context(scene: Scene, argument: str) -> None:
    """Say how much of its budget the next prompt takes up, layer by layer."""
    sizes = await scene.engine.context.show(scene.conversation.id)
    layers = ", ".join(f"{each.layer.value} {each.tokens:,}" for each in sizes.layers)
    comes = unasked(sizes) or foretold(sizes, scene.engine.settings.context.compaction)
    share = "" if sizes.is_assumed else f" ({sizes.share:.0%})"
    scene.say(
        f"{sizes.used:,} of {sizes.budget.tokens:,} tokens{share} for {sizes.model}:"
        f" {layers}. {comes}".rstrip()
    )
