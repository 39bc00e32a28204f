"""How often a model is asked, and paid, that does not answer as it was asked to."""

from __future__ import annotations

from datetime import timedelta

from chronicle import Chronicle, chronicle

from doubles import FakeClock
from minutebook.domain.jobs import Job, JobKind, JobState
from minutebook.events import Bus, JobFailed
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import jobs
from minutebook.workers.pool import PoolSettings, WorkerPool

PROSE = Answer(pieces=("What a nice document! I would add a word about the ferry.",))


class Talker:
    """A worker whose model only ever talks."""

    def __init__(self, book: Chronicle) -> None:
        self.book = book
        self.clock = FakeClock()
        self.model = ScriptedModel([PROSE] * 40)
        self.bus = Bus()
        settings = PoolSettings(limits={JobKind.SCRIBE: 1}, max_attempts=5)
        handlers = {JobKind.SCRIBE: book.scribe(self.model).update}
        self.pool = WorkerPool(book.database, handlers, settings, self.bus, self.clock)

    async def work(self, hours: int) -> Job:
        """Do what is due, an hour apart; return how the job stands."""
        for _ in range(hours):
            await self.pool.drain()
            self.clock.forward(hours=1)
        found = await self.book.database.read(lambda tx: jobs.newest(tx, limit=10))
        return next(job for job in found if job.kind is JobKind.SCRIBE)


async def test_an_update_is_given_up_after_three_tries_of_two_calls() -> None:
    """Each try is told with its next one, later than after an outage; the last one is dead."""
    async with chronicle() as book:
        await book.scribe().start(book.conversation)
        await book.say("one")
        talker = Talker(book)
        with talker.bus.subscribe() as heard:
            job = await talker.work(hours=8)
            failed = [each for each in heard.drain() if isinstance(each, JobFailed)]
        assert job.state is JobState.DEAD
        assert "does not fit, twice" in job.error
        assert len(talker.model.requests) == 6
        assert [each.retry_at is None for each in failed] == [False, False, True]
        assert (await book.scribe().find(book.conversation)).revision == 0


async def test_what_was_given_up_is_tried_once_for_what_is_said_next() -> None:
    """Two calls for an exchange, as one that works may take; also when a person wants it again."""
    async with chronicle() as book:
        await book.scribe().start(book.conversation)
        await book.say("one")
        talker = Talker(book)
        dead = await talker.work(hours=4)
        await book.say("two")
        assert (await talker.work(hours=4)).state is JobState.DEAD
        assert len(talker.model.requests) == 8
        await book.database.write(lambda tx: jobs.retry(tx, dead.id, talker.clock()))
        assert (await talker.work(hours=4)).state is JobState.DEAD
        assert len(talker.model.requests) == 10


async def test_the_second_try_is_not_made_at_once() -> None:
    """The same question a moment later is likely to have the same answer."""
    async with chronicle() as book:
        await book.scribe().start(book.conversation)
        await book.say("one")
        talker = Talker(book)
        job = await talker.work(hours=1)
        assert job.state is JobState.FAILED
        assert timedelta(seconds=30) <= job.not_before - job.updated_at <= timedelta(seconds=45)
