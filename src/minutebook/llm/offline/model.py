"""Answers requests from their material alone, in the shapes in which any model answers them."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Iterator

from minutebook.domain.turns import ToolCall
from minutebook.llm.offline import chat, story, summary, telling
from minutebook.llm.offline.quoting import size
from minutebook.llm.prompts import UPDATE_DOCUMENT
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    Task,
    TextDelta,
    nobody,
)

NAME = "offline"
_LARGE = 8_000
"""From so many characters on, the work is done beside the event loop."""
_WINDOW = 1_000_000
_WRITERS = {Task.CHAT: chat.answer, Task.SUMMARISE: summary.summarise, Task.STORY: story.tell}
_PIECE = re.compile(r"(?:\S+\s*){1,4}|\s+")


class OfflineModel:
    """Does every task by extraction: no key, no network, no cost. It never fails."""

    name = NAME
    capabilities = Capabilities(context_window=_WINDOW, tools=True, needs_network=False)

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Answer a few words at a time; the last event is `ReplyDone`."""
        reply = await self.complete(request)
        for piece in _pieces(reply.text):
            yield TextDelta(text=piece)
            await asyncio.sleep(0)  # a long answer leaves room for others
        yield ReplyDone(reply=reply)

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go."""
        material = request.material
        work = size(material.passages) + sum(len(section.body) for section in material.sections)
        if work < _LARGE:
            return _answer(request)
        return await asyncio.to_thread(_answer, request)


def _answer(request: Request) -> Reply:
    if request.task is Task.SCRIBE:
        call = ToolCall(id=NAME, name=UPDATE_DOCUMENT, arguments=telling.tell(request.material))
        return Reply(model=NAME, text="", stop_reason=StopReason.TOOL_USE, tool_calls=(call,))
    text = _WRITERS[request.task](request.material)
    return Reply(model=NAME, text=text, stop_reason=StopReason.END)


def _pieces(text: str) -> Iterator[str]:
    return (found[0] for found in _PIECE.finditer(text))
