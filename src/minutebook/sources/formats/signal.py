"""Chats of Signal as signal-export writes them: a folder per chat, named after it.

The same chat is there twice, as `data.json`, a message per line, and as Markdown to be read; both
become the same turns, and where both are, the first is read. Signal numbers no messages, and the
times are those of the clock on the wall.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import NamedTuple

from minutebook.domain.turns import Attachment, Content, Margin, Reaction, Role, TurnDraft
from minutebook.sources.formats.json.leaving_out import unreadable
from minutebook.sources.formats.json.sample import peek_until
from minutebook.sources.formats.json.stream import pieces
from minutebook.sources.formats.json.values import (
    JsonObject,
    Moment,
    as_list,
    as_object,
    moment_of,
    objects,
    text_at,
)
from minutebook.sources.formats.protocol import Match
from minutebook.sources.formats.text.dates import LocalClock
from minutebook.sources.formats.text.detecting import sample_lines
from minutebook.sources.formats.text.lines import Passage, read_lines
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Noted,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Sample, Source

_ENOUGH = 0.5
_DATA = "data.json"
_MARKDOWN = frozenset({"chat.md", "index.md"})
_MEMBERS = frozenset({"date", "sender", "body", "quote", "reactions", "attachments"})
_HEADER = re.compile(
    r"\[(?P<at>\d{4}-\d\d-\d\d[,T]? ?\d\d:\d\d(?::\d\d)?)\] (?P<who>[^\n]{1,120}?): ?(?P<rest>.*)",
    re.DOTALL,
)
_LIST_OPENS, _LIST_ENDS = "(- ", " -)"
_REACTION = re.compile(r"(?P<who>[^\n]{1,120}?): (?P<sign>[^,\n]{1,80})(?:, |\Z)")
_STICKER = re.compile(r"\n?\(\( (?P<sign>[^\n]{1,80}) \)\)")
_FILE = re.compile(r"!?\[(?P<name>[^\]\n]{0,255})\]\((?P<path>\.\.?/[^)\n]{0,999})\) {0,2}")
_DELETED = "(This message was deleted)"
_TWICE = "The chat is in data.json beside it, with more of what belongs to it: that is read."


class Signal:
    """Lines of `date`, `sender` and `body`, or the same in Markdown."""

    name = "signal"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`."""
        if sample.source.name in _MARKDOWN:
            first = next(iter(sample_lines(sample)), "")
            if _begins(first):
                return Match(score=0.98, reason="It begins as signal-export's Markdown does.")
        found = peek_until(sample, _is_message)
        if found is None or not found.records or found.share(_is_message) < _ENOUGH:
            return None
        return Match(score=0.96, reason="Its lines are messages as signal-export writes them.")

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: chats are written anew as a whole."""
        yield _conversation(source)
        if source.name not in _MARKDOWN:
            yield from _read_data(source)
        elif source.companion(_DATA) is None:
            yield from _read_markdown(source)
        else:
            yield Noted(note=_TWICE)


class _Said(NamedTuple):
    """One message, however it was written."""

    author: str
    text: str
    moment: Moment
    files: tuple[Attachment, ...] = ()
    reactions: tuple[tuple[str, str], ...] = ()
    """Who reacted, and how."""
    is_deleted: bool = False
    is_notice: bool = False


def _is_message(record: object) -> bool:
    return isinstance(record, dict) and record.keys() >= _MEMBERS


def _conversation(source: Source) -> ConversationFound:
    is_usual = source.name == _DATA or source.name in _MARKDOWN
    name = source.folders[-1] if is_usual and source.folders else ""
    identity = Identity.NAMED if name else Identity.UNKNOWN
    return ConversationFound(identity=identity, native_id=name, title=name)


def _read_data(source: Source) -> Iterator[Parsed]:
    for piece in pieces(source):
        for value in piece.values:
            if _is_message(value):
                yield TurnFound(draft=_draft(_record(as_object(value), source)))
            else:
                yield unreadable(value, piece.place, "It is not a message of Signal.")
        yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)


def _record(record: JsonObject, source: Source) -> _Said:
    sticker = record.get("sticker")
    text = text_at(record, "quote") + text_at(record, "body")
    if sticker:
        emoji = sticker if isinstance(sticker, str) else text_at(as_object(sticker), "emoji")
        text = f"{text}\n[sticker {emoji or 'without a name'}]"
    files = objects(as_list(record.get("attachments")))
    reactions = []
    for one in as_list(record.get("reactions")):
        who, sign = _pair(one)
        reactions += [(who, sign)] if sign else []
    return _Said(
        author=text_at(record, "sender"),
        text=text.strip(),
        moment=moment_of(record.get("date"), source.options.zone),
        files=tuple(Attachment(name=_file_name(text_at(f, "name", "path"))) for f in files),
        reactions=tuple(reactions),
        is_deleted=record.get("deleted") is True,
        is_notice=record.get("call") is True or record.get("missed") is True,
    )


def _pair(reaction: object) -> tuple[str, str]:
    """Read a reaction, which is a list of two or an object."""
    if isinstance(reaction, list) and len(reaction) == 2:
        return str(reaction[0]), str(reaction[1])
    record = as_object(reaction)
    return text_at(record, "name"), text_at(record, "emoji")


def _file_name(path: str) -> str:
    return path.replace("\\", "/").rpartition("/")[2] or "file"


def _read_markdown(source: Source) -> Iterator[Parsed]:
    clock = LocalClock(source.options.zone)
    passage: Passage | None = None
    for line in read_lines(source):
        if _begins(line.text):
            if passage is not None:
                yield from _passage(passage, clock)
            passage = Passage(line, line.text)
        elif passage is not None:
            passage.add(line, line.text)
        elif line.text.strip():
            yield unreadable(line.text, f"line {line.number}", "It belongs to no message.")
    if passage is not None:
        yield from _passage(passage, clock)


def _begins(line: str) -> bool:
    found = _HEADER.match(line)
    return found is not None and _reading(found["at"]) is not None


def _reading(written: str) -> datetime | None:
    try:
        return datetime.fromisoformat(written.replace(",", " ").replace("  ", " "))
    except ValueError:
        return None


def _passage(passage: Passage, clock: LocalClock) -> Iterator[Parsed]:
    found = _HEADER.match(passage.text)
    reading = _reading(found["at"]) if found else None
    if found is None or reading is None:
        return
    moment = Moment(at=clock.at(reading), raw=found["at"], zone_known=False)
    text, listed = _without_reactions(found["rest"].rstrip())
    reactions = [(one["who"], one["sign"]) for one in _REACTION.finditer(listed)]
    files = tuple(Attachment(name=one["name"] or "file") for one in _FILE.finditer(text))
    text = _STICKER.sub(r"\n[sticker \g<sign>]", _FILE.sub("", text)).strip()
    is_deleted = text == _DELETED
    said = _Said(found["who"], text, moment, files, tuple(reactions), is_deleted=is_deleted)
    yield TurnFound(draft=_draft(said))
    if (left_out := passage.left_out()) is not None:
        yield Unreadable(rejected=left_out)


def _without_reactions(text: str) -> tuple[str, str]:
    """Split the list of reactions off, with which the last line of a message may end."""
    before, mark, listed = text.rpartition(_LIST_OPENS)
    if not mark or "\n" in listed or not listed.endswith(_LIST_ENDS):
        return text, ""
    return before.removesuffix("\n"), listed.removesuffix(_LIST_ENDS)


def _draft(said: _Said) -> TurnDraft:
    signs: dict[str, list[str]] = {}
    for who, sign in said.reactions:
        signs.setdefault(sign.strip(), []).append(who.strip())
    return TurnDraft(
        role=Role.SYSTEM if said.is_notice else Role.PERSON,
        author=said.author,
        content=Content(text="" if said.is_deleted else said.text, attachments=said.files),
        at=said.moment.at,
        at_raw=said.moment.raw,
        zone_known=said.moment.zone_known,
        margin=Margin(
            reactions=tuple(
                Reaction(name=sign, count=len(people), authors=tuple(people))
                for sign, people in signs.items()
            ),
            is_withdrawn=said.is_deleted,
        ),
    )
