"""Shorten a section around what a person wrote in it.

Such a section is cut into the person's blocks, which are not shown, and the parts between them,
which are shown as if each were a section, under `route~1`, `route~2`. A part can be told in fewer
words, added to or taken out; its section is then put together again.

The one decision: a model never gets to write a person's block again, since the best of them change
a comma. What it did not receive it cannot change, and what is put together is looked at once more.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from minutebook.llm.protocol import SectionView
from minutebook.scribe import provenance
from minutebook.scribe.blocks import joined, split
from minutebook.scribe.containment import contained
from minutebook.scribe.guarding import theirs
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceSection,
)
from minutebook.scribe.outline import TOP, Section, parse, render

LEAST_SHOWN = 200
"""A shorter part is not worth showing, in characters."""
_NOTHING = AppendToSection(anchor=TOP, body="")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """A run of blocks of one kind in a section: a person's, or not."""

    anchor: str
    """What it is shown as; empty when it is not shown."""
    text: str
    """Without references, unless it is a person's."""
    is_person: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cut:
    """A section that holds a person's blocks, in its parts."""

    section: Section
    parts: tuple[Part, ...]
    owned: frozenset[str]
    references: tuple[str, ...]
    """The lines that say what its parts were condensed from."""

    @property
    def views(self) -> tuple[SectionView, ...]:
        """The parts as a model is shown them."""
        return tuple(
            SectionView(
                anchor=part.anchor, heading=self.section.heading, body=part.text.strip("\n")
            )
            for part in self.parts
            if part.anchor
        )

    def body(self, told: Mapping[str, str], reference: str) -> str:
        """Return the section's body with what its parts are told as, and where that is from."""
        texts = {part.anchor: contained(told[part.anchor]) for part in self.parts if part.anchor}
        last = next((name for name in reversed(texts) if texts[name]), [*texts][-1])
        if reference:
            texts[last] = f"{texts[last]}\n\n{reference}".lstrip("\n")
        pieces = [
            split(f"{texts[part.anchor]}\n\n" if texts[part.anchor] else "")
            if part.anchor
            else split(part.text)
            for part in self.parts
        ]
        whole, old = joined([block for piece in pieces for block in piece]), self.section.body
        begins, ends = old[: len(old) - len(old.lstrip("\n"))], old[len(old.rstrip("\n")) :]
        return begins + whole.strip("\n") + (ends or "\n")


def cut(section: Section, owned: frozenset[str]) -> Cut | None:
    """Return a section in its parts; None when there is nothing to shorten between them."""
    parts: list[Part] = []
    references: list[str] = []
    runs = groupby(split(section.body), key=lambda block: bool(block.key) and block.key in owned)
    for is_person, run in runs:
        text, lines = joined([*run]), tuple[str, ...]()
        if not is_person:
            text, lines = provenance.without_references(text)
        is_shown = not is_person and len(text.strip()) >= LEAST_SHOWN
        anchor = f"{section.anchor}~{len(parts) + 1}" if is_shown else ""
        parts.append(Part(anchor=anchor, text=text, is_person=is_person))
        references += lines
    if not any(part.anchor for part in parts):
        return None
    return Cut(section=section, parts=tuple(parts), owned=owned, references=tuple(references))


def beside(cuts: Sequence[Cut], wanted: Sequence[Operation]) -> tuple[Operation, ...]:
    """Return the operations that are about whole sections."""
    return tuple(each for each in numbered(cuts, wanted) if each is not _NOTHING)


def numbered(cuts: Sequence[Cut], wanted: Sequence[Operation]) -> tuple[Operation, ...]:
    """Return the same, with one that does nothing in the place of each that is about a part."""
    homes = {view.anchor: each.section.anchor for each in cuts for view in each.views}

    def outside(operation: Operation) -> Operation:
        match operation:
            case InsertSectionAfter(anchor=anchor) if anchor in homes:
                return replace(operation, anchor=homes[anchor])
            case (
                ReplaceSection(anchor=anchor)
                | AppendToSection(anchor=anchor)
                | DeleteSection(anchor=anchor)
                | RenameSection(anchor=anchor)
            ) if anchor in homes:
                return _NOTHING
        return operation

    return tuple(outside(operation) for operation in wanted)


def told(each: Cut, wanted: Sequence[Operation]) -> dict[str, str]:
    """Return what the parts of a section are to say, by anchor."""
    texts = {view.anchor: view.body for view in each.views}
    for operation in wanted:
        match operation:
            case ReplaceSection(anchor=anchor, body=body) if anchor in texts:
                texts[anchor] = body
            case AppendToSection(anchor=anchor, body=body) if anchor in texts:
                texts[anchor] = f"{texts[anchor]}\n\n{body}"
            case DeleteSection(anchor=anchor) if anchor in texts:
                texts[anchor] = ""
    return texts


def touched(cuts: Sequence[Cut], wanted: Sequence[Operation]) -> list[Cut]:
    """Return the sections of which something changes."""
    return [
        each
        for each in cuts
        if told(each, wanted) != {view.anchor: view.body for view in each.views}
    ]


def together(
    content: str, cuts: Sequence[Cut], wanted: Sequence[Operation], references: Mapping[str, str]
) -> str:
    """Return a text in which each section that changes is put together again.

    `references` gives, by anchor of the section, the line that says where it is from.
    """
    bodies = {
        each.section.anchor: each.body(told(each, wanted), references.get(each.section.anchor, ""))
        for each in touched(cuts, wanted)
    }
    if not bodies:
        return content
    outline = parse(content)
    sections = tuple(
        replace(section, body=bodies.get(section.anchor, section.body))
        for section in outline.sections
    )
    return render(replace(outline, sections=sections))


def misplaced(cuts: Sequence[Cut], wanted: Sequence[Operation]) -> list[str]:
    """Return what is wrong with operations on parts, for the model to read."""
    anchors = {view.anchor for each in cuts for view in each.views}
    found = [
        f"Operation {number} renames {operation.anchor!r}, which is a part of a section."
        for number, operation in enumerate(wanted, 1)
        if isinstance(operation, RenameSection) and operation.anchor in anchors
    ]
    for each in touched(cuts, wanted):
        body = each.body(told(each, wanted), "")
        if theirs(body, each.owned) != theirs(each.section.body, each.owned):
            found.append(
                f"What is left of {each.section.anchor!r} runs into what a person wrote in it,"
                " or says it again."
            )
    return found
