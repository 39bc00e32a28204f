"""What the app writes in place of words: files, files left out, marks of edits, notices.

The phrases are in the language of the phone. Where one is known by its form, the form is used;
else by the stems of words that the languages use for it.
"""

from __future__ import annotations

import mimetypes
import re
from typing import NamedTuple

from minutebook.domain.turns import Attachment
from minutebook.sources.formats.whatsapp.header import PLACEHOLDER_MARK, tidy

_LRM = PLACEHOLDER_MARK

_ATTACHED_TAG = re.compile(rf"{_LRM}?<[^<>:\n]{{1,40}}:\s?([^<>\n]{{1,255}}\.\w{{2,5}})>")
_ATTACHED_NAME = re.compile(rf"{_LRM}?(\S.{{0,254}}?\.\w{{2,5}}) \(([^()]{{3,40}})\)$")
_APP_NAME = re.compile(r"(?:IMG|VID|AUD|PTT|STK|DOC|GIF)-\d{8}-WA\d+\.\w+$|\d{8}-[A-Z]+-\d{4}-")
_ATTACHED_WORDS = re.compile(
    r"attached|angehängt|adjunt|anexad|joint|allegat|bijgevoegd|bifogad|vedhæftet|vedlagt|liitetty"
    r"|załączon|прикрепл|вкладен|eklendi|ekli|přilož|mellékelt|atașat|συνημμέν|מצורף|מצורפ|مرفق"
    r"|पیوست|पیوست شد|संलग्न|terlampir|dilampirkan|添付|附件|附加|已附|첨부|đính kèm|แนบ",
    re.IGNORECASE,
)
_MEDIA_LEFT_OUT = re.compile(
    r"<[^<>\n]{0,40}(?:medi|médi|mídia|medya|медиа|медіа|πολυμ|מדיה|وسائط|رسانه|मीडिया|メディア"
    r"|미디어|媒体|媒體|สื่อ|phương tiện|archivo omitido|fichier omis|ficheiro)[^<>\n]{0,40}>$",
    re.IGNORECASE,
)
_KIND_LEFT_OUT = re.compile(
    r"(?:image|video|audio|sticker|GIF|document|photo|contact card|video note) omitted$",
    re.IGNORECASE,
)
_LEFT_OUT = re.compile(
    r"omitted|omitid|omis\b|omise?s?\b|omess|weggelassen|ausgeschlossen|ausgelassen|weggelaten"
    r"|utelämna|udeladt|utelatt|utelater|pomini|vynech|kihagy|omis[ăa]|省略|含まれていません|除外|제외|생략|пропущен"
    r"|отсутств|опущен|dahil edilmedi|atlandı|absente?\b|ocultad?[oa]|tidak disertakan|puuttuu"
    r"|jätettiin pois|bỏ qua|παραλείφθηκ|הושמט|استبعاد|محذوف|छोड़|không bao gồm",
    re.IGNORECASE,
)
_EDITED = re.compile(rf"\s?{_LRM}?<{_LRM}?([^<>:\n]{{5,60}})>\s*$")
_EDITED_WORDS = re.compile(
    r"edited|editó|editad|bearbeitet|modifi|bewerkt|redig|edyt|изменен|отредактир|змінен|düzenle"
    r"|muokat|編集|编辑|編輯|수정|diedit|chỉnh sửa|επεξεργ|נערכה|تعديل|ویرایش|संपादित|upraven",
    re.IGNORECASE,
)
_ENCRYPTION = re.compile(
    r"end-to-end|ende-zu-ende|extremo a extremo|bout en bout|ponta a ponta|сквозн|наскрізн"
    r"|uçtan uca|端到端|端對端|エンドツーエンド|종단|päästä päähän"
    r"|od końca do końca|ende til ende|från ände",
    re.IGNORECASE,
)
_SAID_BY_SOMEBODY = re.compile(
    r"delet|gelöscht|elimin|apag|supprim|verwijder|удал|видал|silindi|sildi|usunię|poistet|raderat"
    r"|slettet|削除|删除|刪除|삭제|dihapus|חק|حذف|διαγρ|call\b|anruf|llamada|chamada|appel|chiamata"
    r"|oproep|звонок|вызов|дзвін|\barama|通話|通话|통화|samtal|opkald|anrop|połączenie"
    r"|^(?:poll|umfrage|encuesta|enquete|sondage|sondaggio|опрос|anket)\b|maps\.google|foursquare"
    r"|location|standort|ubicación|localização|posizione|locatie|waiting for this|view once|einmal"
    r"|contact card|kontaktkarte",
    re.IGNORECASE,
)
_CREATED = re.compile(
    r"created group|gruppe|creó el grupo|criou o grupo|a créé|ha creato|groep|skapade|opprettet"
    r"|loi ryhmän|utworzy|создал|створи|grubunu|oluşturdu|作成|建立|创建|만들|membuat grup"
    r"|created the group|creaste el grupo|created this group",
    re.IGNORECASE,
)
_QUOTED = re.compile(r"[\"“„«「]\s?([^\"“”„«»「」\n]{1,100}?)\s?[\"”“»」]")


