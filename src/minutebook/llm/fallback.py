"""A model for which another one stands in when it is busy or cannot be reached.

Only before the first word. The reply says who answered, so that nobody takes one for the other.
"""

from __future__ import annotations

import logging
from collections.abc import AsyncGenerator

from minutebook.errors import (
    MinutebookError,
    ModelBusyError,
    ModelUnavailableError,
    ModelUnreachableError,
)
from minutebook.llm.protocol import (
    FOR_THE_LEDGER,
    AskedAgain,
    Capabilities,
    Listener,
    Model,
    Reply,
    Request,
    StreamEvent,
    nobody,
)
from minutebook.llm.streams import closing

_log = logging.getLogger(__name__)
_STANDS_IN_FOR = (ModelBusyError, ModelUnreachableError, ModelUnavailableError)


class FallbackModel:
    """Asks one model, and another one when the first cannot answer."""

    def __init__(self, first: Model, other: Model) -> None:
        self._first = first
        self._other = other

    @property
    def name(self) -> str:
        """The name of the model that is asked first."""
        return self._first.name

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do that is asked first."""
        return self._first.capabilities

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece. Raises ModelError."""
        heard = False
        try:
            async with closing(self._first.stream(request)) as events:
                async for event in events:
                    heard = heard or not isinstance(event, FOR_THE_LEDGER)
                    yield event
            return
        except _STANDS_IN_FOR as error:
            if heard:
                raise
            again = self._tell(error)
        yield again
        async with closing(self._other.stream(request)) as events:
            async for event in events:
                yield event

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go. Raises ModelError."""
        try:
            return await self._first.complete(request, listener)
        except _STANDS_IN_FOR as error:
            again = self._tell(error)
        listener(again)
        return await self._other.complete(request, listener)

    def _tell(self, error: MinutebookError) -> AskedAgain:
        _log.warning("%r stands in for %r: %s", self._other.name, self.name, error)
        return AskedAgain(model=self._other.name, reason=error.message)
