"""The one gate: whatever goes to a model behind a network passes it, and so does what comes back.

It stands around the providers of models, which are the only ones that reach a server. Prompts of
every task, batched or not, tools and their results, and requests whose tokens are counted: nothing
above has to remember it, and nothing can go around it.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from minutebook.domain.turns import ToolCall, ToolResult
from minutebook.errors import ModelError
from minutebook.llm.batching import (
    BatchClient,
    BatchLimits,
    ItemResult,
    Parcel,
    RemoteBatch,
)
from minutebook.llm.protocol import (
    Capabilities,
    CountsTokens,
    Listener,
    Material,
    Message,
    Model,
    ModelInfo,
    Reply,
    ReplyDone,
    Request,
    StreamEvent,
    TextDelta,
    ThinkingDelta,
    Tool,
    ToolCallDelta,
    nobody,
)
from minutebook.llm.providers import ModelProvider
from minutebook.llm.remote.server import Server
from minutebook.llm.streams import closing, last_reply
from minutebook.privacy.restoring import Restorer, StreamRestorer, has_placeholders, in_json
from minutebook.privacy.veil import Veil

_READ_AT_ONCE = 20_000
"""Characters that are read on the event loop; it takes about two milliseconds."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    """A request as it is sent, and what restores the answer to it."""

    request: Request
    restorer: Restorer


class Gate:
    """Hides what is sent, and restores what comes back."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil

    def around(self, provider: ModelProvider) -> ModelProvider:
        """Return a provider that can be reached through the gate alone."""
        return GatedProvider(provider, self)

    async def passed(self, request: Request) -> Passed:
        """Return a request as it is sent; does not hold up the event loop."""
        unread = sum(map(self._veil.unread, _texts(request)))
        if unread <= _READ_AT_ONCE and not self._veil.looks:
            return self.hidden(request)
        return await asyncio.to_thread(self.hidden, request)

    def hidden(self, request: Request) -> Passed:
        """As `passed`, for those who have a thread of their own."""
        if self._veil.is_open:
            return Passed(request=request, restorer=Restorer(values={}))
        self._veil.look()
        hiding = _Hiding(self._veil)
        sent = replace(
            request,
            system=hiding.text(request.system),
            messages=tuple(map(hiding.message, request.messages)),
            tools=tuple(map(hiding.tool, request.tools)),
            material=Material(),
        )
        return Passed(request=sent, restorer=Restorer(values=hiding.values))

    async def shown(self, request: Request) -> Request:
        """Return a request as it would be sent, for people."""
        return (await self.passed(request)).request

    def restored(self, reply: Reply, request: Callable[[], Request | None]) -> Reply:
        """Return an answer that came long after its request, which is made anew to restore it.

        Where that cannot be made any more, placeholders stay.
        """
        if self._veil.is_open or not has_placeholders(reply.text):
            return reply
        asked = request()
        return reply if asked is None else self.hidden(asked).restorer.reply(reply)


def _texts(request: Request) -> list[str]:
    """Return the texts of a request that are long."""
    results = [each.content for message in request.messages for each in message.tool_results]
    return [request.system, *(message.text for message in request.messages), *results]


class _Hiding:
    """Hides one request, and gathers what its placeholders stand for."""

    def __init__(self, veil: Veil) -> None:
        self._veil = veil
        self.values: dict[str, str] = {}

    def text(self, text: str) -> str:
        hidden = self._veil.hide(text)
        self._gather(hidden.values)
        return hidden.text

    def message(self, message: Message) -> Message:
        """Return a message with all hidden that it says, calls, and was given back."""
        return replace(
            message,
            text=self.text(message.text),
            tool_calls=tuple(map(self._call, message.tool_calls)),
            tool_results=tuple(map(self._result, message.tool_results)),
        )

    def tool(self, tool: Tool) -> Tool:
        """Return a tool with its description hidden; its schema has names of ours alone."""
        return replace(tool, description=self.text(tool.description))

    def _call(self, call: ToolCall) -> ToolCall:
        hidden = self._veil.hide(call.arguments)
        self._gather({mark: _from_json(value) for mark, value in hidden.values.items()})
        return replace(call, arguments=hidden.text)

    def _gather(self, values: Mapping[str, str]) -> None:
        for mark, value in values.items():
            is_other = self.values.get(mark, value) != value
            self.values[mark] = self._veil.whole(mark, value) if is_other else value

    def _result(self, result: ToolResult) -> ToolResult:
        return replace(result, content=self.text(result.content))


def _from_json(value: str) -> str:
    """Return what a value is that stands within a JSON text; as it is where that is broken."""
    if "\\" not in value:
        return value
    try:
        found = json.loads(f'"{value}"', strict=False)
    except ValueError:
        return value
    return found if isinstance(found, str) else value


