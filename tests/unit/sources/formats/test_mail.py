"""Mailboxes and single mails."""

from __future__ import annotations

import mailbox
from email.message import EmailMessage
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from json_logs import Reading, read, read_in_two, score

from minutebook.domain.turns import Attachment, Role
from minutebook.sources.formats.mail import Mail

BEGIN = "From ana@example.org Tue Jan  2 10:00:00 2024\n"


def eml(number: int, text: str = "", **headers: str) -> str:
    """Write a mail."""
    known = {
        "From": "Ana Berg <ana@example.org>",
        "To": "bo@example.org",
        "Subject": "Ferry",
        "Date": f"Tue, 02 Jan 2024 10:{number:02}:00 +0100",
        "Message-ID": f"<m{number}@example.org>",
    }
    named = known | {name.replace("_", "-"): value for name, value in headers.items()}
    head = "".join(f"{name}: {value}\n" for name, value in named.items() if value)
    return f"{head}\n{text or f'say {number}'}\n"


def box(*mails: str) -> str:
    """Write a mailbox."""
    return "".join(f"{BEGIN}{mail}\n" for mail in mails)


def only(data: str | bytes) -> Reading:
    """Read a file of one mail."""
    one = read(Mail(), data)
    assert len(one.turns) == 1
    assert one.rejected == []
    return one


THREAD = [
    eml(1),
    eml(2, Subject="Re: Ferry", From="bo@example.org", In_Reply_To="<m1@example.org>"),
    eml(3, Subject="AW: Re: Ferry", References="<m1@example.org>\n <m2@example.org>"),
    eml(4, Subject="Other"),
    eml(5, Subject="New: Ferry", In_Reply_To="<m3@example.org>"),
]


def test_a_thread_is_a_conversation() -> None:
    """Named by its first mail, called by its subject; answers name what they answer."""
    one = read(Mail(), box(*THREAD))
    assert [name for name, _ in one.told] == [f"m{n}@example.org" for n in (1, 1, 1, 4, 1)]
    assert [found.title for found in one.conversations] == ["Ferry", "", "", "Other", ""]
    assert [turn.margin.replies_to for turn in one.turns] == [
        None,
        "m1@example.org",
        "m2@example.org",
        None,
        "m3@example.org",
    ]
    first, second = one.turns[:2]
    assert (first.role, first.author, first.content.text) == (Role.PERSON, "Ana Berg", "say 1")
    assert (str(first.at), first.at_raw, first.zone_known) == (
        "2024-01-02 09:01:00+00:00",
        "Tue, 02 Jan 2024 10:01:00 +0100",
        True,
    )
    assert second.author == "bo@example.org"


def test_single_mails_find_their_thread_in_any_order() -> None:
    """By the first mail that each refers to."""
    for mail in THREAD[2::-1]:
        assert only(mail).conversations[0].native_id == "m1@example.org"


def test_the_kind_of_file_is_told_by_its_beginning() -> None:
    """A mailbox, a mail; also with carriage returns. Not what only looks like either."""
    assert score(Mail(), box(*THREAD)) == 0.97
    assert score(Mail(), THREAD[0]) == 0.9
    assert score(Mail(), THREAD[0].replace("\n", "\r\n")) == 0.9
    assert score(Mail(), "Return-Path: <a@b>\nReceived: from x\n by y\nFrom: a@b\n\nhi") == 0.9
    for other in (
        "From me to you, in 2024\nhello there\n",
        "From: Ana\nhello\n",
        "Date: today\nSubject: a note\n\ntext\n",
        "",
        "\n\n",
    ):
        assert score(Mail(), other) == 0


def test_a_mailbox_is_what_the_standard_library_writes(tmp_path: Path) -> None:
    """With lines in mails that look like the beginning of one."""
    texts = ["one\n\nFrom here on in 2024\n>From there", "two\n\n\nFrom Bo, 2023\n", "three"]
    written = mailbox.mbox(tmp_path / "box")
    for number, text in enumerate(texts):
        message = EmailMessage()
        message["From"], message["Subject"] = "Bö <bo@example.org>", "Fähre"
        message["Message-ID"] = f"<{number}@x>"
        message.set_content(text)
        written.add(message)
    written.close()
    one = read(Mail(), (tmp_path / "box").read_bytes())
    said = [turn.content.text for turn in one.turns]
    assert [text.replace(">From", "From") for text in said] == [
        text.strip().replace(">From", "From") for text in texts
    ]
    assert {turn.author for turn in one.turns} == {"Bö"}
    assert {found.title for found in one.conversations} == {"Fähre"}


