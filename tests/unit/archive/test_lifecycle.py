"""Pages wait for their review, are kept, pinned or let go; every move is in the ledger."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from archiving import Rig, rig_of
from doubles import FakeClock
from minutebook.archive.settings import ArchiveSettings
from minutebook.domain.archive import Mover
from minutebook.domain.chats import MarkKind
from minutebook.domain.context import PagedIn, Why
from minutebook.domain.pages import Lifecycle
from minutebook.errors import UsageError
from minutebook.recall.search import Recall
from minutebook.store import archive_retention, chats, slots, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


async def test_old_pages_wait_for_their_review(rig: Rig) -> None:
    """What little speaks for waits, with its score in the ledger, and nothing has left."""
    conversation = await rig.converse("one")
    pages = {page.id for page in await rig.pages(conversation)}
    rig.clock.forward(days=400)
    await rig.archive.maintenance.run()
    assert {each.page for each in await rig.archive.review.pending(100)} == pages
    moves = await rig.archive.review.ledger(limit=100)
    assert {move.page for move in moves} == pages
    assert all(move.by is Mover.RULE and move.score is not None for move in moves)
    assert await rig.cold() == 0


async def test_what_is_looked_at_again_stays(rig: Rig) -> None:
    """A page that is brought back while it waits is active again."""
    conversation = await rig.converse("one")
    page = (await rig.pages(conversation))[0].id
    rig.clock.forward(days=400)
    await rig.archive.maintenance.run()
    await rig.database.write(lambda tx: slots.access(tx, page, rig.clock()))
    await rig.archive.maintenance.run()
    assert page not in {each.page for each in await rig.archive.review.pending(100)}
    newest = (await rig.archive.review.ledger(page=page, limit=1))[0]
    assert newest.after is Lifecycle.ACTIVE


async def test_pins_hold(rig: Rig) -> None:
    """A pinned page never waits, and cannot be let go; so it is with a page of a pinned turn."""
    conversation = await rig.converse("one")
    first, second, *_ = await rig.pages(conversation)
    await rig.archive.review.pin([first.id])

    def pin_turn(tx: Transaction) -> None:
        turn = turns.by_key(tx, conversation, second.first_turn)
        chats.mark(tx, turn.id, MarkKind.PIN, rig.clock())

    await rig.database.write(pin_turn)
    rig.clock.forward(days=4_000)
    await rig.archive.maintenance.run()
    waiting = {each.page for each in await rig.archive.review.pending(100)}
    assert not {first.id, second.id} & waiting
    assert waiting
    with pytest.raises(UsageError):
        await rig.archive.review.let_go([first.id])
    await rig.archive.review.unpin([first.id])
    assert await rig.archive.review.let_go([first.id]) == [first.id]


async def test_marks_set_the_outcome_of_pages_in_use(rig: Rig) -> None:
    """What a person thinks of an answer counts for the pages that were in the model's sight."""
    conversation, other = await rig.converse("one"), await rig.converse("two")
    page = (await rig.pages(other))[0].id
    paged = PagedIn(page=page, tokens=10, why=Why.PERSON, last_at=rig.clock())
    turn = (await rig.turns(conversation))[-1].id

    async def outcome() -> int:
        found = await rig.database.read(lambda tx: archive_retention.worth(tx, page))
        return found.worth.outcome

    def mark(tx: Transaction) -> None:
        slots.put(tx, conversation, paged)
        archive_retention.mark_in_use(tx, conversation, turn, MarkKind.BAD)

    await rig.database.write(mark)
    assert await outcome() == -1
    await rig.database.write(lambda tx: archive_retention.unmark(tx, turn, MarkKind.BAD))
    assert await outcome() == 0


async def test_scores_and_outlook_agree(rig: Rig) -> None:
    """A score, an explanation and an outlook say the same of a page."""
    conversation = await rig.converse("one")
    page = (await rig.pages(conversation))[0].id
    found, score = await rig.archive.review.score(page[:9])
    assert found == page
    outlook = await rig.archive.review.outlook(page, 365)
    assert outlook[0] == (0, score.total)
    assert [day for day, _ in outlook] == sorted({day for day, _ in outlook})
    assert f"{score.total:.3f} = " in rig.archive.review.explain(score)


async def test_what_was_just_imported_stays(
    database: Database, clock: FakeClock, tmp_path: Path
) -> None:
    """However long ago it was said, a page is let alone for a while after it came in."""
    settings = ArchiveSettings(keep=timedelta(days=180), threshold=0.9)
    rig = rig_of(database, clock, tmp_path / "archive", settings)
    conversation = await rig.converse("old logs")
    page = (await rig.pages(conversation))[0].id
    clock.forward(days=179)
    await rig.archive.maintenance.run()
    assert await rig.archive.review.pending(10) == []
    _, score = await rig.archive.review.score(page)
    assert "keep_days" in rig.archive.review.explain(score)
    clock.forward(days=2)
    await rig.archive.maintenance.run()
    waiting = await rig.archive.review.pending(10)
    assert page in {each.page for each in waiting}
    await rig.archive.review.keep([page])
    clock.forward(days=100)
    await rig.archive.maintenance.run()
    assert page not in {each.page for each in await rig.archive.review.pending(10)}
    assert page not in await rig.archive.archived()
    rig.archive.close()


async def test_what_lies_in_a_pinned_page_is_pinned(rig: Rig) -> None:
    """The search for what is pinned finds the turns of a pinned page, and no other."""
    conversation = await rig.converse("one")
    page = (await rig.pages(conversation))[1]
    await rig.archive.review.pin([page.id])
    found = await Recall(rig.database).search("is:pinned", limit=50)
    assert {each.hit.turn.page for each in found} == {page.id}
    assert len(found) == page.turns


async def test_the_ledger_says_at_whose_word_a_page_left(rig: Rig) -> None:
    """Of two pages of one file, a person had one leave at once; the other's review was over."""
    conversation = await rig.converse("one")
    first, second, *_ = [page.id for page in await rig.pages(conversation)]
    rig.clock.forward(days=400)
    await rig.archive.maintenance.run()
    await rig.archive.review.let_go([first])
    rig.clock.forward(days=20)
    await rig.archive.flush()
    newest = [(await rig.archive.review.ledger(page=each, limit=1))[0] for each in (first, second)]
    assert [move.after for move in newest] == [Lifecycle.ARCHIVED] * 2
    assert [move.by for move in newest] == [Mover.PERSON, Mover.RULE]
    assert ["review is over" in move.why for move in newest] == [False, True]
