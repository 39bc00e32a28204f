"""How much of a prompt is the same as in the one before, over a long conversation.

    PYTHONPATH=tests python tests/benchmarks/prefix_stability.py [--turns 500] [--budget 12000]

A person and a model behind a server on this machine talk through the whole engine, compaction and
recall included; what is compared is the bytes that the server is sent: from their beginning up to
the first byte that differs, as a share of the prompt before. Prompts around a compaction are told
apart, since it begins the prefix anew. Prints one JSON object.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import tempfile
from itertools import pairwise
from pathlib import Path
from statistics import mean, median

from minutebook.config import Context, Models, Protocol, Provider, Scribe, Settings
from minutebook.engine import Engine, open_engine
from minutebook.paths import Home
from servers.models import ModelServer, model_server
from servers.saying import Plan, Said
from servers.wire import Received

_TOPICS = "ferry lighthouse harbour library orchard telescope railway bakery museum garden".split()


def _answer(number: int) -> Plan:
    topic = _TOPICS[number % len(_TOPICS)]
    text = f"Of the {topic}, answer {number}: it opens at {number % 12} and costs {number}. " * 4
    return Plan(said=Said(pieces=(text,)))


def _settings(root: str, budget: int) -> Settings:
    provider = Provider(protocol=Protocol.OPENAI, base_url=f"{root}/v1")
    return Settings(
        models=Models(chat="here:m-1"),
        providers={"here": provider},
        context=Context(tokens=budget, reply_tokens=500),
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


def _prompt(received: Received) -> str:
    """Return the part of a request that a provider caches: tools, then messages."""
    body = received.json
    return json.dumps([body.get("tools"), body["messages"]], ensure_ascii=False)


def _in_common(before: str, after: str) -> float:
    """Return the share of a prompt that the next one begins with."""
    pairs = enumerate(zip(before, after, strict=False))
    differs = next((at for at, (one, other) in pairs if one != other), len(before))
    return differs / len(before)


async def _run(turns: int, budget: int) -> dict[str, object]:
    with tempfile.TemporaryDirectory() as folder:
        async with model_server() as server:
            revisions, prompts = await _held(server, Path(folder), turns, budget)
    shares = [_in_common(a, b) for a, b in pairwise(prompts)]
    is_same = [a == b for a, b in pairwise(revisions)]
    between = [share for share, same in zip(shares, is_same, strict=True) if same]
    around = [share for share, same in zip(shares, is_same, strict=True) if not same]
    return {
        "turns": turns,
        "compactions": len(around),
        "largest_prompt": max(map(len, prompts)),
        "between": {
            "mean": round(mean(between), 4),
            "median": round(median(between), 4),
            "least": round(min(between), 4),
            "of_bytes": round(_of_bytes(prompts, shares, is_same), 4),
        },
        "around": {"mean": round(mean(around), 4)} if around else None,
        "refused": server.refused,
    }


def _of_bytes(prompts: list[str], shares: list[float], is_same: list[bool]) -> float:
    """Return the share of all bytes that a prompt had in common with the one before."""
    kept = [
        (len(prompt), share)
        for prompt, share, same in zip(prompts, shares, is_same, strict=False)
        if same
    ]
    return sum(size * share for size, share in kept) / sum(size for size, _ in kept)


async def _held(
    server: ModelServer, folder: Path, turns: int, budget: int
) -> tuple[list[int], list[str]]:
    count = iter(range(turns))
    server.otherwise = lambda _: _answer(next(count))
    settings = _settings(server.root, budget)
    home = Home.at(folder / "home")
    async with open_engine(home, settings) as engine:
        revisions = await _talk(engine, turns)
    return revisions, [_prompt(received) for received in server.asked]


def main() -> None:
    """Measure, and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=500)
    parser.add_argument("--budget", type=int, default=12_000)
    asked = parser.parse_args()
    print(json.dumps(asyncio.run(_run(asked.turns, asked.budget)), indent=2))


if __name__ == "__main__":
    main()
