"""Chat exports of several files: folder, zip and single files give one record."""

from __future__ import annotations

import json
import random
import zipfile
from pathlib import Path
from typing import Any

from desk import desk_in, put

from minutebook.domain.turns import Reaction, Turn

USERS = [
    {"id": "U0000001", "team_id": "T1", "name": "ann", "profile": {"display_name": "Ann"}},
    {"id": "U0000002", "team_id": "T1", "name": "bo", "profile": {"real_name": "Bo B"}},
    {"id": "U0000003", "team_id": "T1", "name": "robot", "profile": {"bot_id": "B0000001"}},
]
CHANNELS = [{"id": "C0000001", "name": "general", "creator": "U0000001", "members": []}]
DMS = [{"id": "D0000001", "created": 1, "members": ["U0000001", "U0000002"]}]


def _message(ts: str = "1452796800.000002", text: str = "hi", **members: object) -> dict[str, Any]:
    return {"type": "message", "user": "U0000001", "ts": ts, "text": text} | members


EXPORT: dict[str, Any] = {
    "users.json": USERS,
    "channels.json": CHANNELS,
    "dms.json": DMS,
    "groups.json": [],
    "general/2016-01-14.json": [
        _message(thread_ts="1452796800.000002", reply_count=1),
        _message("1452796801.000000", "you <@U0000002>?", user="U0000002"),
    ],
    "general/2016-01-15.json": [
        _message("1452883200.000000", "late", thread_ts="1452796800.000002", user="U0000002"),
    ],
    "general/2016-01-16.json": [],
    "D0000001/2016-01-14.json": [_message("1452796802.000000", "psst")],
}


def _folder(path: Path, export: dict[str, Any] = EXPORT) -> Path:
    for name, value in export.items():
        put(path / name, json.dumps(value, indent=4))
    return path


def _zip(path: Path, export: dict[str, Any] = EXPORT) -> Path:
    with zipfile.ZipFile(path, "w") as archive:
        for name, value in export.items():
            archive.writestr(f"My export/{name}", json.dumps(value))
    return path


def _made(folder: Path) -> Path:
    folder.mkdir()
    return folder


def _record(turns: dict[str, list[Turn]]) -> list[tuple[object, ...]]:
    return sorted(
        (id_, t.native_id, t.author, t.content.text, t.margin.thread, t.sort_at)
        for id_, found in turns.items()
        for t in found
    )


async def _in_every_form(
    tmp_path: Path, export: dict[str, Any], kind: str
) -> list[list[tuple[object, ...]]]:
    """Read an export as a folder, as a zip and as single files; return the three records."""
    records = []
    for way in ("folder", "zip", "files"):
        async with desk_in(_made(tmp_path / way)) as desk:
            root = _folder(tmp_path / f"{way} of chats", export)
            files = sorted(root.rglob("*.json"))
            random.Random(1).shuffle(files)
            packed = _zip(tmp_path / "export.zip", export)
            paths = {"folder": [root], "zip": [packed], "files": files}[way]
            reports = await desk.read(*paths)
            assert {report.format for report in reports} == {kind}
            assert await desk.quarantined() == []
            titles = {one.id: one.title for one in await desk.library.conversations()}
            turns = await desk.turns()
            records.append(_record({titles[id_]: found for id_, found in turns.items()}))
    return records


async def test_folder_zip_and_single_files_give_one_record(tmp_path: Path) -> None:
    """With channels by their ids and people by their names, in any order."""
    records = await _in_every_form(tmp_path, EXPORT, "slack")
    assert records[0] == records[1] == records[2]
    assert {row[0] for row in records[0]} == {"general", "Ann, Bo B"}
    assert [row[2:5] for row in records[0] if row[3] in ("late", "you @Bo B?")] == [
        ("Bo B", "you @Bo B?", None),
        ("Bo B", "late", "1452796800.000002"),
    ]


async def test_a_package_of_discord_is_one_record_in_every_form(tmp_path: Path) -> None:
    """With the names of channels and of the account from the files around."""
    message = {"Timestamp": "2024-01-31 12:00:00", "Contents": "hi", "Attachments": ""}
    package: dict[str, Any] = {
        "Account/user.json": {"id": "1", "username": "ann", "discriminator": 0},
        "Messages/index.json": {
            "1100000000000000000": "general in Zig",
            "1100000000000000009": None,
        },
        "Messages/c1100000000000000000/channel.json": {"id": "1100000000000000000", "type": 0},
        "Messages/c1100000000000000000/messages.json": [message | {"ID": 1100000000000000001}],
        "Messages/c1100000000000000009/messages.json": [message | {"ID": 1100000000000000010}],
    }
    records = await _in_every_form(tmp_path, package, "discord_package")
    assert records[0] == records[1] == records[2]
    assert [row[1:4] for row in records[0]] == [
        ("1100000000000000001", "ann", "hi"),
        ("1100000000000000010", "ann", "hi"),
    ]


async def test_an_edit_is_a_revision_whichever_export_comes_first(tmp_path: Path) -> None:
    """And reactions change beside a turn, which stays when it is deleted in Slack."""
    day = "general/2016-01-14.json"
    edited = _message(text="ho", edited={"ts": "1452796900.000000"}, thread_ts="1452796800.000002")
    gone = _message(text="This message was deleted.", subtype="tombstone", hidden=True)
    old, new = tmp_path / "old", tmp_path / "new"
    for first, second in ((old, new), (new, old)):
        _folder(old, EXPORT | {day: [_message()]})
        _folder(new, EXPORT | {day: [edited]})
        async with desk_in(_made(tmp_path / f"{first.name} first")) as desk:
            await desk.read(first / day, second / day)
            [[turn]] = (await desk.turns()).values()
            assert (turn.content.text, turn.revision) == ("ho", 1)
            reacted = edited | {"reactions": [{"name": "eyes", "users": ["U0000002"], "count": 1}]}
            _folder(new, EXPORT | {day: [reacted]})
            await desk.read(new / day)
            [[turn]] = (await desk.turns()).values()
            assert turn.margin.reactions == (Reaction(name="eyes", authors=("Bo B",)),)
            _folder(new, EXPORT | {day: [gone]})
            await desk.read(new / day)
            [[turn]] = (await desk.turns()).values()
            assert (turn.content.text, turn.margin.is_withdrawn) == ("ho", True)
            assert turn.margin.thread == "1452796800.000002"
            _folder(old, EXPORT | {day: [_message(reactions=[{"name": "x", "count": 1}])]})
            await desk.read(old / day)
            [[turn]] = (await desk.turns()).values()
            assert turn.margin.is_withdrawn