class GatedModel:
    """A model that is told nothing but what passes the gate."""

    def __init__(self, inner: Model, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    @property
    def name(self) -> str:
        """The name of the model."""
        return self._inner.name

    @property
    def capabilities(self) -> Capabilities:
        """What the model can do."""
        return self._inner.capabilities

    async def stream(self, request: Request) -> AsyncGenerator[StreamEvent, None]:
        """Answer piece by piece, with what was hidden in its place again. Raises ModelError."""
        passed = await self._gate.passed(request)
        restoring = _Restoring(passed.restorer)
        try:
            async with closing(self._inner.stream(passed.request)) as events:
                async for event in events:
                    for told in restoring.heard(event):
                        yield told
        except ModelError:
            for told in restoring.rest():
                yield told
            raise

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer in one go. Raises ModelError."""
        return await last_reply(self.stream(request), listener)

    async def count_tokens(self, request: Request) -> int | None:
        """Return how many tokens a prompt has, as its provider counts; None when it does not.

        Raises ModelError.
        """
        if not isinstance(self._inner, CountsTokens):
            return None
        return await self._inner.count_tokens((await self._gate.passed(request)).request)


class _Restoring:
    """Restores the events of one answer. What is held back of one kind of text waits for more of
    the same kind."""

    def __init__(self, restorer: Restorer) -> None:
        self._restorer = restorer
        self._text = restorer.stream()
        self._thinking = restorer.stream()
        self._calls: dict[int, StreamRestorer] = {}

    def heard(self, event: StreamEvent) -> Sequence[StreamEvent]:
        """Return what an event becomes: nothing, itself, or what was held back before it."""
        if not self._restorer.values:
            return (event,)
        match event:
            case TextDelta(text=text):
                told = self._text.feed(text)
                return (TextDelta(text=told),) if told else ()
            case ThinkingDelta(text=text):
                told = self._thinking.feed(text)
                return (ThinkingDelta(text=told),) if told else ()
            case ToolCallDelta():
                return (self._call(event),)
            case ReplyDone(reply=reply):
                return (*self.rest(), ReplyDone(reply=self._restorer.reply(reply)))
            case _:
                return (event,)

    def rest(self) -> Sequence[StreamEvent]:
        """Return what was held back."""
        told: list[StreamEvent] = []
        if thinking := self._thinking.flush():
            told.append(ThinkingDelta(text=thinking))
        if text := self._text.flush():
            told.append(TextDelta(text=text))
        for index, call in self._calls.items():
            if arguments := call.flush():
                told.append(ToolCallDelta(index=index, arguments=arguments))
        return told

    def _call(self, event: ToolCallDelta) -> ToolCallDelta:
        if event.index not in self._calls:
            self._calls[event.index] = self._restorer.stream(in_json)
        return replace(event, arguments=self._calls[event.index].feed(event.arguments))


class GatedBatches:
    """The batches of a provider, whose requests pass the gate before they are written down."""

    def __init__(self, inner: BatchClient, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate

    @property
    def limits(self) -> BatchLimits:
        """What fits into one batch."""
        return self._inner.limits

    @property
    def keeps_labels(self) -> bool:
        """Whether a batch can be found again by its label."""
        return self._inner.keeps_labels

    def written(self, model: str, custom_id: str, request: Request) -> bytes:
        """Return a request as a line, with what is to be hidden hidden. Raises
        ModelRequestError."""
        return self._inner.written(model, custom_id, self._gate.hidden(request).request)

    async def account(self) -> str:
        """Return a fingerprint of the key that is used, and of where."""
        return await self._inner.account()

    async def create(self, parcel: Parcel) -> RemoteBatch:
        """Hand over requests that were written here. Raises ModelError."""
        return await self._inner.create(parcel)

    async def retrieve(self, batch: str) -> RemoteBatch:
        """Return a batch as it stands now. Raises ModelError."""
        return await self._inner.retrieve(batch)

    async def created_since(self, moment: datetime) -> list[RemoteBatch]:
        """Return the batches that were created since a moment. Raises ModelError."""
        return await self._inner.created_since(moment)

    async def cancel(self, batch: str) -> RemoteBatch:
        """Ask for the end of a batch. Raises ModelError."""
        return await self._inner.cancel(batch)

    async def download(self, batch: RemoteBatch, target: Path) -> int:
        """Write the results of a batch to a file, as they come. Raises ModelError, StoreError."""
        return await self._inner.download(batch, target)

    def read(self, model: str, line: bytes) -> ItemResult:
        """Return one line of results; its placeholders are restored by whoever has its request.

        Raises ModelReplyError.
        """
        return self._inner.read(model, line)

    async def forget(self, batch: str) -> None:
        """Delete what the provider keeps of a batch. Raises ModelError."""
        await self._inner.forget(batch)


class GatedProvider:
    """A server of models that is told nothing but what passes the gate."""

    def __init__(self, inner: ModelProvider, gate: Gate) -> None:
        self._inner = inner
        self._gate = gate
        self._batches: GatedBatches | None = None

    @property
    def server(self) -> Server:
        """Where it is."""
        return self._inner.server

    def model(self, name: str) -> Model:
        """Return a model by the part of its name behind the colon."""
        return GatedModel(self._inner.model(name), self._gate)

    @property
    def batches(self) -> BatchClient | None:
        """Its batches, the same each time; None when it has none."""
        if self._batches is None and (inner := self._inner.batches) is not None:
            self._batches = GatedBatches(inner, self._gate)
        return self._batches

    async def prepare(self) -> None:
        """Load what it takes to speak with the server; nobody is asked yet. Raises ModelError."""
        await self._inner.prepare()

    async def list_models(self) -> tuple[ModelInfo, ...]:
        """Return what the server offers. Raises ModelError."""
        return await self._inner.list_models()

    def remember(self, told: ModelInfo) -> None:
        """Take up what the list said of a model when it was read before."""
        self._inner.remember(told)

    @property
    def tells_windows(self) -> bool:
        """Whether its list may say how many tokens its models take."""
        return self._inner.tells_windows

    async def close(self) -> None:
        """Close its connections."""
        await self._inner.close()
