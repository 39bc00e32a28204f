"""People's edits: whose a block is, what is merged, what becomes a conflict."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import AsyncIterator
from functools import partial

import pytest
from chronicle import NOON, Chronicle, chronicle
from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.documents import Choice, Document
from minutebook.domain.turns import ToolCall
from minutebook.errors import NotFoundError, UsageError
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe.blocks import BlockKind, joined, keys, split
from minutebook.scribe.operations import (
    DeleteSection,
    Operation,
    RenameSection,
    ReplaceSection,
    SetTitle,
)
from minutebook.scribe.revising import Draft, keep_if_live

TEXT = "# Trip\n\n## Route\n\nBy ferry.\n\nThen by train.\n\n## Tents\n\n- two\n- three\n"


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a document that a model wrote, as revision 1."""
    async with chronicle() as opened:
        await opened.scribe().start(opened.conversation)
        await opened.say("one")
        title = {"op": "set_title", "title": "Trip"}
        route = {"op": "insert_section_after", "anchor": "top", "heading": "Route"}
        tents = {"op": "insert_section_after", "anchor": "route", "heading": "Tents"}
        await opened.update(
            model(
                title,
                {**route, "body": "By ferry.\n\nThen by train."},
                {**tents, "body": "- two\n- three"},
            )
        )
        assert await opened.content() == TEXT
        yield opened


def model(*operations: dict[str, str]) -> ScriptedModel:
    """Return a model that wants these operations."""
    arguments = json.dumps({"operations": operations})
    call = ToolCall(id="1", name="update_document", arguments=arguments)
    return ScriptedModel([Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)])


async def wish(book: Chronicle, head: Document, *operations: Operation, **more: bool) -> bool:
    """Let a model do something to the version that it saw."""
    draft = Draft(
        head=head,
        operations=operations,
        author="model:x",
        cause="t",
        told_to=more.get("told", False),
    )
    return await book.database.write(partial(keep_if_live, draft=draft, now=NOON))


@given(st.lists(st.sampled_from(["# a", "- b", "  c", "", "d", "```", "~~~", "| e |", "\r"])))
def test_blocks_together_are_the_text(lines: list[str]) -> None:
    """Whatever a text is, nothing of it is outside of its blocks."""
    text = "\n".join(lines)
    blocks = split(text)
    assert "".join(block.text for block in blocks) == joined(blocks) == text
    assert keys(text) == [block.key for block in blocks if block.kind is not BlockKind.BLANK]


@given(st.lists(st.sampled_from(["# a\n", "- b\n  c\n", "d", "e\nf\n", "```\ng\n", "~~~\nh\n~~~"])))
def test_blocks_from_anywhere_stay_apart(texts: list[str]) -> None:
    """Put together, each is found again."""
    blocks = [block for text in texts for block in split(text)]
    assert keys(joined(blocks)) == [block.key for block in blocks]


async def test_a_persons_block_stays(book: Chronicle) -> None:
    """A section is written anew around it, removed around it, but neither changed nor renamed."""
    scribe = book.scribe()
    mine = TEXT.replace("## Route", "## Our way").replace("By ferry.", "By ferry, at night.")
    await scribe.edit(book.conversation, 1, mine)
    head = await scribe.find(book.conversation)
    await wish(book, head, ReplaceSection(anchor="our-way", body="By bus."))
    assert "## Our way\n\nBy ferry, at night.\n\nBy bus.\n\n## Tents" in await book.content()
    head = await scribe.find(book.conversation)
    await wish(
        book, head, RenameSection(anchor="our-way", heading="x"), DeleteSection(anchor="our-way")
    )
    text = await book.content()
    assert "## Our way\n\nBy ferry, at night.\n\n## Tents" in text
    head = await scribe.find(book.conversation)
    await wish(book, head, ReplaceSection(anchor="our-way", body="By ferry, by day."))
    assert await book.content() == text
    (conflict,) = await scribe.conflicts(book.conversation)
    assert (conflict.mine_by, conflict.theirs_by) == ("person", "model:x")
    await wish(book, head, DeleteSection(anchor="our-way"), told=True)
    assert "ferry" not in await book.content()


async def test_what_a_person_removed_stays_removed(book: Chronicle) -> None:
    """Also when the model says it again without knowing."""
    scribe = book.scribe()
    head = await scribe.find(book.conversation)
    await scribe.edit(book.conversation, 1, TEXT.replace("Then by train.\n\n", ""))
    again = ReplaceSection(anchor="route", body="By ferry.\n\nThen by train.\n\nAnd back.")
    await wish(book, head, again)
    assert "## Route\n\nBy ferry.\n\nAnd back.\n\n## Tents" in await book.content()
    last = (await scribe.history(book.conversation))[0]
    assert (last.revision.base, last.change) == (1, "rewrote Route; merged with what people wrote")


