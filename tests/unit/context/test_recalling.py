"""What is brought back for what was said last."""

from __future__ import annotations

from datetime import UTC

import pytest

from conversing import Line, converse, exchanges, said, say
from doubles import FakeClock
from minutebook.context.slot.bringing import Desk
from minutebook.context.slot.recalling import looked_for
from minutebook.context.slot.usefulness import SlotRoom
from minutebook.domain.context import Layout, Span
from minutebook.domain.turns import Role
from minutebook.recall.search import pages_for, pages_with
from minutebook.store import contexts, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

DESK = Desk(
    find=pages_with,
    recall=pages_for,
    room_of=lambda *_: SlotRoom(tokens=4_000, recall_tokens=2_000),
    zone=UTC,
)
REPLY = "Lorem ipsum dolor sit amet, consectetur adipiscing elit."
FACTS = (
    "The safe combination of the cellar is 44-19-73.",
    "My Aunt Oda is allergic to walnuts.",
)


class Talk:
    """A conversation of which nothing but what is said from now on is in sight."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.id = ""

    async def begin(self) -> Talk:
        """Tell facts long ago, behind replies that are all alike."""
        self.id = await self.database.write(lambda tx: converse(tx, "c", self.clock()))
        for fact in FACTS:
            await self.say(said(Role.USER, fact + " more" * 300), said(Role.ASSISTANT, REPLY))
            for _ in range(12):
                await self.say(said(Role.USER, "Go on." + " more" * 200))
                await self.say(said(Role.ASSISTANT, REPLY))
        await self.database.write(self._hide)
        await self.say(said(Role.USER, "Go on."), said(Role.ASSISTANT, REPLY))
        return self

    async def say(self, *lines: Line) -> None:
        """Say something."""
        await self.database.write(lambda tx: say(tx, self.id, lines, self.clock(), page_tokens=400))

    def _hide(self, tx: Transaction) -> None:
        last = turns.last_active(tx, self.id)
        assert last is not None
        spans = (Span(conversation=self.id, behind=(last.sort_at, last.seq)),)
        layout = Layout(conversation=self.id, spans=spans)
        contexts.keep(tx, layout, self.clock(), onto=contexts.revision(tx, self.id))

    async def found(self, question: str) -> list[str]:
        """Ask, and return what is said first on the pages that are found."""
        await self.say(said(Role.USER, question))

        def work(tx: Transaction) -> list[str]:
            pages = [each.page for each in looked_for(tx, DESK, self.id) or ()]
            every = turns.forward(tx, self.id, limit=999)
            return ["\n".join(t.content.text for t in every if t.page == page) for page in pages]

        return await self.database.read(work)


@pytest.fixture
async def talk(database: Database, clock: FakeClock) -> Talk:
    return await Talk(database, clock).begin()


@pytest.mark.parametrize(
    ("question", "fact"),
    [
        ("what is the combination for the safe?", FACTS[0]),
        ("can I bake a nut cake for Oda?", FACTS[1]),
    ],
)
async def test_what_is_asked_weighs_more_than_the_last_reply(
    talk: Talk, question: str, fact: str
) -> None:
    """A short question finds what it asks for, though the last reply has words of all pages; one
    rare name is enough."""
    found = await talk.found(question)
    assert fact in found[0]
    assert [page for page in found if not any(each in page for each in FACTS)] == []


async def test_what_is_in_sight_does_not_crowd_out_what_is_not(talk: Talk) -> None:
    """However many turns in sight have the words, the page that is out of sight is found."""
    await talk.say(*[said(Role.USER, "The safe, its combination, the cellar!")] * 120)
    found = await talk.found("what is the combination for the safe in the cellar?")
    assert FACTS[0] in found[0]


async def test_where_nothing_is_asked_the_last_reply_tells(talk: Talk) -> None:
    """Words that every sentence has find what matters for what they answer."""
    await talk.say(said(Role.ASSISTANT, "Shall I open the safe in the cellar?"))
    assert FACTS[0] in (await talk.found("Yes, do that."))[0]


async def test_what_was_left_is_not_recalled(talk: Talk) -> None:
    """Turns of a branch that was left are no reason to bring their page back."""

    def leave(tx: Transaction) -> None:
        turns.leave_from(tx, turns.forward(tx, talk.id, limit=1)[0])

    await talk.database.write(leave)
    await talk.say(*exchanges(2))
    assert await talk.found("What is the safe combination of the cellar?") == []
