"""The way of a page: active, waiting for its review, archived; and back at any point.

Rules only ever let a page wait. What happens to it then is a person's to decide, and the flush's
when nobody has decided for the days of grace. Every move is a line in the ledger, written in the
transaction that makes it.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from minutebook.archive import retention
from minutebook.archive.salience import salience_of
from minutebook.archive.settings import Means
from minutebook.domain.archive import (
    Move,
    Mover,
    PendingPage,
    RetentionScore,
    Salience,
    Worth,
)
from minutebook.domain.pages import Lifecycle
from minutebook.errors import UsageError
from minutebook.store import archive_retention as store
from minutebook.store import pages, turns
from minutebook.store.archive_retention import Weighed
from minutebook.store.transaction import Transaction

_AT_ONCE = 500
_POINTS = 40
_LOW = "Little speaks for keeping it at hand."
_ROSE = "More speaks for keeping it at hand again."


@dataclass(frozen=True, slots=True, kw_only=True)
class Decayed:
    """What a look at every page found."""

    looked: int = 0
    waiting: int = 0
    """Pages that wait for their review from now on."""
    stayed: int = 0
    """Pages that waited, and are worth keeping again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Look:
    last: str
    looked: int
    assessed: tuple[tuple[Weighed, Salience], ...]
    moving: tuple[tuple[str, RetentionScore], ...]


