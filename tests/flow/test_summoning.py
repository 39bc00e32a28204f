"""Side conversations and branches over sockets: streams, the ledger, caps, restarts, `kill -9`."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sqlite3
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from decimal import Decimal
from pathlib import Path

import pytest

from flow.processes import COMMAND, DEADLINE
from minutebook.config import Pages, Settings
from minutebook.config.settings import Costs, Models, Protocol, Provider
from minutebook.domain.spending import Grouping
from minutebook.domain.turns import Role
from minutebook.engine import Engine, open_engine
from minutebook.errors import SpendingCapError
from minutebook.paths import Home
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said

PRICES = '[[price]]\nmodel = "here:*"\nfrom = 2026-01-01\ninput = 1000\noutput = 1000\n'
PIECES = tuple(f"word {number} " for number in range(40))
STOVE = "The paraffin stove is carried by Carla."


def settings_for(server: ModelServer, protocol: Protocol, cap: float = 0.0) -> Settings:
    path = "/v1" if protocol is Protocol.OPENAI else ""
    costs = Costs(per_day_usd=cap) if cap else Costs()
    return Settings(
        models=Models(chat="here:m-1"),
        providers={"here": Provider(protocol=protocol, base_url=f"{server.root}{path}")},
        pages=Pages(tokens=60),
        costs=costs,
    )


@asynccontextmanager
async def opened(home: Path, settings: Settings) -> AsyncIterator[Engine]:
    place = Home.at(home)
    place.ensure()
    place.prices_file.write_text(PRICES)
    async with open_engine(place, settings) as engine:
        yield engine


async def talked(engine: Engine, server: ModelServer) -> str:
    """Have a conversation of some pages; return its id."""
    id_ = (await engine.chat.start()).id
    for text in (STOVE + " yes" * 60, "Something else." + " no" * 90, "And more." + " so" * 90):
        server.plan(Plan(said=Said(pieces=("Noted.", " ok" * 60))))
        await engine.chat.say(id_, text)
        assert await engine.chat.answer(id_)
    return id_


def shown(server: ModelServer) -> str:
    """Return what the model was shown last."""
    return json.dumps(json.loads(server.asked[-1].body), ensure_ascii=False)


@pytest.mark.parametrize("protocol", [Protocol.OPENAI, Protocol.ANTHROPIC])
async def test_asked_on_over_a_restart(tmp_path: Path, protocol: Protocol) -> None:
    """The answer streams, its cost is on the ledger, and it goes on in the next process."""
    async with model_server() as server:
        settings = settings_for(server, protocol)
        async with opened(tmp_path, settings) as engine:
            id_ = await talked(engine, server)
            found = await engine.context.snapshots.of(id_, limit=99)
            pages = await engine.library.pages(conversation=id_)
            assert sorted(each.page or "" for each in found) == sorted(page.id for page in pages)
            oldest = found[-1]
            before = await engine.ledger.total()
            summon = await engine.context.summons.summon(oldest.id)
            server.plan(Plan(said=Said(pieces=("It is ", "Carla's."))))
            heard: list[str] = []
            said = await engine.context.summons.ask(summon.id, "Whose stove?", heard.append)
            assert (said.text, "".join(heard)) == ("It is Carla's.", "It is Carla's.")
            assert len(heard) > 1
            assert "Something else" not in shown(server)
            after = await engine.ledger.total()
            assert after.calls == before.calls + 1
            assert said.cost_usd is not None
            assert said.cost_usd > 0
            spent = {e.name: e for e in await engine.ledger.report(Grouping.CONVERSATION)}
            assert spent[id_].calls == 4
            assert (await engine.recall.search("Whose")) == []
        async with opened(tmp_path, settings) as engine:
            server.plan(Plan(said=Said(pieces=("Nine hours.",))))
            await engine.context.summons.ask(summon.id, "How long?")
            assert "Whose stove?" in shown(server)
            assert "It is Carla's." in shown(server)
            gone = await engine.context.summons.dismiss(summon.id)
            assert gone.messages == 4
            assert gone.cost_usd


async def test_caps_apply(tmp_path: Path) -> None:
    """Above the cap of the day nothing is asked, and the question stays."""
    async with model_server() as server:
        async with opened(tmp_path, settings_for(server, Protocol.OPENAI)) as engine:
            id_ = await talked(engine, server)
            taken = await engine.context.snapshots.take(id_)
            spent = (await engine.ledger.total()).cost
            assert spent is not None
            assert spent > Decimal(0)
        capped = settings_for(server, Protocol.OPENAI, cap=float(spent) / 2)
        async with opened(tmp_path, capped) as engine:
            asked = len(server.asked)
            summon = await engine.context.summons.summon(taken.id)
            with pytest.raises(SpendingCapError):
                await engine.context.summons.ask(summon.id, "Whose stove?")
            assert len(server.asked) == asked
            assert (await engine.context.summons.get(summon.id)).summon.messages == 1


async def test_a_branch_is_a_conversation(tmp_path: Path) -> None:
    """It is answered with what was in sight then; its document and its references work."""
    async with model_server() as server:
        settings = settings_for(server, Protocol.OPENAI)
        async with opened(tmp_path, settings) as engine:
            id_ = await talked(engine, server)
            oldest = (await engine.context.snapshots.of(id_, limit=99))[-1]
            branch = await engine.context.snapshots.branch(oldest.id, "Otherwise")
            await engine.context.slots.refer(branch.id, [oldest.page or ""])
            await engine.chat.say(branch.id, "The stove stays at home.")
            server.plan(Plan(said=Said(pieces=("As you like.",))))
            assert await engine.chat.answer(branch.id)
            assert STOVE in shown(server)
            assert "Something else" not in shown(server)
            await engine.scribe.start(branch.id)
            await engine.pool.drain()
            found = await engine.library.conversation(branch.id)
            assert found.document is not None
            text = await engine.scribe.show(found.document)
            assert "stays at home" in text.content
            said = [turn.role for turn in await engine.library.turns(branch.id, limit=9)]
            assert said == [Role.USER, Role.ASSISTANT]


def _counts(home: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(home / "minutebook.db")) as store:
        return store.execute(sql).fetchall()


async def test_killed_while_it_answers(tmp_path: Path) -> None:
    """The question is kept, the record is as it was, and it can be asked again."""
    home = tmp_path / "home"
    async with model_server() as server:
        settings = settings_for(server, Protocol.OPENAI)
        async with opened(home, settings) as engine:
            taken = await engine.context.snapshots.take(await talked(engine, server))
        turns = _counts(home, "SELECT count(*) FROM turns")
        server.plan(Plan(said=Said(pieces=PIECES), stall_after=len(PIECES) // 2))
        environment = {
            **os.environ,
            "MINUTEBOOK_PROVIDERS__HERE__PROTOCOL": "openai",
            "MINUTEBOOK_PROVIDERS__HERE__BASE_URL": f"{server.root}/v1",
        }
        process = await asyncio.create_subprocess_exec(
            *(*COMMAND, "snapshot", "summon", taken.id, "Whose stove?", "--home", str(home)),
            env=environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        assert process.stdout is not None
        async with asyncio.timeout(DEADLINE):
            await process.stdout.readuntil(b"word 9 ")
        process.send_signal(signal.SIGKILL)
        await process.wait()
        assert _counts(home, "SELECT count(*) FROM turns") == turns
        async with opened(home, settings) as engine:
            (summon,) = await engine.context.summons.of(limit=9)
            aside = await engine.context.summons.get(summon.id)
            assert [said.text for said in aside.messages] == ["Whose stove?"]
            server.plan(Plan(said=Said(pieces=("Carla's.",))))
            assert (await engine.context.summons.ask(summon.id, "Again?")).text == "Carla's."


_TALKS = """
import asyncio, sys
from pathlib import Path
from minutebook.config import Models, Pages, Settings
from minutebook.engine import open_engine
from minutebook.paths import Home

