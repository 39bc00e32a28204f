"""Stories that do not go into one prompt, and what a pass says that its calls have cost."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

import pytest

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.context.passes.merging import Merging, Storyteller
from minutebook.domain.context import PlacedSummary, Story
from minutebook.domain.pages import NoSummary
from minutebook.domain.spending import Charge
from minutebook.domain.tokens import estimate
from minutebook.errors import ModelBusyError
from minutebook.llm import prompts
from minutebook.llm.protocol import Attribution, Capabilities, Request, Task
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.store import usage
from minutebook.store.database import Database

LIMIT = 400


def placed(number: int) -> PlacedSummary:
    text = f"The ferry of week {number} was late. " * 12
    return PlacedSummary(page=f"pg_{number:016x}", text=text, tokens=estimate(text), by="m")


def merging(before: str, summaries: int) -> Merging:
    story = Story(id=1, text=before, tokens=estimate(before), by="m", pages=1) if before else None
    told = tuple(placed(number) for number in range(summaries))
    return Merging(before=story, summaries=told, limit=LIMIT, attribution=Attribution())


def told_on(request: Request) -> Answer:
    """Go on with a line for each page that is new, behind the story as it was."""
    first, *_ = request.material.passages
    before = [] if first.page else first.text.split("\n")
    pages = [each.page for each in request.material.passages if each.page]
    return Answer(pieces=("\n".join([*before, *(f"- Late. [{page}]" for page in pages)]),))


def teller(room: int, *script: object) -> tuple[Storyteller, ScriptedModel]:
    """Return what has room for so many tokens of summaries in one prompt."""
    model = ScriptedModel(script, capabilities=Capabilities(context_window=100_000))  # type: ignore[arg-type]
    fixed = LIMIT + estimate(prompts.system(Task.STORY))
    return Storyteller(model, fixed + room), model


async def test_what_is_too_much_goes_in_piece_by_piece() -> None:
    """Each piece goes on from the story with those before it; every summary goes in once."""
    room = 2 * (placed(0).tokens + 24)
    storyteller, model = teller(room, *[told_on] * 3)
    told = await storyteller.tell(merging("- It began. [pg_00000000000000ff]", 5))
    asked = [[p.page for p in r.material.passages if p.page] for r in model.requests]
    assert asked == [
        [placed(0).page, placed(1).page],
        [placed(2).page, placed(3).page],
        [placed(4).page],
    ]
    begins = [request.material.passages[0].text.split("\n") for request in model.requests]
    assert [len(lines) for lines in begins] == [1, 3, 5]
    assert told.reason == ""
    assert told.text.startswith("- It began. [pg_00000000000000ff]")
    assert all(f"[{placed(number).page}]" in told.text for number in range(5))


async def test_a_piece_that_fails_is_told_offline() -> None:
    """The pieces behind it go on with the model, and why one is not by it is said."""
    busy = Answer(error=ModelBusyError("Slow down."))
    storyteller, model = teller(placed(0).tokens + 24, told_on, busy, told_on)
    told = await storyteller.tell(merging("", 3))
    assert len(model.requests) == 3
    assert "Slow down." in told.reason
    assert f"[{placed(2).page}]" in told.text


async def test_a_summary_too_large_for_a_prompt_goes_alone() -> None:
    """It is asked for all the same: the model or its stand-in makes what it can of it."""
    storyteller, model = teller(10, told_on, told_on)
    await storyteller.tell(merging("", 2))
    asked = [[p.page for p in r.material.passages if p.page] for r in model.requests]
    assert asked == [[placed(0).page], [placed(1).page]]


@pytest.fixture
async def rig(database: Database, clock: FakeClock) -> Rig:
    rig = await Rig(database=database, clock=clock).begin()
    chance = random.Random(7)
    while await rig.used() < 0.95 * rig.budget.tokens:
        await rig.say([user(chance, 10), reply(chance, 60)])
    return rig


async def charged(rig: Rig, *costs: Decimal | None) -> tuple[float | None, int]:
    """Do a pass whose summaries cost so much, one after the other; return what it says it cost,
    and how many summaries were made."""
    left, whole, made = list(costs), rig.summarise, []
    strange = Charge(at=rig.clock(), task="page_summary", model="m", outcome="ok")
    strange = replace(strange, conversation=rig.conversation, subject="pg_other", cost=Decimal(9))

    async def paid(page: str) -> NoSummary | None:
        charge = replace(strange, subject=page, cost=left.pop(0) if left else Decimal(0))
        await rig.database.write(lambda tx: usage.add(tx, charge))
        made.append(page)
        return await whole(page)

    await rig.database.write(lambda tx: usage.add(tx, strange))
    rig.summarise = paid  # type: ignore[method-assign]
    done = await rig.compaction().compact(rig.need())
    return done.cost_usd, len(made)


async def test_a_pass_says_what_its_calls_cost(rig: Rig) -> None:
    """The sum of those for its pages; what others of the conversation cost is not in it."""
    cost, made = await charged(rig, Decimal("0.011"), Decimal("0.002"), Decimal("0.0005"))
    assert made >= 3
    assert cost == pytest.approx(0.0135)


async def test_a_call_without_a_price_leaves_the_cost_open(rig: Rig) -> None:
    """A sum of what is known would be too low."""
    cost, _ = await charged(rig, Decimal("0.011"), None)
    assert cost is None
