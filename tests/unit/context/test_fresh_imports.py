"""A log that nobody has summarised yet opens with what people said in it."""

from __future__ import annotations

import random

from compacting import Rig, reply
from doubles import FakeClock
from minutebook.domain.context import Trigger
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.store import contexts
from minutebook.store.database import Database


async def test_pages_without_a_label_are_told_by_their_first_words(
    database: Database, clock: FakeClock
) -> None:
    """The story of such a log says of each page what a person said first."""
    rig = await Rig(database=database, clock=clock).begin()
    chance = random.Random(4)
    for number in range(60):
        asked = Content(text=f"Matter {number}: \x1b[31mwhy\nso?")
        drafts = [TurnDraft(role=Role.USER, content=asked), reply(chance, 90)]
        await rig.say(drafts, origin=Origin.IMPORTED)
    done = await rig.make_room(rig.compaction())
    layout = await database.read(lambda tx: contexts.current(tx, rig.conversation))
    assert done is not None
    assert done.trigger is Trigger.OPENING
    assert layout.story is not None
    lines = layout.story.text.split("\n")
    assert len([line for line in lines if line.startswith("- “Matter")]) > 5
    assert [line for line in lines if "ummarised" in line or "ithout words" in line] == []
    assert "\x1b" not in layout.story.text
