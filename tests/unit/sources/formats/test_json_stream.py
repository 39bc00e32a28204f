"""JSON files as pieces: lines and items, damaged ones too."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import forward_only, source_of

from minutebook.sources.formats.json import framing
from minutebook.sources.formats.json import stream as json_stream
from minutebook.sources.formats.json.sample import Layout, layout_of, peek
from minutebook.sources.formats.json.stream import LineStart, line_pieces, pieces


def _values(data: str | bytes) -> list[object]:
    return [value for piece in pieces(source_of(data)) for value in piece.values]


def _rejected(data: str | bytes) -> list[tuple[str, str]]:
    return [
        (item.place, item.reason) for piece in pieces(source_of(data)) for item in piece.rejected
    ]


@pytest.mark.parametrize(
    ("text", "layout"),
    [
        ('{"a": 1}\n{"b": 2}\n', Layout.LINES),
        ('{"a": 1}', Layout.LINES),
        ('[{"a": 1}]\n[{"a": 2}]\n', Layout.LINES),
        ('{\n  "a": 1\n}', Layout.DOCUMENT),
        ('[\n{"a": 1}\n]\n', Layout.DOCUMENT),
        ('[{"a": 1},\n{"b": 2}]', Layout.DOCUMENT),
        ('a" cut": 1}\n{"b": 2}\n', Layout.LINES),
        ('{"a": "' + "x" * 70_000 + '"}', Layout.LONG),
        ("hello\nworld\n", None),
        ("", None),
    ],
)
def test_the_layout_is_told_by_the_first_lines(text: str, layout: Layout | None) -> None:
    """Lines that are values, a document over lines, or no JSON at all."""
    assert layout_of(source_of(text).sample()) is layout


@pytest.mark.parametrize("mark", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("text", ['[{"a": "ü"}, {"a": 2}]', '{"a": "ü"}\n{"a": 2}\n'])
def test_byte_order_marks_are_heeded(mark: str, text: str) -> None:
    """UTF-8 with and without a mark, and UTF-16, are read alike."""
    values = _values(text.encode(mark))
    assert values in ([{"a": "ü"}, {"a": 2}], [[{"a": "ü"}, {"a": 2}]])


def test_utf_16_has_no_places_to_resume_from() -> None:
    """Offsets of text that was recoded mean nothing."""
    found = list(line_pieces(source_of('{"a": 1}\n{"b": 2}\n'.encode("utf-16"))))
    assert [piece.start for piece in found] == [None, None]


def test_surrogates_zero_bytes_and_odd_numbers_survive() -> None:
    """What an incremental parser would change or refuse comes through."""
    big = 10**30
    text = '["\\ud83d", "a\\u0000b", ' + str(big) + ", 1e999,\n NaN]"
    surrogate, zero, number, endless, nan = _values(text)
    assert (surrogate, zero, number, endless) == ("\ud83d", "a\x00b", big, float("inf"))
    assert nan != nan


def test_bytes_that_are_no_utf_8_are_read_one_by_one() -> None:
    """A stray byte of Windows-1252 does not spoil the rest of its line."""
    data = '{"a": "über'.encode() + b'\x93caf\xe9\x94"}\n{"b": 1}\n'
    assert _values(data) == [{"a": "über“café”"}, {"b": 1}]


def test_only_newline_ends_a_line() -> None:
    """Other line ends of Unicode occur inside of strings."""
    text = '{"a": "x\u2028y\u0085z\x0b\x1c"}\r\n{"b": 1}\r\n'
    assert _values(text) == [{"a": "x\u2028y\u0085z\x0b\x1c"}, {"b": 1}]


def test_two_records_in_one_line_are_both_read() -> None:
    """Two writers may meet without a newline."""
    assert _values('{"a": 1}{"b": 2} {"c": 3}\n{"d": 4}\n') == [
        {"a": 1},
        {"b": 2},
        {"c": 3},
        {"d": 4},
    ]


def test_a_record_behind_a_killed_one_is_read() -> None:
    """A writer was killed within a record; the next one went on in the same line."""
    text = '{"a": 0}\n{"a": 1, "b": {"c": "cut o{"a": 2, "b": {"c": 3}}\n'
    assert _values(text) == [{"a": 0}, {"a": 2, "b": {"c": 3}}]
    [(place, reason)] = _rejected(text)
    assert place == "line 2"
    assert reason.startswith("It is not valid JSON")


def test_records_around_junk_are_read() -> None:
    """Junk within a line costs neither the record before it nor the one behind."""
    text = '{"a": 0}\n{"a": 1}\x00\x00junk{"a": 2}\n'
    assert _values(text) == [{"a": 0}, {"a": 1}, {"a": 2}]
    assert len(_rejected(text)) == 1


def test_an_object_inside_of_a_broken_one_is_no_record() -> None:
    """What is left of a broken record is not taken for a record."""
    assert _values('{"x": 1}\n{"a": oops, "b": {"a": 1}}\n') == [{"x": 1}]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ("\x00\x00\x00", "zero bytes"),
        ("[" * 100_000, "not valid|nested too deeply"),
        ("[" * 100_000 + "]" * 100_000, "nested too deeply"),
        ("9" * 5_000, "too many digits"),
        ("nonsense", "not valid JSON"),
        ('{"a": 1} trailing', "not valid JSON"),
    ],
)
def test_a_broken_line_is_named_and_passed_over(line: str, reason: str) -> None:
    """Each kind of damage has a place and a reason, and the next line is read."""
    text = '{"first": 1}\n' + line + '\n{"last": 2}\n'
    assert [value for value in _values(text) if isinstance(value, dict)][-1] == {"last": 2}
    [(place, said)] = _rejected(text)
    assert place == "line 2"
    assert any(part in said for part in reason.split("|"))


def test_a_broken_item_is_named_and_passed_over() -> None:
    """One item that is no JSON does not cost the others."""
    text = '[{"a": 1},\n {"b": oops}, {"c": 3}, }, {"d": 4}]\n'
    assert _values(text) == [{"a": 1}, {"c": 3}, {"d": 4}]
    assert [place for place, _ in _rejected(text)] == ["item 2", "item 4"]


def test_what_is_behind_the_list_is_rejected() -> None:
    """Words between and behind lists are named."""
    text = "[\n1\n] and so on [\n2\n]"
    assert _values(text) == [1, 2]
    assert [place for place, _ in _rejected(text)] == ["behind item 1"]


@pytest.mark.parametrize("text", ['{"a": 1}\n{"b": ', '[{"a": 1},\n{"b": ', '[{"a": 1},\n'])
def test_an_end_that_is_not_whole_waits_while_the_file_grows(text: str) -> None:
    """While a file is written its end is not judged; afterwards it is."""
    growing = list(pieces(source_of(text, is_growing=True)))
    assert [piece.values for piece in growing] == [({"a": 1},)]
    assert not any(piece.rejected for piece in growing)
    assert len(_rejected(text)) == 1


def test_a_last_line_that_is_whole_does_not_wait() -> None:
    """A record without its newline is there, but reading will be taken up before it."""
    last = list(line_pieces(source_of('{"a": 1}\n{"b": 2}', is_growing=True)))[-1]
    assert (last.values, last.start, last.end) == (({"b": 2},), 9, None)


def test_what_is_too_long_is_rejected(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing beyond the limit is read into memory."""
    short = lambda stream, offset: _LINES(stream, offset, 10)  # noqa: E731
    monkeypatch.setattr(json_stream, "lines", short)
    found = list(line_pieces(source_of('{"a": 1}\n{"b": "long enough"}\n{"c": 1}\n')))
    assert [piece.values for piece in found] == [({"a": 1},), (), ({"c": 1},)]
    assert "longer than" in found[1].rejected[0].reason


