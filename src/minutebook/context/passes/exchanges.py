"""The exchanges in sight: where they begin, and for how many of them a pass makes room.

A window of a few thousand tokens is full again after some exchanges of ordinary size. There a pass
goes deeper at once, so that it holds for a while. How long has a bound: instructions and tools,
the story and what people said have their shares whatever leaves. With a window of 4,096 tokens
(3,072 of them for the prompt) they are some 1,900, so 500 are free below the mark of 80 %.
"""

from __future__ import annotations

from minutebook.context.passes.tiers import low_mark
from minutebook.context.prompt.sight import SeenTurn, Sight
from minutebook.domain.context import Budget, Place
from minutebook.domain.turns import Role
from minutebook.store.turns import END

_SMALL = 8_000
"""Tokens of a budget below which the last exchanges give way to what is said next."""
_HOLDS_FOR = 10
"""Exchanges that a pass in a small window makes room for."""
_LEAST_TARGET = 0.25
"""Of the budget: no pass goes further for what is said later."""


def is_small(budget: Budget) -> bool:
    """Say whether a window is so small that exchanges of ordinary size fill it soon."""
    return budget.tokens < _SMALL


def lasting(budget: Budget, exchange: int, exchanges: int = _HOLDS_FOR) -> int:
    """Return below how many tokens a pass in a small window leaves room for some exchanges.

    `exchange` is how many tokens exchanges have on average.
    """
    target = int(budget.high * budget.tokens) - exchanges * exchange
    return min(low_mark(budget), max(target, int(_LEAST_TARGET * budget.tokens)))


def exchange_tokens(sight: Sight) -> int:
    """Return how many tokens the exchanges in sight have on average, the current one apart."""
    begins = [n for n, t in enumerate(sight.turns) if _begins(t, sight.turns[n - 1] if n else None)]
    whole = sight.turns[: begins[-1]] if len(begins) > 1 else sight.turns
    return sum(turn.tokens for turn in whole) // max(1, len(begins) - 1)


def current_from(sight: Sight) -> Place:
    """Return where the current turn begins: what is to be answered, with its call."""
    at = len(sight.turns) - 1
    while at > 0 and sight.turns[at].role is Role.TOOL:
        at -= 1
    return sight.turns[at].place if sight.turns else END


def is_waiting(sight: Sight) -> bool:
    """Say whether the last exchange waits for its answer."""
    return bool(sight.turns) and sight.turns[-1].role in {Role.USER, Role.TOOL}


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


def _begins(turn: SeenTurn, before: SeenTurn | None) -> bool:
    if turn.role is Role.PERSON:
        return True
    return turn.role is Role.USER and (before is None or before.role is not Role.USER)
