"""What people do to a document: edit it, go back to an older version, settle conflicts.

An edit is a whole text, made from a version the person saw. It is merged with what came since; what
the person typed always stands in the document, and what it met in the same block is kept as a
conflict. What they removed stays removed, since every later change is made on the version without
it. Line ends become newlines, and newlines at the very end say nothing; otherwise the text is kept
to the character.

The verbs here work in a transaction, which makes each of them all or nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.domain.display import one_line
from minutebook.domain.documents import Choice, Conflict, Document, Origin
from minutebook.errors import UsageError
from minutebook.scribe.blocks import Block, joined, keys, split
from minutebook.scribe.history import text_at
from minutebook.scribe.merging import Merged, Side, merged
from minutebook.scribe.ownership import carried, origins_at, origins_of
from minutebook.scribe.patching import splices
from minutebook.scribe.revising import Draft, Landing, keep
from minutebook.store import conflicts, documents
from minutebook.store.documents import PERSON, is_person
from minutebook.store.transaction import Transaction, storable

_MOST_CHARACTERS = 4_000_000
_UNDO, _REDO = "undo ", "redo "


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """What a person wants a document to be."""

    base: int
    """The revision they saw."""
    text: str
    """The whole document."""
    author: str = PERSON
    cause: str = "edit"


@dataclass(frozen=True, slots=True, kw_only=True)
class EditOutcome:
    """What came of an edit."""

    document: Document
    """As it is now."""
    is_changed: bool
    """False when the edit says what the document said already."""
    conflicts: tuple[Conflict, ...] = ()
    """Those that the edit brought."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settlement:
    """How a person settles a conflict."""

    choice: Choice
    text: str = ""
    """For `Choice.TEXT`: what comes in the place of both."""
    author: str = PERSON


def edit(tx: Transaction, document: str, wanted: Edit, now: datetime) -> EditOutcome:
    """Merge an edit into a document. Raises NotFoundError and UsageError."""
    head = documents.find(tx, document)
    text = _plain(wanted.text)
    seen = text_at(tx, head, wanted.base).content
    if text.rstrip("\n") == seen.rstrip("\n"):
        return EditOutcome(document=head, is_changed=False)
    if wanted.base == head.revision:
        result, final = Merged(blocks=()), text
    else:
        result = merged(split(seen), split(head.content), split(text), Side.CHANGE)
        final = joined(result.blocks)
    if final.rstrip("\n") == head.content.rstrip("\n") and not result.clashes:
        return EditOutcome(document=head, is_changed=False)
    draft = _draft(replace(head, revision=wanted.base), wanted.author, wanted.cause)
    landed = replace(_landing(tx, head, final, draft.author), clashes=result.clashes)
    after = keep(tx, head, draft, landed, now)
    brought = [c for c in conflicts.unsettled(tx, head.id) if c.revision == after.revision]
    return EditOutcome(document=after, is_changed=True, conflicts=tuple(brought))


def restore(tx: Transaction, document: str, revision: int, now: datetime) -> Document:
    """Make an old version the newest again. Raises NotFoundError.

    What is covered stays covered, and each block is again whose it was.
    """
    head = documents.find(tx, document)
    return _bring_back(tx, head, revision, f"restore {revision}", now)


def undo(tx: Transaction, document: str, now: datetime) -> Document:
    """Take back the last revision that changed the text and was not taken back yet.

    Raises UsageError when there is none, NotFoundError when there is no such document.
    """
    head = documents.find(tx, document)
    undone = _last_change(tx, head)
    if undone == 0:
        raise UsageError(
            f"Nothing is left to undo in {head.slug!r}.", hint="`scribe restore` goes anywhere."
        )
    return _bring_back(tx, head, undone - 1, f"{_UNDO}{undone}", now)


def redo(tx: Transaction, document: str, now: datetime) -> Document:
    """Bring back what was undone last, as long as nothing else was changed since.

    Raises UsageError when there is nothing, NotFoundError when there is no such document.
    """
    head = documents.find(tx, document)
    undone = _last_undone(tx, head)
    if undone == 0:
        raise UsageError(
            f"Nothing is left to redo in {head.slug!r}.", hint="`scribe restore` goes anywhere."
        )
    return _bring_back(tx, head, undone, f"{_REDO}{undone}", now)


