"""Nothing that is to be hidden reaches a server, whatever is asked, and by whichever way."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from batching import ended, quick
from flow.test_references import room_at
from minutebook.config.settings import (
    Context,
    Models,
    Pages,
    Privacy,
    Protocol,
    Pseudonyms,
    Settings,
)
from minutebook.engine import Engine, open_engine, printed
from minutebook.errors import PrivacyError
from minutebook.paths import Home
from minutebook.privacy.restoring import has_placeholders
from planting import NAMED, VALUES
from servers.batch_values import Ending
from servers.batches import BatchServer, batch_server
from servers.saying import Plan, Said

PLANTED = [value for values in VALUES.values() for value in values]
MODELS = ("anthropic:claude-haiku-5-5", "openai:gpt-5-mini")


class Watched:
    """A server of batches and of direct calls, and all that it was sent."""

    def __init__(self, server: BatchServer, bodies: list[str]) -> None:
        self.server = server
        self.bodies = bodies

    @property
    def told(self) -> str:
        """All that it was sent, with the escapes of JSON resolved as far as they are ours."""
        return "\n".join([*self.bodies, *map(_plain, self.bodies)])


def _plain(body: str) -> str:
    """Return the texts of a body, of lines of JSON or one."""
    return "\n".join(text for line in body.splitlines() for text in _strings(_loaded(line)))


def _loaded(line: str) -> object:
    try:
        return json.loads(line)
    except ValueError:
        return line


def _strings(value: object) -> Iterator[str]:
    if isinstance(value, str):
        yield value
    elif isinstance(value, dict):
        yield from (text for each in value.values() for text in _strings(each))
    elif isinstance(value, list):
        yield from (text for each in value for text in _strings(each))


@pytest.fixture
async def watched(monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Watched]:
    """Have both providers at a server that remembers what it is sent."""
    monkeypatch.delenv("MINUTEBOOK_PRIVACY_KEY", raising=False)
    monkeypatch.setattr("minutebook.privacy.keys.from_keyring", lambda _user: "")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "sk-ant-test")
    monkeypatch.setenv("OPENAI_API_KEY", "sk-test")
    async with batch_server() as server:
        monkeypatch.setenv("ANTHROPIC_BASE_URL", server.root)
        monkeypatch.setenv("OPENAI_BASE_URL", f"{server.root}/v1")
        bodies: list[str] = []
        serve = server._serve

        async def remembering(received: object, writer: object) -> None:
            bodies.append(received.body.decode("utf-8", "replace"))  # type: ignore[attr-defined]
            await serve(received, writer)  # type: ignore[arg-type]

        monkeypatch.setattr(server, "_serve", remembering)
        server.desk.ending(Ending(polls=1))
        yield Watched(server, bodies)


def log_of(folder: Path) -> Path:
    """Write a log in which every value is said by somebody."""
    lines = [
        json.dumps(
            {
                "id": f"m{number}",
                "role": "user" if number % 2 else "assistant",
                "content": f"{value}\nis number {number}, and nothing else, I think.",
                "timestamp": f"2024-03-01T{number // 60:02}:{number % 60:02}:00Z",
            },
            ensure_ascii=False,
        )
        for number, value in enumerate([*PLANTED, *(text for text, _ in NAMED)])
    ]
    path = folder / "chat.jsonl"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


@asynccontextmanager
async def with_record(
    folder: Path, model: str, *, small: int, privacy: Privacy | None = None
) -> AsyncIterator[Engine]:
    """Open a home with the log in it, and the model for all that is done."""
    settings = Settings(
        models=Models(chat=model, scribe=model, summary=model),
        batches=quick(small=small),
        pages=Pages(tokens=200),
        context=Context(tool_rounds=2),
        privacy=privacy or Privacy(),
    )
    async with open_engine(Home.at(folder / "home"), settings) as engine:
        async for _ in engine.importer.import_paths([log_of(folder)]):
            pass
        yield engine


def remaining(told: str) -> list[str]:
    """Return which of the planted values stand in what a server was told."""
    return [value for value in (*PLANTED, *(value for _, value in NAMED)) if value in told]


@pytest.mark.parametrize(("model", "small"), zip(MODELS, (1, 1_000), strict=True))
async def test_no_planted_value_reaches_a_server(
    tmp_path: Path, watched: Watched, model: str, small: int
) -> None:
    """Not in summaries, batched or not, from the scribe, or the chat with what it recalls; the
    record has them still, and so have the summaries."""
    async with with_record(tmp_path, model, small=small) as engine:
        (log,) = await engine.library.conversations()
        await engine.do_what_can_be_done()
        async with engine.working():
            await ended(engine)
        assert bool(watched.server.desk.batches()) is (small == 1)
        chat = (await engine.chat.start()).id
        await engine.chat.say(chat, "Which number has bob@example.org, and whose is 030 1234567?")
        await engine.chat.answer(chat)
        said = "\n".join(t.content.text for t in await engine.library.turns(log.id, limit=500))
        found = await engine.library.pages(conversation=log.id)
    assert remaining(watched.told) == []
    assert "[e-mail " in watched.told
    assert all(value in said for value in PLANTED)
    summaries = "\n".join(page.summary for page in found)
    assert any(value in summaries for value in PLANTED)
    assert not has_placeholders(summaries)


async def test_what_is_not_to_be_hidden_does_reach_it(tmp_path: Path, watched: Watched) -> None:
    """The test above would see it."""
    async with with_record(tmp_path, MODELS[0], small=1, privacy=Privacy(redact=())) as engine:
        await engine.do_what_can_be_done()
    assert len(remaining(watched.told)) > len(PLANTED) / 2


@pytest.mark.parametrize("protocol", Protocol)
async def test_answers_name_what_the_server_never_saw(tmp_path: Path, protocol: Protocol) -> None:
    """A person asks to write to somebody, and the reply has the address; what is inspected is what
    is sent, to the letter."""
    async with room_at(tmp_path, protocol, recall=False) as room:
        engine, server = room.engine, room.server
        room.id = (await engine.chat.start()).id
        await engine.chat.say(room.id, "Write a note to bob@example.org, from +49 171 2345678.")
        request = await engine.context.preview(room.id)
        parts = await engine.context.looks.sent(room.id)
        mark = printed(request).split("note to ")[1].split(", from")[0]
        server.plan(Plan(said=Said(pieces=("Dear ", mark[:4], mark[4:9], f"{mark[9:]}!"))))
        await engine.chat.answer(room.id)
        body = "\n".join(_strings(json.loads(server.asked[-1].body)))
        last = (await engine.library.turns(room.id, limit=9))[-1]
    assert last.content.text == "Dear bob@example.org!"
    assert "example.org" not in body
    assert "2345678" not in body
    assert request.messages[-1].text in body
    assert parts[-1].text == request.messages[-1].text


async def test_nobody_is_named_to_a_server(
    tmp_path: Path, watched: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Neither as a speaker nor in what others say, in summaries, documents and answers; who came
    in after the start is known at once, and the record and its summaries have the names."""
    monkeypatch.setenv("MINUTEBOOK_PRIVACY_KEY", "k" * 43)
    log = tmp_path / "#ferry.log"
    says = (
        ("Wilhelmina", "The ferry takes Quentin_T and me, says @wilhelmina."),
        ("Quentin_T", "Wilhelmina's ticket is here, WILHELMINA."),
    )
    lines = [
        f"2024-03-{day:02}T08:00:00 <{who}> {what}\n" for day in range(1, 5) for who, what in says
    ]
    log.write_text("".join(lines), "utf-8")
    settings = Settings(
        models=Models(chat=MODELS[0], scribe=MODELS[0], summary=MODELS[0]),
        batches=quick(small=1),
        privacy=Privacy(pseudonyms=Pseudonyms.MODELS),
    )
    async with open_engine(Home.at(tmp_path / "home"), settings) as engine:
        async for _ in engine.importer.import_paths([log]):
            pass
        await engine.do_what_can_be_done()
        async with engine.working():
            await ended(engine)
        chat = (await engine.chat.start()).id
        await engine.chat.say(chat, "What did Wilhelmina say to quentin_t?")
        await engine.chat.answer(chat)
        summaries = "\n".join(page.summary for page in await engine.library.pages())
    assert watched.server.desk.batches()
    assert "wilhelmina" not in watched.told.lower()
    assert "quentin" not in watched.told.lower()
    assert "Person " in watched.told
    assert "Wilhelmina" in summaries
    assert not has_placeholders(summaries)


async def test_pseudonyms_without_a_key_send_nothing(tmp_path: Path, watched: Watched) -> None:
    """The home is not even opened, and the refusal says how to make a key."""
    settings = Settings(privacy=Privacy(pseudonyms=Pseudonyms.MODELS))
    with pytest.raises(PrivacyError, match="minutebook privacy key"):
        async with open_engine(Home.at(tmp_path / "home"), settings):
            pass
    assert not watched.bodies
