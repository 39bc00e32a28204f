"""How much of a prompt is what: the same whenever it is asked, and cheap."""

from __future__ import annotations

import asyncio
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from conversing import Line, converse, exchanges, said, say
from doubles import FakeClock
from minutebook.context.prompt.account import Account
from minutebook.context.prompt.sight import in_sight, tokens_of
from minutebook.domain.context import LayerSize
from minutebook.domain.turns import Role
from minutebook.store import contexts, conversations, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_WORDS = st.text("ab ü", min_size=1, max_size=400)
_LINES = st.lists(
    st.tuples(
        st.sampled_from([Role.USER, Role.ASSISTANT]), _WORDS, st.sampled_from(["", "hm " * 40])
    ),
    min_size=1,
    max_size=4,
)
_STEPS = st.lists(st.one_of(_LINES, st.integers(0, 30)), min_size=1, max_size=6)
"""Lines to say, or how many turns from the end are left."""


def _layers(tx: Transaction, conversation: str, account: Account) -> tuple[LayerSize, ...]:
    return account.layers(tx, contexts.current(tx, conversation))


def _recounted(tx: Transaction, conversation: str) -> tuple[LayerSize, ...]:
    layout = contexts.current(tx, conversation)
    return tokens_of(layout, in_sight(tx, layout))


def _lines(drawn: list[tuple[Role, str, str]]) -> list[Line]:
    return [
        said(role, text, thinking=thought if role is Role.ASSISTANT else "")
        for role, text, thought in drawn
    ]


def _leave(tx: Transaction, conversation: str, number: int) -> None:
    behind = turns.backward(tx, conversation, limit=number + 1)
    active = [turn for turn in behind if turn.is_active]
    if active:
        turns.leave_from(tx, active[0])


@settings(max_examples=25, deadline=None)
@given(steps=_STEPS)
def test_asked_after_each_turn_or_recounted(tmp_path_factory: object, steps: list[object]) -> None:
    """However turns came or were left, what is remembered is what a recount says."""
    asyncio.run(_ask_after_each(tmp_path_factory, steps))


async def _ask_after_each(folders: object, steps: list[object]) -> None:
    folder = folders.mktemp("home")  # type: ignore[attr-defined]
    database = await Database.open(folder / "store.db")
    clock, account = FakeClock(), Account()

    def step(tx: Transaction, id_: str, each: object) -> None:
        if isinstance(each, int):
            _leave(tx, id_, each)
        else:
            say(tx, id_, _lines(each), clock(), page_tokens=60)  # type: ignore[arg-type]
        assert _layers(tx, id_, account) == _recounted(tx, id_)
        layout = contexts.current(tx, id_)
        assert account.sight(tx, layout) == in_sight(tx, layout)

    try:
        id_ = await database.write(lambda tx: converse(tx, "c", clock()))
        for each in steps:
            await database.write(lambda tx, e=each: step(tx, id_, e))  # type: ignore[misc]
    finally:
        await database.close()


async def test_another_layout_is_counted_anew(database: Database, clock: FakeClock) -> None:
    """A new revision, or a slot, shows at once."""
    account = Account()

    def work(tx: Transaction) -> None:
        id_ = converse(tx, "c", clock())
        say(tx, id_, exchanges(10), clock())
        before = account.layers(tx, contexts.current(tx, id_))
        layout = contexts.current(tx, id_)
        fewer = replace(layout.spans[0], behind=in_sight(tx, layout).turns[9].place)
        contexts.keep(tx, replace(layout, spans=(fewer,)), clock(), onto=0)
        after = account.layers(tx, contexts.current(tx, id_))
        assert after == _recounted(tx, id_)
        assert sum(size.tokens for size in after) < sum(size.tokens for size in before)

    await database.write(work)


class _Counting(Transaction):
    """Counts the rows that are read of a statement."""

    rows = 0

    def all(self, name: str, **values: object) -> list[object]:  # type: ignore[override]
        found = super().all(name, **values)  # type: ignore[arg-type]
        if name == "contexts.weighed":
            self.rows += len(found)
        return found  # type: ignore[return-value]


async def test_only_new_turns_are_weighed(database: Database, clock: FakeClock) -> None:
    """A turn costs its own weighing, however many stand before it."""
    account = Account()

    def work(tx: Transaction) -> list[int]:
        id_ = converse(tx, "c", clock())
        say(tx, id_, exchanges(50), clock())
        tx.__class__ = _Counting
        _layers(tx, id_, account)
        weighed = [tx.rows]  # type: ignore[attr-defined]
        for _ in range(3):
            say(tx, id_, exchanges(1), clock())
            _layers(tx, id_, account)
            weighed.append(tx.rows)  # type: ignore[attr-defined]
        assert conversations.get(tx, id_).turns == 106
        return weighed

    assert await database.write(work) == [100, 102, 104, 106]


async def test_a_page_that_closes_is_weighed_alone(database: Database, clock: FakeClock) -> None:
    """When a page closes, the turns on the pages before it are not weighed again."""
    account = Account()

    def work(tx: Transaction) -> None:
        id_ = converse(tx, "c", clock())
        say(tx, id_, exchanges(50), clock(), page_tokens=60)
        _layers(tx, id_, account)
        tx.__class__ = _Counting
        closed = conversations.get(tx, id_).pages
        for _ in range(20):
            say(tx, id_, exchanges(1), clock(), page_tokens=60)
            _layers(tx, id_, account)
        assert conversations.get(tx, id_).pages > closed
        assert account.sight(tx, contexts.current(tx, id_)).turns[-1].seq == 140
        assert 40 <= tx.rows < 100  # type: ignore[attr-defined]

    await database.write(work)
