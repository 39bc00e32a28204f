"""A log that nobody has summarised yet opens with what people said in it."""

from __future__ import annotations

import random
import threading

import pytest

from compacting import Rig, reply
from doubles import FakeClock
from minutebook.domain.context import Span, Trigger
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.store import contexts
from minutebook.store.contexts import WeighedTurn
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk


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


@pytest.fixture
def reads(monkeypatch: pytest.MonkeyPatch) -> list[tuple[int, bool]]:
    """Return what is read of turns from here on: how many at once, and whether writers wait."""
    told: list[tuple[int, bool]] = []
    weighed = contexts.weighed

    def reading(tx: Transaction, span: Span) -> list[WeighedTurn]:
        found = weighed(tx, span)
        told.append((len(found), threading.current_thread().name.startswith("store-writer")))
        return found

    monkeypatch.setattr(contexts, "weighed", reading)
    return told


async def test_a_log_is_read_once_to_open_it(
    database: Database, clock: FakeClock, reads: list[tuple[int, bool]]
) -> None:
    """As long as nothing changes, and never while writers wait."""
    rig = await Rig(database=database, clock=clock).begin()
    chance = random.Random(4)
    for _ in range(60):
        drafts = [TurnDraft(role=Role.USER, content=Content(text="Why?")), reply(chance, 90)]
        await rig.say(drafts, origin=Origin.IMPORTED)
    done = await rig.compaction().make_room(rig.due)
    assert done is not None
    assert done.trigger is Trigger.OPENING
    assert [each for each in reads if each[0] > 60] == [(120, False)]


async def test_no_writer_waits_for_a_snapshot(
    database: Database, clock: FakeClock, reads: list[tuple[int, bool]]
) -> None:
    """What is in sight is read before: when one is taken, and when one goes on from a log."""
    talk = Talk(database, clock)
    id_ = (await talk.chat.start()).id
    await talk.chat.say(id_, "first")
    taken = await talk.context.snapshots.take(id_)
    assert (await talk.context.snapshots.get(taken.id)).label == "first"
    begun = await talk.context.snapshots.go_on(id_)
    assert (await talk.context.snapshots.go_on(id_)).id == begun.id
    assert reads
    assert not [each for each in reads if each[1]]
