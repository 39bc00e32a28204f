"""What may go wrong under the SDKs, and how long a silence may last.

The SDKs let errors of the layers below through: of the HTTP client, of JSON, of UTF-8, and their
own assertions when an event has an unexpected form. All of them are named here. Imported only when
a model is first called, as it brings in the HTTP client.
"""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator

import anyio
import httpx2

from minutebook.errors import (
    ModelError,
    ModelNotReachedError,
    ModelReplyError,
    ModelUnavailableError,
    ModelUnreachableError,
)
from minutebook.llm.remote.failures import Place, TellsFailureError, diagnose, symptom_of
from minutebook.llm.remote.framing import is_event_stream, well_formed
from minutebook.llm.remote.server import Patience

NETWORK = (
    *(httpx2.HTTPError, httpx2.StreamError, anyio.EndOfStream, anyio.ClosedResourceError),
    *(anyio.BrokenResourceError, ssl.SSLError, OSError, EOFError),
)
"""Failures on the way. OSError has TimeoutError among its children."""
ADDRESS = (httpx2.InvalidURL, httpx2.UnsupportedProtocol, httpx2.TooManyRedirects)
"""Failures of the address itself."""
FORM = (ValueError, TypeError, AttributeError, LookupError, AssertionError, RuntimeError)
"""Failures to read what came: JSON, UTF-8 and pydantic's are ValueErrors, recursion's is a
RuntimeError."""
RAW = (*ADDRESS, *NETWORK, *FORM)
"""All that is known to come through the SDKs from below."""
_OF_A_BODY = ("type", "encoding")


class AnswerTooLargeError(httpx2.StreamError):
    """An answer has more bytes than anybody wants to keep."""

    def __init__(self) -> None:
        super().__init__("the answer is too large")


def of_raw(error: BaseException, place: Place) -> ModelError:
    """Return the error that a failure below the SDKs is."""
    root = _root(error)
    if isinstance(root, TellsFailureError):
        return diagnose(symptom_of(200, root.body, "", {}), place)
    if isinstance(root, ADDRESS):
        return ModelUnavailableError(
            place.name(str(root), f"has no usable address ({place.server.place})"),
            hint=f"Check base_url under [providers.{place.server.provider}].",
        )
    if isinstance(root, AnswerTooLargeError):
        return ModelReplyError(
            place.name("", "sends more than a reply may have"),
            hint="Raise `reply_characters` under [calls], or choose another model.",
        )
    if isinstance(root, httpx2.ConnectTimeout):
        return _lost(root, place)
    if isinstance(root, httpx2.TimeoutException | TimeoutError):
        return ModelUnreachableError(
            place.name("", f"at {place.server.place} was silent for too long"),
            hint="Try again later, or be more patient with the settings under [calls].",
        )
    if isinstance(root, NETWORK):
        return _lost(root, place)
    return ModelReplyError(
        place.name(_kind(root), "sent something that is no answer"),
        hint=f"Check that {place.server.place} speaks the protocol that is set for"
        f" {place.server.provider!r}, and try again.",
    )


def _lost(error: BaseException, place: Place) -> ModelError:
    said, where = str(error) or type(error).__name__, f"at {place.server.place}"
    if isinstance(error, httpx2.ConnectError | httpx2.ConnectTimeout):
        return ModelNotReachedError(
            place.name(said, f"{where} cannot be reached"),
            hint="Check the network, and that the server runs.",
        )
    return ModelUnreachableError(
        place.name(said, f"{where} lost its connection"), hint="Try again."
    )


def _root(error: BaseException) -> BaseException:
    """Return the failure below the SDK's own connection errors."""
    while type(error).__name__ in _WRAPPERS and error.__cause__ is not None:
        error = error.__cause__
    return error


_WRAPPERS = frozenset({"APIConnectionError", "APITimeoutError"})


def _kind(error: BaseException) -> str:
    words = " ".join(str(error).split())[:120]
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def http_client(patience: Patience) -> httpx2.AsyncClient:
    """Return a client that waits as long as we mean to. Redirects are not followed: an API has
    none, and the key would go along."""

    async def watch(response: httpx2.Response) -> None:
        if isinstance(response.stream, httpx2.AsyncByteStream):
            watched = _WatchedStream(response.stream, patience, response.request)
            kind, encoding = (response.headers.get(f"content-{of}", "") for of in _OF_A_BODY)
            is_events = is_event_stream(kind, encoding)
            response.stream = _EventStream(watched) if is_events else watched

    return httpx2.AsyncClient(
        timeout=timeout_of(patience),
        limits=httpx2.Limits(max_connections=100, max_keepalive_connections=20),
        event_hooks={"response": [watch]},
    )


def timeout_of(patience: Patience) -> httpx2.Timeout:
    """Return how long each step of a call may take."""
    return httpx2.Timeout(patience.first_byte, connect=patience.connect)


class _EventStream(httpx2.AsyncByteStream):
    """The body of an answer that comes as events, in the form that the SDKs expect."""

    def __init__(self, inner: httpx2.AsyncByteStream) -> None:
        self._inner = inner

    async def __aiter__(self) -> AsyncIterator[bytes]:
        async for event in well_formed(aiter(self._inner)):
            yield event

    async def aclose(self) -> None:
        await self._inner.aclose()


class _WatchedStream(httpx2.AsyncByteStream):
    """The body of an answer; ends in an error after a silence, or when there is too much of it."""

    def __init__(
        self, inner: httpx2.AsyncByteStream, patience: Patience, request: httpx2.Request
    ) -> None:
        self._inner = inner
        self._patience = patience
        self._request = request
        self._is_over = False

    async def __aiter__(self) -> AsyncIterator[bytes]:
        if self._is_over:
            return  # an SDK reads on behind the end to free the connection, and would wait for ever
        left = self._patience.bytes
        pieces = aiter(self._inner)
        while (piece := await self._next(pieces)) is not None:
            left -= len(piece)
            if left < 0:
                raise AnswerTooLargeError
            yield piece
        self._is_over = True

    async def _next(self, pieces: AsyncIterator[bytes]) -> bytes | None:
        try:
            async with asyncio.timeout(self._patience.silence):
                return await anext(pieces, None)
        except TimeoutError as error:
            raise httpx2.ReadTimeout("no byte came", request=self._request) from error

    async def aclose(self) -> None:
        await self._inner.aclose()
