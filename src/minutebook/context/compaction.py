"""A pass: tiers until the prompt is low enough, recorded, and undone on demand.

Summaries are got or made outside of transactions. What stands then is kept in one, with the record
of the pass, if the layout is still the one that the pass began from: so a crash leaves the old
layout or the new one, and a turn that was said meanwhile stands behind either. A pass that frees
nothing keeps no layout, and is not tried again before there is more to gain.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from time import monotonic

from minutebook.clock import Clock
from minutebook.config import CompactionMode
from minutebook.context import keeping, stepping, surveying, tiers
from minutebook.context.keeping import Record
from minutebook.context.leasing import Leases
from minutebook.context.making import Estimates, Making, SummariseNow
from minutebook.context.merging import Storyteller
from minutebook.context.stepping import Walk
from minutebook.context.surveying import Survey, Terms
from minutebook.domain.context import Budget, Left, Pass, PassState, Tier, Trigger
from minutebook.domain.jobs import Job
from minutebook.errors import PromptTooLongError, UsageError
from minutebook.events import Bus, PassEnded, PassStarted, Progressed, RoomNeeded
from minutebook.llm.protocol import Attribution
from minutebook.store import contexts
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

PROGRESS = "compaction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """A prompt as it stands."""

    used: int
    terms: Terms

    @property
    def budget(self) -> Budget:
        """What it is held against."""
        return self.terms.budget

    @property
    def fits(self) -> bool:
        """Whether it can be sent."""
        return self.used <= self.budget.tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What passes are done with."""

    database: Database
    bus: Bus
    clock: Clock
    measure: Callable[[Transaction, str], Measured]
    """Says what the prompt of a conversation weighs, and what for."""
    settle: Callable[[Transaction, str], object]
    """Sees to it that the layout fits the branch that is read."""
    teller: Callable[[], Storyteller]
    """Returns what lets stories go on. Raises ModelUnavailableError."""
    summarise_now: SummariseNow
    leases: Leases
    mode: CompactionMode = CompactionMode.AUTO
    is_offline: bool = True
    """Whether summaries are made without a model."""
    page_tokens: int = 4_000
    """Of a full page: a pass that was stuck is tried again when there is so much more."""


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


