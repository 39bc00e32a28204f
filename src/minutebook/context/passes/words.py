"""What people said and pinned on pages that have left: it stays, word for word, within a share."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from minutebook.context.prompt.sight import WORDS_FRAME
from minutebook.domain.context import KeptWords, Layout

_CAP = 0.25
"""The share of the room that one turn may have."""
_LEAST = 8


def all_words(layout: Layout) -> tuple[KeptWords, ...]:
    """Return what is kept word for word, in the story and beside summaries, oldest first."""
    told = layout.story.words if layout.story else ()
    return (*told, *(word for each in layout.summaries for word in each.words))


def with_pins(layout: Layout, pinned: frozenset[int]) -> Layout:
    """Return a layout of which those words are pinned that were said in some turns."""

    def marked(words: Sequence[KeptWords]) -> tuple[KeptWords, ...]:
        return tuple(replace(word, is_pinned=word.turn in pinned) for word in words)

    story = layout.story and replace(layout.story, words=marked(layout.story.words))
    summaries = tuple(replace(each, words=marked(each.words)) for each in layout.summaries)
    return replace(layout, story=story, summaries=summaries)


def with_words_within(layout: Layout, room: int) -> Layout:
    """Return a layout whose kept words have no more than some tokens, their frames included.

    The newest stay, and what is pinned leaves last. One turn has a quarter of the room at most: of
    a longer one both ends stay.
    """
    kept = _newest(all_words(layout), room)
    if layout.story is not None:
        story = replace(layout.story, words=_kept(layout.story.words, kept))
        layout = replace(layout, story=story)
    summaries = tuple(replace(each, words=_kept(each.words, kept)) for each in layout.summaries)
    return replace(layout, summaries=summaries)


def _newest(words: Sequence[KeptWords], room: int) -> dict[int, KeptWords]:
    """Return the words that have room, by turn: pins first, then the newest of the others."""
    cap = max(_LEAST, int(_CAP * room))
    kept: dict[int, KeptWords] = {}
    for wanted in (True, False):
        for word in reversed(words):
            if word.is_pinned is not wanted:
                continue
            fitted = replace(word, tokens=min(word.tokens, cap))
            if fitted.tokens + WORDS_FRAME > room:
                break
            room -= fitted.tokens + WORDS_FRAME
            kept[word.turn] = fitted
    return kept


def _kept(words: Sequence[KeptWords], kept: dict[int, KeptWords]) -> tuple[KeptWords, ...]:
    return tuple(kept[word.turn] for word in words if word.turn in kept)
