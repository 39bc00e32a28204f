"""What people look at: pieces of the prompt, pages and how they stand, costs, passes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from doubles import FakeClock
from minutebook.config import Settings
from minutebook.config.prices import Price, Rates
from minutebook.config.settings import CompactionMode, Context, Pages
from minutebook.context import looking
from minutebook.context.looking import Looks
from minutebook.context.prompt.printing import parts
from minutebook.domain.context import Layer
from minutebook.domain.inspection import PageState, SentPart
from minutebook.domain.spending import Charge
from minutebook.domain.turns import OFFLINE
from minutebook.engine import Engine, open_engine
from minutebook.errors import UsageError
from minutebook.events import PassEnded, PassWentOn
from minutebook.llm.pricing import PriceBook
from minutebook.llm.protocol import Capabilities
from minutebook.paths import Home
from minutebook.store import usage
from minutebook.store.database import Database
from talking import Talk

LINE = "The ferry to Winterbottom leaves on day {} of the month, and Carla brings the stove along. "
NAME = "scripted:test"
RATES = Rates(
    input=Decimal(10),
    output=Decimal(50),
    cache_read=Decimal(1),
    cache_write=Decimal(12),
    cache_write_1h=Decimal(20),
)


@pytest.fixture
async def engine(tmp_path: Path) -> AsyncIterator[Engine]:
    """Open an engine whose prompts are short."""
    context = Context(compaction=CompactionMode.OFF, tokens=2_700, reply_tokens=200)
    settings = Settings(context=context, pages=Pages(tokens=100))
    async with open_engine(Home.at(tmp_path), settings) as opened:
        yield opened


async def talk_of(engine: Engine, turns: int = 12) -> str:
    """Return a conversation with so many things that a person said."""
    talk = await engine.chat.start()
    await say(engine, talk.id, range(turns))
    return talk.id


async def say(engine: Engine, conversation: str, numbers: range) -> None:
    """Say things; each has an answer, as long as there is room for one."""
    for number in numbers:
        await engine.chat.say(conversation, LINE.format(number) * 4)
        await engine.chat.answer(conversation)


async def test_the_parts_are_what_is_sent(engine: Engine) -> None:
    """The pieces together are the request, to the letter, before a pass and behind it."""
    id_ = await talk_of(engine)
    await engine.chat.say(id_, LINE.format(30))
    whole = await check_parts(engine, id_)
    assert {part.layer for part in whole} == {Layer.SYSTEM, Layer.RECENT, Layer.CURRENT}
    await engine.context.compact(id_)
    sent = await check_parts(engine, id_)
    assert {Layer.SYSTEM, Layer.SUMMARIES, Layer.CURRENT} <= {part.layer for part in sent}
    assert sent[-1].layer is Layer.CURRENT
    pages = {part.title for part in sent if part.layer is Layer.SUMMARIES} - {
        "what begins the record"
    }
    cells = await engine.context.looks.cells(id_)
    assert pages == {c.page.id for c in cells if c.state is PageState.SUMMARISED}
    sizes = await engine.context.show(id_)
    assert {part.layer for part in sent} == {each.layer for each in sizes.layers if each.tokens}
    assert sum(part.tokens for part in sent) == pytest.approx(sizes.used, rel=0.1)


async def check_parts(engine: Engine, conversation: str) -> tuple[SentPart, ...]:
    """Hold the pieces against the request."""
    request = await engine.context.preview(conversation)
    sent = await engine.context.looks.sent(conversation)
    tools = [f"{tool.description}\n{tool.schema}" for tool in request.tools]
    told = ["\n".join(parts(message)) for message in request.messages]
    assert "".join(part.text for part in sent) == "".join([*tools, request.system, *told])
    return sent


async def test_what_was_brought_back_is_a_part(engine: Engine) -> None:
    """The slot is apart from what is said, though both stand in one message."""
    id_ = await talk_of(engine)
    await engine.context.compact(id_)
    page = (await engine.context.looks.cells(id_))[0].page.id
    await engine.context.slots.refer(id_, [page])
    sent = await engine.context.looks.sent(id_)
    (slot,) = [part for part in sent if part.layer is Layer.SLOT]
    assert page in slot.text
    assert sent[sent.index(slot) + 1].text.strip().startswith("The ferry")
    cells = {cell.page.id: cell for cell in await engine.context.looks.cells(id_)}
    assert cells[page].state is PageState.PAGED_IN


async def test_cells_are_the_pages_in_order(engine: Engine) -> None:
    """Every page is a cell, the oldest first; merged, then summarised, then whole."""
    id_ = await talk_of(engine)
    before = await engine.context.looks.cells(id_)
    assert {cell.state for cell in before} == {PageState.VERBATIM}
    await engine.context.compact(id_)
    await say(engine, id_, range(12, 24))
    await engine.context.compact(id_)
    cells = await engine.context.looks.cells(id_)
    order = [PageState.MERGED, PageState.SUMMARISED, PageState.VERBATIM]
    places = [order.index(cell.state) for cell in cells]
    assert places == sorted(places)
    assert [cell.page.id for cell in cells[: len(before)]] == [cell.page.id for cell in before]


async def test_a_branch_has_the_pages_it_goes_on_from(engine: Engine) -> None:
    """They stand before its own, as they stand in its prompt; none that came later is there."""
    id_ = await talk_of(engine, 6)
    before = [cell.page.id for cell in await engine.context.looks.cells(id_)]
    begun = (await engine.context.snapshots.go_on(id_)).id
    assert (await engine.context.snapshots.go_on(id_)).id == begun
    await say(engine, id_, range(6, 9))
    await say(engine, begun, range(9, 12))
    cells = await engine.context.looks.cells(begun)
    assert [cell.page.id for cell in cells[: len(before)]] == before
    own = await engine.library.pages(conversation=begun)
    assert {cell.page.id for cell in cells[len(before) :]} == {page.id for page in own}
    assert {cell.state for cell in cells} == {PageState.VERBATIM}


async def test_what_is_read_first_is_foretold(
    engine: Engine, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of a long conversation it is said how many turns are read, until room was made once."""
    monkeypatch.setattr(looking, "_MANY", 10)
    id_ = await talk_of(engine)
    assert await engine.context.looks.unread(id_) == 24
    begun = (await engine.context.snapshots.go_on(id_)).id
    assert await engine.context.looks.unread(begun) == 24
    await engine.context.compact(id_)
    assert await engine.context.looks.unread(id_) == 0


