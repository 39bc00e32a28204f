"""A turn that is too large for any window is shown at its ends, with the reference to all of it.

What is small in it stays whole, and what is large shares the room that is left. Arguments of a call
stay JSON.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from dataclasses import replace

from minutebook.context.prompt import framing
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Content

_FRAME = 4
"""Tokens of a turn beside what it says."""


def cut(words: str, content: Content, page: str, tokens: int) -> tuple[str, Content]:
    """Return the words of a turn and its tool traffic in about so many tokens, frame included."""
    pieces = list(_pieces(words, content))
    longest = _longest(sorted(map(estimate, pieces)), max(0, tokens - _FRAME))
    calls = tuple(
        replace(call, arguments=_arguments(call.arguments, page, longest))
        for call in content.tool_calls
    )
    results = tuple(
        replace(result, content=framing.shortened(result.content, page, longest))
        for result in content.tool_results
    )
    return framing.shortened(words, page, longest), Content(tool_calls=calls, tool_results=results)


def _pieces(words: str, content: Content) -> Iterator[str]:
    yield words
    yield from (call.arguments for call in content.tool_calls)
    yield from (result.content for result in content.tool_results)


def _longest(sizes: Sequence[int], room: int) -> int:
    """Return what the largest pieces may have so that all of them fit; `sizes` grow."""
    for number, size in enumerate(sizes):
        share = room // (len(sizes) - number)
        if size > share:
            return share
        room -= size
    return sizes[-1] if sizes else 0


def _arguments(arguments: str, page: str, longest: int) -> str:
    short = framing.shortened(arguments, page, longest)
    if short == arguments:
        return arguments
    return json.dumps({"shortened": short}, ensure_ascii=False)
