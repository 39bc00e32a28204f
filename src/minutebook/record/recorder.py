"""Record turns: everything that follows from them is decided in the same transaction.

Known turns are recognised by their key and left alone; a key with other content is an edit, and
makes a new revision of the turn. Which of two contents is the newer one, their sources may say;
what is older by that becomes an earlier revision, so that the order of reading does not matter.
Where they say nothing, what is read later is newer. New turns get the next arrival numbers, and a
place in reading order that keeps the order of their file: never before the turn that they follow
there, and before the known one that follows them, whatever their clocks say.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import Enum, auto

from minutebook.clock import to_micros
from minutebook.config import Settings
from minutebook.domain.documents import ScribeState
from minutebook.domain.jobs import JobKind, JobRequest
from minutebook.domain.tokens import estimate_turn
from minutebook.domain.turns import Margin, Origin, TurnDraft, Withheld
from minutebook.record.closing import close_pages, rehash_pages
from minutebook.record.paging import PagingPolicy
from minutebook.store import (
    arriving,
    changes,
    conversations,
    documents,
    jobs,
    margins,
    turns,
    withheld,
)
from minutebook.store.arriving import NewTurn
from minutebook.store.changes import Topic
from minutebook.store.conversations import Growth, Tail
from minutebook.store.transaction import Transaction
from minutebook.store.turns import KnownTurn
from minutebook.store.withheld import Candidate, KeptOut

HISTORY_DELAY = timedelta(seconds=5)
"""Imported history is told when no more of it has come in for so long, or its file is finished."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordPolicy:
    """What recording goes by."""

    paging: PagingPolicy
    scribe_enabled: bool = True

    @classmethod
    def of(cls, settings: Settings) -> RecordPolicy:
        """Return what the settings say."""
        pages = settings.pages
        paging = PagingPolicy(tokens=pages.tokens, pause=timedelta(minutes=pages.pause_minutes))
        return cls(paging=paging, scribe_enabled=settings.scribe.enabled)


