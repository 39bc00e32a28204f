"""Records that were still being written when a file was last read.

Most logs do not mark where their last message ends. It is recorded as it stands, so that it is
there at once; when the file has grown, the same record is read again, longer, and must take the
place of what was recorded and not stand beside it. A log's own ids settle that; for the others the
frame of the message, its place in the file and its beginning tell.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import NamedTuple

from minutebook.domain.identity import digest
from minutebook.domain.turns import TurnDraft

_KEPT = 2

Digest = Callable[[str], str]
"""Hashes a text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenTurn:
    """One of the last turns of a file, whose record may not have been written to its end."""

    key: str
    frame: str
    """Who spoke, and when: what does not change while a record grows."""
    is_timed: bool
    conversation: int
    """The how many-th conversation of the file it is in."""
    position: int
    """The how many-th turn of the file it was."""
    is_cut: bool
    """The file ended in the middle of its line: anything may have become of it."""
    length: int
    text_hash: str

    @classmethod
    def of(cls, met: _Met, *, is_cut: bool, hashed: Digest = digest) -> OpenTurn:
        """Describe a turn that has been recorded."""
        text = met.draft.content.text
        return cls(
            key=met.key,
            frame=_frame(met.draft),
            is_timed=met.draft.at is not None,
            conversation=met.conversation,
            position=met.position,
            is_cut=is_cut,
            length=len(text),
            text_hash=hashed(text),
        )

    def is_beginning_of(self, text: str, hashed: Digest = digest) -> bool:
        """Say whether a longer text begins with what was recorded."""
        return len(text) > self.length and hashed(text[: self.length]) == self.text_hash


class _Met(NamedTuple):
    """A turn as it was met."""

    key: str
    draft: TurnDraft
    conversation: int
    position: int


class OpenRecords:
    """Tells, turn by turn, which recorded turn another reading takes the place of."""

    def __init__(
        self,
        before: Iterable[OpenTurn] = (),
        *,
        turns: int = 0,
        goes_on: bool = True,
        hashed: Digest = digest,
    ) -> None:
        """Begin behind the first `turns` turns of the file.

        `goes_on` says that the file is the same up to there; else it may have been written anew,
        and the place of a turn in it tells nothing.
        """
        self._goes_on = goes_on
        self._hashed = hashed
        self._before = list(before)
        self._start = self._position = turns
        self._open: deque[_Met] = deque(maxlen=_KEPT)

    def meet(self, key: str, draft: TurnDraft, conversation: int = 0) -> str | None:
        """Take the next turn; return the key of the turn that it replaces if it is not known.

        `conversation` is its number within the file.
        """
        self._position += 1
        met = _Met(key, draft, conversation, self._position)
        if draft.native_id is None:
            self._open.append(met)
        if not self._before:
            return None
        if any(before.key == key for before in self._before):
            self._before = [before for before in self._before if before.key != key]
            return None
        return next((b.key for b in self._before if self._is_read_again(b, met)), None)

    def rename(self, conversation: int, names: Mapping[str, str]) -> None:
        """Let turns of a conversation of the file, given by their keys, have other keys."""
        for number, met in enumerate(self._open):
            if met.conversation == conversation and met.key in names:
                self._open[number] = met._replace(key=names[met.key])

    def left(self, *, is_cut: bool) -> tuple[OpenTurn, ...]:
        """Return, at the end of the file, what may go on when it grows.

        `is_cut` says that the file ends in the middle of a line.
        """
        if self._position == self._start:
            return tuple(self._before)
        # A line that said something when it was shorter may say nothing yet now.
        unread = [b for b in self._before if is_cut and b.is_cut and b.position > self._position]
        last = len(self._open) - 1
        met = [
            OpenTurn.of(
                met,
                is_cut=is_cut and not unread and number == last,
                hashed=self._hashed,
            )
            for number, met in enumerate(self._open)
        ]
        return (*met, *unread)

    def _is_read_again(self, before: OpenTurn, met: _Met) -> bool:
        is_framed = before.frame == _frame(met.draft)
        is_longer = is_framed and before.is_beginning_of(met.draft.content.text, self._hashed)
        if met.position == before.position and met.conversation == before.conversation:
            return is_longer or (self._goes_on and (is_framed or before.is_cut))
        return is_longer and before.is_timed

    def not_met(self) -> tuple[OpenTurn, ...]:
        """Return, in the middle of the file, what has not been read again yet."""
        return tuple(self._before)


def _frame(draft: TurnDraft) -> str:
    return digest(draft.role.value, draft.author, str(draft.at))
