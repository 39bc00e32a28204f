"""Pages come back by what a model says and calls, by what a person asks, and by themselves."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from minutebook.config import Context, Pages, Settings
from minutebook.config.settings import Models, Protocol, Provider
from minutebook.domain.context import Layout, Span, Why
from minutebook.domain.turns import Role, ToolCall
from minutebook.engine import Engine, open_engine
from minutebook.events import Event, RecalledPages, ReferenceFailed
from minutebook.llm.protocol import StopReason
from minutebook.paths import Home
from minutebook.store import contexts, turns
from minutebook.store.transaction import Transaction
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said

STOVE = "The paraffin stove is carried by Carla, and it burns for nine hours."


class Room:
    """A conversation with a model behind a socket, whose beginning is out of sight."""

    def __init__(self, engine: Engine, server: ModelServer) -> None:
        self.engine = engine
        self.server = server
        self.id = ""

    async def begin(self) -> str:
        """Say what makes pages, and put it out of sight; return the page with the stove."""
        self.id = (await self.engine.chat.start()).id
        for text in (STOVE + " yes" * 60, "Something else entirely." + " no" * 90):
            await self.engine.chat.say(self.id, text)
            self.server.plan(Plan(said=Said(pieces=("Noted." + " ok" * 60,))))
            await self.engine.chat.answer(self.id)
        await self.engine._database.write(self._hide)
        pages = await self.engine.library.pages(conversation=self.id)
        first = min(pages, key=lambda page: page.first_seq)
        return first.id

    def _hide(self, tx: Transaction) -> None:
        last = turns.last_active(tx, self.id)
        assert last is not None
        spans = (Span(conversation=self.id, behind=(last.sort_at, last.seq)),)
        layout = Layout(conversation=self.id, spans=spans)
        contexts.keep(tx, layout, self.engine.clock(), onto=contexts.revision(tx, self.id))

    async def ask(self, text: str, *plans: Plan) -> list[Event]:
        """Say something and let the model answer; return what was told."""
        self.server.plan(*plans)
        await self.engine.chat.say(self.id, text)
        with self.engine.bus.subscribe() as heard:
            await self.engine.chat.answer(self.id)
            return heard.drain()

    def shown(self) -> str:
        """Return what the model was shown last."""
        return json.dumps(json.loads(self.server.asked[-1].body), ensure_ascii=False)


@asynccontextmanager
async def room_at(home: Path, protocol: Protocol, **context: object) -> AsyncIterator[Room]:
    async with model_server() as server:
        path = "/v1" if protocol is Protocol.OPENAI else ""
        settings = Settings(
            models=Models(chat="here:m-1"),
            providers={"here": Provider(protocol=protocol, base_url=f"{server.root}{path}")},
            pages=Pages(tokens=60),
            context=Context(**context),  # type: ignore[arg-type]
        )
        async with open_engine(Home.at(home), settings) as engine:
            yield Room(engine, server)


def answer(text: str) -> Plan:
    return Plan(said=Said(pieces=(text[:3], text[3:])))


def calling(arguments: object) -> Plan:
    call = ToolCall(id="call_1", name="recall_page", arguments=json.dumps(arguments))
    return Plan(said=Said(pieces=("Let me look.",), calls=(call,), stop=StopReason.TOOL_USE))


async def test_a_reference_in_a_reply(tmp_path: Path) -> None:
    """What a reply refers to is shown with the next request, to the letter, and not before."""
    async with room_at(tmp_path, Protocol.OPENAI, recall=False) as room:
        page = await room.begin()
        events = await room.ask("Hm?", answer(f"See @@ref('{page}')@@ and @@ref('pg_dead')@@."))
        assert STOVE not in room.shown()
        assert [e.reference for e in events if isinstance(e, ReferenceFailed)] == ["pg_dead"]
        (paged,) = await room.engine.context.slots.of(room.id)
        assert (paged.page, paged.why) == (page, Why.MODEL)
        await room.ask("And now?", answer("The stove. @@unref@@"))
        assert STOVE in room.shown()
        await room.ask("Thanks.", answer("Welcome."))
        assert STOVE not in room.shown()
        text = await room.engine.library.turns(room.id, limit=99)
        assert any(f"See @@ref('{page}')@@" in turn.content.text for turn in text)


@pytest.mark.parametrize("protocol", Protocol)
async def test_the_tool(tmp_path: Path, protocol: Protocol) -> None:
    """A model calls, the page is there when it goes on, and the record says so by reference."""
    async with room_at(tmp_path, protocol, recall=False) as room:
        page = await room.begin()
        await room.ask("Hm?", calling({"ids": [page]}), answer("Carla carries it."))
        assert STOVE in room.shown()
        told = (await room.engine.library.turns(room.id, limit=99))[-3:]
        assert [turn.role for turn in told] == [Role.ASSISTANT, Role.TOOL, Role.ASSISTANT]
        (result,) = told[1].content.tool_results
        assert page in result.content
        assert "stove" not in result.content
        found = await room.engine.recall.search("paraffin stove")
        assert [each.hit.turn.content.text[:12] for each in found] == [STOVE[:12]]


async def test_recall_before_a_reply(tmp_path: Path) -> None:
    """What was said last brings its page back at once, and why is told."""
    async with room_at(tmp_path, Protocol.OPENAI) as room:
        page = await room.begin()
        events = await room.ask("Who carries the paraffin stove, please?", answer("Carla."))
        assert STOVE in room.shown()
        (event,) = [each for each in events if isinstance(each, RecalledPages)]
        assert event.pages == (page,)
        (paged,) = await room.engine.context.slots.of(room.id)
        assert "stove" in paged.reason


async def test_recall_can_be_turned_off(tmp_path: Path) -> None:
    """With `context.recall = false` nothing comes back by itself."""
    async with room_at(tmp_path, Protocol.OPENAI, recall=False) as room:
        await room.begin()
        await room.ask("Who carries the paraffin stove, please?", answer("Who knows."))
        assert STOVE not in room.shown()


async def test_a_person_brings_a_page_back(tmp_path: Path) -> None:
    """By words; a pin keeps it; letting all go takes it out."""
    async with room_at(tmp_path, Protocol.OPENAI, recall=False) as room:
        page = await room.begin()
        slots = room.engine.context.slots
        await slots.refer(room.id, ["?paraffin stove"])
        assert await slots.pin(room.id, page)
        await room.ask("Hm?", answer("The stove. @@unref@@"))
        assert STOVE in room.shown()
        assert await slots.let_go(room.id) == (page,)
        await room.ask("Hm?", answer("Gone."))
        assert STOVE not in room.shown()


async def test_a_model_is_told_of_its_wrong_references(tmp_path: Path) -> None:
    """The next prompt says in a line which of them led nowhere, and the one after it does not."""
    async with room_at(tmp_path, Protocol.OPENAI, recall=False) as room:
        page = await room.begin()
        await room.ask("Hm?", answer(f"See @@ref('{page}')@@ and @@ref('pg_dead')@@."))
        await room.ask("And now?", answer("The stove."))
        assert "[Your references led nowhere: pg_dead (there is no such page" in room.shown()
        await room.ask("Thanks.", answer("Welcome."))
        assert "led nowhere" not in room.shown()


async def test_what_a_person_writes_is_never_a_reference(tmp_path: Path) -> None:
    """`@@…@@` in a person's words is text: nothing comes, nothing goes, nothing is told of it."""
    async with room_at(tmp_path, Protocol.OPENAI, recall=False) as room:
        page = await room.begin()
        await room.engine.context.slots.refer(room.id, [page])
        marked = f"@@unref@@ @@ref('pg_dead')@@ @@important@@ @@ref('{page}')@@"
        events = await room.ask(marked, answer("Yes."))
        assert not [e for e in events if isinstance(e, ReferenceFailed)]
        (paged,) = await room.engine.context.slots.of(room.id)
        assert (paged.page, paged.why, paged.references) == (page, Why.PERSON, 1)
        assert "led nowhere" not in room.shown()
        told = await room.engine.library.turns(room.id, limit=99)
        assert told[-2].content.text == marked
        assert marked in room.shown()
