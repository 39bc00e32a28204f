"""One server, whatever protocol it speaks: its connections, and the list of its models."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import AsyncIterable, Callable
from typing import Generic, Protocol, TypeVar

from minutebook.llm.protocol import Capabilities, ModelInfo
from minutebook.llm.remote.connection import Connection, SdkClient, Translate
from minutebook.llm.remote.server import Server, for_bulk

_MOST_LISTED, _MOST_REPEATED = 2_000, 50
"""Models that are listed, and those that come again before the list is taken for an endless one."""


class Listed(Protocol):
    """A model in the list of an SDK."""

    id: str


C = TypeVar("C", bound=SdkClient)
L = TypeVar("L", bound=Listed)


class RemoteProvider(ABC, Generic[C, L]):
    """The models of one server."""

    def __init__(
        self, server: Server, build: Callable[[Server, str], C], translate: Translate
    ) -> None:
        self.server = server
        self._connection = Connection(server, build, translate)
        self._bulk = Connection(for_bulk(server), build, translate)
        self._listed: dict[str, ModelInfo] = {}

    async def prepare(self) -> None:
        """Load what it takes to speak with the server; nobody is asked yet. Raises ModelError."""
        with self._connection.asking():
            await self._connection.client()

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """Return the models that the server offers, as it orders them. Raises ModelError."""
        found: dict[str, ModelInfo] = {}
        repeated = 0
        with self._connection.asking():
            async for listed in self._list(await self._connection.client()):
                if not _is_name(listed.id):
                    continue
                repeated += listed.id in found
                found[listed.id] = self._learn(listed)
                if len(found) >= _MOST_LISTED or repeated > _MOST_REPEATED:
                    break
        return tuple(found.values())

    @property
    def tells_windows(self) -> bool:
        """Whether its list may say how many tokens its models take."""
        return True

    def remember(self, told: ModelInfo) -> None:
        """Take up what the list said of a model when it was read before."""
        self._listed[told.name.partition(":")[2]] = told

    async def close(self) -> None:
        """Close its connections."""
        await self._connection.close()
        await self._bulk.close()

    @abstractmethod
    def _list(self, client: C) -> AsyncIterable[L]:
        """Return the list of the SDK, page by page."""

    @abstractmethod
    def _told(self, listed: L) -> ModelInfo:
        """Return what the list says of a model. Raises FORM errors."""

    @abstractmethod
    def _described(self, name: str, told: ModelInfo | None) -> Capabilities:
        """Return what a model can do, as far as its list says."""

    def _capabilities(self, name: str) -> Capabilities:
        return self._described(name, self._listed.get(name))

    def _learn(self, listed: L) -> ModelInfo:
        told = self._listed[listed.id] = self._told(listed)
        return told


def _is_name(value: object) -> bool:
    """Say whether a model can be asked for by what its list calls it."""
    return isinstance(value, str) and bool(value.strip()) and value.isprintable()
