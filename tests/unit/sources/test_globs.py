"""Globs relative to a folder."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.sources.globs import excludes, fault_of, includes


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("*.txt", "a.txt", True),
        ("*.txt", "deep/er/a.txt", True),
        ("*.txt", "a.txt/b.log", False),
        ("work/*.txt", "work/a.txt", True),
        ("work/*.txt", "work/deep/a.txt", False),
        ("work/**/*.txt", "work/a.txt", True),
        ("work/**/*.txt", "work/deep/er/a.txt", True),
        ("work/**/*.txt", "else/work/a.txt", False),
        ("**/work/*", "x/y/work/a", True),
        ("**/work/*", "work/a", True),
        ("work/", "work/deep/a.txt", True),
        ("work/", "workshop/a.txt", False),
        ("./a.txt", "a.txt", True),
        ("./a.txt", "b/a.txt", False),
        ("w?rk/[ab].txt", "work/b.txt", True),
        ("**", "a/b", True),
    ],
)
def test_what_a_glob_includes(glob: str, path: str, fits: bool) -> None:
    """Names anywhere without a slash; whole paths from the folder on with one."""
    assert includes(glob, path.split("/")) is fits


@pytest.mark.parametrize(
    ("glob", "path", "fits"),
    [
        ("drafts", "a/drafts/b.txt", True),
        ("a/drafts", "a/drafts/deep/b.txt", True),
        ("drafts/*", "a/drafts/b.txt", False),
        ("**/drafts", "a/drafts/b.txt", True),
        ("a/**", "a/b/c", True),
        ("a/**/z", "a/b/z/c", True),
        ("b/*.txt", "b/a.log", False),
    ],
)
def test_what_a_glob_excludes(glob: str, path: str, fits: bool) -> None:
    """A folder that fits takes all that lies in it along."""
    assert excludes(glob, path.split("/")) is fits


@pytest.mark.parametrize(
    ("glob", "nearest"),
    [
        ("", "'*.txt'"),
        ("a\x1bb", "'*.txt'"),
        ("/work/*.txt", "'work/*.txt'"),
        ("~/work", "'work'"),
        ("../other/*.txt", "'other/*.txt'"),
        ("work**.txt", "'work**/*.txt'"),
        ("[ab.txt", "'[[]ab.txt'"),
    ],
)
def test_a_bad_glob_says_what_comes_next_to_it(glob: str, nearest: str) -> None:
    """And what is wrong with it."""
    assert nearest in fault_of(glob)


def test_a_good_glob_has_no_fault() -> None:
    """Nor do those that a start of a name has."""
    assert [fault_of(glob) for glob in ("*", "**/*.txt", "a/**", "[ab]?.log", ".hidden")] == [
        ""
    ] * 5


_NAMES = st.text("ab*?", min_size=1, max_size=3)


@given(st.lists(st.one_of(_NAMES, st.just("**")), min_size=1, max_size=8), st.lists(_NAMES))
@settings(max_examples=60, deadline=None)
def test_any_folders_may_stand_for_none(pieces: list[str], parts: list[str]) -> None:
    """What fits without a `**` fits with one put in anywhere."""
    glob = "/".join(["", *pieces]).lstrip("/") + "/x"
    if includes(glob, [*parts, "x"]):
        for at in range(len(pieces)):
            wider = "/".join([*pieces[:at], "**", *pieces[at:], "x"])
            assert includes(wider, [*parts, "x"])
