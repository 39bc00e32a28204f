"""Writers of chats at home: Discord, Telegram, Matrix, Facebook, Signal, WhatsApp, IRC."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from generating.talks import PEOPLE, Message, Talk
from generating.work_chats import Json, array, dumped, person_id, seconds
from generating.writing import File

_DISCORD_EPOCH = 1_420_070_400_000


def _iso(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S.000+00:00}"


# Discord


def discord_id(talk: Talk, message: Message) -> str:
    """Number a message as Discord does: by its time, and by what is left of the number."""
    return str((seconds(message.at) * 1000 - _DISCORD_EPOCH << 22) + talk.number % 64)


def discord_channel(talk: Talk) -> str:
    """Number a channel."""
    return str(100_000_000_000_000_000 + talk.number)


def discord(talks: Sequence[Talk]) -> Iterator[File]:
    """Write channels as DiscordChatExporter does."""
    for talk in talks:
        yield File(f"Club - {talk.title} [{discord_channel(talk)}].json", _discord_document(talk))


def _discord_document(talk: Talk) -> Iterator[str]:
    last = talk.messages[-1]
    channel = {"id": discord_channel(talk), "type": "GuildTextChat", "name": talk.title}
    head = {
        "guild": {"id": "1", "name": "Club", "iconUrl": "x"},
        "channel": channel | {"categoryId": "2", "category": "General", "topic": None},
        "dateRange": {"after": None, "before": None},
        "exportedAt": _iso(last.edited_at),
    }
    yield dumped(head, 2).removesuffix("\n}")
    yield ',\n"messages": '
    yield from array((_discord_message(talk, message) for message in talk.messages), 2)
    yield f',\n"messageCount": {len(talk.messages)}\n}}\n'


def _discord_person(name: str) -> Json:
    return {"id": f"9{person_id(name)}", "name": "x", "nickname": name, "isBot": False, "roles": []}


def _discord_message(talk: Talk, message: Message) -> Json:
    answered = message.answers and discord_id(talk, message.answers)
    reference = {"messageId": answered, "channelId": discord_channel(talk), "guildId": "1"}
    return {
        "id": discord_id(talk, message),
        "type": "Reply" if answered else "Default",
        "timestamp": _iso(message.at),
        "timestampEdited": _iso(message.edited_at) if message.before else None,
        "isPinned": False,
        "content": message.text,
        "author": _discord_person(message.author),
        "attachments": [
            {"id": "3", "url": f"https://x/{f.name}", "fileName": f.name, "fileSizeBytes": f.size}
            for f in message.files
        ],
        "embeds": [],
        "stickers": [],
        "reactions": [
            {
                "emoji": {"id": "", "name": sign.name, "code": sign.name},
                "count": len(sign.people),
                "users": [_discord_person(person) for person in sign.people],
            }
            for sign in message.signs
        ],
        "mentions": [],
    } | ({"reference": reference} if answered else {})


def discord_package(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the package of one's own words: a folder per channel, the newest first."""
    owner = PEOPLE[0]
    account = {"id": "5", "username": "x", "discriminator": 0, "global_name": owner}
    yield File("account/user.json", iter((dumped(account),)))
    index = {discord_channel(talk): talk.title for talk in talks}
    yield File("messages/index.json", iter((dumped(index),)))
    for talk in talks:
        folder = f"messages/c{discord_channel(talk)}"
        channel = {"id": discord_channel(talk), "type": 0, "name": talk.title}
        yield File(f"{folder}/channel.json", iter((dumped(channel),)))
        own = reversed([one for one in talk.messages if one.author == owner])
        said = (_packaged(talk, message) for message in own)
        yield File(f"{folder}/messages.json", array(said))


def _packaged(talk: Talk, message: Message) -> Json:
    return {
        "ID": int(discord_id(talk, message)),
        "Timestamp": f"{message.at:%Y-%m-%d %H:%M:%S}",
        "Contents": message.text,
        "Attachments": " ".join(f"https://x/{file.name}" for file in message.files),
    }


def discord_text(talks: Sequence[Talk]) -> Iterator[File]:
    """Write channels as DiscordChatExporter does in plain text."""
    for talk in talks:
        yield File(f"Club - {talk.title}.txt", _discord_lines(talk))


def _discord_lines(talk: Talk) -> Iterator[str]:
    rule = "=" * 62
    yield f"{rule}\nGuild: Club\nChannel: General / {talk.title}\n{rule}\n\n"
    for message in talk.messages:
        yield f"[{message.at:%d-%b-%y %I:%M %p}] {message.author}\n{message.text}\n\n"
        if message.files:
            yield "{Attachments}\n" + "".join(f"https://x/{f.name}\n" for f in message.files) + "\n"
        if message.signs:
            signs = " ".join(f"{sign.name} ({len(sign.people)})" for sign in message.signs)
            yield f"{{Reactions}}\n{signs}\n\n"
        yield "\n"
    yield f"{rule}\nExported {len(talk.messages)} message(s)\n{rule}\n"


# Telegram


