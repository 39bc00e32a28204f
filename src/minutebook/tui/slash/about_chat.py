"""Commands over the conversation itself: its turns, its name, what goes along, how it goes on."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING

from minutebook.domain.chats import MarkKind
from minutebook.domain.display import one_line
from minutebook.errors import UsageError

if TYPE_CHECKING:
    from minutebook.tui.slash.scene import Scene


async def pin(scene: Scene, argument: str) -> None:
    """Pin the turn that is chosen, or the last one; or a page, which is brought back for it."""
    if not argument:
        await scene.pane.mark(scene.turn(), MarkKind.PIN)
        return
    slots, id_ = scene.engine.context.slots, scene.conversation.id
    if not any(each.page.startswith(argument) for each in await slots.of(id_)):
        brought = await slots.refer(id_, [argument])
        if not brought.pages:
            reason = "; ".join(each.reason for each in brought.unresolved)
            raise UsageError(_in_vain(argument, reason), hint="Tab offers those of the slot.")
        argument = brought.pages[0].page
    is_pinned = await slots.pin(id_, argument)
    scene.say(f"{argument} {'leaves last from now on' if is_pinned else 'is pinned no more'}.")


def _in_vain(page: str, reason: str) -> str:
    """Say why a page was not brought back; there is no reason where it never left."""
    if not reason:
        return f"{one_line(page)} is in sight word for word; p pins a turn of it."
    return f"{one_line(page)} was not brought back: {reason}."


async def good(scene: Scene, argument: str) -> None:
    """Call it good."""
    await scene.pane.mark(scene.turn(), MarkKind.GOOD)


async def bad(scene: Scene, argument: str) -> None:
    """Call it bad."""
    await scene.pane.mark(scene.turn(), MarkKind.BAD)


async def attach(scene: Scene, argument: str) -> None:
    """Send a text file along with the next message."""
    if not argument:
        raise UsageError("Which file?", hint="/attach ~/notes.txt")
    from minutebook.engine import read_attachment

    file = await asyncio.to_thread(read_attachment, Path(argument.strip("'\"")))
    scene.pane.attach(file)
    scene.say(f"{one_line(file.name)} goes along with what you say next.")


async def new(scene: Scene, argument: str) -> None:
    """Begin a conversation."""
    scene.app.action_new_conversation()


async def rename(scene: Scene, argument: str) -> None:
    """Give the conversation another title."""
    renamed = await scene.engine.chat.rename(scene.conversation.id, argument)
    scene.say(f"It is called {renamed.title!r} now.")


async def stop(scene: Scene, argument: str) -> None:
    """Stop the answer that is on its way."""
    if not scene.engine.chat.stop(scene.conversation.id):
        raise UsageError("No answer is on its way here.")


async def help_(scene: Scene, argument: str) -> None:
    """Show every command, or one, among the keys."""
    scene.app.show_commands(argument.removeprefix("/"))
