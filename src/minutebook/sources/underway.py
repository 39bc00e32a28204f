"""What a reading keeps in mind while it is under way, and what it is given for that."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from minutebook.clock import Clock
from minutebook.domain.quarantine import Rejected
from minutebook.record.recorder import KeyedDraft, Recorded, RecordPolicy
from minutebook.sources.keys import TurnKeys
from minutebook.sources.parsed import Checkpoint, ConversationFound, Identity
from minutebook.sources.resume import Bookmark
from minutebook.store.transaction import Transaction

_ENOUGH_TO_TELL = 500
"""Turns of a conversation without a name, by which it is known or new."""


@dataclass(slots=True)
class Underway:
    """A conversation as it is being read."""

    found: ConversationFound
    index: int
    keys: TurnKeys = field(default_factory=TurnKeys)
    id: str = ""
    behind: int | None = None
    pending: list[KeyedDraft] = field(default_factory=list)
    is_renamed: bool = False
    """Its title was learnt after its first turns."""
    left: list[str] = field(default_factory=list)
    """Keys of turns that were recorded before they left the branch that is read."""

    @property
    def is_undecided(self) -> bool:
        """Whether too little of it is known to tell which one of the record it is."""
        is_nameless = self.found.identity is Identity.UNKNOWN
        return is_nameless and not self.id and len(self.pending) < _ENOUGH_TO_TELL

    def leave(self, keys: Sequence[str]) -> None:
        """Take turns off the branch that is read."""
        wanted = frozenset(keys)
        for number, item in enumerate(self.pending):
            if item.key in wanted:
                self.pending[number] = replace(item, draft=replace(item.draft, is_active=False))
        self.left += wanted - {item.key for item in self.pending}


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """A checkpoint, and where everything stood when the format came by it."""

    checkpoint: Checkpoint
    conversation: Underway | None
    keys: str
    position: int
    """How many of the conversation's pending turns came before."""
    index: int
    turns: int

    def bookmark(self, around: str, claimed: tuple[str, ...]) -> Bookmark:
        """Return where the next reading begins, once everything before is recorded.

        `around` is the hash of the bytes around the checkpoint, `claimed` what stands before.
        """
        conversation = self.conversation
        return Bookmark(
            offset=self.checkpoint.offset,
            state=self.checkpoint.state,
            around=around,
            conversation=conversation.id if conversation else "",
            keys=self.keys,
            behind=conversation.behind if conversation else None,
            index=self.index,
            turns=self.turns,
            claimed=claimed,
        )


@dataclass(slots=True)
class Tally:
    """What a reading has brought so far."""

    conversations: int = 0
    new: int = 0
    known: int = 0
    revised: int = 0
    pages: int = 0
    rejected: list[Rejected] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)

    def count(self, recorded: Recorded) -> None:
        """Count in what became of some turns."""
        self.new += recorded.new
        self.known += recorded.known
        self.revised += recorded.revised
        self.pages += len(recorded.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext:
    """What every reading needs."""

    commit: Callable[[Callable[[Transaction], None]], None]
    """Runs a unit of work in a transaction that writes, and waits for it."""
    policy: RecordPolicy
    clock: Clock
    on_progress: Callable[[str, int], None]
    """Told the place and how many turns have been read."""
    is_cancelled: Callable[[], bool]
