"""Snapshots: small, taken once, and the same for ever."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import partial

import pytest

from doubles import FakeClock
from minutebook.domain.chats import ChatOptions
from minutebook.domain.context import Moment, PlacedSummary
from minutebook.domain.snapshots import Snapshot, SnapshotKind
from minutebook.domain.turns import Role, TurnDraft
from minutebook.errors import NotFoundError, UsageError
from minutebook.llm.protocol import Message
from minutebook.llm.scripted import Answer
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import RecordPolicy
from minutebook.store import contexts, conversations, pages, turns
from minutebook.store.database import Database
from minutebook.store.spans import ranges_of
from minutebook.store.transaction import Transaction
from talking import Talk

WORDS = "so many words of it "


def talk_of(database: Database, clock: FakeClock, answers: int = 40, page: int = 4_000) -> Talk:
    """Return a chat whose pages are so large, and have their snapshots taken."""
    script = [Answer(pieces=(f"Answer {n}. " + WORDS * 5,)) for n in range(answers)]
    policy = RecordPolicy(paging=PagingPolicy(tokens=page), scribe_enabled=False)
    return Talk(database, clock, *script, policy=policy)


async def exchange(talk: Talk, conversation: str, text: str) -> None:
    """Say something, and let it be answered."""
    talk.clock.forward(seconds=1)
    await talk.chat.say(conversation, text)
    assert await talk.chat.answer(conversation)


async def now(talk: Talk, conversation: str) -> tuple[str, tuple[Message, ...]]:
    """Return what would be sent now."""
    request = await talk.context.preview(conversation)
    return request.system, request.messages


async def then(talk: Talk, snapshot: Snapshot) -> tuple[str, tuple[Message, ...]]:
    """Return what would have been sent then."""
    request = (await talk.context.snapshots.then(snapshot.id)).request
    return request.system, request.messages


async def test_a_snapshot_gives_what_was_there(database: Database, clock: FakeClock) -> None:
    """More turns, other instructions and another branch change nothing about it."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start(options=ChatOptions(system="Be brief."))).id
    for number in range(3):
        await exchange(talk, id_, f"question {number}")
    before = await now(talk, id_)
    taken = await talk.context.snapshots.take(id_, "three questions")
    second = (await database.read(lambda tx: turns.forward(tx, id_, limit=9)))[2]
    await exchange(talk, id_, "one more")
    await talk.chat.say_again(id_, second.key, "something else")
    await talk.chat.choose(id_, ChatOptions(system="Be long."))
    await exchange(talk, id_, "and so on")
    assert await now(talk, id_) != before
    assert await then(talk, taken) == before
    assert (taken.label, taken.kind, taken.model) == (
        "three questions",
        SnapshotKind.COMMAND,
        "scripted:test",
    )


async def test_summaries_of_then_stand_there(database: Database, clock: FakeClock) -> None:
    """A layout that came later, and pages that closed later, are not in it."""
    talk = talk_of(database, clock, page=60)
    id_ = (await talk.chat.start()).id
    for number in range(3):
        await exchange(talk, id_, f"question {number} " + WORDS * 4)
    page = (await database.read(lambda tx: pages.newest(tx, conversation=id_, limit=99)))[0]
    told = PlacedSummary(page=page.id, text="What was said first.", tokens=6, by="offline")

    def summarise(tx: Transaction, text: str) -> None:
        layout = contexts.current(tx, id_)
        placed = replace(layout, summaries=(replace(told, text=text),))
        contexts.keep(tx, placed, clock(), onto=layout.revision)

    await database.write(partial(summarise, text="What was said first."))
    before = await now(talk, id_)
    assert "What was said first." in before[1][0].text
    taken = await talk.context.snapshots.take(id_)
    await database.write(partial(summarise, text="Told otherwise."))
    await exchange(talk, id_, "later")
    assert await then(talk, taken) == before


async def test_each_page_has_one_snapshot(database: Database, clock: FakeClock) -> None:
    """Taken in the transaction that closes it, and it ends where the page does."""
    talk = talk_of(database, clock, page=80)
    id_ = (await talk.chat.start()).id
    for number in range(8):
        await exchange(talk, id_, f"question {number} " + WORDS * 3)
    closed = await database.read(lambda tx: pages.newest(tx, conversation=id_, limit=99))
    found = await talk.context.snapshots.of(id_, limit=99)
    assert len(closed) > 3
    assert sorted(each.page or "" for each in found) == sorted(page.id for page in closed)
    by_page = {page.id: page for page in closed}
    for each in found:
        page = by_page[each.page or ""]
        assert each.kind is SnapshotKind.PAGE
        assert each.moment == Moment(turns=page.last_seq, paged=page.last_seq)
        assert each.through[1] == page.last_seq
        last = (await then(talk, each))[1][-1]
        assert last.text == (await database.read(partial(_text, id_=id_, seq=page.last_seq)))


