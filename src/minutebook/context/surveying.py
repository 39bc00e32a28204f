"""From the store to a prospect: what of a prompt could leave, and what that would free.

What a person may count on is drawn here: the last exchanges are never touched, and only what lies
on a closed page leaves, since the page is the way back to it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from minutebook.context.sight import SeenTurn, Sight, in_sight
from minutebook.context.tiers import PageInSight, Piece, Prospect, Trimming
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


def survey(tx: Transaction, conversation: str, terms: Terms) -> Survey:
    """Return what could leave the prompt of a conversation."""
    layout = contexts.current(tx, conversation)
    sight = in_sight(tx, layout)
    guard = kept_from(sight, terms.keep_exchanges)
    firm = min(guard, _open_from(sight, conversation))
    found = _closed(tx, sight, guard)
    pinned = _pinned(tx, layout)
    by_page = _by_page(sight)
    return Survey(
        prospect=Prospect(
            budget=terms.budget,
            layout=layout,
            verbatim=terms.fixed + sight.tokens,
            pages=tuple(_page_in_sight(page, by_page[page.id], pinned) for page in found),
            thinking=_thinking(sight, firm),
            replies=_replies(sight, firm),
            turns=_turns(sight, _open_from(sight, conversation)),
        ),
        pages={page.id: page for page in found},
    )


def kept_from(sight: Sight, exchanges: int) -> Place:
    """Return where the last exchanges begin.

    An exchange begins where a person speaks to a model, however many messages that takes; among
    people each message is one.
    """
    left = exchanges
    place = END
    turns = sight.turns
    for number in range(len(turns) - 1, -1, -1):
        if left <= 0:
            break
        if _begins(turns[number], turns[number - 1] if number else None):
            left -= 1
            place = turns[number].place
    return place if left <= 0 else (turns[0].place if turns and exchanges else place)


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
    return max(_LEAST_SUMMARY, min(_EXPECTED_MOST, int(_EXPECTED_SHARE * page.tokens)))


def _begins(turn: SeenTurn, before: SeenTurn | None) -> bool:
    if turn.role is Role.PERSON:
        return True
    return turn.role is Role.USER and (before is None or before.role is not Role.USER)


def _closed(tx: Transaction, sight: Sight, guard: Place) -> list[Page]:
    """Return the closed pages in sight that end before a place, oldest first."""
    late = {turn.page for turn in sight.turns if turn.place >= guard}
    return [pages.get(tx, id_) for id_ in sight.pages if id_ not in late]


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
    page: Page, seen: Iterable[SeenTurn], pinned: frozenset[tuple[str, str]]
) -> PageInSight:
    turns = tuple(seen)
    words = tuple(
        KeptWords(turn=turn.id, tokens=turn.text_tokens, is_pinned=is_pinned)
        for turn in turns
        if turn.text_tokens
        and ((is_pinned := (turn.conversation, turn.key) in pinned) or turn.role in HUMAN_ROLES)
    )
    return PageInSight(
        page=page.id,
        tokens=sum(turn.tokens for turn in turns),
        summary=expected_summary(page),
        words=words,
    )


def _thinking(sight: Sight, guard: Place) -> Trimming | None:
    replies = [turn.place for turn in sight.turns if turn.role is Role.ASSISTANT]
    before = replies[-_REPLIES_THINKING] if len(replies) >= _REPLIES_THINKING else None
    return _trimming(sight, "thinking", before, guard, lambda turn: turn.thinking_tokens)


def _replies(sight: Sight, guard: Place) -> Trimming | None:
    places = [turn.place for turn in sight.turns]
    before = places[-_MESSAGES_WHOLE] if len(places) >= _MESSAGES_WHOLE else None
    return _trimming(sight, "reply", before, guard, lambda turn: turn.freed_by_shortening)


def _turns(sight: Sight, firm: Place) -> Trimming | None:
    return _trimming(sight, "turn", END, firm, lambda turn: turn.tokens)


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
        Piece(turn=turn.id, what=what, page=turn.page, tokens=freed(turn))
        for turn in sight.turns
        if turn.page is not None and turn.place < end and freed(turn) > 0
    )
    return Trimming(before=end, pieces=pieces) if pieces else None
