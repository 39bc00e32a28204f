"""A conversation that outgrows its window, in an engine."""

from __future__ import annotations

import asyncio
from pathlib import Path

from minutebook.config import Settings
from minutebook.config.settings import CompactionMode, Context, Pages
from minutebook.domain.context import Trigger
from minutebook.engine import open_engine
from minutebook.events import PassEnded, PassStarted, ReplyFailed, ReplyFinished, RoomNeeded
from minutebook.paths import Home

LINE = "The ferry to Winterbottom leaves on day {} of the month, and Carla brings the stove along. "


def settings(mode: CompactionMode, tokens: int = 2_000) -> Settings:
    context = Context(compaction=mode, tokens=tokens, reply_tokens=200)
    return Settings(context=context, pages=Pages(tokens=100))


async def test_room_is_made_by_itself(tmp_path: Path) -> None:
    """Every reply comes, however much was said, and what left is listed with how it comes back."""
    async with open_engine(Home.at(tmp_path), settings(CompactionMode.AUTO)) as engine:
        talk = await engine.chat.start()
        with engine.bus.subscribe() as events:
            for number in range(30):
                await engine.chat.say(talk.id, LINE.format(number) * 4)
                assert await engine.chat.answer(talk.id) is not None
            heard = events.drain()
        passes = await engine.context.history(talk.id)
        assert passes
        assert {done.trigger for done in passes} == {Trigger.THRESHOLD}
        for left in passes[0].left:
            assert (await engine.library.page(left.reference)).turns
        assert len([event for event in heard if isinstance(event, PassEnded)]) == len(passes)
        assert (await engine.context.show(talk.id)).share < 1


async def test_room_is_made_behind_a_reply(tmp_path: Path) -> None:
    """A worker frees it while nobody waits: the next reply finds it, and makes none itself."""
    async with open_engine(Home.at(tmp_path), settings(CompactionMode.AUTO, 6_000)) as engine:
        talk = await engine.chat.start()
        turn = None
        while (await engine.context.show(talk.id)).share < 0.7:
            await engine.chat.say(talk.id, LINE.format(1) * 4)
            turn = await engine.chat.answer(talk.id)
        assert turn is not None
        while (await engine.context.show(talk.id)).share < 0.8:
            await engine.chat.say(talk.id, LINE.format(2) * 4)
        finished = ReplyFinished(conversation=talk.id, turn=turn.key, ending=turn.ending)
        before = await engine.context.show(talk.id)
        assert await engine.context.history(talk.id) == []
        async with engine.working(), _deadline():
            while not await engine.context.history(talk.id):
                engine.bus.publish(finished)
                await asyncio.sleep(0.02)
        (done,) = await engine.context.history(talk.id)
        assert done.trigger is Trigger.THRESHOLD
        assert done.after < 0.8 * before.budget.tokens <= done.before == before.used
        assert (await engine.context.show(talk.id)).used == done.after
        await engine.chat.say(talk.id, "And then?")
        assert await engine.chat.answer(talk.id) is not None
        assert await engine.context.history(talk.id) == [done]


async def test_off_means_off(tmp_path: Path) -> None:
    """Nothing leaves unasked: the reply fails and says what to do, and a person can do it."""
    async with open_engine(Home.at(tmp_path), settings(CompactionMode.OFF)) as engine:
        talk = await engine.chat.start()
        with engine.bus.subscribe() as events:
            for number in range(60):
                await engine.chat.say(talk.id, LINE.format(number) * 4)
                if await engine.chat.answer(talk.id) is None:
                    break
            (failed,) = [event for event in events.drain() if isinstance(event, ReplyFailed)]
        assert "context.compaction" in failed.reason
        assert await engine.context.history(talk.id) == []
        done = await engine.context.compact(talk.id)
        assert done.after < done.before
        assert await engine.chat.answer(talk.id) is not None


async def test_off_means_off_for_bursts(tmp_path: Path) -> None:
    """However much is said at once, no page closes early, no job is queued, nothing is summarised
    out of sight, with workers at work; a person's word makes it fit."""
    async with open_engine(Home.at(tmp_path), settings(CompactionMode.OFF)) as engine:
        talk = await engine.chat.start()
        for number in range(31):
            await engine.chat.say(talk.id, LINE.format(number) * 4)
        pages = await engine.library.pages(conversation=talk.id)
        with engine.bus.subscribe() as events:
            assert await engine.chat.answer(talk.id) is None
            assert await engine.context.after_reply(talk.id) is None
            async with _deadline():
                await engine.do_what_can_be_done()
            heard = events.drain()
        assert [event for event in heard if isinstance(event, ReplyFailed)]
        assert not [event for event in heard if isinstance(event, PassStarted | PassEnded)]
        assert (await engine.context.show(talk.id)).revision == 0
        assert len(await engine.library.pages(conversation=talk.id)) == len(pages)
        done = await engine.context.compact(talk.id)
        assert done.after < done.before
        assert await engine.chat.answer(talk.id) is not None


async def test_ask_asks(tmp_path: Path) -> None:
    """A person is told that room is needed, and none is made."""
    async with open_engine(Home.at(tmp_path), settings(CompactionMode.ASK)) as engine:
        talk = await engine.chat.start()
        async with engine.working(), _deadline():
            for number in range(12):
                await engine.chat.say(talk.id, LINE.format(number) * 4)
            with engine.bus.subscribe() as told:
                await engine.chat.answer(talk.id)
                async for event in told:
                    if isinstance(event, RoomNeeded):
                        break
        assert await engine.context.history(talk.id) == []


def _deadline() -> asyncio.Timeout:
    return asyncio.timeout(60)
