"""Models for the tests of the workbench: what they say comes when a test lets it come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minutebook.errors import MinutebookError, ModelError
from minutebook.llm import models
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Reply,
    ReplyDone,
    Request,
    StopReason,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    nobody,
)

if TYPE_CHECKING:
    import pytest

NAME = "test:model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One answer."""

    text: tuple[str, ...] = ()
    thinking: tuple[str, ...] = ()
    gate: asyncio.Event | None = None
    """Awaited behind the first piece of the text."""
    stop: StopReason = StopReason.END
    error: MinutebookError | None = None
    """Raised behind the last piece."""


@dataclass(slots=True)
class Speaker:
    """A model that says its lines; behind the last one it says `again`."""

    lines: list[Line]
    name: str = NAME
    capabilities: Capabilities = field(
        default_factory=lambda: Capabilities(context_window=200_000, needs_network=False)
    )
    requests: list[Request] = field(default_factory=list)

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Say the next line."""
        self.requests.append(request)
        line = self.lines.pop(0) if self.lines else Line(text=("again",))
        for thought in line.thinking:
            yield ThinkingDelta(text=thought)
            await asyncio.sleep(0)
        for number, piece in enumerate(line.text):
            yield TextDelta(text=piece)
            if line.gate is not None and number == 0:
                await line.gate.wait()
        if line.error is not None:
            raise line.error
        yield ReplyDone(
            reply=Reply(
                model=self.name,
                text="".join(line.text),
                thinking="".join(line.thinking),
                stop_reason=line.stop,
            )
        )

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Only streams are asked for."""
        raise ModelError("This model only streams.")


def let_speak(monkeypatch: pytest.MonkeyPatch, *lines: Line) -> Speaker:
    """Let a model with these lines answer in every workbench of the test."""
    speaker = Speaker(list(lines))
    monkeypatch.setitem(models.BUILT_IN, "test", lambda _: speaker)
    monkeypatch.setenv("MINUTEBOOK_MODELS__CHAT", NAME)
    return speaker
