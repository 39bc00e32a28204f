"""A model that says what a script tells it to: for tests, benchmarks and demonstrations.

It speaks the whole protocol, and can do on demand what real models do at the worst moment: fail
before the first word or after some, break off, refuse, or take as long as the caller likes.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Iterator
from dataclasses import dataclass, field

from minutebook.domain.turns import ToolCall
from minutebook.errors import MinutebookError, ModelError
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    TextDelta,
    Usage,
    UsageReported,
    nobody,
)
from minutebook.llm.streams import last_reply

Pause = Callable[[], Awaitable[None]]
"""Awaited before each piece: how slow an answer is."""


async def _at_once() -> None:
    """Take no time, but let others have a turn."""
    await asyncio.sleep(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One answer of a script."""

    pieces: tuple[str, ...] = ()
    """The text, as it arrives."""
    thinking: str = ""
    tool_calls: tuple[ToolCall, ...] = ()
    stop_reason: StopReason = StopReason.END
    error: MinutebookError | None = None
    """Raised behind the last piece, instead of an end."""
    usage: Usage = field(default_factory=Usage)
    reported: Usage = field(default_factory=Usage)
    """Told before the first piece, if it is anything."""
    cost_usd: float | None = None
    pause: Pause = _at_once

    def cut_after(self, pieces: int) -> Answer:
        """Return this answer as it is when it breaks off after so many pieces."""
        return Answer(
            pieces=self.pieces[:pieces],
            thinking=self.thinking,
            stop_reason=StopReason.CUT,
            usage=self.usage,
            reported=self.reported,
            cost_usd=self.cost_usd,
            pause=self.pause,
        )


Line = Answer | Callable[[Request], Answer]
"""What a script says next: an answer, or how to make one from the request."""


class ScriptedModel:
    """Gives the answers of a script one after the other; the requests can be looked at after."""

    def __init__(
        self,
        script: Iterable[Line],
        *,
        name: str = "scripted:test",
        capabilities: Capabilities | None = None,
    ) -> None:
        self.name = name
        self.capabilities = capabilities or Capabilities(
            context_window=200_000, tools=True, needs_network=False
        )
        self.requests: list[Request] = []
        self._script: Iterator[Line] = iter(script)

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Answer piece by piece. Raises what the script says, or ModelError at its end."""
        answer = self._next(request)
        if answer.reported != Usage():
            yield UsageReported(model=self.name, usage=answer.reported)
        for piece in answer.pieces:
            await answer.pause()
            yield TextDelta(text=piece)
        yield ReplyDone(reply=await self._end(answer))

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go. Raises as `stream` does."""
        return await last_reply(self.stream(request), listener)

    def _next(self, request: Request) -> Answer:
        self.requests.append(request)
        line = next(self._script, None)
        if line is None:
            raise ModelError(
                f"The script of {self.name!r} has no answer to request {len(self.requests)}.",
                hint="Give it another answer.",
            )
        return line if isinstance(line, Answer) else line(request)

    async def _end(self, answer: Answer) -> Reply:
        await answer.pause()
        if answer.error is not None:
            raise answer.error
        return Reply(
            model=self.name,
            text="".join(answer.pieces),
            thinking=answer.thinking,
            stop_reason=answer.stop_reason,
            tool_calls=answer.tool_calls,
            usage=answer.usage,
            cost_usd=answer.cost_usd,
        )
