"""Passes over conversations in a store."""

from __future__ import annotations

import asyncio
import random
from dataclasses import replace

import pytest

from compacting import BUDGET, Rig, exchange, reply, storm, user
from doubles import FakeClock
from minutebook.context.passes import tiers
from minutebook.domain.context import Budget, Layout, Pass, PassState, Tier, Trigger
from minutebook.domain.jobs import JobKind
from minutebook.domain.pages import NoSummary
from minutebook.domain.turns import Origin
from minutebook.errors import ModelReplyError, UsageError
from minutebook.events import Bus, PassEnded, PassStarted
from minutebook.llm.protocol import Capabilities, Request, StopReason
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import contexts, jobs
from minutebook.store.database import Database


@pytest.fixture
async def rig(database: Database, clock: FakeClock) -> Rig:
    return await Rig(database=database, clock=clock).begin()


async def fill(rig: Rig, share: float, words: int = 60) -> None:
    """Talk until the prompt has a share of its tokens."""
    chance = random.Random(7)
    while (await rig.used()) < share * rig.budget.tokens:
        await rig.say([user(chance, 10), reply(chance, words)])


async def layout_of(rig: Rig) -> Layout:
    return await rig.database.read(lambda tx: contexts.current(tx, rig.conversation))


async def test_below_the_threshold_nothing_happens(rig: Rig) -> None:
    """Room is made at 80 % and not before."""
    await fill(rig, 0.70)
    compaction = rig.compaction()
    assert await rig.make_room(compaction) is None
    assert await compaction.history(rig.conversation) == []


async def test_a_pass_makes_room_below_the_mark(rig: Rig) -> None:
    """The oldest pages become summaries until the prompt is below 60 %, and it is recorded."""
    await fill(rig, 0.82)
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert (done.state, done.trigger) == (PassState.ENOUGH, Trigger.THRESHOLD)
    assert done.after == await rig.used() < 0.6 * BUDGET.tokens <= done.before
    assert {each.what for each in done.left} <= {"page", "summary"}
    assert done.left_count == len(done.left) > 0
    assert done.cost_usd == 0.0
    assert await rig.compaction().history(rig.conversation) == [done]


async def test_a_trial_says_what_a_pass_does(rig: Rig) -> None:
    """With the summaries at hand, the plan is the pass but for the story, and changes nothing."""
    await fill(rig, 0.85)
    compaction = rig.compaction()
    first = await compaction.compact(rig.need())
    await compaction.undo(rig.need())
    planned = await compaction.plan(rig.need())
    assert (await compaction.plan(rig.need())) == planned
    again = await compaction.compact(rig.need())
    assert planned.tiers == again.tiers == first.tiers
    assert planned.before == again.before
    assert abs(planned.after - again.after) <= 0.05 * BUDGET.tokens
    assert planned.left_count == again.left_count
    assert planned.calls == 0


async def test_undo_brings_the_layout_back(rig: Rig) -> None:
    """An undone pass leaves the prompt as it was, and is not done again before it is needed."""
    await fill(rig, 0.82)
    before, compaction = await layout_of(rig), rig.compaction()
    done = await rig.make_room(compaction)
    assert done is not None
    undone = await compaction.undo(rig.need())
    assert undone.trigger is Trigger.UNDO
    assert undone.after == done.before
    assert replace(await layout_of(rig), revision=before.revision) == before
    assert await rig.make_room(compaction) is None
    newest, older = await compaction.history(rig.conversation)
    assert (newest, older.is_undone) == (undone, True)
    with pytest.raises(UsageError, match="no compaction"):
        await compaction.undo(rig.need())
    await fill(rig, 1.02)
    assert await rig.make_room(compaction) is not None


async def test_undo_goes_back_step_by_step(rig: Rig) -> None:
    """Each undo takes back the last pass that is not undone."""
    compaction = rig.compaction()
    layouts = []
    for _ in range(3):
        await fill(rig, 0.82)
        layouts.append(await layout_of(rig))
        await compaction.compact(rig.need())
    for earlier in reversed(layouts):
        await compaction.undo(rig.need())
        assert replace(await layout_of(rig), revision=earlier.revision) == earlier


async def test_the_last_exchanges_are_never_touched(rig: Rig) -> None:
    """What was said in the last four exchanges stays word for word, and being stuck is said."""
    chance = random.Random(1)
    for _ in range(4):
        await rig.say([user(chance, 10), reply(chance, 1_800)])
    used = await rig.used()
    rig.budget = replace(BUDGET, window=int(used / 0.85) + BUDGET.reserve)
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert done.state is PassState.STUCK
    assert "Everything that may leave has left" in done.reason
    assert done.to_revision == done.from_revision == 0
    assert await rig.make_room(rig.compaction()) is None
    assert len(await rig.compaction().history(rig.conversation)) == 1


