"""One of three opts out of a home with everything in it; a server that listens hears no more."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from minutebook.config import Context, Settings
from minutebook.config.settings import BatchMode, Models, Protocol, Provider
from minutebook.domain.opting_out import Choice
from opting import BOB, PLANTED, Crew, crew_at, files_with, log_of, make_crew, settings
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said

MODEL = "here:m-1"


def online(server: ModelServer, models: Models) -> Settings:
    """Return settings with a model that answers through a server, in little room."""
    provider = Provider(protocol=Protocol.ANTHROPIC, base_url=server.root)
    room = Context(tokens=1_500, reply_tokens=200, keep_exchanges=0, recall=False)
    return replace(settings(models=models), providers={"here": provider}, context=room)


@asynccontextmanager
async def talked_about(folder: Path, server: ModelServer) -> AsyncIterator[tuple[Crew, str]]:
    """Open a home in which somebody goes on from the log, with a model."""
    await make_crew(folder, turns=36)
    async with crew_at(folder, online(server, Models(chat=MODEL))) as crew:
        yield crew, (await crew.engine.context.snapshots.go_on(crew.id)).id


async def say(crew: Crew, chat: str, server: ModelServer, text: str) -> str:
    """Say something and have it answered; return what the model was shown."""
    server.plan(Plan(said=Said(pieces=("Noted.",))))
    await crew.engine.chat.say(chat, text)
    assert await crew.engine.chat.answer(chat)
    return server.asked[-1].body.decode()


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have a key that no provider knows."""
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")


async def test_a_model_hears_nothing_more(tmp_path: Path, key: None) -> None:
    """Summaries in sight, the story, snapshots, side conversations, the archive, later turns,
    and what a model is asked to make again: none of it has a word of theirs."""
    async with model_server() as server, talked_about(tmp_path, server) as (crew, chat):
        context = crew.engine.context
        assert PLANTED in await say(crew, chat, server, "What is in the cellar?")
        done = await context.compact(chat)
        assert done.after < done.before
        assert PLANTED in await say(crew, chat, server, "And now?")
        taken = await context.snapshots.take(chat)
        summon = await context.summons.summon(taken.id)
        server.plan(Plan(said=Said(pieces=(f"Bottles of {PLANTED}.",))))
        await context.summons.ask(summon.id, "What do you see?")
        await crew.archive()
        kinds = {place.split(" ")[0] for place in await crew.derived(PLANTED)}
        assert {"layout", "story", "side", "summary", "document"} <= kinds
        heard = len(server.asked)

        report = await crew.engine.opting_out.opt_out(Choice(name=BOB))
        assert report.is_clean
        assert await crew.derived(PLANTED) == []
        await say(crew, chat, server, "Where is the tent?")
        other = await context.summons.summon(taken.id)
        server.plan(Plan(said=Said(pieces=("A tent.",))))
        await context.summons.ask(other.id, "What do you see now?")
        await crew.read(log_of(tmp_path / "logs", 60))
        await crew.engine.do_what_can_be_done()
        await say(crew, chat, server, "And what is new?")
        await context.undo(chat)
        await say(crew, chat, server, "What was before?")
        said = "\n".join(each.body.decode() for each in server.asked[heard:])
        assert "green tent" in said
        assert "elderberry" not in said
        assert BOB not in said
        assert await crew.derived(PLANTED) == []


async def test_what_a_model_makes_again_is_made_without_them(tmp_path: Path, key: None) -> None:
    """Documents and summaries are made again by the models that are chosen for them."""
    await make_crew(tmp_path)
    async with model_server() as server:
        models = Models(chat=MODEL, scribe=MODEL, summary=MODEL)
        made = online(server, models)
        now = replace(made, batches=replace(made.batches, mode=BatchMode.NOW))
        async with crew_at(tmp_path, now) as crew:
            await crew.opt_out(erases=True)
            await crew.engine.do_what_can_be_done()
            said = "\n".join(each.body.decode() for each in server.asked)
        assert "green tent" in said
        assert "elderberry" not in said
        assert BOB not in said
    assert files_with(tmp_path / "home", PLANTED) == []
