"""The batches of one server, whatever protocol it speaks: names, patience and lists."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import TYPE_CHECKING, Generic, Protocol, Self, TypeVar

from minutebook.llm.batching import RemoteBatch
from minutebook.llm.remote import results
from minutebook.llm.remote.connection import Connection, SdkClient
from minutebook.llm.remote.failures import Place

if TYPE_CHECKING:
    import httpx2

C = TypeVar("C", bound=SdkClient)
B = TypeVar("B")
B_co = TypeVar("B_co", covariant=True)


class Page(Protocol[B_co]):
    """A page of a list, as the SDKs return it."""

    @property
    def data(self) -> Sequence[B_co]:
        """What is on it, the newest first."""
        ...

    def has_next_page(self) -> bool:
        """Whether another one follows."""
        ...

    async def get_next_page(self) -> Self:
        """Return the next one."""
        ...


class RemoteBatches(Generic[C]):
    """Hands out and takes in batches; asks once, whatever happens."""

    def __init__(self, connection: Connection[C]) -> None:
        self._connection = connection

    async def account(self) -> str:
        """Return a fingerprint of the key and the address."""
        return await self._connection.fingerprint()

    def _place(self, model: str) -> Place:
        return self._connection.place(self._connection.whole(model))

    def _asking(self, model: str = "") -> AbstractContextManager[None]:
        return self._connection.asking(model)

    def _short(self) -> httpx2.Timeout:
        return results.asking_timeout(self._connection.server.patience)


async def listed_since(
    page: Page[B], told: Callable[[B], RemoteBatch], moment: datetime
) -> list[RemoteBatch]:
    """Return the batches that were created since a moment, page by page, until a whole page is
    older: the order is that of creation, whatever the clocks said."""
    listed: list[RemoteBatch] = []
    while fresh := [b for b in map(told, page.data) if b.created_at >= moment]:
        listed += fresh
        if not page.has_next_page():
            break
        page = await page.get_next_page()
    return listed


def named(value: object) -> str:
    """Return the id of what was made. Raises TypeError when it is none."""
    if not isinstance(value, str) or not value:
        raise TypeError("what was made has no id")
    return value