async def test_a_huge_turn_is_cut(rig: Rig) -> None:
    """One turn larger than the window is shown at both ends, and that is recorded."""
    chance = random.Random(2)
    await rig.say([user(chance, 10), reply(chance, 20), user(chance, 9_000)])
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert await rig.used() <= rig.budget.tokens
    assert "turn" in {each.what for each in done.left}
    assert all(each.reference.startswith("pg_") for each in done.left)


async def test_a_plan_that_frees_nothing_lists_nothing(rig: Rig) -> None:
    """Where summaries would be no smaller than what they stand for, a plan says that nothing
    leaves, as the pass does."""
    rig.budget, rig.page_tokens = Budget(window=6_000, reserve=1_000, words_share=0.5), 5
    chance = random.Random(6)
    while await rig.used() < 0.8 * rig.budget.tokens:
        await rig.say([each for _ in range(20) for each in (user(chance, 4), reply(chance, 1))])
    trial = await rig.compaction().plan(rig.need())
    assert (trial.left_count, trial.tiers, trial.state) == (0, (), PassState.STUCK)
    assert trial.before == trial.after
    assert "is not smaller" in trial.reason


async def test_a_storm_of_tools_is_survived(rig: Rig) -> None:
    """What one exchange has gathered does not wedge a conversation."""
    chance = random.Random(3)
    await rig.say([user(chance, 10), *storm(chance, 30, 150), reply(chance, 30)])
    await rig.make_room(rig.compaction())
    assert await rig.used() <= rig.budget.tokens


async def test_a_long_import_is_opened_at_once(rig: Rig) -> None:
    """Newest pages stay, three summaries stand before them, the story has the rest."""
    chance = random.Random(4)
    drafts = [draft for _ in range(400) for draft in exchange(chance)]
    await rig.say(drafts, origin=Origin.IMPORTED)
    model = ScriptedModel([], name="scripted:none")
    rig.model = model
    trial = await rig.compaction().plan(rig.need())
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert done.trigger is Trigger.OPENING
    layout = await layout_of(rig)
    assert layout.story is not None
    assert layout.story.by == "offline"
    assert layout.story.pages + len(layout.summaries) == done.left_count == trial.left_count
    assert layout.story.tokens <= 0.1 * BUDGET.tokens
    assert (await rig.used()) < 0.6 * BUDGET.tokens
    assert model.requests == []


async def test_emergency_tiers_free_thinking(rig: Rig) -> None:
    """At 90 % old thinking goes, where pages cannot."""
    chance = random.Random(5)
    rig.keep_exchanges = 0
    drafts = [draft for _ in range(6) for draft in (user(chance, 5), reply(chance, 10, 200))]
    await rig.say(drafts)
    rig.keep_exchanges = 6
    used = await rig.used()
    rig.budget = replace(BUDGET, window=int(used / 0.95) + BUDGET.reserve)
    done = await rig.make_room(rig.compaction())
    assert done is not None
    assert Tier.TRIM_THINKING not in done.tiers  # the last exchanges are not touched
    rig.keep_exchanges = 1
    await rig.say([user(chance, 5), reply(chance, 10, 60)])
    done = await rig.compaction().compact(rig.need())
    assert done.after < done.before


def told(text: str, stop: StopReason = StopReason.END) -> Answer:
    return Answer(pieces=(text,), stop_reason=stop)


async def merging_rig(rig: Rig, *script: Answer) -> ScriptedModel:
    """Have a conversation whose next pass merges summaries by a model."""
    can = Capabilities(context_window=50_000, needs_network=False)
    rig.model = model = ScriptedModel(script, name="scripted:one", capabilities=can)
    chance = random.Random(6)
    while (await rig.used()) < 0.95 * rig.budget.tokens:
        await rig.say([user(chance, 10), reply(chance, 180)])
    return model


