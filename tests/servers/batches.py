"""The server of batches: one of both protocols, in this process or in one of its own.

Calls without a batch are answered too, by the server of models, with the same answers.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from minutebook.llm.protocol import StopReason, Usage
from servers import batch_faults, completions, messages
from servers.batch_answers import Ask, ask_of, prompt_of
from servers.batch_commands import PREFIX, FarDesk, commanded
from servers.batch_desk import Batch, Desk, charge_for, is_done
from servers.batch_routes import Answered, Route, route_of
from servers.batch_values import UNDONE, Doing, Endpoint, Fault
from servers.message_batches import MessageBatches
from servers.models import ModelServer
from servers.openai_batches import STATUS_OF, OpenAIBatches
from servers.saying import Plan, Said, as_json
from servers.wire import Received, receive


class _Api(Protocol):
    """One of the two protocols."""

    def answer(self, route: Route, received: Received, fault: Fault | None) -> Answered: ...
    def lines(self, batch: Batch) -> list[bytes]: ...


class BatchServer:
    """A server on a port of this machine."""

    def __init__(self, port: int) -> None:
        self.root = f"http://127.0.0.1:{port}"
        self.desk = Desk()
        self.messages = MessageBatches(self.desk, self.root)
        self._apis: dict[str, _Api] = {
            "anthropic": self.messages,
            "openai": OpenAIBatches(self.desk),
        }
        self._models = ModelServer(port, ("m-1", "m-2", "m-3"))
        self._models.otherwise = self._said

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer what comes over one connection: one request."""
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            received = await receive(reader)
            if received is not None:
                await self._serve(received, writer)
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()

    async def _serve(self, received: Received, writer: asyncio.StreamWriter) -> None:
        if received.path.startswith(PREFIX):
            await batch_faults.send(writer, self._commanded(received), None)
            return
        route = route_of(received)
        fault = self.desk.asked(route.endpoint)
        if route.endpoint is Endpoint.DIRECT:
            await self._direct(received, fault, writer)
            return
        answered = Answered(body=b"")
        if is_done(fault):
            answered = await asyncio.to_thread(self._answered, route, received, fault)
        if fault is not None and fault.kind in batch_faults.REFUSALS:
            answered = batch_faults.refused(fault, route.protocol)
        await batch_faults.send(writer, answered, fault)

    def _answered(self, route: Route, received: Received, fault: Fault | None) -> Answered:
        answered = self._apis[route.protocol].answer(route, received, fault)
        if route.endpoint is not Endpoint.RESULTS:
            return batch_faults.spoilt(answered, fault, ())
        return batch_faults.spoilt(answered, fault, self._others(answered.batch))

    def _others(self, batch: str) -> list[bytes]:
        """Return the lines of a batch that has ended, other than this one."""
        mine = self.desk.kept(batch)
        other = self.desk.another(mine) if mine is not None else None
        if other is None:
            return []
        return self._apis[other.protocol].lines(other)

    async def _direct(
        self, received: Received, fault: Fault | None, writer: asyncio.StreamWriter
    ) -> None:
        if fault is None:
            await self._models.answer(received, writer)
            return
        if is_done(fault):
            self._said(received)
        protocol = "anthropic" if received.path.startswith(messages.PATH) else "openai"
        await batch_faults.send(writer, batch_faults.refused(fault, protocol), fault)

    def _said(self, received: Received) -> Plan:
        """Answer a call without a batch, and charge it."""
        api = messages if received.path == messages.PATH else completions
        if received.path not in {messages.PATH, completions.PATH} or api.problem(received):
            return Plan()
        params = {k: v for k, v in received.json.items() if k not in {"stream", "stream_options"}}
        ask = ask_of("", params, "", self.desk.fate_of("", prompt_of(params)))
        outcome = ask.fate.outcome if ask.fate is not None else Doing.SUCCEEDED
        if outcome in UNDONE:
            return _refusal(ask)
        self.desk.charge(charge_for(ask, outcome))
        return Plan(said=_spoken(ask, outcome))

    def _commanded(self, received: Received) -> Answered:
        name = received.path.removeprefix(PREFIX)
        try:
            value = commanded(self.desk, name, received.json)
        except (KeyError, ValueError) as error:
            return Answered(status=400, body=as_json({"error": repr(error)}).encode())
        return Answered(body=as_json(value if value is not None else {}).encode())


_STOPS = {
    Doing.MAX_TOKENS: StopReason.MAX_TOKENS,
    Doing.CONTEXT_FULL: StopReason.CONTEXT_FULL,
    Doing.REFUSAL: StopReason.REFUSAL,
    Doing.PAUSED: StopReason.CUT,
}


def _refusal(ask: Ask) -> Plan:
    """Refuse a direct call, of which nothing can expire or be cancelled."""
    kind, message = (ask.fate.error, ask.fate.message) if ask.fate is not None else ("", "")
    return Plan(status=STATUS_OF.get(kind, 500), error=(kind, message))


def _spoken(ask: Ask, outcome: Doing) -> Said:
    usage = Usage(
        input_tokens=ask.spent.input_tokens,
        output_tokens=ask.spent.output_tokens,
        cache_read_tokens=ask.spent.cache_read_tokens,
        cache_write_tokens=ask.spent.cache_write_tokens,
    )
    is_silent = outcome in {Doing.EMPTY, Doing.THINKING_ONLY}
    return Said(
        pieces=() if is_silent else (ask.reply,),
        thinking=("Let me think.",) if outcome is Doing.THINKING_ONLY else (),
        stop=_STOPS.get(outcome, StopReason.END),
        usage=usage,
    )


@asynccontextmanager
async def batch_server(port: int = 0) -> AsyncIterator[BatchServer]:
    """Run a server on this loop until the block ends."""
    served: list[BatchServer] = []
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

    listening = await asyncio.start_server(serve, "127.0.0.1", port, limit=1 << 20)
    served.append(BatchServer(listening.sockets[0].getsockname()[1]))
    try:
        yield served[0]
    finally:
        listening.close()
        for task in list(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
        await asyncio.sleep(0)  # lets the transports say goodbye


@dataclass(frozen=True, slots=True, kw_only=True)
class Spawned:
    """A server in a process of its own."""

    root: str
    desk: FarDesk
    process: subprocess.Popen[str]


@contextmanager
def spawned_batch_server() -> Iterator[Spawned]:
    """Run a server in a process of its own until the block ends."""
    process = subprocess.Popen(
        [sys.executable, "-m", "servers"],
        cwd=Path(__file__).parent.parent,
        stdin=subprocess.PIPE,  # its end is the end of the server, however this process dies
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert process.stdout is not None
        root = f"http://127.0.0.1:{int(process.stdout.readline())}"
        yield Spawned(root=root, desk=FarDesk(root), process=process)
    finally:
        process.kill()
        process.wait()
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                pipe.close()
