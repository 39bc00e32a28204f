"""Which turns a section tells: what a condensed section refers to.

They follow from the revisions that touched it, and from the reference that an earlier condensing
left behind. A reference is a line of its own, at the end of a section unless that has grown since:

    *Condensed from pg_3fa9c01d22e84b7a to pg_77b0…*

It names pages; a turn that lies in no page yet is named by its key.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from minutebook.domain.display import one_line
from minutebook.errors import NotFoundError, PatchError
from minutebook.llm.markdown import escape, unescape
from minutebook.scribe.operations import (
    AppendToSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceSection,
    read_patch,
)
from minutebook.store import directions, pages, turns
from minutebook.store.documents import slugify
from minutebook.store.transaction import Transaction

_REFERENCE = re.compile(r"\*Condensed from (?P<first>.+?)(?: to (?P<last>.+?))?\*")
_EMPTY = re.compile(r"\n{3,}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A run of turns by order of arrival, both ends included."""

    first: int
    last: int

    def with_(self, other: Span | None) -> Span:
        """Return the smallest span that holds both."""
        if other is None:
            return self
        return Span(first=min(self.first, other.first), last=max(self.last, other.last))


def spans(tx: Transaction, document: str) -> dict[str, Span]:
    """Return the turns that the sections of a document tell, by anchor.

    Also of sections that are gone. What a section has from a condensing is not among them.
    """
    found: dict[str, Span] = {}
    for patch, first, last in directions.told_by(tx, document):
        try:
            operations = read_patch(patch)
        except PatchError:
            continue
        for operation in operations:
            _note(found, operation, Span(first=first, last=last))
    return found


def without_references(body: str) -> tuple[str, tuple[str, ...]]:
    """Return a body without its references, and those; there are several when it was added to."""
    lines = body.strip("\n").split("\n")
    found = tuple(line for line in lines if _REFERENCE.fullmatch(line))
    if not found:
        return body, ()
    kept = "\n".join(line for line in lines if not _REFERENCE.fullmatch(line))
    return _EMPTY.sub("\n\n", kept).strip("\n"), found


def of_reference(tx: Transaction, conversation: str, line: str) -> Span | None:
    """Return the turns that a reference names; None when it is none, or they are not there."""
    found = _REFERENCE.fullmatch(line)
    if not found:
        return None
    first = _place(tx, conversation, unescape(found["first"]))
    last = _place(tx, conversation, unescape(found["last"] or found["first"]))
    return first.with_(last) if first and last else None


def reference(tx: Transaction, conversation: str, span: Span) -> str:
    """Return the line that refers to some turns."""
    first, last = _name(tx, conversation, span.first), _name(tx, conversation, span.last)
    both = escape(first) if first == last else f"{escape(first)} to {escape(last)}"
    return f"*Condensed from {both}*"


def _note(found: dict[str, Span], operation: Operation, span: Span) -> None:
    match operation:
        case AppendToSection(anchor=anchor) | ReplaceSection(anchor=anchor):
            found[anchor] = span.with_(found.get(anchor))
        case InsertSectionAfter(heading=heading):
            anchor = slugify(heading)
            found[anchor] = span.with_(found.get(anchor))
        case RenameSection(anchor=anchor, heading=heading):
            renamed = slugify(heading)
            found[renamed] = span.with_(_either(found, anchor, renamed))


def _either(found: Mapping[str, Span], *anchors: str) -> Span | None:
    spans_ = [found[anchor] for anchor in anchors if anchor in found]
    return spans_[0].with_(spans_[-1]) if spans_ else None


def _place(tx: Transaction, conversation: str, name: str) -> Span | None:
    try:
        if name.startswith("pg_"):
            page = pages.get(tx, name)
            return Span(first=page.first_seq, last=page.last_seq)
        turn = turns.by_key(tx, conversation, name)
    except NotFoundError:
        return None
    return Span(first=turn.seq, last=turn.seq)


def _name(tx: Transaction, conversation: str, seq: int) -> str:
    page = pages.holding(tx, conversation, seq)
    if page is not None:
        return page.id
    found = turns.by_seq(tx, conversation, seq, seq)
    return one_line(found[0].key) if found else str(seq)