_SIGNS = (_LRM, "<", " (", " omitted")
"""A text without any of these is all words."""


class MessageText(NamedTuple):
    """The text of a message, without what the app put into it."""

    text: str
    attachments: tuple[Attachment, ...] = ()
    is_notice: bool = False
    """True when nobody said it."""


def read_text(written: str) -> MessageText:
    """Take files and marks out of the text of a message."""
    if not any(map(written.__contains__, _SIGNS)):
        return MessageText(written)
    text = _without_edit_mark(written)
    first, newline, rest = text.partition("\n")
    attachment, left = _attachment(first)
    if attachment is not None:
        return _with_attachment(attachment, left, rest)
    if tagged := _ATTACHED_TAG.search(rest) if f"{_LRM}<" in rest else None:
        left = first + newline + rest[: tagged.start()] + rest[tagged.end() :]
        return MessageText(text=left.strip("\n"), attachments=(_file(tagged[1]),))
    if not first.startswith(_LRM):
        return MessageText(text=text)
    bare = first.lstrip(_LRM)
    is_said = bool(_SAID_BY_SOMEBODY.search(bare)) and not _ENCRYPTION.search(bare)
    return MessageText(text=bare + newline + rest, is_notice=not is_said)


def _with_attachment(attachment: Attachment, left: str, rest: str) -> MessageText:
    text = "\n".join(part for part in (left, rest) if part)
    return MessageText(text=text, attachments=(attachment,))


def _without_edit_mark(text: str) -> str:
    found = _EDITED.search(text, max(0, len(text) - 80))
    if found and _EDITED_WORDS.search(found[1]):
        return text[: found.start()]
    return text


def _attachment(line: str) -> tuple[Attachment | None, str]:
    """Find the file in the first line of a message, and what else stands there."""
    bare = line.strip().lstrip(_LRM)
    is_placeholder = line.startswith(_LRM)
    if _MEDIA_LEFT_OUT.match(bare):
        return Attachment(name=bare.strip("<>")), ""
    if _KIND_LEFT_OUT.match(bare):
        return Attachment(name=bare), ""
    if is_placeholder and len(bare) < 60 and _LEFT_OUT.search(bare):
        return Attachment(name=bare), ""
    if tagged := _ATTACHED_TAG.search(line):
        return _file(tagged[1]), tidy(line[: tagged.start()] + line[tagged.end() :])
    named = _ATTACHED_NAME.match(line) if len(line) < 320 else None
    if named and (is_placeholder or _APP_NAME.match(named[1]) or _ATTACHED_WORDS.search(named[2])):
        return _file(named[1]), ""
    return _trailing_placeholder(line)


def _trailing_placeholder(line: str) -> tuple[Attachment | None, str]:
    """Read `report.pdf • 4 pages document omitted`, where the last part is marked."""
    before, mark, last = line.rpartition(_LRM)
    if mark and before and len(last) < 60 and _KIND_LEFT_OUT.match(last):
        return Attachment(name=last), tidy(before)
    return None, line


def _file(name: str) -> Attachment:
    name = tidy(name)
    return Attachment(name=name, media_type=mimetypes.guess_type(name)[0])


def is_encryption_notice(text: str) -> bool:
    """Whether this is the notice that opens a chat, in any of the languages we know."""
    return bool(_ENCRYPTION.search(text))


def created_group(notice: str) -> str:
    """Return the name of the group that a notice says was created, or nothing."""
    named = _QUOTED.search(notice)
    if named is None or not _CREATED.search(notice[: named.start()] + notice[named.end() :]):
        return ""
    return tidy(named[1])
