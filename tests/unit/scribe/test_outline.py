"""Markdown as sections, and back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.llm.markdown import escape
from minutebook.scribe.outline import TOP, heading_text, parse, render

PIECES = st.sampled_from(
    [
        *("# A", "## A", "## A ##", "### deep", "#no", "#", "##", "   ## B", "    ## code"),
        *("```", "~~~ py", "text", "", "- item", "---", "===", "## Top", "<!--", "## \\#"),
        *("\r", "\t", "\\", "\u2028"),
    ]
)
MARKDOWN = st.one_of(
    st.text(), st.lists(PIECES, max_size=14).map("\n".join), st.lists(PIECES).map("\r\n".join)
)
LINES = st.text(st.characters(blacklist_categories=["Cs", "Cc", "Zl", "Zp"])).map(
    lambda text: " ".join(text.split())
)


@given(MARKDOWN)
@settings(max_examples=300)
def test_round_trip_is_lossless(text: str) -> None:
    """Rendering what was parsed gives back any text there is."""
    assert render(parse(text)) == text


@given(MARKDOWN)
@settings(max_examples=200)
def test_anchors_are_unique_and_stable(text: str) -> None:
    """No two sections share an anchor, none takes that of the opening, all follow from the text."""
    anchors = [section.anchor for section in parse(text).sections]
    assert len({*anchors, TOP}) == len(anchors) + 1
    assert anchors == [section.anchor for section in parse(text).sections]


@given(LINES)
@settings(max_examples=300)
def test_any_line_can_be_a_heading(line: str) -> None:
    """A heading says what was written in it, whatever that is."""
    assert heading_text(f"## {escape(line)}\n") == line
    assert [section.heading for section in parse(f"## {escape(line)}\n").sections] == [line]


def test_pieces_of_a_document() -> None:
    """Title, preamble and sections are told apart; deeper headings belong to bodies."""
    outline = parse("intro\n# Title\nhello\n## One\na\n### Deep\nb\n## Two\n")
    assert (outline.prologue, outline.title, outline.preamble) == ("intro\n", "Title", "hello\n")
    assert [(s.heading, s.body) for s in outline.sections] == [
        ("One", "a\n### Deep\nb\n"),
        ("Two", ""),
    ]


def test_title_comes_before_sections() -> None:
    """A first-level heading behind a section is a section."""
    outline = parse("## One\n# Late\n")
    assert outline.title == ""
    assert [section.anchor for section in outline.sections] == ["one", "late"]


@pytest.mark.parametrize(
    "fenced",
    ["```\n## no\n```", "~~~~\n## no\n~~~\n## no\n~~~~", "   ```py\n## no\n   ```", "```\n## no"],
)
def test_fences_hide_headings(fenced: str) -> None:
    """A heading inside of a code fence is no heading, also when the fence stays open."""
    assert [section.heading for section in parse(f"## yes\n{fenced}\n").sections] == ["yes"]


@pytest.mark.parametrize("line", ["    ## x", "##x", "####### x", "`` ``` ``", "``` a`b"])
def test_what_is_no_heading_or_fence(line: str) -> None:
    """Indented code, missing spaces and inline code divide nothing and hide nothing."""
    assert [section.heading for section in parse(f"{line}\n## after\n").sections] == ["after"]


def test_same_headings_get_numbers() -> None:
    """Anchors of equal headings are told apart, also from a heading that looks like one."""
    text = "## Plan\n## Plan\n## Plan 2\n## Top\n## ???\n"
    assert [s.anchor for s in parse(text).sections] == [
        "plan", "plan-2", "plan-2-2", "top-2", "untitled",
    ]  # fmt: skip


def test_many_equal_headings_take_linear_time() -> None:
    """Ten thousand sections of one name are told apart at once."""
    sections = parse("## x\n" * 10_000).sections
    assert sections[-1].anchor == "x-10000"
