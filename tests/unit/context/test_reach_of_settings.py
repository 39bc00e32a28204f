"""What the settings ask for and passes cannot reach is said, once, with what holds the room."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doubles import FakeClock
from minutebook.config import Context as ContextSettings
from minutebook.context.limits.holding import holder, notice
from minutebook.domain.context import (
    Budget,
    Layer,
    LayerSize,
    Pass,
    PassState,
    PromptSizes,
    Trigger,
)
from minutebook.events import MarkOutOfReach
from minutebook.llm.scripted import Answer
from minutebook.store import passes
from minutebook.store.database import Database
from talking import Talk

BUDGET = Budget(window=1_100, reserve=100)
SETTINGS = ContextSettings(tokens=1_000, keep_exchanges=1_000)


def sizes(recent: int = 2_000, revision: int = 3) -> PromptSizes:
    layers = (
        LayerSize(layer=Layer.SYSTEM, tokens=200),
        LayerSize(layer=Layer.RECENT, tokens=recent),
    )
    return PromptSizes(model="m", budget=BUDGET, layers=layers, revision=revision)


def stuck(after: int, clock: FakeClock, *, to: int = 3) -> Pass:
    return Pass(
        id=1,
        conversation="cv",
        at=clock(),
        trigger=Trigger.THRESHOLD,
        tiers=(),
        state=PassState.STUCK,
        before=after + 500,
        after=after,
        from_revision=to - 1,
        to_revision=to,
    )


def test_a_cap_that_cannot_be_kept(clock: FakeClock) -> None:
    """What cannot leave is sent all the same: both numbers and the setting are named."""
    told = notice(sizes(), SETTINGS, [stuck(2_100, clock)])
    assert "has 2,100 tokens, more than the 1,000 of context.tokens" in told
    assert "context.keep_exchanges is 1000" in told


def test_marks_that_cannot_be_reached(clock: FakeClock) -> None:
    """One pass that ends above the mark is none; two in a row are said."""
    shown = sizes(recent=500)
    done = stuck(750, clock)
    assert notice(shown, SETTINGS, [done]) == ""
    told = notice(shown, SETTINGS, [done, replace(done, to_revision=2)])
    assert "ends at 75% of a prompt, above context.low (60%)" in told


@pytest.mark.parametrize(
    "last",
    [
        {"state": PassState.ENOUGH},
        {"to_revision": 2},
    ],
)
def test_what_is_well_or_past_is_not_said(clock: FakeClock, last: dict[str, object]) -> None:
    """A pass that was enough, or one over a layout that is not the newest, says nothing."""
    done = replace(stuck(2_100, clock), **last)  # type: ignore[arg-type]
    assert notice(sizes(), SETTINGS, [done, done]) == ""


def test_what_holds_the_room_is_named() -> None:
    """The largest part, and its setting where it has one."""
    assert "context.keep_exchanges is 1000" in holder(sizes(), SETTINGS)
    assert "instructions and tools (200 tokens)" in holder(sizes(recent=100), SETTINGS)
    slot = replace(sizes(), layers=(LayerSize(layer=Layer.SLOT, tokens=9),))
    assert "context.slot_share" in holder(slot, SETTINGS)


async def test_it_is_said_once(database: Database, clock: FakeClock) -> None:
    """One event for a conversation, and the state is there for whoever looks."""
    talk = Talk(database, clock, *[Answer(pieces=("Ok.",))] * 9, context=SETTINGS)
    conversation = (await talk.chat.start()).id
    await talk.chat.say(conversation, "many words " * 800)
    talk.context._means = replace(talk.context._means, bus=talk.bus)
    done = replace(stuck(2_400, clock, to=0), conversation=conversation, from_revision=0)
    await database.write(lambda tx: passes.add(tx, done))
    told = []
    for _ in range(3):
        await talk.answered(conversation)
        told += [each for each in talk.events if isinstance(each, MarkOutOfReach)]
        await talk.chat.say(conversation, "And?")
    assert [each.conversation for each in told] == [conversation]
    assert told[0].tokens == 1_000 < told[0].used
    assert (await talk.context.show(conversation)).notice