async def test_a_model_tells_the_story(rig: Rig) -> None:
    """The model is shown the summaries with their ids; ids that nobody gave are left out."""

    def answer(request: Request) -> Answer:
        page = next(p.page for p in request.material.passages if p.page)
        return told(f"- Ann: The ferry leaves. [{page}] [pg_00000000deadbeef]")

    model = await merging_rig(rig, answer)  # type: ignore[arg-type]
    done = await rig.compaction().compact(rig.need())
    layout = await layout_of(rig)
    assert Tier.MERGE in done.tiers
    assert layout.story is not None
    assert layout.story.by == "scripted:one"
    assert layout.story.text.startswith("- Ann: The ferry leaves. [pg_")
    assert "deadbeef" not in layout.story.text
    assert len(model.requests) == 1
    told_pages = await rig.database.read(
        lambda tx: contexts.story_pages(tx, layout.story.id if layout.story else 0)
    )
    assert set(told_pages) == {p.page for p in model.requests[0].material.passages if p.page}


@pytest.mark.parametrize(
    "answer",
    [
        told(""),
        told("- Cut", StopReason.MAX_TOKENS),
        told("No.", StopReason.REFUSAL),
        Answer(error=ModelReplyError("It broke off.")),
    ],
)
async def test_a_story_of_no_use_is_told_offline(rig: Rig, answer: Answer) -> None:
    """What comes back empty, cut or refused is not taken, and the pass says so."""
    await merging_rig(rig, answer)
    done = await rig.compaction().compact(rig.need())
    layout = await layout_of(rig)
    assert layout.story is not None
    assert layout.story.by == "offline"
    assert layout.story.text
    assert "story:" in done.reason


async def test_a_turn_said_meanwhile_is_fine(rig: Rig) -> None:
    """It stands behind the new layout."""
    await fill(rig, 0.85)
    compaction, chance = rig.compaction(), random.Random(8)
    whole = rig.summarise

    async def talking(page: str) -> NoSummary | None:
        await rig.say([user(chance, 5)])
        return await whole(page)

    rig.summarise = talking  # type: ignore[method-assign]
    done = await rig.compaction().compact(rig.need())
    assert done.after == (await rig.used())
    assert compaction is not None


async def test_one_pass_at_a_time(rig: Rig) -> None:
    """While a pass runs another is refused, whoever asks; one that is cancelled leaves it free."""
    await fill(rig, 0.85)
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def waiting(page: str) -> NoSummary | None:
        begun.set()
        await go_on.wait()
        return None

    rig.summarise = waiting  # type: ignore[method-assign]
    bus = Bus()
    with bus.subscribe() as events:
        running = asyncio.create_task(rig.compaction(bus).compact(rig.need()))
        await begun.wait()
        with pytest.raises(UsageError, match="under way"):
            await rig.compaction(owner="there:0:0:0").compact(rig.need())
        assert await rig.make_room(rig.compaction()) is None
        running.cancel()
        with pytest.raises(asyncio.CancelledError):
            await running
        kinds = [type(event) for event in events.drain()]
    assert kinds[0] is PassStarted
    assert kinds[-1] is PassEnded
    assert (await layout_of(rig)).revision == 0
    del rig.summarise
    assert (await rig.compaction().compact(rig.need())).state is PassState.ENOUGH


async def test_another_layout_meanwhile_means_stop(rig: Rig) -> None:
    """A pass whose layout is not the newest any more keeps nothing."""
    await fill(rig, 0.85)
    whole = rig.summarise

    async def changing(page: str) -> NoSummary | None:
        await rig.database.write(
            lambda tx: contexts.keep(
                tx,
                contexts.current(tx, rig.conversation),
                rig.clock(),
                onto=contexts.revision(tx, rig.conversation),
            )
        )
        return await whole(page)

    rig.summarise = changing  # type: ignore[method-assign]
    with pytest.raises(Exception, match="changed meanwhile"):
        await rig.compaction().compact(rig.need())
    assert await rig.compaction().history(rig.conversation) == []


async def test_a_process_that_died_leaves_the_conversation_free(rig: Rig) -> None:
    """Its lease is taken over."""
    await fill(rig, 0.85)
    async with rig.compaction(owner="gone:0:0:0")._means.leases.taken(rig.conversation) as taken:
        assert taken
        assert (await rig.compaction().compact(rig.need())).state is PassState.ENOUGH


async def test_the_pass_of_another_process_is_waited_for(rig: Rig) -> None:
    """Where a prompt does not fit, its end is waited for and what it did is taken; where it fits,
    nobody waits."""
    await fill(rig, 0.85)
    there = rig.compaction(owner="there:0:0:0")
    async with there._means.leases.taken(rig.conversation):
        assert await rig.make_room(rig.compaction()) is None
        await fill(rig, 1.1)
        waiting = asyncio.create_task(rig.make_room(rig.compaction()))
        done = await there._done(rig.need())
        assert not waiting.done()
    async with asyncio.timeout(30):
        assert await waiting == done
    assert len(await there.history(rig.conversation)) == 1


