"""Recording turns, and all that follows from them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from doubles import FakeClock
from minutebook.domain.documents import ScribeState
from minutebook.domain.jobs import JobKind, JobState
from minutebook.domain.turns import Content, Origin, Role, ToolCall, Turn, TurnDraft
from minutebook.errors import NotFoundError
from minutebook.record import closing
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, Recorded, RecordPolicy, Strand, record
from minutebook.store import conversations, documents, jobs, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

POLICY = RecordPolicy(paging=PagingPolicy(tokens=60, pause=timedelta(hours=6)))
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(key: str, minute: float, text: str = "", **more: object) -> KeyedDraft:
    """Make a draft said so many minutes after noon."""
    draft = TurnDraft(
        role=Role.PERSON,
        author="Ana",
        content=Content(text=text or f"words of {key}"),
        at=NOON + timedelta(minutes=minute),
        **more,  # type: ignore[arg-type]
    )
    return KeyedDraft(key=key, draft=draft)


class Record:
    """A conversation to record into."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self.database = database
        self.clock = clock
        self.id = ""

    async def begin(self) -> Record:
        """Create the conversation."""

        def work(tx: Transaction) -> str:
            return conversations.create(tx, "test", "one", "One", self.clock())

        self.id = await self.database.write(work)
        return self

    async def add(
        self, *drafts: KeyedDraft, behind: int | None = None, origin: Origin = Origin.IMPORTED
    ) -> Recorded:
        """Record drafts as one strand."""
        strand = Strand(conversation=self.id, drafts=drafts, origin=origin, behind=behind)
        return await self.database.write(lambda tx: record(tx, strand, POLICY, self.clock()))

    async def read(self) -> list[Turn]:
        """Return the conversation in reading order."""
        return await self.database.read(lambda tx: turns.forward(tx, self.id, limit=1_000))

    async def keys(self) -> list[str]:
        """Return the keys in reading order."""
        return [turn.key for turn in await self.read()]

    async def page_runs(self) -> list[tuple[int, int]]:
        """Return the runs of the pages by arrival."""
        found = await self.database.read(
            lambda tx: pages.newest(tx, conversation=self.id, limit=100)
        )
        return sorted((page.first_seq, page.last_seq) for page in found)


@pytest.fixture
async def one(database: Database, clock: FakeClock) -> Record:
    """Return an empty conversation."""
    return await Record(database, clock).begin()


async def test_what_is_recorded_twice_is_known(one: Record) -> None:
    """A second reading of the same turns adds nothing."""
    first = await one.add(said("a", 0), said("b", 1))
    second = await one.add(said("a", 0), said("b", 1), said("c", 2))
    assert (first.new, second.new, second.known) == (2, 1, 2)
    assert await one.keys() == ["a", "b", "c"]


async def test_older_turns_are_read_before_but_counted_behind(one: Record) -> None:
    """A longer export puts its older turns in front; arrival numbers stay."""
    await one.add(said("c", 10), said("d", 11))
    await one.add(said("a", 0), said("b", 1), said("c", 10), said("d", 11), said("e", 12))
    assert await one.keys() == ["a", "b", "c", "d", "e"]
    assert [turn.seq for turn in await one.read()] == [3, 4, 1, 2, 5]


async def test_a_late_run_and_what_follows_make_pages_of_their_own(one: Record) -> None:
    """The page that was open ends where older turns come in, and again behind them."""
    await one.add(said("c", 10), said("d", 11))
    await one.add(said("a", 0), said("b", 1), said("c", 10), said("d", 11), said("e", 12))
    assert await one.page_runs() == [(1, 2), (3, 4)]


async def test_the_order_of_the_file_outlives_a_clock_that_goes_back(one: Record) -> None:
    """At the end of summer time the clock shows an hour twice; what was said keeps its order."""
    await one.add(said("a", 59), said("b", 0), said("c", 1), said("d", 61))
    assert await one.keys() == ["a", "b", "c", "d"]


async def test_an_edit_is_a_revision_and_an_older_export_does_not_undo_it(one: Record) -> None:
    """The newest reading is shown, the older is kept, and reading the older again adds nothing."""
    await one.add(said("a", 0, "frist"))
    edited = await one.add(said("a", 0, "first"))
    older = await one.add(said("a", 0, "frist"))
    assert (edited.revised, older.revised, older.known) == (1, 0, 1)
    (turn,) = await one.read()
    assert (turn.content.text, turn.revision) == ("first", 1)


async def test_an_edit_inside_a_page_has_it_summarised_again(one: Record) -> None:
    """The page keeps its id; its content hash and its job are new."""
    await one.add(said("a", 0, "x" * 300), said("b", 1))
    before = await one.database.read(lambda tx: pages.newest(tx, limit=1))
    await one.add(said("a", 0, "y" * 300))
    after = await one.database.read(lambda tx: pages.newest(tx, limit=1))
    assert before[0].id == after[0].id
    assert before[0].content_hash != after[0].content_hash
    queued = await one.database.read(lambda tx: jobs.newest(tx, kind=JobKind.SUMMARISE, limit=10))
    assert len(queued) == 2


async def test_the_same_key_twice_in_one_strand(one: Record) -> None:
    """A log that states a message and then its edit leaves one turn with a revision."""
    done = await one.add(said("a", 0, "one"), said("b", 1), said("a", 0, "two"))
    assert (done.new, done.revised) == (2, 1)
    again = await one.add(said("a", 0, "one"), said("b", 1), said("a", 0, "two"))
    assert (again.new, again.revised, again.known) == (0, 0, 3)


