"""The two clients of batches against the server of batches, for the tests beside this."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from contract.adapters import QUICK
from minutebook.domain.turns import Role
from minutebook.llm import prompting, prompts
from minutebook.llm.anthropic.provider import AnthropicProvider
from minutebook.llm.batching import BatchClient, ItemResult, Parcel, RemoteBatch, RemoteState
from minutebook.llm.openai.provider import OpenAIProvider
from minutebook.llm.protocol import Material, Passage, Request, Task
from minutebook.llm.remote.server import Patience, Server
from servers.batches import BatchServer, batch_server

PROTOCOLS = ("anthropic", "openai")
LONG_AGO = datetime.now(UTC) - timedelta(hours=1)


@dataclass(frozen=True, kw_only=True)
class BatchRig:
    """A client, and the server it talks to."""

    protocol: str
    client: BatchClient
    server: BatchServer
    provider: AnthropicProvider | OpenAIProvider

    @property
    def model(self) -> str:
        """The whole name of a model."""
        return f"{self.protocol}:m-1"

    def parcel(self, *ids: str, label: str = "parcel-1") -> Parcel:
        """Make a parcel of a page for each id."""
        lines = [self.client.written(self.model, id_, page_request(id_)) for id_ in ids]
        return Parcel(label=label, model=self.model, lines=lines)

    async def created(self, *ids: str) -> RemoteBatch:
        """Create a batch of a page for each id."""
        return await self.client.create(self.parcel(*ids))

    async def ended(self, batch: str) -> RemoteBatch:
        """Poll a batch to its end."""
        async with asyncio.timeout(30):
            while (stands := await self.client.retrieve(batch)).state is not RemoteState.ENDED:
                await asyncio.sleep(0)
        return stands

    async def results(self, batch: str, target: Path) -> list[ItemResult]:
        """Poll a batch to its end and read its results."""
        await self.client.download(await self.ended(batch), target)
        return self.read(target.read_bytes())

    def read(self, content: bytes) -> list[ItemResult]:
        """Read all lines."""
        return [self.client.read(self.model, line) for line in content.splitlines()]


def page_request(id_: str) -> Request:
    """Make the request for the summary of a page that tells its id."""
    told = (
        passage(1, "Ann", f"The ferry {id_} leaves at 7."),
        passage(2, "Bob", "Grüße aus Winterbottom 🚢\nBye."),
    )
    return Request(
        task=Task.SUMMARISE,
        system=prompts.system(Task.SUMMARISE),
        messages=prompting.summary_messages(Material(passages=told)),
    )


def passage(number: int, speaker: str, text: str) -> Passage:
    """Make a turn of a page."""
    return Passage(source=number, number=number, speaker=speaker, role=Role.PERSON, text=text)


def page_of(id_: str) -> str:
    """Return the text of the message that such a request has."""
    return page_request(id_).messages[0].text


def batch_provider(
    protocol: str, root: str, patience: Patience = QUICK
) -> AnthropicProvider | OpenAIProvider:
    """Make a provider with batches of a server at a root address."""
    is_anthropic = protocol == "anthropic"
    server = Server(
        provider=protocol,
        base_url=root if is_anthropic else f"{root}/v1",
        key_variables=(f"{protocol.upper()}_API_KEY",),
        needs_key=True,
        is_own=True,
        has_batches=True,
        patience=patience,
    )
    return AnthropicProvider(server) if is_anthropic else OpenAIProvider(server)


def client_of(provider: AnthropicProvider | OpenAIProvider) -> BatchClient:
    """Return the batches that a provider has."""
    assert provider.batches is not None
    return provider.batches


@asynccontextmanager
async def batch_rig(protocol: str, patience: Patience = QUICK) -> AsyncIterator[BatchRig]:
    """Run a server, and a client that talks to it."""
    async with batch_server() as server:
        provider = batch_provider(protocol, server.root, patience)
        yield BatchRig(
            protocol=protocol, client=client_of(provider), server=server, provider=provider
        )
        await provider.close()


def ids_of(results: Sequence[ItemResult]) -> set[str]:
    """Return whose results they are."""
    return {result.custom_id for result in results}
