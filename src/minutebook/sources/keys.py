"""What names a turn within its conversation, so that every export of it gives it the same name.

The strongest that the log allows:

1. its own id;
2. minute, author, content, and which of several alike in that minute it is: re-exports are cut at
   other places and written with other precision, but say this the same;
3. its content and the key before it: without ids and times, only the history up to a turn tells it
   from another that says the same.

Line numbers and offsets never name a turn. Minutes are those of the clock on the wall when the zone
was assumed, so that another zone in the configuration changes no name.
"""

from __future__ import annotations

import json
from collections import OrderedDict
from dataclasses import dataclass, field
from datetime import UTC, datetime

from minutebook.domain.identity import digest
from minutebook.domain.turns import TurnDraft
from minutebook.store.transaction import storable

_DIGITS = 20
_REMEMBERED = 50_000


@dataclass(slots=True)
class TurnKeys:
    """Names the turns of one conversation as they are read from one file, in order."""

    _previous: str = ""
    _minute: str = ""
    _alike: dict[str, int] = field(default_factory=dict)
    """How often each thing was said in the present minute."""
    _before: OrderedDict[str, int] = field(default_factory=OrderedDict)
    """The same of earlier minutes: clocks go back."""

    def key(self, draft: TurnDraft) -> str:
        """Return the key of the next turn."""
        if draft.native_id:
            key = storable(draft.native_id)
        elif draft.at is not None:
            key = self._timed(draft, draft.at)
        else:
            key = _short("chain", self._previous, draft.role.value, draft.author, _said(draft))
        self._previous = key
        return key

    @classmethod
    def behind(cls, key: str) -> TurnKeys:
        """Return names that go on behind the turn with this key."""
        return cls(_previous=key)

    def state(self) -> str:
        """Return, as JSON, what must be known to go on behind the last turn."""
        return json.dumps([self._previous, self._minute, self._alike], separators=(",", ":"))

    @classmethod
    def resumed(cls, state: str) -> TurnKeys:
        """Return names that go on where a state was taken."""
        previous, minute, alike = json.loads(state)
        return cls(_previous=previous, _minute=minute, _alike=alike)

    def _timed(self, draft: TurnDraft, at: datetime) -> str:
        minute = _minute(at, zone_known=draft.zone_known)
        name = _short("timed", minute, draft.author, _said(draft))
        if minute != self._minute or len(self._alike) >= _REMEMBERED:
            self._turn_to(minute)
        ordinal = self._alike.get(name) or self._before.pop(name, 0)
        self._alike[name] = ordinal + 1
        return name if ordinal == 0 else f"{name}.{ordinal}"

    def _turn_to(self, minute: str) -> None:
        self._before |= self._alike
        self._alike = {}
        self._minute = minute
        while len(self._before) > _REMEMBERED:
            self._before.popitem(last=False)


def _minute(at: datetime, *, zone_known: bool) -> str:
    if zone_known and at.tzinfo is not UTC:
        at = at.astimezone(UTC)
    return at.isoformat()[:16]


def _said(draft: TurnDraft) -> str:
    return draft.content.hash


def _short(*parts: str) -> str:
    return digest(*parts)[:_DIGITS]
