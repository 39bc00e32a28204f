"""E-mail addresses in a text, also of other scripts, and written as `name [at] example [dot] org`.

Each `@` is looked at once, and what stands before it at most 64 characters back (RFC 5321).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

Span = tuple[int, int]

_DOMAIN = re.compile(r"@(?:[\w-]{1,63}\.){1,8}(?P<top>[^\W\d_]{2,24}|xn--[\w-]{2,59})(?![\w-])")
_ADDRESS_LITERAL = re.compile(r"@\[[0-9a-fA-F.:]{3,45}\]")
_SPELT = re.compile(
    r"(?P<local>[\w.+-]{1,64}) ?[\[({] ?(?:at|ät|@) ?[\])}] ?[\w-]{1,63}"
    r"(?: ?[\[({] ?(?:dot|punkt|\.) ?[\])}] ?[\w-]{1,63}|\.[\w-]{1,63}){1,4}",
    re.IGNORECASE,
)
_BRACKETED = re.compile(r"[\[({] ?(?:at|ät|@) ?[\])}]", re.IGNORECASE)
_SIGNS = "._%+'-!#$&*/=?^`{|}~"
_NEVER_FIRST = ".'*/=?`{|}~!#$&^"
_LONGEST_LOCAL = 64
_FILES = frozenset("png jpg jpeg gif svg webp avif css js mjs ts tsx json md html py rs go".split())
"""Endings of names such as `logo@2x.png`."""


def find_addresses(text: str) -> Iterator[Span]:
    """Yield where e-mail addresses stand in a folded text."""
    if "@" in text:
        for pattern in (_DOMAIN, _ADDRESS_LITERAL):
            for found in pattern.finditer(text):
                start = _local(text, found.start())
                if start < found.start() and not _is_other(text, start, found):
                    yield start, found.end()
    for found in _BRACKETED.finditer(text):
        start = _local(text, found.start() - (text[found.start() - 1 : found.start()] == " "))
        if spelt := _SPELT.match(text, start):
            yield spelt.span()


def _local(text: str, at: int) -> int:
    """Return where the name in front of a place begins."""
    start = max(at, 0)
    while start > 0 and at - start < _LONGEST_LOCAL and _is_of_name(text[start - 1]):
        start -= 1
    while start < at and text[start] in _NEVER_FIRST:
        start += 1
    return start


def _is_of_name(character: str) -> bool:
    return character.isalnum() or character in _SIGNS


def _is_other(text: str, start: int, found: re.Match[str]) -> bool:
    """Say whether it is a file's name, a repository's place, or a password in an address."""
    before = text[max(0, start - _LONGEST_LOCAL * 4) : found.start()]
    behind = before.rpartition("://")
    if behind[1] and ":" in behind[2] and not any(map(str.isspace, behind[2])):
        return True
    if text[start : found.start()] == "git":
        return text[found.end() : found.end() + 1] == ":"
    return "top" in found.groupdict() and found["top"].lower() in _FILES
