"""How a revision comes to be: drafted on the version its author saw, landed on the head of now.

Nothing but people moves a document on while a model is at work on it, since turns are told once. So
what a model wants is merged, block by block, with what people did meanwhile, and where both changed
a block, the words of the people stand.

What a model may do: add anything anywhere, and change what models wrote. A block that a person
wrote or changed stays as it is and where it is, whatever section is replaced or deleted around it,
with the heading above it; another text for it is kept as a conflict, for people to decide. A
heading of a person's is not renamed. None of that binds a model that a person told to do it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from minutebook.domain.documents import (
    Clash,
    Conflict,
    Coverage,
    Document,
    Origin,
    Revision,
    ScribeState,
)
from minutebook.errors import PatchError
from minutebook.scribe.blocks import Block, BlockKind, joined, split
from minutebook.scribe.merging import Side, merged, protected
from minutebook.scribe.operations import Operation, RenameSection, SetTitle, to_patch
from minutebook.scribe.outline import parse
from minutebook.scribe.ownership import carried, origins_of, owned
from minutebook.scribe.patching import patched, splices
from minutebook.store import changes, conflicts, documents, untold
from minutebook.store.changes import Topic
from minutebook.store.documents import PERSON, Origins, is_person
from minutebook.store.transaction import Transaction

__all__ = ["PERSON", "Draft", "Landing", "keep", "keep_if_live", "landing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What somebody wants to do to a document."""

    head: Document
    """The document that the author saw."""
    operations: tuple[Operation, ...] = ()
    author: str
    cause: str
    covers: Coverage = field(default_factory=Coverage)
    correlation: str = ""
    cost_usd: float | None = None
    untold: tuple[int, ...] = ()
    """Turns, by number of arrival, that it covers or leaves behind without telling them."""
    retold: tuple[int, ...] = ()
    """Turns that were not told, and are told by this."""
    told_to: bool = False
    """Whether a person told a model to do this: then it may change what people wrote."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Landing:
    """What a draft comes to on the head of now."""

    text: str
    operations: tuple[Operation, ...]
    """What makes this text of the head."""
    origins: Origins
    clashes: tuple[Clash, ...] = ()
    restores: int | None = None


def landing(tx: Transaction, head: Document, draft: Draft) -> Landing:
    """Return what a draft comes to. Raises PatchError when it does not fit what its author saw."""
    origins = origins_of(tx, head)
    if not draft.operations:
        return Landing(text=head.content, operations=(), origins=origins)
    blocks = split(head.content)
    is_bound = any(owned(origins)) and not (draft.told_to or is_person(draft.author))
    operations = _permitted(blocks, origins, draft) if is_bound else draft.operations
    near = text = patched(draft.head.content, operations)
    clashes: tuple[Clash, ...] = ()
    if head.revision != draft.head.revision:
        result = merged(split(draft.head.content), blocks, split(text), Side.HEAD)
        text, clashes = joined(_title_first(result.blocks, blocks)), result.clashes
        operations, near = _fitting(head, operations)
    if is_bound:
        result = protected(blocks, owned(origins), split(text))
        text, clashes = joined(result.blocks), clashes + result.clashes
    made = Origin(revision=head.revision + 1, is_person=is_person(draft.author))
    return Landing(
        text=text,
        operations=(*operations, *splices(near, text)),
        origins=origins if text == head.content else carried(blocks, origins, split(text), made),
        clashes=clashes,
    )


def keep(tx: Transaction, head: Document, draft: Draft, landed: Landing, now: datetime) -> Document:
    """Make a draft that landed on the head of this transaction a revision; return the new head."""
    covers = draft.covers
    revision = Revision(
        document=head.id,
        number=head.revision + 1,
        author=draft.author,
        base=draft.head.revision,
        covers=covers,
        patch=to_patch(landed.operations),
        cause=draft.cause,
        correlation=draft.correlation,
        at=now,
        cost_usd=draft.cost_usd,
        restores=landed.restores,
    )
    moved = replace(
        head,
        revision=revision.number,
        content=landed.text,
        title=parse(landed.text).title or head.title,
        covered_seq=covers.last_seq if covers.turns else head.covered_seq,
    )
    found = [_conflict(tx, head, revision, clash) for clash in landed.clashes]
    documents.advance(tx, moved, revision, landed.origins, now)
    for conflict in found:
        conflicts.add(tx, conflict)
    untold.remove(tx, head.id, draft.retold)
    untold.add(tx, head.id, draft.untold)
    changes.note(tx, Topic.DOCUMENT, head.id, now)
    return documents.get(tx, head.id)


def keep_if_live(tx: Transaction, draft: Draft, now: datetime) -> bool:
    """Keep what the scribe wants; False when it was stopped, or another told the turns meanwhile.

    Raises PatchError.
    """
    head = documents.get(tx, draft.head.id)
    if head.state is not ScribeState.LIVE or head.covered_seq != draft.head.covered_seq:
        return False
    keep(tx, head, draft, landing(tx, head, draft), now)
    return True


def _title_first(merged_: Sequence[Block], head: Sequence[Block]) -> Sequence[Block]:
    """Return blocks with their title before what was written while there was none.

    A title that stood below other text already stays there: somebody wants that.
    """
    if parse(joined(head)).title_line:
        return merged_
    outline = parse(joined(merged_))
    for place, block in enumerate(merged_):
        if outline.title_line and block.key == outline.title_line.strip():
            return [block, *merged_[:place], *merged_[place + 1 :]]
    return merged_


def _permitted(
    blocks: Sequence[Block], origins: Sequence[Origin], draft: Draft
) -> tuple[Operation, ...]:
    """Return operations without those that rename what a person named."""
    named = {
        block.key.strip()
        for block, origin in zip(blocks, origins, strict=True)
        if block.kind is BlockKind.HEADING and origin.is_person
    }
    outline = parse(draft.head.content)
    anchors = {each.anchor for each in outline.sections if each.heading_line.strip() in named}
    is_titled = outline.title_line.strip() in named
    return tuple(
        each
        for each in draft.operations
        if not (isinstance(each, RenameSection) and each.anchor in anchors)
        and not (isinstance(each, SetTitle) and is_titled)
    )


def _fitting(
    head: Document, operations: tuple[Operation, ...]
) -> tuple[tuple[Operation, ...], str]:
    """Return operations and what they make of the head; none when they do not fit it."""
    try:
        return operations, patched(head.content, operations)
    except PatchError:
        return (), head.content


def _conflict(tx: Transaction, head: Document, revision: Revision, clash: Clash) -> Conflict:
    """Return a clash on the way from a head to a revision, with the authors of both texts."""
    mine_by, theirs_by = (revision.author, _author(tx, head, clash.theirs))
    if not is_person(revision.author):
        mine_by, theirs_by = (_author(tx, head, clash.mine), revision.author)
    return Conflict(
        document=head.id,
        number=0,
        revision=revision.number,
        clash=clash,
        mine_by=mine_by,
        theirs_by=theirs_by,
        at=revision.at,
    )


def _author(tx: Transaction, head: Document, text: str) -> str:
    """Return who wrote a text of the head; whoever made the head when it is not there."""
    made = head.revision
    for block, origin in zip(split(head.content), origins_of(tx, head), strict=True):
        if block.text == text:
            made = origin.revision
    return documents.revision(tx, head.id, made).author
