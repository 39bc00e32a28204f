"""How much of a prompt is the same as in the one before, over a long conversation.

    PYTHONPATH=tests python tests/benchmarks/prefix_stability.py [--turns 500] [--budget 12000]

A person and a model behind a server on this machine talk through the whole engine; what is compared
is the bytes that the server is sent: from their beginning up to the first byte that differs, as a
share of the prompt before. Pairs of prompts with a compaction between them are left out, since it
begins the prefix anew. Measured without recall, and with it, which brings pages into the last
message; of the whole prompt, and of what stands before that message. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

from minutebook.config import Context, Models, Pages, Protocol, Provider, Scribe, Settings
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said
from servers.wire import Received

_TOPICS = "ferry lighthouse harbour library orchard telescope railway bakery museum garden".split()

_WINDOW = 200_000
_PAGES = 15
"""As many pages as by default fill a budget."""


def _answer(number: int) -> Plan:
    topic = _TOPICS[number % len(_TOPICS)]
    text = f"Of the {topic}, answer {number}: it opens at {number % 12} and costs {number}. " * 4
    return Plan(said=Said(pieces=(text,)))


def _settings(root: str, budget: int, *, recall: bool) -> Settings:
    provider = Provider(protocol=Protocol.OPENAI, base_url=f"{root}/v1", context_window=_WINDOW)
    return Settings(
        models=Models(chat="here:m-1"),
        providers={"here": provider},
        context=Context(tokens=budget, reply_tokens=500, recall=recall),
        pages=Pages(tokens=budget // _PAGES),
        scribe=Scribe(enabled=False),
    )


async def _talk(engine: Engine, turns: int) -> list[int]:
    """Hold a conversation; return the revision of the layout at each answer."""
    conversation = (await engine.chat.start("A talk")).id
    revisions = []
    for number in range(turns // 2):
        topic = _TOPICS[(number * 7) % len(_TOPICS)]
        await engine.chat.say(conversation, f"Question {number}: what of the {topic}? " * 3)
        if await engine.chat.answer(conversation) is None:
            raise SystemExit(f"Question {number} had no answer.")
        revisions.append((await engine.context.show(conversation)).revision)
    return revisions


def _prompt(received: Received, *, whole: bool = True) -> str:
    """Return the part of a request that a provider caches: tools, then messages."""
    body: dict[str, Any] = dict(received.json)
    told = body["messages"] if whole else body["messages"][:-1]
    return json.dumps([body.get("tools"), told], ensure_ascii=False).removesuffix("]]")


def _in_common(before: str, after: str) -> float:
    """Return the share of a prompt that the next one begins with."""
    pairs = enumerate(zip(before, after, strict=False))
    differs = next((at for at, (one, other) in pairs if one != other), len(before))
    return differs / len(before)


def _told(shares: list[float]) -> dict[str, float]:
    return {"mean": round(mean(shares), 4), "least": round(min(shares), 4)}


async def _run(turns: int, budget: int, *, recall: bool) -> dict[str, object]:
    """Hold a conversation, and compare its prompts."""
    with tempfile.TemporaryDirectory() as folder:
        async with model_server() as server:
            settings = _settings(server.root, budget, recall=recall)
            revisions = await _held(server, Path(folder), turns, settings)
    sent = [_prompt(received) for received in server.asked]
    stable = [_prompt(received, whole=False) for received in server.asked]
    is_same = [a == b for a, b in pairwise(revisions)]
    pairs = list(zip(sent, stable, sent[1:], is_same, strict=False))
    return {
        "compactions": is_same.count(False),
        "largest_prompt": max(map(len, sent)),
        "whole": _told([_in_common(a, b) for a, _, b, same in pairs if same]),
        "before_the_current_turn": _told([_in_common(a, b) for _, a, b, same in pairs if same]),
        "refused": server.refused,
    }


async def _held(server: ModelServer, folder: Path, turns: int, settings: Settings) -> list[int]:
    count = iter(range(turns))
    server.otherwise = lambda _: _answer(next(count))
    async with open_engine(Home.at(folder / "home"), settings) as engine:
        return await _talk(engine, turns)


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--budget", type=int, default=12_000)
    asked = parser.parse_args()
    found = {
        name: asyncio.run(_run(asked.turns, asked.budget, recall=recall))
        for name, recall in (("without_recall", False), ("with_recall", True))
    }
    print(json.dumps({"turns": asked.turns, **found}, indent=2))


if __name__ == "__main__":
    main()
