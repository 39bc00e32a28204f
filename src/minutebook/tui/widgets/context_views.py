"""The view of what a model is shown: layers as bars, costs, and what was brought back."""

from __future__ import annotations

from decimal import Decimal
from textwrap import wrap
from typing import TYPE_CHECKING

from minutebook.errors import ModelUnavailableError, NotFoundError
from minutebook.tui.widgets import gauge
from minutebook.tui.widgets.facts import Forms
from minutebook.tui.widgets.inked import Ink, Inked, Line, Side, Span, line
from minutebook.tui.widgets.row_list import ListRow
from minutebook.tui.wording import dollars, short_time

if TYPE_CHECKING:
    from datetime import datetime

    from minutebook.domain.context import Budget, LayerSize, PagedIn, PromptSizes
    from minutebook.domain.inspection import CacheUse, NextTurn
    from minutebook.engine import Engine

_NAME, _NUMBERS = 12, 45
_FEWEST, _MOST = 10, 48
"""Cells of the bars."""
_NOTICE_LINES = 4
_HELD = "\N{NO-BREAK SPACE}"
"""Stands where no line may break."""
_WHY = {"model": "the model asked for it", "person": "you asked for it"}


async def facts(engine: Engine, conversation: str, width: int) -> Forms:
    """Return how full the next prompt is, and what it may cost; in so many columns.

    Where a line for each layer has no room, all of them share a few, and what matters least stands
    last.
    """
    if not conversation:
        return Forms()
    looks = engine.context.looks
    try:
        sizes = await engine.context.show(conversation)
    except ModelUnavailableError as error:
        return Forms.only([line(str(error), Ink.WARNING)])
    cells = max(_FEWEST, min(_MOST, width - _NAME - _NUMBERS))
    room = _thresholds(sizes.budget, engine)
    costs = (
        _next(await looks.next_turn(conversation)),
        _cache(await looks.cache_use(conversation)),
    )
    notice = _notice(sizes.notice, width)
    layers = [_layer(each, sizes, cells) for each in sizes.layers]
    return Forms(
        whole=(_whole(sizes, cells), *layers, room, *costs, *notice),
        dense=(*_dense(sizes, width), *costs, room, *notice),
    )


async def rows(engine: Engine, conversation: str, now: datetime) -> list[ListRow]:
    """Return the pages that were brought back, and why each is there."""
    if not conversation:
        return []
    held = await engine.context.slots.of(conversation)
    return [_held(each, await _label(engine, each.page), now) for each in held]


def percent(tokens: int, of: int) -> str:
    """Return a share; a dash where there is nothing to have a share of."""
    return f"{tokens / of:.0%}".replace("%", " %") if of else "–"


def cost_of(amount: Decimal | None) -> str:
    """Return an estimated price."""
    return "no price is known" if amount is None else f"about {dollars(amount)}"


def _whole(sizes: PromptSizes, cells: int) -> Line:
    budget = gauge.budget_of(sizes)
    tokens = budget.tokens if budget else 0
    of = f"of {tokens:,} tokens" if budget else "of what its server will say"
    return Line(
        left=(
            *_numbers("the prompt", sizes.used, tokens, gauge.ink_of(sizes)),
            *gauge.bar(sizes.layers, budget, cells),
        ),
        right=(Span(text=of, ink=Ink.NOTE),),
        shortened=Side.RIGHT,
    )


def _dense(sizes: PromptSizes, width: int) -> list[Line]:
    """Return the prompt as a bar, and behind it the layers that there are in as few lines as they
    take up."""
    budget = gauge.budget_of(sizes)
    share = Span(
        text=f"{percent(sizes.used, budget.tokens if budget else 0):>5} ", ink=gauge.ink_of(sizes)
    )
    bar = gauge.bar(sizes.layers, budget, _FEWEST)
    of = f"  {sizes.used:,} of {budget.tokens:,} tokens" if budget else f"  {sizes.used:,} tokens"
    told = [f"{each.layer.value} {each.tokens:,}" for each in sizes.layers if each.tokens]
    whole = " ".join(each.replace(" ", _HELD) + f"{_HELD}·" for each in told)
    room = max(_FEWEST, width - 2 * Inked.MARGIN)
    lines = [each.removesuffix(f"{_HELD}·").replace(_HELD, " ") for each in wrap(whole, room)]
    return [
        Line(left=(share, *bar, Span(text=of, ink=Ink.NOTE))),
        *(line(each) for each in lines),
    ]


