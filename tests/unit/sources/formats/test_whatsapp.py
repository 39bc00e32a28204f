"""WhatsApp exports: every form of header, date order, notice and file."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from text_logs import (
    conversations,
    drafts,
    read,
    read_in_two,
    rejects,
    said,
    source_of,
    turns,
    utc,
)

from minutebook.domain.turns import Role
from minutebook.sources.formats.whatsapp import WhatsApp
from minutebook.sources.parsed import Checkpoint, Identity
from minutebook.sources.source import DateOrder

FORMAT = WhatsApp()


@pytest.mark.parametrize(
    ("line", "instant"),
    [
        ("[7/14/25, 11:34:42\u202fPM] Anna: Hi", "2025-07-14 21:34:42"),
        ("\u200e[7/14/25, 11:34:42\u202fPM] Anna: Hi", "2025-07-14 21:34:42"),
        ("[31/12/2022 11:40:26] Anna: Hi", "2022-12-31 10:40:26"),
        ("[15-01-20 02:22:56] Anna: Hi", "2020-01-15 01:22:56"),
        ("[5.04.19, 14:59:45] Anna: Hi", "2019-04-05 12:59:45"),
        ("[2024/10/31\u2009下午3:50:46] Anna: Hi", "2024-10-31 14:50:46"),
        ("[12.3.2022 klo 14.08.18] Anna: Hi", "2022-03-12 13:08:18"),
        ("12/9/20, 23:55 - Anna: Hi", "2020-09-12 21:55:00"),
        ("1/4/23, 7:02\u202fPM - Anna: Hi", "2023-01-04 18:02:00"),
        ("22.08.18, 14:42 - Anna: Hi", "2018-08-22 12:42:00"),
        ("20/6/2017 8:28\u00a0p. m. - Anna: Hi", "2017-06-20 18:28:00"),
        ("2021-03-18, 3:02 p.m. - Anna: Hi", "2021-03-18 14:02:00"),
        ("09/12/2012 17:03:48: Anna: Hi", "2012-12-09 16:03:48"),
        ("24/3/14, 13:59:59: Anna: Hi", "2014-03-24 12:59:59"),
        ("2021. 3. 18. 오후 3:02 - Anna: Hi", "2021-03-18 14:02:00"),
        ("2021년 3월 18일 오전 12:02 - Anna: Hi", "2021-03-17 23:02:00"),
        ("2021/3/18 午後3:02 - Anna: Hi", "2021-03-18 14:02:00"),
        ("18/3/21, 3:02 μ.μ. - Anna: Hi", "2021-03-18 14:02:00"),
        ("[١٨\u200f/٣\u200f/٢٠٢١، ٣:٠٢:٠٠ م] Anna: Hi", "2021-03-18 14:02:00"),
        ("१८/०३/२०२१, १५:०२ - Anna: Hi", "2021-03-18 14:02:00"),
        ("18/3/2564, 15:02 - Anna: Hi", "2021-03-18 14:02:00"),
        ("[۱۳۹۹/۱۲/۲۸،\u200f ۱۵:۰۲:۰۰] Anna: Hi", "2021-03-18 14:02:00"),
        ("31/12/22, 12:05 am - Anna: Hi", "2022-12-30 23:05:00"),
        ("31/12/22, 00:08 a. m. - Anna: Hi", "2022-12-30 23:08:00"),
    ],
)
def test_reads_every_form_of_header(line: str, instant: str) -> None:
    """A header of any system and language gives author, text and instant."""
    source = source_of(f"{line}\n{line} again\n")
    assert FORMAT.detect(source.sample()) is not None
    first, second = drafts(read(FORMAT, source))
    assert (first.author, first.content.text, utc(first)) == ("Anna", "Hi", instant)
    assert second.content.text == "Hi again"
    assert (first.role, first.zone_known, first.native_id) == (Role.PERSON, False, None)
    assert first.at_raw in line


@pytest.mark.parametrize("form", ["[{}, {:%H:%M:%S}] Anna: {}", "{}, {:%H:%M} - Anna: {}"])
@pytest.mark.parametrize("written", ["%d/%m/%y", "%m/%d/%y", "%d.%m.%Y", "%m-%d-%Y", "%Y/%m/%d"])
@pytest.mark.parametrize("default", list(DateOrder))
def test_decides_the_order_of_dates_for_the_whole_file(
    form: str, written: str, default: DateOrder
) -> None:
    """The same chat, written in every date order, gives the same instants."""
    days = [datetime(2023, 1, 3, 12, tzinfo=UTC) + timedelta(days=5 * step) for step in range(40)]
    text = "".join(form.format(day.strftime(written), day, "x") + "\n" for day in days)
    found = drafts(read(FORMAT, source_of(text, order=default)))
    assert [draft.at.replace(tzinfo=UTC) for draft in found if draft.at] == days


def test_close_dates_decide_when_no_day_is_above_twelve() -> None:
    """Without a day above twelve the order that keeps dates close is right."""
    text = "04/01/2023, 10:00 - A: x\n04/02/2023, 10:00 - A: x\n04/03/2023, 10:00 - A: x\n"
    assert utc(turns(FORMAT, text)[2]) == "2023-04-03 08:00:00"


@pytest.mark.parametrize(
    ("order", "instant"),
    [
        (DateOrder.DAY_FIRST, "2024-04-03 08:00:00"),
        (DateOrder.MONTH_FIRST, "2024-03-04 09:00:00"),
    ],
)
def test_the_setting_decides_when_nothing_else_does(order: DateOrder, instant: str) -> None:
    """One date alone is read as the user said."""
    source = source_of("03/04/2024, 10:00 - A: x\n", order=order)
    assert utc(drafts(read(FORMAT, source))[0]) == instant


def test_a_pasted_date_does_not_turn_the_order_over() -> None:
    """One date that fits only the other order is read so, alone."""
    lines = [f"{day:02}/05/2023, 10:00 - A: x" for day in range(1, 28)]
    lines.insert(2, "05/28/2023, 10:00 - B: pasted")
    found = turns(FORMAT, "\n".join(lines))
    assert utc(found[4]) == "2023-05-04 08:00:00"
    assert utc(found[2]) == "2023-05-28 08:00:00"


def test_keeps_messages_of_many_lines() -> None:
    """Lines without a header belong to the message above, blank ones too; only newline ends one."""
    text = (
        "[31/12/2022, 11:40:26] Anna: one\n\n  three\u2028still\x85three\r\n"
        "[31/12/2022, 11:40:27] Ben: 12/31/2022 was fine\r\n"
    )
    first, second = turns(FORMAT, text)
    assert first.content.text == "one\n\n  three\u2028still\x85three"
    assert second.content.text == "12/31/2022 was fine"


def test_a_pasted_header_of_another_form_stays_in_the_message() -> None:
    """An export has one form of header; lines of another are words."""
    text = (
        "31/12/22, 11:40 - Anna: see the log\n[2022-12-31 10:00:00] ERROR: disk full\n"
        "2022-12-31 10:00:01: Fatal: gone\n31/12/22, 11:41 - Ben: ok\n"
    )
    found = turns(FORMAT, text)
    assert len(found) == 2
    assert "ERROR: disk full\n2022" in found[0].content.text


@pytest.mark.parametrize(
    "line",
    [
        "31/12/22, 11:40 - Anna created group “Alps: the trip”",
        '31/12/22, 11:40 - Anna changed the subject from "a: b" to "c: d"',
        "31/12/22, 11:40 - Messages and calls are end-to-end encrypted.",
        "31/12/22, 11:40 - Anna changed the group name to 12:30",
        "31/12/22, 11:40 - See https://faq.whatsapp.com",
        "[31/12/22, 11:40:00] Alps: \u200eAnna created this group",
        "[31/12/22, 11:40:00] Alps: \u200eMessages and calls are end-to-end encrypted.",
        "[31/12/22, 11:40:00] Anna: \u200eAnna changed the subject to “a: b”",
    ],
)
def test_notices_are_nobodys_words(line: str) -> None:
    """A notice is a turn of the system, with all of its text and no author."""
    (draft,) = turns(FORMAT, line)
    assert (draft.role, draft.author) == (Role.SYSTEM, "")
    assert not draft.content.text.startswith("\u200e")
    assert line.endswith(draft.content.text)


@pytest.mark.parametrize(
    ("text", "name", "left"),
    [
        ("<Media omitted>", "Media omitted", ""),
        ("<Medien ausgeschlossen>", "Medien ausgeschlossen", ""),
        ("<Multimedia omitido>", "Multimedia omitido", ""),
        ("<Arquivo de mídia oculto>", "Arquivo de mídia oculto", ""),
        ("\u200e<attached: 00000001-PHOTO.jpg>", "00000001-PHOTO.jpg", ""),
        ("\u200e<Anhang: 2.opus>", "2.opus", ""),
        ("look \u200e<attached: 3.mp4>", "3.mp4", "look"),
        ("IMG-20240131-WA0001.jpg (file attached)", "IMG-20240131-WA0001.jpg", ""),
        ("IMG-20240131-WA0001.jpg (quelque chose)", "IMG-20240131-WA0001.jpg", ""),
        ("\u200eplan b.pdf (Datei angehängt)\nthe plan", "plan b.pdf", "the plan"),
        ("image omitted", "image omitted", ""),
        ("\u200eBild weggelassen", "Bild weggelassen", ""),
        ("\u200eGIF omitted", "GIF omitted", ""),
        ("a.pdf • \u200e4 pages \u200edocument omitted", "document omitted", "a.pdf • 4 pages"),
    ],
)
def test_files_become_attachments(text: str, name: str, left: str) -> None:
    """What stands for a file is named as an attachment; a caption stays text."""
    (draft,) = turns(FORMAT, f"[31/12/22, 11:40:00] Anna: {text}\n")
    assert [attachment.name for attachment in draft.content.attachments] == [name]
    assert (draft.author, draft.content.text, draft.role) == ("Anna", left, Role.PERSON)


@pytest.mark.parametrize("text", ["see foo.py (new version)", "<br>", "a <b: c> d", "I omitted"])
def test_words_that_look_like_files_stay_words(text: str) -> None:
    """People write about files and markup too."""
    (draft,) = turns(FORMAT, f"31/12/22, 11:40 - Anna: {text}\n")
    assert (draft.content.text, draft.content.attachments) == (text, ())


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("I will \u200e<This message was edited>", "I will"),
        ("Ja. <Diese Nachricht wurde bearbeitet.>", "Ja."),
        ("I like <b>", "I like <b>"),
        ("This message was deleted", "This message was deleted"),
        ("\u200eYou deleted this message.", "You deleted this message."),
        ("\u200eMissed voice call", "Missed voice call"),
    ],
)
def test_marks_of_edits_go_and_deleted_messages_stay(text: str, left: str) -> None:
    """The mark of an edit is nobody's word; a deleted message is still somebody's."""
    (draft,) = turns(FORMAT, f"31/12/22, 11:40 - Anna: {text}\n")
    assert (draft.author, draft.role, draft.content.text) == ("Anna", Role.PERSON, left)


@pytest.mark.parametrize(
    ("written", "author"),
    [
        ("~\u202fChris", "Chris"),
        ("~ Chris", "Chris"),
        ("\u202a+49\u00a0171\u00a0123\u202c", "+49 171 123"),
        ("🤓", "🤓"),
        ("\u200fشيماء", "شيماء"),
    ],
)
def test_names_lose_their_marks(written: str, author: str) -> None:
    """The tilde of a stranger and directional marks are not part of a name."""
    (draft,) = turns(FORMAT, f"31/12/22, 11:40 - {written}: x\n")
    assert draft.author == author


@pytest.mark.parametrize(("rest", "text"), [("Anna:.", "."), ("Anna:", ""), ("Anna:text", "text")])
def test_a_missing_space_does_not_hide_the_author(rest: str, text: str) -> None:
    """Some exports leave the space behind the colon out."""
    (draft,) = turns(FORMAT, f"31/12/22, 11:40 - {rest}\n")
    assert (draft.author, draft.content.text) == ("Anna", text)


@pytest.mark.parametrize(
    ("name", "folders", "chat"),
    [
        ("WhatsApp Chat with Family 🌲.txt", (), "Family 🌲"),
        ("WhatsApp Chat - Family.txt", (), "Family"),
        ("WhatsApp Chat with Family (1).txt", (), "Family"),
        ("WhatsApp Chat with A-Team (1) (2).txt", (), "A-Team"),
        ("Chat de WhatsApp con Los Primos.txt", (), "Los Primos"),
        ("WhatsApp-Chat mit Oma.txt", (), "Oma"),
        ("Discussion WhatsApp avec Léa.txt", (), "Léa"),
        ("Conversa do WhatsApp com Ana.txt", (), "Ana"),
        ("_chat.txt", ("down", "WhatsApp Chat - Family"), "Family"),
        ("_chat.txt", ("WhatsApp Chat - Family.zip",), "Family"),
        ("_chat.txt", (), ""),
        ("notes.txt", ("WhatsApp Chat - Family",), ""),
    ],
)
def test_the_file_or_its_archive_names_the_chat(
    name: str, folders: tuple[str, ...], chat: str
) -> None:
    """Prefixes in any language and copy numbers are not part of the name."""
    source = source_of("31/12/22, 11:40 - Anna: x\n", name, folders=folders)
    (found,) = conversations(read(FORMAT, source))
    assert (found.native_id, found.title) == (chat, chat)
    assert found.identity is (Identity.NAMED if chat else Identity.UNKNOWN)


@pytest.mark.parametrize(
    "line",
    [
        '31/12/22, 11:40 - +12 345 created group "Alps"',
        "31/12/22, 11:40 - Anna hat die Gruppe „Alps“ erstellt.",
        "[31/12/22, 11:40:00] Anna: \u200eAnna created group “Alps”",
        "[31/12/22, 11:40:00] Alps: \u200eMessages and calls are end-to-end encrypted.",
    ],
)
def test_a_notice_names_the_chat_when_the_file_does_not(line: str) -> None:
    """The group's creation and the opening notice tell the name."""
    (found,) = conversations(read(FORMAT, source_of(f"{line}\n")))
    assert (found.identity, found.native_id) == (Identity.NAMED, "Alps")


