"""Records that were still being written when their file was last read."""

from __future__ import annotations

from datetime import UTC, datetime

from minutebook.domain.turns import Content, Role, TurnDraft
from minutebook.sources.open_records import OpenRecords, OpenTurn

NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)


def said(
    text: str, *, author: str = "Ana", at: datetime | None = NOON, id_: str | None = None
) -> TurnDraft:
    """Make a draft."""
    content = Content(text=text)
    return TurnDraft(role=Role.PERSON, author=author, content=content, at=at, native_id=id_)


def after(*texts: str, is_cut: bool = False) -> tuple[OpenTurn, ...]:
    """Return what stays open after reading some texts, whose keys are the texts."""
    records = OpenRecords()
    for text in texts:
        records.meet(text, said(text))
    return records.left(is_cut=is_cut)


def test_a_longer_reading_takes_the_place_of_the_last_record() -> None:
    """The same message at the same place of the file has grown."""
    again = OpenRecords(after("one", "tw"))
    assert again.meet("one", said("one")) is None
    assert again.meet("two", said("two")) == "tw"


def test_in_a_file_that_was_written_anew_the_place_tells_nothing() -> None:
    """Only what begins like the record that was open takes its place."""
    again = OpenRecords(after("one", "tw"), goes_on=False)
    assert again.meet("1", said("other")) is None
    assert again.meet("two", said("two")) == "tw"


def test_an_open_record_that_is_renamed_is_found_by_its_new_name() -> None:
    """The record has it under another key."""
    records = OpenRecords()
    records.meet("one", said("one"), 1)
    records.rename(2, {"one": "x"})
    records.rename(1, {"one": "first"})
    assert [turn.key for turn in records.left(is_cut=False)] == ["first"]


def test_a_record_with_an_id_is_never_open() -> None:
    """The log's own ids settle what is what."""
    records = OpenRecords()
    records.meet("7", said("one", id_="7"))
    assert records.left(is_cut=False) == ()


def test_another_message_at_the_same_place_is_another_message() -> None:
    """Somebody else spoke there: nothing is replaced."""
    again = OpenRecords(after("one"))
    assert again.meet("two", said("two", author="Bo")) is None


def test_a_line_that_was_cut_may_become_anything() -> None:
    """`12:30 <` was read as a notice, and turns out to be what somebody said."""
    again = OpenRecords(after("<", is_cut=True))
    assert again.meet("<bo> hello", said("hello", author="Bo")) == "<"


def test_elsewhere_in_the_file_the_beginning_tells() -> None:
    """A longer export moved the record; it still begins with what was recorded."""
    again = OpenRecords(after("half a"))
    again.meet("older", said("older", author="Bo"))
    assert again.meet("half a line", said("half a line")) == "half a"


def test_without_times_the_beginning_tells_nothing() -> None:
    """`ok` and `ok then` of an untimed log are two messages."""
    records = OpenRecords()
    records.meet("ok", said("ok", at=None))
    again = OpenRecords(records.left(is_cut=False))
    again.meet("x", said("x", author="Bo", at=None))
    assert again.meet("ok then", said("ok then", at=None)) is None


def test_nothing_new_leaves_it_open() -> None:
    """Reading on when nothing has come keeps what was open."""
    before = after("one")
    assert OpenRecords(before).left(is_cut=False) == before


def test_a_cut_line_becomes_nothing_of_another_conversation() -> None:
    """What stands at its place now belongs to the next session: nothing is replaced."""
    again = OpenRecords(after("<", is_cut=True))
    assert again.meet("hello", said("hello", author="Bo"), 1) is None


def test_a_cut_line_that_says_nothing_for_now_stays_open() -> None:
    """`12:3` was read as a notice, `12:30 ` says nothing, and `12:30 <bo> hello` is what it was."""
    records = OpenRecords()
    records.meet("first", said("first"))
    records.meet(":3", said(":3", author="", at=None))
    shorter = OpenRecords(records.left(is_cut=True))
    shorter.meet("first", said("first"))
    whole = OpenRecords(shorter.left(is_cut=True))
    whole.meet("first", said("first"))
    assert whole.meet("<bo> hello", said("hello", author="Bo")) == ":3"
