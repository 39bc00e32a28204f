"""Layouts, stories and passes are kept, and read back as they were."""

from __future__ import annotations

from dataclasses import replace

import pytest

from doubles import FakeClock
from minutebook.domain.context import (
    KeptWords,
    Layout,
    Left,
    Pass,
    PassState,
    PlacedSummary,
    Span,
    Story,
    Tier,
    Trigger,
)
from minutebook.errors import NotFoundError, StoreError
from minutebook.store import contexts, conversations, passes
from minutebook.store.contexts import StoryDraft
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.store.turns import BEGINNING

SUMMARY = PlacedSummary(
    page="pg_1",
    text="They left; 😀 — “it's” <b>",
    tokens=12,
    by="test:one",
    words=(KeptWords(turn=4, tokens=3, is_pinned=True),),
)


@pytest.fixture
async def chat(database: Database, clock: FakeClock) -> str:
    """Return a conversation in the store."""

    def work(tx: Transaction) -> str:
        return conversations.create(tx, "test", "c", "C", clock())

    return await database.write(work)


def draft(chat: str, *added: str, before: Story | None = None) -> StoryDraft:
    return StoryDraft(
        conversation=chat,
        before=before,
        text=f"with {', '.join(added)}",
        tokens=7,
        by="offline",
        added=added,
        words=(KeptWords(turn=1, tokens=2),),
    )


async def test_first_layout(database: Database, chat: str) -> None:
    """Before any compaction the layout is all of the conversation, as revision 0."""
    found = await database.read(lambda tx: contexts.current(tx, chat))
    whole = Span(conversation=chat, behind=BEGINNING)
    assert found == Layout(conversation=chat, spans=(whole,))
    assert await database.read(lambda tx: contexts.revision(tx, chat)) == 0
    assert await database.read(lambda tx: contexts.at(tx, chat, 0)) == found


async def test_layouts_are_kept(database: Database, clock: FakeClock, chat: str) -> None:
    """A layout becomes the next revision; each can be read back as it was."""

    def work(tx: Transaction) -> tuple[Layout, Layout]:
        story = contexts.add_story(tx, draft(chat, "pg_0"), clock())
        one = Layout(
            conversation=chat,
            story=story,
            summaries=(SUMMARY,),
            spans=(
                Span(conversation="other", behind=(5, 1), through=(9, 2)),
                Span(conversation=chat, behind=(-3, 0)),
            ),
            thinking_from=(7, 7),
            whole_from=(6, 6),
        )
        kept = contexts.keep(tx, one, clock(), onto=0)
        again = contexts.keep(tx, replace(kept, summaries=()), clock(), onto=1)
        return kept, again

    kept, again = await database.write(work)
    assert (kept.revision, again.revision) == (1, 2)
    assert await database.read(lambda tx: contexts.current(tx, chat)) == again
    assert await database.read(lambda tx: contexts.at(tx, chat, 1)) == kept
    with pytest.raises(NotFoundError):
        await database.read(lambda tx: contexts.at(tx, chat, 3))


async def test_a_layout_that_comes_late(database: Database, clock: FakeClock, chat: str) -> None:
    """A layout that was made from one that is not the newest any more is refused."""

    def work(tx: Transaction) -> None:
        contexts.keep(tx, contexts.first(chat), clock(), onto=0)

    await database.write(work)
    with pytest.raises(StoreError):
        await database.write(work)


async def test_stories_go_on(database: Database, clock: FakeClock, chat: str) -> None:
    """A story holds its pages and those of the story before it, in order; a fork does not."""

    def work(tx: Transaction) -> tuple[Story, Story, Story]:
        first = contexts.add_story(tx, draft(chat, "pg_1", "pg_2"), clock())
        left = contexts.add_story(tx, draft(chat, "pg_x", before=first), clock())
        second = contexts.add_story(tx, draft(chat, "pg_3", before=first), clock())
        return first, left, second

    first, left, second = await database.write(work)
    assert (first.pages, second.pages, second.words) == (2, 3, (KeptWords(turn=1, tokens=2),))
    assert await database.read(lambda tx: contexts.story(tx, second.id)) == second

    def pages(tx: Transaction) -> tuple[list[str], list[str]]:
        return contexts.story_pages(tx, second.id), contexts.story_pages(tx, left.id)

    assert await database.read(pages) == (["pg_1", "pg_2", "pg_3"], ["pg_1", "pg_2", "pg_x"])


async def test_pages_in_a_story(database: Database, clock: FakeClock, chat: str) -> None:
    """Those pages are in a story that went into it or into one it goes on from."""

    def work(tx: Transaction) -> list[frozenset[str]]:
        first = contexts.add_story(tx, draft(chat, "pg_1"), clock())
        left = contexts.add_story(tx, draft(chat, "pg_x", before=first), clock())
        second = contexts.add_story(tx, draft(chat, "pg_2", before=first), clock())
        asked = ["pg_1", "pg_2", "pg_x", "pg_y"]
        return [contexts.in_story(tx, each.id, asked) for each in (first, left, second)]

    assert await database.write(work) == [{"pg_1"}, {"pg_1", "pg_x"}, {"pg_1", "pg_2"}]


def some_pass(chat: str, clock: FakeClock) -> Pass:
    return Pass(
        id=0,
        conversation=chat,
        at=clock(),
        trigger=Trigger.THRESHOLD,
        tiers=(Tier.SUMMARISE, Tier.SHORTEN),
        state=PassState.ENOUGH,
        before=900,
        after=500,
        left=(Left(what="page", reference="pg_1", tokens=400),),
        left_count=3,
        cost_usd=0.25,
        seconds=1.5,
        reason="below 60 %",
        from_revision=0,
        to_revision=1,
    )


async def test_passes(database: Database, clock: FakeClock, chat: str) -> None:
    """Passes come back the newest first, and are marked when they were undone, once."""
    first = await database.write(lambda tx: passes.add(tx, some_pass(chat, clock)))
    clock.forward(minutes=1)
    later = replace(some_pass(chat, clock), cost_usd=None, trigger=Trigger.UNDO, is_undone=True)
    second = await database.write(lambda tx: passes.add(tx, later))
    assert await database.read(lambda tx: passes.newest(tx, chat)) == [second, first]
    assert await database.read(lambda tx: passes.newest(tx, chat, limit=1)) == [second]
    assert await database.write(lambda tx: passes.mark_undone(tx, first.id))
    assert not await database.write(lambda tx: passes.mark_undone(tx, first.id))
    found = await database.read(lambda tx: passes.get(tx, first.id))
    assert found == replace(first, is_undone=True)
    with pytest.raises(NotFoundError):
        await database.read(lambda tx: passes.get(tx, 99))
