"""Whose each block of a document is, and which revision put it there.

A block keeps its origin as long as it says the same, wherever it is moved; one that is new or was
changed comes from the revision that did it. What a person's revision put there is theirs. Text that
is brought back has the origin that it had.

The one decision: origins are kept with the head and with every revision that keeps its whole text,
and carried from one version to the next. So an update finds them in one row, and those of any old
version follow from the patches since the nearest whole text.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from minutebook.domain.documents import Document, Origin, Revision
from minutebook.scribe.blocks import Block, BlockKind, split
from minutebook.scribe.merging import matching
from minutebook.scribe.operations import ReplaceDocument, read_patch
from minutebook.scribe.patching import patched
from minutebook.store import documents
from minutebook.store.documents import Origins
from minutebook.store.transaction import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class BlamedBlock:
    """A block, and where it comes from."""

    kind: BlockKind
    text: str
    first_line: int
    """Of the document, from 1; empty lines behind the block are not counted to it."""
    last_line: int
    origin: Origin
    revision: Revision
    """The one that put it there; it says who, when, and from which turns."""


def carried(
    old: Sequence[Block], origins: Sequence[Origin], new: Sequence[Block], made: Origin
) -> Origins:
    """Return the origins of the blocks of a new text that follows an old one."""
    found: list[Origin | None] = [None] * len(new)
    gone = set(range(len(old)))
    for i, j, length in matching([block.key for block in old], [block.key for block in new]):
        found[j : j + length] = origins[i : i + length]
        gone.difference_update(range(i, i + length))
    elsewhere = defaultdict[str, list[Origin]](list)
    for i in sorted(gone, reverse=True):
        elsewhere[old[i].key].append(origins[i])
    for j, block in enumerate(new):
        if found[j] is None:
            moved = elsewhere.get(block.key)
            found[j] = moved.pop() if moved else made
    return tuple(each or made for each in found)


def origins_of(tx: Transaction, head: Document) -> Origins:
    """Return the origins of the blocks of the head."""
    kept = documents.origins(tx, head.id)
    return origins_at(tx, head.id, head.revision) if kept is None else kept


def origins_at(tx: Transaction, document: str, revision: int) -> Origins:
    """Return the origins of the blocks of a version; 0 is the empty beginning.

    Raises NotFoundError.
    """
    if revision == 0:
        return ()
    text, blocks, origins = "", list[Block](), Origins()
    seen: dict[str, Origin] = {}
    for version in documents.versions_with_origins(tx, document, revision):
        operations = read_patch(version.patch)
        text = patched(text, operations) if version.content is None else version.content
        after = split(text)
        made = Origin(revision=version.number, is_person=version.is_by_person)
        found = version.origins or carried(blocks, origins, after, made)
        if any(isinstance(each, ReplaceDocument) for each in operations):
            found = _remembered(found, after, made, seen)
        origins = found
        seen |= {block.key: origin for block, origin in zip(after, origins, strict=True)}
        blocks = after
    return origins


def owned(origins: Sequence[Origin]) -> list[bool]:
    """Say of each block whether it is a person's."""
    return [each.is_person for each in origins]


def person_keys(tx: Transaction, head: Document) -> frozenset[str]:
    """Return what the blocks of the head say that are a person's."""
    origins = origins_of(tx, head)
    if not any(owned(origins)):
        return frozenset()
    pairs = zip(split(head.content), origins, strict=True)
    return frozenset(block.key for block, origin in pairs if origin.is_person and block.key)


def blame(tx: Transaction, document: Document, content: str, revision: int) -> list[BlamedBlock]:
    """Return the blocks of a version with their origins. Raises NotFoundError."""
    is_head = revision == document.revision
    origins = origins_of(tx, document) if is_head else origins_at(tx, document.id, revision)
    made = {n: documents.revision(tx, document.id, n) for n in {o.revision for o in origins}}
    found, line = [], 1
    for block, origin in zip(split(content), origins, strict=True):
        if block.key:
            found.append(
                BlamedBlock(
                    kind=block.kind,
                    text=block.text.rstrip("\r\n"),
                    first_line=line,
                    last_line=line + block.text.rstrip("\r\n").count("\n"),
                    origin=origin,
                    revision=made[origin.revision],
                )
            )
        line += block.text.count("\n")
    return found


def _remembered(
    origins: Origins, blocks: Sequence[Block], made: Origin, seen: Mapping[str, Origin]
) -> Origins:
    """Return origins in which text that came back has the one that it had.

    Only revisions that replaced the whole document need this. Later ones, when they bring text
    back, are kept with its origins.
    """
    return tuple(
        seen.get(block.key, origin) if origin == made else origin
        for block, origin in zip(blocks, origins, strict=True)
    )
