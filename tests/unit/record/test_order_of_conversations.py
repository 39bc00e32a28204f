"""In which order conversations are listed."""

from __future__ import annotations

from datetime import timedelta

from doubles import FakeClock
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

POLICY = RecordPolicy(paging=PagingPolicy())


async def test_those_without_times_come_behind_those_with_them(
    database: Database, clock: FakeClock
) -> None:
    """Among themselves, the one that was recorded last is first; one that is begun is on top."""
    start = clock.now
    for name, hours, recorded in (
        ("old untimed", None, 2),
        ("timed", 3, 9),
        ("new untimed", None, 4),
        ("newest", 5, 9),
        ("oldest", 1, 9),
    ):
        at = None if hours is None else start + timedelta(hours=hours)
        now = start + timedelta(hours=recorded)
        draft = TurnDraft(role=Role.USER, content=Content(text=name), at=at)

        def put(tx: Transaction, name: str = name, draft: TurnDraft = draft) -> None:
            id_ = conversations.create(tx, "messages", name, name, now)  # noqa: B023 - run at once
            drafts = [KeyedDraft(key="k", draft=draft)]
            strand = Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED)
            record(tx, strand, POLICY, now)  # noqa: B023 - run at once

        await database.write(put)
    found = await database.read(lambda tx: conversations.newest(tx, limit=9))
    assert [one.title for one in found] == [
        "newest",
        "timed",
        "oldest",
        "new untimed",
        "old untimed",
    ]
    later = start + timedelta(hours=20)
    await database.write(lambda tx: conversations.create(tx, "minutebook", "n", "begun", later))
    found = await database.read(lambda tx: conversations.newest(tx, limit=1))
    assert [one.title for one in found] == ["begun"]