async def test_stages_add_up_to_the_pass(engine: Engine) -> None:
    """Before and behind a pass the layers come to what was recorded."""
    id_ = await talk_of(engine)
    done = await engine.context.compact(id_)
    before, after = await engine.context.looks.stages(done)
    assert (before.used, after.used) == (done.before, done.after)
    assert (before.summaries, before.merged) == (0, 0)
    pages = [left for left in done.left if left.what == "page"]
    assert after.summaries + after.merged == len(pages) > 0
    assert {size.layer for size in after.layers} == {Layer.STORY, Layer.SUMMARIES, Layer.RECENT}


async def test_a_plan_says_what_it_costs(engine: Engine) -> None:
    """Without a model nothing is asked, and nothing costs."""
    trial = await engine.context.plan(await talk_of(engine))
    assert trial.left_count
    assert (trial.calls, trial.cost) == (0, Decimal(0))


async def test_a_pass_is_stopped(engine: Engine) -> None:
    """A person stops it in the middle: nothing has changed, and it is not begun again unasked."""
    id_ = await talk_of(engine)
    assert not engine.context.stop(id_)
    before = await engine.context.show(id_)
    with engine.bus.subscribe() as events:
        running = asyncio.create_task(engine.context.compact(id_))
        async with asyncio.timeout(30):
            async for event in events:
                if isinstance(event, PassWentOn):
                    break
            assert engine.context.stop(id_)
            with pytest.raises(UsageError, match="stopped"):
                await running
            ended = [event for event in events.drain() if isinstance(event, PassEnded)]
    assert [event.done.id for event in ended] == [0]
    assert await engine.context.history(id_) == []
    assert await engine.context.show(id_) == before
    assert (await engine.context.compact(id_)).left_count


async def test_recall_is_turned_off(engine: Engine) -> None:
    """It is looked for pages until somebody does not want it."""
    assert engine.context.recalls
    engine.context.set_recall(False)
    assert not engine.context.recalls


async def charged(talk: Talk, conversation: str, *, read: int, written: int) -> None:
    """Write a call down as the ledger has it."""
    charge = Charge(
        at=talk.clock(),
        task="chat",
        model=NAME,
        outcome="end",
        input_tokens=100,
        output_tokens=40,
        cache_read_tokens=read,
        cache_write_tokens=written,
        conversation=conversation,
        subject="reply",
    )
    await talk.database.write(lambda tx: usage.add(tx, charge))


def priced(talk: Talk) -> Looks:
    """Return the looks of a talk whose model has a price and a cache."""
    talk.model.capabilities = Capabilities(context_window=200_000, caching=True)
    price = Price(model=NAME, since=talk.clock(), rates=RATES)
    looks = talk.context.looks
    return replace(looks, means=replace(looks.means, prices=PriceBook((price,))))


async def test_the_next_turn_is_priced(database: Database, clock: FakeClock) -> None:
    """What was kept lately is read for less; when it is gone, all is written anew."""
    talk = Talk(database, clock)
    looks = priced(talk)
    id_ = (await talk.chat.start()).id
    await talk.chat.say(id_, "so many words of it " * 100)
    await charged(talk, id_, read=0, written=2_000)
    warm = await looks.next_turn(id_)
    assert (warm.cached_tokens, warm.reply_tokens) == (
        warm.prompt_tokens - await said(talk, id_),
        40,
    )
    fresh = warm.prompt_tokens - warm.cached_tokens
    assert warm.cost == Decimal(fresh * 12 + warm.cached_tokens + 40 * 50) / 1_000_000
    assert warm.cost_cold == Decimal(warm.prompt_tokens * 12 + 40 * 50) / 1_000_000
    clock.forward(minutes=6)
    cold = await looks.next_turn(id_)
    assert (cold.cached_tokens, cold.cost) == (0, warm.cost_cold)


async def said(talk: Talk, conversation: str) -> int:
    """Return the tokens of the layers that no provider has kept."""
    sizes = await talk.context.show(conversation)
    return sum(s.tokens for s in sizes.layers if s.layer in {Layer.CURRENT, Layer.SLOT})


async def test_the_cache_share_is_of_the_last_calls(database: Database, clock: FakeClock) -> None:
    """The hits of the last ten calls count, older ones do not."""
    talk = Talk(database, clock)
    id_ = (await talk.chat.start()).id
    assert (await talk.context.looks.cache_use(id_)).share == 0
    for _ in range(5):
        await charged(talk, id_, read=0, written=900)
        clock.forward(seconds=1)
    for _ in range(10):
        await charged(talk, id_, read=800, written=100)
        clock.forward(seconds=1)
    use = await talk.context.looks.cache_use(id_)
    assert (use.calls, use.share) == (10, 0.8)


async def test_offline_costs_nothing(engine: Engine) -> None:
    """No key, no network, no price."""
    next_turn = await engine.context.looks.next_turn(await talk_of(engine, turns=2))
    assert (next_turn.model, next_turn.cost) == (OFFLINE, Decimal(0))
