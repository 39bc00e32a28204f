"""Where reading is taken up again, and when it must not be."""

from __future__ import annotations

from dataclasses import replace
from typing import IO

from desk import OPTIONS
from hypothesis import given
from hypothesis import strategies as st

from doubles import FakeClock
from minutebook.sources.open_records import OpenTurn
from minutebook.sources.resume import (
    Bookmark,
    Resume,
    around,
    can_go_on,
    ends_with_newline,
    fingerprint,
)
from minutebook.sources.source import Source, from_bytes

LOG = b"".join(b"line %d\n" % n for n in range(2_000))


def source(data: bytes) -> Source:
    """Wrap bytes as a source."""
    return from_bytes(data, name="a.log", options=OPTIONS, at=FakeClock().now)


def marked(data: bytes, offset: int) -> Resume:
    """Return what is kept of a log that was read up to an offset."""
    bookmark = Bookmark(offset=offset, state="", around=around(source(data), offset))
    return Resume(bookmark=bookmark)


def test_it_is_written_and_read_back() -> None:
    """Everything that is kept, with any text in it."""
    turn = OpenTurn(
        key="\ud800k",
        frame="f",
        is_timed=True,
        conversation=0,
        position=3,
        is_cut=True,
        length=2,
        text_hash="h",
    )
    bookmark = Bookmark(
        offset=7, state='{"a": "\u2028"}', around="x", conversation="cv_1", keys="[]", behind=-5
    )
    kept = Resume(bookmark=bookmark, open_turns=(turn,), unsettled=(("cv_1", "k"),))
    assert Resume.from_json(kept.to_json()) == kept
    assert Resume.from_json(Resume().to_json()) == Resume.from_json("") == Resume()


@given(st.integers(0, len(LOG)), st.integers(0, len(LOG)))
def test_a_log_that_has_grown_goes_on(read: int, more: int) -> None:
    """Whatever came behind the bookmark."""
    length = max(read, more)
    assert can_go_on(source(LOG[:length]), marked(LOG[:read], read))


def test_a_log_that_is_shorter_does_not_go_on() -> None:
    """The bookmark lies behind its end."""
    assert not can_go_on(source(LOG[:99]), marked(LOG, 100))
    assert not can_go_on(source(LOG), Resume())


def test_a_log_that_was_rewritten_does_not_go_on() -> None:
    """Another beginning, or other bytes right before the bookmark."""
    kept = marked(LOG, 12_000)
    assert not can_go_on(source(b"L" + LOG[1:]), kept)
    assert not can_go_on(source(LOG[:11_500] + b"x" + LOG[11_501:]), kept)


def test_the_fingerprint_looks_at_both_ends() -> None:
    """A change of the same length, at the beginning or the end."""
    prints = {
        fingerprint(source(data)) for data in (LOG, b"L" + LOG[1:], LOG[:-2] + b"x\n", LOG[:-1])
    }
    assert len(prints) == 4


def test_a_checksum_stands_for_all_bytes() -> None:
    """Of a member of a zip: the same one goes on, another does not, and nothing is unpacked."""

    def unopened() -> IO[bytes]:
        raise AssertionError("it was opened")

    first = replace(source(LOG), checksum="aa", open=unopened)
    kept = Resume(bookmark=Bookmark(offset=100, state="", around=around(first, 100)))
    assert can_go_on(first, kept)
    assert not can_go_on(replace(first, checksum="bb"), kept)


def test_a_last_line_is_whole_or_not() -> None:
    """Nothing at all has no last line."""
    assert ends_with_newline(source(b""))
    assert ends_with_newline(source(b"a\n"))
    assert not ends_with_newline(source(b"a\nb"))
