"""Everything reads a page that has left as it read it before; edits bring it back."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from pathlib import Path

import pytest

from archiving import Rig, is_same
from conversing import exchanges, say
from minutebook.domain.context import Span
from minutebook.domain.exports import ExportForm
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.errors import ArchiveDamagedError
from minutebook.recall.search import Recall
from minutebook.record.library import Library
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, Recorded, RecordPolicy, Strand, record
from minutebook.store import contexts
from minutebook.store.transaction import Transaction
from minutebook.store.turns import BEGINNING


def edit(rig: Rig, conversation: str, key: str, text: str) -> Callable[[Transaction], Recorded]:
    """Return the work that records an edit of a turn."""
    drafts = [KeyedDraft(key=key, draft=TurnDraft(role=Role.USER, content=Content(text=text)))]
    strand = Strand(conversation=conversation, drafts=drafts, origin=Origin.IMPORTED)
    policy = RecordPolicy(paging=PagingPolicy(tokens=120))

    def work(tx: Transaction) -> Recorded:
        return record(tx, strand, policy, rig.clock())

    return work


async def test_weights_and_texts_of_prompts_are_the_same(rig: Rig) -> None:
    """What a model is shown of a cold turn, and what it weighs, are what they were."""
    conversation = await rig.torture()
    span = Span(conversation=conversation, behind=BEGINNING)
    before = await rig.database.read(lambda tx: contexts.weighed(tx, span))
    ids = [turn.id for turn in before]
    said = await rig.database.read(lambda tx: contexts.said(tx, ids))
    await rig.archive_all(conversation)
    assert await rig.database.read(lambda tx: contexts.weighed(tx, span)) == before
    assert await rig.database.read(lambda tx: contexts.said(tx, ids)) == said


@pytest.mark.parametrize("form", list(ExportForm))
async def test_an_export_is_the_same(rig: Rig, form: ExportForm) -> None:
    """An export of an archived conversation is the one from before."""
    conversation = await rig.torture()
    library = Library(rig.database)
    before = await library.export(conversation, form)
    await rig.archive_all(conversation)
    assert await library.export(conversation, form) == before


async def test_reading_a_log_again_adds_nothing(rig: Rig) -> None:
    """What is in the archive is known, and stays there."""
    conversation = await rig.converse("one")
    await rig.archive_all(conversation)
    had, cold = await rig.count(conversation), await rig.cold()
    turn = (await rig.turns(conversation))[0]
    again = await rig.database.write(edit(rig, conversation, turn.key, turn.content.text))
    assert (again.new, again.known, again.revised) == (0, 1, 0)
    assert (await rig.count(conversation), await rig.cold()) == (had, cold)


async def test_an_edit_brings_its_page_back_first(rig: Rig) -> None:
    """An edit of a cold turn is a revision of what it said, and its page is in the store again."""
    conversation = await rig.converse("one")
    before = await rig.turns(conversation)
    pages = await rig.archive_all(conversation)
    await rig.database.write(edit(rig, conversation, before[0].key, "It was the fifth."))
    after = await rig.turns(conversation)
    assert after[0].content.text == "It was the fifth."
    assert all(map(is_same, before[2:], after[2:]))
    assert set(await rig.archive.archived()) == set(pages[1:])
    found = await Recall(rig.database).search("fifth")
    assert len(found) == 1
    await rig.archive.review.let_go(pages[:1])
    await rig.archive.flush()
    assert (await rig.archive.restore(pages)).pages
    await rig.database.write(edit(rig, conversation, before[0].key, "It was the sixth."))
    assert (await rig.turns(conversation))[0].revision == 2
    with sqlite3.connect(rig.database.path) as connection:
        rows = connection.execute("SELECT text, is_cold FROM turn_revisions ORDER BY revision")
        assert rows.fetchall() == [(before[0].content.text, 0), ("It was the fifth.", 0)]
    connection.close()
    assert (await rig.archive.verify()).problems == ()


async def test_nothing_else_writes_to_a_cold_turn(rig: Rig) -> None:
    """The store itself refuses to change or delete what a cold turn says."""
    conversation = await rig.converse("one")
    await rig.archive_all(conversation)
    with sqlite3.connect(rig.database.path) as connection:
        for statement in ("UPDATE turns SET text = 'x' WHERE is_cold", "DELETE FROM turns"):
            with pytest.raises(sqlite3.IntegrityError):
                connection.execute(statement)
    connection.close()


async def test_a_missing_file_is_named_and_the_rest_answers(rig: Rig) -> None:
    """Without a file its pages are an error that says so; search and prompts say so in place."""
    one, two = await rig.converse("one"), await rig.converse("two")
    await rig.archive_all(one)
    lost = [file.path for file in await rig.archive.files()]
    await rig.archive_all(two)
    for path in lost:
        (rig.database.path.parent / "archive" / path).unlink()
    with pytest.raises(ArchiveDamagedError, match="is missing"):
        await Library(rig.database).page((await rig.pages(one))[0].id)
    with pytest.raises(ArchiveDamagedError, match="is missing"):
        await Library(rig.database).export(one, ExportForm.JSON)
    shown = await rig.turns(one)
    assert all("is missing" in turn.content.text for turn in shown if turn.is_cold)
    assert sum(turn.is_cold for turn in shown) > len(shown) / 2
    assert len(await rig.turns(two)) == await rig.count(two)
    found = await Recall(rig.database).search("Question", limit=100)
    assert {hit.hit.turn.conversation for hit in found} >= {two}
    report = await rig.archive.verify()
    assert {problem.path for problem in report.problems} == set(lost)
    assert all(problem.is_loss for problem in report.problems)


@pytest.mark.parametrize("damage", [b"", b"PAR1", None])
async def test_a_corrupt_file_is_never_believed(rig: Rig, damage: bytes | None) -> None:
    """A file that is not what was written is an error, and stays what it is when compacted."""
    conversation = await rig.converse("one")
    pages = await rig.archive_all(conversation)
    other = await rig.converse("two")
    files = await rig.archive.files()
    for file in files:
        place: Path = rig.database.path.parent / "archive" / file.path
        content = bytearray(place.read_bytes())
        content[len(content) // 3] ^= 0xFF
        place.write_bytes(bytes(content) if damage is None else damage)
    report = await rig.archive.verify()
    assert {problem.path for problem in report.problems} == {file.path for file in files}
    await rig.archive_all(other)
    with pytest.raises(ArchiveDamagedError):
        await rig.archive.compact()
    assert len(await rig.turns(other)) == await rig.count(other)
    assert set(await rig.archive.archived()) >= set(pages)


async def test_a_foreign_file_is_left_alone(rig: Rig) -> None:
    """What somebody else put into the folder is named, and neither read nor removed."""
    conversation = await rig.converse("one")
    await rig.archive_all(conversation)
    folder = rig.database.path.parent / "archive"
    stranger = folder / "turns" / "year=2026" / "month=03" / "stranger.parquet"
    stranger.write_bytes(b"not mine")
    (folder / "notes.txt").write_text("mine")
    await rig.archive.compact()
    report = await rig.archive.verify()
    assert [problem.is_loss for problem in report.problems] == [False, False]
    assert stranger.exists()
    assert len(await rig.turns(conversation)) == await rig.count(conversation)


async def test_new_turns_go_on_behind_cold_ones(rig: Rig) -> None:
    """A conversation that was archived can be gone on with."""
    conversation = await rig.converse("one")
    await rig.archive_all(conversation)
    more = exchanges(3, begin=100)
    await rig.database.write(lambda tx: say(tx, conversation, more, rig.clock(), page_tokens=120))
    texts = [turn.content.text for turn in await rig.turns(conversation)]
    assert texts[-1] == more[-1][1].text
    assert all(texts)
