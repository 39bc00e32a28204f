"""The snapshots of a home: the verbs of people, and of pages that close."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial

from minutebook.context.means import Means
from minutebook.context.prompt.branching import settle
from minutebook.context.snapshots import returning, snapshotting, summoning
from minutebook.context.snapshots.snapshotting import Ground
from minutebook.domain.conversations import Conversation
from minutebook.domain.snapshots import Snapshot
from minutebook.llm.protocol import Attribution, Request
from minutebook.store import conversations, pages, snapshots
from minutebook.store.transaction import Transaction

_GOES_ON = ", going on"
"""Behind the title of a log, in that of the conversation that goes on from it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Then:
    """What a model was shown when a snapshot was taken."""

    snapshot: Snapshot
    request: Request
    revised: tuple[str, ...]
    """Keys of the turns in it that were revised since, and say what they say now."""


class Snapshots:
    """Takes snapshots, shows them, and goes on from them."""

    def __init__(self, means: Means) -> None:
        self._means = means
        self._database = means.database
        self._clock = means.clock
        self._ground = Ground(model=means.chat_model, zone=means.zone)

    async def take(self, conversation: str, label: str = "") -> Snapshot:
        """Take a snapshot of a conversation as it stands; without a label, what was said last
        gives it one.

        Raises UsageError when nothing has been said, NotFoundError, StoreError.
        """
        taken = await self._drawn(conversation, label)
        await self._database.write(lambda tx: snapshots.add(tx, taken))
        return taken

    async def _drawn(self, conversation: str, label: str) -> Snapshot:
        """Return a snapshot that is not kept yet: what it reads may be long, so no writer waits."""
        now = self._clock()

        def work(tx: Transaction) -> Snapshot | None:
            id_ = conversations.get(tx, conversation).id
            return snapshotting.drawn(tx, self._ground, id_, label, now)

        while (taken := await self._database.read(work)) is None:
            await self._database.write(lambda tx: settle(tx, conversation, now))
        return taken

    def pages_closed(self, tx: Transaction, closed: Sequence[str]) -> None:
        """Take a snapshot for each page that closes here, in the same transaction.

        Pages of logs have none: no model is shown anything while they are read.
        """
        now = self._clock()
        for page in closed:
            if conversations.get(tx, pages.get(tx, page).conversation).is_live:
                snapshotting.take_at_page(tx, self._ground, page, now)

    async def of(self, conversation: str = "", *, limit: int) -> list[Snapshot]:
        """Return the snapshots of a conversation, or of all, the newest first."""
        return await self._database.read(
            partial(snapshots.of_conversation, conversation=conversation, limit=limit)
        )

    async def get(self, snapshot: str) -> Snapshot:
        """Return a snapshot by its id or the beginning of it. Raises NotFoundError."""
        return await self._database.read(partial(snapshots.get, wanted=snapshot))

    async def then(self, snapshot: str) -> Then:
        """Return what was shown to the model then, byte for byte. Raises NotFoundError."""

        def work(tx: Transaction) -> Then:
            found = snapshots.get(tx, snapshot)
            prompt = snapshotting.prompt_of(tx, found, self._means.zone)
            reserve = self._means.settings.reply_tokens
            return Then(
                snapshot=found,
                request=summoning.request_of(prompt, reserve, Attribution()),
                revised=tuple(each.key for each in prompt.revised),
            )

        then = await self._database.read(work)
        shown = await self._means.shown(then.snapshot.model, then.request)
        return replace(then, request=shown)

    async def resume(self, snapshot: str) -> Conversation:
        """Bring its conversation back to where it was; what came since is left as a branch.

        The layout, the slot, the model and the instructions of then hold again. Raises UsageError
        for a conversation that is not held here and while an answer is on its way, NotFoundError,
        StoreError.
        """
        now, go_back = self._clock(), self._means.go_back

        def work(tx: Transaction) -> Conversation:
            found = snapshots.get(tx, snapshot)
            return returning.resume(tx, self._ground, found, go_back, now)

        return await self._database.write(work)

    async def branch(self, snapshot: str, title: str = "") -> Conversation:
        """Begin a conversation that goes on from a snapshot of another, which stays as it is.

        Raises NotFoundError, StoreError.
        """
        now = self._clock()

        def work(tx: Transaction) -> Conversation:
            return returning.branch(tx, self._ground, snapshots.get(tx, snapshot), title, now)

        return await self._database.write(work)

    async def go_on(self, conversation: str) -> Conversation:
        """Begin a conversation that goes on from another as it stands, as one goes on from a log.

        Where one was begun there and nothing was said in it, that one is returned. Raises
        UsageError when nothing has been said, NotFoundError, StoreError.
        """
        begun = await self._database.read(partial(_begun, conversation=conversation))
        if begun is not None:
            return begun
        taken, now = await self._drawn(conversation, ""), self._clock()

        def work(tx: Transaction) -> Conversation:
            if (begun := _begun(tx, conversation)) is not None:
                return begun
            snapshots.add(tx, taken)
            title = f"{conversations.get(tx, conversation).title}{_GOES_ON}"
            return returning.branch(tx, self._ground, taken, title, now)

        return await self._database.write(work)

    async def origin(self, conversation: str) -> Snapshot | None:
        """Return the snapshot that a conversation goes on from, if it does."""
        return await self._database.read(partial(snapshots.origin, conversation=conversation))


def _begun(tx: Transaction, conversation: str) -> Conversation | None:
    """Return the conversation that goes on from another as it stands, with nothing said in it."""
    id_ = conversations.get(tx, conversation).id
    begun = snapshots.begun_from(tx, id_, conversations.tail(tx, id_).turns)
    return None if begun is None else conversations.get(tx, begun)
