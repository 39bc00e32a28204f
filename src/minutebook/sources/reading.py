"""One reading of one source: what a format yields is gathered, named, resolved and recorded.

Turns go into the store in batches. Each batch is one transaction that also keeps how far the
source has been read, so that a reading that is killed is taken up where its last batch ended, or
done again from the start with the same outcome: what is known is met again, not added.
"""

from __future__ import annotations

from collections import OrderedDict
from dataclasses import replace
from datetime import datetime

from minutebook.domain.quarantine import Rejected
from minutebook.domain.turns import Origin, TurnDraft
from minutebook.errors import SourceError
from minutebook.record.recorder import KeyedDraft, Strand, record
from minutebook.sources.claims import Claims
from minutebook.sources.containers import BROKEN_STREAM
from minutebook.sources.copies import Session, copied, without
from minutebook.sources.moments import within_time
from minutebook.sources.open_records import OpenRecords, OpenTurn
from minutebook.sources.overlap import Renaming, renaming
from minutebook.sources.parsed import (
    Checkpoint,
    ConversationFound,
    Identity,
    Noted,
    Parsed,
    TurnFound,
    TurnsLeft,
    Unreadable,
)
from minutebook.sources.progress import Gauge, Step
from minutebook.sources.registry import Detection
from minutebook.sources.resolution import Unresolved, entitle, resolve
from minutebook.sources.resume import (
    Bookmark,
    Resume,
    around,
    can_go_on,
    ends_with_newline,
    whole_hash,
)
from minutebook.sources.settling import settle
from minutebook.sources.source import Source
from minutebook.sources.underway import RECENT, Mark, ReadingContext, Recent, Tally, Underway
from minutebook.store import (
    changes,
    conversations,
    quarantine,
    sequences,
    sources,
    unscribed,
)
from minutebook.store.changes import Topic
from minutebook.store.sources import SourceState
from minutebook.store.transaction import Transaction

_BATCH_ITEMS = 1_000
_BATCH_CHARACTERS = 4_000_000
_MOST_REJECTED = 1_000
"""How many unreadable pieces of a source are listed; the rest is counted."""


