"""What an order is about, read from the record and put as a request.

Turns are numbered by their place of arrival on the page, whatever part of it is shown, so that a
number means the same turn in every part, and still does when the answer comes a day later.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import tzinfo

from minutebook.batches.opinions import has_opinions, remembered
from minutebook.batches.page_reading import PageReading
from minutebook.domain.batches import Order, Part
from minutebook.domain.conversations import Conversation
from minutebook.domain.pages import Page
from minutebook.domain.turns import Role, Turn
from minutebook.llm import passages, prompting, prompts
from minutebook.llm.protocol import Attribution, Material, Passage, Request, Task
from minutebook.store import chats, conversations, orders, pages, turns
from minutebook.store.transaction import Transaction

MAX_TOKENS = 1_024
_MOST_TOKENS = 8_192
EPHEMERAL = "@@ephemeral@@"
"""A line with this mark is not worth remembering, its author says; for replies see `opinions`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderReading:
    """An order with all that a request for it needs."""

    order: Order
    page: PageReading
    parts: tuple[Order, ...] = ()
    """Its parts, when it was split."""

    @property
    def is_stale(self) -> bool:
        """Whether the page says something else by now."""
        return self.page.page.content_hash != self.order.content_hash


def read_page(tx: Transaction, page: str) -> PageReading:
    """Return a page with its turns. Raises NotFoundError."""
    found = pages.get(tx, page)
    return _reading(tx, found, conversations.get(tx, found.conversation))


def read_orders(tx: Transaction, found: Sequence[Order]) -> list[OrderReading | None]:
    """Return orders with their pages; None for those whose page has gone.

    What many of them share is read once.
    """
    by_id = {page.id: page for page in pages.of_ids(tx, {order.page for order in found})}
    names = {page.conversation for page in by_id.values()}
    inside = {name: conversations.get(tx, name) for name in names}
    readings = {page.id: _reading(tx, page, inside[page.conversation]) for page in by_id.values()}
    parts = orders.parts_of(tx, [order.id for order in found])
    return [
        OrderReading(order=order, page=reading, parts=tuple(parts.get(order.id, ())))
        if (reading := readings.get(order.page)) is not None
        else None
        for order in found
    ]


def _reading(tx: Transaction, page: Page, conversation: Conversation) -> PageReading:
    every = turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq)
    shown = [turn for turn in every if turn.is_active] or every
    return PageReading(
        page=page,
        turns=tuple(replace(turn, page=page.id) for turn in shown),
        is_live=conversation.is_live,
        pinned=_pinned(tx, shown),
        title=conversation.title,
    )


def passages_of(reading: PageReading, part: Part, zone: tzinfo) -> tuple[Passage, ...]:
    """Return what a model is shown of a part of a page, numbered."""
    shown: list[Passage] = []
    whole = {turn.key: turn for turn in reading.turns}
    for turn in reading.within(part):
        told = _remembered(whole[turn.key], turn, part) if has_opinions(turn, reading) else turn
        found = passages.of_turns([told], zone, is_live=reading.is_live)
        shown += [_numbered(each, reading.number(turn)) for each in found]
    return tuple(passage for passage in shown if passage.text.strip())


def request_for(reading: OrderReading, zone: tzinfo, *, job: int | None = None) -> Request:
    """Return the request for an order: for its summary, or for one of those of its parts."""
    order = reading.order
    request = summary_request(reading.page, order.part, zone)
    if reading.parts:
        request = replace(
            request,
            system=prompts.merge_summaries(),
            messages=prompting.parts_messages([part.result for part in reading.parts]),
        )
    return replace(
        request,
        max_tokens=min(MAX_TOKENS * 2 ** min(order.attempts, 3), _MOST_TOKENS),
        attribution=Attribution(
            conversation=order.conversation,
            subject=order.page,
            job=job or order.job,
            correlation=order.correlation,
        ),
    )


def summary_request(reading: PageReading, part: Part, zone: tzinfo) -> Request:
    """Return the request for a summary of a part of a page."""
    told = passages_of(reading, part, zone)
    material = Material(passages=told, title=reading.title)
    return Request(
        task=Task.SUMMARISE,
        system=prompts.system(Task.SUMMARISE),
        messages=prompting.summary_messages(material),
        material=material,
        max_tokens=MAX_TOKENS,
    )


def numbered(reading: PageReading) -> dict[int, str]:
    """Return the keys of the turns of a page by their numbers."""
    return {reading.number(turn): turn.key for turn in reading.turns}


def is_talked_on(turns_: Sequence[Turn], *, is_live: bool) -> bool:
    """Say whether somebody talks on what a page is about right now."""
    return is_live or (bool(turns_) and turns_[-1].origin.value == "live")


def _pinned(tx: Transaction, shown: Iterable[Turn]) -> frozenset[str]:
    keys = {turn.id: turn.key for turn in shown}
    found = chats.pinned(tx, min(keys, default=0), max(keys, default=0))
    return frozenset(keys[turn] for turn in found if turn in keys)


def _remembered(whole: Turn, turn: Turn, part: Part) -> Turn:
    """Return a reply, or the part of it, without the lines that it calls ephemeral."""
    end = part.end or len(whole.content.text)
    text = remembered(whole, part.start if part.end else 0, end)
    return replace(turn, content=replace(turn.content, text=text))


def _numbered(passage: Passage, number: int) -> Passage:
    """Return what is told of a turn with its number; people's lines of the moment are left out."""
    if EPHEMERAL not in passage.text or passage.role is Role.ASSISTANT:
        return replace(passage, number=number)
    kept = [line for line in passage.text.split("\n") if EPHEMERAL not in line]
    return replace(passage, number=number, text="\n".join(kept))
