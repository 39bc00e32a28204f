"""`/scribe`: the document of the conversation, and who writes it."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line, shortened
from minutebook.errors import UsageError
from minutebook.tui.guard import run_guarded
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from minutebook.engine import Intent, Proposal
    from minutebook.tui.slash.scene import Scene

_SAID = 60
_VERBS = "start, stop, tell TEXT or edit TEXT, style NAME, status"


async def scribe(scene: Scene, argument: str) -> None:
    """Do one of the verbs; without any, say how the document stands."""
    verb, _, rest = argument.partition(" ")
    run = _BY_VERB.get(verb.casefold() or "status")
    if run is None:
        raise UsageError(f"The scribe knows no {verb!r}.", hint=f"It knows {_VERBS}.")
    await run(scene, rest.strip())


async def obey(scene: Scene, intent: Intent) -> None:
    """Do what was asked of the scribe in plain words, and say what was understood.

    Raises UsageError, NotFoundError, StoreError.
    """
    from minutebook.engine import Wish

    match intent.wish:
        case Wish.START:
            await scene.engine.scribe.start(scene.conversation.id, title=intent.text)
            about = f", titled “{intent.text}”" if intent.text else ""
            said = f"the scribe follows this conversation{about}"
        case Wish.STOP:
            await _stop(scene, "")
            said = "the scribe stops; the document stands as it is"
        case Wish.EDIT:
            await _tell(scene, intent.text)
            said = f"the scribe is told “{shortened(intent.text, _SAID)}”"
        case verb:
            await _BY_VERB[verb.value](scene, intent.text)
            return
    scene.say(f"Understood: {said}. A space before it makes it a message.")


async def _start(scene: Scene, rest: str) -> None:
    await scene.engine.scribe.start(scene.conversation.id, style=rest)
    scene.say("The scribe follows this conversation.")


async def _stop(scene: Scene, rest: str) -> None:
    await scene.engine.scribe.stop(await scene.document())
    scene.say("The scribe has stopped; the document stands as it is.")


async def _style(scene: Scene, rest: str) -> None:
    document = await scene.document()
    if not rest:
        status = await scene.engine.scribe.status(document)
        scene.say(f"The document is written in the style {status.style!r}.")
        return
    status = await scene.engine.scribe.set_style(document, rest)
    scene.say(f"The document is written in the style {status.style!r} from now on.")


async def _status(scene: Scene, rest: str) -> None:
    status = await scene.engine.scribe.status(await scene.document())
    parts = [
        f"{status.model} writes it",
        f"style {status.style}",
        f"revision {status.document.revision}",
        f"{plural(status.pending, 'turn')} to be told",
    ]
    if status.cost_usd is not None:
        parts.append(dollars(status.cost_usd))
    if status.error:
        parts.append(f"failed: {one_line(status.error)}")
    scene.say(" · ".join(parts))


async def _tell(scene: Scene, rest: str) -> None:
    """Have the document revised; a rewrite waits for a yes to the difference."""
    if not rest:
        raise UsageError("The instruction is empty.", hint="Try: /scribe tell shorter, please")
    document = await scene.document()
    scene.say("The scribe is asked…")
    run_guarded(scene.app, partial(_instruct, scene, document, rest), "instruct the scribe")


async def _instruct(scene: Scene, document: str, text: str) -> None:
    from minutebook.engine import Proposal

    done = await scene.engine.scribe.instruct(document, text)
    if isinstance(done, Proposal):
        _propose(scene, done)
    else:
        scene.say(f"Done: revision {done.revision} of the document.")


def _propose(scene: Scene, proposal: Proposal) -> None:
    """Show what would change, and wait for a yes."""
    from minutebook.tui.screens.proposal import ProposalScreen

    async def accept() -> None:
        head = await scene.engine.scribe.accept(proposal)
        scene.say(f"Done: revision {head.revision} of the document.")

    def answered(accepted: Proposal | None) -> None:
        if accepted is not None:
            run_guarded(scene.app, accept, "rewrite the document")
        else:
            scene.say("Refused: nothing was changed.")

    scene.app.push_screen(ProposalScreen(scene.conversation.title, proposal), answered)


_BY_VERB: dict[str, Callable[[Scene, str], Awaitable[None]]] = {
    "start": _start,
    "stop": _stop,
    "style": _style,
    "status": _status,
    "tell": _tell,
    "edit": _tell,
}
