"""Conversations of every kind, and passes over them: what tests of compaction share."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import partial

from doubles import FakeClock
from minutebook.context.passes.compaction import Compaction, PassMeans
from minutebook.context.passes.leasing import Leases
from minutebook.context.passes.merging import Storyteller
from minutebook.context.passes.need import Need
from minutebook.context.passes.surveying import Terms
from minutebook.context.passes.tiers import is_due, weight
from minutebook.context.prompt.sight import in_sight
from minutebook.domain.chats import MarkKind
from minutebook.domain.context import Budget, Pass, Trigger
from minutebook.domain.pages import NoSummary, Page, SummaryPoint, SummaryState
from minutebook.domain.turns import Content, Origin, Role, ToolCall, ToolResult, TurnDraft
from minutebook.events import Bus
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Model
from minutebook.record import closing
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import chats, contexts, conversations, pages, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

BUDGET = Budget(window=5_000, reserve=1_000)
FIXED = 100
PAGE_TOKENS = 250
POLICY = RecordPolicy(
    paging=PagingPolicy(tokens=PAGE_TOKENS, pause=timedelta(hours=6)), scribe_enabled=False
)
_WORDS = (
    "ferry cabin stove tent route harbour winter map boots rope cook invoice Winterbottom Carla"
    " because decided never Tuesday 42 parser index kernel ledger quota branch 17:40 é 湯 🚢"
).split()


def text_of(chance: random.Random, words: int) -> str:
    """Return some sentences."""
    told = [chance.choice(_WORDS) for _ in range(words)]
    return " ".join(word + ("." if n % 9 == 8 else "") for n, word in enumerate(told))


def user(chance: random.Random, words: int) -> TurnDraft:
    return TurnDraft(role=Role.USER, content=Content(text=text_of(chance, words)))


def reply(chance: random.Random, words: int, thinking: int = 0) -> TurnDraft:
    content = Content(text=text_of(chance, words), thinking=text_of(chance, thinking))
    return TurnDraft(role=Role.ASSISTANT, author="scripted", content=content)


def storm(chance: random.Random, calls: int, words: int) -> list[TurnDraft]:
    """Return calls of tools and what came back."""
    drafts: list[TurnDraft] = []
    for _ in range(calls):
        id_ = f"call{chance.getrandbits(60)}"
        call = ToolCall(id=id_, name="look", arguments='{"at": "map"}')
        result = ToolResult(call_id=id_, content=text_of(chance, words))
        drafts += [
            TurnDraft(role=Role.ASSISTANT, content=Content(tool_calls=(call,))),
            TurnDraft(role=Role.TOOL, content=Content(tool_results=(result,))),
        ]
    return drafts


def exchange(chance: random.Random) -> list[TurnDraft]:
    """Return what a person says, and what comes back, of any kind there is."""
    match chance.randrange(10):
        case 0:
            return [user(chance, 8), reply(chance, chance.randint(200, 900))]
        case 1:
            return [user(chance, chance.randint(200, 700)), reply(chance, 20)]
        case 2 | 3:
            storming = storm(chance, chance.randint(1, 6), chance.randint(5, 120))
            return [user(chance, 10), *storming, reply(chance, 40)]
        case 4 | 5:
            return [user(chance, 12), reply(chance, 60, thinking=chance.randint(30, 300))]
        case 6:
            burst = [user(chance, chance.randint(1, 15)) for _ in range(chance.randint(2, 5))]
            return [*burst, reply(chance, 30)]
        case 7:
            author = chance.choice(("Ann", "Bob"))
            content = Content(text=text_of(chance, 15))
            return [TurnDraft(role=Role.PERSON, author=author, content=content)]
        case _:
            return [user(chance, 10), reply(chance, chance.randint(10, 80))]


@dataclass(kw_only=True)
class Rig:
    """A conversation, and passes over it."""

    database: Database
    clock: FakeClock
    conversation: str = ""
    budget: Budget = BUDGET
    model: Model | None = None
    keep_exchanges: int = 4
    page_tokens: int = PAGE_TOKENS
    is_gone: Callable[[str], bool] = lambda owner: owner.startswith("gone")
    summarised: int = 0
    """How many summaries were made."""
    said: int = 0

    async def begin(self) -> Rig:
        """Begin the conversation."""
        now = self.clock()
        self.conversation = await self.database.write(
            lambda tx: conversations.create(tx, "test", "one", "One", now)
        )
        return self

    async def say(
        self, drafts: Sequence[TurnDraft], origin: Origin = Origin.LIVE, step: float = 1.0
    ) -> None:
        """Record turns, so many seconds apart."""
        await self.database.write_relaxed(
            partial(self.say_in, drafts=drafts, origin=origin, step=step)
        )

    def say_in(
        self, tx: Transaction, drafts: Sequence[TurnDraft], origin: Origin, step: float
    ) -> None:
        keyed = []
        behind = conversations.tail(tx, self.conversation).max_sort
        last = turns.last_active(tx, self.conversation)
        parent = None if last is None else last.key
        for draft in drafts:
            self.clock.forward(seconds=step)
            self.said += 1
            key = f"k{self.said}"
            timed = replace(draft, at=self.clock(), native_id=key, parent=parent)
            keyed.append(KeyedDraft(key=key, draft=timed))
            parent = key
        strand = Strand(conversation=self.conversation, drafts=keyed, origin=origin, behind=behind)
        paging = replace(POLICY.paging, tokens=self.page_tokens)
        record(tx, strand, replace(POLICY, paging=paging), self.clock())

    async def pin(self, chance: random.Random) -> None:
        """Pin a turn."""

        def work(tx: Transaction) -> None:
            found = turns.backward(tx, self.conversation, limit=5)
            chats.mark(tx, chance.choice(found).id, MarkKind.PIN, self.clock())

        await self.database.write_relaxed(work)

    def need(self, trigger: Trigger = Trigger.COMMAND) -> Need:
        """Return what room is needed for."""
        terms = Terms(budget=self.budget, fixed=FIXED, keep_exchanges=self.keep_exchanges)
        return Need(
            conversation=self.conversation, trigger=trigger, model="m", terms=terms, factor=1.0
        )

    @property
    def due(self) -> Need:
        """What room is needed for before a reply."""
        return self.need(Trigger.THRESHOLD)

    async def used(self) -> int:
        """Weigh the prompt anew."""

        def work(tx: Transaction) -> int:
            layout = contexts.current(tx, self.conversation)
            return FIXED + in_sight(tx, layout).tokens + weight(layout)

        return await self.database.read(work)

    async def make_room(self, compaction: Compaction) -> Pass | None:
        """Make room as it is made before a reply."""
        if not is_due(self.budget, await self.used()):
            return None
        return await compaction.make_room(self.due)

    async def summarise(self, page: str) -> NoSummary | None:
        """Summarise a page as cheaply as can be."""

        def work(tx: Transaction) -> None:
            found = pages.get(tx, page)
            said = turns.by_seq(tx, found.conversation, found.first_seq, found.last_seq)
            pages.summarise(tx, summary_of(found, [turn.content.text for turn in said]))

        self.summarised += 1
        await self.database.write_relaxed(work)
        return None

    def close_early(self, tx: Transaction, conversation: str, through: int, tokens: int) -> None:
        """Close the open page."""
        closing.close_early(tx, conversation, through, tokens, self.clock())

    def compaction(self, bus: Bus | None = None, owner: str = "here:0:0:0") -> Compaction:
        """Return what makes room."""
        model = self.model or OfflineModel()
        return Compaction(
            PassMeans(
                database=self.database,
                bus=bus or Bus(),
                clock=self.clock,
                teller=lambda: Storyteller(model, 90_000),
                summarise_now=self.summarise,
                leases=Leases(
                    database=self.database,
                    clock=self.clock,
                    owner=owner,
                    is_gone=self.is_gone,
                ),
                is_offline=self.model is None,
                close_early=self.close_early,
                page_tokens=self.page_tokens,
            )
        )


def summary_of(page: Page, texts: Sequence[str]) -> Page:
    """Return a page with the beginnings of what is said on it for a summary."""
    points = tuple(SummaryPoint(text=f"- {text[:60]}") for text in texts if text.strip())[:4]
    return replace(
        page,
        label=f"Page of {page.turns}",
        summary="\n".join(point.text for point in points) or "- Nothing.",
        summary_points=points,
        summary_by="offline",
        summary_state=SummaryState.STANDIN,
        summary_hash=page.content_hash,
    )
