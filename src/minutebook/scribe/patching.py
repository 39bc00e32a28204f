"""Apply operations to an outline.

Only what an operation names is touched; every other piece of the text stays as it was written. What
is touched gets one empty line behind it, and a patched document ends in one line end. The result
depends on the outline and the operations alone, so a version can be rebuilt from its patches.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import accumulate

from minutebook.domain.display import one_line
from minutebook.errors import PatchError
from minutebook.llm.markdown import escape
from minutebook.scribe.containment import closed, contained
from minutebook.scribe.merging import matching
from minutebook.scribe.operations import (
    AppendToSection,
    DeleteSection,
    InsertSectionAfter,
    Operation,
    RenameSection,
    ReplaceDocument,
    ReplaceSection,
    SetTitle,
    Splice,
)
from minutebook.scribe.outline import TOP, Outline, Section, free_anchor, parse, render
from minutebook.store.transaction import storable

_LIST_ITEM = ("- ", "* ", "+ ")
_MAX_LISTED = 40


def apply(outline: Outline, operations: Sequence[Operation]) -> Outline:
    """Return the outline that operations make of one.

    Raises PatchError when an operation names a section that is not there; then nothing is done.
    """
    if not operations:
        return outline
    return parse(_spliced(_by_section(outline, operations), operations))


def misfits(outline: Outline, operations: Sequence[Operation]) -> tuple[str, ...]:
    """Return what is wrong with each operation that names a section that is not there."""
    work = _Work.on(outline)
    found = []
    for number, operation in enumerate(operations, 1):
        work.number = number
        try:
            work.do(operation)
        except PatchError as error:
            found.append(str(error))
    return tuple(found)


def patched(text: str, operations: Sequence[Operation]) -> str:
    """Return the text that operations make of one. Raises PatchError."""
    return render(apply(parse(text), operations)) if operations else text


def splices(old: str, new: str) -> tuple[Splice, ...]:
    """Return what makes one text of another, line by line, from the end to the beginning."""
    lines, others = old.splitlines(keepends=True), new.splitlines(keepends=True)
    starts = [0, *accumulate(map(len, lines))]
    found = []
    i = j = 0
    for i_next, j_next, length in [*matching(lines, others), (len(lines), len(others), 0)]:
        if i_next > i or j_next > j:
            start, end = starts[i], starts[i_next]
            text = "".join(others[j:j_next])
            found.append(Splice(start=start, length=end - start, text=text))
        i, j = i_next + length, j_next + length
    return tuple(reversed(found))


def _by_section(outline: Outline, operations: Sequence[Operation]) -> str:
    """Return the text that operations other than splices make."""
    named = [each for each in operations if not isinstance(each, Splice)]
    if not named:
        return render(outline)
    work = _Work.on(outline)
    for number, operation in enumerate(named, 1):
        work.number = number
        work.do(operation)
    text = work.text()
    return text if isinstance(named[-1], ReplaceDocument) else _line_ended(text.rstrip("\n"))


def _spliced(text: str, operations: Sequence[Operation]) -> str:
    for each in operations:
        if isinstance(each, Splice):
            if each.start + each.length > len(text):
                raise PatchError(
                    f"A splice ends behind the document: at {each.start + each.length:,}"
                    f" of {len(text):,} characters.",
                    hint="The patch was made for another text.",
                )
            text = text[: each.start] + storable(each.text) + text[each.start + each.length :]
    return text


@dataclass(slots=True, kw_only=True)
class _Work:
    """A document under way from one version to the next."""

    opening: Outline
    sections: list[Section]
    taken: dict[str, int]
    number: int = 0
    """Of the operation that is being done."""

    @classmethod
    def on(cls, outline: Outline) -> _Work:
        return cls(
            opening=replace(outline, sections=()),
            sections=list(outline.sections),
            taken={TOP: 1, **{section.anchor: 1 for section in outline.sections}},
        )

    def text(self) -> str:
        return render(replace(self.opening, sections=tuple(self.sections)))

    def do(self, operation: Operation) -> None:
        match operation:
            case AppendToSection(anchor=anchor, body=body):
                self._set_body(anchor, _joined(closed(self._body(anchor)), contained(body)))
            case ReplaceSection(anchor=anchor, body=body):
                self._set_body(anchor, _joined("", contained(body)))
            case InsertSectionAfter():
                self._insert(operation)
            case RenameSection(anchor=anchor, heading=heading):
                self._rename(anchor, heading)
            case DeleteSection(anchor=anchor):
                self._delete(anchor)
            case SetTitle(title=title):
                self._set_title(title)
            case ReplaceDocument(content=content):
                fresh = _Work.on(parse(storable(content)))
                self.opening, self.sections, self.taken = fresh.opening, fresh.sections, fresh.taken

    def _insert(self, operation: InsertSectionAfter) -> None:
        self._set_body(operation.anchor, closed(self._body(operation.anchor)))
        heading = one_line(operation.heading)
        new = Section(
            anchor=free_anchor(heading, self.taken),
            heading_line=_heading_line("##", heading),
            body=_ended(_joined("", contained(operation.body))),
        )
        self.sections.insert(self._place(operation.anchor) + 1, new)

    def _rename(self, anchor: str, heading: str) -> None:
        place = self._place(anchor)
        if place < 0:
            raise self._wrong("the opening has no heading", "Use 'set_title' for the title.")
        section = self.sections[place]
        marks = section.heading_line.split(maxsplit=1)[0]
        self.sections[place] = replace(section, heading_line=_heading_line(marks, heading))

    def _delete(self, anchor: str) -> None:
        place = self._place(anchor)
        if place < 0:
            raise self._wrong("the opening cannot be deleted", "Replace it by a shorter one.")
        del self.sections[place]

    def _set_title(self, title: str) -> None:
        preamble = self.opening.preamble
        if not self.opening.title_line:
            preamble = "\n" + preamble.lstrip("\n")
        self.opening = replace(
            self.opening, title_line=_heading_line("#", title), preamble=preamble
        )

    def _place(self, anchor: str) -> int:
        """Return where a section stands; -1 for the opening."""
        if anchor == TOP:
            return -1
        for place, section in enumerate(self.sections):
            if section.anchor == anchor:
                return place
        known = ", ".join([TOP, *(section.anchor for section in self.sections)][:_MAX_LISTED])
        raise self._wrong(f"there is no section {anchor[:60]!r}", f"The anchors are: {known}.")

    def _body(self, anchor: str) -> str:
        place = self._place(anchor)
        return self.opening.preamble if place < 0 else self.sections[place].body

    def _set_body(self, anchor: str, body: str) -> None:
        place = self._place(anchor)
        if place >= 0:
            section = self.sections[place]
            line = _line_ended(section.heading_line)
            self.sections[place] = replace(section, heading_line=line, body=_ended(body))
        elif self.opening.title_line:
            line = _line_ended(self.opening.title_line)
            self.opening = replace(self.opening, title_line=line, preamble=_ended(body))
        else:
            self.opening = replace(self.opening, preamble=_ended(body).lstrip("\n"))

    def _wrong(self, reason: str, hint: str) -> PatchError:
        return PatchError(f"Operation {self.number} does not fit: {reason}.", hint=hint)


def _heading_line(marks: str, heading: str) -> str:
    return f"{marks} {escape(one_line(heading))}\n"


def _line_ended(text: str) -> str:
    return text if not text or text.endswith("\n") else f"{text}\n"


def _ended(body: str) -> str:
    """Return a body with one empty line behind it."""
    return body.rstrip("\n") + "\n\n" if body.strip("\n") else "\n"


def _joined(old: str, new: str) -> str:
    """Return a body with text added: to its list when that goes on, else as a paragraph."""
    if not old.strip():
        return f"\n{new}"
    old = old.rstrip("\n")
    goes_on = new.startswith(_LIST_ITEM) and old.rpartition("\n")[2].startswith(_LIST_ITEM)
    return f"{old}\n{new}" if goes_on else f"{old}\n\n{new}"
