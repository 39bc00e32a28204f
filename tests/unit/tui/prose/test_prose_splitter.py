"""Text is cut into pieces that do not depend on how it arrived."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.tui.prose.blocks import TextKind
from minutebook.tui.prose.lines import LineFeed
from minutebook.tui.prose.pieces import MAX_CODE_LINES, MAX_LINE, MAX_PIECE, PieceKind
from minutebook.tui.prose.splitter import MarkdownSplitter, split, splitter_for

MARKUP = st.lists(
    st.sampled_from(
        ("    ", "*", "`", "[x]", "\r\n", "\r", "日本", "\x1b[0m", "\x00", "\u2028", "===")
    )
    | st.sampled_from(
        ("a", "b c", " ", "\n", "\n\n", "- ", "1. ", "# ", "> ", "```", "~~~", "|", "---", "\t")
    ),
    max_size=60,
).map("".join)


def kinds(text: str) -> list[PieceKind]:
    """Return the kinds of all pieces."""
    return [piece.kind for piece in split(text, TextKind.MARKDOWN)]


@settings(max_examples=200)
@given(MARKUP, st.sampled_from(list(TextKind)), st.lists(st.integers(0, 80), max_size=8))
def test_pieces_do_not_depend_on_chunks(text: str, kind: TextKind, cuts: list[int]) -> None:
    """However a text is cut, its pieces are those of the whole."""
    splitter = splitter_for(kind)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    pieces = []
    for start, end in pairwise(edges):
        pieces += splitter.feed(text[start:end])
        splitter.tail()
    assert [*pieces, *splitter.finish()] == split(text, kind)


@settings(max_examples=200)
@given(MARKUP)
def test_no_word_is_lost(text: str) -> None:
    """Every letter of the text is in some piece."""
    pieces = split(text, TextKind.MARKDOWN)
    assert sum(piece.source.count("b c") for piece in pieces) == text.count("b c")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("one\ntwo\n\nthree", ["paragraph", "paragraph"]),
        ("# a\ntext", ["heading", "paragraph"]),
        ("title\n===\ntext", ["heading", "paragraph"]),
        ("text\n---", ["heading"]),
        ("text\n\n---", ["paragraph", "rule"]),
        ("- a\n- b\n\n- c", ["item", "item", "item"]),
        ("- a\n  more\n\n  still\ntext\n\nend", ["item", "paragraph"]),
        ("text\n2. not a list", ["paragraph"]),
        ("> a\nlazy\n\n> b", ["quote", "quote"]),
        ("head\na|b\n-|-\n1|2\n\nend", ["paragraph", "table", "paragraph"]),
        ("```\ncode\n\nmore\n```\nend", ["code", "paragraph"]),
        ("    code\n\n    more\nend", ["code", "paragraph"]),
        ("- a\n  ```\n  x\n\n  y\n  ```\n- b", ["item", "item"]),
        ("", []),
        ("\n\n\n", []),
    ],
)  # fmt: skip
def test_blocks(text: str, expected: list[str]) -> None:
    """Blocks end where CommonMark ends them."""
    assert kinds(text) == expected


def test_ordered_items_are_counted_from_the_start() -> None:
    """The numbers of a list follow its first one, whatever the source repeats."""
    pieces = split("3. a\n3. b\n\n3. c\n\ntext\n\n1) d", TextKind.MARKDOWN)
    assert [piece.number for piece in pieces] == [3, 4, 5, None, 1]


def test_long_lines_are_bounded() -> None:
    """A line of any length becomes pieces of bounded length that add up to it."""
    text = "word " * 20_000
    pieces = split(text, TextKind.MARKDOWN)
    assert max(len(piece.text) for piece in pieces) <= MAX_LINE
    assert "".join(piece.text for piece in pieces) == text


def test_every_piece_is_bounded() -> None:
    """Lists, quotes, tables, code and paragraphs without end are cut."""
    endless = {
        "item": "- " + "word word\n  " * 5_000,
        "quote": "> word word\n" * 5_000,
        "table": "|a|b|\n|-|-|\n" + "|1|2|\n" * 5_000,
        "code": "```\n" + "x = 1\n" * 5_000,
        "indented": "    x = 1\n" * 5_000,
        "paragraph": "word word\n" * 5_000,
    }
    for name, text in endless.items():
        sizes = [len(piece.text) for piece in split(text, TextKind.MARKDOWN)]
        assert max(sizes) <= MAX_PIECE + 100, name
        assert sum(sizes) >= len(text) * 0.5, name


def test_a_cut_table_keeps_its_head() -> None:
    """Each part of a long table starts with the head, none is a head alone."""
    text = "|a|b|\n|-|-|\n" + "|1|2|\n" * 3_000
    for piece in split(text, TextKind.MARKDOWN):
        assert piece.text.startswith("|a|b|\n|-|-|\n|1|2|")


def test_a_cut_fence_is_one_code() -> None:
    """The parts of a long fence share a number, know their first line, and the last one closes."""
    code = "".join(f"line {n}\n" for n in range(200))
    pieces = split(f"```py\n{code}```\n", TextKind.MARKDOWN)
    fences = [piece.fence for piece in pieces if piece.fence]
    assert [fence.first_line for fence in fences] == list(range(0, 200, MAX_CODE_LINES))
    assert [fence.closes for fence in fences] == [False] * (len(fences) - 1) + [True]
    assert "".join(piece.text for piece in pieces) == code


def test_an_unclosed_fence_keeps_its_text() -> None:
    """Code whose closing fence never comes is code up to the end."""
    (piece,) = split("```sh\nls\n\n# not a heading", TextKind.MARKDOWN)
    assert piece.text == "ls\n\n# not a heading\n"
    assert piece.fence is not None
    assert piece.fence.closes


def test_code_keeps_its_tabs() -> None:
    """Tabs in code survive for whoever copies it."""
    (piece,) = split("```make\nall:\n\techo\n```", TextKind.MARKDOWN)
    assert piece.text == "all:\n\techo\n"


def test_deep_nesting_is_plain() -> None:
    """Containers nobody could read are shown as they are."""
    assert kinds("> " * 500 + "text") == [PieceKind.PLAIN]


@pytest.mark.parametrize("partial", ["-", "- ", "1.", "#", "``", "=", "|--", ">"])
def test_a_lone_marker_is_not_drawn_yet(partial: str) -> None:
    """What may still become anything does not change what is above it."""
    splitter = MarkdownSplitter()
    splitter.feed("text\n")
    before = splitter.tail()
    splitter.feed(partial)
    assert splitter.tail() == before


def test_the_tail_shows_what_is_unfinished() -> None:
    """The end of a stream is drawn before its line or block is complete."""
    splitter = MarkdownSplitter()
    assert splitter.feed("one\n\ntwo and ha") != []
    assert [piece.text for piece in splitter.tail()] == ["two and ha"]
    assert [piece.text for piece in splitter.tail()] == ["two and ha"]


def test_source_gives_the_markdown_back() -> None:
    """A piece knows the Markdown it was cut from."""
    text = "- item\n  more"
    (piece,) = split(text, TextKind.MARKDOWN)
    assert piece.source == text
    (code,) = split("```py\nx\n```", TextKind.MARKDOWN)
    assert code.source == "```py\nx\n```"


def test_line_ends_across_chunks() -> None:
    """A line end that is cut in two is one line end."""
    feed = LineFeed()
    lines = [*feed.feed("a\r"), *feed.feed("\nb\r"), *feed.feed("c\r"), *feed.finish()]
    assert [line.text for line in lines] == ["a", "b", "c"]


def test_verbatim_text_is_not_read() -> None:
    """Text without markup stays as it is, line by line."""
    pieces = split("# no heading\n- no item\n\n```", TextKind.VERBATIM)
    assert [piece.text for piece in pieces] == ["# no heading\n- no item\n\n```"]
