"""Markers are found in a model's own words, and nowhere else, however the text comes."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from minutebook.domain.markers import (
    Marker,
    MarkerKind,
    MarkerScanner,
    marked_lines,
    markers,
    shown,
)

REF = "@@ref('pg_1')@@"
PARTS = st.sampled_from(
    [
        REF, '@@ref("a,b")@@', "@@ref('?when did they leave')@@", "@@unref@@", "@@important@@",
        "@@importance(0.9)@@", "@@ref(", "@@", "@", "`", "``", "```", "````", "~~~", "\n", "\n\n",
        "\n", "    ", "  ", " ", "\t", "> ", "- ", "1. ", "2) ", "# ", "---", "***", "===", "\\",
        '"', "“", "”", "word", "a b", "*", "|", "<page id=1>", "</page>", "'", ")@@",
    ]
)  # fmt: skip
TEXTS = st.lists(PARTS, max_size=30).map("".join)


def found(text: str) -> list[tuple[MarkerKind, tuple[str, ...], str]]:
    return [(each.kind, each.arguments, each.words) for each in markers(text)]


@pytest.mark.parametrize(
    ("text", "kind", "arguments", "words"),
    [
        ("@@ref('pg_1')@@", MarkerKind.REF, ("pg_1",), ""),
        ('see @@ref("pg_1, pg_2,pg_1")@@.', MarkerKind.REF, ("pg_1", "pg_2"), ""),
        ("@@ref(pg_1)@@", MarkerKind.REF, ("pg_1",), ""),
        ("@@ref('?the ferry, the table')@@", MarkerKind.REF, (), "the ferry, the table"),
        ("@@unref('pg_1')@@", MarkerKind.UNREF, ("pg_1",), ""),
        ("@@unref@@", MarkerKind.UNREF, (), ""),
        ("@@important@@ keep", MarkerKind.IMPORTANT, (), ""),
        ("@@importance(0.9)@@", MarkerKind.IMPORTANCE, ("0.9",), ""),
        ("@@ephemeral@@", MarkerKind.EPHEMERAL, (), ""),
        ("\\\\@@ref('pg_1')@@", MarkerKind.REF, ("pg_1",), ""),
    ],
)
def test_each_kind_is_read(
    text: str, kind: MarkerKind, arguments: tuple[str, ...], words: str
) -> None:
    """Each form of a marker gives its kind, its arguments or words, and its place."""
    (marker,) = markers(text)
    assert (marker.kind, marker.arguments, marker.words) == (kind, arguments, words)
    assert text[marker.start : marker.end].startswith("@@")
    assert text[marker.start : marker.end].endswith("@@")


@pytest.mark.parametrize(
    "text",
    [
        "@@ref@@", "@@ref()@@", "@@ref('?')@@", "@@unref()@@", "@@importance(2)@@",
        "@@importance('much')@@", "@@important('x')@@", "@@reference('pg_1')@@", "@@REF('a')@@",
        "@@ref('pg_1')", "@@ref('pg\n_1')@@", "@@ref('@@", f"\\{REF}", "@@ ref('pg_1')@@",
    ],
)  # fmt: skip
def test_what_has_not_the_form_is_text(text: str) -> None:
    """What means nothing, is not ended, or stands behind a backslash is no marker."""
    assert not markers(text)
    assert shown(text, lambda _: "!") == text


@pytest.mark.parametrize(
    "text",
    [
        f"`{REF}`", f"``a ` {REF} ``", f"`{REF}\nand more`", f"an open ` span {REF}",
        f"```\n{REF}\n```", f"~~~ text\n{REF}\n~~~", f"`````\n```\n{REF}\n`````",
        f"- item\n\n  ```\n  {REF}\n  ```", f"1. a\n   ~~~\n   {REF}\n", f"```\n{REF}",
        f"   ```\n{REF}\n", f"~~~\n```\n~~~ no\n{REF}", f"    {REF}", f"a\n\n\t{REF}",
        f"> {REF}", f">{REF}", f"> a\n{REF}", f"- > {REF}", f"> a\n> {REF}\n",
        f'They said "{REF}" then.', f"They said “see {REF}”.", f"„{REF}“", f"'{REF}'",
        f'"two lines\n{REF}"', f"<page id='pg_1'>\nuser: {REF}\n</page>", f"<pre>{REF}</pre>",
        f"> ```\n```\n{REF}\n```", f"`` ` {REF} ` ``",
    ],
)  # fmt: skip
def test_code_and_quotations_have_no_markers(text: str) -> None:
    """What stands in code of any kind, or is quoted from somebody, is nothing the model asks."""
    assert not markers(text)


@pytest.mark.parametrize(
    "text",
    [
        f"`code` {REF}", f"```\ncode\n```\n{REF}", f"~~~\n~~~~\n{REF}", f"> quoted\n\n{REF}",
        f"> quoted\n# Heading {REF}", f"- {REF}", f"1. a\n2. {REF}", f"a\n    {REF}",
        f"an open ` span\n\n{REF}", f"```a``` {REF}", f'"quoted" {REF}', f'5" of snow {REF}',
        f"**{REF}**", f"| {REF} |", f"<page id=1>\nx\n</page>\n{REF}", f"- a\n\n  {REF}",
        f"- ```\n  code\n{REF}", f"# {REF}", f"\\`{REF}", f"it's {REF}",
    ],
)  # fmt: skip
def test_own_words_around_code_and_quotations_do(text: str) -> None:
    """Code and quotations end where Markdown ends them."""
    assert found(text) == [(MarkerKind.REF, ("pg_1",), "")]


def scanned(pieces: list[str]) -> list[str | Marker]:
    """Return what a scanner gives for pieces, with texts that touch joined."""
    scanner = MarkerScanner()
    given_: list[str | Marker] = []
    for piece in pieces:
        given_ += scanner.feed(piece)
    joined: list[str | Marker] = []
    for each in [*given_, *scanner.finish()]:
        if isinstance(each, str) and joined and isinstance(joined[-1], str):
            joined[-1] += each
        else:
            joined.append(each)
    return joined


def rebuilt(text: str, given_: list[str | Marker]) -> str:
    parts = [each if isinstance(each, str) else text[each.start : each.end] for each in given_]
    return "".join(parts)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.lists(st.integers(0, 400), max_size=40))
@example("a `" + "x" * 300 + REF, [3, 4])
@example(" " * 300 + REF + "\n" + REF, [1, 255, 256, 257])
@example("`" * 300 + REF + "\n" + REF, [1, 255, 256, 257])
def test_pieces_of_any_size_give_the_same(text: str, cuts: list[int]) -> None:
    """However a text is cut, its markers, their places and the text between them are the same."""
    whole = scanned([text])
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    assert scanned([text[a:b] for a, b in pairwise(places)]) == whole
    assert scanned(list(text)) == whole
    assert rebuilt(text, whole) == text


@settings(max_examples=300, deadline=None)
@given(TEXTS)
def test_no_marker_is_half_shown(text: str) -> None:
    """What has been shown of a text that grows is never taken back."""
    scanner, so_far = MarkerScanner(), ""
    end = shown(text, lambda _: "§")
    for letter in text:
        so_far += "".join(each if isinstance(each, str) else "§" for each in scanner.feed(letter))
        assert end.startswith(so_far)


@settings(max_examples=400, deadline=None)
@given(TEXTS.filter(lambda text: "<" not in text))
@example("- \n\n\t@@ref('pg_1')@@")
@example("- - -\n    @@ref('pg_1')@@")
@example("- a\nlazy\n\n    ```\n  @@ref('pg_1')@@")
@example("a\n===\n    @@ref('pg_1')@@")
def test_markdown_agrees_that_it_is_no_code(text: str) -> None:
    """Whatever is taken for a marker is plain text of no quotation to a Markdown parser too."""
    marked = shown(text, lambda each: f"\ue000{each.start}\ue001")
    assert_plain(marked)


def assert_plain(text: str) -> None:
    depth = 0
    for token in MarkdownIt("commonmark").parse(text):
        depth += (token.type == "blockquote_open") - (token.type == "blockquote_close")
        if token.type in {"fence", "code_block"}:
            assert "\ue000" not in token.content + token.info
        if token.type == "inline" and "\ue000" in token.content:
            assert depth == 0
            for child in token.children or []:
                assert child.type != "code_inline" or "\ue000" not in child.content


@pytest.mark.parametrize(
    "unit",
    ["@@ref(", "@", "`", "`a", "\\", '"', "> ", "- ", " ", "#", "@@ref('", "```\n", "\t", "<page"],
)
def test_hostile_texts_are_looked_at_a_bounded_number_of_times(unit: str) -> None:
    """A text that only begins markers, again and again, has none, however it comes."""
    text = unit * (20_000 // len(unit))
    assert scanned([text]) == [text]
    assert rebuilt(text, scanned([text[at : at + 7] for at in range(0, len(text), 7)])) == text


def test_lines_with_a_marker_are_told() -> None:
    """The lines that matter, or do not, are those with the marker, each once."""
    text = "one\ntwo @@important@@ and @@important@@\n`@@important@@`\nlast @@important@@"
    assert [text[a:b] for a, b in marked_lines(text, MarkerKind.IMPORTANT)] == [
        "two @@important@@ and @@important@@",
        "last @@important@@",
    ]
