"""Bring pages back into the slot of a conversation, and let them go.

All of it is one transaction of whoever asks: the reply that refers to a page and the page in the
slot are in the store together, or neither is.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo
from typing import Final

from minutebook.context.prompt.sight import Sight, in_sight, whole_pages
from minutebook.context.slot import excerpts
from minutebook.context.slot.usefulness import SlotRoom, fitted
from minutebook.domain.context import FoundPage, Layout, PagedIn, Why
from minutebook.domain.pages import Page
from minutebook.domain.snapshots import HeldPage
from minutebook.domain.turns import Turn
from minutebook.errors import NotFoundError
from minutebook.llm import passages, prompting
from minutebook.llm.protocol import Passage
from minutebook.store import contexts, conversations, pages, slots, turns
from minutebook.store.spans import ranges_of
from minutebook.store.transaction import Transaction

FindPages = Callable[[Transaction, str, int], Sequence[FoundPage]]
"""Looks for pages with some words, at most so many, the best first."""


RecallPages = Callable[[Transaction, str, int, frozenset[int]], Sequence[FoundPage]]
"""Looks for pages that matter for what was said, beside turns that are shown, by their ids."""


def find_nothing(
    tx: Transaction, words: str, limit: int, shown: frozenset[int] = frozenset()
) -> Sequence[FoundPage]:
    """Find no page, where there is no search."""
    return ()


_ID: Final = re.compile(r"pg_[0-9a-f]{4,64}")
_BY_WORDS: Final = 2
"""Pages that a reference by words brings, at most."""
_LOOKED_AT: Final = 10
"""Pages that are looked at for a reference by words: the first may be in sight."""
_STRENGTH: Final = (Why.RECALL, Why.MODEL, Why.PERSON)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """A page that somebody wants back."""

    page: str
    why: Why
    words: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A reference that leads nowhere."""

    reference: str
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Brought:
    """What came of references."""

    pages: tuple[PagedIn, ...] = ()
    """What is in the slot because of them."""
    seen: tuple[str, ...] = ()
    """Pages that stand in sight word for word anyway."""
    left: tuple[PagedIn, ...] = ()
    """What had to leave the slot for them."""
    unresolved: tuple[Unresolved, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Desk:
    """What pages are brought back with."""

    find: FindPages
    """Looks for words as somebody types them."""
    recall: RecallPages
    """Looks for what matters for something that was said."""
    room_of: Callable[[Transaction, str], SlotRoom]
    """How much room a conversation has."""
    zone: tzinfo
    sight_of: Callable[[Transaction, Layout], Sight] = in_sight
    """Returns what a layout shows, of what is committed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """Where pages are brought back to."""

    conversation: str
    seen: frozenset[str]
    """Pages that stand in sight word for word."""
    now: datetime
    used: int | None = None
    """Tokens of the prompt, where it matters."""


def ground_of(
    tx: Transaction,
    conversation: str,
    now: datetime,
    sight_of: Callable[[Transaction, Layout], Sight] = in_sight,
) -> Ground:
    """Return how things stand in a conversation."""
    layout = contexts.current(tx, conversation)
    seen = whole_pages(layout, sight_of(tx, layout))
    return Ground(conversation=conversation, seen=seen, now=now)


def refer(
    tx: Transaction, desk: Desk, conversation: str, wanted: Sequence[str], why: Why, now: datetime
) -> Brought:
    """Bring back what references name: ids of pages, beginnings of ids, or `?words`."""
    wishes: list[Wish] = []
    lost: list[Unresolved] = []
    if not wanted:
        return Brought()
    ground = ground_of(tx, conversation, now)
    for reference in dict.fromkeys(wanted):
        found = _resolved(tx, desk, reference, why, ground.seen)
        if isinstance(found, Unresolved):
            lost.append(found)
        else:
            wishes += found
    brought = bring(tx, desk, ground, wishes)
    return replace(brought, unresolved=(*lost, *brought.unresolved))


def bring(tx: Transaction, desk: Desk, ground: Ground, wishes: Sequence[Wish]) -> Brought:
    """Put pages into the slot; what is least useful leaves it where there is no room."""
    if not wishes:
        return Brought()
    conversation, seen, now = ground.conversation, ground.seen, ground.now
    room = desk.room_of(tx, conversation)
    if ground.used is not None:
        room = room.beside(ground.used)
    before = {each.page: each for each in slots.of_conversation(tx, conversation)}
    changed: dict[str, PagedIn] = {}
    for wish in wishes:
        if wish.why is not Why.RECALL:
            slots.welcome(tx, conversation, wish.page)
        if wish.page in seen:
            continue
        old = changed.get(wish.page) or before.get(wish.page)
        changed[wish.page] = _paged(tx, desk, wish, old, now)
    fits = fitted([*(before | changed).values()], room, now)
    stays = {each.page for each in fits.kept}
    _keep(tx, conversation, fits.kept, before, now)
    for each in fits.left:
        slots.take_out(tx, conversation, each.page)
    return Brought(
        pages=tuple(each for each in fits.kept if each.page in changed),
        seen=tuple(dict.fromkeys(wish.page for wish in wishes if wish.page in seen)),
        left=tuple(each for each in fits.left if each.page in before),
        unresolved=tuple(
            Unresolved(reference=page, reason="there is no room beside what is pinned or used more")
            for page in changed
            if page not in stays
        ),
    )


def let_go(
    tx: Transaction, conversation: str, wanted: Sequence[str], by: Why, now: datetime
) -> tuple[str, ...]:
    """Take pages out of the slot, all of them where none is named; return those it held.

    No search brings them back by itself. What a person pinned, only a person lets go.
    """
    held = slots.of_conversation(tx, conversation)
    named = {page for reference in wanted for page in _named(tx, held, reference)}
    going = [
        each.page
        for each in held
        if (not wanted or each.page in named) and (by is Why.PERSON or not each.is_pinned)
    ]
    pinned = {each.page for each in held} - set(going)
    for page in dict.fromkeys([*going, *(named - pinned)]):
        slots.take_out(tx, conversation, page)
        slots.release(tx, conversation, page, now)
    return tuple(going)


def told(tx: Transaction, slot: Sequence[PagedIn], zone: tzinfo) -> str:
    """Return the pages of a slot as a model is shown them; empty for none.

    A page that has gone from the record is left out.
    """
    shown = [
        excerpts.shown(each, _passages(tx, page, zone))
        for each in slot
        if (page := _page(tx, each.page)) is not None
    ]
    return prompting.pages_brought_back(shown) if shown else ""


def held(tx: Transaction, slot: Sequence[PagedIn]) -> tuple[HeldPage, ...]:
    """Return the pages of a slot with the turns of them that are shown now."""
    return tuple(
        HeldPage(paged=each, read=ranges_of(turn.seq for turn in _read(tx, page)))
        for each in slot
        if (page := _page(tx, each.page)) is not None
    )


def told_then(slot: Sequence[HeldPage], said: Sequence[Sequence[Passage]]) -> str:
    """Return pages as `told` did when they were in the slot, from their turns of then."""
    shown = [excerpts.shown(each.paged, run) for each, run in zip(slot, said, strict=True)]
    return prompting.pages_brought_back(shown) if shown else ""


def passages_then(tx: Transaction, each: HeldPage, zone: tzinfo) -> tuple[Passage, ...]:
    """Return the turns of a page that were shown when it was in the slot."""
    page = pages.get(tx, each.paged.page)
    read = [
        turn
        for first, last in each.read
        for turn in turns.by_seq(tx, page.conversation, first, last)
    ]
    return _as_passages(tx, page, read, zone)


def unresolved(tx: Transaction, desk: Desk, wanted: Sequence[str]) -> list[Unresolved]:
    """Return those references that lead nowhere. Changes nothing."""
    found = (_resolved(tx, desk, each, Why.MODEL, frozenset()) for each in dict.fromkeys(wanted))
    return [each for each in found if isinstance(each, Unresolved)]


def _resolved(
    tx: Transaction, desk: Desk, reference: str, why: Why, seen: frozenset[str]
) -> list[Wish] | Unresolved:
    words = reference.removeprefix("?").strip()
    if reference.startswith("?"):
        every = desk.find(tx, words, _LOOKED_AT)
        if not every:
            return Unresolved(reference=reference, reason="no closed page has these words")
        found = [each for each in every if each.page not in seen][:_BY_WORDS] or every[:1]
        reason = f"looked for: {words}"
        return [Wish(page=each.page, why=why, words=words, reason=reason) for each in found]
    page = _page(tx, reference)
    if page is None:
        return Unresolved(reference=reference, reason="there is no such page, or more than one")
    return [Wish(page=page.id, why=why, reason="referred to by its id")]


def _page(tx: Transaction, reference: str) -> Page | None:
    if _ID.fullmatch(reference) is None:
        return None
    try:
        return pages.get(tx, reference)
    except NotFoundError:
        return None


def _named(tx: Transaction, held: Sequence[PagedIn], reference: str) -> list[str]:
    """Return the pages that an id or its beginning names: those in the slot, else of the record."""
    if _ID.fullmatch(reference) is None:
        return []
    fitting = [each.page for each in held if each.page.startswith(reference)]
    page = None if fitting else _page(tx, reference)
    return fitting if page is None else [page.id]


def _paged(tx: Transaction, desk: Desk, wish: Wish, old: PagedIn | None, now: datetime) -> PagedIn:
    page = pages.get(tx, wish.page)
    is_recalled = wish.why is Why.RECALL
    referred = 0 if is_recalled else 1
    paged = PagedIn(
        page=page.id,
        tokens=0,
        why=wish.why,
        reason=wish.reason,
        words=wish.words,
        references=referred,
        last_at=now,
    )
    if old is not None:
        is_stronger = _STRENGTH.index(wish.why) >= _STRENGTH.index(old.why)
        paged = replace(
            paged if is_stronger else old,
            references=old.references + referred,
            words=wish.words or old.words,
            is_pinned=old.is_pinned,
            last_at=now,
        )
    tokens = excerpts.whole_tokens(paged, _passages(tx, page, desk.zone))
    return replace(paged, tokens=max(tokens, 1))


def _keep(
    tx: Transaction,
    conversation: str,
    kept: Sequence[PagedIn],
    before: dict[str, PagedIn],
    now: datetime,
) -> None:
    for each in kept:
        old = before.get(each.page)
        if each == old:
            continue
        slots.put(tx, conversation, each)
        if old is None or each.references > old.references:
            slots.access(tx, each.page, now)


def _passages(tx: Transaction, page: Page, zone: tzinfo) -> tuple[Passage, ...]:
    return _as_passages(tx, page, _read(tx, page), zone)


def _read(tx: Transaction, page: Page) -> list[Turn]:
    """Return the turns of a page; those that were left only where there are no others."""
    every = turns.by_seq(tx, page.conversation, page.first_seq, page.last_seq)
    return [turn for turn in every if turn.is_active] or every


def _as_passages(
    tx: Transaction, page: Page, read: Sequence[Turn], zone: tzinfo
) -> tuple[Passage, ...]:
    is_live = conversations.get(tx, page.conversation).is_live
    return passages.of_turns(read, zone, is_live=is_live)
