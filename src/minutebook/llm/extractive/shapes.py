"""What can be told by its shape alone: addresses, paths, mentions, channels, versions and dates.

Addresses are looked for first and taken out, so that no date or version is found inside one. A line
without the characters that a shape needs is not searched for it. All repeats are bounded.
"""

from __future__ import annotations

import re
from functools import lru_cache

from minutebook.llm.extractive.lexicon import lexicon
from minutebook.llm.extractive.values import EntityKind

_PLACEHOLDER = "·"

_EXTENSIONS = (
    "c|cc|cfg|conf|cpp|cs|css|csv|db|docx?|env|go|h|hpp|html?|ini|ipynb|java|jpe?g|js|json|jsonl"
    "|jsx|kt|lock|log|lua|md|mdx|mp3|mp4|parquet|pdf|php|png|proto|py|rb|rs|rst|sh|sql|sqlite|svg"
    "|swift|toml|ts|tsx|txt|vue|xlsx?|xml|ya?ml|zig|zip"
)
_PATH = (
    r"(?<![\w/.~\\@:-])(?:"
    r"(?:~|\.{1,2}|[A-Za-z]:|@?[\w.-]{1,60})?(?:[/\\][\w.@+-]{1,80}){1,20}/?"
    rf"|[\w-]{{1,60}}(?:\.[\w-]{{1,30}})?\.(?:{_EXTENSIONS})(?![\w.]))"
)
_VERSION = r"(?<![\w.])(?:v\d+(?:\.\d+){0,3}|\d+\.\d+\.\d+)(?:-[a-z]+[\w.]{0,20})?(?![\w]|\.\d)"
_ADDRESSES = re.compile(
    r"(?P<url>https?://[^\s<>\"'`|\\^{}\[\]]{1,500})"
    r"|(?P<email>(?<![\w.+-])[\w.+-]{1,64}@[\w-]{1,63}(?:\.[\w-]{1,63}){1,4})"
    r"|(?P<mention>(?<![\w@./])@\w[\w-]{0,38}(?:\.[\w-]{1,38})?(?![\w/]))"
    r"|(?P<channel>(?<![\w&#/@])#[^\W\d_][\w-]{1,60})"
    rf"|(?P<path>{_PATH})"
)
_ADDRESS_MARKS = re.compile(r"[/\\@#]|\w\.\w")
_NUMERIC_DATES = (
    r"(?<![\w/.-])"
    r"(?:\d{4}-\d{1,2}-\d{1,2}|\d{4}/\d{1,2}/\d{1,2}|\d{1,2}/\d{1,2}/\d{2,4}|\d{1,2}\.\d{1,2}\.\d{2,4})"
    r"(?![\w/-])|(?:\d{4}年)?\d{1,2}月\d{1,2}日"
)
_LOOKS_LIKE_PATH = re.compile(
    rf"(?:[~./]|[A-Za-z]:)|.*\.(?:{_EXTENSIONS})\Z|(?:[^/\\]+[/\\]){{2,}}"
)
_DIGIT = re.compile(r"\d")
_TRAILING = ".,;:!?'\")]}>*_"


def shapes_in(line: str) -> tuple[list[tuple[EntityKind, str]], str]:
    """Return what has a shape in a line, in order, and the line with dots in its place."""
    found: list[tuple[int, EntityKind, str]] = []

    def take(match: re.Match[str]) -> str:
        kind = EntityKind(match.lastgroup or "")
        text = match[0] if kind is EntityKind.DATE else match[0].rstrip(_TRAILING)
        if kind is EntityKind.PATH and not _LOOKS_LIKE_PATH.match(text):
            return match[0]
        found.append((match.start(), kind, text))
        return _PLACEHOLDER * len(match[0])

    if _ADDRESS_MARKS.search(line):
        line = _ADDRESSES.sub(take, line)
    if _DIGIT.search(line):
        line = _figures().sub(take, line)
    return [(kind, text) for _, kind, text in sorted(found, key=lambda each: each[0])], line


@lru_cache(maxsize=1)
def _figures() -> re.Pattern[str]:
    months = "|".join(sorted(lexicon().months, key=len, reverse=True))
    day_first = (
        rf"(?<!\w)\d{{1,2}}(?:st|nd|rd|th|\.|º)?\ (?:de\ |of\ )?(?:{months})\b"
        r"(?:,?\ (?:de\ )?\d{4}\b)?"
    )
    month_first = rf"\b(?:{months})\ \d{{1,2}}(?:st|nd|rd|th)?\b(?:,?\ \d{{4}}\b)?"
    return re.compile(
        rf"(?P<version>{_VERSION})|(?P<date>{_NUMERIC_DATES}|(?i:{day_first}|{month_first}))"
    )
