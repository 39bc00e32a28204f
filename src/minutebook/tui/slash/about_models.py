"""`/model` and `/system`: who answers here, and by which instructions."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line, shortened

if TYPE_CHECKING:
    from minutebook.tui.slash.scene import Scene

_SHOWN = 120
_DEFAULT = "default"


async def model(scene: Scene, argument: str) -> None:
    """Choose who answers here; without a name, offer all there are."""
    chat, id_ = scene.engine.chat, scene.conversation.id
    chosen = await chat.options(id_)
    if not argument:
        scene.say(f"{chosen.model or chat.model} answers here.")
        scene.pane.input.offer("/model ")
        return
    name = "" if argument == _DEFAULT else argument
    await chat.choose(id_, replace(chosen, model=name))
    scene.pane.ask_titles()
    scene.say(f"{name or chat.model} answers here from now on.")


async def system(scene: Scene, argument: str) -> None:
    """Give instructions for this conversation; `none` takes them back."""
    chat, id_ = scene.engine.chat, scene.conversation.id
    chosen = await chat.options(id_)
    if not argument:
        said = shortened(one_line(chosen.system), _SHOWN) if chosen.system else "No instructions"
        scene.say(f"{said} · /system none takes them back" if chosen.system else f"{said} here.")
        return
    text = "" if argument.casefold() == "none" else argument
    await chat.choose(id_, replace(chosen, system=text))
    scene.say("The instructions hold from now on." if text else "The instructions are gone.")
