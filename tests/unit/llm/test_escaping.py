"""Plain text as Markdown."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from minutebook.llm.markdown import escape, unescape

HOSTILE = st.lists(
    st.sampled_from([*"\\`*_[]()<>#!&~|- :;a1é ", "http://x.y", "&amp;", "<b>", "![", "](", "**"]),
    max_size=24,
).map(lambda parts: " ".join("".join(parts).split()))


@given(st.one_of(st.text(), HOSTILE))
@settings(max_examples=400)
def test_unescape_gives_back_the_text(text: str) -> None:
    """Nothing is lost by escaping."""
    assert unescape(escape(text)) == text


@given(HOSTILE)
@settings(max_examples=400)
def test_escaped_text_is_only_text(text: str) -> None:
    """A Markdown reader sees the very text and no markup in it."""
    inline = MarkdownIt("commonmark").enable("strikethrough").parse(f"- **Ann** {escape(text)}")
    children = next(token for token in inline if token.type == "inline").children or []
    said = children[[child.type for child in children].index("strong_close") + 1 :]
    assert {child.type for child in said} <= {"text", "text_special"}
    assert "".join(child.content for child in said).strip() == text


@pytest.mark.parametrize("text", ["snake_case", "2 * 3", "a < b & c", "C#", "~/chats", "it's 5!"])
def test_ordinary_text_stays_readable(text: str) -> None:
    """What has no meaning is not escaped."""
    assert escape(text) == text
