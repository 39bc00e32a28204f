"""The package of one's own data from Discord."""

from __future__ import annotations

import csv
import io
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from json_logs import read, score, with_odd_members

from generating import File, form_named, put
from minutebook.domain.turns import Attachment
from minutebook.sources import registry
from minutebook.sources.containers import Filter, files_of, sources_of
from minutebook.sources.formats.discord import DiscordPackage
from minutebook.sources.source import ReadingOptions, Source

FORMAT = DiscordPackage()
NEW = {
    "ID": 1100000000000000002,
    "Timestamp": "2024-01-31 12:00:01",
    "Contents": 'say "hi"\nand more, <@5>',
    "Attachments": "https://cdn.x/1/a.png?ex=1 https://cdn.x/2/b.txt",
}
OLD: dict[str, Any] = NEW | {"ID": 999999999999999999, "Contents": "first", "Attachments": ""}


def _table(*records: dict[str, Any]) -> str:
    text = io.StringIO()
    writer = csv.DictWriter(text, [*NEW])
    writer.writeheader()
    writer.writerows(records)
    return text.getvalue()


def test_both_forms_are_read_alike() -> None:
    """In the order of time, though the newest come first; times are those of Greenwich."""
    for name, data in (
        ("messages.json", json.dumps([NEW, OLD])),
        ("messages.csv", _table(NEW, OLD)),
    ):
        assert score(FORMAT, data, name) > 0.9
        found = read(FORMAT, data, name=name)
        first, second = found.turns
        assert [turn.native_id for turn in (first, second)] == [str(OLD["ID"]), str(NEW["ID"])]
        assert second.content.text == 'say "hi"\nand more, @5'
        assert second.at == datetime(2024, 1, 31, 12, 0, 1, tzinfo=UTC)
        assert second.content.attachments == (Attachment(name="a.png"), Attachment(name="b.txt"))
        assert found.rejected == []


def test_damage_is_set_aside() -> None:
    """Row by row, item by item."""
    assert read(FORMAT, _table(OLD) + "no,row\n", name="messages.csv").places == ["line 3"]
    assert read(FORMAT, json.dumps([OLD, {"a": 1}]), name="messages.json").places == ["item 2"]
    for data in with_odd_members(NEW):
        found = read(FORMAT, f"[{data}]", name="messages.json")
        assert len(found.turns) + len(found.rejected) == 1


def test_lists_of_the_package_are_known() -> None:
    """By their names and by what is in them."""
    lists: dict[str, Any] = {
        "channel.json": {"id": "1100000000000000000", "type": "DM"},
        "index.json": {"1100000000000000000": "general"},
        "user.json": {"id": "1", "username": "ann", "discriminator": 0},
    }
    for name, value in lists.items():
        assert score(FORMAT, json.dumps(value), name) == 0.9
        assert read(FORMAT, json.dumps(value), name=name).items == []
        assert score(FORMAT, json.dumps({"a": 1}), name) == 0
        assert score(FORMAT, json.dumps(value), "other.json") == 0


def test_what_lies_beside_the_messages_is_known(tmp_path: Path) -> None:
    """What was clicked on, where one is a member, channels in which one said nothing."""
    package = put(form_named("discord_package").write([]), tmp_path)
    others = {
        "messages/index.json": '{"100000000000000009": "general"}',
        "activity/analytics/events-1.json": '{"event_type": "x"}\n{"event_type": "y"}\n',
        "servers/index.json": '{"1": "Club"}',
        "servers/1/audit-log.json": "[]",
        "messages/c100000000000000009/channel.json": '{"id": "100000000000000009", "type": 0}',
        "messages/c100000000000000009/messages.json": "[]",
    }
    put((File(name, [data]) for name, data in others.items()), package)
    options = ReadingOptions(zone=ZoneInfo("UTC"))
    for file in files_of(package, Filter().admits):
        (source,) = sources_of(file, options)
        assert isinstance(source, Source)
        detection = registry.detect(source, registry.built_in())
        assert (detection.format.name, detection.match.holds_messages) == (FORMAT.name, False)
        assert list(detection.format.parse(source)) == []
    (tmp_path / "messages/index.json").unlink()
    (source,) = sources_of(tmp_path / "servers/1/audit-log.json", options)
    assert isinstance(source, Source)
    assert FORMAT.detect(source.sample()) is None