async def test_a_longer_reading_of_the_last_record_takes_its_place(one: Record) -> None:
    """The record that was still being written is one turn under its new key."""
    await one.add(said("a", 0, "half"))
    longer = KeyedDraft(key="a2", draft=said("", 0, "half a line").draft, replaces="a")
    done = await one.add(longer)
    assert (done.new, done.revised) == (0, 1)
    assert [(t.key, t.content.text) for t in await one.read()] == [("a2", "half a line")]


async def test_recording_asks_for_one_scribe_job(one: Record) -> None:
    """However many turns come, one job brings the document up to date."""
    await one.add(said("a", 0))
    await one.add(said("b", 1))
    found = await one.database.read(lambda tx: jobs.newest(tx, kind=JobKind.SCRIBE, limit=10))
    assert [job.state for job in found] == [JobState.QUEUED]


async def test_a_live_turn_is_told_at_once_and_history_when_it_is_in(one: Record) -> None:
    """The job of a live turn is due now, that of an import a little later."""
    await one.add(said("a", 0))
    (later,) = await one.database.read(lambda tx: jobs.newest(tx, kind="scribe", limit=1))
    await one.add(said("b", 1), origin=Origin.LIVE)
    (now,) = await one.database.read(lambda tx: jobs.newest(tx, kind="scribe", limit=1))
    assert later.not_before > one.clock() == now.not_before


async def test_a_stopped_scribe_is_not_asked(one: Record) -> None:
    """Turns of a conversation whose document was stopped queue nothing."""

    def stop(tx: Transaction) -> None:
        documents.create(tx, one.id, "One", ScribeState.STOPPED, one.clock())

    await one.database.write(stop)
    await one.add(said("a", 0))
    assert await one.database.read(lambda tx: jobs.newest(tx, limit=10)) == []


async def test_a_title_that_is_learnt_late_is_that_of_the_document(one: Record) -> None:
    """As long as nothing is written in it; one that somebody named keeps its name."""
    await one.add(said("a", 0))

    async def title_after(name: str) -> str:
        def work(tx: Transaction) -> str:
            conversations.rename(tx, one.id, name, one.clock())
            return documents.of_conversation(tx, one.id, one.clock()).title

        return await one.database.write(work)

    assert await title_after("Ferries") == "Ferries"
    await one.database.write(
        lambda tx: tx.run("conversations.title_document", id=one.id, title="Mine", as_of=None)
    )
    assert await title_after("Boats") == "Mine"


async def test_the_tail_closes_only_after_a_pause(one: Record) -> None:
    """The last page stays open while the conversation may go on."""
    await one.add(said("a", 0))

    async def close_at(minutes: int) -> int:
        now = NOON + timedelta(minutes=minutes)
        pause = POLICY.paging.pause
        closed = await one.database.write(lambda tx: closing.close_tail(tx, one.id, pause, now))
        return len(closed)

    assert await close_at(359) == 0
    assert await close_at(360) == 1
    assert await close_at(720) == 0


async def test_a_tail_from_the_future_closes(one: Record) -> None:
    """What was said a day from now was said by a wrong clock; another zone is a few hours off."""
    await one.add(said("a", 60 * 30))
    pause = POLICY.paging.pause

    async def close_at(hours: int) -> int:
        now = NOON + timedelta(hours=hours)
        closed = await one.database.write(lambda tx: closing.close_tail(tx, one.id, pause, now))
        return len(closed)

    assert await close_at(16) == 0
    assert await close_at(6) == 1


async def test_recording_tells_whether_it_met_the_end_of_the_record(one: Record) -> None:
    """It is the turn that arrived last, new or known, and not the last of the file."""
    came = await one.add(said("b", 5), said("c", 6))
    older = await one.add(said("a", 0), said("b", 5))
    met = await one.add(said("a", 0), said("c", 6))
    missed = await one.add(said("b", 5), said("c", 6))
    kept = [r.last_arrived for r in (came, older, met, missed)]
    assert kept == ["c", "a", "a", None]


async def test_everything_that_was_said_comes_back(one: Record) -> None:
    """Tool traffic, thinking, hostile characters: read back as written, but for lone surrogates."""
    content = Content(
        text="nul \x00 esc \x1b[31m bidi \u202e 字 \ud83d",
        thinking="hm\u2028",
        tool_calls=(ToolCall(id="1", name="look", arguments='{"a": 1}'),),
    )
    draft = TurnDraft(role=Role.ASSISTANT, content=content)
    await one.add(KeyedDraft(key="a", draft=draft))
    (turn,) = await one.read()
    assert turn.content.text == "nul \x00 esc \x1b[31m bidi \u202e 字 \ufffd"
    assert turn.content.thinking == content.thinking
    assert turn.content.tool_calls == content.tool_calls


async def test_an_unknown_conversation_is_an_error(database: Database, clock: FakeClock) -> None:
    """Nothing is recorded into a conversation that is not there."""
    strand = Strand(conversation="cv_none", drafts=[said("a", 0)], origin=Origin.LIVE)
    with pytest.raises(NotFoundError, match="cv_none"):
        await database.write(lambda tx: record(tx, strand, POLICY, clock()))
