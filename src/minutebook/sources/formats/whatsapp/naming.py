"""The name of a chat: it is not in the export, only around it."""

from __future__ import annotations

import re

from minutebook.sources.formats.whatsapp.header import tidy
from minutebook.sources.source import Source

_COPY = re.compile(
    r"(?:\s?\(\d{1,3}\)|\s-\s(?:copy|kopie|copia|copie)|\s(?:copy|kopie))$", re.IGNORECASE
)
_ENDING = re.compile(r"\.(?:txt|zip)$", re.IGNORECASE)
_PREFIX = re.compile(
    r"^(?:\w{1,15}[ -]){0,3}whats\s?app(?:[ -]?[^\W\d_]{1,15})??\s?"
    r"(?:\s?[-–:]\s|_-_|\s(?:with|mit|con|com|avec|met|med|kanssa|z|ze|с|с пользователем|з|із|s|se"
    r"|ile|cu|dengan|với|με|עם|مع|با|amb|mei)\s)(?P<name>\S.*)$",
    re.IGNORECASE,
)
_AROUND = re.compile(
    r"^(?:(?P<front>.{1,100}?)\s?(?:ile|との|与|與|和)\s?whatsapp\b.{0,20}"
    r"|whatsapp\s?(?:与|與|和)\s?(?P<back>.{1,100}?)的?(?:聊天记录|聊天記錄|对话|對話|聊天))$",
    re.IGNORECASE,
)
_PLAIN = frozenset({"_chat", "chat"})


def chat_name(source: Source) -> str:
    """Find the chat's name in the name of the file, or of the archive or folder around it."""
    own = _without_copies(source.name)
    if own.lower() not in _PLAIN:
        return _name_in(own)
    return _name_in(_without_copies(source.folders[-1])) if source.folders else ""


def _without_copies(name: str) -> str:
    bare = tidy(_ENDING.sub("", name))
    while _COPY.search(bare):
        bare = _ENDING.sub("", _COPY.sub("", bare))
    return bare


def _name_in(bare: str) -> str:
    found = _PREFIX.match(bare)
    if found:
        return found["name"].strip()
    around = _AROUND.match(bare)
    return (around["front"] or around["back"] or "").strip() if around else ""
