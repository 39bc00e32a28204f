"""What a model is shown of a conversation: the verbs of the room.

Before every reply the layout is brought in line with the branch that is read, room is made if it is
time, and the request is made of what is in sight. Asking how much is used costs a few reads.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from functools import partial

from minutebook.config import CompactionMode
from minutebook.context.limits.budget import ensure_ordered
from minutebook.context.limits.holding import LOOKED_AT, notice
from minutebook.context.limits.refusing import too_long
from minutebook.context.limits.relieving import Lesson, lesson
from minutebook.context.looking import Looks
from minutebook.context.means import Means
from minutebook.context.passes.compaction import Compaction, Trial
from minutebook.context.passes.need import MakeRoom, Need
from minutebook.context.prompt import asking
from minutebook.context.prompt.account import Account
from minutebook.context.prompt.asking import Asked
from minutebook.context.prompt.assembly import View, view
from minutebook.context.prompt.branching import settle, settled
from minutebook.context.prompt.inspecting import Previewed
from minutebook.context.sizing import Sizing, with_slot
from minutebook.context.slot.bringing import Desk
from minutebook.context.slot.verbs import Slots
from minutebook.context.snapshots.summoning import Summons
from minutebook.context.snapshots.verbs import Snapshots
from minutebook.domain.chats import ChatOptions, PartialReply
from minutebook.domain.context import (
    Budget,
    Layer,
    Pass,
    PromptSizes,
    Trigger,
)
from minutebook.domain.jobs import Job
from minutebook.domain.turns import OFFLINE
from minutebook.errors import ModelUnavailableError, PromptTooLongError, UsageError
from minutebook.events import MarkOutOfReach
from minutebook.llm.protocol import Attribution, Model, Passage, Request, Task, Usage
from minutebook.llm.tokens.counter import ESTIMATE, Counted
from minutebook.store import chats, contexts, conversations, passes
from minutebook.store.transaction import Transaction

_AFTER_OVERFLOW = 0.9
"""Of a prompt that a provider called too long, what the next one may have at most."""


class Context:
    """What models are shown of conversations. Raises ConfigError for thresholds out of order."""

    def __init__(
        self,
        means: Means,
        make_room: MakeRoom | None = None,
        compaction: Compaction | None = None,
    ) -> None:
        ensure_ordered(means.settings)
        self._means = means
        self._database = means.database
        self._settings = means.settings
        self._make_room = compaction.make_room if compaction else make_room
        self._compaction = compaction
        self._account = compaction.account if compaction else Account()
        self._sizing = Sizing(means, self._account)
        self.windows = self._sizing.windows
        """How many tokens models take."""
        self._noticed: set[str] = set()
        """Conversations of which it was said that passes cannot reach what is asked for."""
        self._relieved: dict[str, str] = {}
        """Replies by conversation for which pages that were recalled have left."""
        desk = Desk(
            find=means.find_pages,
            recall=means.recall_pages,
            room_of=self._sizing.room_for_pages,
            zone=means.zone,
            sight_of=self._account.sight,
        )
        self.slots = Slots(means.database, desk, means.bus, means.clock)
        """Pages that were brought back."""
        self.snapshots = Snapshots(means)
        """What was in sight at moments that are past."""
        self.summons = Summons(means, self.windows)
        """Side conversations with models as they were."""
        self.looks = Looks(
            means=means, show=self.show, preview=self._previewed, see=self._account.sight
        )
        """What people look at: parts, pages, costs, passes."""

    async def request(self, reply: PartialReply, model: Model, options: ChatOptions) -> Request:
        """Return the request for a reply, and make room before if it is time.

        Raises PromptTooLongError for one that does not fit, StoreError.
        """
        conversation = reply.conversation
        await self.windows.ask(model)
        await self._settle(conversation)
        is_relieved = self._relieved.get(conversation) == reply.key
        if self._settings.recall and model.name != OFFLINE and not is_relieved:
            await self.slots.recall(conversation, self._sizing.beside_slot)
        sizes = await self._sizing.of(conversation, model, options)
        if await self._grown(conversation, sizes):
            sizes = await self._sizing.of(conversation, model, options)
        if self._is_due(sizes):
            trigger = Trigger.THRESHOLD if sizes.revision or sizes.share < 1 else Trigger.OPENING
            await self._room_made(conversation, trigger, sizes)
            sizes = await self._sizing.of(conversation, model, options)
            if sizes.share > 1 and await self._slot_eased(conversation, sizes):
                sizes = await self._sizing.of(conversation, model, options)
                await self._room_made(conversation, trigger, sizes)
                sizes = await self._sizing.of(conversation, model, options)
            await self._notice(sizes, conversation)
        self._ensure_fits(sizes, model)
        seen, pages = await self._database.read(partial(self._view, conversation=conversation))
        found: tuple[Passage, ...] = ()
        if not model.capabilities.needs_network:
            found = await self._means.find_passages(asking.question_of(seen))
        attribution = Attribution(
            conversation=conversation, subject=reply.key, correlation=reply.key
        )
        return asking.request(_asked(sizes.budget, options, attribution), seen, found, pages)

    async def relieve(
        self, reply: PartialReply, model: Model, options: ChatOptions, error: PromptTooLongError
    ) -> bool:
        """Make room after a provider called the prompt too long; say whether asking again may help.

        What the provider said about its limit is remembered. Raises StoreError.
        """
        conversation = reply.conversation
        sizes = await self._sizing.of(conversation, model, options)
        learned = await self._learn(sizes, model, error)
        self._relieved[conversation] = reply.key
        refused, sizes = sizes, await self._sizing.of(conversation, model, options)
        is_less = sizes.budget.reserve < refused.budget.reserve
        if is_less and max(sizes.used, learned.reported or 0) <= sizes.budget.tokens:
            return True
        if self._settings.compaction is not CompactionMode.AUTO:
            return False
        tokens = min(sizes.budget.tokens, int(sizes.used * _AFTER_OVERFLOW))
        budget = replace(sizes.budget, window=tokens + sizes.budget.reserve)
        sizes = replace(sizes, budget=budget)
        is_eased = await self._slot_eased(conversation, sizes)
        if is_eased:
            sizes = replace(await self._sizing.of(conversation, model, options), budget=budget)
        return await self._room_made(conversation, Trigger.OVERFLOW, sizes) or is_eased

    async def show(self, conversation: str, model: str = "") -> PromptSizes:
        """Return how much the next prompt takes up, layer by layer, for a model if one is named,
        else for the one that answers. Changes nothing.

        Raises NotFoundError, ModelUnavailableError, StoreError.
        """
        options = await self._options(conversation, model)
        sizes = await self._sizing.of(conversation, self._sizing.model(options), options)
        return await self._with_notice(sizes, conversation)

    async def preview(self, conversation: str, model: str = "") -> Request:
        """Return exactly what would be sent now, as long as no room is made. Changes nothing.

        Raises NotFoundError, ModelUnavailableError, StoreError.
        """
        return (await self._previewed(conversation, model)).request

    async def _previewed(self, conversation: str, name: str = "") -> Previewed:
        options = await self._options(conversation, name)
        model = self._sizing.model(options)
        asked = _asked(self._sizing.budget(model), options, Attribution())
        seen, pages = await self._database.read(partial(self._view, conversation=conversation))
        tools = self._means.tools if model.capabilities.tools else ()
        request = replace(asking.request(asked, seen, (), pages), tools=tools)
        return Previewed(
            request=await self._means.shown(model.name, request),
            seen=seen,
            brought_back=await self._shown_text(model.name, pages),
            factor=self._sizing.factor(model),
        )

    async def _shown_text(self, model: str, text: str) -> str:
        """Return a piece of a request as it is sent to a model."""
        alone = Request(task=Task.CHAT, system=text)
        return (await self._means.shown(model, alone)).system if text else ""

    async def plan(self, conversation: str) -> Trial:
        """Return what `compact` would do now. Changes nothing but the layout's fit to the branch.

        Raises NotFoundError, ModelUnavailableError, StoreError.
        """
        trial = await self._passes.plan(await self._need_of(conversation))
        used = Usage(input_tokens=trial.input_tokens, output_tokens=trial.output_tokens)
        model, now = self._means.summary_model, self._means.clock()
        cost = self._means.prices.price(model, used, now) if trial.calls else Decimal(0)
        return replace(trial, cost=cost)

    def is_making_room(self, conversation: str) -> bool:
        """Say whether a pass runs here for a conversation."""
        return self._compaction is not None and self._compaction.is_under_way(conversation)

    def stop(self, conversation: str) -> bool:
        """Stop the pass that runs here for a conversation; say whether there was one."""
        return self._compaction is not None and self._compaction.stop(conversation)

    @property
    def recalls(self) -> bool:
        """Whether pages that matter for what was said last are looked for."""
        return self._settings.recall

    def set_recall(self, is_on: bool) -> None:
        """Look for such pages from now on, or no more; the settings of the home stay."""
        self._settings = replace(self._settings, recall=is_on)

    async def compact(self, conversation: str) -> Pass:
        """Make room now, whatever the settings say. Where nothing has to leave, the id is 0.

        Raises UsageError while another pass runs, NotFoundError, StoreError.
        """
        await self._ask_summariser()
        done = await self._passes.compact(await self._need_of(conversation))
        sizes = await self.show(conversation)
        if sizes.share > 1 and await self._slot_eased(conversation, sizes):
            return await self._passes.compact(await self._need_of(conversation))
        return done

    async def history(self, conversation: str, *, limit: int = 1_000) -> list[Pass]:
        """Return the passes of a conversation, the newest first."""
        return await self._passes.history(conversation, limit=limit)

    async def undo(self, conversation: str) -> Pass:
        """Take the last pass back that was not taken back; return how that went.

        Raises UsageError when there is none, NotFoundError, StoreError.
        """
        return await self._passes.undo(await self._need_of(conversation, Trigger.UNDO))

    async def after_reply(self, conversation: str) -> PromptSizes | None:
        """Queue a pass if it is time for one, so that nobody waits for it before the next reply.

        Returns the sizes when a person is to be asked instead. Raises StoreError.
        """
        sizes = await self.show(conversation)
        if sizes.share < sizes.budget.high or self._settings.compaction is CompactionMode.OFF:
            return None
        if self._settings.compaction is CompactionMode.ASK:
            return sizes
        await self._settle(conversation)
        need = self._sizing.need(conversation, Trigger.THRESHOLD, sizes)
        await self._passes.make_room_later(need)
        return None

    async def work(self, job: Job) -> None:
        """Do the pass that a job is about, if it is still time for it. Raises StoreError."""
        if self._settings.compaction is CompactionMode.AUTO:
            await self._ask_summariser()
            await self._passes.work(await self._need_of(job.payload, Trigger.THRESHOLD))

    @property
    def _passes(self) -> Compaction:
        if self._compaction is None:
            raise UsageError("Nothing makes room here.")
        return self._compaction

    async def _need_of(self, conversation: str, trigger: Trigger = Trigger.COMMAND) -> Need:
        """Return what a prompt needs room for, with its layout in line with the branch, and as
        much as its model takes."""
        await self.windows.ask(self._sizing.model(await self._options(conversation)))
        sizes = await self.show(conversation)
        await self._settle(conversation)
        return self._sizing.need(conversation, trigger, sizes)

    async def _settle(self, conversation: str) -> None:
        """Bring the layout in line with the branch that is read, and the slot with it."""

        def work(tx: Transaction) -> tuple[bool, bool]:
            layout = settled(tx, conversation)
            is_settled = layout.revision == contexts.revision(tx, conversation)
            return is_settled, bool(self.slots.left_behind(tx, conversation))

        is_settled, is_left = await self._database.read(work)
        if is_left:
            await self.slots.leave(conversation)
        if not is_settled:
            now = self._means.clock()
            await self._database.write(lambda tx: settle(tx, conversation, now))

    async def _slot_eased(self, conversation: str, sizes: PromptSizes) -> bool:
        """Let pages that were brought back go, as far as a prompt does not fit; say whether any
        did. They leave before the last exchanges do."""
        slot = next(each.tokens for each in sizes.layers if each.layer is Layer.SLOT)
        excess = sizes.used - sizes.budget.tokens
        if not slot or excess <= 0:
            return False
        factor = self._means.counter.factor(sizes.model, ESTIMATE)
        await self.slots.ease(conversation, round(excess / factor))
        return True

    async def _grown(self, conversation: str, sizes: PromptSizes) -> bool:
        """Show more again where a smaller model was asked before; say whether that was so."""
        if self._compaction is None or self._settings.compaction is not CompactionMode.AUTO:
            return False
        need = self._sizing.need(conversation, Trigger.GROWTH, sizes)
        return await self._compaction.grow(need) is not None

    async def _room_made(self, conversation: str, trigger: Trigger, sizes: PromptSizes) -> bool:
        """Make room; say whether anything left."""
        if self._make_room is None:
            return False
        await self._ask_summariser()
        done = await self._make_room(self._sizing.need(conversation, trigger, sizes))
        return done is not None and done.after < done.before

    async def _with_notice(self, sizes: PromptSizes, conversation: str) -> PromptSizes:
        if not sizes.revision and sizes.used <= sizes.budget.tokens:
            return sizes

        def work(tx: Transaction) -> list[Pass]:
            id_ = conversations.get(tx, conversation).id
            return passes.newest(tx, id_, limit=LOOKED_AT)

        last = await self._database.read(work)
        return replace(sizes, notice=notice(sizes, self._settings, last))

    async def _notice(self, sizes: PromptSizes, conversation: str) -> None:
        """Say once of a conversation that passes cannot reach what the settings ask for."""
        if conversation in self._noticed or self._means.bus is None:
            return
        told = await self._with_notice(sizes, conversation)
        if told.notice:
            self._noticed.add(conversation)
            event = MarkOutOfReach(
                conversation=conversation,
                used=told.used,
                tokens=told.budget.tokens,
                reason=told.notice,
            )
            self._means.bus.publish(event)

    async def _ask_summariser(self) -> None:
        """See to it that it is known how much the model for summaries takes."""
        if self._means.summary_model == OFFLINE:
            return
        try:
            model = self._means.models(self._means.summary_model)
        except ModelUnavailableError:  # the pass says so, and stand-ins are used
            return
        await self.windows.ask(model)

    def _is_due(self, sizes: PromptSizes) -> bool:
        is_auto = self._settings.compaction is CompactionMode.AUTO
        return is_auto and sizes.share >= sizes.budget.high

    def _ensure_fits(self, sizes: PromptSizes, model: Model) -> None:
        """Raise PromptTooLongError for a prompt that is not to be sent.

        What nobody can make smaller is sent as long as the model takes it.
        """
        limit = sizes.budget.tokens
        if self._settings.compaction is CompactionMode.AUTO:
            limit = max(limit, self._sizing.window(model) - sizes.budget.reserve)
        if sizes.used > limit:
            raise too_long(sizes, limit, self._settings)

    async def _learn(self, sizes: PromptSizes, model: Model, error: PromptTooLongError) -> Lesson:
        """Remember what a provider said about a prompt that was too long."""
        learned = lesson(sizes, error)
        if learned.reported:
            counted = round(sizes.used / self._means.counter.factor(sizes.model, ESTIMATE))
            self._means.counter.learn(
                sizes.model, Counted(tokens=counted, by=ESTIMATE), learned.reported
            )
        if learned.limit:
            await self.windows.learn(model, learned.limit, is_guess=learned.is_guess)
        return learned

    def _view(self, tx: Transaction, conversation: str) -> tuple[View, str]:
        """Read what is in sight, and the text of the pages that were brought back."""
        layout = settled(tx, conversations.get(tx, conversation).id)
        layout = with_slot(tx, layout, self._account.sight)
        return view(tx, layout, self._account.sight(tx, layout)), self.slots.told(tx, layout)

    async def _options(self, conversation: str, model: str = "") -> ChatOptions:
        """Return what is wanted for a reply; by a model, if one is named."""
        work = partial(chats.options, conversation=conversation)
        options = await self._database.read(work)
        return replace(options, model=model) if model else options


def _asked(budget: Budget, options: ChatOptions, attribution: Attribution) -> Asked:
    return Asked(
        system=asking.system_of(options), max_tokens=budget.reserve, attribution=attribution
    )
