"""Writers of chats at work: Slack, Mattermost, Zulip, Gitter; and what all writers share."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any
from urllib.parse import quote

from generating.talks import PEOPLE, Message, Talk
from generating.writing import File

Json = dict[str, Any]


def seconds(at: datetime) -> int:
    """Return seconds since 1970."""
    return int(at.timestamp())


def dumped(value: Any, indent: int | None = None) -> str:
    """Write JSON as most tools do: with the characters as they are."""
    return json.dumps(value, ensure_ascii=False, indent=indent)


def array(items: Iterator[Json], indent: int | None = None) -> Iterator[str]:
    """Write an array, item by item."""
    between = "[\n" if indent is not None else "["
    for item in items:
        yield between + dumped(item, indent)
        between = ",\n" if indent is not None else ", "
    yield "]" if between.startswith(",") else "[]"


def person_id(name: str) -> int:
    """Number a person."""
    return PEOPLE.index(name) + 1


# Slack


def slack_ts(message: Message) -> str:
    """Name a message as Slack does."""
    return f"{seconds(message.at)}.{message.number % 1_000_000:06}"


def slack(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the export of a workspace: lists, and a folder per channel with a file per day."""
    yield File("channels.json", array(map(_slack_channel, talks), 4))
    yield File("users.json", array(map(_slack_user, PEOPLE), 4))
    for talk in talks:
        for day, said in groupby(talk.messages, key=lambda message: f"{message.at:%Y-%m-%d}"):
            messages = [_slack_message(talk, message) for message in said]
            yield File(f"{talk.title.replace(' ', '-')}/{day}.json", array(iter(messages), 4))


def slack_channel(talk: Talk) -> str:
    """Return the id of a channel."""
    return f"C{talk.number:08}"


def _slack_channel(talk: Talk) -> Json:
    members = [_slack_id(name) for name in talk.people]
    name = talk.title.replace(" ", "-")
    return {"id": slack_channel(talk), "name": name, "creator": members[0], "members": members}


def _slack_id(name: str) -> str:
    return f"U{person_id(name):08}"


def _slack_user(name: str) -> Json:
    profile = {"real_name": name, "display_name": name, "avatar_hash": "abc"}
    return {"id": _slack_id(name), "team_id": "T00000001", "name": "x", "profile": profile}


def _slack_message(talk: Talk, message: Message) -> Json:
    text = html.escape(message.text, quote=False)
    record: Json = {
        "client_msg_id": f"{message.number:08}-0000-4000-8000-{talk.number:012}",
        "type": "message",
        "user": _slack_id(message.author),
        "text": text,
        "ts": slack_ts(message),
        "team": "T00000001",
        "blocks": [{"type": "rich_text", "block_id": "x", "elements": [{"type": "text"}]}],
    }
    if message.answers is not None:
        record["thread_ts"] = slack_ts(message.answers)
    if message.before:
        edited = f"{seconds(message.edited_at)}.000000"
        record["edited"] = {"user": record["user"], "ts": edited}
    if message.signs:
        record["reactions"] = [
            {"name": s.name, "users": [_slack_id(p) for p in s.people], "count": len(s.people)}
            for s in message.signs
        ]
    if message.files:
        record["files"] = [
            {"id": "F1", "name": f.name, "mimetype": f.media_type, "size": f.size, "mode": "hosted"}
            for f in message.files
        ]
    return record


# Mattermost


def mattermost_name(message: Message) -> str:
    """Name a post as the reader does: the export has no ids."""
    return f"{seconds(message.at) * 1000} {_account(message.author)}"


def _account(name: str) -> str:
    return f"user{person_id(name)}"


def mattermost(talks: Sequence[Talk]) -> Iterator[File]:
    """Write a bulk export: lines of lists, then posts with their replies."""
    yield File("export.jsonl", _mattermost_lines(talks))


def _mattermost_lines(talks: Sequence[Talk]) -> Iterator[str]:
    def line(kind: str, value: Any) -> str:
        return f"{dumped({'type': kind, kind: value})}\n"

    yield line("version", 1)
    yield line("team", {"name": "team", "display_name": "Team"})
    for talk in talks:
        channel = {"team": "team", "name": f"talk-{talk.number}", "display_name": talk.title}
        yield line("channel", channel)
    for name in PEOPLE:
        yield line("user", {"username": _account(name), "nickname": name, "email": "x@example.org"})
    for talk in talks:
        replies: dict[int, list[Json]] = {}
        for message in talk.messages:
            if message.answers is not None:
                replies.setdefault(message.answers.number, []).append(_post(message))
        for message in talk.messages:
            if message.answers is None:
                where = {"team": "team", "channel": f"talk-{talk.number}"}
                said = {"replies": replies.get(message.number, [])}
                yield line("post", where | _post(message) | said)


