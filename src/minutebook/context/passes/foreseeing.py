"""What a pass is expected to do, and how far it has to go: with sizes alone, free of charge.

A pass leaves alone what it can: it goes as far as it has to for the prompt to fit, see `Hold`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from minutebook.context.passes import exchanges, stepping, surveying, tiers
from minutebook.context.passes.making import Estimates
from minutebook.context.passes.need import Need
from minutebook.context.passes.stepping import Walk
from minutebook.context.passes.surveying import Hold, See, Survey
from minutebook.domain.context import Trigger
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

HOLDS = tuple(Hold)
_LEAST_LASTING = 10
"""Exchanges that a pass in a small window holds for, or it goes further."""
CloseEarly = Callable[[Transaction, str, int, int], None]
"""Closes what lies on the open page of a conversation up to an arrival number, in pages of about
so many tokens."""


def close_nothing(tx: Transaction, conversation: str, through: int, tokens: int) -> None:
    """Let pages close when they are full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Foreseen:
    """What a pass is expected to come to."""

    hold: Hold
    """How far it goes."""
    walk: Walk
    made: Estimates


async def foreseen(database: Database, need: Need, see: See, *, is_offline: bool) -> Foreseen:
    """Return how far a pass has to go, and what it is expected to do then. Changes nothing."""
    exchange = await database.read(lambda tx: surveying.exchange_of(tx, need.conversation, see))
    hold = Hold.CLOSED
    while True:
        survey = await _surveyed(database, need, hold, see)
        found = await _walked(survey, need, hold, is_offline=is_offline)
        if hold >= need.deepest or _is_enough(found, need, exchange):
            return found
        hold = Hold(hold + 1)


def _is_enough(found: Foreseen, need: Need, exchange: int) -> bool:
    """Say whether a pass that goes so far does what it is for.

    Before words of people get shorter, the open page is closed. In a small window a pass is to hold
    for a while.
    """
    budget, now = need.terms.budget, found.walk.now
    if found.hold < Hold.LAST and exchanges.is_small(budget):
        mark = exchanges.lasting(budget, exchange, _LEAST_LASTING)
        return now.used <= mark and now.words_room is None
    if found.hold is Hold.CLOSED:
        return not tiers.is_due(budget, now.used) and now.words_room is None
    return now.used <= budget.tokens


async def prepared(
    database: Database, need: Need, hold: Hold, close_early: CloseEarly, see: See
) -> Survey:
    """Return what could leave, with the open page closed early if a pass has to go so far.

    What is in sight may be all of a long log: how far to close is read before anything is written.
    """
    conversation, tokens = need.conversation, surveying.early_tokens(need.terms.budget)

    def ends(tx: Transaction) -> list[int]:
        holds = HOLDS[1 : hold + 1]
        return [surveying.to_close(tx, conversation, need.terms, each, see) for each in holds]

    def close(tx: Transaction) -> None:
        for through in closed:
            close_early(tx, conversation, through, tokens)

    if closed := await database.read(ends) if hold is not Hold.CLOSED else []:
        await database.write(close)
    return await database.read(
        lambda tx: surveying.survey(tx, need.conversation, need.terms, hold, see)
    )


def story_limit(survey: Survey) -> int:
    """Return how many tokens the story may have."""
    budget = survey.prospect.budget
    return int(budget.story_share * budget.tokens)


def is_opening(survey: Survey, need: Need) -> bool:
    """Say whether a conversation was longer than the window when a model first sees it.

    One that goes on from another begins with revision 1, which says what the other one showed.
    """
    prospect = survey.prospect
    layout = prospect.layout
    is_untold = layout.story is None and not layout.summaries
    is_first = layout.revision == 0 or (layout.revision == 1 and is_untold)
    return is_first and prospect.used > need.terms.budget.tokens


async def _surveyed(database: Database, need: Need, hold: Hold, see: See) -> Survey:
    return await database.read(
        lambda tx: surveying.foresee(tx, need.conversation, need.terms, hold, see)
    )


async def _walked(survey: Survey, need: Need, hold: Hold, *, is_offline: bool) -> Foreseen:
    """Return what a pass is expected to do if it goes so far."""
    limit = story_limit(survey)
    made = Estimates(pages=survey.pages, story_limit=limit, is_offline=is_offline)
    prospect = survey.prospect
    if need.trigger is Trigger.OVERFLOW:
        prospect = replace(prospect, is_emergency=True)
    done = Walk(begun=prospect, now=prospect)
    if is_opening(survey, need) and need.trigger is not Trigger.OVERFLOW:
        await stepping.walk_in(done, made, limit)
    await stepping.walk(done, made, lambda _: None)
    return Foreseen(hold=hold, walk=done, made=made)
