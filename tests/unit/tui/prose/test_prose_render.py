"""Pieces become rows that fit the width and hide nothing."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.tui.prose.blocks import TextKind
from minutebook.tui.prose.markdown import definitions, is_link
from minutebook.tui.prose.render import NARROWEST, Shape, render
from minutebook.tui.prose.rows import Role, Row
from minutebook.tui.prose.splitter import split

WIDE = Shape(width=60, line_break=" ")


def rows(text: str, shape: Shape = WIDE) -> list[Row]:
    """Return the rows of all pieces of a text."""
    pieces = split(text, TextKind.MARKDOWN)
    return [row for piece in pieces for row in render(piece, shape, {})]


def shown(text: str, shape: Shape = WIDE) -> list[str]:
    """Return the text of all rows."""
    return [row.text.rstrip() for row in rows(text, shape)]


def links(text: str) -> list[str]:
    """Return the targets of all links."""
    return [run.link for row in rows(text) for run in row.runs if run.link]


def roles(text: str, word: str) -> tuple[Role, ...]:
    """Return the roles of the run that holds a word."""
    return next(run.roles for row in rows(text) for run in row.runs if word in run.text)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("# Title", ["Title"]),
        ("one\ntwo", ["one two"]),
        ("one  \ntwo", ["one", "two"]),
        ("**b** _i_ `c` ~~s~~", ["b i c s"]),
        ("- a\n  - b\n- c", ["• a", "  ◦ b", "• c"]),
        ("7. a\n7. b", ["7. a", "8. b"]),
        ("- [ ] open\n- [x] done", ["☐ open", "☑ done"]),
        ("> quoted\n>\n> > deep", ["▏ quoted", "▏", "▏ ▏ deep"]),
        ("a|b\n-|-:\nlong|1", ["a     b", "────  ─", "long  1"]),
        ("```\n  x\n```", ["  " + " " * 53 + "copy", "   x"]),
        ("<b>no</b> &amp; &lt;", ["<b>no</b> & <"]),
        ("[bold]no markup[/bold]", ["[bold]no markup[/bold]"]),
        ("![a cat](https://x.y/c.png)", ["[a cat]"]),
        ("\\*not\\*", ["*not*"]),
    ],
)
def test_looks(text: str, expected: list[str]) -> None:
    """Markdown looks as intended."""
    assert [line.rstrip() for line in shown(text)] == [line.rstrip() for line in expected]


def test_a_line_break_is_one_in_a_chat() -> None:
    """Where people type, a line break is a line break."""
    assert shown("one\ntwo", Shape(width=60, line_break="\n")) == ["one", "two"]
    assert shown("*one*\ntwo", Shape(width=60, line_break="\n")) == ["one", "two"]


@pytest.mark.parametrize(
    ("target", "allowed"),
    [
        ("https://example.org/a?b=c", True),
        ("HTTP://example.org", True),
        ("mailto:a@example.org", True),
        ("minutebook:page/pg_1", True),
        ("javascript:alert(1)", False),
        ("file:///etc/passwd", False),
        ("data:text/html,x", False),
        ("//example.org", False),
        ("relative/path", False),
        ("\x1b]8;;javascript:x", False),
        ("", False),
    ],
)
def test_which_links_are_links(target: str, allowed: bool) -> None:
    """Only schemes that are known to be harmless make a link."""
    assert is_link(target) is allowed
    assert bool(links(f"[text]({target})")) is allowed


def test_bare_links_are_found() -> None:
    """An address in the text is a link, with what it is written as."""
    assert links("see https://example.org/x and minutebook:page/pg_1") == [
        "https://example.org/x",
        "minutebook:page/pg_1",
    ]


PAGE = "pg_0123456789abcdef"


@pytest.mark.parametrize(
    "text",
    [f"[{PAGE}]", f"see {PAGE}.", f"- **Ada** · [{PAGE}]", f"# {PAGE}", f"_{PAGE[:3]}_ {PAGE}"],
)
def test_a_reference_is_a_link_to_its_page(text: str) -> None:
    """The name of a page leads to it, wherever it stands in running text, and reads as written."""
    assert links(text) == [f"minutebook:{PAGE}"]
    assert PAGE in "".join(shown(text))
    assert Role.LINK in roles(text, PAGE)


@pytest.mark.parametrize(
    "text",
    [
        f"`{PAGE}`",
        f"```\n{PAGE}\n```",
        f"    {PAGE}",
        f"{PAGE}0",
        f"a{PAGE}",
        "pg_0123",
        PAGE.upper(),
    ],
)
def test_what_only_looks_like_a_reference_is_text(text: str) -> None:
    """Code stays code, and a longer or shorter name is no page's."""
    assert [target for target in links(text) if target != "copy"] == []