def test_an_hour_that_comes_twice_is_told_apart_by_order() -> None:
    """When clocks go back, the second run of the hour is an hour later."""
    lines = [f"29/10/2023, {clock} - A: x" for clock in ("02:10", "02:50", "02:20", "03:01")]
    found = turns(FORMAT, "\n".join(["28/10/2023, 10:00 - A: x", *lines]))
    assert [utc(draft)[11:16] for draft in found[1:]] == ["00:10", "00:50", "01:20", "02:01"]


def test_text_before_the_first_message_is_quarantined() -> None:
    """What belongs to no message is kept aside, with its place."""
    items = read(FORMAT, source_of("\nsome\nwords\n31/12/22, 11:40 - Anna: x\n"))
    (rejected,) = rejects(items)
    assert (rejected.place, rejected.excerpt) == ("lines 2-3", "some\nwords")
    assert len(drafts(items)) == 1


def test_dates_that_do_not_exist_are_words() -> None:
    """A header with an impossible date or time belongs to the message above."""
    text = "31/12/22, 11:40 - A: x\n45/13/22, 11:40 - B: y\n31/12/22, 25:61 - C: z\n"
    (draft,) = turns(FORMAT, text)
    assert draft.content.text.count("\n") == 2


def test_a_byte_order_mark_and_wide_characters_are_heeded() -> None:
    """UTF-16 with its mark reads as UTF-8 does."""
    text = "31/12/22, 11:40 - Anna: ੁ grüß\n\n31/12/22, 11:41 - Ben: 🌲\n"
    plain = [draft.content.text for draft in turns(FORMAT, text)]
    assert plain == ["ੁ grüß\n", "🌲"]
    for mark, encoding in (("\ufeff", "utf-8"), ("\ufeff", "utf-16-le"), ("\ufeff", "utf-16-be")):
        wide = turns(FORMAT, (mark + text).encode(encoding))
        assert [draft.content.text for draft in wide] == plain