async def test_neighbours_are_no_conflict(book: Chronicle) -> None:
    """Changes side by side, and text added behind a changed block, are merged."""
    scribe = book.scribe()
    head = await scribe.find(book.conversation)
    await wish(book, head, ReplaceSection(anchor="tents", body="- two\n- three big\n- four"))
    outcome = await scribe.edit(book.conversation, 1, TEXT.replace("- two", "- two small"))
    assert outcome.conflicts == ()
    assert outcome.document.content.endswith("- two small\n- three big\n- four\n")


@pytest.mark.parametrize(
    ("choice", "expected"),
    [
        (Choice.MINE, "By night ferry."),
        (Choice.THEIRS, "By day ferry."),
        (Choice.BOTH, "By night ferry.\n\nBy day ferry."),
        (Choice.TEXT, "By any ferry."),
    ],
)
async def test_a_conflict_is_settled(book: Chronicle, choice: Choice, expected: str) -> None:
    """The person's text stands until then; what is chosen is a person's from then on."""
    scribe = book.scribe()
    head = await scribe.find(book.conversation)
    await wish(book, head, ReplaceSection(anchor="route", body="By day ferry.\n\nThen by train."))
    outcome = await scribe.edit(book.conversation, 1, TEXT.replace("By ferry", "By night ferry"))
    assert "By night ferry.\n\nThen" in outcome.document.content
    (conflict,) = outcome.conflicts
    await scribe.settle(book.conversation, conflict.number, choice, "By any ferry.")
    assert f"## Route\n\n{expected}\n\nThen by train." in await book.content()
    assert await scribe.conflicts(book.conversation) == []
    with pytest.raises(UsageError, match="is settled"):
        await scribe.settle(book.conversation, conflict.number, Choice.MINE)


async def test_ownership_follows_the_text(book: Chronicle) -> None:
    """A block that is moved, or comes back, is whose it was; blame names its revision."""
    scribe = book.scribe()
    mine = TEXT.replace("By ferry.", "By night boat.")
    await scribe.edit(book.conversation, 1, mine, author="Ann")
    await scribe.restore(book.conversation, 1)
    await scribe.restore(book.conversation, 2)
    blocks = {each.text: each for each in await scribe.blame(book.conversation)}
    assert blocks["By night boat."].revision.author == "person:Ann"
    assert blocks["Then by train."].revision.covers.first_turn == "k1"
    assert (blocks["- two"].first_line, blocks["- two"].origin.is_person) == (11, False)
    moved = mine.replace("By night boat.\n\n", "") + "\nBy night boat.\n"
    await scribe.edit(book.conversation, 4, moved)
    assert {each.origin.revision for each in await scribe.blame(book.conversation)} == {1, 2}


async def test_undo_goes_back_step_by_step(book: Chronicle) -> None:
    """Each undo takes back one more change, whoever made it, until nothing is left."""
    scribe = book.scribe()
    await scribe.edit(book.conversation, 1, f"{TEXT}\nOne.\n")
    await scribe.edit(book.conversation, 2, f"{TEXT}\nTwo.\n")
    seen = [(await scribe.undo(book.conversation)).content for _ in range(3)]
    assert seen == [f"{TEXT}\nOne.\n", TEXT, ""]
    with pytest.raises(UsageError, match="Nothing is left"):
        await scribe.undo(book.conversation)
    assert (await scribe.history(book.conversation))[0].change == "went back to r0"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (TEXT.rstrip("\n"), None),
        (TEXT.replace("\n", "\r\n"), None),
        (f"\ufeff{TEXT}", None),
        ("", ""),
        (
            TEXT.replace("\n\n## Tents", "\n\n\n\n## Tents"),
            TEXT.replace("\n\n## T", "\n\n\n\n## T"),
        ),
        (f"{TEXT}\n```\nopen", f"{TEXT}\n```\nopen"),
        ("x" * 300_000, "x" * 300_000),
    ],
    ids=["end", "crlf", "bom", "empty", "blank lines", "open fence", "huge"],
)
async def test_texts_are_kept_to_the_character(
    book: Chronicle, text: str, expected: str | None
) -> None:
    """Line ends and the very end say nothing; all else does."""
    outcome = await book.scribe().edit(book.conversation, 1, text)
    assert outcome.is_changed is (expected is not None)
    assert await book.content() == (TEXT if expected is None else expected)
    await book.say("two")
    await book.update(model({"op": "append_to_section", "anchor": "top", "body": "More."}))
    assert "More." in await book.content()


