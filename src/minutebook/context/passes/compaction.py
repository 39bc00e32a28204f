"""A pass: tiers until the prompt is low enough, recorded, and undone on demand.

Summaries are got or made outside of transactions. What stands then is kept in one, with the record
of the pass, if the layout is still the one that the pass began from: so a crash leaves the old
layout or the new one, and a turn that was said meanwhile stands behind either. A pass that frees
nothing keeps no layout, and is not tried again before there is more to gain.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import partial
from time import monotonic

from minutebook.clock import Clock
from minutebook.context.passes import growing, keeping, stepping, surveying, tiers
from minutebook.context.passes.foreseeing import (
    CloseEarly,
    Foreseen,
    close_nothing,
    foreseen,
    is_opening,
    prepared,
    story_limit,
)
from minutebook.context.passes.keeping import Record
from minutebook.context.passes.leasing import Leases
from minutebook.context.passes.making import Making, StandIn, SummariseNow
from minutebook.context.passes.merging import Storyteller
from minutebook.context.passes.need import Need
from minutebook.context.passes.stepping import Walk
from minutebook.context.passes.stopping import Running
from minutebook.context.passes.surveying import Hold, Survey
from minutebook.context.prompt.account import Account
from minutebook.domain.context import Left, Pass, PassState, Tier, Trigger
from minutebook.errors import MinutebookError, UsageError
from minutebook.events import Bus, PassEnded, PassStarted, PassWentOn
from minutebook.llm.protocol import Attribution, Task
from minutebook.store import contexts, passes, usage
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

STOPPED = "It was stopped; what is shown to the model has not changed."


@dataclass(frozen=True, slots=True, kw_only=True)
class PassMeans:
    """What passes are done with."""

    database: Database
    bus: Bus
    clock: Clock
    teller: Callable[[], Storyteller]
    """Returns what lets stories go on. Raises ModelUnavailableError."""
    summarise_now: SummariseNow
    leases: Leases
    stand_in: StandIn | None = None
    """Summarises a page without a model."""
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    """Waits for a model that is busy."""
    is_offline: bool = True
    """Whether summaries are made without a model."""
    close_early: CloseEarly = close_nothing
    """Closes the open page, where a window is too small for it."""
    page_tokens: int = 4_000
    """Of a full page: a pass that was stuck is tried again when there is so much more."""
    account: Account = field(default_factory=Account)
    """Remembers what prompts show, so that it is read once as long as nothing has changed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What a pass would do."""

    before: int
    after: int
    """Expected."""
    tiers: tuple[Tier, ...]
    left: tuple[Left, ...]
    left_count: int
    state: PassState
    reason: str
    calls: int
    """How often a model would be asked."""
    input_tokens: int = 0
    """Of all those calls, estimated."""
    output_tokens: int = 0
    cost: Decimal | None = None
    """US dollars of those calls, estimated; None when their model has no price."""


def _vain_trial(used: int, done: Walk) -> Trial:
    """Return what a pass would do that frees nothing: the prompt stays as it is."""
    return Trial(
        before=used,
        after=used,
        tiers=(),
        left=(),
        left_count=0,
        state=PassState.STUCK,
        reason=f"{done.stop.reason} {keeping.NOT_SMALLER}".strip(),
        calls=0,
        cost=Decimal(0),
    )


class Compaction:
    """Makes room in prompts."""

    def __init__(self, means: PassMeans) -> None:
        self._means = means
        self._database = means.database
        self._running = Running()
        self.account = means.account
        """What it remembers of prompts."""

    def is_under_way(self, conversation: str) -> bool:
        """Say whether a pass runs here for a conversation."""
        return self._running.has(conversation)

    def stop(self, conversation: str) -> bool:
        """Stop the pass that runs here for a conversation; say whether there was one."""
        return self._running.stop(conversation)

    async def plan(self, need: Need) -> Trial:
        """Return what a pass would do now, with expected sizes. Raises NotFoundError."""
        foreseen = await self._foreseen(need)
        done, made = foreseen.walk, foreseen.made
        if done.tiers and not done.has_freed and not made.calls:
            return _vain_trial(need.told(done.begun.used), done)
        return Trial(
            before=need.told(done.begun.used),
            after=need.told(done.now.used),
            tiers=tuple(done.tiers),
            left=tuple(need.told_left(each) for each in done.left),
            left_count=done.left_count,
            state=done.stop.state,
            reason=done.stop.reason or ("" if done.tiers else keeping.NOTHING),
            calls=made.calls,
            input_tokens=need.told(made.input_tokens),
            output_tokens=need.told(made.output_tokens),
        )

    async def compact(self, need: Need) -> Pass:
        """Make room now. A pass that did nothing has the id 0, and says why.

        Raises UsageError while another pass runs for the conversation, and when this one was
        stopped; NotFoundError, StoreError.
        """
        async with self._means.leases.taken(need.conversation) as is_ours:
            if not is_ours:
                raise UsageError(
                    "A compaction of this conversation is under way.", hint="Wait for its end."
                )
            done = await self._pass(need)
            if done is None:
                raise UsageError(STOPPED)
            return done

    async def make_room(self, need: Need) -> Pass | None:
        """Make room without a person's asking, if that has a chance; None when nothing was done.

        While another pass runs, its end is waited for where the prompt does not fit before.
        """
        used = await self._used(need)
        if not await self._may_begin(need, used):
            return None
        async with self._means.leases.taken(need.conversation) as is_ours:
            if is_ours:
                return await self._pass(need)
        if used <= need.terms.budget.tokens:
            return None
        await self._means.leases.awaited(need.conversation)
        return next(iter(await self.history(need.conversation, limit=1)), None)

    async def make_room_later(self, need: Need) -> bool:
        """Queue a pass if it has a chance, so that nobody has to wait for it; say whether."""
        used = await self._used(need)
        if not await self._may_begin(need, used):
            return False
        await self._database.write(lambda tx: self._means.leases.want(tx, need.conversation))
        return True

    async def work(self, need: Need) -> None:
        """Do the pass that a worker has taken, if it is still time for it. Raises StoreError."""
        used = await self._used(need)
        if tiers.is_due(need.terms.budget, used) and await self._may_begin(need, used):
            await self._pass(need)

    async def history(self, conversation: str, *, limit: int = 1_000) -> list[Pass]:
        """Return the passes of a conversation, the newest first."""
        return await self._database.read(lambda tx: passes.newest(tx, conversation, limit=limit))

    async def undo(self, need: Need) -> Pass:
        """Let the layout be as it was before the last pass that is not undone; return the undoing.

        Raises UsageError when there is none, or while a pass runs.
        """
        async with self._means.leases.taken(need.conversation) as is_ours:
            if not is_ours:
                raise UsageError("A compaction is under way.", hint="Wait for its end.")
            now = self._means.clock()
            see = self.account.sight
            found = await self._database.read(lambda tx: keeping.return_of(tx, need, see))
            done = await self._database.write(lambda tx: keeping.undo(tx, need, found, now))
        self._tell_of_end(done)
        return done

    async def grow(self, need: Need) -> Pass | None:
        """Show more again where there is room for it again; None when nothing was done.

        Raises StoreError.
        """
        if not await self._database.read(lambda tx: growing.is_wider(tx, need)):
            return None
        async with self._means.leases.taken(need.conversation) as is_ours:
            if not is_ours:
                return None
            now = self._means.clock()
            done = await self._database.write(lambda tx: growing.grow(tx, need, now))
        if done is not None:
            self._tell_of_end(done)
        return done

    async def _may_begin(self, need: Need, used: int) -> bool:
        """Say whether a pass has a chance that no person asked for.

        What a person has undone is not done again before the prompt does not fit any more; what was
        stuck is not tried again before a page has come.
        """

        page_tokens = min(self._means.page_tokens, surveying.early_tokens(need.terms.budget))
        if self._running.is_declined(need.conversation, used, page_tokens):
            return used > need.terms.budget.tokens
        was_vain = self._running.was_vain(need.conversation, used, page_tokens)
        if was_vain and used <= need.terms.budget.tokens:
            return False

        def work(tx: Transaction) -> bool:
            last = next(iter(passes.newest(tx, need.conversation, limit=1)), None)
            if last is None:
                return True
            if last.trigger is Trigger.UNDO:
                return used > need.terms.budget.tokens
            is_same = last.to_revision == contexts.revision(tx, need.conversation)
            has_grown = need.told(used - page_tokens) >= last.after
            is_stuck = last.state is PassState.STUCK and is_same and not has_grown
            if used > need.terms.budget.tokens:
                return not (is_stuck and _is_vain(last, need, used))
            return not is_stuck

        return await self._database.read(work)

    async def _pass(self, need: Need) -> Pass | None:
        """Do a pass, and record it; None when a person stopped it.

        Where what was expected to fit does not, another one goes further.
        """
        used = await self._used(need)
        return await self._running.run(need.conversation, used, self._done(need))

    async def _done(self, need: Need) -> Pass:
        hold = (await self._foreseen(need)).hold
        done = await self._done_at(need, hold)
        while done.after > need.told(need.terms.budget.tokens) and hold < need.deepest:
            hold = Hold(hold + 1)
            done = await self._done_at(need, hold)
        return done

    async def _done_at(self, need: Need, hold: Hold) -> Pass:
        begun_at, started = self._means.clock(), monotonic()
        survey = await prepared(
            self._database, need, hold, self._means.close_early, self.account.sight
        )
        opens = is_opening(survey, need) and need.trigger is not Trigger.OVERFLOW
        need = replace(need, trigger=await self._trigger(need, opens=opens))
        prospect = survey.prospect
        if need.trigger is Trigger.OVERFLOW:
            prospect = replace(prospect, is_emergency=True)
        self._tell_of_start(need, prospect.used)
        made = self._making(need, survey)
        done = Walk(begun=prospect, now=prospect)
        try:
            if opens:
                await stepping.walk_in(done, made, made.story_limit)
            await stepping.walk(done, made, partial(self._tell_of_step, need))
            record = Record(
                need=need,
                survey=survey,
                walk=done,
                made=made,
                begun_at=begun_at,
                seconds=monotonic() - started,
            )
            now = self._means.clock()
            kept = await self._database.write(
                lambda tx: keeping.keep(tx, record, self.account.sight, now)
            )
        except (MinutebookError, asyncio.CancelledError) as error:
            self._tell_of_failure(need, prospect.used, str(error))
            raise
        self._tell_of_end(kept)
        return kept

    async def _trigger(self, need: Need, *, opens: bool) -> Trigger:
        """Return why a pass is recorded to have begun: what a model has answered in is not seen for
        the first time, and what a person asked for stays theirs."""
        if need.trigger not in (Trigger.THRESHOLD, Trigger.OPENING):
            return need.trigger
        answered = await self._database.read(
            lambda tx: usage.last_answers(tx, need.conversation, Task.CHAT.value, limit=1)
        )
        return Trigger.OPENING if opens and not answered else Trigger.THRESHOLD

    def _making(self, need: Need, survey: Survey) -> Making:
        revision = survey.prospect.layout.revision
        return Making(
            database=self._database,
            teller=self._means.teller(),
            summarise_now=self._means.summarise_now,
            stand_in=self._means.stand_in,
            sleep=self._means.sleep,
            is_offline=self._means.is_offline,
            story_limit=story_limit(survey),
            attribution=Attribution(
                conversation=need.conversation,
                subject=need.conversation,
                correlation=f"compaction:{need.conversation}:{revision}",
            ),
        )

    async def _used(self, need: Need) -> int:
        """Return the tokens of the prompt as it stands."""
        return await self._database.read(
            lambda tx: surveying.used(tx, need.conversation, need.terms, self.account.sight)
        )

    async def _foreseen(self, need: Need) -> Foreseen:
        see, is_offline = self.account.sight, self._means.is_offline
        return await foreseen(self._database, need, see, is_offline=is_offline)

    def _tell_of_start(self, need: Need, used: int) -> None:
        event = PassStarted(
            conversation=need.conversation, trigger=need.trigger, before=need.told(used)
        )
        self._means.bus.publish(event)

    def _tell_of_step(self, need: Need, step: int) -> None:
        self._means.bus.publish(PassWentOn(conversation=need.conversation, steps=step))

    def _tell_of_end(self, done: Pass) -> None:
        self._means.bus.publish(PassEnded(conversation=done.conversation, done=done))

    def _tell_of_failure(self, need: Need, used: int, reason: str) -> None:
        failed = Pass(
            id=0,
            conversation=need.conversation,
            at=self._means.clock(),
            trigger=need.trigger,
            tiers=(),
            state=PassState.FAILED,
            before=need.told(used),
            after=need.told(used),
            reason=reason or STOPPED,
        )
        self._tell_of_end(failed)


def _is_vain(last: Pass, need: Need, used: int) -> bool:
    """Say whether a pass over a prompt that was refused would free nothing, as the last one did."""
    is_refused = need.trigger is last.trigger is Trigger.OVERFLOW
    return is_refused and last.before == last.after <= need.told(used)
