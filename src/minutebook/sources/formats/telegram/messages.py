"""What a message of Telegram says: its text in pieces, what was sent along, and notices in words.

Files that were not exported have a sentence in the place of their name; then what kind of file it
was is all that is left of it.
"""

from __future__ import annotations

from collections.abc import Iterator

from minutebook.domain.turns import Attachment, Reaction
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    objects,
    size_at,
    text_at,
)

_FILES = (("photo", "photo_file_size", "image/jpeg"), ("file", "file_size", ""))
_NOT_THERE = "("
_DETAILS = (
    "title",
    "new_title",
    "text",
    "discard_reason",
    "inviter",
    "game_message_id",
    "emoticon",
)


def text_of(record: JsonObject) -> str:
    """Return what a message says, with what it carries in words."""
    parts = [_joined(record.get("text")) or _joined(record.get("text_entities"))]
    forwarded = text_at(record, "forwarded_from", "saved_from")
    if forwarded:
        parts.insert(0, f"[forwarded from {forwarded}]")
    if sticker := text_at(record, "sticker_emoji"):
        parts.append(f"[sticker {sticker}]")
    parts += [_poll(record), _tasks(record), _contact(record), _place(record)]
    return "\n".join(part for part in parts if part)


def notice_of(record: JsonObject) -> str:
    """Say in words what happened in a chat: `Ann: invite members (Bo, Cy)`."""
    action = text_at(record, "action").replace("_", " ") or "something happened"
    members = [name for name in as_list(record.get("members")) if isinstance(name, str)]
    unknown = len(as_list(record.get("members"))) - len(members)
    members += ["a deleted account"] * unknown
    details = [_joined(record.get(key)) for key in _DETAILS]
    seconds = size_at(record, "duration_seconds", "duration")
    details.append("" if seconds is None else f"{seconds} s")
    about = ", ".join(filter(None, (*members, *details)))
    actor = text_at(record, "actor")
    return f"{f'{actor}: ' if actor else ''}{action}{f' ({about})' if about else ''}"


def reactions_of(record: JsonObject) -> Iterator[Reaction]:
    """Read the reactions to a message, with those of the people whom the export names."""
    for reaction in objects(as_list(record.get("reactions"))):
        kind = text_at(reaction, "type").replace("_", " ")
        recent = objects(as_list(reaction.get("recent")))
        authors = tuple(filter(None, (text_at(one, "from") for one in recent)))
        if name := text_at(reaction, "emoji") or kind:
            count = size_at(reaction, "count") or len(authors) or 1
            yield Reaction(name=name, count=count, authors=authors)


def attachments_of(record: JsonObject) -> Iterator[Attachment]:
    """Read the files of a message by name, type and size."""
    for key, size, usual in _FILES:
        if path := text_at(record, key):
            own = "" if path.startswith(_NOT_THERE) else path.replace("\\", "/").rpartition("/")[2]
            kind = text_at(record, "media_type").replace("_", " ")
            name = text_at(record, "file_name") if key == "file" else ""
            yield Attachment(
                name=name or own or kind or key,
                media_type=text_at(record, "mime_type") or usual or None,
                size=size_at(record, size),
            )


def _joined(value: object) -> str:
    """Join the pieces of a text. A link that is not what it says is written out."""
    if isinstance(value, str):
        return value
    return "".join(map(_piece, as_list(value)))


def _piece(piece: object) -> str:
    if isinstance(piece, str):
        return piece
    record = as_object(piece)
    text, link = text_at(record, "text"), text_at(record, "href")
    return f"{text} ({link})" if link and link != text else text


def _poll(record: JsonObject) -> str:
    poll = as_object(record.get("poll"))
    answers = objects(as_list(poll.get("answers")))
    lines = [f"- {_joined(one.get('text'))} ({size_at(one, 'voters') or 0})" for one in answers]
    return "\n".join([_joined(poll.get("question")), *lines]) if poll else ""


def _tasks(record: JsonObject) -> str:
    tasks = as_object(record.get("todo_list"))
    lines = [f"- {_joined(one.get('text'))}" for one in objects(as_list(tasks.get("answers")))]
    return "\n".join([_joined(tasks.get("title")), *lines]) if tasks else ""


def _contact(record: JsonObject) -> str:
    contact = as_object(record.get("contact_information"))
    parts = (text_at(contact, key) for key in ("first_name", "last_name", "phone_number"))
    words = " ".join(filter(None, parts))
    return f"[contact {words}]" if words else ""


def _place(record: JsonObject) -> str:
    place = as_object(record.get("location_information"))
    name = " ".join(filter(None, (text_at(record, "place_name"), text_at(record, "address"))))
    spot = f"{place.get('latitude')}, {place.get('longitude')}" if place else id_at(record, "place")
    return f"[place {f'{name} ' if name else ''}{spot}]" if place or name else ""
