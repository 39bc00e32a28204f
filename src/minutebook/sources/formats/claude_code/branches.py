"""Which turns of a session were left when somebody went back and asked something else.

A session is only ever appended to. Who goes back to an earlier prompt asks anew behind the turn
that came before it; so two prompts behind the same turn are a rewind, and the first of them is left
with all that followed from it. Nothing else counts as one: results of calls that ran side by side,
retries and compactions have odd parents, too. Only recent turns are remembered.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

_REMEMBERED = 512


class _Turn(NamedTuple):
    parent: str
    is_prompt: bool
    is_left: bool


@dataclass(frozen=True, slots=True)
class Branches:
    """The recent turns of sessions, by their uuids."""

    _turns: dict[str, _Turn]

    @classmethod
    def of(cls, rows: list[tuple[str, str, bool, bool]]) -> Branches:
        """Return what was written as rows."""
        return cls({uuid: _Turn(*rest) for uuid, rest in ((row[0], row[1:]) for row in rows)})

    def rows(self) -> list[tuple[str, str, bool, bool]]:
        """Write it as rows."""
        return [(uuid, *turn) for uuid, turn in self._turns.items()]

    def copy(self) -> Branches:
        """Return what is known now."""
        return Branches(dict(self._turns))

    def is_left(self, uuid: str) -> bool:
        """Say whether a turn is on a branch that was left."""
        turn = self._turns.get(uuid)
        return turn is not None and turn.is_left

    def add(self, uuid: str, parent: str, *, is_prompt: bool) -> tuple[str, ...]:
        """Take the next turn; return the turns that it leaves behind."""
        left = self._leave(uuid, parent) if is_prompt and parent else ()
        self._turns.pop(uuid, None)
        is_left = not is_prompt and self.is_left(parent)
        self._turns[uuid] = _Turn(parent, is_prompt, is_left)
        if len(self._turns) > _REMEMBERED:
            del self._turns[next(iter(self._turns))]
        return left

    def _leave(self, uuid: str, parent: str) -> tuple[str, ...]:
        """Leave the other prompts behind a turn, and what followed from them."""
        left: dict[str, _Turn] = {}
        for name, turn in self._turns.items():
            is_rival = turn.is_prompt and turn.parent == parent and name != uuid
            if is_rival or turn.parent in left:
                left[name] = turn._replace(is_left=True)
        fresh = tuple(name for name in left if not self._turns[name].is_left)
        self._turns.update(left)
        return fresh
