"""The job that gives a page its stand-in, and orders a model's summary."""

from __future__ import annotations

import sqlite3
from datetime import timedelta
from functools import partial

import pytest

from doubles import FakeClock
from minutebook.batches import PageSummaries, Plan
from minutebook.domain.batches import Order, OrderState
from minutebook.domain.chats import MarkKind
from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.domain.pages import Page, SummaryState
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.errors import ModelError, NotFoundError
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Model
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.record.closing import want_pins
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import changes, chats, conversations, jobs, orders, pages, turns
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

FERRY = "The ferry to Winterbottom leaves on the 4th of March at 07:30."
TENTS = "Carla brings two tents and the big stove from Oslo."
GOOD = Answer(pieces=("Label: The ferry\n- Ann: On the 4th. [t1]",))
NOBODY = Plan(model="offline", prompt="p1")
SOMEBODY = Plan(model="test:one", prompt="p1")


class Book:
    """A conversation with one page."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock

    async def record(
        self, text: str, *, is_active: bool = True, page_tokens: int = 20, live: bool = False
    ) -> None:
        """Record two turns, of which the first or both make a page."""

        def draft(key: str, words: str, active: bool) -> KeyedDraft:
            content = Content(text=words)
            turn = TurnDraft(
                role=Role.PERSON, author="Ann", content=content, at=self.clock(), is_active=active
            )
            return KeyedDraft(key=key, draft=turn)

        conversation = await self.database.write(
            lambda tx: conversations.create(tx, "test", "one", "One", self.clock())
        )
        strand = Strand(
            conversation=conversation,
            drafts=[draft("a", text, is_active), draft("b", TENTS, True)],
            origin=Origin.LIVE if live else Origin.IMPORTED,
        )
        policy = RecordPolicy(paging=PagingPolicy(tokens=page_tokens, pause=timedelta(hours=6)))
        await self.database.write(partial(record, strand=strand, policy=policy, now=self.clock()))

    async def page(self) -> Page:
        """Return the page."""
        return (await self.database.read(partial(pages.newest, limit=2)))[-1]

    async def orders(self) -> list[Order]:
        """Return what is ordered, the last first."""
        return await self.database.read(partial(orders.newest, limit=9))

    async def summarise(self, model: Model, plan: Plan = NOBODY) -> Page:
        """Summarise the page."""
        summaries = PageSummaries(self.database, model, plan, clock=self.clock)
        await summaries.summarise(job((await self.page()).id, self.clock))
        return await self.page()


def job(page: str, clock: FakeClock) -> Job:
    """Return the job to summarise a page."""
    return Job(
        id=1, kind=JobKind.SUMMARISE, key=page, group=None, payload=page, state=JobState.LEASED,
        attempts=1, not_before=clock(), owner="test", lease_until=None, requests=1, error="",
        cause="", correlation="", created_at=clock(), updated_at=clock(),
    )  # fmt: skip


@pytest.fixture
async def book(database: Database, clock: FakeClock) -> Book:
    """Open a conversation with one page."""
    made = Book(database, clock)
    await made.record(FERRY)
    return made


async def test_offline_makes_a_stand_in(book: Book) -> None:
    """Summary and label are kept under the name `offline`, and those who watch are told."""
    before = await book.database.read(changes.newest)
    page = await book.summarise(OfflineModel())
    noted = await book.database.read(partial(changes.since, id_=before))
    assert (page.summary, page.summary_by) == (f"- Ann: {FERRY}", "offline")
    assert page.summary_state is SummaryState.STANDIN
    assert page.summary_hash == page.content_hash
    assert page.label
    assert [point.turns for point in page.summary_points] == [("a",)]
    assert [(change.topic, change.subject) for change in noted] == [(Topic.PAGE, page.id)]
    assert await book.orders() == []


async def test_a_model_is_ordered_once(book: Book) -> None:
    """The order names page, content, prompts and model, and somebody is woken to see to it."""
    page = await book.summarise(OfflineModel(), SOMEBODY)
    await book.summarise(OfflineModel(), SOMEBODY)
    (order,) = await book.orders()
    assert (order.page, order.content_hash) == (page.id, page.content_hash)
    assert (order.prompt, order.model, order.state) == ("p1", "test:one", OrderState.WAITING)
    queued = await book.database.read(
        lambda tx: jobs.newest(tx, kind=JobKind.DISPATCH.value, limit=9)
    )
    assert [found.not_before for found in queued] == [book.clock() + SOMEBODY.linger]
    assert page.summary_state is SummaryState.STANDIN


async def test_another_prompt_is_another_order(book: Book) -> None:
    """Other prompts, or another model, make another summary."""
    for plan in (SOMEBODY, Plan(model="test:one", prompt="p2"), Plan(model="test:2", prompt="p1")):
        await book.summarise(OfflineModel(), plan)
    assert len(await book.orders()) == 3


async def test_other_content_is_another_order(book: Book) -> None:
    """What was ordered of the old content and not sent is dropped."""
    await book.summarise(OfflineModel(), SOMEBODY)
    await book.record("The ferry to Winterbottom leaves on the 5th of March at 09:00.")
    await book.summarise(OfflineModel(), SOMEBODY)
    assert sorted(order.state.value for order in await book.orders()) == ["dropped", "waiting"]


async def test_live_pages_are_urgent(database: Database, clock: FakeClock) -> None:
    """A page on which somebody talks right now does not wait for others."""
    book = Book(database, clock)
    await book.record(FERRY, live=True)
    await book.summarise(OfflineModel(), SOMEBODY)
    assert [order.is_urgent for order in await book.orders()] == [True]
    due = await database.read(lambda tx: jobs.next_due(tx, JobKind.DISPATCH))
    assert due == clock()


async def test_done_work_is_not_done_again(book: Book) -> None:
    """A page that has its summary is not summarised a second time."""
    model = ScriptedModel([GOOD])
    await book.summarise(model)
    await book.summarise(model)
    assert len(model.requests) == 1


async def test_failures_are_named(book: Book) -> None:
    """An unusable answer, a failing model and a missing page are errors; nothing is kept."""
    for answer in (Answer(pieces=("---",)), Answer(error=ModelError("down"))):
        with pytest.raises(ModelError):
            await book.summarise(ScriptedModel([answer]))
    with pytest.raises(NotFoundError):
        await PageSummaries(book.database, OfflineModel(), NOBODY).summarise(
            job("pg_no", book.clock)
        )
    assert (await book.page()).summary_state is SummaryState.MISSING


@pytest.mark.parametrize(("page_tokens", "shown"), [(35, TENTS), (20, FERRY)])
async def test_abandoned_branches_are_not_summarised(
    database: Database, clock: FakeClock, page_tokens: int, shown: str
) -> None:
    """What is not read any more is left out, unless the page holds nothing else."""
    book = Book(database, clock)
    await book.record(FERRY, is_active=False, page_tokens=page_tokens)
    model = ScriptedModel([GOOD])
    await book.summarise(model)
    assert [passage.text for passage in model.requests[0].material.passages] == [shown]


async def test_a_pin_set_later_stands_word_for_word(book: Book) -> None:
    """Set behind the summary of its page, it takes its line in; taken away, the line goes. Nobody
    is asked, and nothing is ordered."""
    await book.summarise(ScriptedModel([GOOD]))
    before = await book.page()
    await pin(book)
    after = await pinned(book)
    assert [(point.is_pinned, point.turns) for point in after.summary_points] == [
        (True, ("a",)),
        (False, ("a",)),
    ]
    assert after.summary == f"- Ann: {FERRY}\n{before.summary}"
    assert (after.summary_by, after.summary_state) == (before.summary_by, before.summary_state)
    await pin(book)
    assert await pinned(book) == before
    assert await book.orders() == []


async def test_a_pin_on_a_page_without_a_summary_waits_for_one(book: Book) -> None:
    """The job of the page itself shows it."""
    await pin(book)
    assert (await pinned(book)).summary_state is SummaryState.MISSING
    assert (await book.summarise(OfflineModel())).summary_points[0].is_pinned


async def test_an_old_summary_keeps_its_words(book: Book) -> None:
    """One that was kept before summaries had lines in fields takes the pin in front."""
    page = await book.summarise(ScriptedModel([GOOD]))
    with sqlite3.connect(book.database.path) as connection:
        connection.execute("UPDATE pages SET summary_points = '[]'")
    await pin(book)
    assert (await pinned(book)).summary == f"- Ann: {FERRY}\n{page.summary}"


async def pin(book: Book) -> None:
    """Pin the first turn, or take the pin away."""

    def work(tx: Transaction) -> None:
        turn = turns.by_key(tx, page.conversation, "a")
        want_pins(tx, page.conversation, turn.seq, book.clock())
        if not chats.unmark(tx, turn.id, MarkKind.PIN):
            chats.mark(tx, turn.id, MarkKind.PIN, book.clock())

    page = await book.page()
    await book.database.write(work)


async def pinned(book: Book) -> Page:
    """Do the job that shows what is pinned; return the page."""
    queued = await book.database.read(
        lambda tx: jobs.newest(tx, kind=JobKind.SUMMARISE.value, state="queued", limit=9)
    )
    summaries = PageSummaries(book.database, ScriptedModel([]), SOMEBODY, clock=book.clock)
    for found in queued:
        if found.key.endswith(":pins"):
            await summaries.summarise(found)
    return await book.page()
