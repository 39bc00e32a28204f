"""The order of a streamed call, the same for every SDK.

A call is opened, read event by event, and closed whatever happens. A failure before the first event
and one in the middle are told alike: as one of our errors, behind whatever had arrived by then.
"""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import AsyncGenerator, Mapping
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

from minutebook.errors import ModelReplyError
from minutebook.llm.protocol import ReplyDone, StreamEvent
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.connection import Translate, known_errors, translated
from minutebook.llm.remote.failures import Place, diagnose, symptom_of

if TYPE_CHECKING:
    import httpx2


_AFTER_THE_REASON, _AFTER_THE_LAST = 5.0, 0.1
"""Seconds that a server has to finish an answer of which all is known."""
_NO_STREAMS = ("html", "json", "xml")
"""In the names of types that are no event streams."""
_TURN = 0.005
"""Seconds for which events are read before others have a turn."""


E = TypeVar("E")
E_co = TypeVar("E_co", covariant=True)
E_contra = TypeVar("E_contra", contravariant=True)


class SdkStream(Protocol[E_co]):
    """A stream of typed events, as the SDKs return it."""

    @property
    def response(self) -> httpx2.Response:
        """What it is read from."""
        ...

    async def __anext__(self) -> E_co:
        """Return the next event."""
        ...

    async def close(self) -> None:
        """End the call."""
        ...


class Reading(Protocol[E_contra]):
    """Reads the events of one protocol."""

    @property
    def builder(self) -> ReplyBuilder:
        """Where the reply grows."""
        ...

    @property
    def is_over(self) -> bool:
        """Whether the last event came that there can be."""
        ...

    def read(self, event: E_contra) -> list[StreamEvent]:
        """Take one event of the SDK; return what it means. Raises FORM errors."""
        ...

    def whole(self, body: Mapping[str, Any]) -> list[StreamEvent]:
        """Take an answer that does not come as a stream. Raises FORM errors."""
        ...


async def relay(
    stream: SdkStream[E], reading: Reading[E], place: Place, translate: Translate
) -> AsyncGenerator[StreamEvent, None]:
    """Yield the events of an opened stream, `ReplyDone` last. Raises ModelError."""
    builder, began = reading.builder, time.monotonic()
    if (body := await _body(stream.response, place, translate)) is not None:
        with translated(lambda: place, translate):
            events = reading.whole(body)
        if builder.is_empty and builder.stop_reason is None:
            raise _no_stream("application/json", place)
        for event in events:
            yield event
        yield ReplyDone(reply=builder.reply())
        return
    while not builder.is_full:
        was_over = reading.is_over
        heard = await _next(stream, reading, place, translate)
        if heard is None or was_over:
            break
        for event in heard:
            yield event
        began = await _breathe(began)
    if builder.is_empty and builder.stop_reason is None:
        raise ModelReplyError(place.name("", "ended without a word"), hint="Try again.")
    yield ReplyDone(reply=builder.reply())


async def _breathe(began: float) -> float:
    """Let others have a turn when ours began too long ago: events that have arrived already are
    read without ever waiting. Return when our turn began."""
    if time.monotonic() - began < _TURN:
        return began
    await asyncio.sleep(0)
    return time.monotonic()


async def _next(
    stream: SdkStream[E], reading: Reading[E], place: Place, translate: Translate
) -> list[StreamEvent] | None:
    """Return what the next event means; None behind the last one."""
    from minutebook.llm.remote.transport import AnswerTooLargeError

    try:
        async with asyncio.timeout(_rest(reading)):
            event = await stream.__anext__()
        return [] if reading.is_over else reading.read(event)
    except StopAsyncIteration:
        return None
    except AnswerTooLargeError as error:
        if not reading.builder.is_empty:
            return None
        raise translate(error, place) from error
    except known_errors() as error:
        if reading.builder.stop_reason is not None:
            return None  # all was said; only the goodbye is missing
        raise translate(error, place) from error


def _rest(reading: Reading[E]) -> float | None:
    """Return how long to wait for what comes behind the end: the usage, and the end of the body,
    behind which the connection can be used again. None before the end."""
    if reading.is_over:
        return _AFTER_THE_LAST
    return None if reading.builder.stop_reason is None else _AFTER_THE_REASON


async def _body(
    response: httpx2.Response, place: Place, translate: Translate
) -> dict[str, Any] | None:
    """Return an answer that is one object, as of servers that do not stream; None for a stream.

    Some servers call their streams plain text, or nothing at all: those are read as they are.
    Raises ModelError for an error as JSON, and for a page of a proxy.
    """
    kind = response.headers.get("content-type", "text/event-stream").lower()
    if not any(name in kind for name in _NO_STREAMS):
        return None
    with translated(lambda: place, translate):
        body = json.loads(await response.aread()) if "json" in kind else None
    if not isinstance(body, dict):
        raise _no_stream(kind, place)
    if body.get("error"):
        raise diagnose(symptom_of(response.status_code, body, "", response.headers), place)
    return body


def _no_stream(kind: str, place: Place) -> ModelReplyError:
    return ModelReplyError(
        place.name(kind, f"is not what answers at {place.server.place}; what came is"),
        hint=f"Check base_url under [providers.{place.server.provider}].",
    )