def test_a_link_that_names_a_page_keeps_its_target() -> None:
    """What is a link already leads where it was meant to."""
    assert links(f"[{PAGE}](https://example.org)") == ["https://example.org"]


def test_a_refused_link_is_shown_whole() -> None:
    """A link that is not allowed is not hidden behind its text."""
    assert shown("[text](javascript:x)") == ["[text](javascript:x)"]


def test_definitions_resolve() -> None:
    """A link may be defined in another piece."""
    (piece,) = split("[page][1]", TextKind.MARKDOWN)
    found = definitions("[1]: https://example.org")
    (row,) = render(piece, WIDE, found)
    assert row.runs[0].link == "https://example.org"
    assert definitions("no definitions") == {}


def test_entities_cannot_bring_controls_back() -> None:
    """Characters that entities stand for are made harmless too."""
    text = "".join(shown("a&#27;[31m&#13;&#x202e;&rlm;&#9;b `&#27;`"))
    assert text.isprintable()


def test_roles() -> None:
    """Each kind of text has its role."""
    assert roles("# Title", "Title") == (Role.TITLE,)
    assert roles("## Head", "Head") == (Role.HEADING,)
    assert roles("**_x_**", "x") == (Role.STRONG, Role.EMPHASIS)
    assert roles("> **q**", "q") == (Role.QUOTE, Role.STRONG)
    assert Role.CODE_KEYWORD in roles("- a\n  ```python\n  return x\n  ```", "return")


def test_wrapped_words_know_how_they_join() -> None:
    """Rows of one paragraph can be put together again."""
    text = "some words that do not fit on one row of the screen"
    wrapped = rows(text, Shape(width=20, line_break=" "))
    assert len(wrapped) > 1
    assert "".join(row.words + row.join for row in wrapped).strip() == text


def test_code_is_never_wrapped_at_words() -> None:
    """A long line of code breaks where the room ends and keeps its spaces."""
    code = "x = 'a  b'  # " + "y" * 40
    wrapped = rows(f"```\n{code}\n```", Shape(width=24, line_break=" "))[1:]
    assert "".join(row.words for row in wrapped) == code


def test_a_table_too_wide_becomes_a_list() -> None:
    """A table with more columns than there is room keeps all its cells."""
    head, line = "|".join("abcdefgh"), "|".join("-" * 8)
    text = " ".join(shown(f"{head}\n{line}\n{head}", Shape(width=20, line_break=" ")))
    assert all(letter in text for letter in "abcdefgh")


MARKUP = st.text(
    st.one_of(
        st.sampled_from("ab *_`[]()#>-|~\n\\&;:!<1.日本👩\u200d\ufe0f\u0301"), st.characters()
    ),
    max_size=120,
)


@settings(max_examples=200)
@given(MARKUP, st.integers(NARROWEST + 8, 60))
def test_rows_fit_and_are_printable(text: str, width: int) -> None:
    """Nothing a terminal would obey is left, and no row leaves its column."""
    for row in rows(text, Shape(width=width, line_break="\n")):
        assert not any(char in row.text for char in "\n\r\t\x1b\x00")
        assert row.cells <= width or "\u200d" in row.text


@pytest.mark.parametrize(
    "text",
    [
        "[" * 7_000,
        "![" * 3_000,
        "[a][" * 1_500,
        "".join("  " * depth + "- Q\n" for depth in range(200)),
        "".join("> " * depth + "Q\n" for depth in range(1, 23)) * 20,
        "*a " * 2_500,
        "`" * 7_000,
    ],
    ids=["brackets", "images", "references", "lists", "quotes", "stars", "ticks"],
)
def test_hostile_markup_keeps_its_text(text: str) -> None:
    """What would take the parser too long, or too deep, is shown without being parsed."""
    visible = "".join(shown(text))
    assert visible.count("Q") == text.count("Q")
    assert visible.count("[") == text.count("[")
