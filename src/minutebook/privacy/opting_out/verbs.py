"""Somebody opts out: their turns leave every prompt and everything that was made of them.

The one decision: the opt-out is a row of state, written before anything else. From then on what
they say comes in withheld, whichever process reads it; and whoever opens the home next finishes
what was begun, since every step finds out by looking what is left to do. The words themselves go
last, when they are to be erased: until then they are needed to prove that nothing of them is left.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from minutebook.domain.opting_out import (
    Choice,
    OptedOut,
    Remains,
    RemovalReport,
    Removed,
    Step,
    folded,
)
from minutebook.errors import NotFoundError
from minutebook.privacy.opting_out.choosing import names_of
from minutebook.privacy.opting_out.means import Means
from minutebook.privacy.opting_out.proving import Proof, Proving
from minutebook.privacy.opting_out.removing import Removal
from minutebook.store import conversations, opted_out, withheld
from minutebook.store.transaction import Transaction

_HINT = "`minutebook privacy opted-out` lists who did."
_PROVIDERS = "what was sent to a provider of models before is not ours to remove"
_COPIES = "copies, exports and backups that you keep elsewhere have it still"
_WHY_NOT_DONE = {
    Step.CLEARING: "another process reads it just now; its journal is written over when that ends",
    Step.WATCHING: "work that had read their words is under way; a worker looks again when it ends",
}
_LEFT = "what they said is kept to look for what is left: remove that, and ask again"
_LONGEST = timedelta(hours=24)
"""Work that was under way when somebody opted out is waited for so long."""


class OptingOut:
    """The verbs. Every one may raise StoreError and ArchiveError."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._working = asyncio.Lock()

    async def everybody(self) -> list[OptedOut]:
        """Return who has opted out, in the order of asking."""
        found = await self._means.database.read(opted_out.every)
        return [each for each in found if each.step is not Step.BACK]

    async def preview(self, choice: Choice) -> RemovalReport:
        """Return what would be removed; nothing is changed. Raises as `opt_out`."""

        def work(tx: Transaction) -> RemovalReport:
            chosen = _resolved(tx, choice)
            names = names_of(tx, chosen)
            return _rehearsed(tx, chosen, names, self._means)

        return await self._means.database.read(work)

    async def opt_out(self, choice: Choice) -> RemovalReport:
        """Withhold all that a person said, and take back all that was made of it.

        Raises NotFoundError when nobody is called so, or there is no such conversation, and
        UsageError when it is not clear who is meant; then nothing has changed.
        """

        def work(tx: Transaction) -> OptedOut:
            chosen = _resolved(tx, choice)
            return opted_out.add(tx, chosen, names_of(tx, chosen), self._means.clock())

        person = await self._means.database.write(work)
        async with self._working:
            return await self._finish(person)

    async def opt_in(self, name: str) -> tuple[int, int]:
        """Let a person in again; return how many turns came back, and how many are erased.

        Raises NotFoundError.
        """
        wanted = [
            each
            for each in await self.everybody()
            if folded(name) in {folded(each.name), *map(folded, each.names)}
        ]
        if not wanted:
            raise NotFoundError("person who opted out", name, hint=_HINT)
        came = held = 0
        for person in wanted:
            held += person.turns
            came += await self._let_in(person)
        return came, held - came

    async def resume(self) -> int:
        """Finish what was begun; return how many opt-outs were worked on. For a worker."""
        if self._working.locked():
            return 0
        async with self._working:
            waiting = [each for each in await self.everybody() if each.step is not Step.DONE]
            for person in waiting:
                await self._finish(person)
            return len(waiting)

    async def _finish(self, person: OptedOut) -> RemovalReport:
        """Take the steps that are left. Each may be taken again."""
        removal, proving = Removal(self._means, person), Proving(self._means, person)
        unreached: list[Remains] = []
        proof = Proof()
        if person.step is not Step.CLEARING:
            if self._means.mirror is not None:
                await self._means.mirror()  # what people wrote into files is taken in first
            await removal.set_aside()
            await proving.learn()
            await proving.take_back()
            await removal.make_again()
            unreached += await removal.clear_files()
            proof = await proving.proof()
        step = await self._end(person, proof)
        if step in _WHY_NOT_DONE:
            why = _LEFT if proof.left else _WHY_NOT_DONE[step]
            unreached.append(Remains(place="the store", count=1, why=why))
        report = await self._report(person, removal, unreached)
        return replace(
            report,
            left=proof.left,
            unreached=(*report.unreached, *proof.unreached),
            mentions=proof.mentions,
            quotes=proof.quotes,
        )

    async def _end(self, person: OptedOut, proof: Proof) -> Step:
        """Erase what is to be erased, and note how far the opt-out is.

        Their words are needed as long as work that read them before may bring some of them back.
        """
        database, now = self._means.database, self._means.clock()
        busy = await database.read(lambda tx: opted_out.is_under_way(tx, person.id))
        is_open = person.step is not Step.CLEARING and (busy or bool(proof.left))
        step = Step.WATCHING if is_open and now - person.asked_at < _LONGEST else Step.DONE
        if person.erases and step is Step.DONE:
            await self._erase(person)
            step = Step.DONE if await database.write_over() else Step.CLEARING
        await database.write(lambda tx: opted_out.advance(tx, person.id, step, now))
        return step

    async def _erase(self, person: OptedOut) -> None:
        """Remove what they said from the record, for good."""
        database, now = self._means.database, self._means.clock()
        erased = 0
        while some := await database.write(lambda tx: withheld.erase_some(tx, person.id, now)):
            erased += some
        await self._means.purge()

        def work(tx: Transaction) -> None:
            opted_out.tidy_index(tx)
            opted_out.note(tx, person.id, [Removed(kind="turns erased", count=erased)])
            opted_out.advance(tx, person.id, Step.CLEARING, now)

        await database.write(work)

    async def _let_in(self, person: OptedOut) -> int:
        database, now = self._means.database, self._means.clock()
        await database.write(lambda tx: opted_out.advance(tx, person.id, Step.BACK, now))
        removal, came = Removal(self._means, person), 0
        while some := await database.write(removal.give_back):
            came += some
        await removal.make_again()
        return came

    async def _report(
        self, person: OptedOut, removal: Removal, unreached: Sequence[Remains]
    ) -> RemovalReport:
        places = await removal.places()

        def work(tx: Transaction) -> RemovalReport:
            always = (
                Remains(place="providers", count=0, why=_PROVIDERS),
                Remains(place="your own copies", count=0, why=_COPIES),
            )
            return RemovalReport(
                person=opted_out.get(tx, person.id),
                conversations=len(places.conversations),
                pages=len(places.pages),
                removed=opted_out.so_far(tx, person.id),
                pending=tuple(opted_out.pending(tx, places.conversations)),
                unreached=(*unreached, *always),
            )

        return await self._means.database.read(work)


def _resolved(tx: Transaction, choice: Choice) -> Choice:
    """Return a choice with the id of its conversation. Raises NotFoundError."""
    if not choice.conversation:
        return choice
    return replace(choice, conversation=conversations.find(tx, choice.conversation).id)


def _rehearsed(
    tx: Transaction, choice: Choice, names: Sequence[str], means: Means
) -> RemovalReport:
    """Return what an opt-out would come to."""
    turns = opted_out.said(tx, names, choice.conversation)
    person = OptedOut(
        id=0,
        name=choice.name,
        names=tuple(names),
        conversation=choice.conversation,
        is_exact=choice.is_exact,
        erases=choice.erases,
        step=Step.REMOVING,
        asked_at=means.clock(),
        turns=turns.turns,
    )
    would = [
        Removed(kind="turns", count=turns.turns),
        Removed(kind="page summaries", count=turns.summaries),
        *(Removed(kind="document", count=1, what=title) for title in turns.documents),
    ]
    return RemovalReport(
        person=person,
        is_rehearsal=True,
        conversations=turns.conversations,
        pages=turns.pages,
        removed=tuple(each for each in would if each.count),
    )
