"""Titles by a pattern: a few words are filled in, and what logs say stays text."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.sources.titles import PLACEHOLDERS, Titles, fault_of

LATE = datetime(2024, 3, 1, 23, 30, tzinfo=UTC)


def titles(pattern: str) -> Titles:
    """Return titles of one file."""
    return Titles(
        pattern=pattern, file="team", folder="work", format="irc", zone=ZoneInfo("Europe/Berlin")
    )


@pytest.mark.parametrize(
    ("pattern", "title"),
    [
        ("", "The ferry"),
        ("{folder}: {title}", "work: The ferry"),
        ("{date} {file} ({format})", "2024-03-02 team (irc)"),
        ("Team", "Team"),
    ],
)
def test_placeholders_are_filled_in(pattern: str, title: str) -> None:
    """The day is that of the zone of the folder."""
    assert titles(pattern).of(" The\n ferry ", LATE) == title


def test_what_is_not_known_leaves_no_gap() -> None:
    """Neither a mark that joins nothing nor an empty title."""
    assert titles("{date} – {title}").of("Ferry", None) == "Ferry"
    assert titles("{date}").of("Ferry", None) == "Ferry"


def test_what_a_log_says_is_no_pattern() -> None:
    """A title that looks like a placeholder, or like an attribute of one."""
    own = "{file} {title.__class__} {0}"
    assert titles("{folder} {title}").of(own, None) == f"work {own}"


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_a_title_is_one_bearable_line(own: str) -> None:
    """Whatever a log calls it."""
    title = titles("{title} {title}").of(own, LATE)
    assert len(title) <= 200
    assert len(title.splitlines()) <= 1


@pytest.mark.parametrize(
    ("pattern", "said"),
    [
        ("{tilte}", "{title}?"),
        ("{Folder}", "{folder}?"),
        ("{title.upper}", "{title}?"),
        ("{}", "stands for nothing"),
        ("{title", "without its other half"),
        ("a\x1b[2J", "single line"),
        ("x" * 201, "single line"),
    ],
)
def test_a_bad_pattern_names_the_nearest(pattern: str, said: str) -> None:
    """Or all there are."""
    assert said in fault_of(pattern)


def test_every_placeholder_is_known() -> None:
    """And a pattern without any is one as well."""
    assert fault_of(" ".join(f"{{{name}}}" for name in PLACEHOLDERS)) == ""
    assert fault_of("Team") == ""
