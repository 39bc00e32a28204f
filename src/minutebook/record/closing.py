"""Close pages, and keep what follows from it: a summary job for each page and each new content."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from minutebook.domain import identity
from minutebook.domain.jobs import Job, JobKind, JobRequest
from minutebook.domain.pages import Page
from minutebook.domain.turns import HUMAN_ROLES
from minutebook.record.paging import PageCutter, PagingPolicy, Run
from minutebook.store import arriving, changes, conversations, jobs, pages, turns
from minutebook.store.arriving import UnpagedTurn
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction

_PINS = ":pins"
_ALL_ZONES = timedelta(days=1)


def close_pages(
    tx: Transaction,
    conversation: str,
    opened: Sequence[UnpagedTurn],
    policy: PagingPolicy,
    breaks: frozenset[int],
    now: datetime,
) -> tuple[str, ...]:
    """Close every page that is full among the turns behind the last one; return their ids."""
    runs = PageCutter(policy).cut(opened, breaks)
    return _add(tx, conversation, [run for run in runs if run.is_closed], now)


def close_tail(
    tx: Transaction, conversation: str, pause: timedelta, now: datetime
) -> tuple[str, ...]:
    """Close the last page too when its last turn is a pause old, or says no time one could believe.

    With times this makes no difference to where pages end: the next turn would have closed it.
    """
    end = conversations.tail(tx, conversation)
    tail = arriving.unpaged(tx, conversation, end.paged_seq, end.turns)
    if not tail or _is_recent(tail[-1].at, pause, now):
        return ()
    return _add(tx, conversation, [Run(turns=tuple(tail), is_closed=True)], now)


def close_early(
    tx: Transaction, conversation: str, through: int, tokens: int, now: datetime
) -> tuple[str, ...]:
    """Close what lies on the open page up to an arrival number, in pages of about so many tokens.

    For a window in which the open page has no room. A call stays with its result: what waits for
    one stays open. Returns the ids of the pages.
    """
    end = conversations.tail(tx, conversation)
    tail = arriving.unpaged(tx, conversation, end.paged_seq, min(through, end.turns))
    policy = PagingPolicy(tokens=tokens, pause=timedelta.max)
    return _add(tx, conversation, PageCutter(policy).cut(_settled(tail), frozenset()), now)


def _settled(tail: Sequence[UnpagedTurn]) -> Sequence[UnpagedTurn]:
    """Return the turns up to the last one behind which no call waits for its result."""
    waiting: set[str] = set()
    settled = 0
    for number, turn in enumerate(tail, 1):
        if turn.role in HUMAN_ROLES:
            waiting.clear()
        waiting.update(turn.calls)
        waiting.difference_update(turn.results)
        if not waiting:
            settled = number
    return tail[:settled]


def _is_recent(at: datetime | None, pause: timedelta, now: datetime) -> bool:
    """Say whether somebody may still go on. What is a day ahead of all zones has a wrong clock."""
    return at is not None and at - _ALL_ZONES < now < at + pause


def rehash_pages(tx: Transaction, conversation: str, revised: Sequence[int], now: datetime) -> None:
    """Give the pages of revised turns their new content hash, and have them summarised again."""
    touched = {
        page.id: page
        for seq in revised
        if (page := pages.holding(tx, conversation, seq)) is not None
    }
    for page in touched.values():
        rows = turns.hashes(tx, conversation, page.first_seq, page.last_seq)
        content_hash = identity.digest(*(row["content_hash"] for row in rows))
        pages.rehash(
            tx, page.id, content_hash=content_hash, tokens=sum(row["tokens"] for row in rows)
        )
        _want_summary(tx, page.id, content_hash, now)


def want_again(tx: Transaction, page: str, now: datetime) -> None:
    """Have a page summarised anew, also when that was done before for what it says now."""
    found = pages.get(tx, page)
    key = f"{page}:{found.content_hash[:16]}"
    request = JobRequest(kind=JobKind.SUMMARISE, key=key, payload=page, cause=page)
    jobs.ensure(tx, request, now, now)
    changes.note(tx, Topic.PAGE, page, now)


def _add(tx: Transaction, conversation: str, runs: list[Run], now: datetime) -> tuple[str, ...]:
    for run in runs:
        page = _page(conversation, run, now)
        pages.add(tx, page)
        _want_summary(tx, page.id, page.content_hash, now)
    if runs:
        last_seq = runs[-1].turns[-1].seq
        conversations.turn_page(tx, conversation, pages=len(runs), paged_seq=last_seq, now=now)
    return tuple(_id(conversation, run) for run in runs)


def _page(conversation: str, run: Run, now: datetime) -> Page:
    moments = [turn.at for turn in run.turns if turn.at is not None]
    return Page(
        id=_id(conversation, run),
        conversation=conversation,
        first_seq=run.turns[0].seq,
        last_seq=run.turns[-1].seq,
        first_turn=run.turns[0].key,
        last_turn=run.turns[-1].key,
        turns=len(run.turns),
        tokens=sum(turn.tokens for turn in run.turns),
        content_hash=identity.digest(*(turn.content_hash for turn in run.turns)),
        first_at=min(moments, default=None),
        last_at=max(moments, default=None),
        closed_at=now,
    )


def _id(conversation: str, run: Run) -> str:
    return identity.page_id(conversation, [(turn.key, turn.content_hash) for turn in run.turns])


def want_pins(tx: Transaction, conversation: str, seq: int, now: datetime) -> None:
    """Have the summary of a turn's page show what is pinned by then; an open page has none yet."""
    page = pages.holding(tx, conversation, seq)
    if page is not None:
        request = JobRequest(
            kind=JobKind.SUMMARISE, key=f"{page.id}{_PINS}", payload=page.id, cause=page.id
        )
        jobs.ensure(tx, request, now, now)


def is_about_pins(job: Job) -> bool:
    """Say whether the job is to show what is pinned, and nothing else."""
    return job.key.endswith(_PINS)


def _want_summary(tx: Transaction, page: str, content_hash: str, now: datetime) -> None:
    request = JobRequest(
        kind=JobKind.SUMMARISE, key=f"{page}:{content_hash[:16]}", payload=page, cause=page
    )
    jobs.add_once(tx, request, now)
    changes.note(tx, Topic.PAGE, page, now)
