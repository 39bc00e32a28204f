"""Which chat export is whose, with all formats at the table."""

from __future__ import annotations

import json
from typing import Any

import pytest
from json_logs import ODD, json_lines, source_of

from minutebook.sources import registry

AT = 1_700_000_000_000
TELEGRAM = {"id": 1, "type": "message", "date": "2020-08-01T22:01:49", "from": "A", "text": "hi"}
MATRIX = {"event_id": "$1", "sender": "@a:x", "type": "m.room.message", "origin_server_ts": AT}
DISCORD = {"id": "1", "type": "Default", "timestamp": "2024-01-31T19:04:23Z", "content": "hi"}
SLACK = {"type": "message", "user": "U1", "ts": "1452796800.000002", "text": "hi"}
ZULIP = {"id": 1, "content": "<p>x</p>", "sender_full_name": "A", "timestamp": 1_700_000_000}
GITTER = {"id": "a", "text": "x", "sent": "2020-01-01T00:00:00Z", "fromUser": {"id": "u"}}
FACEBOOK = {"sender_name": "A", "timestamp_ms": AT, "content": "x"}
POST = {"team": "t", "channel": "c", "user": "u", "message": "m", "create_at": AT}
SIGNAL = {"date": "2024-01-31T12:00:05", "sender": "A", "body": "x", "quote": "", "sticker": None}
DOCUMENTS: dict[str, Any] = {
    "slack": [SLACK],
    "discord": {
        "guild": {"id": "1", "name": "g"},
        "channel": {"id": "2", "name": "c"},
        "messages": [DISCORD | {"author": {"name": "A"}}],
    },
    "discord_package": [{"ID": 1, "Timestamp": "2024-01-31 12:00:00", "Contents": "x"}],
    "telegram": {"name": "n", "type": "personal_chat", "id": 1, "messages": [TELEGRAM]},
    "matrix": {"room_name": "n", "messages": [MATRIX | {"content": {"body": "x"}}]},
    "facebook": {"participants": [{"name": "A"}], "messages": [FACEBOOK], "title": "A"},
    "gitter": [GITTER],
    "zulip": [ZULIP],
}
LINES: dict[str, list[Any]] = {
    "mattermost": [{"type": "version", "version": 1}, {"type": "post", "post": POST}],
    "signal": [SIGNAL | {"reactions": [], "attachments": []}],
    "gitter": [GITTER, GITTER],
}
RULE = "=" * 62
SAID = "[1/31/2024 12:34 PM] Ann: B\nhi\n\n\n"
TEXTS = {
    "discord_text": ("x.txt", f"{RULE}\nGuild: G\nChannel: c\n{RULE}\n\n{SAID * 9}"),
    "signal": ("chat.md", "[2024-01-31 12:00:05] Ann: hi\n\n[2024-01-31 12:00:09] Bo: ho\n"),
    "discord_package": ("messages.csv", "ID,Timestamp,Contents,Attachments\n1,2024-01-31,x,\n"),
}


def _taken_for(data: str, name: str = "log.json") -> list[str]:
    """Return the formats that fit best; one, if all is well."""
    sample = source_of(data, name).sample()
    matches = {one.name: one.detect(sample) for one in registry.built_in()}
    scores = {name: match.score for name, match in matches.items() if match is not None}
    return [name for name, score in scores.items() if score == max(scores.values())]


@pytest.mark.parametrize("name", DOCUMENTS)
@pytest.mark.parametrize("indent", [None, 4])
def test_every_document_is_taken_by_its_own(name: str, indent: int | None) -> None:
    """Written on one line or on many."""
    assert _taken_for(json.dumps(DOCUMENTS[name], indent=indent)) == [name]


@pytest.mark.parametrize("name", LINES)
def test_all_lines_are_taken_by_their_own(name: str) -> None:
    """One object on each."""
    assert _taken_for(json_lines(*LINES[name])) == [name]


@pytest.mark.parametrize("name", TEXTS)
def test_all_texts_are_taken_by_their_own(name: str) -> None:
    """Though other formats may read them too."""
    file, text = TEXTS[name]
    assert _taken_for(text, file) == [name]


@pytest.mark.parametrize("odd", ODD)
def test_no_format_fails_at_odd_types(odd: Any) -> None:
    """Whatever stands where a word is expected."""
    message = {"type": odd, "text": "x", "date": "2024-01-31", "subtype": odd, "role": odd}
    for record in (message, message | {"messages": [message], "id": odd}, {"type": odd, "id": 1}):
        for data in (json.dumps([record]), json_lines(record, record)):
            sample = source_of(data, "log.json").sample()
            matches = [format_.detect(sample) for format_ in registry.built_in()]
            assert all(match is None or match.score <= 1 for match in matches)
