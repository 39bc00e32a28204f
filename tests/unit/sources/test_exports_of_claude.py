"""The zips of a Claude.ai export: batches that overlap, with companions that hold no turns."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

from desk import Desk, desk_in


def conversation(name: str, count: int) -> dict[str, Any]:
    """Write a conversation of so many messages."""
    messages = [
        {
            "uuid": f"{name}-{n}",
            "sender": "human" if n % 2 == 0 else "assistant",
            "created_at": f"2024-05-01T10:{n:02}:00Z",
            "content": [{"type": "text", "text": f"{name} {n}"}],
        }
        for n in range(count)
    ]
    return {"uuid": name, "name": f"About {name}", "chat_messages": messages}


def batch(folder: Path, number: int, *conversations: dict[str, Any]) -> Path:
    """Write one zip of an export."""
    path = folder / f"data-2024-05-02-10-00-0{number}-batch-000{number}.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("conversations.json", json.dumps(conversations))
        archive.writestr("users.json", "[]")
        archive.writestr("memories.json", "[]")
        archive.writestr("projects/0f.json", '{"name": "a project"}')
    return path


async def _record(desk: Desk, *paths: Path) -> list[list[str]]:
    for path in paths:
        (report,) = await desk.read(path)
        assert (report.format, report.quarantined) == ("claude_ai", ())
    return await desk.texts()


async def test_overlapping_batches_are_their_union_in_any_order(tmp_path: Path) -> None:
    """Nothing twice, and what lies beside the conversations is no fault."""
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
    older = batch(tmp_path, 0, conversation("ice", 3), conversation("fog", 2))
    newer = batch(tmp_path, 1, conversation("ice", 5), conversation("sea", 1))
    async with desk_in(tmp_path / "a") as desk:
        forward = await _record(desk, older, newer)
        assert await _record(desk, older) == forward
    async with desk_in(tmp_path / "b") as desk:
        assert await _record(desk, newer, older) == forward
    assert [len(texts) for texts in forward] == [2, 5, 1]
