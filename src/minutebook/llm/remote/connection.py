"""The client of one server, and what may come out of it instead of an answer."""

from __future__ import annotations

import asyncio
import hashlib
import sys
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from typing import Generic, Protocol, TypeVar

from minutebook.errors import ModelError, ModelUnavailableError
from minutebook.llm.remote.failures import Place
from minutebook.llm.remote.keys import NO_KEY, find_key
from minutebook.llm.remote.server import Server


class SdkClient(Protocol):
    """What the clients of all SDKs can do."""

    async def close(self) -> None:
        """Let go of its connections."""
        ...


C = TypeVar("C", bound=SdkClient)
Translate = Callable[[BaseException, Place], ModelError]
"""Makes one of our errors of any that an SDK lets out."""


class Connection(Generic[C]):
    """The client of one server, made when it is first needed, in a thread: the SDKs take a second
    to be imported, and a keyring may ask a person."""

    def __init__(
        self, server: Server, build: Callable[[Server, str], C], translate: Translate
    ) -> None:
        self.server = server
        self.translate = translate
        self._build = build
        self._client: C | None = None
        self._key = ""
        self._lock = asyncio.Lock()

    def bare(self, model: str) -> str:
        """Return the name of a model as its server has it."""
        return model.removeprefix(f"{self.server.provider}:")

    def whole(self, model: str) -> str:
        """Return the name of a model with its provider."""
        return f"{self.server.provider}:{self.bare(model)}"

    def asking(self, model: str = "") -> AbstractContextManager[None]:
        """Raise ModelError for whatever the SDK lets out of the block, about a model if any."""
        name = self.whole(model) if model else self.server.provider
        return translated(lambda: self.place(name), self.translate)

    def place(self, model: str) -> Place:
        """Return where failures of a model happen, given with its provider."""
        secret = "" if self._key == NO_KEY else self._key
        return Place(model=model, server=self.server, secret=secret)

    async def client(self) -> C:
        """Return the client. Raises ModelError, and what the SDK raises when it is made."""
        async with self._lock:
            if self._client is None:
                self._client = await asyncio.to_thread(self._make)
            return self._client

    async def fingerprint(self) -> str:
        """Return what tells one key at one address from another, and nothing of either.

        Raises ModelError.
        """
        await self.client()
        known_by = f"{self.server.base_url}\0{self._key}"
        return hashlib.sha256(known_by.encode("utf-8", "replace")).hexdigest()[:16]

    async def close(self) -> None:
        """Close the client if there is one; it is made anew when it is needed again."""
        client, self._client = self._client, None
        if client is not None:
            await client.close()

    def _make(self) -> C:
        self._key = find_key(self.server)
        try:
            return self._build(self.server, self._key)
        except ImportError as error:
            raise ModelUnavailableError(
                f"The package for {self.server.provider!r} cannot be loaded: {error}.",
                hint="Install minutebook anew.",
            ) from error


def known_errors() -> tuple[type[Exception], ...]:
    """Return all that is known to come out of a call: errors of the SDKs that are loaded, and of
    the layers below."""
    from minutebook.llm.remote.transport import RAW

    found: list[type[Exception]] = [*RAW]
    for name, root in (("anthropic", "AnthropicError"), ("openai", "OpenAIError")):
        if module := sys.modules.get(name):
            found.append(getattr(module, root))
    return tuple(found)


@contextmanager
def translated(place: Callable[[], Place], translate: Translate) -> Iterator[None]:
    """Raise ModelError for whatever an SDK lets out of the block."""
    try:
        yield
    except (ModelError, asyncio.CancelledError):
        raise
    except known_errors() as error:
        raise translate(error, place()) from error
