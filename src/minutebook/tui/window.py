"""The part of a conversation that is on the screen: a run of turns without gaps.

The newest turns come first, older ones when the reader gets there: a conversation of a million
turns opens like one of ten. When something changed, the tail is read; only what does not fit the
tail makes the whole run be read again.
"""

from __future__ import annotations

from collections import defaultdict
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING

from minutebook.clock import EPOCH
from minutebook.errors import NotFoundError
from minutebook.tui.references import is_marked, pages_in
from minutebook.tui.transcript import Before, Beside, Place, place_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minutebook.domain.chats import MarkKind
    from minutebook.domain.conversations import Conversation
    from minutebook.domain.turns import Turn
    from minutebook.engine import Engine, Library

FIRST = 80
"""Turns that are read when a conversation is opened."""
MORE = 200
"""Turns that are read when the reader gets to an end."""
_TAIL = 40
_LABELS = 50
"""Labels that are looked up at once, at most."""
_READ_AGAIN_AT_MOST = 1_000


class Window:
    """A run of turns of one conversation."""

    def __init__(self, library: Library, conversation: Conversation) -> None:
        self._library = library
        self.conversation = conversation
        self.turns: list[Turn] = []
        self.has_older = False
        self.has_newer = False

    @property
    def id(self) -> str:
        """Id of the conversation."""
        return self.conversation.id

    @property
    def shown(self) -> list[Turn]:
        """What is to be seen of them: of a conversation held here, the branch that is read."""
        if not self.conversation.is_live:
            return self.turns
        return [turn for turn in self.turns if turn.is_active]

    async def open_newest(self) -> None:
        """Read the newest turns."""
        found = await self._before(None, FIRST)
        self.turns, self.has_older, self.has_newer = found[-FIRST:], len(found) > FIRST, False

    async def open_around(self, key: str) -> None:
        """Read the turns around one of them. Raises NotFoundError."""
        turn = await self._library.turn(self.id, key)
        half = FIRST // 2
        before = await self._before(place_of(turn), half)
        behind = await self._library.turns(self.id, behind=place_of(turn), limit=FIRST + 1)
        self.turns = [*before[-half:], turn, *behind[:FIRST]]
        self.has_older, self.has_newer = len(before) > half, len(behind) > FIRST

    async def older(self) -> list[Turn]:
        """Read more at the start; return what was added."""
        found = await self._before(place_of(self.turns[0]) if self.turns else None, MORE)
        self.has_older = len(found) > MORE
        fresh = found[-MORE:]
        self.turns = [*fresh, *self.turns]
        return fresh

    async def newer(self) -> list[Turn]:
        """Read more at the end; return what was added."""
        last = place_of(self.turns[-1])
        found = await self._library.turns(self.id, behind=last, limit=MORE + 1)
        self.has_newer = len(found) > MORE
        self.turns = [*self.turns, *found[:MORE]]
        return found[:MORE]

    async def refresh(self) -> list[Turn] | None:
        """Read what is new; return what was added at the end, None when it is not only that."""
        grown_from = self.conversation.turns
        self.conversation = await self._library.conversation(self.id)
        if self.has_newer:
            return []
        tail = await self._before(None, _TAIL)
        known = {turn.key: turn for turn in self.turns}
        fresh = [turn for turn in tail if turn.key not in known]
        if self._continues(tail, fresh, known, self.conversation.turns - grown_from):
            self.turns += fresh
            return fresh
        await self._read_again()
        return None

    def _continues(
        self, tail: list[Turn], fresh: list[Turn], known: dict[str, Turn], grown: int
    ) -> bool:
        """Say whether nothing has happened but that turns were added at the end."""
        old = [turn for turn in tail if turn.key in known]
        is_all = len(fresh) == grown and bool(old or not self.turns) and bool(fresh)
        if self.conversation.is_live and not all(turn.is_active for turn in self.turns):
            return False  # which branch is read may have changed anywhere
        is_behind = not old or not fresh or place_of(old[-1]) < place_of(fresh[0])
        return is_all and is_behind and all(_is_same(known[turn.key], turn) for turn in old)

    async def _read_again(self) -> None:
        wanted = min(max(len(self.turns), FIRST) + _TAIL, _READ_AGAIN_AT_MOST)
        found = await self._before(None, wanted)
        self.turns, self.has_older = found[-wanted:], len(found) > wanted

    async def _before(self, place: Place | None, limit: int) -> list[Turn]:
        """Read up to one turn more than the limit: it tells whether there are older ones."""
        if place is None:
            return await self._library.turns_before(self.id, limit=limit + 1)
        return await self._library.turns_before(self.id, before=place, limit=limit + 1)


async def read_beside(engine: Engine, window: Window, old: Beside) -> Beside:
    """Return what stands beside the turns of a window by now. Raises StoreError."""
    if not window.conversation.is_live:
        return replace(old, is_live=False)
    marks: dict[str, set[MarkKind]] = defaultdict(set)
    for key, kind in await engine.chat.marks(window.id):
        marks[key].add(kind)
    since = next((turn.recorded_at for turn in window.turns), EPOCH)
    calls = await engine.ledger.calls_in(window.id, since=since)
    return replace(
        old,
        is_live=True,
        branches=await engine.chat.branches.beside(window.id, window.shown),
        marks={key: frozenset(kinds) for key, kinds in marks.items()},
        charges={charge.subject: charge for charge in calls},
        labels=await _labels(engine, window, old.labels),
        origin=old.origin or await _origin(engine, window.id),
    )


async def _origin(engine: Engine, conversation: str) -> Before | None:
    """Return what a conversation goes on from."""
    snapshot = await engine.context.snapshots.origin(conversation)
    if snapshot is None:
        return None
    found = await engine.library.conversation(snapshot.conversation)
    return Before(conversation=found.id, title=found.title, turns=snapshot.moment.turns)


async def _labels(engine: Engine, window: Window, known: Mapping[str, str]) -> dict[str, str]:
    """Return the labels of the pages that replies in a window refer to, as far as there are any."""
    named = {
        page for turn in window.turns if is_marked(turn) for page in pages_in(turn.content.text)
    }
    labels = {page: label for page, label in known.items() if page in named and label}
    for page in sorted(named - labels.keys())[:_LABELS]:
        with suppress(NotFoundError):
            labels[page] = (await engine.library.page(page)).page.label
    return labels


def _is_same(old: Turn, new: Turn) -> bool:
    return (old.revision, old.is_active) == (new.revision, new.is_active)
