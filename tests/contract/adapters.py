"""The two adapters against the server of models, for the tests beside this."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from minutebook.domain.turns import Role, ToolCall
from minutebook.errors import ModelError
from minutebook.llm.anthropic.model import AnthropicModel
from minutebook.llm.anthropic.provider import AnthropicProvider
from minutebook.llm.openai.model import OpenAIModel
from minutebook.llm.openai.provider import OpenAIProvider
from minutebook.llm.protocol import (
    Message,
    Model,
    Reply,
    ReplyDone,
    Request,
    StreamEvent,
    Task,
    TextDelta,
    Tool,
)
from minutebook.llm.remote.server import Patience, Server
from servers import completions, messages
from servers.models import ModelServer, model_server
from servers.saying import Frame

KEY = "test-key-that-nobody-may-see"
PROTOCOLS = ("anthropic", "openai")
QUICK = Patience(connect=5, first_byte=30, silence=30)


@dataclass(frozen=True, kw_only=True)
class Rig:
    """A model, and the server it talks to."""

    protocol: str
    model: AnthropicModel | OpenAIModel
    server: ModelServer
    provider: AnthropicProvider | OpenAIProvider

    @property
    def text_frame(self) -> Callable[[object], Frame]:
        """Makes a piece of text."""
        return messages.text_frame if self.protocol == "anthropic" else completions.text_frame

    @property
    def error_frame(self) -> Callable[[str, str], Frame]:
        """Makes a failure inside a stream."""
        return messages.error_frame if self.protocol == "anthropic" else completions.error_frame


def provider_at(
    protocol: str, root: str, patience: Patience = QUICK
) -> AnthropicProvider | OpenAIProvider:
    """Make a provider of a server at a root address."""
    if protocol == "anthropic":
        own = Server(
            provider="anthropic",
            base_url=root,
            key_variables=("ANTHROPIC_API_KEY",),
            is_own=True,
            patience=patience,
        )
        return AnthropicProvider(own)
    server = Server(
        provider="openai",
        base_url=f"{root}/v1",
        key_variables=("OPENAI_API_KEY",),
        is_own=True,
        patience=patience,
    )
    return OpenAIProvider(server)


@asynccontextmanager
async def rigged(protocol: str, patience: Patience = QUICK) -> AsyncIterator[Rig]:
    """Run a server, and a model that talks to it."""
    async with model_server() as server:
        provider = provider_at(protocol, server.root, patience)
        model = provider.model("m-1")
        yield Rig(protocol=protocol, model=model, server=server, provider=provider)
        await provider.close()


def asking(text: str = "When does the ferry leave?") -> Request:
    """Make a request with nothing special about it."""
    return Request(task=Task.CHAT, messages=(Message(role=Role.USER, text=text),))


UPDATE = Tool(name="update", description="Update it.", schema='{"type":"object"}')
CALL = ToolCall(id="call_1", name="update", arguments='{"body":"Fähre ⛴"}')


@dataclass(slots=True)
class Heard:
    """What came of a stream."""

    events: list[StreamEvent] = field(default_factory=list)
    error: ModelError | None = None

    @property
    def text(self) -> str:
        """The text that came piece by piece."""
        return "".join(event.text for event in self.events if isinstance(event, TextDelta))

    @property
    def reply(self) -> Reply:
        """The reply it ended with."""
        last = self.events[-1]
        assert isinstance(last, ReplyDone)
        return last.reply


async def heard(model: Model, request: Request | None = None) -> Heard:
    """Listen to the end of an answer, good or bad."""
    found = Heard()
    try:
        async for event in model.stream(request or asking()):
            found.events.append(event)
    except ModelError as error:
        found.error = error
    return found
