"""A request as people read it: everything that would be sent, in order, and where prefixes end."""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.llm.protocol import Message, Request

_CACHED = "--- cached up to here"


def printed(request: Request) -> str:
    """Return a request as text. What is in it may be of any origin."""
    return "\n".join(_lines(request))


def _lines(request: Request) -> Iterator[str]:
    for tool in request.tools:
        yield f"=== tool {tool.name}\n{tool.description}\n{tool.schema}"
    yield f"=== system\n{request.system}"
    yield _CACHED
    for message in request.messages:
        yield f"=== {message.role.value}"
        yield from parts(message)
        if message.ends_prefix:
            yield _CACHED


def parts(message: Message) -> Iterator[str]:
    """Return what a message says, calls, and was given back, each as text."""
    if message.text:
        yield message.text
    for call in message.tool_calls:
        yield f"[call {call.id}] {call.name} {call.arguments}"
    for result in message.tool_results:
        kind = "error" if result.is_error else "result"
        yield f"[{kind} {result.call_id}] {result.content}"
