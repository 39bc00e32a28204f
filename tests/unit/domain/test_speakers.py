"""Who speaks, in one word or two."""

from __future__ import annotations

import pytest

from minutebook.clock import EPOCH
from minutebook.domain.speakers import speaker
from minutebook.domain.turns import Content, Origin, Role, Turn


def turn(role: Role, author: str) -> Turn:
    """Return a turn."""
    return Turn(
        id=1,
        conversation="cv_1",
        key="k",
        seq=1,
        role=role,
        author=author,
        content=Content(text="words"),
        native_id=None,
        at=None,
        at_raw="",
        zone_known=True,
        sort_at=0,
        parent=None,
        is_active=True,
        tokens=1,
        origin=Origin.IMPORTED,
        revision=0,
        recorded_at=EPOCH,
    )


@pytest.mark.parametrize(
    ("role", "author", "live", "name"),
    [
        (Role.USER, "", True, "you"),
        (Role.USER, "", False, "user"),
        (Role.USER, "Ada", True, "Ada"),
        (Role.ASSISTANT, "haiku", True, "haiku"),
        (Role.ASSISTANT, "", False, "assistant"),
        (Role.SYSTEM, "", False, "system"),
        (Role.TOOL, "", True, "tool"),
        (Role.PERSON, "Kit", False, "Kit"),
    ],
)
def test_who_speaks_has_one_name(role: Role, author: str, live: bool, name: str) -> None:
    """Here the person is you; elsewhere it is the author, or a plain word for the role."""
    assert speaker(turn(role, author), is_live=live) == name
