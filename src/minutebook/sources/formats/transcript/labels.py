"""The label before what somebody says, in the ways that people and programs write it.

_**User (2026-01-29 09:20Z)**_     ## Assistant     **You:** text     Anna Berg: text
[2019-12-24, 12:23] Jane: text     [00:01:23] Anna: text
Anna Berg  0:12     [10:03 AM] Anna Berg     10:03:12 From Anna Berg to Everyone: text
"""

from __future__ import annotations

import re
from collections.abc import Set
from enum import StrEnum
from typing import NamedTuple


class Style(StrEnum):
    """How labels are set off. A transcript has one style; the others are words in it."""

    SPECSTORY = "specstory"
    STAMPED = "stamped"
    HEADING = "heading"
    BOLD = "bold"
    PLAIN = "plain"
    LINE = "line"
    """Name and time in a line of their own, as recorders of meetings write them."""
    SENT = "sent"
    """`From … to …`, as the chat of a meeting is saved."""


class Family(StrEnum):
    """What a speaker is, by the label alone."""

    USER = "user"
    MODEL = "model"
    SYSTEM = "system"
    TOOL = "tool"
    NAME = "name"


class Label(NamedTuple):
    """A label, and what follows it in its line."""

    style: Style
    speaker: str
    stamp: str
    """Time as written; empty when there is none."""
    rest: str


_ISO = r"\d{4}-\d\d-\d\d[,T ]{1,2}\d{1,2}:\d\d(?::\d\d)?(?:\.\d{1,6})?(?:Z|[+-]\d\d:?\d\d)?"
_OFFSET = r"\d{1,2}:\d\d(?::\d\d)?(?:[.,]\d{1,3})?(?: ?[AaPp]\.?[Mm]\.?)?"
_SPECSTORY = re.compile(
    rf"_\*\*(?P<speaker>[^*\n(]{{1,60}}?)(?: \((?P<stamp>{_ISO})\)| \([^()\n]{{1,80}}\))*"
    r"\*\*_(?P<rest>)\s*$"
)
_STAMPED = re.compile(
    rf"\[(?P<stamp>{_ISO})\] (?P<speaker>[^:\[\]\n]{{1,80}}):(?: (?P<rest>.*))?$", re.DOTALL
)
_HEADING = re.compile(
    r"#{1,6} {1,3}(?:[^\w\s#]{1,4} )?(?P<speaker>[^\W\d_][\w .\-]{0,39}?)"
    rf"(?: ?\((?:(?P<stamp>{_ISO})|[^()\n]{{1,60}})\))? ?(?::(?:\s(?P<rest>.*))?)?$",
    re.DOTALL,
)
_BOLD = re.compile(
    rf"(?:\[?\(?(?P<before>{_OFFSET})\)?\]? )?(?P<mark>\*\*|__)"
    rf"(?:[^\w\s*_]{{1,4}} )?(?P<speaker>[^*_:\n(]{{1,40}}?)"
    rf"(?: ?\((?:(?P<stamp>{_ISO}|{_OFFSET})|[^()\n]{{1,60}})\))?"
    rf"(?P<colon>:)?(?P=mark)(?(colon)|(?: ?[\[(](?P<behind>{_OFFSET})[\])](?=:))?(?P<after>:)?)"
    r"(?:\s(?P<rest>.*))?$",
    re.DOTALL,
)
_PLAIN = re.compile(
    rf"(?:[\[(]?(?P<before>{_OFFSET})[\])]?(?: ?[-–])? )?"
    r"(?P<speaker>[^\W\d_][^:\n\[\](){}<>|=;,]{0,39}?)"
    rf"(?: ?[\[(](?:(?P<stamp>{_ISO}|{_OFFSET})|[^()\[\]\n]{{1,60}})[\])])?:(?:\s(?P<rest>.*))?$",
    re.DOTALL,
)
_DAY = r"(?:\d{1,4}[/.]\d{1,2}[/.]\d{2,4}[, ]{1,2}|(?:Today|Yesterday) at )"
_ALONE = r"[^\W\d_][^:\n\[\](){}<>|=;,*/]{0,39}?"
_NAME_THEN_TIME = re.compile(
    rf"(?P<mark>\*\*)?(?P<speaker>{_ALONE})(?(mark)\*\*)(?:[ \t]{{1,8}}|[ \t]?[-–—][ \t]?)"
    rf"[\[(]?(?P<stamp>{_ISO}|{_DAY}?{_OFFSET})[\])]?\s*$"
)
_TIME_THEN_NAME = re.compile(
    rf"[\[(]?(?P<stamp>{_ISO}|{_DAY}?{_OFFSET})[\])]?(?:[ \t][-–—])?[ \t]{{1,4}}"
    rf"(?P<speaker>{_ALONE})\s*$"
)
_SENT = re.compile(
    r"(?P<stamp>(?:\d{4}-\d\d-\d\d )?\d\d:\d\d:\d\d)\s{1,4}From\s{1,4}"
    r"(?P<speaker>[^:\n]{1,80}?)(?:\s{1,4}to\s{1,4}(?P<to>[^:\n]{1,80}?)\s?|\s):"
    r"(?:\s(?P<rest>.*))?$",
    re.DOTALL,
)
_ALL = re.compile(r"everyone|all|alle|todos|todo el mundo|tout le monde|tutti|iedereen")
_ANY_HEADING = re.compile(r"(#{1,6})[ \t]")
_LONGEST_LINE = 100
"""Characters of a line that is a label and nothing else."""
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")

