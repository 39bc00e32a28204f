"""From the store to a prospect: what of a prompt could leave, and what that would free.

What a person may count on is drawn here: the last exchanges are never touched, and only what lies
on a closed page leaves, since the page is the way back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from enum import IntEnum

from minutebook.context.passes.exchanges import (
    current_from,
    exchange_tokens,
    is_small,
    is_waiting,
    kept_from,
    lasting,
)
from minutebook.context.passes.tiers import PageInSight, Piece, Prospect, Trimming, weight
from minutebook.context.passes.words import all_words, with_pins
from minutebook.context.prompt.sight import SeenTurn, Sight, in_sight
from minutebook.domain.chats import MarkKind
from minutebook.domain.context import Budget, KeptWords, Layout, Place
from minutebook.domain.pages import Page, SummaryState
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import HUMAN_ROLES, Role
from minutebook.store import chats, contexts, pages
from minutebook.store.transaction import Transaction
from minutebook.store.turns import END

_REPLIES_THINKING = 4
"""The last replies whose thinking stays."""
_MESSAGES_WHOLE = 8
"""The last messages that are never shortened."""
_SUMMARY_SHARE = 0.5
"""Of what it stands for: no summary is placed that is longer."""
_EXPECTED_SHARE = 0.2
_LEAST_SUMMARY, _EXPECTED_MOST = 24, 400
_NO_SUMMARY = "This page has no summary."
_SUMMARISED = frozenset({SummaryState.STANDIN, SummaryState.FINAL})


_EARLY_SHARE, _LEAST_EARLY = 0.125, 120
"""Of the budget: a page that is closed before it is full, since the window is small."""
_EARLY = "early:"
_EVERYTHING = 2**62


See = Callable[[Transaction, Layout], Sight]
"""Returns what a layout shows, as `in_sight` does, or as it is remembered."""


class Hold(IntEnum):
    """What stays in a prompt word for word, whatever happens."""

    CLOSED = 0
    """The last exchanges, and what lies on no closed page."""
    EXCHANGES = 1
    """The last exchanges: the open page is closed early, up to them."""
    LAST = 2
    """In a small window the last exchange: a pass shall hold for a while."""
    TURN = 3
    """What is to be answered."""
    ENDS = 4
    """The ends of what is to be answered."""


_FREE = Hold.LAST
"""Up to this one nothing leaves that is kept where there is room."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Terms:
    """What a prompt is held against."""

    budget: Budget
    fixed: int = 0
    """Tokens of system prompt, tools and slot."""
    keep_exchanges: int = 4
    """The last ones are never touched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Survey:
    """What there is in a prompt."""

    prospect: Prospect
    pages: dict[str, Page] = field(default_factory=dict)
    """Those that may leave, by id."""


def survey(
    tx: Transaction, conversation: str, terms: Terms, hold: Hold = Hold.CLOSED, see: See = in_sight
) -> Survey:
    """Return what could leave the prompt of a conversation, of what lies on closed pages."""
    layout = contexts.current(tx, conversation)
    return _survey(tx, layout, see(tx, layout), terms, hold)


def foresee(tx: Transaction, conversation: str, terms: Terms, hold: Hold, see: See) -> Survey:
    """Return what `survey` would if the open page were closed as far as a hold lets it be."""
    layout = contexts.current(tx, conversation)
    sight = see(tx, layout)
    if hold is not Hold.CLOSED:
        sight = _closed_early(sight, conversation, _let_go(sight, terms, hold), terms)
    return _survey(tx, layout, sight, terms, hold)


def used(tx: Transaction, conversation: str, terms: Terms, see: See) -> int:
    """Return the tokens of the prompt of a conversation."""
    layout = contexts.current(tx, conversation)
    return terms.fixed + see(tx, layout).tokens + weight(layout)


def exchange_of(tx: Transaction, conversation: str, see: See) -> int:
    """Return how many tokens exchanges of a conversation have on average, of those in sight."""
    return exchange_tokens(see(tx, contexts.current(tx, conversation)))


def to_close(tx: Transaction, conversation: str, terms: Terms, hold: Hold, see: See) -> int:
    """Return the arrival number up to which the open page has to be closed for a hold."""
    sight = see(tx, contexts.current(tx, conversation))
    end = _let_go(sight, terms, hold)
    late = [t.seq for t in sight.turns if t.place >= end and t.conversation == conversation]
    return min(late, default=_EVERYTHING) - 1


def early_tokens(budget: Budget) -> int:
    """Return how large a page is that is closed early, in tokens."""
    return max(_LEAST_EARLY, int(_EARLY_SHARE * budget.tokens))


def _survey(tx: Transaction, layout: Layout, sight: Sight, terms: Terms, hold: Hold) -> Survey:
    conversation = layout.conversation
    layout = _as_pinned_now(tx, layout)
    current = current_from(sight)
    guard = min(kept_from(sight, _exchanges_kept(sight, terms, hold)), current)
    opened = _open_from(sight, conversation)
    firm = min(guard, opened)
    pinned = _pinned(tx, layout)
    groups = _groups(sight, guard, current, hold)
    found = {id_: pages.get(tx, id_) for id_ in sight.pages if not _is_early(id_)}
    free, held = (
        tuple(_page_in_sight(part, found.get(part.page), pinned) for part in parts)
        for parts in groups
    )
    cut_end = min(opened, current) if hold is not Hold.ENDS else opened
    words = all_words(layout)
    return Survey(
        prospect=Prospect(
            budget=terms.budget,
            layout=layout,
            verbatim=terms.fixed + sight.tokens,
            target=_target(terms.budget, sight),
            pages=free,
            held=held,
            thinking=_thinking(sight, firm),
            replies=_replies(sight, firm),
            turns=_turns(sight, cut_end) if hold > _FREE else None,
            homes=_homes(tx, sight, words),
        ),
        pages={page.page: found[page.page] for page in (*free, *held) if page.page in found},
    )


def _as_pinned_now(tx: Transaction, layout: Layout) -> Layout:
    """Return a layout with what is kept word for word as it is pinned now: a person may pin a
    message when its page has left, or let the pin go."""
    ids = [word.turn for word in all_words(layout)]
    return with_pins(layout, frozenset(chats.pinned(tx, min(ids), max(ids)))) if ids else layout


def _exchanges_kept(sight: Sight, terms: Terms, hold: Hold) -> int:
    is_deep = hold >= Hold.LAST and is_small(terms.budget)
    last = 2 if is_waiting(sight) else 1
    return min(last, terms.keep_exchanges) if is_deep else terms.keep_exchanges


def _target(budget: Budget, sight: Sight) -> int | None:
    return lasting(budget, exchange_tokens(sight)) if is_small(budget) else None


def _homes(tx: Transaction, sight: Sight, words: Sequence[KeptWords]) -> dict[int, str]:
    """Return the pages of turns that are in sight, and of those that are kept word for word."""
    told = contexts.said(tx, [word.turn for word in words]) if words else {}
    homes = {turn.id: turn.page for turn in sight.turns if turn.page is not None}
    return homes | {id_: said.page for id_, said in told.items() if said.page is not None}


def _let_go(sight: Sight, terms: Terms, hold: Hold) -> Place:
    """Return where the turns begin that stay whatever happens."""
    match hold:
        case Hold.ENDS:
            return END
        case Hold.TURN:
            return current_from(sight)
        case _:
            kept = kept_from(sight, _exchanges_kept(sight, terms, hold))
            return min(kept, current_from(sight))


def _closed_early(sight: Sight, conversation: str, end: Place, terms: Terms) -> Sight:
    """Return turns as they are when what is open before a place lies on pages closed early."""
    room, tokens, number = early_tokens(terms.budget), 0, 0
    current = current_from(sight)
    told: list[SeenTurn] = []
    for turn in sight.turns:
        if turn.page is None and turn.conversation == conversation and turn.place < end:
            is_full = tokens >= room or turn.tokens >= room or turn.place == current
            if tokens and is_full:
                tokens, number = 0, number + 1
            tokens += turn.tokens
            told.append(replace(turn, page=f"{_EARLY}{number}"))
        else:
            told.append(turn)
    return Sight(turns=tuple(told))


def _is_early(page: str) -> bool:
    return page.startswith(_EARLY)


def placed_text(page: Page) -> str:
    """Return the summary of a page as it is placed: its label, and lines that take up no more than
    half of what the page does. What was pinned stands beside it word for word."""
    lines = [point.text for point in page.summary_points if not point.is_pinned]
    room = max(_LEAST_SUMMARY, int(_SUMMARY_SHARE * page.tokens))
    kept = [page.label] if page.label else []
    for line in lines or page.summary.split("\n"):
        if kept and estimate("\n".join([*kept, line])) > room:
            break
        kept.append(line)
    return "\n".join(kept) or _NO_SUMMARY


def is_summarised(page: Page, *, finally_: bool = False) -> bool:
    """Say whether a page has a summary of what it says now; `finally_` counts no stand-in."""
    states = {SummaryState.FINAL} if finally_ else _SUMMARISED
    return page.summary_hash == page.content_hash and page.summary_state in states


def expected_summary(page: Page) -> int:
    """Return what the summary of a page weighs, or is expected to weigh."""
    if is_summarised(page):
        return estimate(placed_text(page))
    return _expected(page.tokens)


def _expected(tokens: int) -> int:
    return max(_LEAST_SUMMARY, min(_EXPECTED_MOST, int(_EXPECTED_SHARE * tokens)))


@dataclass(frozen=True, slots=True, kw_only=True)
class _Part:
    """Turns of one closed page that may leave together."""

    page: str
    turns: tuple[SeenTurn, ...]
    rest: Place | None
    """Where the turns of it begin that stay; None when there are none."""


def _groups(
    sight: Sight, guard: Place, current: Place, hold: Hold
) -> tuple[list[_Part], list[_Part]]:
    """Return what may leave before the last exchanges, and what may before the current turn.

    A page that holds some of either leaves in part, where the open page may be closed early.
    """
    by_page = _by_page(sight)
    free: list[_Part] = []
    held: list[_Part] = []
    for page, every in by_page.items():
        early = tuple(turn for turn in every if turn.place < guard)
        if early and (len(early) == len(every) or hold is not Hold.CLOSED):
            free.append(_part(page, early, every))
        late = tuple(turn for turn in every if guard <= turn.place < current)
        if late and hold > _FREE:
            held.append(_part(page, late, every))
    return free, held


def _part(page: str, leaving: tuple[SeenTurn, ...], every: Sequence[SeenTurn]) -> _Part:
    rest = next((turn.place for turn in every if turn.place > leaving[-1].place), None)
    return _Part(page=page, turns=leaving, rest=rest)


def _by_page(sight: Sight) -> dict[str, list[SeenTurn]]:
    found: dict[str, list[SeenTurn]] = {}
    for turn in sight.turns:
        if turn.page is not None:
            found.setdefault(turn.page, []).append(turn)
    return found


def _pinned(tx: Transaction, layout: Layout) -> frozenset[tuple[str, str]]:
    """Return what is pinned in the conversations of a layout, by conversation and key."""
    return frozenset(
        (conversation, key)
        for conversation in {span.conversation for span in layout.spans}
        for key, kind in chats.marked(tx, conversation)
        if kind is MarkKind.PIN
    )


def _page_in_sight(
    part: _Part, page: Page | None, pinned: frozenset[tuple[str, str]]
) -> PageInSight:
    turns = part.turns
    words = tuple(
        KeptWords(turn=turn.id, tokens=turn.text_tokens, is_pinned=is_pinned)
        for turn in turns
        if turn.text_tokens
        and ((is_pinned := (turn.conversation, turn.key) in pinned) or turn.role in HUMAN_ROLES)
    )
    tokens = sum(turn.tokens for turn in turns)
    return PageInSight(
        page=part.page,
        tokens=tokens,
        summary=_expected(tokens) if page is None else expected_summary(page),
        words=words,
        turns=frozenset(turn.id for turn in turns),
        rest=part.rest,
    )


def _thinking(sight: Sight, guard: Place) -> Trimming | None:
    replies = [turn.place for turn in sight.turns if turn.role is Role.ASSISTANT]
    before = replies[-_REPLIES_THINKING] if len(replies) >= _REPLIES_THINKING else None
    return _trimming(sight, "thinking", before, guard, lambda turn: turn.thinking_tokens)


def _replies(sight: Sight, guard: Place) -> Trimming | None:
    places = [turn.place for turn in sight.turns]
    before = places[-_MESSAGES_WHOLE] if len(places) >= _MESSAGES_WHOLE else None
    return _trimming(sight, "reply", before, guard, lambda turn: turn.freed_by_shortening)


def _turns(sight: Sight, end: Place) -> Trimming | None:
    return _trimming(sight, "turn", END, end, lambda turn: turn.tokens)


def _open_from(sight: Sight, conversation: str) -> Place:
    """Return where the turns begin that will lie on a page which is not closed yet.

    Turns of another conversation are read as of a moment: theirs stay as they are.
    """
    opened = (t.place for t in sight.turns if t.page is None and t.conversation == conversation)
    sort_at, seq = sight.turns[-1].place if sight.turns else END
    return next(opened, (sort_at, seq + 1))


def _trimming(
    sight: Sight,
    what: str,
    before: Place | None,
    guard: Place,
    freed: Callable[[SeenTurn], int],
) -> Trimming | None:
    """Return what can be trimmed before a place.

    What is said later is never meant: it would change in sight when its page closes.
    """
    if before is None or not sight.turns:
        return None
    end = min(before, guard)
    pieces = tuple(
        Piece(
            turn=turn.id,
            what=what,
            page=turn.page,
            tokens=freed(turn),
            whole=turn.uncut_tokens,
        )
        for turn in sight.turns
        if turn.page is not None and turn.place < end and freed(turn) > 0
    )
    return Trimming(before=end, pieces=pieces) if pieces else None
