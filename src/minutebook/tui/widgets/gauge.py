"""How full a prompt is, as characters: layers by shade, thresholds as marks between the cells.

A gauge has the same width whatever it shows, so that nothing beside it moves. Shades, marks and the
number tell everything; a colour only repeats what the number says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minutebook.domain.context import Layer
from minutebook.tui.widgets.inked import Ink, Span

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minutebook.domain.context import Budget, LayerSize, PromptSizes

CELLS = 10
"""Of the gauge in the lower bar."""
SHADES = {
    Layer.SYSTEM: "█",
    Layer.STORY: "█",
    Layer.SUMMARIES: "▓",
    Layer.RECENT: "▒",
    Layer.SLOT: "░",
    Layer.CURRENT: "░",
}
"""The more stable, the darker."""
_FREE, _MARK, _BEYOND = "·", "╎", "!"
_MOST = 999
_OPENS = "screen.show_view('context')"


def glance(sizes: PromptSizes | None, *, is_roomy: bool) -> tuple[Span, ...]:
    """Return the gauge of the lower bar: with its bar where there is room for one."""
    spans = [Span(text="Context ", ink=Ink.NOTE, action=_OPENS)]
    if is_roomy:
        layers, budget = (sizes.layers, budget_of(sizes)) if sizes else ((), None)
        spans += [*bar(layers, budget, CELLS, action=_OPENS), Span(text=" ")]
    spans.append(Span(text=percent(sizes), ink=ink_of(sizes), action=_OPENS))
    return tuple(spans)


def percent(sizes: PromptSizes | None) -> str:
    """Return the share of the budget in five cells; no number where nobody knows what fits."""
    if sizes is None:
        return "  –  "
    if sizes.is_assumed:
        return "  ? %"
    return f"{min(_MOST, round(100 * sizes.share)):>3} %"


def budget_of(sizes: PromptSizes) -> Budget | None:
    """Return the budget to hold a prompt against, if it is more than a guess."""
    return None if sizes.is_assumed else sizes.budget


def ink_of(sizes: PromptSizes | None) -> Ink:
    """Return the ink of the share: it repeats which thresholds are passed."""
    if sizes is None or sizes.is_assumed:
        return Ink.FAINT
    if sizes.share >= sizes.budget.emergency:
        return Ink.WARNING
    return Ink.KEY if sizes.share >= sizes.budget.high else Ink.PLAIN


def bar(
    layers: Sequence[LayerSize], budget: Budget | None, cells: int, *, action: str = ""
) -> list[Span]:
    """Return layers against a budget as so many cells and three marks, always as many characters.

    A prompt beyond its budget fills every cell, and the last one says so.
    """
    tokens = budget.tokens if budget else 0
    filled = shaded(layers, tokens, cells)
    if sum(size.tokens for size in layers) > tokens > 0:
        filled = filled[:-1] + _BEYOND
    marks = sorted(round(cells * share) for share in _thresholds(budget))
    spans: list[Span] = []
    begun = 0
    for end in [*marks, cells]:
        piece = filled[begun:end]
        full = len(piece.rstrip(_FREE))
        spans.append(Span(text=piece[:full], ink=Ink.NOTE, action=action))
        spans.append(Span(text=piece[full:], ink=Ink.FAINT, action=action))
        begun = end
        if len(spans) < 2 * len(marks) + len(marks):
            spans.append(Span(text=_MARK, ink=Ink.FAINT, action=action))
    return spans


def shaded(layers: Sequence[LayerSize], tokens: int, cells: int) -> str:
    """Return layers as cells of their shades, and the free ones behind them."""
    text, seen = "", 0
    for size in layers:
        seen += size.tokens
        end = min(cells, round(cells * seen / tokens)) if tokens else 0
        text += SHADES[size.layer] * (end - len(text))
    return text + _FREE * (cells - len(text))


def _thresholds(budget: Budget | None) -> tuple[float, float, float]:
    return (budget.low, budget.high, budget.emergency) if budget else (0.6, 0.8, 0.9)