_FAMILIES = (
    (
        Family.USER,
        re.compile(
            r"user|human|you|me|customer|prompt|question|q"
            r"|benutzer|nutzer|usuario|usuário|utilisateur|utente|gebruiker|mensch"
        ),
    ),
    (
        Family.MODEL,
        re.compile(
            r"assistant|ai|ai assistant|bot|chatbot|agent|model|response|answer|a|copilot|bard"
            r"|assistent|asistente|assistente|ki|ia"
            r"|(?:chat)?gpt(?:[- ]?\S{1,20})?|claude(?:[- ].{1,30})?|gemini(?:[- ].{1,30})?"
            r"|(?:llama|mistral|mixtral|deepseek|grok|qwen|perplexity|cursor|codex)(?:[- ].{1,30})?"
            r"|o[134](?:-\w{1,10})?"
        ),
    ),
    (Family.SYSTEM, re.compile(r"system|system prompt|developer")),
    (Family.TOOL, re.compile(r"tool|tools|function|tool (?:call|result|output)")),
)
_GENERIC = re.compile(
    r"user|human|you|me|customer|prompt|question|q|assistant|ai|ai assistant|bot|chatbot|agent"
    r"|model|response|answer|a|system|system prompt|developer|tool|tools|function|tool \w+"
    r"|benutzer|nutzer|usuario|usuário|utilisateur|utente|gebruiker|mensch"
    r"|assistent|asistente|assistente|ki|ia"
)
_LOOSE = re.compile(
    r"customer|prompt|question|agent|model|response|answer|developer|function|tools"
)
"""Words that are headings and settings more often than speakers."""

_NAME_WORD = re.compile(
    r"(?:[^\W\d_a-z][\w.'’\-]*|\d{1,3}|de|del|di|da|van|von|der|den|la|le|bin|al|y|&)$"
)
_NOT_NAMES = re.compile(
    r"notes?|warning|error|errors|todo|fixme|usage|examples?|input|output|args|arguments|parameters"
    r"|returns?|raises|yields|from|to|cc|bcc|subject|date|time|description|title|authors?|version"
    r"|license|name|type|default|status|steps?|tip|important|caution|info|debug|summary|agenda"
    r"|action items?|attendees|present|absent|topics?|location|sources?|tags|category|ps|re|sent"
    r"|reply-to|host|accept|connection|server|etag|age|allow|cookie|referer|origin|vary|features?"
    r"|scenario|background|given|when|then|added|fixed|changed|removed|deprecated|security|improved"
    r"|updated|bugs?|fix|feat|docs|chore|refactor|style|tests?|perf|build|ci|revert|commit|merge"
    r"|package|maintainer|depends|section|priority|architecture|homepage|keywords|copyright|files"
    r"|result|results|remark|hint|see|requires|options?|key|value|id|url|link|links|email|phone"
    r"|(?:start|end|due)-date|commandline|install|upgrade|remove|purge|command|time-?stamp"
    r"|address|city|country|price|total|count|size|level|message|details?|reason|cause|https?"
    r"|(?:content|user|cache|x|accept|set|transfer|access)-.*|.*-by|trace|action"
    r"|(?:final|original|arrival|reporting|remote|diagnostic|last|received|delivery)-.*|fatal|critical|notice"
)


