"""Take what is derived from somebody's turns away.

Each step is one transaction, or can be done again: whoever is killed in between goes on where it
was, since what is left to do is found by looking, and not remembered. A transaction sets some turns
aside and takes back all that is made of them, so at no moment is the one done without the other.
"""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import Sequence
from pathlib import Path

from minutebook.domain.opting_out import OptedOut, Remains, Removed
from minutebook.domain.turns import Role
from minutebook.privacy.opting_out.means import Means
from minutebook.record.closing import rehash_pages, want_again
from minutebook.store import conversations, derived, opted_out, pages, withheld
from minutebook.store.derived import Touched
from minutebook.store.opted_out import Places
from minutebook.store.transaction import Transaction
from minutebook.store.withheld import AT_ONCE, Candidate

_AT_PROVIDER = frozenset({"sending", "in_doubt", "open", "canceling", "ended"})
_WAS_SENT = "its provider has these requests; what still comes back is thrown away"
_BY_HAND = "the file was changed by hand since it was written"


class Removal:
    """Takes away what is derived from the turns of one person."""

    def __init__(self, means: Means, person: OptedOut) -> None:
        self._means = means
        self._person = person

    async def set_aside(self) -> None:
        """Set all turns of theirs aside, with what is made of them. Raises ArchiveError."""
        names = await self._means.database.read(self._names)
        some = 1 if names else 0
        while some:
            some = await self._means.database.write(lambda tx: self._some(tx, names))
        now = self._means.clock()
        await self._means.database.write(lambda tx: opted_out.settle(tx, self._person.id, now))

    async def make_again(self) -> None:
        """Make at once what needs no model: summaries that stand in, stories, layouts."""
        places = await self.places()
        for page in places.pages:
            await self._means.stand_in(page)

        def work(tx: Transaction) -> None:
            derived.refill_layouts(tx, places.conversations, places.pages)
            for story, tokens, ids in derived.empty_stories(tx):
                found = {page.id: page for page in pages.of_ids(tx, ids)}
                told = self._means.retell([found[id_] for id_ in ids if id_ in found], tokens)
                derived.tell_story(tx, story, *told)

        await self._means.database.write(work)

    async def clear_files(self) -> list[Remains]:
        """Take away what lies in files beside the store; return what is out of reach."""
        places = await self.places()
        left = await self._clear_batches(places)
        left += await self._clear_mirrors(places)
        removed = Removed(kind="files of the archive", count=await self._means.purge())
        await self._means.database.write(lambda tx: opted_out.note(tx, self._person.id, [removed]))
        return left

    async def places(self) -> Places:
        """Return where their turns lie."""
        return await self._means.database.read(lambda tx: opted_out.places(tx, self._person.id))

    def _names(self, tx: Transaction) -> list[str]:
        """Return every spelling under which there is anything to set aside."""
        found = [each for each in withheld.kept_out(tx) if each.person == self._person.id]
        authors = opted_out.authors(tx, self._person.conversation)
        at = self._person.conversation
        return [a.name for a in authors if any(e.has_said(at, Role.PERSON, a.name) for e in found)]

    def _some(self, tx: Transaction, names: Sequence[str]) -> int:
        person, now = self._person, self._means.clock()
        found = withheld.candidates(tx, names, person.conversation, AT_ONCE)
        if not found:
            return 0
        withheld.set_aside(tx, person.id, found, now)
        removed = [Removed(kind="turns", count=len(found)), *self._settle(tx, found, weigh=-1)]
        opted_out.note(tx, person.id, removed)
        return len(found)

    def give_back(self, tx: Transaction) -> int:
        """Let some of their turns be read again; return how many."""
        found = withheld.of_person(tx, self._person.id)
        withheld.give_back(tx, found, self._means.clock())
        self._settle(tx, found, weigh=1)
        return len(found)

    def _settle(self, tx: Transaction, found: Sequence[Candidate], *, weigh: int) -> list[Removed]:
        """Take back what is made of turns that say something else from now on."""
        now = self._means.clock()
        seqs: dict[str, list[int]] = {}
        for each in found:
            seqs.setdefault(each.conversation, []).append(each.seq)
            conversations.reweigh(tx, each.conversation, weigh * each.tokens, now)
        holding = [pages.holding(tx, name, n) for name, some in seqs.items() for n in some]
        ids = tuple(sorted({page.id for page in holding if page is not None}))
        turns = frozenset(each.id for each in found)
        touched = Touched(turns=turns, conversations=tuple(seqs), pages=ids)
        for name, some in seqs.items():
            rehash_pages(tx, name, some, now)
        removed = derived.forget(tx, touched, now)
        for page in ids:
            want_again(tx, page, now)
        for name, some in seqs.items():
            if (forgot := self._means.rewind(tx, name, some, now)) is not None:
                kind = "document revisions"
                removed.append(Removed(kind=kind, count=forgot.revisions, what=forgot.title))
        return removed

    async def _clear_batches(self, places: Places) -> list[Remains]:
        database = self._means.database
        left = []
        for batch, state, requests in await database.read(
            lambda tx: derived.batches_of(tx, places.pages)
        ):
            await self._means.drop_parcel(batch)
            if state in _AT_PROVIDER:
                left.append(Remains(place=f"batch {batch}", count=requests, why=_WAS_SENT))
        return left

    async def _clear_mirrors(self, places: Places) -> list[Remains]:
        database, left = self._means.database, []
        for document, _, path, digest in await database.read(
            lambda tx: derived.mirrored(tx, places.conversations)
        ):
            if await asyncio.to_thread(_remove_ours, Path(path), digest):
                await database.write(lambda tx: derived.forget_mirror(tx, document))  # noqa: B023 - awaited at once
            else:
                left.append(Remains(place=path, count=1, why=_BY_HAND))
        if self._means.mirror is not None:
            await self._means.mirror()
        return left


def _remove_ours(path: Path, digest: str) -> bool:
    """Remove a file that is as we wrote it; say whether nothing of it is left."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return True
    except OSError:
        return False
    if hashlib.sha256(content).hexdigest() != digest:
        return False
    path.unlink(missing_ok=True)
    return True