def test_a_growing_file_holds_its_last_partial_line_back() -> None:
    """A line that is still being written is not read."""
    text = "31/12/22, 11:40 - Anna: x\n31/12/22, 11:41 - Ben: hal"
    assert len(drafts(read(FORMAT, source_of(text, is_growing=True)))) == 1
    assert drafts(read(FORMAT, source_of(text)))[1].content.text == "hal"


def test_checkpoints_come_every_two_hundred_turns_and_before_the_last() -> None:
    """The last message may still grow, so it stands behind the last checkpoint."""
    text = "".join(f"{1 + n % 28:02}/12/2022, 11:40 - A: {n}\n" for n in range(450))
    items = read(FORMAT, source_of(text, "WhatsApp Chat with B.txt"))
    places = [at for at, item in enumerate(items) if isinstance(item, Checkpoint)]
    assert places == [201, 402, 452]
    assert len(items) == 454


def test_no_checkpoint_where_more_of_the_file_could_change_the_dates() -> None:
    """While day and month are only guessed, a grown file is read from its start."""
    items = read(FORMAT, source_of("03/04/2024, 10:00 - A: x\n" * 300, "WhatsApp Chat - B.txt"))
    assert not any(isinstance(item, Checkpoint) for item in items)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "\n\n",
        "date,time,text\n01/02/2024,10:00,hello\n02/02/2024,10:00,hi\n",
        "[2024-01-02 12:00:01] ERROR: disk\n[2024-01-02 12:00:02] INFO: ok\n" * 20,
        "2024-01-02 12:00:01: Error: disk\n2024-01-02 12:00:02: Warning: x\n" * 20,
        "2024-01-02 12:00:01,123 - root - INFO - started\n" * 20,
        "Jan  2 12:00:01 host sshd[3]: Accepted\n" * 20,
        "def main() -> None:\n    return None\n",
        "# Readme\n\nWords on 01/02/2024, 10:00 and more.\n",
        '{"date": "01/02/2024, 10:00 - A: x"}\n',
        "[10:00] <nick> hello\n[10:01] <other> hi\n",
        "[2019-12-24, 12:23] notice without a name\n" * 3,
    ],
)
def test_other_things_are_not_exports(text: str) -> None:
    """Tables, logs of programs, source code, prose and other chats do not match."""
    assert FORMAT.detect(source_of(text).sample()) is None


