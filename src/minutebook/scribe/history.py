"""Versions of a document: how each is rebuilt, what it did, and how two differ."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import unified_diff
from functools import reduce

from minutebook.domain.documents import Coverage, Document, Revision
from minutebook.errors import PatchError
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    ModelOperation,
    RenameSection,
    ReplaceDocument,
    ReplaceSection,
    SetTitle,
    Splice,
    read_patch,
)
from minutebook.scribe.outline import TOP, parse
from minutebook.scribe.patching import patched
from minutebook.store import documents
from minutebook.store.documents import Version, is_person
from minutebook.store.transaction import Transaction

NOTHING = "nothing to tell"
EDITED = "edited the text"
MERGED = "merged with what people wrote"
MERGED_MEANWHILE = "merged with what was asked for meanwhile"
_MAX_NAMED = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class DocumentText:
    """One version of a document."""

    document: Document
    """The document as it is now."""
    title: str
    """Of this version."""
    revision: int
    content: str
    """Markdown."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HistoryEntry:
    """A revision, and what it did to the document, for people."""

    revision: Revision
    change: str
    """Such as `added to 4 March 2026`; `nothing to tell` when its turns left no trace."""

    @property
    def is_quiet(self) -> bool:
        """Whether the revision covers turns and changes nothing."""
        return self.change == NOTHING


def text_at(tx: Transaction, document: Document, revision: int) -> DocumentText:
    """Return a version of a document; 0 is the empty beginning. Raises NotFoundError."""
    if revision == document.revision:
        content = document.content
    elif revision == 0:
        content = ""
    else:
        content = rebuilt(documents.versions_to(tx, document.id, revision))
    title = parse(content).title or document.title
    return DocumentText(document=document, title=title, revision=revision, content=content)


def rebuilt(versions: Iterable[Version]) -> str:
    """Return the text to which a chain of versions leads: whole texts, and patches behind them.

    Raises PatchError when the chain does not hold.
    """
    return reduce(_next_text, versions, "")


def differences(old: DocumentText, new: DocumentText) -> list[str]:
    """Return a unified diff of two versions as lines without line ends; none when equal."""
    return list(
        unified_diff(
            old.content.split("\n"),
            new.content.split("\n"),
            fromfile=f"revision {old.revision}",
            tofile=f"revision {new.revision}",
            lineterm="",
        )
    )


def headings(content: str) -> dict[str, str]:
    """Return the headings of a document by their anchors."""
    found = {section.anchor: section.heading for section in parse(content).sections}
    return {TOP: "the opening", **found}


def entry(
    revision: Revision, headings: Mapping[str, str], *, is_alone: bool = False
) -> HistoryEntry:
    """Return a revision with what it did, naming sections as these headings do.

    `is_alone` says that no person has written anything in the document before it.

    A section that is not among them, since it was removed or renamed, is named by its anchor.
    """
    if revision.restores is not None:
        change = f"went back to r{revision.restores}"
    else:
        change = _change(revision, headings, MERGED_MEANWHILE if is_alone else MERGED)
    return HistoryEntry(revision=revision, change=change)


def folded(entries: Sequence[HistoryEntry]) -> list[HistoryEntry]:
    """Return entries, newest first as they came, with each run of quiet ones told as one.

    For people: a hundred nods read as one line, whose revision is the newest of them and which
    covers the turns of all.
    """
    found: list[HistoryEntry] = []
    for item in entries:
        if item.is_quiet and found and found[-1].is_quiet:
            found[-1] = _together(older=item, newer=found[-1])
        else:
            found.append(item)
    return found


def _next_text(text: str, version: Version) -> str:
    if version.content is not None:
        return version.content
    return patched(text, read_patch(version.patch))


def _together(older: HistoryEntry, newer: HistoryEntry) -> HistoryEntry:
    first, last = older.revision.covers, newer.revision.covers
    covers = Coverage(
        first_seq=first.first_seq,
        first_turn=first.first_turn,
        last_seq=last.last_seq,
        last_turn=last.last_turn,
        turns=first.turns + last.turns,
    )
    return replace(newer, revision=replace(newer.revision, covers=covers))


def _change(revision: Revision, headings: Mapping[str, str], merged: str) -> str:
    try:
        operations = read_patch(revision.patch)
    except PatchError:
        return "changed in a way that this version of minutebook does not know"
    if not operations:
        return NOTHING
    done: dict[str, list[str]] = {}
    for operation in operations:
        if isinstance(operation, Splice):
            verb, name = (EDITED if is_person(revision.author) else merged), ""
        else:
            verb, name = _told(operation, headings)
        done.setdefault(verb, []).extend([name] if name else [])
    return "; ".join(f"{verb} {_named(names)}".rstrip() for verb, names in done.items())


def _told(
    operation: ModelOperation | ReplaceDocument, headings: Mapping[str, str]
) -> tuple[str, str]:
    """Return what an operation did and to what."""
    match operation:
        case AppendToSection(anchor=anchor):
            return "added to", _heading(anchor, headings)
        case ReplaceSection(anchor=anchor):
            return "rewrote", _heading(anchor, headings)
        case InsertSectionAfter(heading=heading):
            return "began", heading
        case RenameSection(heading=heading):
            return "renamed a section to", heading
        case DeleteSection(anchor=anchor):
            return "removed", _heading(anchor, headings)
        case SetTitle(title=title):
            return "named it", title
        case ReplaceDocument():
            return "replaced the text", ""


def _heading(anchor: str, headings: Mapping[str, str]) -> str:
    return headings.get(anchor) or anchor.replace("-", " ")


def _named(names: Sequence[str]) -> str:
    more = len(names) - _MAX_NAMED
    return ", ".join([*names[:_MAX_NAMED], *([f"{more} more"] if more > 0 else [])])