class Decay:
    """Looks at every page, and lets those wait for their review that little speaks for."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def run(self, note: Callable[[str], Awaitable[None]], place: str = "") -> Decayed:
        """Look at all pages behind a place; `note` is told each place that is reached."""
        await self._means.database.write(store.mark_own)
        stayed = await self._each(Lifecycle.PENDING_DECAY, "", None)
        active = await self._each(Lifecycle.ACTIVE, place, note)
        return Decayed(
            looked=stayed[0] + active[0],
            waiting=active[1],
            stayed=stayed[1],
        )

    async def _each(
        self, tier: Lifecycle, behind: str, note: Callable[[str], Awaitable[None]] | None
    ) -> tuple[int, int]:
        """Return how many pages of a tier were looked at, and how many have moved."""
        looked = moved = 0
        while True:
            look = await self._means.database.read(self._looking(tier, behind))
            if not look.looked:
                return looked, moved
            looked, behind = looked + look.looked, look.last
            moved += await self._means.database.write(self._moving(tier, look))
            if note is not None:
                await note(behind)

    def _looking(self, tier: Lifecycle, behind: str) -> Callable[[Transaction], _Look]:
        now = self._means.clock()

        def work(tx: Transaction) -> _Look:
            found = store.worths(tx, tier, behind=behind, limit=_AT_ONCE)
            assessed = [
                (each, assess(tx, each))
                for each in found
                if not each.is_assessed and self._may_leave(each, now)
            ]
            saliences = {each.worth.page: salience for each, salience in assessed}
            scores = [
                (each.worth.page, self._score(_with(each.worth, saliences), now)) for each in found
            ]
            leaving = tier is Lifecycle.ACTIVE
            threshold = self._means.settings.threshold
            return _Look(
                last=found[-1].worth.page if found else behind,
                looked=len(found),
                assessed=tuple(assessed),
                moving=tuple(
                    (page, score) for page, score in scores if score.is_below(threshold) is leaving
                ),
            )

        return work

    def _may_leave(self, each: Weighed, now: datetime) -> bool:
        """Say whether a page would leave if nothing on it mattered: else nobody need read it."""
        least = replace(each.worth, salience=Salience.NOISE)
        return self._score(least, now).is_below(self._means.settings.threshold)

    def _score(self, worth: Worth, now: datetime) -> RetentionScore:
        return retention.score(worth, now, self._means.settings.keep)

    def _moving(self, tier: Lifecycle, look: _Look) -> Callable[[Transaction], int]:
        now = self._means.clock()

        def work(tx: Transaction) -> int:
            for each, salience in look.assessed:
                store.set_salience(tx, each, salience)
            move = _let_wait if tier is Lifecycle.ACTIVE else _let_stay
            return sum(move(tx, page, score, now) for page, score in look.moving)

        return work


def assess(tx: Transaction, each: Weighed) -> Salience:
    """Find the salience of a page from what was said on it."""
    return salience_of(turns.by_seq(tx, each.conversation, each.first_seq, each.last_seq))


def _with(worth: Worth, saliences: dict[str, Salience]) -> Worth:
    found = saliences.get(worth.page)
    return worth if found is None else replace(worth, salience=found)


def _let_wait(tx: Transaction, page: str, score: RetentionScore, now: datetime) -> bool:
    if not store.wait_for_review(tx, page, _LOW, now):
        return False
    _note(tx, page, (Lifecycle.ACTIVE, Lifecycle.PENDING_DECAY), _LOW, now, score)
    return True


def _let_stay(tx: Transaction, page: str, score: RetentionScore, now: datetime) -> bool:
    if not store.stay(tx, page):
        return False
    _note(tx, page, (Lifecycle.PENDING_DECAY, Lifecycle.ACTIVE), _ROSE, now, score)
    return True


def _note(
    tx: Transaction,
    page: str,
    between: tuple[Lifecycle, Lifecycle],
    why: str,
    now: datetime,
    score: RetentionScore,
) -> None:
    move = Move(
        page=page,
        before=between[0],
        after=between[1],
        why=why,
        by=Mover.RULE,
        at=now,
        score=score,
    )
    store.note(tx, move)


class Review:
    """What a person decides about pages. Every method may raise NotFoundError and StoreError."""

    def __init__(self, means: Means) -> None:
        self._means = means

    async def pending(self, limit: int) -> list[PendingPage]:
        """Return the pages that wait for their review, those that are due first."""
        now, grace = self._means.clock(), self._means.settings.grace
        keep = self._means.settings.keep

        def work(tx: Transaction) -> list[PendingPage]:
            waiting = dict(store.pending(tx, limit))
            found = {page.id: page for page in pages.of_ids(tx, waiting)}
            return [
                PendingPage(
                    page=id_,
                    conversation=found[id_].conversation,
                    label=found[id_].label,
                    turns=found[id_].turns,
                    tokens=found[id_].tokens,
                    since=since,
                    due_at=since + grace,
                    score=retention.score(store.worth(tx, id_).worth, now, keep),
                )
                for id_, since in waiting.items()
            ]

        return await self._means.database.read(work)

    async def score(self, wanted: str) -> tuple[str, RetentionScore]:
        """Return the id of a page, and what it is worth."""
        now = self._means.clock()

        def work(tx: Transaction) -> tuple[str, RetentionScore]:
            known = _known(tx, wanted)
            return known.page, retention.score(known, now, self._means.settings.keep)

        return await self._means.database.read(work)

    def explain(self, score: RetentionScore) -> str:
        """Say in one line what a score comes to."""
        return retention.explain(score, self._means.settings.threshold)

    async def outlook(self, wanted: str, days: int) -> list[tuple[int, float]]:
        """Return the score of a page in so many days from now, if nobody needs it: forty points."""
        now = self._means.clock()
        known = await self._means.database.read(lambda tx: _known(tx, wanted))
        steps = sorted({days * point // (_POINTS - 1) for point in range(_POINTS)})
        return [(day, retention.score(known, now + timedelta(days=day)).total) for day in steps]

    async def keep(self, wanted: Sequence[str]) -> list[str]:
        """Keep pages that wait for their review; return their ids. It counts as looking at them."""
        return await self._each(wanted, self._keep)

    async def pin(self, wanted: Sequence[str]) -> list[str]:
        """Pin pages: they never leave by themselves. Return their ids."""
        return await self._each(wanted, self._pin)

    async def unpin(self, wanted: Sequence[str]) -> list[str]:
        """Take pins away; return the ids of the pages."""
        return await self._each(wanted, lambda tx, page, _: store.unpin(tx, page))

    async def let_go(self, wanted: Sequence[str]) -> list[str]:
        """Have pages leave with the next flush; return the ids of those that are not archived.

        Raises UsageError for one that is pinned.
        """
        return await self._each(wanted, self._let_go)

    async def ledger(self, *, page: str = "", limit: int) -> list[Move]:
        """Return moves, of one page if asked, the newest first."""

        def work(tx: Transaction) -> list[Move]:
            return store.moves(tx, page=pages.get(tx, page).id if page else "", limit=limit)

        return await self._means.database.read(work)

    async def _each(
        self, wanted: Sequence[str], work: Callable[[Transaction, str, datetime], object]
    ) -> list[str]:
        now = self._means.clock()

        def do(tx: Transaction) -> list[str]:
            found = [pages.get(tx, each).id for each in wanted]
            for page in found:
                work(tx, page, now)
            return found

        return await self._means.database.write(do)

    def _keep(self, tx: Transaction, page: str, now: datetime) -> None:
        store.touch(tx, page, now)
        if store.stay(tx, page):
            between = (Lifecycle.PENDING_DECAY, Lifecycle.ACTIVE)
            _note_person(tx, page, between, "It is to be kept.", now)

    def _pin(self, tx: Transaction, page: str, now: datetime) -> None:
        store.pin(tx, page, now)
        if store.stay(tx, page):
            between = (Lifecycle.PENDING_DECAY, Lifecycle.ACTIVE)
            _note_person(tx, page, between, "It is pinned.", now)

    def _let_go(self, tx: Transaction, page: str, now: datetime) -> None:
        if store.worth(tx, page).worth.is_pinned:
            raise UsageError(
                f"The page {page} is pinned.", hint="`minutebook archive unpin` takes the pin away."
            )
        why = "It is to be archived."
        if store.wait_for_review(tx, page, why, now):
            _note_person(tx, page, (Lifecycle.ACTIVE, Lifecycle.PENDING_DECAY), why, now)
        store.hasten(tx, page)


def _known(tx: Transaction, wanted: str) -> Worth:
    """Return what a page is worth, its salience included."""
    found = store.worth(tx, pages.get(tx, wanted).id)
    if found.is_assessed:
        return found.worth
    return replace(found.worth, salience=assess(tx, found))


def _note_person(
    tx: Transaction, page: str, between: tuple[Lifecycle, Lifecycle], why: str, now: datetime
) -> None:
    move = Move(page=page, before=between[0], after=between[1], why=why, by=Mover.PERSON, at=now)
    store.note(tx, move)
