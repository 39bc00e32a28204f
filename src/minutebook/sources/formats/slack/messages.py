"""One Slack message becomes a turn, with what stands beside it.

`ts` names a message within its channel. It is a string that looks like a number: as a number it
would lose the digits that tell messages of one second apart.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.values import (
    JsonObject,
    as_list,
    as_object,
    id_at,
    moment_of,
    objects,
    size_at,
    text_at,
)
from minutebook.sources.formats.slack.text import Wording
from minutebook.sources.formats.slack.workspace import name_of

TS = re.compile(r"\d{9,11}\.\d{6}")
_UTC = ZoneInfo("UTC")
_SAID_BY_PEOPLE = frozenset(
    {
        "",
        "bot_message",
        "document_mention",
        "file_comment",
        "file_mention",
        "file_share",
        "me_message",
        "reply_broadcast",
        "thread_broadcast",
    }
)
_DELETED = "tombstone"
_NO_FILE = frozenset({"tombstone", "hidden_by_limit"})


def is_message(record: object) -> bool:
    """Say whether a record is a message of Slack."""
    if not isinstance(record, dict):
        return False
    ts = record.get("ts")
    if not isinstance(ts, str) or not TS.fullmatch(ts):
        return False
    return record.get("type", "message") == "message" or "text" in record


def drafts_of(message: JsonObject, wording: Wording) -> Iterator[TurnDraft]:
    """Read a message; in exports for compliance also what an edit or a deletion was of."""
    kind = text_at(message, "subtype")
    if kind == "message_changed" and is_message(message.get("message")):
        before = message.get("previous_message")
        if isinstance(before, dict) and is_message(before):
            yield _draft(before, wording)
        yield _draft(message["message"], wording, as_of=text_at(message, "ts"))
    elif kind == "message_deleted":
        before = as_object(message.get("previous_message"))
        deleted = text_at(message, "deleted_ts") or text_at(before, "ts")
        yield _draft(before | {"ts": deleted}, wording, is_withdrawn=True)
    else:
        yield _draft(message, wording, is_withdrawn=kind == _DELETED)


def _draft(
    message: JsonObject, wording: Wording, *, as_of: str = "", is_withdrawn: bool = False
) -> TurnDraft:
    ts = text_at(message, "ts")
    at = _moment(ts)
    edited = _moment(as_of or text_at(as_object(message.get("edited")), "ts"))
    is_said = text_at(message, "subtype") in _SAID_BY_PEOPLE or is_withdrawn
    return TurnDraft(
        role=Role.PERSON if is_said else Role.SYSTEM,
        author=_author(message, wording),
        content=Content(text=wording.said(message), attachments=tuple(_files(message))),
        native_id=ts or None,
        at=at,
        at_raw=ts,
        as_of=None if is_withdrawn else edited or at,
        margin=Margin(
            thread=text_at(message, "thread_ts") or None,
            reactions=tuple(_reactions(message, wording)),
            is_withdrawn=is_withdrawn,
        ),
    )


def _moment(ts: str) -> datetime | None:
    return moment_of(ts, _UTC).at if ts else None


def _author(message: JsonObject, wording: Wording) -> str:
    """Return who speaks: by the lists, by the message's own copy of the profile, or the id."""
    comment = as_object(message.get("comment"))
    user = id_at(message, "user") or id_at(comment, "user")
    bot = id_at(message, "bot_id")
    for known in (user, bot):
        if known and wording.name(known) != known:
            return text_at(message, "username") or wording.name(known)
    profile = {"profile": as_object(message.get("user_profile"))}
    named = text_at(message, "username") or name_of(profile)
    return named or text_at(as_object(message.get("bot_profile")), "name") or user or bot


def _reactions(message: JsonObject, wording: Wording) -> Iterator[Reaction]:
    for reaction in objects(as_list(message.get("reactions"))):
        users = [user for user in as_list(reaction.get("users")) if isinstance(user, str)]
        if name := text_at(reaction, "name"):
            yield Reaction(
                name=name,
                count=size_at(reaction, "count") or len(users) or 1,
                authors=tuple(wording.name(user) for user in users),
            )


def _files(message: JsonObject) -> Iterator[Attachment]:
    single = as_object(message.get("file"))
    for file in objects(as_list(message.get("files"))) or ([single] if single else []):
        name = text_at(file, "name", "title") or id_at(file, "id")
        if text_at(file, "mode") in _NO_FILE:
            name = name or "a file that is gone"
        yield Attachment(
            name=name or "file",
            media_type=text_at(file, "mimetype") or None,
            size=size_at(file, "size"),
        )
