"""Looks at what a model is shown: sizes of parts, pages and how they stand, costs, passes.

Nothing here changes anything. What it costs follows what is asked for: a map reads one short row
per page, all else what is in sight.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import partial

from minutebook.context.means import Means
from minutebook.context.passes.surveying import See
from minutebook.context.prompt.branching import settled
from minutebook.context.prompt.inspecting import Previewed, sent_parts
from minutebook.context.prompt.sight import story_tokens, summaries_tokens
from minutebook.context.sizing import with_slot
from minutebook.domain.context import Layer, LayerSize, Layout, Pass, PromptSizes
from minutebook.domain.inspection import (
    CacheUse,
    NextTurn,
    PageCell,
    PageOutline,
    PageState,
    SentPart,
    Stage,
)
from minutebook.domain.pages import Lifecycle
from minutebook.domain.spending import Charge
from minutebook.domain.turns import OFFLINE
from minutebook.llm.protocol import Task, Usage
from minutebook.llm.tokens.counter import ESTIMATE
from minutebook.store import contexts, conversations, pages, passes, snapshots, usage
from minutebook.store.transaction import Transaction

LAST_CALLS = 10
"""Calls that are looked at to say what the next one may cost."""
_KEPT_FOR = timedelta(minutes=5)
"""How long providers keep the beginning of a prompt."""
_MANY = 5_000
"""Turns of which one notices that they are read."""
_STABLE = frozenset({Layer.SYSTEM, Layer.STORY, Layer.SUMMARIES, Layer.RECENT})

Show = Callable[[str], Awaitable[PromptSizes]]
Preview = Callable[[str], Awaitable[Previewed]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looks:
    """What people look at. Every verb may raise NotFoundError and StoreError."""

    means: Means
    show: Show
    preview: Preview
    see: See

    async def sent(self, conversation: str) -> tuple[SentPart, ...]:
        """Return exactly what would be sent now, piece by piece.

        Raises ModelUnavailableError.
        """
        return sent_parts(await self.preview(conversation))

    async def cells(self, conversation: str) -> tuple[PageCell, ...]:
        """Return the pages of a conversation, the oldest first, and how each stands; before them
        those of the conversation it goes on from."""
        return await self.means.database.read(
            partial(_cells, conversation=conversation, see=self.see)
        )

    async def unread(self, conversation: str) -> int:
        """Return how many turns are read before the first answer in a conversation; 0 where that
        was done, and where nobody notices."""
        return await self.means.database.read(partial(_unread, conversation=conversation))

    async def cache_use(self, conversation: str) -> CacheUse:
        """Return how much of the last prompts a provider had kept."""
        calls = await self._last_answers(conversation)
        return CacheUse(
            calls=len(calls),
            prompt_tokens=sum(map(_prompt_tokens, calls)),
            read_tokens=sum(call.cache_read_tokens for call in calls),
        )

    async def next_turn(self, conversation: str) -> NextTurn:
        """Return what the next reply is expected to cost. Raises ModelUnavailableError."""
        sizes = await self.show(conversation)
        calls = await self._last_answers(conversation)
        cached = await self._cached(conversation, sizes, calls)
        reply = sum(call.output_tokens for call in calls) // len(calls) if calls else 0
        return NextTurn(
            model=sizes.model,
            prompt_tokens=sizes.used,
            cached_tokens=cached,
            reply_tokens=reply,
            cost=self._cost(sizes, cached, reply),
            cost_cold=self._cost(sizes, 0, reply),
        )

    async def stages(self, done: Pass) -> tuple[Stage, Stage]:
        """Return a prompt as it was before a pass, and behind it.

        Raises ModelUnavailableError.
        """
        factor = self._factor((await self.show(done.conversation)).model)

        def work(tx: Transaction) -> tuple[Stage, Stage]:
            before = contexts.at(tx, done.conversation, done.from_revision)
            after = contexts.at(tx, done.conversation, done.to_revision)
            return _stage(before, done.before, factor), _stage(after, done.after, factor)

        return await self.means.database.read(work)

    async def _last_answers(self, conversation: str) -> list[Charge]:
        return await self.means.database.read(
            lambda tx: usage.last_answers(tx, conversation, Task.CHAT.value, limit=LAST_CALLS)
        )

    async def _cached(self, conversation: str, sizes: PromptSizes, calls: list[Charge]) -> int:
        """Return how much of the next prompt a provider has kept, as far as one can know."""
        last = calls[0] if calls else None
        if last is None or last.model != sizes.model or not self._caches(sizes.model):
            return 0
        if self.means.clock() - last.at > _KEPT_FOR:
            return 0
        done = await self.means.database.read(lambda tx: passes.newest(tx, conversation, limit=1))
        if any(each.at > last.at and each.to_revision != each.from_revision for each in done):
            return 0
        stable = sum(each.tokens for each in sizes.layers if each.layer in _STABLE)
        kept = last.cache_read_tokens + last.cache_write_tokens
        return min(stable, kept)

    def _caches(self, model: str) -> bool:
        return self.means.models(model).capabilities.caching

    def _cost(self, sizes: PromptSizes, cached: int, reply: int) -> Decimal | None:
        if sizes.model == OFFLINE:
            return Decimal(0)
        fresh = max(0, sizes.used - cached)
        written = fresh if self._caches(sizes.model) else 0
        used = Usage(
            input_tokens=fresh - written,
            output_tokens=reply,
            cache_read_tokens=cached,
            cache_write_tokens=written,
        )
        return self.means.prices.price(sizes.model, used, self.means.clock())

    def _factor(self, model: str) -> float:
        return self.means.counter.factor(model, ESTIMATE)


def _unread(tx: Transaction, conversation: str) -> int:
    if passes.newest(tx, conversation, limit=1):
        return 0
    origin = snapshots.origin(tx, conversation)
    before = origin.moment.turns if origin is not None else 0
    turns = before + conversations.get(tx, conversation).turns
    return turns if turns > _MANY else 0


def _cells(tx: Transaction, conversation: str, see: See) -> tuple[PageCell, ...]:
    id_ = conversations.get(tx, conversation).id
    layout = settled(tx, id_)
    states = dict.fromkeys(see(tx, layout).pages, PageState.VERBATIM)
    if layout.story is not None:
        merged = contexts.story_pages(tx, layout.story.id)
        states |= dict.fromkeys(merged, PageState.MERGED)
    states |= {placed.page: PageState.SUMMARISED for placed in layout.summaries}
    states |= {held.page: PageState.PAGED_IN for held in with_slot(tx, layout, see).slot}
    shown = [*_pages_before(tx, id_), *pages.outline(tx, id_)]
    return tuple(PageCell(page=page, state=_state(page, states)) for page in shown)


def _pages_before(tx: Transaction, conversation: str) -> list[PageOutline]:
    """Return the pages of what a conversation goes on from, as far as they stood there then."""
    if (origin := snapshots.origin(tx, conversation)) is None:
        return []
    own = pages.outline(tx, origin.conversation)
    then = [page for page in own if page.last_seq <= origin.moment.paged]
    return [*_pages_before(tx, origin.conversation), *then]


def _state(page: PageOutline, states: dict[str, PageState]) -> PageState:
    found = states.get(page.id, PageState.LEFT)
    is_cold = page.lifecycle is Lifecycle.ARCHIVED and found is not PageState.PAGED_IN
    return PageState.ARCHIVED if is_cold else found


def _stage(layout: Layout, used: int, factor: float) -> Stage:
    """Return a layout with the sizes that are known of it; the rest stood word for word."""
    story = min(used, round(story_tokens(layout) * factor))
    summaries = min(used - story, round(summaries_tokens(layout) * factor))
    return Stage(
        revision=layout.revision,
        layers=(
            LayerSize(layer=Layer.STORY, tokens=story),
            LayerSize(layer=Layer.SUMMARIES, tokens=summaries),
            LayerSize(layer=Layer.RECENT, tokens=used - story - summaries),
        ),
        summaries=len(layout.summaries),
        merged=layout.story.pages if layout.story else 0,
    )


def _prompt_tokens(call: Charge) -> int:
    return call.input_tokens + call.cache_read_tokens + call.cache_write_tokens
