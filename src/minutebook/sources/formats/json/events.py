"""Logs of events, one JSON line each, that are only ever appended to: sessions of agents.

What differs between the tools is what an event says. What they have in common is here: checkpoints
between lines, damaged lines, events of unknown kinds, and the conversation that goes on behind a
checkpoint.
"""

from __future__ import annotations

import json
import re
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import replace

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft
from minutebook.sources.formats.json.stream import LineStart, Piece, line_pieces
from minutebook.sources.formats.json.text import excerpt_of, nested_too_deeply
from minutebook.sources.formats.json.values import JsonObject, as_object, size_at
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Noted,
    Parsed,
    TurnFound,
    Unreadable,
)
from minutebook.sources.source import Source

_TURNS_PER_CHECKPOINT = 200
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}")
_KINDS_TOLD = 5


class EventReader(ABC):
    """Reads the events of one session; a tool's own reader says what each of them is."""

    def __init__(self, source: Source, resume: Checkpoint | None) -> None:
        self.source = source
        self.zone = source.options.zone
        self._offset = resume.offset if resume else 0
        self._before = as_object(json.loads(resume.state)) if resume and resume.state else {}
        self._told: ConversationFound | None = None
        self._since = 0
        self._here: Piece | None = None
        """The line that is read."""
        self._held: tuple[int, JsonObject] | None = None
        """Where a checkpoint may stand, and what it says: before an event that is not told yet."""
        self._unknown: Counter[str] = Counter()

    @abstractmethod
    def event(self, record: JsonObject, place: str) -> Iterator[Parsed | TurnDraft]:
        """Read one event; drafts become turns of the conversation."""

    @abstractmethod
    def conversation(self) -> ConversationFound:
        """Return the conversation as far as it is known."""

    @abstractmethod
    def state(self) -> JsonObject:
        """Return what must be known to go on behind the last event."""

    def resumed(self) -> JsonObject:
        """Return the state with which to begin; empty at the beginning."""
        return as_object(self._before.get("state"))

    def skip(self, kind: str) -> None:
        """Count an event of a kind that is not known."""
        self._unknown[kind[:40] or "?"] += 1

    def read(self) -> Iterator[Parsed]:
        """Read the lines from the checkpoint on."""
        last: Piece | None = None
        number = size_at(self._before, "line") or 1
        for piece in line_pieces(self.source, LineStart(offset=self._offset, number=number)):
            yield from self._due(piece)
            for value in piece.values:
                yield from self.value(value, piece.place)
            yield from (Unreadable(rejected=rejected) for rejected in piece.rejected)
            last = piece
        if self._held is not None:
            yield _checkpoint(*self._held)
        elif last is not None and last.end is not None:
            yield _checkpoint(last.end, self._known(last.number + 1))
        yield from self.end()

    def value(self, value: object, place: str) -> Iterator[Parsed]:
        """Read one value, whatever it is."""
        if not isinstance(value, dict):
            yield unreadable(value, place, "It is no event of a session.")
            return
        try:
            yield from self.turns(self.event(value, place))
        except RecursionError:
            yield Unreadable(rejected=nested_too_deeply(place))

    def turns(self, found: Iterable[Parsed | TurnDraft]) -> Iterator[Parsed]:
        """Let drafts become turns of the conversation, which is found before the first."""
        for item in found:
            if isinstance(item, TurnDraft):
                yield from self._tell(self.conversation())
                yield TurnFound(draft=item)
                self._since += 1
            else:
                yield item

    def hold(self) -> None:
        """Let no checkpoint stand behind the line that is read: more of its event may follow."""
        piece = self._here
        if piece is not None and piece.start is not None:
            self._held = piece.start, self._known(piece.number)

    def release(self) -> None:
        """Let checkpoints stand again: the event that was held is told now."""
        self._held = None

    def end(self) -> Iterator[Parsed]:
        """Say what was passed over."""
        if self._unknown:
            told = self._unknown.most_common(_KINDS_TOLD)
            kinds = ", ".join(f"{count} × {kind}" for kind, count in told)
            more = " and others" if len(self._unknown) > len(told) else ""
            yield Noted(note=f"Events of kinds that are not known were passed over: {kinds}{more}.")

    def retell(self) -> Iterator[Parsed]:
        """Find the conversation again when more is known of it, if it has been found before."""
        found = self.conversation()
        if self._told is None and self._before.get("told"):
            yield from self._tell(replace(found, title=""))
        if self._told is not None and found != self._told:
            self._told = found
            yield found

    def _tell(self, found: ConversationFound) -> Iterator[Parsed]:
        if self._told is None:
            self._told = found
            is_continued = self._before.get("told") == found.native_id
            yield replace(found, is_continued=is_continued)

    def _due(self, piece: Piece) -> Iterator[Checkpoint]:
        """Yield a checkpoint before a line when one is due, and always before an open line."""
        self._here = piece
        is_due = self._since >= _TURNS_PER_CHECKPOINT or piece.end is None
        if is_due and piece.start is not None:
            self._since = 0
            yield _checkpoint(*(self._held or (piece.start, self._known(piece.number))))

    def _known(self, line: int) -> JsonObject:
        """Return what must be known to go on with a line."""
        told = self._told.native_id if self._told else self._before.get("told")
        return {"line": line, "told": told, "state": self.state()}


def _checkpoint(offset: int, known: JsonObject) -> Checkpoint:
    return Checkpoint(offset=offset, state=json.dumps(known, separators=(",", ":")))


def session_found(source: Source, *, session: str, title: str, parent: str) -> ConversationFound:
    """Return the conversation that a session is; one that its head does not name, its file does."""
    native_id = session or uuid_in(source.stem)
    return ConversationFound(
        identity=Identity.GIVEN if native_id else Identity.UNKNOWN,
        native_id=native_id,
        title=title,
        has_global_turns=bool(native_id),
        parent=parent,
    )


def uuid_in(text: str) -> str:
    """Return the first UUID in a text; empty when there is none."""
    found = _UUID.search(text)
    return found[0] if found else ""


def unreadable(value: object, place: str, reason: str) -> Unreadable:
    """Put a value into quarantine."""
    return Unreadable(rejected=Rejected(place=place, reason=reason, excerpt=excerpt_of(value)))
