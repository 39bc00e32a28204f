"""Texts for models that read prose, made from the material of a request.

Turns, sections and changes stand between tags of ours; text that looks like such a tag is made
harmless. A text follows from its material alone, so that the same material begins a prompt with the
same bytes, which providers can cache.
"""

from __future__ import annotations

import re
from collections.abc import Sequence

from minutebook.domain.turns import Role
from minutebook.domain.whole_words import head_end, tail_start
from minutebook.llm.protocol import Material, Message, Passage, SectionView

_TAG = re.compile(
    r"<(?=/?(?:conversation|document|section|theirs|change|anchors|instruction|left|problems|turns|turn|parts?|record|story|pages?)\b)",
    re.IGNORECASE,
)
_MAX_WORDS = 16_000
"""The longest turn that is shown whole, in characters."""
_MAX_TRAFFIC = 1_500
"""The longest tool call or result that is shown whole, in characters."""
_HEAD_SHARE = 0.7
_CHARS_PER_WORD = 6


def summary_messages(material: Material) -> tuple[Message, ...]:
    """Return the page to summarise, with the title of its conversation if it has one."""
    named = f"<conversation title={_quoted(material.title)}/>\n" if material.title.strip() else ""
    return (Message(role=Role.USER, text=f"{named}{transcript(material.passages)}"),)


def transcript(passages: Sequence[Passage]) -> str:
    """Return turns as text between tags."""
    lines = [f"{_head(passage)}\n{_safe(_shortened(passage))}\n</turn>" for passage in passages]
    return "\n".join(["<turns>", *lines, "</turns>"])


def _head(passage: Passage) -> str:
    number = f" n={_quoted(passage.number)}" if passage.number else ""
    return f"<turn{number} speaker={_quoted(passage.speaker)} time={_quoted(passage.when)}>"


def parts_messages(parts: Sequence[str]) -> tuple[Message, ...]:
    """Return the summaries of the parts of a page, to be made one."""
    told = "\n".join(f"<part>\n{_safe(part)}\n</part>" for part in parts)
    return (Message(role=Role.USER, text=f"<parts>\n{told}\n</parts>"),)


def story_messages(material: Material) -> tuple[Message, ...]:
    """Return the story as it is, the summaries that go into it, and how long it may be."""
    before = [passage.text for passage in material.passages if passage.page is None]
    pages = [_summary(passage) for passage in material.passages if passage.page is not None]
    told = [
        *(f"<story>\n{_safe(text)}\n</story>" for text in before),
        "\n".join(["<pages>", *pages, "</pages>"]),
        f"At most {max(1, material.budget // _CHARS_PER_WORD)} words.",
    ]
    return (Message(role=Role.USER, text="\n".join(told)),)


def _summary(passage: Passage) -> str:
    return f"<page id={_quoted(passage.page or '')}>\n{_safe(passage.text)}\n</page>"


def pages_brought_back(pages: Sequence[str]) -> str:
    """Return pages that were brought back, between tags."""
    return "\n".join(["<pages>", *pages, "</pages>"])


def page(id_: str, reason: str, turns: Sequence[str]) -> str:
    """Return a page of the record between tags, from its turns or parts of them."""
    head = f"<page id={_quoted(id_)} brought_back={_quoted(reason)}>"
    return "\n".join([head, *turns, "</page>"])


def turn(passage: Passage) -> tuple[str, str, str]:
    """Return a turn between tags, all of it: its beginning, its words made harmless, its end."""
    return (f"{_head(passage)}\n", _safe(passage.text), "\n</turn>")


def document(title: str, sections: Sequence[SectionView]) -> str:
    """Return a document as text between tags, with what a person wrote marked as theirs."""
    head = f"<document title={_quoted(title)}>"
    return "\n".join([head, *(_section(section) for section in sections), "</document>"])


def change(patch: str, anchors: Sequence[str]) -> str:
    """Return a patch that was applied behind the document, and the anchors if it changed them."""
    listed = [f"<anchors>{_safe(', '.join(anchors))}</anchors>"] if anchors else []
    return "\n".join(["<change>", _safe(patch), *listed, "</change>"])


def instruction(text: str) -> str:
    """Return what a person asks for, between tags."""
    return f"<instruction>\n{_safe(text)}\n</instruction>"


def left(passages: Sequence[Passage]) -> str:
    """Return turns that were left, between tags."""
    return f"<left>\n{transcript(passages)}\n</left>"


def problems(reasons: Sequence[str]) -> str:
    """Return why a call could not be taken, between tags."""
    return "\n".join(["<problems>", *(f"- {_safe(reason)}" for reason in reasons), "</problems>"])


def _section(section: SectionView) -> str:
    head = f"<section anchor={_quoted(section.anchor)} heading={_quoted(section.heading)}>"
    return f"{head}\n{_marked(section)}\n</section>"


def _marked(section: SectionView) -> str:
    """Return the body of a section, with the blocks of a person between tags."""
    pieces, at = [], 0
    for block in section.owned:
        start = section.body.find(block, at)
        if start < 0:
            continue
        pieces += [_safe(section.body[at:start]), f"<theirs>\n{_safe(block)}\n</theirs>"]
        at = start + len(block)
    return "".join([*pieces, _safe(section.body[at:])])


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
    end = head_end(text, int(limit * _HEAD_SHARE))
    start = tail_start(text, len(text) - limit + int(limit * _HEAD_SHARE))
    return f"{text[:end]}\n[{start - end:,} characters left out]\n{text[start:]}"