def settle(
    tx: Transaction, document: str, number: int, settlement: Settlement, now: datetime
) -> Document:
    """Settle a conflict. Raises NotFoundError, and UsageError when it is settled already.

    A text that is put in comes where the one that stands is found, else behind the block that was
    before it, else at the end; what a person changed since the conflict is never replaced.
    """
    head = documents.find(tx, document)
    conflict = conflicts.get(tx, head.id, number)
    if conflict.choice is not None:
        raise UsageError(
            f"Conflict {number} of {head.slug!r} is settled: {conflict.choice.value}.",
            hint="Edit the document to change it again.",
        )
    text = _settled(head.content, conflict, settlement)
    if text != head.content:
        cause = f"settle {number} {settlement.choice.value}"
        draft = _draft(head, settlement.author, cause)
        head = keep(tx, head, draft, _landing(tx, head, text, draft.author), now)
    conflicts.settle(tx, conflict, settlement.choice, head.revision)
    return head


def _draft(head: Document, author: str, cause: str) -> Draft:
    name = one_line(author) or PERSON
    return Draft(
        head=head,
        author=name if is_person(name) else f"{PERSON}:{name}",
        cause=one_line(cause),
    )


def _landing(tx: Transaction, head: Document, text: str, author: str) -> Landing:
    """Return a person's text as it lands: what is new in it is theirs."""
    made = Origin(revision=head.revision + 1, is_person=is_person(author))
    origins = carried(split(head.content), origins_of(tx, head), split(text), made)
    return Landing(text=text, operations=splices(head.content, text), origins=origins)


def _bring_back(
    tx: Transaction, head: Document, revision: int, cause: str, now: datetime
) -> Document:
    text = text_at(tx, head, revision).content
    if text == head.content:
        return head
    landed = Landing(
        text=text,
        operations=splices(head.content, text),
        origins=origins_at(tx, head.id, revision),
        restores=revision,
    )
    return keep(tx, head, _draft(head, PERSON, cause), landed, now)


def _last_change(tx: Transaction, head: Document) -> int:
    """Return the revision that made the text of the head what it is; 0 when none did."""
    number = head.revision
    while number > 0:
        revision = documents.revision(tx, head.id, number)
        if revision.restores is not None:
            number = revision.restores
        elif revision.patch == "[]":
            number -= 1
        else:
            return number
    return 0


def _last_undone(tx: Transaction, head: Document) -> int:
    """Return the revision that was undone last and not redone; 0 when text was changed since."""
    redone = 0
    for number in range(head.revision, 0, -1):
        revision = documents.revision(tx, head.id, number)
        if revision.restores is not None and revision.cause.startswith(_REDO):
            redone += 1
        elif revision.restores is not None and revision.cause.startswith(_UNDO):
            if redone == 0:
                return int(revision.cause.removeprefix(_UNDO))
            redone -= 1
        elif revision.patch != "[]":
            return 0
    return 0


def _settled(content: str, conflict: Conflict, settlement: Settlement) -> str:
    """Return a text with a conflict settled."""
    choice, clash = settlement.choice, conflict.clash
    if choice is Choice.MINE:
        return content
    blocks = split(content)
    place, length = _place(blocks, clash.mine, clash.behind)
    if not length and choice is not Choice.TEXT and _place(blocks, clash.theirs, "")[1]:
        return content  # an undo took the one out and left the other
    new = split(_plain(settlement.text) if choice is Choice.TEXT else clash.theirs)
    if choice is Choice.BOTH:
        new = blocks[place : place + length] + new
    return joined([*blocks[:place], *new, *blocks[place + length :]])


def _place(blocks: Sequence[Block], mine: str, behind: str) -> tuple[int, int]:
    """Return where a text stands, and in how many blocks; no block when it is not there."""
    wanted = keys(mine)
    found = [block.key for block in blocks]
    for place in range(len(blocks)):
        if wanted and found[place : place + len(wanted)] == wanted:
            return place, len(wanted)
    return (found.index(behind) + 1 if behind in found else len(blocks)), 0


def _plain(text: str) -> str:
    """Return a person's text as it is kept. Raises UsageError when it is too long."""
    if len(text) > _MOST_CHARACTERS:
        raise UsageError(
            f"The text is too long for a document: {len(text):,} characters.",
            hint=f"At most {_MOST_CHARACTERS:,} characters fit.",
        )
    return storable(text.removeprefix("\ufeff").replace("\r\n", "\n"))
