"""What must be known of a whole export before its first message can be read.

The survey reads ahead until it is certain: of the form of the headers, of the order of day and
month, of the chat's name. What it could not be certain of might turn out otherwise when the file
has grown, so an unsettled plan allows no checkpoints.
"""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.sources.formats.text.dates import DateOrderSurvey, FieldOrder
from minutebook.sources.formats.text.lines import read_lines
from minutebook.sources.formats.whatsapp.header import (
    PLACEHOLDER_MARK,
    Header,
    HeaderForm,
    clean_author,
    find_header,
    read_date_text,
    reads_as_american,
    split_author,
)
from minutebook.sources.formats.whatsapp.naming import chat_name
from minutebook.sources.formats.whatsapp.placeholders import created_group, is_encryption_notice
from minutebook.sources.parsed import ConversationFound, Identity
from minutebook.sources.source import DateOrder, Source

_LOOKED_AT_FOR_NAME = 200
"""Messages among which the notice that names the group is looked for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How to read one export."""

    form: HeaderForm
    order: FieldOrder
    chat: str
    """The name of the chat; empty when nothing tells."""
    is_settled: bool = True
    """Whether nothing that may be appended could change the plan."""

    is_guess: bool = False
    """Whether the dates fit another order just as well."""

    def conversation(self) -> ConversationFound:
        """The one conversation of the export."""
        identity = Identity.NAMED if self.chat else Identity.UNKNOWN
        return ConversationFound(identity=identity, native_id=self.chat, title=self.chat)


def survey(source: Source) -> Plan:
    """Read as far ahead as it takes."""
    chat = chat_name(source)
    dates: DateOrderSurvey | None = None
    form: HeaderForm | None = None
    last_date = ""
    seen = 0
    for line in read_lines(source):
        header = find_header(line.text)
        if header is None or form not in {None, header.form}:
            continue
        form = header.form
        dates = dates or _survey_of_dates(header, source)
        seen += 1
        if not chat and seen <= _LOOKED_AT_FOR_NAME:
            chat = _chat_in(header, is_first=seen == 1)
        if header.date != last_date:
            last_date = header.date
            _look_at_date(dates, header)
        if dates.certain and (chat or seen > _LOOKED_AT_FOR_NAME):
            break
    return Plan(
        form=form or HeaderForm.DASH,
        order=dates.decide() if dates else FieldOrder.DMY,
        chat=chat,
        is_guess=bool(dates and dates.is_guess),
        is_settled=bool(dates and dates.certain and (chat or seen > _LOOKED_AT_FOR_NAME)),
    )


def _survey_of_dates(first: Header, source: Source) -> DateOrderSurvey:
    """Begin with the order that the first header suggests, for dates that leave it open."""
    is_american = reads_as_american(first)
    return DateOrderSurvey(DateOrder.MONTH_FIRST if is_american else source.options.date_order)


def _look_at_date(dates: DateOrderSurvey, header: Header) -> None:
    date = read_date_text(header.date)
    if date is not None:
        dates.look_at(date.fields, year_is_first=date.year_is_first, year_is_last=date.year_is_last)


def _chat_in(header: Header, *, is_first: bool) -> str:
    """Find the chat's name in a notice: the one that opens a chat, or a group's creation."""
    said = split_author(header.rest)
    if said is None:
        return created_group(header.rest)
    author, text = said
    if not text.startswith(PLACEHOLDER_MARK):
        return ""
    if is_first and is_encryption_notice(text):
        return clean_author(author)
    return created_group(text)
