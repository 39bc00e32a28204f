"""What a provider counts of a request: everything that is sent, and a frame for each part."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.llm.protocol import Message, Request

FRAME = 4
"""Tokens of the marks around a message or a tool."""


def texts(request: Request) -> Iterator[str]:
    """Yield every text of a request that a model reads."""
    yield request.system
    for message in request.messages:
        yield from texts_of(message)
    for tool in request.tools:
        yield f"{tool.name}\n{tool.description}\n{tool.schema}"


def frames(request: Request) -> int:
    """Return the tokens of the marks between the texts."""
    parts = len(request.messages) + len(request.tools) + bool(request.system)
    calls = sum(len(m.tool_calls) + len(m.tool_results) for m in request.messages)
    return FRAME * (parts + calls)


def texts_of(message: Message) -> Iterator[str]:
    """Yield every text of a message that a model reads."""
    yield message.text
    for call in message.tool_calls:
        yield f"{call.name}\n{call.arguments}"
    for result in message.tool_results:
        yield result.content