async def test_an_edit_of_nothing_is_refused(book: Chronicle) -> None:
    """A version that is not there is no base, and a text has a longest size."""
    with pytest.raises(NotFoundError):
        await book.scribe().edit(book.conversation, 9, "x")
    with pytest.raises(UsageError, match="too long"):
        await book.scribe().edit(book.conversation, 1, "x" * 4_000_001)


async def test_documents_from_before_find_out_whose_they_are(book: Chronicle) -> None:
    """Where origins were never kept, they follow from the patches."""
    scribe = book.scribe()
    await scribe.edit(book.conversation, 1, f"{TEXT}\nMine.\n")
    head = await scribe.find(book.conversation)
    told = [each.origin for each in await scribe.blame(book.conversation)]
    with sqlite3.connect(book.database.path) as connection:
        connection.execute("UPDATE documents SET origins = NULL")
        connection.execute("UPDATE revisions SET origins = NULL")
    connection.close()
    assert [each.origin for each in await scribe.blame(book.conversation)] == told
    await wish(book, head, SetTitle(title="Other"))
    last = (await scribe.blame(book.conversation))[-1]
    assert (last.text, last.origin.is_person) == ("Mine.", True)


async def test_redo_brings_back_what_was_undone(book: Chronicle) -> None:
    """Step by step, as often as it was undone; a change of the text ends that."""
    scribe = book.scribe()
    one, two = f"{TEXT}\nOne.\n", f"{TEXT}\nTwo.\n"
    await scribe.edit(book.conversation, 1, one)
    await scribe.edit(book.conversation, 2, two)
    for _ in range(3):
        await scribe.undo(book.conversation)
    seen = [(await scribe.redo(book.conversation)).content for _ in range(3)]
    assert seen == [TEXT, one, two]
    with pytest.raises(UsageError, match="Nothing is left to redo"):
        await scribe.redo(book.conversation)
    assert (await scribe.undo(book.conversation)).content == one
    assert (await scribe.redo(book.conversation)).content == two
    after = await scribe.undo(book.conversation)
    await scribe.edit(book.conversation, after.revision, f"{TEXT}\nThree.\n")
    with pytest.raises(UsageError, match="Nothing is left to redo"):
        await scribe.redo(book.conversation)


async def test_two_texts_of_people_for_one_block_are_a_conflict(book: Chronicle) -> None:
    """Also where they share nothing: the later one stands, and the other can be chosen."""
    scribe = book.scribe()
    one, other = (TEXT.replace("By ferry.", f"{who} says no.") for who in ("Ann", "Bob, otherwise"))
    await scribe.edit(book.conversation, 1, one, author="Ann")
    outcome = await scribe.edit(book.conversation, 1, other, author="Bob")
    assert outcome.document.content == other
    (conflict,) = outcome.conflicts
    assert (conflict.mine_by, conflict.theirs_by) == ("person:Bob", "person:Ann")
    assert conflict.clash.base == "By ferry.\n\n"
    after = await scribe.settle(book.conversation, conflict.number, Choice.THEIRS)
    assert after.content == one


@pytest.mark.parametrize("choice", [Choice.THEIRS, Choice.BOTH])
async def test_a_text_that_stands_again_is_not_put_in_twice(
    book: Chronicle, choice: Choice
) -> None:
    """The later text was taken back before the conflict was settled: the other one stands."""
    scribe = book.scribe()
    one, other = (TEXT.replace("By ferry.", f"{who} says no.") for who in ("Ann", "Bob, otherwise"))
    await scribe.edit(book.conversation, 1, one, author="Ann")
    outcome = await scribe.edit(book.conversation, 1, other, author="Bob")
    await scribe.undo(book.conversation)
    (conflict,) = outcome.conflicts
    assert (await scribe.settle(book.conversation, conflict.number, choice)).content == one
    assert await scribe.conflicts(book.conversation) == []


async def test_other_words_of_a_model_for_a_persons_block_are_a_conflict(book: Chronicle) -> None:
    """The person's stand; the model's wait beside them, whatever else it adds comes in."""
    scribe = book.scribe()
    head = await scribe.find(book.conversation)
    await scribe.edit(book.conversation, 1, TEXT.replace("By ferry.", "Nobody goes."))
    anew = ReplaceSection(anchor="route", body="A bus, perhaps.\n\nThen by train.\n\nAnd back.")
    await wish(book, head, anew)
    text = "## Route\n\nNobody goes.\n\nThen by train.\n\nAnd back.\n\n## Tents"
    assert text in await book.content()
    (conflict,) = await scribe.conflicts(book.conversation)
    assert (conflict.clash.mine, conflict.clash.theirs) == (
        "Nobody goes.\n\n",
        "A bus, perhaps.\n\n",
    )
    await scribe.settle(book.conversation, conflict.number, Choice.BOTH)
    assert "Nobody goes.\n\nA bus, perhaps.\n\nThen" in await book.content()
