"""How large the next prompt is against its budget, and what room it would need.

The record's own estimates are turned into tokens of the model that is asked by what its provider
has reported, see `llm.tokens.counter`.
"""

from __future__ import annotations

from dataclasses import replace

from minutebook.config import Context as ContextSettings
from minutebook.context.limits.budget import budget_of, divided
from minutebook.context.limits.windows import Windows
from minutebook.context.means import Means
from minutebook.context.passes.need import Need
from minutebook.context.passes.surveying import Hold, See, Terms
from minutebook.context.prompt import asking
from minutebook.context.prompt.account import Account
from minutebook.context.prompt.branching import settled
from minutebook.context.prompt.sight import in_sight, whole_pages
from minutebook.context.slot.usefulness import SlotRoom
from minutebook.domain.chats import ChatOptions
from minutebook.domain.context import Budget, Layer, LayerSize, Layout, PromptSizes, Trigger
from minutebook.errors import ModelUnavailableError
from minutebook.llm.protocol import Model
from minutebook.llm.tokens.counter import ESTIMATE
from minutebook.store import chats, conversations, slots
from minutebook.store.transaction import Transaction


class Sizing:
    """Sizes of prompts, for one home."""

    def __init__(self, means: Means, account: Account) -> None:
        self._means = means
        self._settings: ContextSettings = means.settings
        self._account = account
        self._tool_tokens = asking.tool_tokens(means.tools)
        self.windows = Windows(means.database, means.clock, means.catalogue)
        """How many tokens models take."""

    async def of(self, conversation: str, model: Model, options: ChatOptions) -> PromptSizes:
        """Return the sizes of the next prompt, layer by layer. Raises NotFoundError, StoreError."""

        def work(tx: Transaction) -> PromptSizes:
            layout = settled(tx, conversations.get(tx, conversation).id)
            layout = with_slot(tx, layout, self._account.sight)
            system = asking.system_tokens(asking.system_of(options))
            if model.capabilities.tools:
                system += self._tool_tokens
            layers = (
                LayerSize(layer=Layer.SYSTEM, tokens=system),
                *self._account.layers(tx, layout),
            )
            factor = self.factor(model)
            return PromptSizes(
                model=model.name,
                budget=self.budget(model),
                layers=tuple(replace(each, tokens=round(each.tokens * factor)) for each in layers),
                revision=layout.revision,
                is_assumed=self.windows.is_assumed(model),
            )

        return await self._means.database.read(work)

    def beside_slot(self, tx: Transaction, conversation: str) -> int:
        """Return the tokens of a prompt without pages that were brought back, as the record
        counts."""
        layout = settled(tx, conversation)
        return sum(each.tokens for each in self._account.layers(tx, layout))

    def need(self, conversation: str, trigger: Trigger, sizes: PromptSizes) -> Need:
        """Return what a prompt of such sizes needs room for."""
        factor = self._means.counter.factor(sizes.model, ESTIMATE)
        fixed = {each.layer: each.tokens for each in sizes.layers}
        terms = Terms(
            budget=divided(sizes.budget, factor),
            fixed=round((fixed[Layer.SYSTEM] + fixed[Layer.SLOT]) / factor),
            keep_exchanges=self._settings.keep_exchanges,
        )
        return Need(
            conversation=conversation,
            trigger=trigger,
            model=sizes.model,
            terms=terms,
            factor=factor,
            deepest=Hold.LAST if fixed[Layer.SLOT] else Hold.ENDS,
        )

    def room_for_pages(self, tx: Transaction, conversation: str) -> SlotRoom:
        """Return the room for pages that were brought back, in tokens as the record estimates."""
        try:
            model = self.model(chats.options(tx, conversation))
        except ModelUnavailableError:
            return SlotRoom.of(Budget(window=self._settings.tokens, reserve=0))
        return SlotRoom.of(divided(self.budget(model), self.factor(model)))

    def model(self, options: ChatOptions) -> Model:
        """Return the model that answers. Raises ModelUnavailableError."""
        return self._means.models(options.model or self._means.chat_model)

    def window(self, model: Model) -> int:
        """Return the window of a model as far as it is known; 0 where it is not."""
        return self.windows.of(model)

    def budget(self, model: Model) -> Budget:
        """Return how much a prompt for a model may have."""
        can = replace(model.capabilities, context_window=self.window(model))
        return budget_of(self._settings, can)

    def factor(self, model: Model) -> float:
        """Return how many tokens of a model there are for one of the record."""
        return self._means.counter.factor(model.name, ESTIMATE)


def with_slot(tx: Transaction, layout: Layout, see: See = in_sight) -> Layout:
    """Return a layout with the pages that are brought back now."""

    def seen() -> frozenset[str]:
        return whole_pages(layout, see(tx, layout))

    return replace(layout, slot=slots.beside(tx, layout.conversation, seen))
