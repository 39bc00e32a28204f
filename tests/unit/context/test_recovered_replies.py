"""What a half reply refers to counts once, whoever finds it after a crash."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from conversing import converse, said, say
from doubles import FakeClock
from minutebook.domain.context import Why
from minutebook.domain.turns import Role
from minutebook.store import pages, replies, slots
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from talking import Talk


async def test_a_half_reply_is_heeded_once(database: Database, clock: FakeClock) -> None:
    """Two that look for what a killed process left behind bring its page back once."""
    talk = Talk(database, clock)
    talk.equip(heed=talk.context.slots.heed)
    id_ = (await talk.chat.start()).id
    half = replace(talk.reply(id_), owner="gone")

    def leave(tx: Transaction) -> str:
        other = converse(tx, "other", clock())
        say(tx, other, [said(Role.USER, "Carla carries it. " * 60)], clock(), page_tokens=100)
        page = pages.newest(tx, limit=1, conversation=other)[0].id
        replies.begin(tx, half)
        replies.grow(tx, half.key, 1, thinking="", text=f"See @@ref('{page}')@@ and th")
        return page

    page = await database.write(leave)
    assert await talk.chat.recover() == 0
    talk.gone.add("gone")
    assert sorted(await asyncio.gather(talk.chat.recover(), talk.chat.recover())) == [0, 1]
    (paged,) = await database.read(lambda tx: slots.of_conversation(tx, id_))
    assert (paged.page, paged.why, paged.references) == (page, Why.MODEL, 1)
