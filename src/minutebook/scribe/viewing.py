"""What a model is shown of a document: an older version, and what was done to it since.

A document that is shown anew after each change is paid for anew each time, since providers cache
what a prompt begins with. So the version of some time ago stays at the beginning, and each change
is put behind it: what is sent only grows, and all but its end is read from the cache. When the
changes have grown long beside the document, the view begins again with the document as it is.

A person's revision, one that was asked for, and one that condenses begin it anew as well: they
change much at once, and who wrote what. A view follows from the revisions alone, so that every
process shows the same.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import partial

from minutebook.domain.documents import Document
from minutebook.domain.turns import Role
from minutebook.errors import PatchError
from minutebook.llm import prompting
from minutebook.llm.protocol import Message, SectionView
from minutebook.scribe.blocks import keys, split
from minutebook.scribe.operations import ReplaceDocument, Splice, read_patch
from minutebook.scribe.outline import TOP, Outline, parse
from minutebook.scribe.ownership import origins_at, origins_of
from minutebook.scribe.patching import patched
from minutebook.store import directions, documents
from minutebook.store.database import Database
from minutebook.store.directions import Change
from minutebook.store.transaction import Transaction

BUDGET = "budget"
"""How the cause of a revision begins that condenses a document."""
INSTRUCTION = "instruction"
"""How the cause of a revision begins that a person asked for."""
MAX_CHANGES = 40
"""A view with so many changes begins anew."""
LEAST_CHANGED = 3_000
SHARE_CHANGED = 0.5
"""It also does when the changes are longer than this share of the document, and than that."""
_MOST_KEPT = 64
_LONGEST_GAP = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """What a model is shown of one version of a document."""

    revision: int
    content: str
    """The version itself."""
    owned: frozenset[str]
    """What its blocks say that are a person's."""
    opening: str
    """The document as it was when the view began."""
    changes: tuple[str, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """What a prompt begins with; it comes again, and grows at its end."""
        texts = (self.opening, *self.changes)
        worth = {0, len(texts) - 1}
        return tuple(
            Message(role=Role.USER, text=text, ends_prefix=place in worth)
            for place, text in enumerate(texts)
        )


class Views:
    """The views of the documents that were worked on last."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._kept: dict[str, View] = {}

    async def of(self, head: Document) -> View:
        """Return the view of a document as it is."""
        kept = self._kept.pop(head.id, None)
        view = await self._database.read(partial(seen, head=head, kept=kept))
        self._kept[head.id] = view
        while len(self._kept) > _MOST_KEPT:
            del self._kept[next(iter(self._kept))]
        return view


def seen(tx: Transaction, head: Document, kept: View | None) -> View:
    """Return the view of a document, from one of an older version when that leads there."""
    if kept is not None and kept.revision == head.revision and kept.content == head.content:
        return kept
    mine = _owned(tx, head)
    far = kept is None or not 0 <= head.revision - kept.revision <= _LONGEST_GAP
    view = _from_whole(tx, head, mine) if kept is None or far else replace(kept, owned=mine)
    try:
        for change in directions.changes_behind(tx, head.id, view.revision, head.revision):
            view = grown(view, change, head.title)
    except PatchError:
        return begun(head.revision, head.content, head.title, mine)
    is_there = view.content == head.content
    return view if is_there else begun(head.revision, head.content, head.title, mine)


def begun(revision: int, content: str, title: str, owned: frozenset[str]) -> View:
    """Return a view that shows a version as it is."""
    outline = parse(content)
    opening = prompting.document(outline.title or title, sections(outline, owned))
    return View(revision=revision, content=content, owned=owned, opening=opening)


def grown(view: View, change: Change, title: str) -> View:
    """Return the view of the version that a change leads to. Raises PatchError."""
    operations = read_patch(change.patch)
    content = patched(view.content, operations)
    text = _shown(view.content, content, change.patch)
    is_verbatim = any(isinstance(each, Splice | ReplaceDocument) for each in operations)
    if operations and (is_verbatim or _begins_anew(view, change, text)):
        return begun(change.number, content, title, view.owned)
    changes = (*view.changes, text) if operations else view.changes
    return replace(view, revision=change.number, content=content, changes=changes)


def sections(outline: Outline, owned: frozenset[str] = frozenset()) -> tuple[SectionView, ...]:
    """Return a document as a model is shown it: the opening, then the sections."""
    shown = [(TOP, "", outline.preamble)]
    shown += [(s.anchor, s.heading, s.body) for s in outline.sections]
    return tuple(
        SectionView(
            anchor=anchor,
            heading=heading,
            body=body.strip("\n"),
            owned=tuple(key for key in keys(body) if key in owned) if owned else (),
        )
        for anchor, heading, body in shown
    )


def _owned(tx: Transaction, head: Document) -> frozenset[str]:
    """Return what the blocks of a document say that are a person's."""
    is_newest = documents.get(tx, head.id).revision == head.revision
    origins = origins_of(tx, head) if is_newest else origins_at(tx, head.id, head.revision)
    pairs = zip(split(head.content), origins, strict=True)
    return frozenset(block.key for block, origin in pairs if origin.is_person and block.key)


def _from_whole(tx: Transaction, head: Document, owned: frozenset[str]) -> View:
    if head.revision == 0:
        return begun(0, "", head.title, owned)
    first = documents.versions_to(tx, head.id, head.revision)[0]
    return begun(first.number, first.content or "", head.title, owned)


def _shown(before: str, after: str, patch: str) -> str:
    old, new = _anchors(before), _anchors(after)
    return prompting.change(patch, () if old == new else new)


def _anchors(content: str) -> tuple[str, ...]:
    return (TOP, *(section.anchor for section in parse(content).sections))


def _begins_anew(view: View, change: Change, text: str) -> bool:
    is_asked_for = change.cause.startswith((BUDGET, INSTRUCTION))
    if change.is_whole or documents.is_person(change.author) or is_asked_for:
        return True
    size = len(text) + sum(map(len, view.changes))
    most = max(LEAST_CHANGED, SHARE_CHANGED * len(view.opening))
    return len(view.changes) >= MAX_CHANGES or size > most