def test_a_hostile_line_takes_no_longer_than_others() -> None:
    """Long runs of what the patterns look for are read, not chewed on."""
    evil = ["1/" * 50_000, "[" + "1" * 100_000, "1/1/21, " + "a " * 50_000, "1/1/21 1:11 " * 20_000]
    evil += ["31/12/22, 11:40 - A: " + "<a: " * 50_000, "31/12/22, 11:40 - " + "\u200e" * 100_000]
    evil += ["31/12/22, 11:40 - A: \u200e" + "x.y (" * 50_000]
    items = read(FORMAT, source_of("\n".join(evil)))
    assert len(drafts(items)) == 3


NAMES = st.sampled_from(["Anna", "Ben Müller", "+49 171 123", "🌲"])
WORDS = st.text(st.characters(exclude_characters="\n\r\u200e<>()", codec="utf-8"), max_size=30)
MESSAGES = st.lists(
    st.tuples(st.integers(0, 400_000), NAMES, st.lists(WORDS, min_size=1, max_size=3)),
    max_size=30,
)


def _export(
    messages: list[tuple[int, str, list[str]]], form: str
) -> tuple[str, list[tuple[str, str, str]]]:
    at = datetime(2021, 1, 1, tzinfo=UTC)
    text, expected = "", []
    for minutes, author, lines in messages:
        at += timedelta(minutes=minutes % 4_000)
        head = at.strftime(form)
        kept = [line if line[:1].isalpha() else f"x{line}" for line in lines]
        text += f"{head}{author}: " + "\n".join(kept) + "\n"
        expected.append((author, "\n".join(kept).replace(" omitted", " "), at.isoformat()))
    return text, expected