def test_all_parts_of_a_mail_are_kept() -> None:
    """Of alternatives the plain one; pages as text; files and mails by name, type and size."""
    message = EmailMessage()
    message["From"], message["Subject"] = "a@b", "Parts"
    message.set_content("plain")
    message.add_alternative("<p>page</p>", subtype="html")
    message.add_attachment(b"abc", maintype="image", subtype="png", filename="k\u00e4rte.png")
    inner = EmailMessage()
    inner["Subject"] = "Inner"
    inner.set_content("inside")
    message.add_attachment(inner)
    content = only(message.as_bytes()).turns[0].content
    assert content.text == "plain"
    assert content.attachments[0] == Attachment(name="kärte.png", media_type="image/png", size=3)
    assert (content.attachments[1].name, content.attachments[1].media_type) == (
        "Inner",
        "message/rfc822",
    )


def test_a_mail_that_is_a_page_is_read_as_text() -> None:
    """Lines where a reader sees them; nothing that is not seen."""
    page = (
        "<html><head><title>x</title><style>p {}</style></head><body><div>Hello <b>Bo</b>,</div>"
        "<p>at\n noon&nbsp;&amp; not<br>later</p><script>x</script><pre>a\n b</pre>"
        "<ul><li>one</li><li>two</li></ul></body></html>"
    )
    data = eml(1, page, Content_Type="text/html; charset=utf-8")
    text = only(data).turns[0].content.text
    assert text.startswith("Hello Bo,\nat noon\u00a0& not\nlater\n")
    assert not {"x", "p {}"} & set(text.split("\n"))


@pytest.mark.parametrize(
    ("headers", "data", "text"),
    [
        ({"Content_Type": "text/plain; charset=iso-8859-1"}, b"F\xe4hre", "Fähre"),
        ({"Content_Type": "text/plain; charset=nonsense"}, "Fähre".encode(), "Fähre"),
        ({}, b"F\xe4hre", "Fähre"),
        ({"Content_Transfer_Encoding": "base64"}, b"RsOkaHJl", "Fähre"),
        ({"Content_Transfer_Encoding": "quoted-printable"}, b"F=C3=A4hre", "Fähre"),
    ],
)
def test_encodings_are_read_as_they_are_meant(
    headers: dict[str, str], data: bytes, text: str
) -> None:
    """And where that is nothing, as they can be."""
    mail = eml(1, "TEXT", **headers).encode().replace(b"TEXT", data)
    assert only(mail).turns[0].content.text == text


def test_headers_may_be_missing_or_odd() -> None:
    """No id, no date, a date without a zone, words in encodings, the sender alone."""
    bare = only(eml(1, Message_ID="", Date="yesterday", Subject="=?utf-8?q?F=C3=A4hre?=")).turns[0]
    assert (bare.native_id, bare.at, bare.at_raw) == (None, None, "yesterday")
    zone = only(eml(1, Date="Tue, 02 Jan 2024 10:00:00 -0000")).turns[0]
    assert (zone.zone_known, str(zone.at)) == (False, "2024-01-02 09:00:00+00:00")
    assert only(eml(1, From="", Sender="s@x")).turns[0].author == "s@x"
    assert only(eml(1, From="=?nonsense?q?=FF?= <a@b>")).turns[0].author
    titled = only(eml(1, Message_ID="", Subject="=?utf-8?q?Re:_F=C3=A4hre?=")).conversations[0]
    assert (titled.native_id, titled.title) == ("", "Fähre")


def test_a_mail_without_words_says_its_subject() -> None:
    """One with neither is none."""
    assert only(eml(1, " ", Subject="Just this")).turns[0].content.text == "Just this"
    assert read(Mail(), eml(1, " ", Subject="")).turns == []


@pytest.mark.parametrize("share", range(0, 101, 10))
def test_a_growing_mailbox_is_read_like_the_whole(share: int) -> None:
    """Wherever it was cut; the last mail is held back while it may be written."""
    data = box(*THREAD, eml(6, "a\x00\u2028b"), *THREAD[:1]).encode()
    assert read_in_two(Mail(), data, len(data) * share // 100) == read(Mail(), data).told


@settings(max_examples=40, deadline=None)
@given(st.binary(max_size=200), st.binary(max_size=80), st.sampled_from(["", "multipart/mixed"]))
def test_no_mail_is_fatal(data: bytes, header: bytes, kind: str) -> None:
    """Whatever stands in its headers and its text."""
    mail = b"From: %s\nSubject: %s\nContent-Type: %s\n\n" % (header, header, kind.encode() + header)
    read(Mail(), mail + data)
    read(Mail(), BEGIN.encode() + mail + data)
