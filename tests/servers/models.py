"""The server of models: its routes, its plan and its memory."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress

from servers import completions, messages
from servers.saying import Frame, Plan
from servers.wire import LAST_CHUNK, Received, chunk, head, receive

Answer = Callable[[Received], Plan]
"""Plans an answer by what was asked."""


class ModelServer:
    """Answers by plan, in order; behind its end as `otherwise` says."""

    def __init__(self, port: int, names: Sequence[str]) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.received: list[Received] = []
        self.refused: list[str] = []
        """What was wrong with requests, as the real servers would see it."""
        self.otherwise: Answer = lambda _: Plan()
        self._names = names
        self._plans: deque[Plan] = deque()
        self._lists: deque[Plan] = deque()

    def plan(self, *plans: Plan) -> None:
        """Answer the next requests so, but for those of the list of models."""
        self._plans.extend(plans)

    def plan_lists(self, *plans: Plan) -> None:
        """Answer the next requests of the list of models so."""
        self._lists.extend(plans)

    @property
    def asked(self) -> list[Received]:
        """The requests for answers."""
        return [r for r in self.received if r.path in {messages.PATH, completions.PATH}]

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection: one request."""
        received = await receive(reader)
        if received is not None:
            self.received.append(received)
            leaving = asyncio.ensure_future(_leave(reader, received))
            with suppress(ConnectionError):
                await self.answer(received, writer)
            leaving.cancel()
            received.left.set()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def answer(self, received: Received, writer: asyncio.StreamWriter) -> None:
        """Answer one request."""
        speaks_messages = received.path.startswith(messages.PATH)
        api = messages if speaks_messages else completions
        if received.path not in {messages.PATH, completions.PATH, messages.COUNT_PATH}:
            await self._list(received, writer)
            return
        plan = self._plans.popleft() if self._plans else self.otherwise(received)
        if wrong := api.problem(received):
            self.refused.append(wrong)
            plan = Plan(status=400, error=("invalid_request_error", wrong))
        if plan.wait is not None:
            await _either(plan.wait, received.left)
        if plan.body is not None:
            await _send(writer, plan, plan.body)
        elif plan.status != 200:
            await _send(writer, plan, api.refusal(plan))
        elif received.path == messages.COUNT_PATH:
            await _send(writer, plan, messages.count(received))
        else:
            await _stream(writer, plan, plan.edit(api.frames(plan.said, received)), received)

    async def _list(self, received: Received, writer: asyncio.StreamWriter) -> None:
        is_list = received.path == "/v1/models"
        plan = Plan(status=200 if is_list else 404)
        if self._lists and is_list:
            plan = self._lists.popleft()
        if plan.body is not None or plan.status != 200:
            await _send(writer, plan, plan.body or completions.refusal(plan))
        elif "anthropic-version" in received.headers:
            await _send(writer, plan, messages.models(received, self._names))
        else:
            await _send(writer, plan, completions.models(self._names))


async def _leave(reader: asyncio.StreamReader, received: Received) -> None:
    """Wait for the client to leave, and note that it did."""
    with suppress(ConnectionError):
        await reader.read()
    received.was_left_early = True
    received.left.set()


async def _either(*events: asyncio.Event) -> None:
    waits = [asyncio.ensure_future(event.wait()) for event in events]
    await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    for wait in waits:
        wait.cancel()


async def _send(writer: asyncio.StreamWriter, plan: Plan, body: bytes) -> None:
    kind = plan.content_type or "application/json"
    headers = {"content-type": kind, "content-length": str(len(body)), **plan.headers}
    writer.write(head(plan.status, headers) + body)
    await writer.drain()


async def _stream(
    writer: asyncio.StreamWriter, plan: Plan, frames: Sequence[Frame], received: Received
) -> None:
    kind = plan.content_type or "text/event-stream; charset=utf-8"
    headers = {"content-type": kind, "transfer-encoding": "chunked", **plan.headers}
    writer.write(head(plan.status, headers))
    for number, frame in enumerate([*frames, None]):
        if plan.stall_after == number:
            await received.left.wait()
        if plan.cut_after == number:
            writer.transport.abort()
            return
        if frame is not None:
            for piece in plan.split(frame.written(plan.newline)):
                writer.write(chunk(piece))
                await writer.drain()
    writer.write(LAST_CHUNK)
    await writer.drain()


@asynccontextmanager
async def model_server(names: Sequence[str] = ("m-1", "m-2", "m-3")) -> AsyncIterator[ModelServer]:
    """Run a server on a free port of this machine until the block ends."""
    served: list[ModelServer] = []
    tasks: set[asyncio.Task[None]] = set()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            tasks.add(task)
            task.add_done_callback(tasks.discard)
        try:
            await served[0].serve(reader, writer)
        finally:
            writer.transport.abort()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    served.append(ModelServer(listening.sockets[0].getsockname()[1], names))
    try:
        yield served[0]
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the transports say goodbye
