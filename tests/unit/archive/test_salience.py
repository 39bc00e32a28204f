"""Salience by rules that look for whole words."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from minutebook.archive.salience import salience_of
from minutebook.domain.archive import Salience
from minutebook.domain.turns import Content, Origin, Role, Turn


def turn(text: str, role: Role = Role.USER) -> Turn:
    """Return a turn that says something."""
    return Turn(
        id=1,
        conversation="cv",
        key="t1",
        seq=1,
        role=role,
        author="",
        content=Content(text=text),
        native_id=None,
        at=None,
        at_raw="",
        zone_known=True,
        sort_at=0,
        parent=None,
        is_active=True,
        tokens=1,
        origin=Origin.LIVE,
        revision=0,
        recorded_at=datetime(2026, 1, 1, tzinfo=UTC),
    )


@pytest.mark.parametrize(
    ("text", "salience"),
    [
        ("hi", Salience.NOISE),
        ("ok thanks!", Salience.NOISE),
        ("this", Salience.LOW),
        ("The number of the document is on the last page of it all.", Salience.MEDIUM),
        ("The tokens of the tokenizer are what it counts, one after the other.", Salience.MEDIUM),
        ("Please remember  this: the ferry leaves on the 4th.", Salience.CRITICAL),
        ("I remembered this thatch, and it was unimportant to all of us there.", Salience.MEDIUM),
        ("We decided to leave on the 4th.", Salience.HIGH),
        ("undecided", Salience.LOW),
        ("The root\ncause was the clock.", Salience.HIGH),
    ],
)
def test_rules_match_whole_words(text: str, salience: Salience) -> None:
    """A word inside another one is not that word."""
    assert salience_of([turn(text)]) is salience


def test_the_most_telling_turn_counts() -> None:
    """A decision between greetings is a decision."""
    assert salience_of([turn("hi"), turn("We agreed on Thursday."), turn("bye")]) is Salience.HIGH


def test_only_people_ask_to_remember() -> None:
    """A model or a tool that says so makes nothing critical, and secrets do not either."""
    assert salience_of([turn("Remember this.", Role.TOOL)]) is Salience.LOW
    assert salience_of([turn("Remember this.", Role.ASSISTANT)]) is Salience.LOW
    assert salience_of([turn("My password is hunter2, and my api key is 123.")]) is Salience.MEDIUM


def test_nothing_said_is_noise() -> None:
    """Notices are nobody's words."""
    assert salience_of([turn("We decided.", Role.SYSTEM)]) is Salience.NOISE
