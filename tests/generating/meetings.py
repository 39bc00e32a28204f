"""Writers of mail and of captions."""

from __future__ import annotations

import html
from collections.abc import Iterator, Sequence
from datetime import timedelta
from email.header import Header
from email.message import EmailMessage
from email.utils import format_datetime

from generating.talks import Message, Talk
from generating.writing import File

_SHOWN = timedelta(seconds=1)


def mail_id(talk: Talk, message: Message) -> str:
    """Name a mail."""
    return f"m{message.number}.t{talk.number}@example.org"


def mail(talks: Sequence[Talk]) -> Iterator[File]:
    """Write one mailbox, thread after thread."""
    yield File("inbox.mbox", (part for talk in talks for part in _mails(talk)))


def _mails(talk: Talk) -> Iterator[bytes]:
    for message in talk.messages:
        yield f"From ana@example.org {message.at:%a %b %d %H:%M:%S %Y}\n".encode()
        yield _letter(talk, message) if message.files else _plain_letter(talk, message)
        yield b"\n"


def _headers(talk: Talk, message: Message) -> dict[str, str]:
    headers = {
        "From": f"{Header(message.author, 'utf-8').encode()} <x@example.org>",
        "To": "all@example.org",
        "Subject": f"{'Re: ' if message.number else ''}{talk.title}",
        "Date": format_datetime(message.at),
        "Message-ID": f"<{mail_id(talk, message)}>",
    }
    if message.number:
        first = f"<m0.t{talk.number}@example.org>"
        answered = message.answers and f"<{mail_id(talk, message.answers)}>"
        headers |= {"References": first, "In-Reply-To": answered or first}
    return headers


def _plain_letter(talk: Talk, message: Message) -> bytes:
    head = "".join(f"{name}: {value}\n" for name, value in _headers(talk, message).items())
    kind = 'Content-Type: text/plain; charset="utf-8"\nContent-Transfer-Encoding: 8bit\n'
    return f"{head}{kind}MIME-Version: 1.0\n\n{message.text}\n".encode()


def _letter(talk: Talk, message: Message) -> bytes:
    letter = EmailMessage()
    for name, value in _headers(talk, message).items():
        letter[name] = value
    letter.set_content(f"{message.text}\n", cte="8bit")
    for file in message.files:
        kind, _, subtype = file.media_type.partition("/")
        letter.add_attachment(b"x" * 30, maintype=kind, subtype=subtype, filename=file.name)
    return letter.as_bytes()


def webvtt(talks: Sequence[Talk]) -> Iterator[File]:
    """Write transcripts of meetings, with voices."""
    for talk in talks:
        yield File(f"{talk.title}.vtt", _webvtt_parts(talk))


def _webvtt_parts(talk: Talk) -> Iterator[str]:
    yield "WEBVTT\n\n"
    for message in talk.messages:
        text = html.escape(message.text, quote=False)
        yield f"{_times(talk, message, '.')}\n<v {message.author}>{text}</v>\n\n"


def subrip(talks: Sequence[Talk]) -> Iterator[File]:
    """Write transcripts of meetings, with the speaker before the text."""
    for talk in talks:
        yield File(f"{talk.title}.srt", _subrip_parts(talk))


def _subrip_parts(talk: Talk) -> Iterator[str]:
    for message in talk.messages:
        text = html.escape(message.text, quote=False)
        times = _times(talk, message, ",")
        yield f"{message.number + 1}\n{times}\n{message.author}: {text}\n\n"


def _times(talk: Talk, message: Message, mark: str) -> str:
    """Write when a message was said: some ten seconds apart, so that none runs on."""
    begin = timedelta(seconds=20 * message.number)
    return f"{_clock(begin, mark)} --> {_clock(begin + _SHOWN, mark)}"


def _clock(at: timedelta, mark: str) -> str:
    minutes, seconds = divmod(int(at.total_seconds()), 60)
    return f"{minutes // 60:02}:{minutes % 60:02}:{seconds:02}{mark}000"