def telegram(talks: Sequence[Talk]) -> Iterator[File]:
    """Write the export of an account; that of a chat when there is only one."""
    if len(talks) == 1:
        yield File("result.json", _telegram_chat(talks[0]))
        return
    yield File("result.json", _telegram_account(talks))


def _telegram_account(talks: Sequence[Talk]) -> Iterator[str]:
    yield '{\n "about": "x",\n "chats": {\n "about": "y",\n "list": ['
    for number, talk in enumerate(talks):
        yield "," if number else ""
        yield from _telegram_chat(talk)
    yield "]}}"


def _telegram_chat(talk: Talk) -> Iterator[str]:
    head = {"name": talk.title, "type": "private_supergroup", "id": 1_000 + talk.number}
    yield dumped(head, 1).removesuffix("\n}")
    yield ',\n "messages": '
    yield from array(map(_telegram_message, talk.messages), 1)
    yield "\n}"


def telegram_id(_: Talk, message: Message) -> str:
    """Number a message within its chat."""
    return str(message.number + 1)


def _telegram_message(message: Message) -> Json:
    more: dict[str, Any] = {}
    if message.answers is not None:
        more["reply_to_message_id"] = message.answers.number + 1
    if message.before:
        more["edited"] = f"{message.edited_at:%Y-%m-%dT%H:%M:%S}"
        more["edited_unixtime"] = str(seconds(message.edited_at))
    for file in message.files:
        more |= {"file": f"files/{file.name}", "file_name": file.name, "file_size": file.size}
        more |= {"mime_type": file.media_type}
    if message.signs:
        more["reactions"] = [
            {
                "type": "emoji",
                "count": len(sign.people),
                "emoji": sign.name,
                "recent": [{"from": person, "from_id": "user1"} for person in sign.people],
            }
            for sign in message.signs
        ]
    first, space, rest = message.text.partition(" ")
    return {
        "id": message.number + 1,
        "type": "message",
        "date": f"{message.at:%Y-%m-%dT%H:%M:%S}",
        "date_unixtime": str(seconds(message.at)),
        "from": message.author,
        "from_id": f"user{person_id(message.author)}",
        "text": [{"type": "bold", "text": first}, f"{space}{rest}"] if rest else message.text,
        "text_entities": [{"type": "plain", "text": message.text}],
    } | more


# Matrix


def matrix_id(talk: Talk, message: Message) -> str:
    """Name an event."""
    return f"${talk.number}-{message.number}"


def _matrix_room(talk: Talk) -> str:
    return f"!room{talk.number}:example.org"


def matrix(talks: Sequence[Talk]) -> Iterator[File]:
    """Write rooms as Element exports them."""
    for talk in talks:
        yield File(f"matrix - {talk.title} - export.json", _matrix_document(talk))


def _matrix_document(talk: Talk) -> Iterator[str]:
    head = {"room_name": talk.title, "room_creator": "@u1:example.org", "topic": "x"}
    head |= {"export_date": "1/2/2024", "exported_by": "@u1:example.org"}
    yield dumped(head, 4).removesuffix("\n}")
    yield ',\n "messages": '
    yield from array(_matrix_events(talk), 4)
    yield "\n}"


def _matrix_user(name: str) -> str:
    return f"@u{person_id(name)}:example.org"


def _event(talk: Talk, name: str, person: str, at: datetime, **members: Any) -> Json:
    return {
        "type": "m.room.message",
        "room_id": _matrix_room(talk),
        "sender": _matrix_user(person),
        "event_id": name,
        "origin_server_ts": seconds(at) * 1000,
        "unsigned": {"age": 1},
    } | members


def _matrix_events(talk: Talk) -> Iterator[Json]:
    for person in talk.people:
        content = {"membership": "join", "displayname": person}
        name = f"$member-{talk.number}-{person_id(person)}"
        at, key = talk.began, {"state_key": _matrix_user(person)}
        yield _event(talk, name, person, at, type="m.room.member", content=content, **key)
    for message in talk.messages:
        yield from _matrix_said(talk, message)


def _matrix_said(talk: Talk, message: Message) -> Iterator[Json]:
    own, at = matrix_id(talk, message), message.at
    content: Json = {"msgtype": "m.text", "body": message.before or message.text}
    for file in message.files:
        content |= {"msgtype": "m.file", "filename": file.name}
        content["info"] = {"mimetype": file.media_type, "size": file.size}
    if message.answers is not None:
        answered = {"event_id": matrix_id(talk, message.answers)}
        content["m.relates_to"] = {"m.in_reply_to": answered}
    yield _event(talk, own, message.author, at, content=content)
    for sign in message.signs:
        for person in sign.people:
            relation = {"rel_type": "m.annotation", "event_id": own, "key": sign.name}
            name = f"{own}-{sign.name}-{person_id(person)}"
            said = {"m.relates_to": relation}
            yield _event(talk, name, person, at, type="m.reaction", content=said)
    if message.before:
        new = content | {"body": message.text}
        new.pop("m.relates_to", None)
        edit = content | {"body": f"* {message.text}", "m.new_content": new}
        edit["m.relates_to"] = {"rel_type": "m.replace", "event_id": own}
        yield _event(talk, f"{own}-edit", message.author, message.edited_at, content=edit)
