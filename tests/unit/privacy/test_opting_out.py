"""Who opts out is taken out of everything, now and later, or one is told why not."""

from __future__ import annotations

import asyncio
import shutil
import sqlite3
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest

from minutebook.domain.jobs import Job, JobKind, JobRequest
from minutebook.domain.opting_out import TOMBSTONE, Choice, Step
from minutebook.domain.turns import Content, Role, TurnDraft, Withheld
from minutebook.engine import Engine
from minutebook.errors import NotFoundError, StoreError, UsageError
from minutebook.store import contexts, derived, jobs, opted_out, turns
from minutebook.store.contexts import StoryDraft
from minutebook.store.transaction import Transaction
from opting import BOB, PLANTED, Crew, crew_at, files_with, log_of, make_crew, settings

_RECORD = {
    "turns": {"text", "parts", "margin", "author"},
    "turn_revisions": {"text", "parts"},
    "set_aside": {"author", "text", "parts"},
    "opted_out": {"name", "report"},
    "opted_out_names": {"name"},
}
"""The record itself, and who is kept out of what is made of it."""
_DERIVED = {
    "pages": {"label", "summary", "summary_points", "summary_entities"},
    "documents": {"title", "content"},
    "revisions": {"patch", "content", "cause"},
    "conflicts": {"base", "mine", "theirs", "behind"},
    "stories": {"text", "words"},
    "layouts": {"layout"},
    "summon_messages": {"text"},
    "orders": {"result", "error"},
    "slots": {"words", "reason"},
    "quarantine": {"excerpt"},
    "conversations": {"title"},
    "jobs": {"error"},
    "snapshots": {"label"},
    "passes": {"gone", "reason"},
}
"""What `store.derived` takes back."""
_OWN_WORDS = {
    "directions": {"standing"},
    "chats": {"system"},
    "system_prompts": {"text", "instructions"},
    "outbox": {"text", "parts"},
    "replies": set(),
    "reply_pieces": {"text", "thinking"},
}
"""What whoever owns the home says, and what is being answered to them this moment."""
_WORDS = {
    "text", "parts", "content", "title", "label", "summary", "excerpt", "patch", "report", "author",
    "name", "words", "reason", "error", "standing", "system", "thinking", "mine", "theirs", "base",
    "behind", "gone", "layout", "result", "instructions", "margin", "detail", "cause",
    "summary_points", "summary_entities",
}  # fmt: skip
"""Columns called so hold words. Others hold ids, names of ours, numbers and times."""
_NO_WORDS = {
    ("batches", "error"), ("calls", "name"), ("jobs", "cause"), ("maintenance", "error"),
    ("maintenance", "detail"), ("archive_files", "name"), ("paces", "name"), ("pauses", "reason"),
    ("approvals", "reason"), ("revisions", "author"), ("quarantine", "reason"),
    ("snapshots", "gone"), ("snapshots", "system"),
}  # fmt: skip
"""Columns that only we and the providers write, about our own work."""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Make a crew once: reading, telling and summarising takes a second."""
    folder = tmp_path_factory.mktemp("crew")
    asyncio.run(make_crew(folder))
    return folder


@pytest.fixture
async def crew(made: Path, tmp_path: Path) -> AsyncIterator[Crew]:
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    async with crew_at(tmp_path) as opened:
        yield opened


async def test_it_never_removes_nobody_in_silence(crew: Crew) -> None:
    """A name that nobody has, a conversation that is not there: an error, and nothing is noted."""
    out = crew.engine.opting_out
    for choice in (
        Choice(name="Bbo Miller"),
        Choice(name=BOB, conversation="cv_none"),
        Choice(name=BOB, also=("Bobby",)),
        Choice(name="bob miller", is_exact=True),
        Choice(name="you"),
        Choice(name=" "),
    ):
        with pytest.raises(NotFoundError):
            await out.opt_out(choice)
    assert await out.everybody() == []


async def test_the_nearest_names_are_said(crew: Crew) -> None:
    """Who mistypes a name is told who is there."""
    with pytest.raises(NotFoundError, match="'Bob Miller'"):
        await crew.engine.opting_out.opt_out(Choice(name="bob"))


async def test_a_store_that_lacks_the_tables_is_an_error(crew: Crew) -> None:
    """A filter that cannot be asked lets nobody through: nothing comes in."""
    database = crew.engine._database
    with sqlite3.connect(database.path) as connection:
        connection.execute("ALTER TABLE opted_out RENAME TO gone")
    with pytest.raises(StoreError, match="opted_out"):
        await crew.read(log_of(crew.folder / "n", 30))
    with pytest.raises(StoreError, match="opted_out"):
        await crew.engine.opting_out.opt_out(Choice(name=BOB))


async def test_one_person_with_several_spellings_is_asked_about(crew: Crew) -> None:
    """Names that read the same are chosen by name; which of them count is not guessed."""
    await crew.read(log_of(crew.folder / "other", 6, name="BOB MILLER", chat="others"))
    out = crew.engine.opting_out
    with pytest.raises(UsageError, match=r"'BOB MILLER' \(2 turns\)"):
        await out.opt_out(Choice(name=BOB))
    only = await out.preview(Choice(name="BOB MILLER", is_exact=True))
    assert only.person.turns == 2
    both = await out.opt_out(Choice(name=BOB, also=("BOB MILLER",)))
    assert both.person.turns == 10


async def test_a_rehearsal_changes_nothing(crew: Crew) -> None:
    """It says what would go, and all of it is still there."""
    before = await crew.derived(PLANTED)
    report = await crew.engine.opting_out.preview(Choice(name=BOB))
    counts = {each.kind: each.count for each in report.removed}
    assert counts["turns"] == 8
    assert [each.what for each in report.removed if each.kind == "document"] == ["crew"]
    assert await crew.derived(PLANTED) == before != []


async def test_nothing_of_theirs_stays_in_documents_and_earlier_outputs(crew: Crew) -> None:
    """Documents and their old versions, summaries, labels: all is made again without them."""
    assert await crew.derived(PLANTED)
    await crew.opt_out()
    assert await crew.derived(PLANTED) == []
    await crew.engine.do_what_can_be_done()
    assert await crew.derived(PLANTED) == []
    assert await crew.derived(BOB) == []
    (document,) = await crew.engine.scribe.documents()
    assert "green tent number 21" in document.content
    pages = await crew.engine.library.pages(conversation=crew.id)
    assert all(page.summary for page in pages)


async def test_what_others_wrote_by_hand_stays(crew: Crew) -> None:
    """A document begins anew around the words of a person."""
    (document,) = await crew.engine.scribe.documents()
    mine = "My own note stands.\n\n" + document.content
    await crew.engine.scribe.edit(document.id, document.revision, mine)
    await crew.opt_out()
    await crew.engine.do_what_can_be_done()
    (document,) = await crew.engine.scribe.documents()
    assert "My own note stands." in document.content
    assert "green tent number 0" in document.content
    assert await crew.derived(PLANTED) == []


async def test_versions_from_before_they_spoke_stay(tmp_path: Path) -> None:
    """A document goes back no further than it must."""
    await make_crew(tmp_path, turns=1)
    async with crew_at(tmp_path) as crew:
        await crew.read(log_of(tmp_path / "logs"))
        await crew.engine.do_what_can_be_done()
        await crew.opt_out()
        (document,) = await crew.engine.scribe.documents()
        history = await crew.engine.scribe.history(document.id)
        assert (history[-1].revision.number, document.covered_seq) == (1, 1)
        with pytest.raises(NotFoundError):
            await crew.engine.scribe.show(document.id, 2)


async def test_people_are_shown_what_is_set_aside(crew: Crew) -> None:
    """It stays in the record, for people; no search brings it, and no reader of the store."""
    await crew.opt_out()
    shown = await crew.engine.library.turns(crew.id, limit=100)
    assert [t.author for t in shown[:3]] == ["Anna", BOB, "Carla"]
    assert PLANTED in shown[1].content.text
    read = await crew.engine._database.read(lambda tx: turns.forward(tx, crew.id, limit=100))
    assert (read[1].author, read[1].content.text) == ("", "")
    assert await crew.engine.recall.search("elderberry") == []


async def test_what_they_say_later_is_kept_out(crew: Crew) -> None:
    """A log that grows, in whatever way their name is written there."""
    await crew.opt_out()
    assert await crew.read(log_of(crew.folder / "logs", 36, later="bob MILLER")) == 12
    await crew.engine.do_what_can_be_done()
    assert await crew.derived(PLANTED) == []
    shown = await crew.engine.library.turns(crew.id, limit=200)
    assert sum(turn.withheld is Withheld.SET_ASIDE for turn in shown) == 12


async def test_a_log_that_is_read_again_brings_nothing(crew: Crew) -> None:
    """Neither what was set aside nor what was erased is new to the record, or open in it."""
    for erases in (False, True):
        await crew.opt_out(erases=erases)
        copy = log_of(crew.folder / f"again {erases}")
        assert await crew.read(copy) == 0
        assert await crew.derived(PLANTED) == []


async def test_an_edit_of_theirs_stays_out_of_sight(crew: Crew) -> None:
    """A log that tells another text of a withheld turn revises it where it is."""
    await crew.opt_out()

    def revise(tx: Transaction) -> None:
        known = turns.known(tx, crew.id, [turns.by_seq(tx, crew.id, 2, 2)[0].key])
        (turn,) = known.values()
        said = Content(text=f"Now {PLANTED}!")
        draft = TurnDraft(role=Role.PERSON, author=BOB, content=said)
        turns.revise(tx, turn, turn.key, draft, 9, crew.engine.clock())

    await crew.engine._database.write(revise)
    (_, turn, *_) = await crew.engine.library.turns(crew.id, limit=5)
    assert (turn.content.text, turn.revision) == (f"Now {PLANTED}!", 1)
    read = await crew.engine._database.read(lambda tx: turns.by_seq(tx, crew.id, 2, 2))
    assert read[0].content.text == ""


async def test_the_store_refuses_to_be_given_their_words(crew: Crew) -> None:
    """Whoever writes to the store past the filter is stopped by the store itself."""
    await crew.opt_out()
    with sqlite3.connect(crew.engine._database.path) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="given words"):
            connection.execute("UPDATE turns SET text = 'x' WHERE withheld = 1")
        with pytest.raises(sqlite3.IntegrityError, match="written openly"):
            connection.execute(
                "INSERT INTO turns SELECT NULL, conversation, 'k', 999, role, ?, 'x', NULL, 'h',"
                " NULL, NULL, at, at_raw, zone_known, sort_at, 1, 1, origin, 0, recorded_at, '',"
                " NULL, NULL, 0, 0 FROM turns LIMIT 1",
                (BOB,),
            )


async def test_archived_pages_come_back_without_them(crew: Crew) -> None:
    """Files of the archive that hold their words are written anew; the old ones are gone."""
    await crew.archive()
    home = crew.engine.home.data
    assert (await crew.engine.archive.stats()).pages
    await crew.opt_out(erases=True)
    await crew.archive()
    assert await crew.derived(PLANTED) == []
    pages = [page.id for page in await crew.engine.library.pages(conversation=crew.id)]
    await crew.engine.archive.restore(pages)
    shown = await crew.engine.library.turns(crew.id, limit=100)
    assert [t.content.text for t in shown[1::3]] == [TOMBSTONE] * 8
    assert files_with(home, PLANTED) == []


async def test_erased_words_are_in_no_file(made: Path, tmp_path: Path) -> None:
    """Not in the store, its journal, the archive, the mirrored files, nor in anything retired."""
    shutil.copytree(made, tmp_path, dirs_exist_ok=True)
    async with crew_at(tmp_path, settings(mirror="docs")) as crew:
        await crew.engine.do_what_can_be_done()
        await crew.archive()
        home = tmp_path / "home"
        assert any("docs" in name for name in files_with(home, PLANTED))
        await crew.opt_out(erases=True)
        await crew.engine.do_what_can_be_done()
        assert files_with(home, PLANTED) == []
    assert files_with(home, PLANTED) == []


async def test_what_is_erased_resolves_to_a_tombstone(crew: Crew) -> None:
    """Key, time and page stay, so that every reference leads somewhere."""
    before = await crew.engine.library.turns(crew.id, limit=100)
    await crew.opt_out(erases=True)
    after = await crew.engine.library.turns(crew.id, limit=100)
    assert [(t.key, t.at, t.page) for t in after] == [(t.key, t.at, t.page) for t in before]
    assert after[1].content.text == TOMBSTONE
    (person,) = await crew.engine.opting_out.everybody()
    assert (person.step, person.erases, person.turns) == (Step.DONE, True, 8)


async def test_who_comes_back_is_told_again(crew: Crew) -> None:
    """All is as it was: record, search, documents, summaries; and what comes in is open."""
    await crew.opt_out()
    await crew.engine.do_what_can_be_done()
    assert await crew.engine.opting_out.opt_in("bob miller") == (8, 0)
    await crew.engine.do_what_can_be_done()
    places = await crew.derived(PLANTED)
    assert any(place.startswith("document") for place in places)
    assert any(place.startswith("summary") for place in places)
    assert await crew.engine.recall.search("elderberry")
    await crew.read(log_of(crew.folder / "logs", 36))
    read = await crew.engine._database.read(lambda tx: turns.forward(tx, crew.id, limit=100))
    assert {turn.withheld for turn in read} == {Withheld.NO}


async def test_what_was_erased_does_not_come_back(crew: Crew) -> None:
    """Opting in lets new turns in, and no tombstone speaks."""
    await crew.opt_out(erases=True)
    assert await crew.engine.opting_out.opt_in(BOB) == (0, 8)
    await crew.read(log_of(crew.folder / "again"))
    shown = await crew.engine.library.turns(crew.id, limit=100)
    assert sum(turn.content.text == TOMBSTONE for turn in shown) == 8
    with pytest.raises(NotFoundError):
        await crew.engine.opting_out.opt_in(BOB)


async def test_a_title_made_of_their_words_or_name_goes(crew: Crew) -> None:
    """A conversation that is called after them is called otherwise, and its document too."""

    def rename(tx: Transaction) -> None:
        derived.retitle(tx, crew.id, f"Trip with {BOB}")

    await crew.engine._database.write(rename)
    await crew.opt_out()
    (one,) = await crew.engine.library.conversations()
    (document,) = await crew.engine.scribe.documents()
    assert (one.title, document.title) == ("Trip with [a person]",) * 2


async def test_a_log_that_is_called_after_them_is_not(crew: Crew) -> None:
    """What comes in later has no title that names them, and none in their words."""
    await crew.opt_out()
    await crew.read(log_of(crew.folder / "other", 6, chat="bob miller and us", begin=100))
    titles = [one.title for one in await crew.engine.library.conversations()]
    assert "[a person] and us" in titles


async def test_one_conversation_alone(crew: Crew) -> None:
    """What they say elsewhere is open, until they opt out everywhere; one who erases does so."""
    await crew.read(log_of(crew.folder / "other", 12, chat="others", begin=100))
    out, library = crew.engine.opting_out, crew.engine.library
    (other,) = {one.id for one in await library.conversations()} - {crew.id}
    await out.opt_out(Choice(name=BOB, conversation=crew.id))

    async def hidden() -> list[int]:
        found = [await library.turns(id_, limit=100) for id_ in (crew.id, other)]
        return [sum(int(turn.withheld) for turn in turns) for turns in found]

    assert await hidden() == [8, 0]
    await out.opt_out(Choice(name=BOB, erases=True))
    assert await hidden() == [16, 8]
    assert files_with(crew.engine.home.data, PLANTED) == []


async def test_work_that_had_read_their_words_is_waited_for(crew: Crew) -> None:
    """What it brings back is taken away again; only then are the words erased."""
    database, now = crew.engine._database, crew.engine.clock()
    request = JobRequest(kind=JobKind.COMPACT, key="c", payload="c", cause="test")

    def begin(tx: Transaction) -> Job:
        jobs.ensure(tx, request, now, now)
        until = now + timedelta(minutes=5)
        job = jobs.claim_one(tx, JobKind.COMPACT, "c", owner="x", now=now, lease_until=until)
        assert job is not None
        return job

    job = await database.write(begin)
    await crew.opt_out(erases=True)
    (person,) = await crew.engine.opting_out.everybody()
    assert person.step is Step.WATCHING
    late = StoryDraft(
        conversation=crew.id, before=None, text=f"The {PLANTED}.", tokens=9, by="m", added=()
    )
    await database.write(lambda tx: contexts.add_story(tx, late, now))
    assert await crew.derived(PLANTED)
    await database.write(lambda tx: jobs.finish(tx, job, now))
    await crew.engine.opting_out.resume()
    (person,) = await crew.engine.opting_out.everybody()
    assert person.step is Step.DONE
    assert files_with(crew.engine.home.data, PLANTED) == []


async def test_what_a_provider_was_sent_is_said(crew: Crew) -> None:
    """What is kept of a batch goes; that its provider has it still is no secret."""
    page = (await crew.engine.library.pages(conversation=crew.id))[0].id
    parcel = crew.engine.home.batches / "bt_1.results"
    parcel.parent.mkdir()
    parcel.write_text(f"They keep {PLANTED}.")
    with sqlite3.connect(crew.engine._database.path) as connection:
        connection.execute(
            "INSERT INTO batches (id, provider, model, state, requests, bytes, digest, created_at)"
            " VALUES ('bt_1', 'p', 'm', 'open', 1, 1, '', 0)"
        )
        connection.execute(
            "INSERT INTO batch_items (custom_id, batch, order_id, page, content_hash)"
            " VALUES ('c', 'bt_1', 1, ?, '')",
            (page,),
        )
    report = await crew.engine.opting_out.opt_out(Choice(name=BOB))
    assert not parcel.exists()
    assert ("batch bt_1", 1) in {(each.place, each.count) for each in report.unreached}


async def test_what_the_user_keeps_is_named(crew: Crew) -> None:
    """An export is theirs: it is told where it lies, and left alone."""
    export = crew.engine.home.exports / "crew.md"
    export.write_text(f"Bob: I have {PLANTED}.")
    report = await crew.engine.opting_out.opt_out(Choice(name=BOB))
    assert str(export) in {each.place for each in report.unreached}
    assert report.is_clean
    assert export.exists()


async def test_what_is_left_is_not_hidden(crew: Crew) -> None:
    """A file of ours that holds their words, and that nobody can explain, is told as left."""
    stray, log = crew.engine.home.data / "stray.txt", crew.engine.home.logs / "minutebook.log"
    stray.write_text(f"Bob: I have {PLANTED}.")
    log.write_text(f"begun\nIt failed at: {PLANTED}.\nended\n")
    report = await crew.engine.opting_out.opt_out(Choice(name=BOB, erases=True))
    assert [each.place for each in report.left] == [str(stray)]
    assert report.person.step is Step.WATCHING
    assert log.read_text() == "begun\nended\n"
    stray.unlink()
    await crew.engine.opting_out.resume()
    assert files_with(crew.engine.home.data, PLANTED) == []


async def test_what_was_begun_is_finished_by_who_comes_next(crew: Crew) -> None:
    """The row of state alone is enough: a worker does all the rest."""

    def begin(tx: Transaction) -> None:
        opted_out.add(tx, Choice(name=BOB, erases=True), [BOB], crew.engine.clock())

    await crew.engine._database.write(begin)
    assert await crew.engine.opting_out.resume() == 1
    assert await crew.engine.opting_out.resume() == 0
    assert files_with(crew.engine.home.data, PLANTED) == []


def texts_of(engine: Engine) -> dict[str, set[str]]:
    """Return the columns of every table that hold words, by table."""
    with sqlite3.connect(engine._database.path) as connection:
        tables = [
            row[0]
            for row in connection.execute(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                " AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'turns_fts%'"
                " AND name <> 'turns_words'"
            )
        ]
        found = {
            table: {
                row[1]
                for row in connection.execute(f"PRAGMA table_info({table})")
                if row[2] == "TEXT" and row[1] in _WORDS and (table, row[1]) not in _NO_WORDS
            }
            for table in tables
        }
    return {table: columns for table, columns in found.items() if columns}


async def test_every_column_that_holds_words_is_known(crew: Crew) -> None:
    """A table that is added has to be given its place: record, derived, or one's own words."""
    known = {**_RECORD, **_DERIVED, **_OWN_WORDS}
    assert texts_of(crew.engine) == {table: columns for table, columns in known.items() if columns}
