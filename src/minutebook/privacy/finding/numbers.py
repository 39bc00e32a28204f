"""Numbers in a text that belong to somebody: of telephones, payment cards and bank accounts.

Cards and accounts are told by their check digits. Telephone numbers are told by how people write
them, since nothing else tells them from ids: with the code of a country, with an area code in front
of groups, or behind a word such as `phone`. A library that knows the numbers of all countries finds
those that have a country's code alone when it is not told a region, and is 48 MB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_INTERNATIONAL = re.compile(
    r"(?<![\w+])\+ ?[1-9](?:[ .\-/()]{0,2}\d){6,14}(?!\d)"
    r"|(?<![\w.,+\-/:=#])00 ?[1-9](?:[ .\-/()]{0,2}\d){7,13}(?![\w]|[.,:]\d)"
)
_AMERICAN = re.compile(
    r"(?<![\w.\-/+])(?:1[ .\-])?[2-9]\d{2}([ .\-])\d{3}\1\d{4}(?![\w\-]|[.,:]\d)"
)
_IN_BRACKETS = re.compile(
    r"(?<![\w(])(?:\+?1[ ]?)?\((?!(?:19|20)\d\d\))\d{2,5}\)[ .\-/]?\d{2,8}(?:[ .\-/]\d{2,8}){0,3}"
    r"(?![\w\-]|[.,:]\d)"
)
_TRUNK = re.compile(
    r"(?<![\w.,+\-/:=#])(?<!\d )0[1-9]\d{0,4}(?:[ .\-/]{1,3}\d{1,8}){1,5}(?![\w]|[,:]\d)"
    r"|(?<![\w.,+\-/:=#])0[1-9]\d{8,10}(?![\w\-]|[.,:]\d)"
)
_NUMBER = re.compile(r"[+(]?\d(?:[ .\-/()]{0,2}\d){5,14}(?![\w]|[.,:]\d)")
_WORD_BEFORE = re.compile(
    r"\b(?:(?:tele)?phones?|tel|telefon(?:nummer)?|tel[eé]fono|t[eé]l[eé]phone|mobile?|m[oó]vil"
    r"|mobilnummer|handy(?:nummer)?|cell(?:phone)?|fax|whatsapp|sms|(?:call|ring|text|reach) me"
    r"|(?:my|his|her|their|meine?|seine?|ihre?) (?:new |neue )?(?:number|nummer)"
    r"|phone[_ ]?number|msisdn)\b[\"'*]{0,2}\W{0,4}"
    r"(?:(?:number|nummer|no|nr|is|ist|at|on|under|unter|via)\b\W{0,3}){0,3}$",
    re.IGNORECASE,
)
_FAR = 60
"""Characters in front of a number in which a word is looked for."""
_ZONE = re.compile(r"[+(\d][\d .\-/()+]{5,}")
"""All that a number can be written with."""
_DATE = re.compile(
    r"\d{1,2}([./\-])\d{1,2}\1(?:\d{4}|\d{2})(?!\d)"
    r"|(?:19|20)\d\d[./\- ]?[01]\d[./\- ]?[0-3]\d(?!\d)"
)
_FIVE_PAIRS = re.compile(r"0[1-9]([ .\-])\d\d(?:\1\d\d){3}")
_DECIMAL = re.compile(r"\+ ?\d{1,3}(?:\.\d{1,8}|(?:\.\d{3}){1,4})")
_HOUR = re.compile(r"[ \-/.]\d{1,2}(?=:\d)")
_URL = re.compile(r"\b(?:https?|ftp|file|git|ssh)://[^\s<>\"']+", re.IGNORECASE)
_FEWEST, _MOST = 7, 17
_FEWEST_BEHIND_A_WORD = 6
_FEWEST_WITH_AREA = 9
_CARD = re.compile(r"(?<![\w+])(?<!\d[.\-])[2-6](?:[ \-]?\d){11,18}")
_CARD_ZONE = re.compile(r"\d[\d \-]{11,}")
_IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Za-z]{2}\d{2}(?:[ \-]?[A-Za-z0-9]){11,30}", re.IGNORECASE)
_IBAN_LENGTHS = {
    pair[:2]: int(pair[2:])
    for pair in (
        "AD24 AE23 AL28 AT20 AZ28 BA20 BE16 BG22 BH22 BR29 BY28 CH21 CR22 CY28 CZ24 DE22 DK18 DO28"
        " EE20 EG29 ES24 FI18 FO18 FR27 GB22 GE22 GI23 GL18 GR27 GT28 HR21 HU28 IE22 IL23 IQ23 IS26"
        " IT27 JO30 KW30 KZ20 LB28 LC32 LI21 LT20 LU20 LV21 LY25 MC27 MD24 ME22 MK19 MR27 MT31 MU30"
        " NL18 NO15 PK24 PL28 PS29 PT25 QA29 RO24 RS22 SA24 SC31 SD18 SE24 SI19 SK24 SM27 ST25 SV28"
        " TL23 TN24 TR26 UA29 VA22 VG24 XK20"
    ).split()
}
"""Characters of an account number by country: the IBAN registry (ISO 13616)."""
_BRANDS = (
    (re.compile("4"), frozenset({13, 16, 19})),
    (re.compile(r"5[1-5]|2(?:22[1-9]|2[3-9]|[3-6]|7[01]|720)"), frozenset({16})),
    (re.compile(r"3[47]"), frozenset({15})),
    (re.compile(r"3(?:0[0-5]|[689])"), frozenset({14, 16, 19})),
    (re.compile(r"35"), frozenset({16, 19})),
    (re.compile(r"6(?:011|4[4-9]|5|2)"), frozenset({16, 17, 18, 19})),
    (re.compile(r"5[06-8]|6"), frozenset({12, 13, 14, 15, 16, 17, 18, 19})),
)
"""Beginnings and lengths of card numbers (ISO/IEC 7812 and the networks)."""


def find_phones(text: str) -> Iterator[Span]:
    """Yield where telephone numbers stand in a folded text, in no order; some overlap."""
    urls = [found.span() for found in _URL.finditer(text)] if "://" in text else []
    for span in _phones(text):
        if not any(start <= span[0] < end for start, end in urls):
            yield span


def _phones(text: str) -> Iterator[Span]:
    """Look where digits are: patterns that begin anywhere take long over a text without any."""
    for zone in _ZONE.finditer(text):
        digits = _digits(zone[0])
        if digits >= _FEWEST:
            yield from _in_zone(text, zone.start(), zone.end() + 3)
        if digits >= _FEWEST_BEHIND_A_WORD:
            yield from _behind_a_word(text, zone.start())


def _in_zone(text: str, start: int, end: int) -> Iterator[Span]:
    for found in _INTERNATIONAL.finditer(text, start, end):
        if not _DECIMAL.fullmatch(found[0]) and _digits(found[0]) <= _MOST:
            yield found.start(), _end(found, text)
    for found in _AMERICAN.finditer(text, start, end):
        yield found.span()
    for found in _IN_BRACKETS.finditer(text, start, end):
        if _FEWEST_WITH_AREA <= _digits(found[0]) <= _MOST:
            yield found.span()
    for found in _TRUNK.finditer(text, start, end):
        if _is_with_area(found, text):
            yield found.start(), _end(found, text)


def _behind_a_word(text: str, start: int) -> Iterator[Span]:
    found = _NUMBER.match(text, start)
    if found is None or _DATE.match(found[0]):
        return
    before = text[max(0, start - _FAR) : start]
    if _WORD_BEFORE.search(before):
        yield found.start(), _end(found, text)


def _is_with_area(found: re.Match[str], text: str) -> bool:
    if "isbn" in text[max(0, found.start() - 12) : found.start()].lower():
        return False
    if _FIVE_PAIRS.fullmatch(found[0]):
        return True
    return _FEWEST_WITH_AREA <= _digits(found[0]) <= _MOST and not _DATE.match(found[0])


def _digits(text: str) -> int:
    return sum(map(str.isdigit, text))


def _end(found: re.Match[str], text: str) -> int:
    """Return where a number ends, without the hour of a time that stands behind it."""
    for tail in _HOUR.finditer(text, max(found.start(), found.end() - 3), found.end() + 2):
        if tail.end() == found.end() and _digits(text[found.start() : tail.start()]) >= _FEWEST:
            return tail.start()
    return found.end()


def find_cards(text: str) -> Iterator[Span]:
    """Yield where numbers of payment cards stand in a folded text."""
    zones = (zone.span() for zone in _CARD_ZONE.finditer(text))
    for found in (each for start, end in zones for each in _CARD.finditer(text, start, end)):
        places = [at for at in range(*found.span()) if text[at].isdigit()]
        digits = "".join([text[at] for at in places])
        lengths = {n for brand, all_ in _BRANDS if brand.match(digits) for n in all_}
        for length in sorted(lengths & set(range(len(digits) + 1)), reverse=True):
            end = places[length - 1] + 1
            if not _goes_on(text, end) and _has_luhn(digits[:length]):
                yield found.start(), end
                break


def _goes_on(text: str, end: int) -> bool:
    return end < len(text) and (text[end].isalnum() or text[end] == "_")


def _has_luhn(digits: str) -> bool:
    """Say whether the last digit is the check digit of the others (ISO/IEC 7812-1)."""
    doubled = [int(digit) * 2 for digit in digits[-2::-2]]
    total = sum(map(int, digits[-1::-2])) + sum(each // 10 + each % 10 for each in doubled)
    return total % 10 == 0 and len(set(digits)) > 1


def find_ibans(text: str) -> Iterator[Span]:
    """Yield where numbers of bank accounts stand in a folded text."""
    for found in _IBAN.finditer(text):
        places = [at for at in range(*found.span()) if text[at].isalnum()]
        letters = "".join([text[at] for at in places]).upper()
        length = _IBAN_LENGTHS.get(letters[:2], 0)
        if length and length <= len(places) and letters.isascii():
            end = places[length - 1] + 1
            if not _goes_on(text, end) and _has_check_digits(letters[:length]):
                yield found.start(), end


def _has_check_digits(iban: str) -> bool:
    """Say whether an account number is one (ISO 7064, MOD 97-10)."""
    turned = iban[4:] + iban[:4]
    return int("".join([str(int(each, 36)) for each in turned])) % 97 == 1