def _layer(size: LayerSize, sizes: PromptSizes, cells: int) -> Line:
    held_against = gauge.budget_of(sizes)
    budget = held_against.tokens if held_against else 0
    full = min(cells, -(-cells * size.tokens // budget)) if budget else 0
    ink = Ink.PLAIN if size.tokens else Ink.FAINT
    shown = Span(text=gauge.SHADES[size.layer] * full, ink=Ink.NOTE)
    return Line(left=(*_numbers(size.layer.value, size.tokens, budget, ink), shown))


def _numbers(name: str, tokens: int, budget: int, ink: Ink) -> tuple[Span, ...]:
    share = Span(text=f"{percent(tokens, budget):>7}  ", ink=Ink.NOTE)
    return _name(name), Span(text=f"{tokens:>9,}", ink=ink), share


def _thresholds(budget: Budget, engine: Engine) -> Line:
    low, high, emergency = (
        percent(round(share * 100), 100) for share in (budget.low, budget.high, budget.emergency)
    )
    mode = engine.settings.context.compaction.value
    recall = "on" if engine.context.recalls else "off"
    said = f"recall {recall} · {mode}"
    more = f": from {high} down to {low}, hard from {emergency}, {budget.reserve:,} for the answer"
    return Line(left=(_name("room"), Span(text=said), Span(text=more, ink=Ink.NOTE)))


def _next(turn: NextTurn) -> Line:
    if turn.cost == 0:
        return Line(left=(_name("next turn"), Span(text=f"{turn.model} is free", ink=Ink.NOTE)))
    fresh = turn.prompt_tokens - turn.cached_tokens
    said = f" · {turn.cached_tokens:,} tokens cached, {fresh:,} new"
    if turn.cost is not None and turn.cost_cold != turn.cost:
        said += f" · {cost_of(turn.cost_cold)} without the cache"
    return Line(
        left=(
            _name("next turn"),
            Span(text=cost_of(turn.cost)),
            Span(text=said, ink=Ink.NOTE),
        )
    )


def _cache(use: CacheUse) -> Line:
    if not use.calls:
        return Line(left=(_name("cache"), Span(text="no call is on the ledger yet", ink=Ink.NOTE)))
    share = percent(use.read_tokens, use.prompt_tokens)
    prompts = "prompt" if use.calls == 1 else f"{use.calls} prompts"
    said = f" of the last {prompts} was read from the provider's cache"
    return Line(left=(_name("cache"), Span(text=share), Span(text=said, ink=Ink.NOTE)))


def _notice(text: str, width: int) -> list[Line]:
    """Return what passes cannot reach, in as many lines as it takes up, up to a few."""
    room = max(_FEWEST, width - 2 * Inked.MARGIN)
    lines = wrap(text, room, max_lines=_NOTICE_LINES, placeholder=" …")
    return [line(each, Ink.WARNING) for each in lines]


def _held(paged: PagedIn, label: str, now: datetime) -> ListRow:
    why = _WHY.get(paged.why.value, "")
    reason = ", ".join(part for part in (why, paged.reason) if part)
    pin = Span(text="pinned  ", ink=Ink.ACCENT) if paged.is_pinned else Span(text="")
    head = Line(
        left=(Span(text=f"{paged.page[:11]}  ", ink=Ink.NOTE), Span(text=label)),
        right=(pin, Span(text=f"{paged.tokens:,} tokens", ink=Ink.NOTE)),
    )
    below = Line(
        left=(Span(text=f"  {reason}", ink=Ink.NOTE),),
        right=(Span(text=short_time(paged.last_at, now), ink=Ink.FAINT),),
    )
    return ListRow(id=paged.page, lines=(head, below))


async def _label(engine: Engine, page: str) -> str:
    try:
        return (await engine.library.page(page)).page.label
    except NotFoundError:
        return "This page is gone."


def _name(text: str) -> Span:
    return Span(text=f"{text:<{_NAME}}", ink=Ink.NOTE)