@dataclass(frozen=True, slots=True, kw_only=True)
class KeyedDraft:
    """A draft and the key that names it within its conversation."""

    key: str
    draft: TurnDraft
    replaces: str | None = None
    """Key of the turn of which this is a longer reading: its record was still being written."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Strand:
    """Turns of one conversation, in the order of their file."""

    conversation: str
    drafts: Sequence[KeyedDraft]
    origin: Origin
    behind: int | None = None
    """Reading place of the turn that they follow in their file; None at its beginning."""
    correlation: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Recorded:
    """What became of a strand."""

    new: int
    known: int
    revised: int
    pages: tuple[str, ...]
    """Ids of the pages that closed."""
    behind: int | None
    """Reading place of the last turn, for the strand that follows it in the file."""
    last_arrived: str | None = None
    """Key of the turn of the conversation that arrived last, if the strand has it."""


def record(tx: Transaction, strand: Strand, policy: RecordPolicy, now: datetime) -> Recorded:
    """Record the turns of a strand, and all that follows from them.

    Raises NotFoundError when the conversation does not exist.
    """
    tail = conversations.tail(tx, strand.conversation)
    placement = _Placement(tx, strand, tail, now)
    for item in strand.drafts:
        placement.place(item)
    placement.flush()
    closed: tuple[str, ...] = ()
    if placement.new:
        conversations.grow(tx, strand.conversation, _growth(placement.new, tail), now)
        breaks = _breaks(tx, strand.conversation, placement.new, tail)
        opened = arriving.unpaged(tx, strand.conversation, tail.paged_seq, tail.turns)
        opened += [turn.as_unpaged() for turn in placement.new]
        closed = close_pages(tx, strand.conversation, opened, policy.paging, breaks, now)
    if placement.revised:
        rehash_pages(tx, strand.conversation, placement.revised, now)
    if placement.new or placement.revised or placement.is_annotated:
        changes.note(tx, Topic.CONVERSATION, strand.conversation, now)
    if placement.new:
        _want_scribe(tx, strand, policy, now)
    return Recorded(
        new=len(placement.new),
        known=placement.known,
        revised=len(placement.revised),
        pages=closed,
        behind=placement.behind,
        last_arrived=_last_arrived(tx, strand, placement.new),
    )


def _last_arrived(tx: Transaction, strand: Strand, new: Sequence[NewTurn]) -> str | None:
    if new:
        return new[-1].key
    key = turns.last_arrived(tx, strand.conversation)
    return key if any(item.key == key for item in strand.drafts) else None


class _Placement:
    """Sorts the drafts of one strand into new, known and revised turns."""

    def __init__(self, tx: Transaction, strand: Strand, tail: Tail, now: datetime) -> None:
        self._tx = tx
        self._strand = strand
        self._now = now
        self._seq = tail.turns
        self._kept_out = withheld.kept_out(tx)
        self._pending: list[NewTurn] = []
        self._added: set[str] = set()
        keys = [key for item in strand.drafts for key in (item.key, item.replaces) if key]
        self._known = turns.known(tx, strand.conversation, keys)
        self.behind = strand.behind
        self._met = 0
        """How many of the pending turns stand before the last known one in the file."""
        self._floor = strand.behind
        """Reading place of the last known turn."""
        self._confirmed: dict[int, list[int]] = {}
        """Known turns by the moment as of which they still say the same."""
        self.is_annotated = False
        """Whether something else is noted beside a known turn now."""
        self.new: list[NewTurn] = []
        self.known = 0
        self.revised: list[int] = []

    def place(self, item: KeyedDraft) -> None:
        """Find out what a draft is, and do what that asks for."""
        if item.key in self._added and item.key not in self._known:
            self._flush_to_meet(item.key)
        known = self._known.get(item.key)
        replaced = self._known.get(item.replaces) if item.replaces else None
        if known is not None:
            self._meet(known, item)
        elif replaced is not None:
            self._advance(replaced)
            self._revise(replaced, item)
        else:
            self._add(item)

    def flush(self) -> None:
        """Add the new turns that have gathered to the store."""
        strand = self._strand
        arriving.append(self._tx, strand.conversation, self._pending, strand.origin, self._now)
        self.new += self._pending
        for as_of, ids in self._confirmed.items():
            turns.confirm(self._tx, ids, as_of)
        self._confirmed = {}
        self._pending = []
        self._met = 0

    def _flush_to_meet(self, key: str) -> None:
        """Add what has gathered, because a turn of it is said again in the same strand."""
        self.flush()
        self._known |= turns.known(self._tx, self._strand.conversation, [key])

    def _add(self, item: KeyedDraft) -> None:
        self._seq += 1
        self.behind = _reading_place(item.draft, self.behind)
        self._added.add(item.key)
        draft = item.draft
        who = withheld.whose(self._kept_out, self._strand.conversation, draft.role, draft.author)
        self._pending.append(
            NewTurn(
                draft=draft,
                key=item.key,
                seq=self._seq,
                sort_at=self.behind,
                tokens=estimate_turn(draft.content) if who is None else 0,
                kept_out=who,
            )
        )

    def _meet(self, known: KnownTurn, item: KeyedDraft) -> None:
        self._put_before(known)
        self.behind = known.sort_at if self.behind is None else max(known.sort_at, self.behind)
        self._floor = self.behind
        if known.withheld == Withheld.ERASED:
            self.known += 1
            return
        age = _age(known, item.draft)
        if age is not _Age.OLDER and known.is_active != item.draft.is_active:
            turns.set_active(self._tx, known.id, is_active=item.draft.is_active)
        if self._annotate(known, item.draft, age):
            self.known += 1
            return
        hash_ = item.draft.content.hash
        if known.content_hash == hash_:
            self.known += 1
            self._confirm(known, item.draft, age)
        elif age is not _Age.NEWER and turns.has_said(self._tx, known, hash_):
            self.known += 1
        elif age is _Age.OLDER:
            self.known += 1
            turns.keep_earlier(self._tx, known, item.draft, self._now)
            self._known |= turns.known(self._tx, self._strand.conversation, [item.key])
        else:
            self._revise(known, item)

    def _annotate(self, known: KnownTurn, draft: TurnDraft, age: _Age) -> bool:
        """Keep what is noted beside a turn; say whether that is all: it was withdrawn, and what it
        said stays in the record."""
        margin = draft.margin
        if age is _Age.NEWER or (age is _Age.ALIKE and not margin.is_empty):
            noted = _noted(margins.to_margin(known.margin), margin, age)
            self.is_annotated |= turns.annotate(self._tx, known, noted)
        return margin.is_withdrawn

    def _confirm(self, known: KnownTurn, draft: TurnDraft, age: _Age) -> None:
        is_first_said = known.as_of is None and draft.as_of is not None
        if draft.as_of is not None and (age is _Age.NEWER or is_first_said):
            self._confirmed.setdefault(to_micros(draft.as_of), []).append(known.id)

    def _put_before(self, known: KnownTurn) -> None:
        """Let the new turns right before a known one in the file be read before it.

        Clocks that show minutes say nothing of the order within one, and arrival says it wrong.
        """
        place = known.sort_at - 1
        late = [n for n in range(self._met, len(self._pending)) if self._pending[n].sort_at > place]
        if late and (self._floor is None or place >= self._floor):
            for n in late:
                self._pending[n] = replace(self._pending[n], sort_at=place)
            self.behind = place
        self._met = len(self._pending)

    def _advance(self, known: KnownTurn) -> None:
        self.behind = known.sort_at if self.behind is None else max(known.sort_at, self.behind)

    def _revise(self, known: KnownTurn, item: KeyedDraft) -> None:
        if known.withheld == Withheld.ERASED:
            self.known += 1
            return
        draft = item.draft
        who = withheld.whose(self._kept_out, self._strand.conversation, draft.role, draft.author)
        if who is not None and not known.withheld:
            known = self._put_aside(known, who)
        tokens = estimate_turn(draft.content)
        turns.revise(self._tx, known, item.key, draft, tokens, self._now)
        if not known.withheld:
            self._reweigh(tokens - known.tokens)
        elif who is not None and who.erases:
            withheld.erase_some(self._tx, who.person, self._now)
        self._known.pop(known.key, None)
        self._known |= turns.known(self._tx, self._strand.conversation, [item.key])
        self.revised.append(known.seq)

    def _put_aside(self, known: KnownTurn, who: KeptOut) -> KnownTurn:
        """Withhold a turn that turns out to be of somebody who has opted out."""
        conversation = self._strand.conversation
        found = Candidate(
            id=known.id, conversation=conversation, seq=known.seq, tokens=known.tokens
        )
        withheld.set_aside(self._tx, who.person, [found], self._now)
        self._reweigh(-known.tokens)
        return replace(known, withheld=Withheld.SET_ASIDE, tokens=0)

    def _reweigh(self, tokens: int) -> None:
        conversations.reweigh(self._tx, self._strand.conversation, tokens, self._now)


def _noted(before: Margin, margin: Margin, age: _Age) -> Margin:
    """Return what is noted beside a turn now. A source that has deleted it says no more of it, and
    one that may be older does not bring it back."""
    if margin.is_withdrawn:
        return Margin(
            replies_to=margin.replies_to or before.replies_to,
            thread=margin.thread or before.thread,
            reactions=margin.reactions or before.reactions,
            is_withdrawn=True,
        )
    is_withdrawn = before.is_withdrawn and age is _Age.ALIKE
    return replace(margin, is_withdrawn=True) if is_withdrawn else margin


class _Age(Enum):
    """What a reading of a known turn is beside the one in the record."""

    OLDER = auto()
    ALIKE = auto()
    """Nothing tells, or both are as of one moment."""
    NEWER = auto()


def _age(known: KnownTurn, draft: TurnDraft) -> _Age:
    if known.as_of is None or draft.as_of is None or known.as_of == to_micros(draft.as_of):
        return _Age.ALIKE
    return _Age.OLDER if to_micros(draft.as_of) < known.as_of else _Age.NEWER


def _reading_place(draft: TurnDraft, behind: int | None) -> int:
    own = None if draft.at is None else to_micros(draft.at)
    return max((place for place in (own, behind) if place is not None), default=0)


def _growth(new: Sequence[NewTurn], tail: Tail) -> Growth:
    moments = [turn.draft.at for turn in new if turn.draft.at is not None]
    return Growth(
        turns=len(new),
        tokens=sum(turn.tokens for turn in new),
        first_at=min(moments, default=None),
        last_at=max(moments, default=None),
        last_sort=new[-1].sort_at,
        max_sort=max(tail.max_sort, *(turn.sort_at for turn in new), new[-1].sort_at),
    )


def _breaks(
    tx: Transaction, conversation: str, new: Sequence[NewTurn], tail: Tail
) -> frozenset[int]:
    """Return the new turns that do not follow their predecessor in reading order."""
    if tail.turns == 0:
        return frozenset()
    breaks = set()
    last, end = tail.last_sort, tail.max_sort
    for turn in new:
        if not _follows(tx, conversation, turn, last, end):
            breaks.add(turn.seq)
        last, end = turn.sort_at, max(end, turn.sort_at)
    return frozenset(breaks)


def _follows(tx: Transaction, conversation: str, turn: NewTurn, last: int, end: int) -> bool:
    if last == end and turn.sort_at >= end:
        return True
    if turn.sort_at < last:
        return False
    low = (last, turn.seq - 1)
    return not turns.lies_between(
        tx, conversation, low=low, high=turn.sort_at, before_seq=turn.seq - 1
    )


def _want_scribe(tx: Transaction, strand: Strand, policy: RecordPolicy, now: datetime) -> None:
    if policy.scribe_enabled:
        want_document(tx, strand, now)


def want_document(tx: Transaction, strand: Strand, now: datetime) -> None:
    """Let the document of a conversation be told what came in, unless it has been stopped."""
    document = documents.of_conversation(tx, strand.conversation, now)
    if document.state is not ScribeState.LIVE:
        return
    due = now if strand.origin is Origin.LIVE else now + HISTORY_DELAY
    jobs.ensure(tx, scribe_job(document.id, strand), now, due)


def scribe_job(document: str, strand: Strand) -> JobRequest:
    """Return the request to bring a document up to date: one at a time, in order."""
    return JobRequest(
        kind=JobKind.SCRIBE,
        key=document,
        group=document,
        payload=document,
        cause=f"turns of {strand.conversation}",
        correlation=strand.correlation,
    )