def find_label(line: str, style: Style) -> Label | None:
    """Find a label of one style at the start of a line."""
    if style is Style.SPECSTORY:
        found = _SPECSTORY.match(line) if line.startswith("_**") else None
    elif style is Style.STAMPED:
        found = _STAMPED.match(line) if line.startswith("[") else None
    elif style is Style.HEADING:
        found = _HEADING.match(line[:400]) if line.startswith("#") else None
    else:
        return _READERS[style](line)
    if found is None:
        return None
    rest = line[found.start("rest") :].lstrip() if found["rest"] else ""
    return Label(style, _speaker(found), found["stamp"] or "", rest)


def _bold(line: str) -> Label | None:
    found = _BOLD.match(line[:400])
    if found is None:
        return None
    has_colon = found["colon"] or found["after"]
    if not has_colon and (found["rest"] or family_of(found["speaker"]) is Family.NAME):
        return None
    rest = line[found.start("rest") :] if found["rest"] is not None else ""
    stamp = found["stamp"] or found["behind"] or found["before"] or ""
    return Label(Style.BOLD, _speaker(found), stamp, rest)


def _plain(line: str) -> Label | None:
    if ":" not in line[:160]:
        return None
    found = _PLAIN.match(line[:400])
    if found is None:
        return None
    rest = line[found.start("rest") :] if found["rest"] is not None else ""
    return Label(Style.PLAIN, _speaker(found), found["stamp"] or found["before"] or "", rest)


def _line(line: str) -> Label | None:
    if len(line) > _LONGEST_LINE or ":" not in line:
        return None
    found = _NAME_THEN_TIME.match(line) or _TIME_THEN_NAME.match(line)
    return found and Label(Style.LINE, _speaker(found), found["stamp"], "")


def _sent(line: str) -> Label | None:
    found = _SENT.match(line) if line[:1].isdigit() else None
    if found is None:
        return None
    rest = line[found.start("rest") :] if found["rest"] is not None else ""
    if found["to"] and not _ALL.fullmatch(found["to"].casefold()):
        rest = f"to {found['to']}: {rest}"
    return Label(Style.SENT, found["speaker"].strip(), found["stamp"], rest)


_READERS = {Style.BOLD: _bold, Style.PLAIN: _plain, Style.LINE: _line, Style.SENT: _sent}


def _speaker(found: re.Match[str]) -> str:
    """Return who speaks; `ChatGPT said:` is what a page read aloud has for it."""
    speaker = found["speaker"].strip()
    bare = speaker.removesuffix(" said")
    return bare if family_of(bare) is not Family.NAME else speaker


def family_of(speaker: str) -> Family:
    """Say what a speaker is, by the words that people use for themselves and for models."""
    word = speaker.casefold().partition(":")[0].strip()
    for family, pattern in _FAMILIES:
        if pattern.fullmatch(word):
            return family
    return Family.NAME


def is_generic(speaker: str) -> bool:
    """Whether a label names a role and nobody in particular."""
    return bool(_GENERIC.fullmatch(speaker.casefold()))


def is_loose(speaker: str) -> bool:
    """Whether a label is a word that stands for a role only among better ones."""
    return bool(_LOOSE.fullmatch(speaker.casefold()))


_PAIRS = (frozenset({"prompt", "response"}),)
"""Words that stand for roles when both of them do."""


def are_pair(speakers: Set[str]) -> bool:
    """Whether two words that tell little alone tell enough together."""
    return any(pair <= speakers for pair in _PAIRS)


def heading_level(line: str) -> int:
    """Return the level of a Markdown heading; 0 when a line is none."""
    found = _ANY_HEADING.match(line)
    return len(found[1]) if found else 0


def reads_as_name(speaker: str) -> bool:
    """Whether a label may be somebody's name: a few words with capitals, and no common heading."""
    words = speaker.split()
    if not 1 <= len(words) <= 4 or not _NAME_WORD.match(words[0]):
        return False
    return all(map(_NAME_WORD.match, words)) and not _NOT_NAMES.fullmatch(speaker.casefold())


class Fences:
    """Knows whether a line stands within a fenced block of code."""

    __slots__ = ("_open",)

    def __init__(self) -> None:
        self._open = ""

    def covers(self, line: str) -> bool:
        """Take the next line; whether it is code, or the edge of it."""
        found = _FENCE.match(line)
        if found is None:
            return bool(self._open)
        mark = found[1]
        if not self._open:
            self._open = mark
        elif mark.startswith(self._open) and not line[found.end() :].strip():
            self._open = ""
        return True

    def open_behind(self, label: Label) -> None:
        """Take the block as closed, but for one that begins right behind a label."""
        self._open = ""
        self.covers(label.rest)
