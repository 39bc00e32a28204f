"""The slots of all conversations: the verbs of people, of replies and of what asks models."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from minutebook.clock import Clock
from minutebook.context.prompt import framing
from minutebook.context.prompt.sight import whole_pages
from minutebook.context.slot import bringing, heeding, recall_tool, recalling
from minutebook.context.slot.bringing import Brought, Desk
from minutebook.context.slot.usefulness import eased
from minutebook.domain.context import FoundPage, Layout, PagedIn, Why
from minutebook.domain.turns import ToolCall, ToolResult, Turn
from minutebook.errors import UsageError
from minutebook.events import Bus, Event
from minutebook.store import changes, contexts, conversations, slots
from minutebook.store.changes import Topic
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

_HINT = "`minutebook context ref` and `/ref` bring pages back; `context slot` lists them."


class Slots:
    """Pages that were brought back, and how they come and go."""

    def __init__(self, database: Database, desk: Desk, bus: Bus | None, clock: Clock) -> None:
        self._database = database
        self._desk = desk
        self._bus = bus
        self._clock = clock

    async def of(self, conversation: str) -> tuple[PagedIn, ...]:
        """Return what was brought back in a conversation, in the order in which it was said."""
        return await self._database.read(partial(slots.of_conversation, conversation=conversation))

    async def refer(self, conversation: str, wanted: Sequence[str]) -> Brought:
        """Bring back what a person names: ids of pages, or `?words`. Raises NotFoundError."""

        def work(tx: Transaction) -> Brought:
            id_, now = conversations.get(tx, conversation).id, self._clock()
            changes.note(tx, Topic.CONVERSATION, id_, now)
            return bringing.refer(tx, self._desk, id_, wanted, Why.PERSON, now)

        brought = await self._database.write(work)
        self._tell(heeding.news(conversation, brought, (), Why.PERSON))
        return brought

    async def let_go(self, conversation: str, wanted: Sequence[str] = ()) -> tuple[str, ...]:
        """Let pages go, all where none is named; return those that were there.

        Raises NotFoundError when the conversation does not exist.
        """

        def work(tx: Transaction) -> tuple[str, ...]:
            id_, now = conversations.get(tx, conversation).id, self._clock()
            changes.note(tx, Topic.CONVERSATION, id_, now)
            return bringing.let_go(tx, id_, wanted, Why.PERSON, now)

        gone = await self._database.write(work)
        self._tell(heeding.news(conversation, Brought(), gone, Why.PERSON))
        return gone

    async def pin(self, conversation: str, page: str) -> bool:
        """Pin a page in the slot, or let the pin go; say whether it is pinned now.

        Raises UsageError for a page that is not in the slot.
        """

        def work(tx: Transaction) -> bool:
            held = slots.of_conversation(tx, conversation)
            fitting = [each for each in held if page and each.page.startswith(page)]
            if len(fitting) != 1:
                said = "is not" if not fitting else "begins the ids of several that are"
                raise UsageError(f"{page} {said} in the slot.", hint=_HINT)
            pinned = replace(fitting[0], is_pinned=not fitting[0].is_pinned)
            slots.put(tx, conversation, pinned)
            changes.note(tx, Topic.CONVERSATION, conversation, self._clock())
            return pinned.is_pinned

        return await self._database.write(work)

    async def recall(self, conversation: str, used_of: Callable[[Transaction, str], int]) -> None:
        """Bring back what matters for what was said last, and tell it; `used_of` returns how many
        tokens the prompt has without such pages.

        The search is done without holding up whoever writes.
        """

        def look(tx: Transaction) -> tuple[Sequence[FoundPage], int] | None:
            found = recalling.looked_for(tx, self._desk, conversation)
            return None if found is None else (found, used_of(tx, conversation))

        looked = await self._database.read(look)
        if looked is None:
            return
        (found, used), now = looked, self._clock()
        events = await self._database.write_relaxed(
            lambda tx: recalling.recall(tx, self._desk, conversation, found, now, used=used)
        )
        self._tell(events)

    async def leave(self, conversation: str) -> None:
        """Let pages go of which every turn was left, unless a person brought or pinned them."""

        def work(tx: Transaction) -> tuple[str, ...]:
            gone = self.left_behind(tx, conversation)
            for page in gone:
                slots.take_out(tx, conversation, page)
            changes.note(tx, Topic.CONVERSATION, conversation, self._clock())
            return gone

        gone = await self._database.write(work)
        self._tell(heeding.news(conversation, Brought(), gone, Why.RECALL))

    def left_behind(self, tx: Transaction, conversation: str) -> tuple[str, ...]:
        """Return the pages that `leave` lets go."""
        held = slots.of_conversation(tx, conversation)
        loose = [e.page for e in held if e.why is not Why.PERSON and not e.is_pinned]
        gone = contexts.left_pages(tx, conversation) if loose else frozenset()
        return tuple(page for page in loose if page in gone)

    async def ease(self, conversation: str, tokens: int) -> None:
        """Let pages go until so many tokens are free, the least useful first: a prompt has to fit.

        A search may bring them back when there is room again.
        """

        def work(tx: Transaction) -> tuple[str, ...]:
            now = self._clock()
            held = slots.beside(tx, conversation, partial(self._seen, tx, conversation))
            gone = tuple(each.page for each in eased(held, tokens, now).left)
            for page in gone:
                slots.take_out(tx, conversation, page)
            changes.note(tx, Topic.CONVERSATION, conversation, now)
            return gone

        gone = await self._database.write(work)
        self._tell(heeding.news(conversation, Brought(), gone, Why.RECALL))

    def told(self, tx: Transaction, layout: Layout) -> str:
        """Return the slot of a layout as a model is shown it, and which of its references led
        nowhere; empty when there is neither."""
        pages = bringing.told(tx, layout.slot, self._desk.zone)
        lost = heeding.lost(tx, self._desk, layout.conversation)
        told = framing.lost((each.reference, each.reason) for each in lost) if lost else ""
        return "\n".join(part for part in (pages, told) if part)

    def heed(self, tx: Transaction, turn: Turn) -> tuple[Event, ...]:
        """Do what the markers of a reply ask for; return what to tell once it is in the store."""
        return heeding.heed(tx, self._desk, turn, self._clock())

    def call(
        self, tx: Transaction, conversation: str, call: ToolCall
    ) -> tuple[ToolResult, tuple[Event, ...]]:
        """Do a call of `recall_page`; return its result, and what to tell of it."""
        return recall_tool.run(tx, self._desk, conversation, call, self._clock())

    def _seen(self, tx: Transaction, conversation: str) -> frozenset[str]:
        layout = contexts.current(tx, conversation)
        return whole_pages(layout, self._desk.sight_of(tx, layout))

    def _tell(self, events: Sequence[Event]) -> None:
        if self._bus is not None:
            for event in events:
                self._bus.publish(event)
