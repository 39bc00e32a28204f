"""Rooms of Gitter."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from json_logs import json_lines, read, score, with_odd_members

from minutebook.domain.turns import Margin
from minutebook.sources.formats.gitter import Gitter
from minutebook.sources.parsed import Identity

FORMAT = Gitter()
ANN = {"id": "u1", "username": "ann", "displayName": "Ann"}


def _message(text: str = "hi **you**", **members: Any) -> dict[str, Any]:
    common: dict[str, Any] = {"id": "5f0000000000000000000001", "text": text, "html": "<b>x</b>"}
    return common | {"sent": "2020-01-01T12:00:00.000Z", "fromUser": ANN, "v": 1} | members


@pytest.mark.parametrize("indent", [None, 2])
def test_a_room_is_read(indent: int | None) -> None:
    """It is called after its file; a message says when it was edited."""
    messages = [_message(), _message("re", id="2", parentId="1", editedAt="2020-01-02T00:00:00Z")]
    data = json.dumps(messages, indent=indent)
    assert score(FORMAT, data) > 0.9
    found = read(FORMAT, data, name="zig.json")
    [conversation] = found.conversations
    assert (conversation.identity, conversation.title) == (Identity.UNKNOWN, "zig")
    first, second = found.turns
    assert (first.author, first.content.text) == ("Ann", "hi **you**")
    assert first.at == datetime(2020, 1, 1, 12, tzinfo=UTC) == first.as_of
    assert second.as_of == datetime(2020, 1, 2, tzinfo=UTC)
    assert (first.margin, second.margin) == (Margin(), Margin(thread="1"))


def test_lines_are_read_too() -> None:
    """As some archives keep them."""
    data = json_lines(_message(), _message("ho", id="2"))
    assert score(FORMAT, data) > 0.9
    assert [turn.native_id for turn in read(FORMAT, data).turns] == [_message()["id"], "2"]


def test_damage_is_set_aside() -> None:
    """What is empty is counted; other lists are not taken."""
    found = read(FORMAT, json.dumps([_message(), {"a": 1}, _message("", id="3")])[:-1])
    assert (len(found.turns), found.places) == (1, ["item 2", "item 4"])
    assert score(FORMAT, json.dumps([{"id": "1", "text": "x"}])) == 0
    for data in with_odd_members(_message()):
        read(FORMAT, f"[{data}]")
