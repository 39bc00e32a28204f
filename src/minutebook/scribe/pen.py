"""The pen: what people do to documents with their own hands.

Each verb is one transaction on the head of its moment, so an edit and an update of the scribe never
tear each other, and whoever comes second is merged.
"""

from __future__ import annotations

from functools import partial
from typing import NamedTuple

from minutebook.clock import Clock
from minutebook.domain.documents import Choice, Conflict, Document
from minutebook.scribe import editing
from minutebook.scribe.editing import Edit, EditOutcome, Settlement
from minutebook.scribe.history import text_at
from minutebook.scribe.ownership import BlamedBlock, blame
from minutebook.scribe.standing import unmarked
from minutebook.store import conflicts, documents
from minutebook.store.database import Database
from minutebook.store.documents import PERSON
from minutebook.store.transaction import Transaction


class Editable(NamedTuple):
    """A text to edit, and what to give back with it."""

    text: str
    revision: int
    """The base of the edit."""


class Pen:
    """The verbs of people. Documents are named by id, slug, conversation, or a beginning."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._database = database
        self._clock = clock

    async def head_for_edit(self, document: str) -> Editable:
        """Return the newest text and its revision, for `edit`. Raises NotFoundError."""
        head = await self._database.read(partial(documents.find, wanted=document))
        return Editable(head.content, head.revision)

    async def edit(
        self, document: str, base: int, text: str, author: str = PERSON, cause: str = "edit"
    ) -> EditOutcome:
        """Make a person's text of the version they saw a revision, merged with what came since.

        `author` is `person`, or a name, which is kept as `person:NAME`. Raises NotFoundError for a
        document or a base that is not there, UsageError for a text that is too long.
        """
        wanted = Edit(base=base, text=text, author=author, cause=cause)
        return await self._database.write(
            lambda tx: editing.edit(tx, document, wanted, self._clock())
        )

    async def restore(self, document: str, revision: int) -> Document:
        """Make an old version the newest again, as a new revision. Raises NotFoundError.

        What is covered stays covered: the scribe goes on with the turns that come. Each block is
        again whose it was.
        """
        return await self._database.write(
            lambda tx: editing.restore(tx, document, revision, self._clock())
        )

    async def undo(self, document: str) -> Document:
        """Take the last change back, whoever made it; again and again, one change further.

        Raises NotFoundError, and UsageError when nothing is left to undo.
        """
        return await self._database.write(lambda tx: editing.undo(tx, document, self._clock()))

    async def redo(self, document: str) -> Document:
        """Bring back what was undone last; again and again, one change further.

        Raises NotFoundError, and UsageError when nothing is left to redo.
        """
        return await self._database.write(lambda tx: editing.redo(tx, document, self._clock()))

    async def unmarked(self, document: str, content: str) -> tuple[str, int | None]:
        """Return the text of a file, and the revision that a mirrored one says it was made from.

        Raises NotFoundError.
        """
        found = await self._database.read(partial(documents.find, wanted=document))
        return unmarked(content, found.id)

    async def conflicts(self, document: str) -> list[Conflict]:
        """Return the open conflicts of a document, in order. Raises NotFoundError."""
        return await self._database.read(
            lambda tx: conflicts.unsettled(tx, documents.find(tx, document).id)
        )

    async def settle(
        self, document: str, conflict: int, choice: Choice, text: str = "", author: str = PERSON
    ) -> Document:
        """Settle a conflict by its number; `text` goes with `Choice.TEXT`.

        Raises NotFoundError, and UsageError when it is settled already.
        """
        settlement = Settlement(choice=choice, text=text, author=author)
        return await self._database.write(
            lambda tx: editing.settle(tx, document, conflict, settlement, self._clock())
        )

    async def blame(self, document: str, revision: int | None = None) -> list[BlamedBlock]:
        """Return the blocks of the newest version, or of another, and where each comes from.

        Raises NotFoundError.
        """

        def work(tx: Transaction) -> list[BlamedBlock]:
            head = documents.find(tx, document)
            number = head.revision if revision is None else revision
            return blame(tx, head, text_at(tx, head, number).content, number)

        return await self._database.read(work)
