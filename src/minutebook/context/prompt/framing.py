"""Parts of a prompt between tags of ours: the story, summaries, and what is kept word for word.

They are data: text in them that looks like one of the tags is made harmless. A text follows from
its part alone, so that a part that stays the same is the same bytes in every prompt.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from minutebook.context.prompt.frames import frame
from minutebook.context.prompt.sight import SHORT_TOKENS
from minutebook.domain.context import PlacedSummary, Story
from minutebook.domain.display import one_line
from minutebook.domain.tokens import BYTES_PER_TOKEN
from minutebook.domain.whole_words import beginning
from minutebook.llm.tokens.ends import ends

_TAG = re.compile(r"<(?=/?(?:record|story|pages?|said|turns?|earlier_thinking)\b)", re.IGNORECASE)
_MAX_SPEAKER = 60
_NOTE_TOKENS = 20
"""Of the line that says what is left out, and where all of it is."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    """Something that is kept word for word beside a summary, or in the story."""

    speaker: str
    text: str
    tokens: int
    """It is shortened at both ends to so many, if it has more."""
    page: str = ""
    """Id of the page that holds all of it."""


def opening(parts: Iterable[str]) -> str:
    """Return the parts of the record that a prompt begins with."""
    return frame("opening").substitute(parts="\n".join(parts))


def story(told: Story, words: Sequence[Words]) -> str:
    """Return the story so far, and what stands in it word for word with the page it is from."""
    said = [_said(each, f' page="{_attribute(each.page)}"') for each in words]
    text = "\n".join([_safe(told.text), *said])
    return frame("story").substitute(pages=told.pages, text=text)


def summary(placed: PlacedSummary, words: Sequence[Words]) -> str:
    """Return the summary of a page, and what stands beside it word for word."""
    text = "\n".join([_safe(placed.text), *(_said(each, "") for each in words)])
    return frame("summary").substitute(page=_attribute(placed.page), text=text)


def lost(references: Iterable[tuple[str, str]]) -> str:
    """Return a line about references of a model that led nowhere, each with the reason."""
    told = "; ".join(f"{_attribute(reference)} ({reason})" for reference, reason in references)
    return frame("lost").substitute(lost=told)


def thinking(text: str) -> str:
    """Return what a model thought before it said something."""
    return frame("thinking").substitute(text=_safe(text))


def shortened(text: str, page: str, tokens: int = SHORT_TOKENS) -> str:
    """Return the two ends of a text, so many tokens with the reference to all of it.

    A text that has no more than that is returned as it is.
    """
    if len(text.encode("utf-8", "replace")) <= tokens * BYTES_PER_TOKEN:
        return text
    head, tail = ends(text, max(0, tokens - _NOTE_TOKENS))
    return frame("shortened").substitute(head=head, tail=tail, page=page)


def _said(words: Words, on: str) -> str:
    text = _safe(shortened(words.text, words.page, words.tokens))
    return frame("said").substitute(speaker=_attribute(words.speaker), on=on, text=text)


def _attribute(value: str) -> str:
    return _safe(beginning(one_line(value), _MAX_SPEAKER).replace('"', "'"))


def _safe(text: str) -> str:
    return _TAG.sub(r"<\\", text)
