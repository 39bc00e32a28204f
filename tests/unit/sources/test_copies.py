"""Sessions that copy the past of others: each turn is read in the session it was said in first."""

from __future__ import annotations

import json
import uuid
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from desk import Desk, desk_in, put

NOON = datetime(2025, 7, 1, 12, tzinfo=UTC)
Said = tuple[str, int]
"""What was said, and in which minute."""


def session(name: str, said: list[Said]) -> str:
    """Write a session in which each prompt follows the one before it."""
    lines = []
    parent = None
    for text, minute in said:
        id_ = str(uuid.uuid5(uuid.NAMESPACE_OID, text))
        moment = (NOON + timedelta(minutes=minute)).isoformat().replace("+00:00", "Z")
        line = {"type": "user", "uuid": id_, "parentUuid": parent, "sessionId": name}
        message = {"role": "user", "content": text}
        lines.append(json.dumps(line | {"timestamp": moment, "message": message}) + "\n")
        parent = id_
    return "".join(lines)


async def read(desk: Desk, folder: Path, name: str, said: list[Said]) -> None:
    """Import a session that was written to last when its last turn was said."""
    at = NOON + timedelta(minutes=said[-1][1])
    await desk.read(put(folder / f"{name}.jsonl", session(name, said), at))


async def followed(desk: Desk) -> dict[str, list[str]]:
    """Return what is read of each session."""
    return {
        one.native_id: [
            turn.content.text
            for turn in await desk.library.turns(one.id, limit=99_999)
            if turn.is_active
        ]
        for one in await desk.library.conversations()
    }


PAST: list[Said] = [("a", 0), ("b", 1)]
CHAIN = {
    "first": [*PAST],
    "second": [*PAST, ("c", 60)],
    "third": [*PAST, ("c", 60), ("d", 120)],
    "fork": [*PAST, ("x", 180), ("y", 181)],
}


@pytest.mark.parametrize("order", list(permutations(CHAIN)))
async def test_the_order_of_sessions_does_not_matter(
    tmp_path: Path, order: tuple[str, ...]
) -> None:
    """Taken up again and again, and forked: each is read with what was said in it."""
    async with desk_in(tmp_path) as desk:
        for name in order:
            await read(desk, tmp_path, name, CHAIN[name])
        for name in order:
            await read(desk, tmp_path / "again", name, CHAIN[name])
        assert await followed(desk) == {
            "first": ["a", "b"],
            "second": ["c"],
            "third": ["d"],
            "fork": ["x", "y"],
        }


async def test_a_long_session_is_whole_though_its_copy_came_first(tmp_path: Path) -> None:
    """However much of it is read before anything shows that it is no copy."""
    past = [(f"turn {n}", n) for n in range(2_500)]
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path, "copy", [*past, ("taken up", 9_000)])
        await read(desk, tmp_path, "original", [*past, ("went on", 3_000)])
        found = await followed(desk)
        assert found["original"] == [*(text for text, _ in past), "went on"]
        assert found["copy"] == ["taken up"]


async def test_a_copy_in_which_nothing_was_said_yet_takes_nothing(tmp_path: Path) -> None:
    """It was written behind what the original went on with."""
    original = [*PAST, ("c", 60)]
    async with desk_in(tmp_path) as desk:
        await read(desk, tmp_path, "original", original)
        late = put(tmp_path / "copy.jsonl", session("copy", PAST), NOON + timedelta(days=1))
        (report,) = await desk.read(late)
        assert (report.turns_new, report.turns_known) == (0, 2)
        assert await followed(desk) == {"original": ["a", "b", "c"]}
