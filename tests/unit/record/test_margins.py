"""What a source notes beside a turn, and what that does not do to the turn."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from doubles import FakeClock
from minutebook.domain.turns import Content, Margin, Origin, Reaction, Role, Turn, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, Recorded, RecordPolicy, Strand, record
from minutebook.store import conversations, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

POLICY = RecordPolicy(paging=PagingPolicy(tokens=60, pause=timedelta(hours=6)))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
THUMBS = Margin(thread="a", reactions=(Reaction(name="thumbsup", count=2, authors=("Bo",)),))
DRAFT = TurnDraft(role=Role.PERSON, author="Ana", content=Content(text="hello"), at=NOON)


async def put(database: Database, draft: TurnDraft) -> tuple[Recorded, Turn]:
    """Record a draft under one key; return what became of it, and the turn."""

    def work(tx: Transaction) -> tuple[Recorded, Turn]:
        id_ = conversations.create(tx, "test", "one", "One", NOON)
        drafts = [KeyedDraft(key="k", draft=draft)]
        strand = Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED)
        return record(tx, strand, POLICY, NOON), turns.by_key(tx, id_, "k")

    return await database.write(work)


async def test_margin_is_kept(database: Database) -> None:
    """What is noted beside a new turn is there when the turn is read."""
    _, turn = await put(database, replace(DRAFT, margin=THUMBS))
    assert turn.margin == THUMBS


async def test_reactions_come_without_a_revision(database: Database) -> None:
    """A reaction that a later export brings is kept, and the turn is the same."""
    await put(database, DRAFT)
    done, turn = await put(database, replace(DRAFT, margin=THUMBS))
    assert (done.known, done.revised, turn.revision) == (1, 0, 0)
    assert turn.margin == THUMBS


async def test_a_source_that_tells_nothing_takes_nothing_away(database: Database) -> None:
    """Where nothing says which reading is newer, an empty margin leaves the known one."""
    await put(database, replace(DRAFT, margin=THUMBS))
    _, turn = await put(database, DRAFT)
    assert turn.margin == THUMBS


async def test_a_newer_reading_takes_reactions_back(database: Database) -> None:
    """A reading as of a later moment says what is noted now, even nothing; an older one is late."""
    late = replace(DRAFT, as_of=NOON + timedelta(hours=1))
    await put(database, replace(DRAFT, margin=THUMBS, as_of=NOON))
    _, turn = await put(database, late)
    assert turn.margin == Margin()
    _, turn = await put(database, replace(DRAFT, margin=THUMBS, as_of=NOON))
    assert turn.margin == Margin()


async def test_withdrawn_turn_keeps_its_words(database: Database) -> None:
    """A tombstone marks the turn, and what it said stays in the record."""
    await put(database, DRAFT)
    gone = replace(DRAFT, content=Content(), margin=Margin(is_withdrawn=True))
    done, turn = await put(database, gone)
    assert (turn.content.text, turn.margin.is_withdrawn) == ("hello", True)
    assert (done.known, done.revised) == (1, 0)


async def test_parent_of_a_conversation_need_not_be_here(
    database: Database, clock: FakeClock
) -> None:
    """A sub-agent names its parent before the parent is read; both meet by their native ids."""

    def work(tx: Transaction) -> tuple[str | None, str]:
        child = conversations.create(tx, "test", "child", "Child", clock())
        conversations.adopt(tx, child, "parent", "call-1")
        parent = conversations.create(tx, "test", "parent", "Parent", clock())
        return conversations.get(tx, child).parent, parent

    named, parent = await database.write(work)
    assert named == parent