_LINES = framing.lines


@pytest.mark.parametrize("is_seekable", [True, False])
def test_reading_is_taken_up_at_a_line(is_seekable: bool) -> None:
    """With and without seeking, reading goes on at the offset, and counts on."""
    source = source_of('{"a": 1}\n{"b": 2}\n{"c": 3}\n')
    if not is_seekable:
        source = forward_only(source)
    found = list(pieces(source, LineStart(offset=9, number=2)))
    assert [(piece.place, piece.values) for piece in found] == [
        ("line 2", ({"b": 2},)),
        ("line 3", ({"c": 3},)),
    ]


def test_a_large_object_is_read_from_the_inside(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its short members come first, wherever they stand, and then the items of its long array."""
    monkeypatch.setattr(json_stream, "LARGE", 100)
    text = json.dumps({"id": "x", "n": 1, "items": [{"i": n} for n in range(50)], "title": "t"})
    opening, *rest = pieces(source_of(text.replace(" ", "\n")), inside=frozenset({"items"}))
    assert opening.opening == {"id": "x", "n": 1, "items": [], "title": "t"}
    assert [piece.values[0] for piece in rest] == [{"i": n} for n in range(50)]


def test_the_first_record_is_seen_even_when_the_sample_ends_inside() -> None:
    """What is complete in the sample can be looked at."""
    text = json.dumps([{"title": "t", "mapping": {"a": {"message": {"text": "x" * 90_000}}}}])
    found = peek(source_of(text).sample())
    assert found is not None
    assert found.records == ({"title": "t", "mapping": {"a": {"message": {}}}},)


@given(data=st.binary(max_size=120), is_growing=st.booleans())
@settings(max_examples=200)
def test_any_bytes_are_read_to_their_end(data: bytes, is_growing: bool) -> None:
    """Nothing raises, nothing hangs."""
    for prefix in (b"", b"{", b"[{", b'{"a": 1}\n'):
        source = source_of(prefix + data, is_growing=is_growing)
        peek(source.sample())
        assert len(list(pieces(source))) <= len(data) + 4