async def main():
    settings = Settings(models=Models(chat="offline"), pages=Pages(tokens=40))
    async with open_engine(Home.at(Path(sys.argv[1])), settings) as engine:
        id_ = (await engine.chat.start()).id
        while True:
            await engine.chat.say(id_, "So many words of it. " * 9)
            await engine.context.snapshots.take(id_)
            print("said", flush=True)

asyncio.run(main())
"""


@pytest.mark.parametrize("said", [3, 8])
async def test_killed_while_pages_close(tmp_path: Path, said: int) -> None:
    """Each page that is there has its snapshot, and each snapshot can be shown."""
    home = tmp_path / "home"
    process = await asyncio.create_subprocess_exec(
        *(COMMAND[0], "-c", _TALKS, str(home)), stdout=asyncio.subprocess.PIPE
    )
    assert process.stdout is not None
    async with asyncio.timeout(DEADLINE):
        for _ in range(said):
            await process.stdout.readline()
    process.send_signal(signal.SIGKILL)
    await process.wait()
    pages = _counts(home, "SELECT id FROM pages ORDER BY id")
    taken = _counts(home, "SELECT page FROM snapshots WHERE kind = 'page' ORDER BY page")
    assert pages
    assert taken == pages
    async with open_engine(Home.at(home), Settings()) as engine:
        for each in await engine.context.snapshots.of(limit=99):
            then = await engine.context.snapshots.then(each.id)
            assert len(then.request.messages) == each.moment.turns
