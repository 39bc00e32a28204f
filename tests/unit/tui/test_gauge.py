"""The gauge: always as wide, its marks where they belong, legible without colours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minutebook.domain.context import (
    Budget,
    Layer,
    LayerSize,
    Left,
    Pass,
    PassState,
    PromptSizes,
    Tier,
    Trigger,
)
from minutebook.tui.passing import told
from minutebook.tui.widgets.gauge import bar, glance, ink_of, percent
from minutebook.tui.widgets.inked import Ink


def sizes_of(*tokens: int, window: int = 1_100) -> PromptSizes:
    """Return a prompt of a thousand tokens that has so many in its layers."""
    layers = tuple(
        LayerSize(layer=layer, tokens=each) for layer, each in zip(Layer, tokens, strict=False)
    )
    budget = Budget(window=window, reserve=100)
    return PromptSizes(model="m", budget=budget, layers=layers, revision=0)


def shown(sizes: PromptSizes | None, *, is_roomy: bool = True) -> str:
    return "".join(span.text for span in glance(sizes, is_roomy=is_roomy))


def test_layers_and_thresholds_are_told_apart() -> None:
    """Each layer has a shade, the thresholds are marks, and the share is a number."""
    assert shown(sizes_of(100, 100, 100, 300)) == "Context ██▓▒▒▒╎··╎·╎·  60 %"
    assert shown(sizes_of(200, 0, 200, 300, 200)) == "Context ██▓▓▒▒╎▒░╎░╎·  90 %"
    assert shown(sizes_of(2_000)) == "Context ██████╎██╎█╎! 200 %"
    assert shown(None) == "Context ······╎··╎·╎·   –  "


@given(st.lists(st.integers(0, 10**7), max_size=6), st.integers(0, 10**6), st.booleans())
def test_nothing_moves(tokens: list[int], window: int, is_roomy: bool) -> None:
    """Whatever the prompt has, the gauge has the same width."""
    sizes = sizes_of(*tokens, window=window)
    assert len(shown(sizes, is_roomy=is_roomy)) == len(shown(None, is_roomy=is_roomy))
    assert sum(len(span.text) for span in bar(sizes.layers, sizes.budget, 40)) == 43


@pytest.mark.parametrize(
    ("used", "ink"), [(799, Ink.PLAIN), (800, Ink.KEY), (899, Ink.KEY), (900, Ink.WARNING)]
)
def test_colour_repeats_the_thresholds(used: int, ink: Ink) -> None:
    """The ink says no more than the number does."""
    assert ink_of(sizes_of(used)) is ink
    assert percent(sizes_of(used)).endswith(" %")


def test_a_guess_is_no_share() -> None:
    """Where nobody was asked yet how much a model takes, no number says how full its prompt is."""
    guessed = replace(sizes_of(20_000), is_assumed=True)
    assert shown(guessed) == "Context ······╎··╎·╎·   ? %"
    assert ink_of(guessed) is Ink.FAINT


def passed(**changed: object) -> Pass:
    """Return a pass that freed something."""
    left = tuple(Left(what="page", reference=f"pg_{n}", tokens=80) for n in range(3))
    fields: dict[str, object] = {
        "id": 1,
        "conversation": "cv_1",
        "at": datetime(2026, 3, 14, tzinfo=UTC),
        "trigger": Trigger.THRESHOLD,
        "tiers": (Tier.SUMMARISE,),
        "state": PassState.ENOUGH,
        "before": 820,
        "after": 580,
        "left": left,
        "left_count": 3,
    }
    return Pass(**(fields | changed))  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({}, "Made room: 82 % → 58 %, 3 pages are summaries now · /compact undo"),
        ({"left_count": 9}, "Made room: 82 % → 58 %, 3+ pages are summaries now · /compact undo"),
        ({"after": 820, "reason": "Low."}, "Nothing left the prompt. Low."),
        ({"state": PassState.FAILED, "reason": "A cap."}, "No room was made. A cap."),
        (
            {"trigger": Trigger.UNDO, "before": 580, "after": 820, "reason": "Undone."},
            "Undone. 58 % → 82 %",
        ),
        (
            {"trigger": Trigger.GROWTH, "before": 580, "after": 1_200, "reason": "Room again."},
            "Room again. 58 % → 120 % · /compact undo",
        ),
    ],
)
def test_passes_are_told_in_a_line(changed: dict[str, object], words: str) -> None:
    """What was before, what is now, what left, and how it is taken back."""
    assert told(passed(**changed), 1_000)[0] == words
    assert "820 tokens" in told(passed(), 0)[0]