def _text(tx: Transaction, id_: str, seq: int) -> str:
    return turns.by_seq(tx, id_, seq, seq)[0].content.text


async def test_a_page_is_taken_once(database: Database, clock: FakeClock) -> None:
    """Being told of a page again changes nothing."""
    talk = talk_of(database, clock, page=80)
    id_ = (await talk.chat.start()).id
    for number in range(4):
        await exchange(talk, id_, f"question {number} " + WORDS * 3)
    found = await talk.context.snapshots.of(id_, limit=99)
    closed = [each.page for each in found if each.page]
    await database.write(lambda tx: talk.context.snapshots.pages_closed(tx, closed))
    assert await talk.context.snapshots.of(id_, limit=99) == found


async def test_pages_of_logs_have_no_snapshots(database: Database, clock: FakeClock) -> None:
    """A log is read without any model being shown anything."""
    talk = talk_of(database, clock, page=80)
    id_ = await database.write(lambda tx: conversations.create(tx, "pi", "1", "One", clock()))
    chat = await _a_page(talk, database, clock)
    page = (await database.read(lambda tx: pages.newest(tx, conversation=chat, limit=99)))[0]
    other = replace(page, id="pg_00000000000000ff", conversation=id_)
    await database.write(lambda tx: pages.add(tx, other))
    await database.write(lambda tx: talk.context.snapshots.pages_closed(tx, [other.id]))
    assert await talk.context.snapshots.of(id_, limit=9) == []


async def _a_page(talk: Talk, database: Database, clock: FakeClock) -> str:
    id_ = (await talk.chat.start()).id
    for number in range(3):
        await exchange(talk, id_, f"question {number} " + WORDS * 3)
    return id_


async def test_nothing_can_be_taken_of_nothing(database: Database, clock: FakeClock) -> None:
    """A conversation without turns has no snapshot, and an unknown one is named."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start()).id
    with pytest.raises(UsageError, match="Nothing has been said"):
        await talk.context.snapshots.take(id_)
    with pytest.raises(NotFoundError, match="cv_none"):
        await talk.context.snapshots.take("cv_none")
    with pytest.raises(NotFoundError, match="sn_none"):
        await talk.context.snapshots.get("sn_none")


async def test_what_was_revised_since_is_said(database: Database, clock: FakeClock) -> None:
    """A turn that says something else now is named by its key."""
    talk = talk_of(database, clock)
    id_ = (await talk.chat.start()).id
    await exchange(talk, id_, "question")
    taken = await talk.context.snapshots.take(id_)
    assert (await talk.context.snapshots.then(taken.id)).revised == ()
    clock.forward(seconds=5)

    def revise(tx: Transaction) -> str:
        turn = turns.forward(tx, id_, limit=1)[0]
        known = turns.known(tx, id_, [turn.key])[turn.key]
        draft = TurnDraft(role=Role.USER, content=replace(turn.content, text="another"))
        turns.revise(tx, known, turn.key, draft, 3, clock())
        return turn.key

    key = await database.write(revise)
    found = await talk.context.snapshots.then(taken.id)
    assert found.revised == (key,)
    assert found.request.messages[0].text == "another"


@pytest.mark.parametrize("number", [4, 60])
async def test_its_size_is_that_of_a_name(
    database: Database, clock: FakeClock, number: int
) -> None:
    """However long the conversation is, the row has a few hundred bytes, and no text of it."""
    talk = talk_of(database, clock, answers=number)
    id_ = (await talk.chat.start()).id
    for each in range(number):
        await exchange(talk, id_, f"question {each} " + WORDS * 10)
    await talk.context.snapshots.take(id_, "size")
    taken = _rows(database, "SELECT * FROM snapshots WHERE kind = 'command'")
    assert len(taken) == 1
    assert len(json.dumps(taken[0])) < 500
    assert len(_rows(database, "SELECT * FROM system_prompts")) == 1


def _rows(database: Database, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database.path)) as connection:
        return connection.execute(sql).fetchall()


def test_numbers_as_ranges() -> None:
    """Neighbours are one range."""
    assert ranges_of([]) == ()
    assert ranges_of([5, 1, 2, 3, 9, 8]) == ((1, 3), (5, 5), (8, 9))
