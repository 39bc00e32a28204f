"""WhatsApp in countries that write date and time otherwise, and what is written like it."""

from __future__ import annotations

import pytest
from text_logs import drafts, read, source_of, turns

from minutebook.domain.turns import Role
from minutebook.sources.formats.whatsapp import WhatsApp
from minutebook.sources.source import DateOrder

FORMAT = WhatsApp()


@pytest.mark.parametrize(
    ("stamp", "date"),
    [
        ("3/4/24, 7:02\u202fPM", "2024-03-04 19:02"),
        ("12/11/24, 12:05\u202fAM", "2024-12-11 00:05"),
        ("03/04/24, 7:02 PM", "2024-04-03 19:02"),
        ("3/4/24, 7:02 pm", "2024-04-03 19:02"),
        ("3/4/2024, 7:02 PM", "2024-04-03 19:02"),
        ("3/4/24, 19:02", "2024-04-03 19:02"),
    ],
)
def test_one_day_is_read_as_its_phone_wrote_it(stamp: str, date: str) -> None:
    """Where the dates leave the order open, the way of writing tells the United States."""
    found = turns(FORMAT, f"{stamp} - A: one\n{stamp} - B: two\n")
    assert {f"{draft.at:%Y-%m-%d %H:%M}" for draft in found} == {date}


def test_dates_say_more_than_the_way_of_writing() -> None:
    """A file whose dates fit only with the day first is read so."""
    text = "".join(f"{day}/4/24, 7:02 PM - A: x\n" for day in (3, 4, 14, 15, 16))
    assert next(f"{draft.at:%m-%d}" for draft in turns(FORMAT, text)) == "04-03"


def test_the_setting_decides_what_nothing_tells() -> None:
    """Without any hint the order is that of the configuration."""
    source = source_of("3/4/24, 19:02 - A: x\n", order=DateOrder.MONTH_FIRST)
    assert [f"{draft.at:%m-%d}" for draft in drafts(read(FORMAT, source))] == ["03-04"]


@pytest.mark.parametrize("form", ["{}, {} - {}: {}\n", "[{}, {}] {}: {}\n"])
def test_reads_headers_with_the_clock_first(form: str) -> None:
    """So does Vietnam write, and so does what is copied out of the browser."""
    text = form.format("15:15", "14/01/2020", "Ann", "hi") + "more\n"
    text += form.format("15:16", "14/01/2020", "Bo", "yes")
    assert FORMAT.detect(source_of(text).sample()) is not None
    found = turns(FORMAT, text)
    assert [(t.author, t.content.text, f"{t.at:%d.%m. %H:%M}", t.at_raw) for t in found] == [
        ("Ann", "hi\nmore", "14.01. 15:15", "15:15, 14/01/2020"),
        ("Bo", "yes", "14.01. 15:16", "15:16, 14/01/2020"),
    ]


def test_copied_lines_stay_within_the_message() -> None:
    """Messages copied out of the browser into another one do not end it."""
    pasted = "[15:15, 14/01/2020] Bo: hi"
    found = turns(
        FORMAT, f"[20/01/2020, 10:00:00] Ann: look\n{pasted}\n[20/01/2020, 10:01:00] Bo: x\n"
    )
    assert [draft.content.text for draft in found] == [f"look\n{pasted}", "x"]


def test_japanese_files_left_out_are_files() -> None:
    """The notice of a file left out is its sender's."""
    (found,) = turns(FORMAT, "[2020/01/15 0:15:22] 花子: \u200e画像は含まれていません\n")
    assert (found.role, found.author, len(found.content.attachments)) == (Role.PERSON, "花子", 1)


def test_appointments_are_no_messages() -> None:
    """The end of an appointment is nobody's name."""
    text = "12/01/2024 10:00 - 11:00: Meeting: plans\n12/02/2024 10:00 - 11:30: Call\n"
    assert FORMAT.detect(source_of(text).sample()) is None
