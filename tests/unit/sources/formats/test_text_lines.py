"""The line reader: places, encodings, line ends and lines of any length."""

from __future__ import annotations

import io
from dataclasses import replace
from typing import IO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from text_logs import source_of

from minutebook.sources.formats.text import lines
from minutebook.sources.formats.text.lines import Passage, Place, decode_line, read_lines


def test_only_newline_ends_a_line() -> None:
    """Separators that Unicode counts as line ends stay inside."""
    text = "a\u2028b\x85c\x0bd\x1ce\r\nf\rg\n\nh"
    found = [line.text for line in read_lines(source_of(text))]
    assert found == ["a\u2028b\x85c\x0bd\x1ce", "f\rg", "", "h"]


@pytest.mark.parametrize(
    ("raw", "text"),
    [
        ("grüß".encode(), "grüß"),
        ("grüß".encode("cp1252"), "grüß"),
        ("naïve café".encode("cp1252"), "naïve café"),
        (b"\x81\x8d", "\x81\x8d"),
        ("привет".encode()[:-1], "приве\ufffd"),
        (b"caf\xe9", "café"),
    ],
)
def test_each_line_is_decoded_by_itself(raw: bytes, text: str) -> None:
    """UTF-8 if it is, a cut last character apart; else Windows-1252, else any byte."""
    assert decode_line(raw) == text


@given(st.binary(max_size=300), st.integers(1, 40))
def test_lines_say_where_they_stand(data: bytes, chunk: int) -> None:
    """From the offset of any line, reading goes on as if it had never stopped."""
    source = source_of(data)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", chunk)
        whole = list(read_lines(source))
        for at, line in enumerate(whole):
            assert list(read_lines(source, Place(line.offset, line.number))) == whole[at:]


@given(st.text(st.characters(codec="utf-8"), max_size=60), st.integers(1, 9))
def test_wide_text_reads_as_narrow_text_does(text: str, chunk: int) -> None:
    """UTF-16 of either byte order gives the same lines as UTF-8."""
    plain = [line.text for line in read_lines(source_of("\ufeff" + text))]
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(lines, "CHUNK", chunk)
        for encoding in ("utf-16-le", "utf-16-be"):
            wide = read_lines(source_of(("\ufeff" + text).encode(encoding)))
            assert [line.text for line in wide] == plain


class _Forward(io.BytesIO):
    def seekable(self) -> bool:
        return False


def test_a_stream_that_cannot_seek_is_read_forward() -> None:
    """Inside a zip the bytes before the place are read and dropped."""

    def opened() -> IO[bytes]:
        return _Forward(b"one\ntwo\nthree\n")

    source = replace(source_of("one\ntwo\nthree\n"), open=opened)
    assert [line.text for line in read_lines(source, Place(4, 2))] == ["two", "three"]


def test_a_line_without_end_comes_in_pieces(monkeypatch: pytest.MonkeyPatch) -> None:
    """What is too long to be held is cut, between characters."""
    monkeypatch.setattr(lines, "LONGEST_LINE", 10)
    monkeypatch.setattr(lines, "CHUNK", 8)
    found = list(read_lines(source_of("ab" + "ü" * 12 + "\nend")))
    assert "".join(line.text for line in found) == "ab" + "ü" * 12 + "end"
    assert all(set(line.text) <= set("abüend") for line in found)
    assert [line.number for line in found] == [1, 1, 1, 2]


def test_a_line_of_ten_megabytes_is_one_line() -> None:
    """Long lines are rare, and whole."""
    (line, _) = read_lines(source_of("x" * 10_000_000 + "\ny"))
    assert len(line.text) == 10_000_000


def test_a_passage_counts_what_it_does_not_keep(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message without end does not fill the memory; what is left out is said."""
    monkeypatch.setattr(lines, "LONGEST_RECORD", 10)
    found = list(read_lines(source_of("12345\n6789\nxx\nyy\n")))
    passage = Passage(found[0], found[0].text)
    for line in found[1:]:
        passage.add(line, line.text)
    rejected = passage.left_out()
    assert passage.text == "12345\n6789"
    assert rejected is not None
    assert rejected.place == "lines 3-4"