def _post(message: Message) -> Json:
    edited = {"edit_at": seconds(message.edited_at) * 1000} if message.before else {}
    return {
        "user": _account(message.author),
        "type": "",
        "message": message.text,
        "props": {},
        "create_at": seconds(message.at) * 1000,
        "reactions": [
            {"user": _account(person), "emoji_name": sign.name, "create_at": 0}
            for sign in message.signs
            for person in sign.people
        ],
        "attachments": [{"path": f"data/2024/{file.name}"} for file in message.files],
    } | edited


# Zulip


def zulip_id(talk: Talk, message: Message) -> str:
    """Number a message."""
    return str(1 + talk.number * 1_000_000 + message.number)


def _zulip_html(message: Message) -> str:
    said = html.escape(message.text).replace("\n", "<br>\n")
    files = [
        f'<p><a href="/user_uploads/2/{quote(f.name)}">{f.name}</a></p>' for f in message.files
    ]
    return "\n".join([f"<p>{said}</p>", *files])


def zulip(talks: Sequence[Talk]) -> Iterator[File]:
    """Write an archive: a folder per channel, a file per topic, messages in HTML."""
    for talk in talks:
        messages = (_zulip_archived(talk, message) for message in talk.messages)
        yield File(f"7-general/{quote(talk.title).replace('%', '.')}.json", array(messages))


def _zulip_archived(talk: Talk, message: Message) -> Json:
    return {
        "content": _zulip_html(message),
        "id": int(zulip_id(talk, message)),
        "sender_full_name": message.author,
        "timestamp": seconds(message.at),
    }


def zulip_export(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the export of an organisation: its lists, and messages of all topics in one file."""
    signs = [
        {"message": int(zulip_id(talk, one)), "user_profile": person_id(who), "emoji_name": s.name}
        for talk in talks
        for one in talk.messages
        for s in one.signs
        for who in s.people
    ]
    realm = {
        "zerver_realm": [{"id": 1, "string_id": "club"}],
        "zerver_userprofile": [
            {"id": person_id(name), "full_name": name, "email": "x@example.org"} for name in PEOPLE
        ],
        "zerver_stream": [{"id": 5, "name": "general"}],
        "zerver_recipient": [{"id": 20, "type": 2, "type_id": 5}],
        "zerver_reaction": signs,
    }
    yield File("realm.json", iter((dumped(realm, 4),)))
    said = [_zulip_exported(talk, message) for talk in talks for message in talk.messages]
    for number, start in enumerate(range(0, len(said), 1_000), 1):
        part = {"zerver_message": said[start : start + 1_000], "zerver_usermessage": []}
        yield File(f"messages-{number:06}.json", iter((dumped(part, 4),)))


def zulip_markdown(message: Message) -> str:
    """Write a message with what was sent along."""
    files = [f"[{f.name}](/user_uploads/2/{quote(f.name)})" for f in message.files]
    return "\n".join([message.text, *files])


def _zulip_exported(talk: Talk, message: Message) -> Json:
    edited = seconds(message.edited_at)
    history = [{"prev_content": message.before, "timestamp": edited, "user_id": 1}]
    return {
        "id": int(zulip_id(talk, message)),
        "sender": person_id(message.author),
        "recipient": 20,
        "subject": talk.title,
        "content": zulip_markdown(message),
        "rendered_content": _zulip_html(message),
        "date_sent": float(seconds(message.at)),
        "last_edit_time": float(edited) if message.before else None,
        "edit_history": dumped(history) if message.before else None,
    }


# Gitter


def gitter_id(talk: Talk, message: Message) -> str:
    """Name a message."""
    return f"{talk.number:012x}{message.number:012x}"


def gitter(talks: Sequence[Talk]) -> Iterator[File]:
    """Write rooms as archives keep them: a file each."""
    for talk in talks:
        yield File(f"{talk.title}.json", array(_gitter_message(talk, m) for m in talk.messages))


def _gitter_message(talk: Talk, message: Message) -> Json:
    thread = {"threadParent": gitter_id(talk, message.answers)} if message.answers else {}
    edited = {"editedAt": f"{message.edited_at:%Y-%m-%dT%H:%M:%S.000Z}"} if message.before else {}
    return (
        {
            "id": gitter_id(talk, message),
            "text": message.text,
            "html": html.escape(message.text),
            "sent": f"{message.at:%Y-%m-%dT%H:%M:%S.000Z}",
            "fromUser": {"id": f"u{person_id(message.author)}", "displayName": message.author},
            "readBy": 3,
            "urls": [],
            "v": 1,
        }
        | thread
        | edited
    )
