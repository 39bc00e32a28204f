"""A model at a server, whatever protocol it speaks.

What a server takes is learned from what it refuses: a call is opened again without the part that
was refused, and every later call begins as that one did. All else that goes wrong is told at once.
Where no tools can be called, a required one is asked for as text; the reply has its call all the
same.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncGenerator, Callable
from contextlib import aclosing
from dataclasses import replace
from typing import Generic, Protocol, Self, TypeVar

from minutebook.errors import ModelRequestError
from minutebook.llm.protocol import (
    Capabilities,
    Listener,
    Reply,
    ReplyDone,
    Request,
    StreamEvent,
    nobody,
)
from minutebook.llm.remote.building import ReplyBuilder
from minutebook.llm.remote.calling import Reading, SdkStream, relay
from minutebook.llm.remote.connection import Connection, SdkClient
from minutebook.llm.remote.structured import is_without_call, with_call
from minutebook.llm.streams import last_reply


class Manner(Protocol):
    """What a model at its server takes."""

    @property
    def tools(self) -> bool:
        """Whether it takes tools."""
        ...

    def without_tools(self) -> Self:
        """Return the manner of one that takes none."""
        ...

    def without(self, refusal: str) -> Self | None:
        """Return the manner to try after a refusal; None when it is about something else."""
        ...


C = TypeVar("C", bound=SdkClient)
M = TypeVar("M", bound=Manner)
E = TypeVar("E")


class RemoteModel(ABC, Generic[C, M, E]):
    """A model at a server; asks once, whatever happens."""

    def __init__(
        self,
        model: str,
        connection: Connection[C],
        manner: M,
        describe: Callable[[str], Capabilities],
    ) -> None:
        self.name = f"{connection.server.provider}:{model}"
        self._model = model
        self._connection = connection
        self._manner = manner
        self._describe = describe

    @property
    def capabilities(self) -> Capabilities:
        """What it can do, as far as is known; the provider's list tells more."""
        known = self._describe(self._model)
        return known if self._manner.tools else replace(known, tools=False)

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. Raises ModelError; closing it ends the call."""
        stream = await self._opened(request)
        connection = self._connection
        builder = ReplyBuilder(self.name, connection.server.patience.characters)
        reading, place = self._reading(request, builder), connection.place(self.name)
        try:
            async with aclosing(relay(stream, reading, place, connection.translate)) as events:
                async for event in events:
                    yield self._heard(event, request) if isinstance(event, ReplyDone) else event
        finally:
            await stream.close()

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go: by the stream, which no proxy thinks dead. Raises ModelError."""
        return await last_reply(self.stream(request), listener)

    @abstractmethod
    async def _create(self, client: C, request: Request, manner: M) -> SdkStream[E]:
        """Open the call in a manner. Raises what the SDK raises."""

    @abstractmethod
    def _reading(self, request: Request, builder: ReplyBuilder) -> Reading[E]:
        """Return what reads the stream of a request."""

    def _heard(self, done: ReplyDone, request: Request) -> ReplyDone:
        """Return the end of a stream with the call that was required, also where it came as text.

        A server of others that passes over the tool is asked without tools from then on.
        """
        if not request.required_tool:
            return done
        reply = with_call(done.reply, request.required_tool)
        if is_without_call(reply) and not self._connection.server.is_own:
            self._manner = self._manner.without_tools()
        return ReplyDone(reply=reply)

    async def _opened(self, request: Request) -> SdkStream[E]:
        """Open the call, again without what the server refuses. Raises ModelError."""
        if not self.capabilities.tools:
            self._manner = self._manner.without_tools()
        tried: set[M] = set()
        while True:
            manner = self._manner
            tried.add(manner)
            try:
                with self._connection.asking(self.name):
                    return await self._create(await self._connection.client(), request, manner)
            except ModelRequestError as error:
                learned = manner.without(error.message)
                if learned is None or learned in tried:
                    raise
                if self._manner == manner:  # no other call has learned meanwhile
                    self._manner = learned