class Compaction:
    """Makes room in prompts."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._database = means.database

    async def plan(self, conversation: str) -> Trial:
        """Return what a pass would do now, with expected sizes. Raises NotFoundError."""
        survey, measured = await self._survey(conversation)
        limit = _story_limit(survey)
        made = Estimates(pages=survey.pages, story_limit=limit, is_offline=self._means.is_offline)
        done = Walk(begun=survey.prospect, now=survey.prospect)
        if _is_opening(survey, measured):
            await stepping.walk_in(done, made, limit)
        await stepping.walk(done, made, lambda _: None)
        return Trial(
            before=done.begun.used,
            after=done.now.used,
            tiers=tuple(done.tiers),
            left=tuple(done.left),
            left_count=done.left_count,
            state=done.stop.state,
            reason=done.stop.reason or ("" if done.tiers else _NOTHING),
            calls=made.calls,
        )

    async def compact(self, conversation: str, trigger: Trigger = Trigger.COMMAND) -> Pass:
        """Make room now. A pass that did nothing has the id 0, and says why.

        Raises UsageError while another pass runs for the conversation, NotFoundError, StoreError.
        """
        async with self._means.leases.taken(conversation) as is_ours:
            if not is_ours:
                raise UsageError(
                    "A compaction of this conversation is under way.", hint="Wait for its end."
                )
            return await self._pass(conversation, trigger)

    async def make_room(self, conversation: str) -> Pass | None:
        """See to it that a prompt can be sent, before it is; None when nothing had to be done.

        Raises PromptTooLongError when it does not fit whatever leaves, or when nothing may leave.
        """
        measured = await self._measure(conversation)
        if not tiers.is_due(measured.budget, measured.used):
            return None
        done = await self._automatic(conversation, measured)
        after = await self._measure(conversation)
        if not after.fits:
            raise _too_long(after, self._means.mode)
        return done

    async def overflowed(self, conversation: str) -> Pass:
        """Make room since a provider has called the prompt too long. Raises as `compact`."""
        return await self.compact(conversation, Trigger.OVERFLOW)

    async def after_reply(self, conversation: str) -> bool:
        """Queue a pass if it is time for one, so that nobody has to wait for it; say whether."""
        measured = await self._measure(conversation)
        if not tiers.is_due(measured.budget, measured.used):
            return False
        if self._means.mode is CompactionMode.ASK:
            self._tell_of_need(conversation, measured)
        if not await self._may_begin(conversation, measured):
            return False
        await self._database.write(lambda tx: self._means.leases.want(tx, conversation))
        return True

    async def work(self, job: Job) -> None:
        """Do the pass that a worker has taken, if it is still time for it. Raises StoreError."""
        measured = await self._measure(job.payload)
        due = tiers.is_due(measured.budget, measured.used)
        if due and await self._may_begin(job.payload, measured):
            await self._pass(job.payload, Trigger.THRESHOLD)

    async def history(self, conversation: str, *, limit: int = 1_000) -> list[Pass]:
        """Return the passes of a conversation, the newest first."""
        return await self._database.read(lambda tx: contexts.passes(tx, conversation, limit=limit))

    async def undo(self, conversation: str) -> Pass:
        """Let the layout be as it was before the last pass that is not undone; return the undoing.

        Raises UsageError when there is none, or while a pass runs.
        """
        async with self._means.leases.taken(conversation) as is_ours:
            if not is_ours:
                raise UsageError("A compaction is under way.", hint="Wait for its end.")
            before = await self._measure(conversation)
            now = self._means.clock()
            done = await self._database.write(
                lambda tx: keeping.undo(tx, conversation, before.terms, now)
            )
        self._tell_of_end(done)
        return done

    async def _automatic(self, conversation: str, measured: Measured) -> Pass | None:
        if self._means.mode is CompactionMode.ASK:
            self._tell_of_need(conversation, measured)
        if not await self._may_begin(conversation, measured):
            return None
        async with self._means.leases.taken(conversation) as is_ours:
            if is_ours:
                return await self._pass(conversation, Trigger.THRESHOLD)
        if not measured.fits:
            raise UsageError(
                "A compaction of this conversation is under way elsewhere.",
                hint="Ask again when it has ended.",
            )
        return None

    async def _may_begin(self, conversation: str, measured: Measured) -> bool:
        """Say whether a pass may begin without a person's asking, and has a chance."""
        if self._means.mode is not CompactionMode.AUTO:
            return False

        def work(tx: Transaction) -> bool:
            last = next(iter(contexts.passes(tx, conversation, limit=1)), None)
            if last is None:
                return True
            if last.trigger is Trigger.UNDO:
                return not measured.fits
            is_same = last.to_revision == contexts.revision(tx, conversation)
            has_grown = measured.used >= last.after + self._means.page_tokens
            return last.state is not PassState.STUCK or not is_same or has_grown

        return await self._database.read(work)

    async def _pass(self, conversation: str, trigger: Trigger) -> Pass:
        """Do a pass, and record it."""
        begun_at, started = self._means.clock(), monotonic()
        survey, measured = await self._survey(conversation)
        if _is_opening(survey, measured) and trigger is not Trigger.OVERFLOW:
            trigger = Trigger.OPENING
        prospect = stepping.in_need(survey.prospect, is_overflow=trigger is Trigger.OVERFLOW)
        self._tell_of_start(conversation, trigger, prospect.used)
        made = self._making(conversation, survey)
        done = Walk(begun=prospect, now=prospect)
        try:
            if trigger is Trigger.OPENING:
                await stepping.walk_in(done, made, made.story_limit)
            await stepping.walk(done, made, partial(self._tell_of_step, conversation))
            record = Record(
                conversation=conversation,
                trigger=trigger,
                survey=survey,
                terms=measured.terms,
                walk=done,
                made=made,
                begun_at=begun_at,
                seconds=monotonic() - started,
            )
            kept = await self._database.write(
                lambda tx: keeping.keep(tx, record, self._means.clock())
            )
        except BaseException as error:
            self._tell_of_failure(conversation, trigger, prospect.used, str(error))
            raise
        self._tell_of_end(kept)
        return kept

    def _making(self, conversation: str, survey: Survey) -> Making:
        revision = survey.prospect.layout.revision
        return Making(
            database=self._database,
            teller=self._means.teller(),
            summarise_now=self._means.summarise_now,
            is_offline=self._means.is_offline,
            story_limit=_story_limit(survey),
            attribution=Attribution(
                conversation=conversation,
                subject=conversation,
                correlation=f"compaction:{conversation}:{revision}",
            ),
        )

    async def _survey(self, conversation: str) -> tuple[Survey, Measured]:
        await self._database.write_relaxed(lambda tx: self._means.settle(tx, conversation))

        def work(tx: Transaction) -> tuple[Survey, Measured]:
            measured = self._means.measure(tx, conversation)
            return surveying.survey(tx, conversation, measured.terms), measured

        return await self._database.read(work)

    async def _measure(self, conversation: str) -> Measured:
        return await self._database.read(lambda tx: self._means.measure(tx, conversation))

    def _tell_of_start(self, conversation: str, trigger: Trigger, before: int) -> None:
        event = PassStarted(conversation=conversation, trigger=trigger, before=before)
        self._means.bus.publish(event)

    def _tell_of_step(self, conversation: str, step: int) -> None:
        self._means.bus.publish(Progressed(what=f"{PROGRESS} {conversation}", done=step))

    def _tell_of_end(self, done: Pass) -> None:
        self._means.bus.publish(PassEnded(conversation=done.conversation, done=done))

    def _tell_of_failure(
        self, conversation: str, trigger: Trigger, before: int, reason: str
    ) -> None:
        failed = Pass(
            id=0,
            conversation=conversation,
            at=self._means.clock(),
            trigger=trigger,
            tiers=(),
            state=PassState.FAILED,
            before=before,
            after=before,
            reason=reason or "It was cancelled.",
        )
        self._tell_of_end(failed)

    def _tell_of_need(self, conversation: str, measured: Measured) -> None:
        event = RoomNeeded(
            conversation=conversation, used=measured.used, tokens=measured.budget.tokens
        )
        self._means.bus.publish(event)


_NOTHING = keeping.NOTHING


def _story_limit(survey: Survey) -> int:
    budget = survey.prospect.budget
    return int(budget.story_share * budget.tokens)


def _is_opening(survey: Survey, measured: Measured) -> bool:
    """Say whether a conversation was longer than the window when a model first sees it."""
    return survey.prospect.layout.revision == 0 and survey.prospect.used > measured.budget.tokens


def _too_long(measured: Measured, mode: CompactionMode) -> PromptTooLongError:
    budget = measured.budget
    hints = {
        CompactionMode.AUTO: "Raise context.tokens, or choose a model with a larger window.",
        CompactionMode.ASK: "Make room with /compact, or raise context.tokens.",
        CompactionMode.OFF: (
            "context.compaction is off: make room with /compact, raise context.tokens, or choose a"
            " model with a larger window."
        ),
    }
    return PromptTooLongError(
        f"The prompt has {measured.used:,} tokens, and {budget.tokens:,} fit"
        f" ({budget.window:,} of the window less {budget.reserve:,} for the reply).",
        hint=hints[mode],
        tokens=measured.used,
        limit=budget.tokens,
    )
