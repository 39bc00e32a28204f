"""Rooms of Gitter, as its interface gave them and archives keep them: lists of messages.

Messages have ids of their own, but do not name their room: that is the name of the file, if it is
anything, and what two files share tells whether they are one room.
"""

from __future__ import annotations

from collections.abc import Iterator
from zoneinfo import ZoneInfo

from minutebook.domain.turns import Content, Margin, Role, TurnDraft
from minutebook.sources.formats.json.leaving_out import LeftOut, unreadable
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.stream import pieces
from minutebook.sources.formats.json.values import JsonObject, as_object, id_at, moment_at, text_at
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_MEMBERS = frozenset({"id", "text", "sent", "fromUser"})


class Gitter:
    """Lists of messages that have `sent` and `fromUser`."""

    name = "gitter"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        found = peek_until(sample, _is_message)
        if found is None or found.share(_is_message) < 0.5:
            return None
        return Match(score=0.96, reason="Its messages have `sent` and `fromUser`, as in Gitter.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: archives are written anew as a whole."""
        left_out = LeftOut()
        yield ConversationFound(identity=Identity.UNKNOWN, title=source.stem)
        for piece in pieces(source):
            for value in piece.values:
                for item in value if isinstance(value, list) else [value]:
                    if not _is_message(item):
                        yield unreadable(item, piece.place, "It is not a message of Gitter.")
                        continue
                    draft = _draft(as_object(item), source.options.zone)
                    if draft.content.is_empty:
                        left_out.count("empty")
                    else:
                        yield TurnFound(draft=draft)
            yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
        yield from left_out.notes()


def _is_message(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _MEMBERS


def _draft(record: JsonObject, zone: ZoneInfo) -> TurnDraft:
    moment = moment_at(record, zone, "sent")
    user = as_object(record.get("fromUser"))
    parent = text_at(record, "parentId", "threadParent") or id_at(
        as_object(record.get("threadParent")), "id"
    )
    return TurnDraft(
        role=Role.PERSON,
        author=text_at(user, "displayName", "username") or id_at(user, "id"),
        content=Content(text=text_at(record, "text")),
        native_id=id_at(record, "id") or None,
        at=moment.at,
        at_raw=moment.raw,
        zone_known=moment.zone_known,
        as_of=moment_at(record, zone, "editedAt").at or moment.at,
        margin=Margin(thread=parent or None),
    )
