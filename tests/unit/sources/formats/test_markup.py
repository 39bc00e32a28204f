"""HTML of messages as text."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.sources.formats.markup import text_of_html

KATEX = (
    '<span class="katex"><span class="katex-mathml"><math><mrow><mi>x</mi></mrow>'
    '<annotation encoding="application/x-tex">x^2</annotation></math></span>'
    '<span class="katex-html">x2<span>!</span></span></span>'
)

PARTS = (
    *("<p>", "</p>", "<a href='https://x'>", "</a>", "<li>", "</pre>", "<pre>", "<math>"),
    *("<annotation>", "<script>", "</script>", "x", "&", "<", "<!--", "]]>"),
)


@pytest.mark.parametrize(
    ("html", "text"),
    [
        ("plain", "plain"),
        ("<p>one</p>\n<p>two<br>\nthree</p>", "one\n\ntwo\nthree"),
        ('<p>a <a href="https://x.y">b</a> <a href="https://x.y">https://x.y</a></p>', None),
        ("<p>&lt;b&gt; &amp; &nbsp;c</p>", "<b> & \xa0c"),
        ("<pre><span></span><code>x = 1\n  y\n</code></pre><p>z</p>", "```\nx = 1\n  y\n```\nz"),
        ("<p>use <code>a b</code></p>", "use `a b`"),
        ("<blockquote>\n<p>q</p>\n<p>r</p>\n</blockquote>\n<p>s</p>", "> q\n>\n> r\ns"),
        ("<ul>\n<li>one</li>\n<li>two<ul><li>in</li></ul></li></ul>", "- one\n- two\n  - in"),
        ('<p>hi <img alt=":wave:" class="emoji"> <span>@Bo</span></p>', "hi :wave: @Bo"),
        (f"<p>so {KATEX} is</p>", "so $x^2$ is"),
        ("<script>evil()</script><p>good</p>", "good"),
        ("<p>not closed <a href='/here'>link", "not closed link"),
        ("</p></div>x</a>", "x"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\n c"),
    ],
)
def test_elements_become_text(html: str, text: str | None) -> None:
    """As people read them."""
    assert text_of_html(html) == (text or "a b (https://x.y) https://x.y")


@given(st.lists(st.sampled_from(PARTS)))
@settings(max_examples=80)
def test_no_markup_can_break_it(parts: list[str]) -> None:
    """Whatever is opened and not closed."""
    assert isinstance(text_of_html("".join(parts)), str)


def test_deep_nesting_is_read() -> None:
    """Without end."""
    assert text_of_html("<blockquote>" * 3000 + "x").endswith("x")
