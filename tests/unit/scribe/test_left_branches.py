"""What a document tells of a branch that was left, and how it follows to the one that is read."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from chronicle import NOON, Chronicle, chronicle

from minutebook.domain.turns import Content, Origin, Role, ToolCall, TurnDraft
from minutebook.llm.protocol import StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.scribe.branching import Drift
from minutebook.store import documents, migrations, statements, turns
from minutebook.store.database import connect
from minutebook.store.transaction import Transaction

SAID = (
    (Role.USER, "We take the ferry to Winterbottom on the 4th of March."),
    (Role.ASSISTANT, "The ferry is full; take the train at 07:30 instead."),
)


@pytest.fixture
async def book() -> AsyncIterator[Chronicle]:
    """Open a conversation."""
    async with chronicle() as opened:
        yield opened


async def said(book: Chronicle, *spoken: tuple[Role, str]) -> None:
    """Record what is said here."""
    drafts = [
        TurnDraft(
            role=role, content=Content(text=text), at=NOON + timedelta(minutes=book.count + number)
        )
        for number, (role, text) in enumerate(spoken)
    ]
    await book.record(drafts, Origin.LIVE)


async def read(book: Chronicle, *keys: str, instead_of: str) -> None:
    """Read these turns, and not another one."""

    def work(tx: Transaction) -> None:
        for key in (*keys, instead_of):
            turn = turns.by_key(tx, book.conversation, key)
            turns.set_active(tx, turn.id, is_active=key != instead_of)

    await book.database.write(work)


async def drift(book: Chronicle) -> Drift:
    """Return how far the document is from what is read."""
    return (await book.scribe().status("winter-expedition")).drift


def answer(*operations: dict[str, str]) -> Answer:
    """Return the answer of a model that wants these operations."""
    call = ToolCall(
        id="1", name="update_document", arguments=json.dumps({"operations": operations})
    )
    return Answer(tool_calls=(call,), stop_reason=StopReason.TOOL_USE)


async def test_what_was_left_is_named(book: Chronicle) -> None:
    """The sections in which something of it stands; nothing while all that is told is read."""
    await said(book, *SAID)
    await book.update()
    assert not (await drift(book)).is_any
    await said(book, (Role.ASSISTANT, "The ferry is free."))
    await read(book, "k3", instead_of="k2")
    await book.update()
    found = await drift(book)
    assert (found.left, found.taken, found.sections) == ((2,), (), ("4 March 2026",))
    assert found.told == "what was left stands in 4 March 2026"


async def test_without_a_model_it_is_taken_out(book: Chronicle) -> None:
    """And told again when its branch is taken again; what a person wrote stays."""
    await said(book, *SAID)
    await book.update()
    await said(book, (Role.ASSISTANT, "The ferry is free on the 5th of March."))
    await read(book, "k3", instead_of="k2")
    await book.update()
    text, number = await book.scribe().head_for_edit("winter-expedition")
    await book.scribe().edit("winter-expedition", number, f"{text}\nMine.\n")
    await book.scribe().revise_branches("winter-expedition")
    content = await book.content()
    assert "07:30" not in content
    assert all(words in content for words in ("Winterbottom", "free on the 5th", "Mine."))
    assert not (await drift(book)).is_any
    await read(book, "k2", instead_of="k3")
    found = await drift(book)
    assert (found.left, found.taken) == ((3,), (2,))
    assert "1 turn taken again not told" in found.told
    await book.scribe().revise_branches("winter-expedition")
    content = await book.content()
    assert "free on the 5th" not in content
    assert "07:30" in content
    assert not (await drift(book)).is_any


async def test_a_section_that_is_left_bare_goes(book: Chronicle) -> None:
    """The title stays, also when the revision that brought it told nothing else that is read."""
    await said(book, SAID[0])
    await book.update()
    await read(book, instead_of="k1")
    after = await book.scribe().revise_branches("winter-expedition")
    assert after.content.strip() == "# Winter expedition"
    assert (await book.scribe().revise_branches("winter-expedition")).revision == after.revision


async def test_a_model_is_shown_what_was_left(book: Chronicle) -> None:
    """Its operations are a revision of their own, which covers nothing and asks for no second."""
    await said(book, *SAID)
    told = {"op": "append_to_section", "anchor": "top", "body": "By train at 07:30."}
    first = {**told, "body": "To Winterbottom."}
    model = ScriptedModel([answer(first, told), answer({**told, "op": "replace_section"})])
    scribe = book.scribe(model)
    scribe._clock = lambda: NOON + timedelta(minutes=9)
    await scribe.update(await book.job())
    await read(book, instead_of="k2")
    after = await scribe.revise_branches("winter-expedition")
    asked = model.requests[-1]
    assert "<left>" in asked.messages[-1].text
    assert "take the train" in asked.messages[-1].text
    assert "count as not said" in asked.system
    last = (await book.revisions())[-1]
    assert (last.cause, last.covers.turns, after.covered_seq) == ("branch", 0, 2)
    assert not (await drift(book)).is_any


async def test_turns_that_were_left_before_are_never_told(book: Chronicle) -> None:
    """They are covered, and no section rests on them; read again, they are still to be told."""
    await said(book, *SAID)
    await read(book, instead_of="k2")
    await book.update()
    assert not (await drift(book)).is_any
    await read(book, "k2", instead_of="k1")
    found = await drift(book)
    assert (found.left, found.taken) == ((1,), (2,))


def test_older_stores_learn_what_was_passed_over(tmp_path_factory: pytest.TempPathFactory) -> None:
    """What was left when a home is brought up to date counts as not told."""
    connection = connect(tmp_path_factory.mktemp("old") / "store.db")
    migrations.migrate(connection, until=14)
    connection.execute(
        "INSERT INTO conversations (id, source, native_id, title, created_at, changed_at)"
        " VALUES ('cv', 'test', 'one', 'One', 0, 0)"
    )
    tx = Transaction(connection, statements.load("sqlite"))
    documents.of_conversation(tx, "cv", NOON)
    connection.execute("UPDATE documents SET covered_seq = 2")
    for seq, is_active in ((1, 1), (2, 0), (3, 0)):
        connection.execute(
            "INSERT INTO turns (conversation, key, seq, role, author, text, content_hash, sort_at,"
            " is_active, tokens, origin, recorded_at, at_raw, zone_known)"
            " VALUES ('cv', ?, ?, 'user', '', '', '', 0, ?, 0, 'live', 0, '', 1)",
            (f"k{seq}", seq, is_active),
        )
    connection.commit()
    migrations.migrate(connection)
    assert [row["seq"] for row in connection.execute("SELECT seq FROM untold")] == [2]