@settings(max_examples=60, deadline=None)
@given(messages=MESSAGES, form=st.sampled_from(["%d/%m/%Y, %H:%M - ", "[%Y-%m-%d, %H:%M:%S] "]))
def test_reads_back_what_an_export_wrote(
    messages: list[tuple[int, str, list[str]]], form: str
) -> None:
    """Authors, texts and times come back as they went out."""
    text, expected = _export(messages, form)
    text = text.replace(" omitted", " ")
    source = source_of(text, order=DateOrder.DAY_FIRST)
    found = [
        (draft.author, draft.content.text, draft.at.replace(tzinfo=UTC).isoformat())
        for draft in drafts(read(FORMAT, source))
        if draft.at
    ]
    if "-" in form[:4] or len({at[:10] for _, _, at in expected}) > 40:
        assert found == expected
    else:
        assert [each[:2] for each in found] == [each[:2] for each in expected]


@settings(max_examples=60, deadline=None)
@given(
    messages=MESSAGES,
    form=st.sampled_from(["%d/%m/%Y, %H:%M - ", "[%m/%d/%y, %H:%M:%S] "]),
    where=st.floats(0, 1),
    name=st.sampled_from(["_chat.txt", "WhatsApp Chat - B.txt"]),
)
def test_going_on_from_a_checkpoint_is_reading_it_whole(
    messages: list[tuple[int, str, list[str]]], form: str, where: float, name: str
) -> None:
    """Wherever the file was cut when it was first read, the second reading completes it."""
    text, _ = _export(messages, form)
    data = ("before\n" + text).encode()
    whole = said(read(FORMAT, source_of(data, name)))
    assert said(read_in_two(FORMAT, data, int(len(data) * where), name)) == whole


@settings(max_examples=150, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.binary(max_size=40),
            st.sampled_from(
                [
                    b"31/12/22, 11:40 - ",
                    b"[1/1/21, 1:11:11 PM] A: ",
                    b"\xe2\x80\x8e<a: b.jpg>",
                    b"\n",
                ]
            ),
        ),
        max_size=30,
    )
)
def test_no_bytes_break_it(pieces: list[bytes]) -> None:
    """Whatever a file holds, it is read to its end."""
    source = source_of(b"".join(pieces))
    FORMAT.detect(source.sample())
    read(FORMAT, source)
