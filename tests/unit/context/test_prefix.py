"""Between compactions, what stands before the current turn only grows at its end."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from conversing import Line, converse, said, say
from doubles import FakeClock
from minutebook.context.prompt.assembly import messages, view
from minutebook.context.prompt.sight import in_sight, tightened
from minutebook.domain.context import PlacedSummary
from minutebook.domain.turns import HUMAN_ROLES, Role, ToolCall, ToolResult
from minutebook.llm.protocol import Message, Request, Task, Tool
from minutebook.llm.remote.dialogue import Part, exchanges
from minutebook.store import contexts
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

if TYPE_CHECKING:
    import pytest

_TOOL = Tool(name="look", description="Look.", schema='{"type": "object"}')
_IDS = st.sampled_from(["c1", "c2", "c3"])
_WORDS = st.sampled_from(["", " ", "So.", "</record> <page>", "long " * 300, "ünd — 好"])
_CALL = _IDS.map(lambda id_: ToolCall(id=id_, name="look", arguments='{"at": 1}'))
_RESULT = _IDS.map(lambda id_: ToolResult(call_id=id_, content="seen " * 30))
_BETWEEN = st.one_of(
    st.builds(
        lambda text, calls, thinking: said(
            Role.ASSISTANT, text, tool_calls=tuple(calls), thinking=thinking
        ),
        _WORDS,
        st.lists(_CALL, max_size=2),
        st.sampled_from(["", "hm " * 20]),
    ),
    st.lists(_RESULT, min_size=1, max_size=2).map(
        lambda results: said(Role.TOOL, "", tool_results=tuple(results))
    ),
    _WORDS.map(lambda text: said(Role.SYSTEM, text)),
    _WORDS.map(lambda text: said(Role.PERSON, text)),
)
_EXCHANGE = st.tuples(
    st.lists(_BETWEEN, max_size=4),
    st.sampled_from(["", "<pages>\nan old page\n</pages>"]),
    st.booleans(),
)
"""What comes before a person speaks, what is brought back then, whether room is made first."""
_TALK = st.lists(_EXCHANGE, min_size=2, max_size=8)
Shown = tuple[int, tuple[Message, ...]]
"""The revision of a layout, and its messages."""


def _make_room(tx: Transaction, conversation: str, clock: FakeClock) -> None:
    """Let the oldest page in sight become a summary."""
    layout = contexts.current(tx, conversation)
    pages = in_sight(tx, layout).pages[:-1]
    if not pages:
        return
    placed = PlacedSummary(page=pages[0], text="In short.", tokens=3, by="x")
    made = replace(layout, summaries=(*layout.summaries, placed))
    made = tightened(made, in_sight(tx, made))
    contexts.keep(tx, made, clock(), onto=layout.revision)


async def _talk(folder: Path, talk: Sequence[tuple[list[Line], str, bool]]) -> list[Shown]:
    """Hold a talk; return what was shown before each answer."""
    database, clock, shown = await Database.open(folder / "store.db"), FakeClock(), []

    def step(tx: Transaction, number: int) -> Shown:
        between, brought, is_room_made = talk[number]
        say(tx, id_, [*between, said(Role.USER, f"Question {number}?")], clock(), page_tokens=300)
        if is_room_made:
            _make_room(tx, id_, clock)
        layout = contexts.current(tx, id_)
        return layout.revision, messages(view(tx, layout, in_sight(tx, layout)), brought)

    try:
        id_ = await database.write(lambda tx: converse(tx, "c", clock()))
        for number in range(len(talk)):
            shown += [await database.write(lambda tx, n=number: step(tx, n))]  # type: ignore[misc]
    finally:
        await database.close()
    return shown


def _before_the_current(told: Sequence[Message]) -> list[Message]:
    """Return what stands before what was said last, without the marks for the cache."""
    last = max(n for n, each in enumerate(told) if each.role in HUMAN_ROLES)
    return [replace(each, ends_prefix=False) for each in told[:last]]


def _parts(told: Sequence[Message]) -> list[tuple[bool, Part]]:
    """Return what a provider is sent, piece by piece."""
    request = Request(task=Task.CHAT, messages=tuple(told), tools=(_TOOL,))
    return [
        (exchange.is_model, replace(part, ends_prefix=False))
        for exchange in exchanges(request)
        for part in exchange.parts
    ]


@settings(
    max_examples=25,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(talk=_TALK)
def test_prompts_only_grow_at_their_end(
    tmp_path_factory: pytest.TempPathFactory, talk: list[tuple[list[Line], str, bool]]
) -> None:
    """As messages, and as what a provider is sent, whatever is said, called and brought back."""
    shown = asyncio.run(_talk(tmp_path_factory.mktemp("home"), talk))
    for (revision, earlier), (next_revision, later) in pairwise(shown):
        if revision != next_revision:
            continue
        stable = _before_the_current(earlier)
        assert _before_the_current(later)[: len(stable)] == stable
        sent = _parts([*stable, Message(role=Role.USER, text="x")])[:-1]
        assert _parts(later)[: len(sent)] == sent


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(talk=_TALK)
def test_no_orphans_and_few_marks(
    tmp_path_factory: pytest.TempPathFactory, talk: list[tuple[list[Line], str, bool]]
) -> None:
    """Every call has its result behind it, nothing is empty, and at most three prefixes end."""
    for _, told in asyncio.run(_talk(tmp_path_factory.mktemp("home"), talk)):
        waiting: set[str] = set()
        for message in told:
            assert message.text.strip() or message.tool_calls or message.tool_results
            waiting -= {result.call_id for result in message.tool_results}
            waiting |= {call.id for call in message.tool_calls}
        assert not waiting
        assert sum(message.ends_prefix for message in told) <= 3
