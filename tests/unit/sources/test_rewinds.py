"""Rewinds of Claude Code sessions: what somebody left is kept, and is not on the branch read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from desk import desk_in, put


def line(kind: str, uuid: str, parent: str | None, content: object, **members: object) -> Any:
    """Return a line of a session, a minute before it on the clock."""
    message = {"role": kind, "content": content}
    if kind == "assistant":
        message |= {"id": f"m{uuid}", "content": [{"type": "text", "text": content}]}
    common = {"type": kind, "uuid": uuid, "parentUuid": parent, "sessionId": "s1"}
    return common | {"timestamp": "2026-01-02T03:04:05Z", "message": message} | members


def json_lines(lines: list[Any]) -> str:
    """Write lines."""
    return "".join(json.dumps(one) + "\n" for one in lines)


def prompt(uuid: str, parent: str | None, **members: object) -> Any:
    """Return what somebody typed."""
    return line("user", uuid, parent, f"prompt {uuid}", **members)


def reply(uuid: str, parent: str | None, **members: object) -> Any:
    """Return what the model said."""
    return line("assistant", uuid, parent, f"reply {uuid}", **members)


def result(uuid: str, parent: str, call: str) -> Any:
    """Return what a tool returned."""
    content = [{"type": "tool_result", "tool_use_id": call, "content": "done"}]
    return line("user", uuid, parent, content)


STRAIGHT = [prompt("1", None), reply("2", "1"), prompt("3", "2"), reply("4", "3")]


async def left_in(folder: Path, *steps: list[Any]) -> list[str]:
    """Import a session that grows in steps; return the turns that are not active, by their ids."""
    async with desk_in(folder) as desk:
        for end in range(1, len(steps) + 1):
            lines = [one for step in steps[:end] for one in step]
            await desk.read(put(folder / "s1.jsonl", json_lines(lines)))
        (turns,) = (await desk.turns()).values()
    return [turn.key for turn in turns if not turn.is_active]


@pytest.mark.parametrize(
    ("more", "left"),
    [
        ([prompt("5", "4")], []),
        ([prompt("5", "2"), reply("6", "5")], ["3", "4"]),
        ([prompt("5", "2"), prompt("6", "2")], ["3", "4", "5"]),
        ([prompt("5", "4"), reply("6", "5"), prompt("7", "2")], ["3", "4", "5", "6"]),
        ([prompt("5", "4"), reply("6", "5"), prompt("7", "4"), prompt("8", "2")], list("34567")),
        ([prompt("5", "2"), reply("6", "4")], ["3", "4", "6"]),
        ([prompt("5", "2", isMeta=True)], []),
        ([prompt("5", None, logicalParentUuid="2")], []),
        ([reply("5", "3")], []),
        ([result("5", "2", "t1"), result("6", "2", "t2")], []),
    ],
)
@pytest.mark.parametrize("is_grown", [False, True])
async def test_what_a_rewind_leaves_is_marked(
    tmp_path: Path, more: list[Any], left: list[str], is_grown: bool
) -> None:
    """The rival prompt and what followed from it, in a whole file as in one that grows."""
    steps = [STRAIGHT, *([one] for one in more)] if is_grown else [[*STRAIGHT, *more]]
    assert await left_in(tmp_path, *steps) == left


async def test_sub_agents_never_go_back(tmp_path: Path) -> None:
    """Theirs is a conversation of its own, in which prompts may stand side by side."""
    side = {"isSidechain": True, "agentId": "a"}
    lines = [prompt("1", None, **side), prompt("2", "1", **side), prompt("3", "1", **side)]
    assert await left_in(tmp_path, lines) == []


async def test_a_rewind_far_back_in_a_long_session(tmp_path: Path) -> None:
    """What was recorded batches ago is marked too, and stays so when the file is read again."""
    lines = [prompt("0", None)]
    lines += [(reply if n % 2 else prompt)(str(n), str(n - 1)) for n in range(1, 1_300)]
    lines.append(prompt("back", "999"))
    marked = [str(n) for n in range(1_000, 1_300)]
    assert await left_in(tmp_path, lines) == marked
    async with desk_in(tmp_path) as desk:
        await desk.read(put(tmp_path / "copy.jsonl", json_lines(lines)))
        (turns,) = (await desk.turns()).values()
    assert [turn.key for turn in turns if not turn.is_active] == marked
