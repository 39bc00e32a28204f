"""Messages for models that read prose, made from the material of a request.

The document comes before the turns: it changes at its end only, so providers can cache most of it.
Turns and sections stand between tags of ours; text that looks like such a tag is made harmless.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.domain.turns import Role
from minutebook.llm.protocol import Material, Message, Passage, SectionView

_TAG = re.compile(r"<(?=/?(?:document|section|turns|turn|record)\b)", re.IGNORECASE)
_MAX_WORDS = 16_000
"""The longest turn that is shown whole, in characters."""
_MAX_TRAFFIC = 1_500
"""The longest tool call or result that is shown whole, in characters."""
_HEAD_SHARE = 0.7


def scribe_messages(material: Material) -> tuple[Message, ...]:
    """Return the document, then the new turns."""
    return (
        Message(role=Role.USER, text=_document(material)),
        Message(role=Role.USER, text=transcript(material.passages)),
    )


def summary_messages(material: Material) -> tuple[Message, ...]:
    """Return the page to summarise."""
    return (Message(role=Role.USER, text=transcript(material.passages)),)


def transcript(passages: Sequence[Passage]) -> str:
    """Return turns as text between tags."""
    lines = [
        f"<turn speaker={_quoted(passage.speaker)} time={_quoted(passage.when)}>\n"
        f"{_safe(_shortened(passage))}\n</turn>"
        for passage in passages
    ]
    return "\n".join(["<turns>", *lines, "</turns>"])


def _document(material: Material) -> str:
    head = f"<document title={_quoted(material.title)} max_characters={_quoted(material.budget)}>"
    return "\n".join([head, *(_section(section) for section in material.sections), "</document>"])


def _section(section: SectionView) -> str:
    head = f"<section anchor={_quoted(section.anchor)} heading={_quoted(section.heading)}>"
    return f"{head}\n{_safe(section.body)}\n</section>"


def _quoted(value: str | int) -> str:
    text = " ".join(str(value).split()).replace('"', "'")
    return f'"{_safe(text)}"'


def _safe(text: str) -> str:
    return _TAG.sub(r"<\\", text)


def _shortened(passage: Passage) -> str:
    limit = _MAX_TRAFFIC if passage.role is Role.TOOL else _MAX_WORDS
    text = passage.text
    if len(text) <= limit:
        return text
    head = int(limit * _HEAD_SHARE)
    left_out = len(text) - limit
    return f"{text[:head]}\n[{left_out:,} characters left out]\n{text[head - limit :]}"
