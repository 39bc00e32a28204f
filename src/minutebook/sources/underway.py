"""What a reading keeps in mind while it is under way, and what it is given for that."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from minutebook.clock import Clock
from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import TurnDraft
from minutebook.record.recorder import KeyedDraft, Recorded, RecordPolicy
from minutebook.sources.choice import ALL, Wanted
from minutebook.sources.disguise import PLAIN, Disguise
from minutebook.sources.formats.protocol import Match
from minutebook.sources.keys import TurnKeys
from minutebook.sources.parsed import Checkpoint, ConversationFound, Identity
from minutebook.sources.progress import Step
from minutebook.sources.resume import Bookmark
from minutebook.sources.titles import AS_FOUND, Titles
from minutebook.store.transaction import Transaction

RECENT = 512
"""How many conversations of a file are kept in mind, for logs that go to and fro between them."""
_SILENT = "Nobody says anything in it: it has this form, and no turn was found."
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
    wanted: Wanted = ALL
    is_recent: bool = False
    """Whether the last turn was new enough."""

    @property
    def is_undecided(self) -> bool:
        """Whether too little of it is known to tell which one of the record it is."""
        is_nameless = self.found.identity is Identity.UNKNOWN
        return is_nameless and not self.id and len(self.pending) < _ENOUGH_TO_TELL

    def wants(self, draft: TurnDraft) -> bool:
        """Say whether the next turn is to come in."""
        self.is_recent = self.wanted.choice.is_recent(draft, self.is_recent)
        return self.is_recent and self.wanted.includes(self.found)

    def leave(self, keys: Sequence[str]) -> None:
        """Take turns off the branch that is read."""
        wanted = frozenset(keys)
        for number, item in enumerate(self.pending):
            if item.key in wanted:
                self.pending[number] = replace(item, draft=replace(item.draft, is_active=False))
        self.left += wanted - {item.key for item in self.pending}


class Recent:
    """The conversations of a file that were met last."""

    def __init__(self, wanted: Wanted) -> None:
        self._wanted = wanted
        self._all: OrderedDict[tuple[Identity, str], Underway] = OrderedDict()
        self._told_again = 0
        """How often a conversation was told from a beginning once more."""
        self._unwanted = 0
        self.begun = 0
        """How many conversations have begun."""

    @property
    def wanted(self) -> int:
        """How many of those that have begun are to come in."""
        return self.begun - self._unwanted

    def all(self) -> Sequence[Underway]:
        """Return them, the one that was met last at the end."""
        return list(self._all.values())

    def clear(self) -> None:
        """Forget them all."""
        self._all.clear()

    def forget_old(self) -> None:
        """Forget those that were met longest ago, where there are too many."""
        while len(self._all) > RECENT:
            self._all.popitem(last=False)

    def find(self, found: ConversationFound, bookmark: Bookmark | None) -> Underway:
        """Return the conversation that a log goes on with; one it comes back to is the same."""
        name = (found.identity, found.native_id or str(self.begun))
        if found.is_continued and bookmark is not None and bookmark.conversation:
            name = (found.identity, found.native_id or str(bookmark.index - 1))
            conversation = _continued(found, bookmark)
        elif name in self._all and found.is_from_start:
            before = self._all.pop(name)
            self._told_again += 1
            self._all[found.identity, f"{name[1]} told {self._told_again}"] = before
            conversation = self._new(found, before.index)
        elif name in self._all:
            conversation = self._all[name]
            self._all.move_to_end(name)
            if found.title and found.title != conversation.found.title:
                conversation.found, conversation.is_renamed = found, True
        else:
            conversation = self._new(found, self.begun)
            self.begun += 1
            self._unwanted += not self._wanted.includes(found)
        self._all[name] = conversation
        return conversation

    def _new(self, found: ConversationFound, index: int) -> Underway:
        wanted = self._wanted
        return Underway(found=found, index=index, wanted=wanted, is_recent=not wanted.is_old)


def _continued(found: ConversationFound, bookmark: Bookmark) -> Underway:
    return Underway(
        found=found,
        index=bookmark.index - 1,
        keys=TurnKeys.resumed(bookmark.keys),
        id=bookmark.conversation,
        behind=bookmark.behind,
    )


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
class Brought:
    """What a source has brought to one conversation."""

    new: int = 0
    known: int = 0
    revised: int = 0


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
    brought: dict[str, Brought] | None = None
    """To each conversation, by its id; None when nobody asks."""

    def count(self, recorded: Recorded, conversation: str) -> None:
        """Count in what became of some turns of a conversation."""
        self.new += recorded.new
        self.known += recorded.known
        self.revised += recorded.revised
        self.pages += len(recorded.pages)
        if self.brought is not None:
            one = self.brought.setdefault(conversation, Brought())
            one.new += recorded.new
            one.known += recorded.known
            one.revised += recorded.revised

    def count_copies(self, known: int, conversation: str) -> None:
        """Count in turns that another conversation has; there may be no others."""
        self.known += known
        if self.brought is not None and known and conversation:
            self.brought.setdefault(conversation, Brought()).known += known

    def note_silence(self, match: Match) -> None:
        """Note that a source without turns, which should have some, has none, if nothing else
        tells why."""
        if match.holds_messages and not (self.rejected or self.notes):
            self.notes.append(_SILENT)

    def copy(self) -> Tally:
        """Return it as it is now."""
        return replace(self, rejected=[*self.rejected])


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingContext:
    """What every reading needs."""

    commit: Callable[[Callable[[Transaction], None]], None]
    """Runs a unit of work in a transaction that writes, and waits for it."""
    policy: RecordPolicy
    clock: Clock
    on_progress: Callable[[Step], None]
    is_cancelled: Callable[[], bool]
    wanted: Wanted = ALL
    titles: Titles = AS_FOUND
    disguise: Disguise = PLAIN
    unscribed: str = ""
    """The file that is read, or what is watched of it, when no document is to be told what is in
    it."""
    is_itemised: bool = False
    """Whether to tell what comes of each conversation."""