async def test_a_pass_is_queued_after_a_reply(rig: Rig) -> None:
    """A worker finds one job, however often it is asked for; and does nothing once it is done."""
    await fill(rig, 0.85)
    compaction = rig.compaction()
    assert await compaction.make_room_later(rig.due)
    assert await compaction.make_room_later(rig.due)
    (job,) = await rig.database.read(lambda tx: jobs.newest(tx, limit=9, kind="compact"))
    assert (job.kind, job.payload) == (JobKind.COMPACT, rig.conversation)
    await compaction.work(rig.due)
    await compaction.work(rig.due)
    assert len(await compaction.history(rig.conversation)) == 1


async def test_an_overflow_works_harder(rig: Rig) -> None:
    """When a provider takes less than was believed, room is made in what it does take."""
    await fill(rig, 0.55)
    tokens = int(0.9 * await rig.used())
    rig.budget = replace(BUDGET, window=tokens + BUDGET.reserve)
    done = await rig.compaction().make_room(rig.need(Trigger.OVERFLOW))
    assert done is not None
    assert done.trigger is Trigger.OVERFLOW
    assert done.after < 0.9 * done.before


async def test_nothing_to_do_is_said(rig: Rig) -> None:
    """A pass below the mark leaves no trace but its answer."""
    await fill(rig, 0.3)
    done = await rig.compaction().compact(rig.need())
    assert (done.id, done.state) == (0, PassState.ENOUGH)
    assert "nothing has to leave" in done.reason
    assert tiers.low_mark(rig.budget) > done.after


async def test_a_story_in_one_long_line_is_cut(rig: Rig) -> None:
    """It is not lost, and the pass says so."""
    await merging_rig(rig, told("word " * 20_000))
    done = await rig.compaction().compact(rig.need())
    layout = await layout_of(rig)
    assert layout.story is not None
    assert layout.story.text.startswith("- word word")
    assert "too long in one line" in done.reason


async def refusing(rig: Rig, *answers: NoSummary | None) -> tuple[Pass, list[str], list[float]]:
    """Do a pass with a model that answers so, and then well; return what it was asked for, and
    the seconds it was waited for."""
    await fill(rig, 0.95)
    rig.model = ScriptedModel([], capabilities=Capabilities(context_window=50_000))
    asked: list[str] = []
    waited: list[float] = []
    left, whole = list(answers), rig.summarise

    async def failing(page: str) -> NoSummary | None:
        asked.append(page)
        await whole(page)
        return left.pop(0) if left else None

    async def sleep(seconds: float) -> None:
        waited.append(seconds)

    rig.summarise = failing  # type: ignore[method-assign]
    compaction = rig.compaction()
    compaction._means = replace(compaction._means, stand_in=whole, sleep=sleep)
    return await compaction.compact(rig.need()), asked, waited


async def test_a_model_that_fails_is_asked_once_in_a_pass(rig: Rig) -> None:
    """Whoever waits does not wait for every page in turn; the rest has stand-ins, and it is said
    of how many pages."""
    done, asked, waited = await refusing(rig, NoSummary(reason="it is away", is_asked=True))
    assert done.left_count > 1
    assert (len(asked), waited) == (1, [])
    assert done.reason.count("it is away") == 1
    assert "not asked for more in this pass" in done.reason
    assert "by offline: the model was not asked for them" in done.reason


async def test_a_model_that_is_busy_is_waited_for(rig: Rig) -> None:
    """One that says how soon it may be asked again is, and writes all the summaries."""
    busy = NoSummary(reason="slow down", is_asked=True, wait=2.5)
    done, asked, waited = await refusing(rig, busy, None, busy)
    assert waited == [2.5, 2.5]
    assert len(set(asked)) == len(asked) - 2
    assert "slow down" not in done.reason
    assert "offline" not in done.reason.split("story:")[0]


async def test_a_model_that_is_busy_for_long_is_not(rig: Rig) -> None:
    """Nobody waits a minute in front of a prompt: stand-ins are used, and it is said."""
    done, asked, waited = await refusing(rig, NoSummary(reason="wait", is_asked=True, wait=60.0))
    assert (len(asked), waited) == (1, [])
    assert "not asked for more in this pass" in done.reason


async def test_a_page_of_its_own_kind_stops_nobody(rig: Rig) -> None:
    """A summary that is in a batch says nothing of the model: it is asked for the others."""
    done, asked, _ = await refusing(rig, NoSummary(reason="its summary is in a batch"))
    assert len(asked) > 1
    assert "in a batch" in done.reason
    assert "not asked for more" not in done.reason
