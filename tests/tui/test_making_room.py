"""Room in prompts: the gauge, what is said while room is made, and how it is stopped."""

from __future__ import annotations

import asyncio
from functools import partial
from typing import TYPE_CHECKING

import pytest

from conversing import said
from conversing import say as put
from minutebook.context.passes.making import Making
from minutebook.domain.jobs import JobState
from minutebook.domain.turns import Role
from minutebook.store import changes
from minutebook.store.changes import Topic
from minutebook.tui.widgets.inked import text_of
from tui.conftest import Bench, Opens
from tui.test_chatting import begin

if TYPE_CHECKING:
    from minutebook.context.passes.tiers import PageInSight
    from minutebook.domain.context import PlacedSummary
    from minutebook.engine import Engine
    from minutebook.store.transaction import Transaction

ANSWER = "It is noted, and stands in the plan for the crossing. " * 6
LINE = "The ferry to Winterbottom leaves on day {} of the month, and Carla brings the stove along. "

_ENDED = {JobState.DONE, JobState.DEAD, JobState.FAILED}


@pytest.fixture(autouse=True)
def short_prompts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let prompts be full soon, and room be made on demand alone."""
    for name, value in {"TOKENS": "2500", "REPLY_TOKENS": "200", "COMPACTION": "off"}.items():
        monkeypatch.setenv(f"MINUTEBOOK_CONTEXT__{name}", value)
    monkeypatch.setenv("MINUTEBOOK_PAGES__TOKENS", "120")


async def filled(bench: Bench, turns: int = 12) -> str:
    """Begin a conversation, unless one is open, and put a lot in it at once; return its id."""
    if bench.app.bench.shown_conversation is None:
        await bench.leave_welcome()
        await begin(bench)
    chat = bench.app.bench.chat
    await bench.until(lambda: chat.conversation is not None, "a conversation is open")
    assert chat.conversation is not None
    id_, engine = chat.conversation.id, engine_of(bench)
    lines = [
        line
        for number in range(turns)
        for line in (said(Role.USER, LINE.format(number) * 4), said(Role.ASSISTANT, ANSWER))
    ]

    def record(tx: Transaction) -> None:
        put(tx, id_, lines, engine.clock(), page_tokens=120)
        changes.note(tx, Topic.CONVERSATION, id_, engine.clock())

    await engine._database.write(record)
    while any(job.state not in _ENDED for job in await engine.queue.list(limit=99)):
        await bench.pilot.pause(0.02)  # what summaries a plan finds is certain from here on
    used = (await engine.context.show(id_)).share
    await bench.until(lambda: share(bench) == f"{used:.0%}", "the gauge is up to date")
    return id_


def engine_of(bench: Bench) -> Engine:
    assert bench.app.engine is not None
    return bench.app.engine


def share(bench: Bench) -> str:
    """Return the share that the gauge shows."""
    sizes = bench.app.bench.glance.sizes
    return "" if sizes is None else f"{sizes.share:.0%}"


def bar_text(bench: Bench) -> str:
    return text_of([bench.app.bench.bar.shown])


async def test_the_gauge_follows_the_conversation(workbench: Opens) -> None:
    """It grows with what is said, in the bar and in the title, and never moves its neighbours."""
    async with workbench() as bench:
        await bench.leave_welcome()
        await begin(bench)
        await bench.until(lambda: "%" in bar_text(bench), "a share is shown")
        before = bar_text(bench)
        await filled(bench, turns=3)
        shown = share(bench).replace("%", " %")
        await bench.shows(f"offline  ·  {shown}")
        assert f"{shown}   Jobs" in bar_text(bench)
        assert before.index("Jobs") == bar_text(bench).index("Jobs")


async def test_narrow_bars_have_the_number_alone(workbench: Opens) -> None:
    """At 60 columns the share is told, and the words behind it are still there."""
    async with workbench(size=(60, 20)) as bench:
        await bench.leave_welcome()
        await begin(bench)
        await bench.shows("Context")
        await bench.until(lambda: "%" in bar_text(bench), "a share is shown")
        assert "╎" not in bar_text(bench)
        assert "Jobs" in bench.screen_text()


async def test_a_pass_is_told_and_undone(workbench: Opens) -> None:
    """Behind a pass one line says what it did, and how it is taken back; so does it."""
    async with workbench() as bench:
        id_ = await filled(bench)
        before = share(bench)
        await engine_of(bench).context.compact(id_)
        await bench.shows("Made room:")
        await bench.shows("/compact undo")
        await bench.until(lambda: share(bench) != before, "the gauge has fallen")
        await engine_of(bench).context.undo(id_)
        await bench.shows("was undone.")
        await bench.until(lambda: share(bench) == before, "the gauge is as it was")


async def test_escape_stops_a_pass(workbench: Opens, monkeypatch: pytest.MonkeyPatch) -> None:
    """While it runs a line says so; Escape stops it, and nothing has changed."""
    gate, make = asyncio.Event(), Making.summary

    async def slow(self: Making, page: PageInSight) -> PlacedSummary:
        await gate.wait()
        return await make(self, page)

    async with workbench() as bench:
        id_ = await filled(bench)
        monkeypatch.setattr(Making, "summary", slow)
        bench.app.bench.chat.composer.fill("/compact")
        await bench.pilot.press("enter")
        await bench.shows("esc stops it")
        await bench.pilot.press("escape")
        await bench.shows("It was stopped")
        assert await engine_of(bench).context.history(id_) == []
        asked = partial(engine_of(bench).context.is_making_room, id_)
        await bench.until(lambda: not asked(), "it has ended")
