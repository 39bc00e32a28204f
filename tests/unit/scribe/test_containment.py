"""Bodies that stay in their sections."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from minutebook.scribe.containment import closed, contained
from minutebook.scribe.outline import parse

LINES = st.sampled_from(
    [
        *("# a", "## b", "### c", "    ## code", "  ## in list", "\t# t", "---", "===", "- - -"),
        *("```", "   ```", "~~~~", "   ```py", "- ```", "text", "", "- item", "  - item", "1. one"),
        *("> quote", "<!-- x", "- <!-- x", "<script>", "<div>", "<https://a.b>", "[x]: http://e"),
        *("[x", "- [y]: /u", "> [z]: /u", "\x1b[31m", "\u2028## u"),
    ]
)
BODIES = st.one_of(st.text(), st.lists(LINES, max_size=12).map("\n".join))
COMMONMARK = MarkdownIt("commonmark")


@given(BODIES)
@settings(max_examples=400)
def test_containing_twice_changes_nothing(body: str) -> None:
    """A patch can be replayed: what is contained stays as it is."""
    assert contained(contained(body)) == contained(body)


@given(BODIES)
@settings(max_examples=400)
def test_sections_behind_a_body_are_not_touched(body: str) -> None:
    """Whatever a body holds, the outline around it is the same."""
    text = f"# T\n\n## One\n\n{contained(body)}\n\n## Two\n\nend\n"
    outline = parse(text)
    assert [section.anchor for section in outline.sections] == ["one", "two"]
    assert outline.sections[1].body == "\nend\n"


@given(BODIES)
@settings(max_examples=400)
def test_a_markdown_reader_sees_the_same_sections(body: str) -> None:
    """A reader of CommonMark finds both headings, no other of their rank, and no HTML block."""
    tokens = COMMONMARK.parse(f"## One\n\n{contained(body)}\n\n## Two\n\nend [x] [y] [z]\n")
    ranks = [token.tag for token in tokens if token.type == "heading_open" and token.level == 0]
    assert [rank for rank in ranks if rank in {"h1", "h2"}] == ["h2", "h2"]
    last = [token for token in tokens if token.type == "inline"][-1]
    assert last.content == "end [x] [y] [z]"
    assert not any(child.type == "link_open" for child in last.children or [])


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("## x", "### x"),
        ("a\n# x", "a\n### x"),
        ("text\n---", "text\n\n---"),
        ("text\n===", "text\n\\==="),
        ("<script>", "\\<script>"),
        ("```\n## x", "```\n## x\n```"),
        ("```sh\n# x\n```", "```sh\n# x\n```"),
        ("[ref]: http://x", "\\[ref]: http://x"),
        ("see [x](http://y) and `a`", "see [x](http://y) and `a`"),
    ],
)
def test_what_becomes_of_it(body: str, expected: str) -> None:
    """Only what reaches out of the section is changed."""
    assert contained(body) == expected


def test_open_fence_of_a_person_is_closed() -> None:
    """Text behind a fence that was left open can be added to."""
    assert closed("```\ncode\n") == "```\ncode\n```"
    assert closed("text\n") == "text\n"
