"""The layout follows the branch that is read."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversing import converse, exchanges, said, say
from doubles import FakeClock
from minutebook.context.prompt.branching import settle, settled
from minutebook.context.prompt.sight import in_sight, tightened
from minutebook.domain.context import Layout, PlacedSummary
from minutebook.domain.turns import Role
from minutebook.store import contexts, pages, turns
from minutebook.store.contexts import StoryDraft
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


class Tale:
    """A conversation of which pages were summarised one by one."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.id = ""

    async def begin(self) -> Tale:
        """Say so much that ten pages close."""
        self.id = await self.database.write(lambda tx: converse(tx, "c", self.clock()))
        await self.database.write(lambda tx: say(tx, self.id, exchanges(60), self.clock()))
        return self

    async def pages(self) -> list[str]:
        """Return the ids of the closed pages, the oldest first."""
        found = await self.database.read(
            lambda tx: pages.newest(tx, limit=99, conversation=self.id)
        )
        return [page.id for page in reversed(found)]

    async def summarise(self, *more: str) -> Layout:
        """Put pages out of sight, in one more revision."""

        def work(tx: Transaction) -> Layout:
            layout = contexts.current(tx, self.id)
            placed = tuple(
                PlacedSummary(page=page, text="Short.", tokens=2, by="x") for page in more
            )
            made = replace(layout, summaries=(*layout.summaries, *placed))
            made = tightened(made, in_sight(tx, made))
            return contexts.keep(tx, made, self.clock(), onto=layout.revision)

        return await self.database.write(work)

    async def leave(self, page: str) -> None:
        """Leave the branch in the middle of a page, and say something else."""

        def work(tx: Transaction) -> None:
            found = pages.get(tx, page)
            run = turns.by_seq(tx, self.id, found.first_seq, found.last_seq)
            turns.leave_from(tx, run[1])
            say(tx, self.id, [said(Role.USER, "Something else.")], self.clock())

        await self.database.write(work)

    async def settle(self) -> Layout:
        """Bring the layout in line with the branch."""
        return await self.database.write(lambda tx: settle(tx, self.id, self.clock()))

    async def shown(self, layout: Layout) -> list[str]:
        """Return the keys of the turns in sight."""
        sight = await self.database.read(lambda tx: in_sight(tx, layout))
        return [turn.key for turn in sight.turns]

    async def active(self) -> list[str]:
        """Return the keys of the turns of the branch that is read."""
        told = await self.database.read(lambda tx: turns.forward(tx, self.id, limit=999))
        return [turn.key for turn in told if turn.is_active]


@pytest.fixture
async def tale(database: Database, clock: FakeClock) -> Tale:
    """Return a conversation of several pages."""
    return await Tale(database, clock).begin()


async def test_nothing_to_do(tale: Tale) -> None:
    """While what was summarised is on the branch that is read, the layout stays."""
    first, second, *_, last = await tale.pages()
    kept = await tale.summarise(first, second)
    await tale.leave(last)
    assert await tale.settle() == kept


async def test_back_to_an_earlier_layout(tale: Tale) -> None:
    """A branch taken in a summarised page brings back the newest layout without that page."""
    first, second, third, *_ = await tale.pages()
    await tale.summarise(first)
    earlier = await tale.summarise(second)
    await tale.summarise(third)
    await tale.leave(third)
    layout = await tale.settle()
    assert layout == replace(earlier, revision=4)
    shown = await tale.shown(layout)
    assert shown == (await tale.active())[-len(shown) :]
    assert await tale.settle() == layout


async def test_and_forth_again(tale: Tale) -> None:
    """Who takes the first branch again sees all of it that is not summarised."""
    first, second, *_ = await tale.pages()
    await tale.summarise(first)
    await tale.summarise(second)
    before = await tale.active()
    await tale.leave(second)
    back = await tale.settle()

    def take_again(tx: Transaction) -> None:
        for turn in turns.forward(tx, tale.id, limit=999):
            turns.set_active(tx, turn.id, is_active=turn.key in before)

    await tale.database.write(take_again)
    assert await tale.settle() == back
    shown = await tale.shown(back)
    assert shown == (await tale.active())[-len(shown) :] == before[-len(shown) :]


async def test_pages_come_back_out_of_the_summaries(tale: Tale) -> None:
    """With no earlier layout, what is left of the page is shown word for word, in its place."""
    first, second, third, *_ = await tale.pages()
    await tale.summarise(first, second, third)
    await tale.leave(second)
    layout = await tale.settle()
    assert [each.page for each in layout.summaries] == [first]
    found = await tale.database.read(lambda tx: pages.get(tx, first))
    shown = await tale.shown(layout)
    assert shown == (await tale.active())[found.last_seq :]
    assert len(shown) >= 2


async def test_the_layout_begins_anew(tale: Tale, clock: FakeClock) -> None:
    """Where the story tells of what was left, all is shown again."""
    first, second, *_ = await tale.pages()

    def work(tx: Transaction) -> None:
        draft = StoryDraft(
            conversation=tale.id, before=None, text="So.", tokens=1, by="x", added=(first, second)
        )
        layout = contexts.current(tx, tale.id)
        made = replace(layout, story=contexts.add_story(tx, draft, clock()))
        contexts.keep(tx, tightened(made, in_sight(tx, made)), clock(), onto=0)

    await tale.database.write(work)
    await tale.leave(second)
    layout = await tale.settle()
    assert (layout.revision, layout.story, layout.summaries) == (2, None, ())
    assert await tale.shown(layout) == await tale.active()


async def test_pages_that_had_left_turns_before(tale: Tale) -> None:
    """Turns that were left before their page was summarised are no reason to go back."""
    first, second, third, *_ = await tale.pages()
    await tale.leave(third)
    await tale.summarise(first, second, third)
    kept = await tale.database.read(lambda tx: contexts.current(tx, tale.id))

    def leave_the_last(tx: Transaction) -> None:
        last = turns.last_active(tx, tale.id)
        assert last is not None
        turns.leave_from(tx, last)

    await tale.database.write(leave_the_last)
    assert await tale.database.read(lambda tx: settled(tx, tale.id)) == kept
