"""Do what the markers in a model's reply ask for, when the reply is recorded.

In the same transaction as the reply: a crash neither loses a reference nor counts it twice. Only
what a model says here is heeded: what people say and what logs hold is data, and the answers of
`offline` quote both.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from minutebook.context.slot.bringing import Brought, Desk, Unresolved, let_go, refer, unresolved
from minutebook.domain.context import Why
from minutebook.domain.display import one_line, shortened
from minutebook.domain.markers import Marker, MarkerKind, markers
from minutebook.domain.turns import HUMAN_ROLES, OFFLINE, Origin, Role, Turn
from minutebook.events import Event, PagesBroughtBack, PagesLetGo, ReferenceFailed
from minutebook.store import turns
from minutebook.store.transaction import Transaction

_AT_MOST: Final = 24
"""References of one reply that are followed: the store waits for each."""
_RECENT: Final = 8
"""Turns that are looked through for the last reply."""
_LOST: Final = 3
"""References that led nowhere of which a model is told."""
_TOLD: Final = 80
"""Characters of a reference that are told."""


@dataclass(slots=True, kw_only=True)
class _Asked:
    """What a reply asks for: the last word about a page counts."""

    wanted: list[str] = field(default_factory=list)
    let_go: list[str] = field(default_factory=list)
    is_all_let_go: bool = False
    too_many: list[str] = field(default_factory=list)

    def take(self, marker: Marker) -> None:
        """Take one marker."""
        names = (f"?{marker.words}",) if marker.words else marker.arguments
        if marker.kind is MarkerKind.REF:
            for name in names:
                self._want(name)
        elif marker.kind is MarkerKind.UNREF:
            self.is_all_let_go = self.is_all_let_go or not names
            self.wanted = [each for each in self.wanted if names and each not in names]
            self.let_go += [name for name in names if name not in self.let_go][:_AT_MOST]

    def _want(self, name: str) -> None:
        if name in self.wanted:
            return
        if len(self.wanted) == _AT_MOST:
            self.too_many.append(name)
            return
        self.wanted.append(name)
        self.let_go = [each for each in self.let_go if each != name]


def heed(tx: Transaction, desk: Desk, turn: Turn, now: datetime) -> tuple[Event, ...]:
    """Bring back and let go what a reply refers to; return what is to be told of it."""
    asked = _asked(turn)
    if asked is None:
        return ()
    gone: tuple[str, ...] = ()
    if asked.is_all_let_go or asked.let_go:
        named = () if asked.is_all_let_go else asked.let_go
        gone = let_go(tx, turn.conversation, named, Why.MODEL, now)
    brought = refer(tx, desk, turn.conversation, asked.wanted, Why.MODEL, now)
    return (
        *news(turn.conversation, brought, gone, Why.MODEL),
        *_failures(turn.conversation, _too_many(asked.too_many)),
    )


def lost(tx: Transaction, desk: Desk, conversation: str) -> tuple[Unresolved, ...]:
    """Return the references of the last reply that lead nowhere, for the next prompt to say so.

    They are looked for anew: nothing of them is kept. None where a model goes on by itself.
    """
    recent = [turn for turn in turns.backward(tx, conversation, limit=_RECENT) if turn.is_active]
    if not recent or recent[-1].role not in HUMAN_ROLES:
        return ()
    reply = next((turn for turn in reversed(recent) if turn.role is Role.ASSISTANT), None)
    asked = None if reply is None else _asked(reply)
    return () if asked is None else tuple(unresolved(tx, desk, asked.wanted)[:_LOST])


def _asked(turn: Turn) -> _Asked | None:
    """Return what a reply asks for; None for what is not heeded, and for one that asks nothing."""
    is_reply = turn.role is Role.ASSISTANT and turn.author != OFFLINE
    if not is_reply or turn.origin is not Origin.LIVE or "@@" not in turn.content.text:
        return None
    asked = _Asked()
    for marker in markers(turn.content.text):
        asked.take(marker)
    return asked


def news(conversation: str, brought: Brought, gone: Iterable[str], why: Why) -> tuple[Event, ...]:
    """Return what is to be told of pages that came and went."""
    came = tuple(each.page for each in brought.pages)
    left = tuple(dict.fromkeys([*gone, *(each.page for each in brought.left)]))
    told: list[Event] = []
    if left:
        told.append(PagesLetGo(conversation=conversation, pages=left))
    if came:
        told.append(PagesBroughtBack(conversation=conversation, pages=came, why=why))
    return (*told, *_failures(conversation, brought.unresolved))


def _failures(conversation: str, lost: Iterable[Unresolved]) -> tuple[Event, ...]:
    return tuple(
        ReferenceFailed(
            conversation=conversation,
            reference=shortened(one_line(each.reference), _TOLD),
            reason=each.reason,
        )
        for each in lost
    )


def _too_many(references: list[str]) -> list[Unresolved]:
    if not references:
        return []
    reason = f"one reply brings back {_AT_MOST} at most; {len(references)} more were left out"
    return [Unresolved(reference=references[0], reason=reason)]