class Reading:
    """Reads one source with one format. Runs in a thread of its own, never in the event loop."""

    def __init__(
        self, context: ReadingContext, source: Source, detection: Detection, state: SourceState
    ) -> None:
        self._context = context
        self._source = source
        self._disguise = context.disguise
        self._place = context.disguise.place(source.place)
        """By what the record knows it."""
        self._gauge = Gauge(source)
        self._name = detection.format.name
        self.detection = detection
        self._state = state
        self._origin = Origin.IMPORTED
        self._resume = Resume.from_json(state.resume, context.disguise.opened)
        self._bookmark: Bookmark | None = None
        self._bookmark_at = 0
        self._open = OpenRecords()
        self._claims = Claims()
        self._written_on = self._resume.written_on
        self._is_partial = context.wanted.choice.is_partial
        """Whether it leaves something out: then the source counts as not read yet."""
        self._is_resumed = False
        self._is_first_batch = True
        self._is_broken = False
        self._recent = Recent(context.disguise.wanted(context.wanted))
        self._unsettled: OrderedDict[str, str] = OrderedDict()
        self._current: Underway | None = None
        self._mark: Mark | None = None
        self._around = ""
        self._turns = 0
        self._gathered = 0
        self._weight = 0
        self._rejected: list[Rejected] = []
        self._unlisted = 0
        self.tally = Tally(brought={} if context.is_itemised else None)
        self._before_batch: Tally | None = None
        """What the reading had brought when it began to record a batch; None between two."""

    @property
    def place(self) -> str:
        """Where the source is."""
        return self._source.place

    def run(self, *, live: bool) -> None:
        """Read to the end. `live` turns were said just now, and are told at once.

        Raises StoreError, and whatever a source or its format raises: then `break_off` is next.
        """
        self._begin(live=live)
        gauged, start = replace(self._source, open=self._gauge.open), self._start()
        parse = self.detection.format.parse
        heard = self._disguise.learn(lambda: parse(self._source, start), self._context.is_cancelled)
        if not heard:
            return
        for item in parse(gauged, start):
            self._take(item)
            if self._gathered >= _BATCH_ITEMS or self._weight >= _BATCH_CHARACTERS:
                self._flush()
                if self._context.is_cancelled():
                    break
        else:
            self._flush(is_end=True)
            if not (self._turns or self._is_resumed or self._is_partial or self._source.is_growing):
                self.tally.note_silence(self.detection.match)

    def break_off(self, reason: str) -> None:
        """Keep what was found before a reading failed, and put the rest into quarantine. The source
        is read from its start next time. A batch that could not be recorded is left out.
        Raises StoreError.
        """
        if self._before_batch is not None:
            self.tally = self._before_batch
            self._recent.clear()
            self._unsettled.clear()
            self._rejected = []
        self._is_broken = True
        self._reject(Rejected(place="the rest of the file", reason=reason))
        self._flush()

    def _begin(self, *, live: bool) -> None:
        self._is_resumed = not self._is_partial and can_go_on(self._source, self._resume)
        self._bookmark = self._resume.bookmark if self._is_resumed else None
        self._bookmark_at = self._bookmark.offset if self._bookmark is not None else 0
        self._is_first_batch = not self._is_resumed
        turns = self._bookmark.turns if self._bookmark is not None else 0
        self._open = OpenRecords(
            self._resume.open_turns,
            turns=turns,
            goes_on=self._resume.is_beginning_of(self._source),
            hashed=self._disguise.digest,
        )
        if live and self._is_resumed:
            self._origin = Origin.LIVE

    def _start(self) -> Checkpoint | None:
        if self._bookmark is None:
            return None
        self._unsettled.update(self._resume.unsettled)
        self._claims = Claims(self._bookmark.claimed)
        self._recent.begun = self._bookmark.index
        self._turns = self._bookmark.turns
        return self._bookmark.checkpoint

    def _take(self, item: Parsed) -> None:
        self._gathered += 1
        match item:
            case ConversationFound():
                self._current = self._recent.find(self._disguise.found(item), self._bookmark)
            case TurnFound(draft=draft):
                self._add(draft)
            case TurnsLeft(native_ids=native_ids):
                if self._current is not None:
                    self._current.leave(self._disguise.ids(native_ids))
            case Unreadable(rejected=rejected):
                self._reject(rejected)
            case Noted(note=note):
                self.tally.notes.append(note)
            case Checkpoint():
                self._mark = self._marked(item)

    def _add(self, draft: TurnDraft) -> None:
        conversation = self._current
        if conversation is None:
            raise SourceError(f"The format {self._name!r} found a turn before any conversation.")
        draft = self._disguise.named(within_time(draft))
        key = conversation.keys.key(draft)
        replaced = self._open.meet(key, draft, conversation.index)
        self._turns += 1
        if not conversation.wants(draft):
            return
        conversation.pending.append(KeyedDraft(key=key, draft=draft, replaces=replaced))
        self._weight += len(draft.content.text)

    def _reject(self, rejected: Rejected) -> None:
        if self._is_broken or len(self.tally.rejected) + len(self._rejected) < _MOST_REJECTED:
            self._rejected.append(self._disguise.rejected(rejected))
        else:
            self._unlisted += 1

    def _marked(self, checkpoint: Checkpoint) -> Mark:
        conversation = self._current
        return Mark(
            checkpoint=checkpoint,
            conversation=conversation,
            keys=conversation.keys.state() if conversation else "",
            position=len(conversation.pending) if conversation else 0,
            index=self._recent.begun,
            turns=self._turns,
        )

    def _flush(self, *, is_end: bool = False) -> None:
        now = self._context.clock()
        is_cut = self._look_back()
        if self._unlisted and (is_end or self._is_broken):
            reason = f"{self._unlisted} more pieces of it cannot be read."
            self._rejected.append(Rejected(place="the whole file", reason=reason))
        for conversation in self._recent.all():
            conversation.pending = self._disguise.written(conversation.pending)
        self._before_batch = self.tally.copy()
        self._context.commit(lambda tx: self._commit(tx, now, is_cut=is_cut, is_end=is_end))
        self._before_batch = None
        self._is_first_batch = False
        self.tally.conversations = self._recent.wanted
        self._gathered = self._weight = 0
        self._rejected = []
        self._context.on_progress(self._step())

    def _step(self) -> Step:
        return Step(
            place=self._source.place,
            turns=self._turns,
            new=self.tally.new,
            position=self._gauge.position,
            begun=self._bookmark_at,
        )

    def _look_back(self) -> bool:
        """Look at the source around the checkpoint; say whether it ends in the middle of a line.
        One that is gone by now is read from its start when it comes back."""
        try:
            if self._mark is not None:
                self._around = around(self._source, self._mark.checkpoint.offset)
            return not ends_with_newline(self._source)
        except BROKEN_STREAM:
            self._is_broken = True
            return False

    def _commit(self, tx: Transaction, now: datetime, *, is_cut: bool, is_end: bool) -> None:
        self._disguise.check(tx)
        if self._is_first_batch:
            quarantine.clear(tx, self._place)
        for conversation in self._recent.all():
            if is_end or not self._may_wait(conversation):
                self._record(tx, conversation, now, is_end=is_end)
        self._recent.forget_old()
        while len(self._unsettled) > (0 if is_end else RECENT):
            self._settle(tx, *self._unsettled.popitem(last=False), now)
        self._quarantine(tx, now)
        left = self._open.left(is_cut=is_cut) if is_end else self._open.not_met()
        if not self._is_partial:
            sources.put(tx, self._new_state(is_end, now, left))

    def _may_wait(self, conversation: Underway) -> bool:
        """Say whether a conversation is recorded later: the rest of it tells which one it is."""
        is_wanted = self._is_broken or self._weight >= _BATCH_CHARACTERS
        return conversation is self._current and conversation.is_undecided and not is_wanted

    def _record(
        self, tx: Transaction, conversation: Underway, now: datetime, *, is_end: bool
    ) -> None:
        session = Session(
            format=self._name,
            conversation=conversation,
            written_at=self._source.modified_at,
            is_whole=is_end or self._is_broken or conversation is not self._current,
        )
        copies = copied(tx, session, now)
        if session.is_undecided(copies):
            return
        if not conversation.id and any(item.key not in copies for item in conversation.pending):
            self._resolve(tx, conversation, now)
        if conversation.is_renamed and conversation.id:
            entitle(tx, conversation.id, conversation.found, self._context.titles, now)
            changes.note(tx, Topic.CONVERSATION, conversation.id, now)
            conversation.is_renamed = False
        mark = self._mark
        if mark is not None and (mark.conversation is conversation or mark.conversation is None):
            before = conversation.pending[: mark.position]
            self._record_run(tx, conversation, without(before, copies), now)
            self._bookmark = mark.bookmark(self._around, self._claims.before(mark.index))
            self._mark = None
            rest = conversation.pending[mark.position :]
        else:
            rest = conversation.pending
        self._record_run(tx, conversation, without(rest, copies), now)
        self.tally.count_copies(len(copies), conversation.id)
        conversation.pending = []
        if conversation.left and sequences.leave(tx, conversation.id, conversation.left):
            changes.note(tx, Topic.CONVERSATION, conversation.id, now)
        conversation.left = []

    def _resolve(self, tx: Transaction, conversation: Underway, now: datetime) -> None:
        found, index = conversation.found, conversation.index
        unresolved = Unresolved(
            found=found,
            format=self._name,
            stem=self._disguise.stem(self._source.stem),
            place=f"{self._place}#{index}",
            first=conversation.pending,
            written_on=self._resume.written_on,
            formerly=self._resume.last_keys(index),
            is_taken=lambda id_: self._claims.is_taken(id_, found, index),
            titles=self._context.titles,
        )
        conversation.id = resolve(tx, unresolved, now)
        self._claims.take(conversation.id, found, index)
        self._written_on = conversation.id if found.is_written_on else ""
        is_given = found.identity is Identity.GIVEN
        if not (self._is_resumed and is_given) or found.is_from_start:
            self._rename(conversation, renaming(tx, conversation.id, conversation.pending))
        if self._is_resumed and is_given:
            # It was read before the bookmark: its turns follow the last of them.
            tail = conversations.tail(tx, conversation.id)
            conversation.behind = tail.last_sort if tail.turns else None

    def _rename(self, conversation: Underway, names: Renaming | None) -> None:
        """Let the turns of a conversation have the names under which the record has them."""
        if names is None:
            return
        named = list(zip(conversation.pending, names.keys, strict=True))
        self._open.rename(conversation.index, {item.key: key for item, key in named})
        conversation.pending = [replace(item, key=key, replaces=None) for item, key in named]
        conversation.keys = names.keys_behind(len(named))
        if self._mark is not None and self._mark.conversation is conversation:
            keys = names.keys_behind(self._mark.position).state()
            self._mark = replace(self._mark, keys=keys)

    def _record_run(
        self, tx: Transaction, conversation: Underway, run: list[KeyedDraft], now: datetime
    ) -> None:
        if not run:
            return
        strand = Strand(
            conversation=conversation.id,
            drafts=run,
            origin=self._origin,
            behind=conversation.behind,
            correlation=self._place,
        )
        recorded = record(tx, strand, self._context.policy, now)
        conversation.behind = recorded.behind
        if recorded.last_arrived is not None:
            self._unsettled[conversation.id] = recorded.last_arrived
            self._unsettled.move_to_end(conversation.id)
        self.tally.count(recorded, conversation.id)
        if recorded.new and self._context.unscribed:
            unscribed.keep(tx, conversation.id, self._context.unscribed)

    def _settle(self, tx: Transaction, conversation: str, last_key: str, now: datetime) -> None:
        """Let a conversation that has been read to its end be told; not while people speak."""
        if self._origin is not Origin.LIVE:
            pause = self._context.policy.paging.pause
            self.tally.pages += settle(tx, conversation, last_key, pause, now)

    def _quarantine(self, tx: Transaction, now: datetime) -> None:
        added = [item for item in self._rejected if quarantine.add(tx, self._place, item, now)]
        if added:
            changes.note(tx, Topic.QUARANTINE, self._place, now)
        self.tally.rejected += self._rejected

    def _new_state(self, is_end: bool, now: datetime, left: tuple[OpenTurn, ...]) -> SourceState:
        is_done = is_end and not self._source.is_growing
        return SourceState(
            place=self._place,
            format=self._name,
            size=self._source.size,
            modified_at=self._source.modified_at,
            fingerprint=self._state.fingerprint,
            resume=Resume(
                bookmark=None if self._is_broken else self._bookmark,
                open_turns=left,
                written_on=self._written_on,
                size=self._source.size,
                fingerprint=self._state.fingerprint,
                unsettled=tuple(self._unsettled.items()),
                whole=whole_hash(self._source, is_resumed=self._is_resumed) if is_done else "",
            ).to_json(self._disguise.sealed),
            conversations=self._recent.begun,
            turns=self._turns,
            finished_at=now if is_done else None,
        )
