"""Writers of further chats at home: Facebook, Signal, WhatsApp, IRC."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence

from generating.talks import Message, Talk
from generating.work_chats import Json, dumped, seconds
from generating.writing import File

_PER_FILE = 10_000


def facebook(talks: Sequence[Talk]) -> Iterator[File]:
    """Write an inbox: the newest first, in files of so many messages."""
    for talk in talks:
        newest = talk.messages[::-1]
        for number, start in enumerate(range(0, len(newest), _PER_FILE), 1):
            folder = f"messages/inbox/talk_{talk.number}"
            part = newest[start : start + _PER_FILE]
            yield File(f"{folder}/message_{number}.json", _facebook_document(talk, part))


def _facebook_document(talk: Talk, part: Sequence[Message]) -> Iterator[str]:
    people = [{"name": _damaged(name)} for name in talk.people]
    yield json.dumps({"participants": people}, indent=2).removesuffix("\n}")
    yield ',\n "messages": ['
    for number, message in enumerate(part):
        yield ",\n" if number else "\n"
        yield json.dumps(_facebook_message(message), indent=2)
    title = json.dumps(_damaged(talk.title))
    yield f'],\n "title": {title},\n "thread_path": "inbox/talk_{talk.number}"\n}}'


def _damaged(text: str) -> str:
    """Write text as Facebook does: each byte of its UTF-8 as a character."""
    return text.encode().decode("latin-1")


def _facebook_message(message: Message) -> Json:
    record: Json = {
        "sender_name": _damaged(message.author),
        "timestamp_ms": seconds(message.at) * 1000,
        "content": _damaged(message.text),
    }
    if message.files:
        record["files"] = [{"uri": f"messages/files/{_damaged(f.name)}"} for f in message.files]
    if message.signs:
        record["reactions"] = [
            {"reaction": sign.name, "actor": _damaged(person)}
            for sign in message.signs
            for person in sign.people
        ]
    return record | {"is_geoblocked_for_viewer": False}


def signal(talks: Sequence[Talk]) -> Iterator[File]:
    """Write chats as signal-export does: lines of JSON, in a folder of the chat's name."""
    for talk in talks:
        lines = (f"{dumped(_signal_message(message))}\n" for message in talk.messages)
        yield File(f"{talk.title}/data.json", lines)


def _signal_message(message: Message) -> Json:
    return {
        "date": f"{message.at:%Y-%m-%dT%H:%M:%S}",
        "sender": message.author,
        "body": message.text,
        "quote": "",
        "sticker": None,
        "reactions": [[who, sign.name] for sign in message.signs for who in sign.people],
        "attachments": [
            {"name": file.name, "path": f"media/{file.name}"} for file in message.files
        ],
    }


def signal_markdown(talks: Sequence[Talk]) -> Iterator[File]:
    """Write chats as signal-export does, in Markdown."""
    for talk in talks:
        yield File(f"{talk.title}/chat.md", map(_signal_line, talk.messages))


def _signal_line(message: Message) -> str:
    files = "".join(f"[{file.name}](./media/{file.name})  " for file in message.files)
    signs = [f"{who}: {sign.name}" for sign in message.signs for who in sign.people]
    behind = f"\n(- {', '.join(signs)} -)" if signs else ""
    text = f"{message.text} {files}".rstrip()
    return f"[{message.at:%Y-%m-%d %H:%M:%S}] {message.author}: {text}{behind}\n\n"


def whatsapp(talks: Sequence[Talk]) -> Iterator[File]:
    """Write chats as WhatsApp on an iPhone does."""
    for talk in talks:
        yield File(f"WhatsApp Chat with {talk.title}.txt", map(_whatsapp_line, talk.messages))


def _whatsapp_line(message: Message) -> str:
    files = "".join(f"\u200e<attached: {file.name}>\n" for file in message.files)
    mark = " \u200e<This message was edited>" if message.before else ""
    said = f"{files}{message.text}{mark}"
    return f"[{message.at:%d/%m/%Y, %H:%M:%S}] {message.author}: {said}\r\n"


def nick(name: str) -> str:
    """Return a name without blanks."""
    return name.replace(" ", "_")


def irc(talks: Sequence[Talk]) -> Iterator[File]:
    """Write channels as supybot does."""
    for talk in talks:
        yield File(f"#{talk.title.replace(' ', '-')}.log", map(_irc_line, talk.messages))


def _irc_line(message: Message) -> str:
    said = " ".join(message.text.split("\n"))
    return f"{message.at:%Y-%m-%dT%H:%M:%S}  <{nick(message.author)}> {said}\n"
