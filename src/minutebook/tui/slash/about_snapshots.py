"""`/snapshot` and `/summon`: what was in sight at a moment, and the model as it was then."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.errors import UsageError
from minutebook.tui.wording import dollars, plural

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from minutebook.domain.snapshots import Snapshot, Summon
    from minutebook.tui.slash.scene import Scene

_VERBS = "take LABEL, resume sn_…, branch sn_…"
_SNAPSHOT, _SUMMON = "sn_", "su_"


async def snapshot(scene: Scene, argument: str) -> None:
    """Do one of the verbs; without any, take a snapshot."""
    verb, _, rest = argument.partition(" ")
    run = _BY_VERB.get(verb.casefold() or "take")
    if run is None:
        raise UsageError(f"/snapshot knows no {verb!r}.", hint=f"It knows {_VERBS}.")
    await run(scene, rest.strip())


async def summon(scene: Scene, argument: str) -> None:
    """Open a side conversation: with the snapshot that is named, else with the newest one."""
    first, _, rest = argument.partition(" ")
    if first.startswith(_SUMMON):
        aside = await scene.engine.context.summons.get(first)
        _open(scene, aside.summon, aside.snapshot, rest.strip())
        return
    is_named = first.startswith(_SNAPSHOT)
    then = await (_named(scene, first) if is_named else _newest(scene))
    begun = await scene.engine.context.summons.summon(then.id)
    _open(scene, begun, then, rest.strip() if is_named else argument)


def _open(scene: Scene, begun: Summon, then: Snapshot, question: str) -> None:
    from minutebook.tui.screens.summoned import SummonScreen

    def left(gone: Summon | None) -> None:
        if gone is not None:
            cost = f", {dollars(gone.cost_usd)}" if gone.cost_usd else ""
            said = plural(gone.messages, "message")
            scene.say(f"Dismissed: {said}{cost}. /summon {gone.id} shows it; the record is as was.")

    scene.app.push_screen(SummonScreen(scene.engine, begun.id, then, question), left)


async def _take(scene: Scene, rest: str) -> None:
    taken = await scene.engine.context.snapshots.take(scene.conversation.id, rest)
    scene.say(f"{taken.id} keeps what is in sight now. /summon asks the model as it is.")


async def _resume(scene: Scene, rest: str) -> None:
    then = await _named(scene, rest)
    if then.conversation != scene.conversation.id:
        raise UsageError("This snapshot is of another conversation.", hint="Open that one first.")
    await scene.engine.context.snapshots.resume(then.id)
    scene.say("The conversation is where it was. What came since is beside it, as a branch.")


async def _branch(scene: Scene, rest: str) -> None:
    then = await _named(scene, rest)
    begun = await scene.engine.context.snapshots.branch(then.id)
    scene.app.bench.open(begun.id)
    scene.say(f"Goes on from {then.id}: what was in sight then is in sight here.")


async def _named(scene: Scene, id_: str) -> Snapshot:
    if not id_:
        raise UsageError("Which snapshot?", hint="Its id begins with sn_; Tab offers them.")
    return await scene.engine.context.snapshots.get(id_)


async def _newest(scene: Scene) -> Snapshot:
    """Return the newest snapshot of the conversation that is open. Raises UsageError."""
    found = await scene.engine.context.snapshots.of(scene.conversation.id, limit=1)
    if not found:
        raise UsageError("This conversation has no snapshot yet.", hint="/snapshot takes one.")
    return found[0]


_BY_VERB: dict[str, Callable[[Scene, str], Awaitable[None]]] = {
    "take": _take,
    "resume": _resume,
    "branch": _branch,
}
