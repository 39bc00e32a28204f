"""A request, cut into the pieces that people know: story, pages, turns, what was brought back.

The pieces are cuts of what is sent, so that together they are exactly that. The tags that begin a
story or a page are found in it without doubt, because text inside them cannot look like one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from minutebook.context.prompt.assembly import View
from minutebook.context.prompt.printing import parts
from minutebook.domain.context import Layer
from minutebook.domain.inspection import SentPart
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Role
from minutebook.llm.protocol import Message, Request

_BEGINS = re.compile(r'^(?=<story |<page id=")', re.MULTILINE)
_PAGE = re.compile(r'<page id="([^"]*)"')
_FRAME = 4
"""Tokens of the marks around a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Previewed:
    """A request, and what it was made of."""

    request: Request
    seen: View
    brought_back: str
    """The text of the slot, with which the last message of a person begins."""
    factor: float
    """Tokens of the model for one of the record."""


def sent_parts(previewed: Previewed) -> tuple[SentPart, ...]:
    """Return the pieces of a request, in the order in which they are sent."""
    return tuple(_parts(previewed))


def _parts(previewed: Previewed) -> Iterator[SentPart]:
    request, seen, factor = previewed.request, previewed.seen, previewed.factor

    def part(layer: Layer, title: str, text: str, *, ends_prefix: bool = False) -> SentPart:
        tokens = round((estimate(text) + _FRAME) * factor)
        return SentPart(layer=layer, title=title, text=text, tokens=tokens, ends_prefix=ends_prefix)

    for tool in request.tools:
        text = f"{tool.description}\n{tool.schema}"
        yield part(Layer.SYSTEM, f"tool {tool.name}", text)
    yield part(Layer.SYSTEM, "system", request.system, ends_prefix=True)
    has_opening = seen.layout.story is not None or bool(seen.layout.summaries)
    for number, message in enumerate(request.messages):
        text = "\n".join(parts(message))
        is_opening = number == 0 and has_opening
        pieces = [*_opening(seen, text)] if is_opening else _said(previewed, number)
        for place, (layer, title, piece) in enumerate(pieces, 1):
            is_end = message.ends_prefix and place == len(pieces)
            yield part(layer, title, piece, ends_prefix=is_end)


def _opening(seen: View, text: str) -> Iterator[tuple[Layer, str, str]]:
    """Cut the message that a prompt begins with, before each story and page."""
    first = Layer.SUMMARIES if seen.layout.story is None else Layer.STORY
    for piece in filter(None, _BEGINS.split(text)):
        if piece.startswith("<story "):
            yield Layer.STORY, "the story so far", piece
        elif page := _PAGE.match(piece):
            yield Layer.SUMMARIES, page[1], piece
        else:
            yield first, "what begins the record", piece


def _said(previewed: Previewed, number: int) -> list[tuple[Layer, str, str]]:
    """Cut a message that stands word for word: what was brought back is apart."""
    message = previewed.request.messages[number]
    text, slot = "\n".join(parts(message)), previewed.brought_back
    is_last = number == len(previewed.request.messages) - 1
    is_current = is_last and message.role is not Role.ASSISTANT
    layer = Layer.CURRENT if is_current else Layer.RECENT
    cuts = [(layer, _title(message), text)]
    if slot and text.startswith(slot):
        said = text[len(slot) :]
        cuts = [(Layer.SLOT, "pages that were brought back", slot)]
        cuts += [(layer, _title(message), said)] if said else []
    return cuts


def _title(message: Message) -> str:
    calls = ", ".join(call.name for call in message.tool_calls)
    return f"{message.role.value}, calls {calls}" if calls else message.role.value
