"""Section operations: what a patch is made of, as values and as JSON, and what they do.

A patch is a JSON array, in order:

    [{"op": "append_to_section", "anchor": "route", "body": "…"},
     {"op": "insert_section_after", "anchor": "route", "heading": "Tents", "body": "…"},
     {"op": "replace_section", "anchor": "route", "body": "…"},
     {"op": "rename_section", "anchor": "route", "heading": "The route"},
     {"op": "delete_section", "anchor": "route"},
     {"op": "set_title", "title": "Winter expedition"},
     {"op": "replace_document", "content": "…"},
     {"op": "splice", "start": 120, "length": 9, "text": "…"}]

Models send the first six. `splice` is how a person's edit is kept, and what a merge did: text takes
the place of so many characters. Splices stand behind all others, and each applies to the text that
the one before it made. `replace_document` is how older revisions keep a person's version. Bodies
are Markdown, kept inside of their sections (see `containment`); headings and titles are plain text,
and escaped.

Anchors are those of the document that the author saw. They hold through the whole patch, also
behind a rename; a section that the patch inserts gets an anchor from its heading at once. The
anchor `top` is the opening: text can be appended there, it can be replaced, and a section inserted
after it comes first.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar

from minutebook.domain.display import one_line
from minutebook.errors import PatchError

MAX_OPERATIONS = 1_000
MAX_PATCH = 400_000
"""The longest patch of a model, in characters of JSON."""
MAX_LINE = 200
"""The longest heading and title, in characters."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AppendToSection:
    """Add text to the end of a section."""

    op: ClassVar[str] = "append_to_section"
    anchor: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class InsertSectionAfter:
    """Add a section behind another."""

    op: ClassVar[str] = "insert_section_after"
    anchor: str
    heading: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceSection:
    """Give a section another body."""

    op: ClassVar[str] = "replace_section"
    anchor: str
    body: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RenameSection:
    """Give a section another heading."""

    op: ClassVar[str] = "rename_section"
    anchor: str
    heading: str


@dataclass(frozen=True, slots=True, kw_only=True)
class DeleteSection:
    """Take a section out."""

    op: ClassVar[str] = "delete_section"
    anchor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SetTitle:
    """Give the document another title."""

    op: ClassVar[str] = "set_title"
    title: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplaceDocument:
    """Put a person's text in the place of the whole document, as it stands."""

    op: ClassVar[str] = "replace_document"
    content: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Splice:
    """Put text in the place of so many characters of the document, as it stands."""

    op: ClassVar[str] = "splice"
    start: int
    length: int
    text: str


SectionOperation = (
    AppendToSection | InsertSectionAfter | ReplaceSection | RenameSection | DeleteSection
)
ModelOperation = SectionOperation | SetTitle
Operation = ModelOperation | ReplaceDocument | Splice

_MODEL_KINDS: tuple[type[ModelOperation], ...] = (
    AppendToSection,
    InsertSectionAfter,
    ReplaceSection,
    RenameSection,
    DeleteSection,
    SetTitle,
)
_OF_MODELS: Mapping[str, type[Operation]] = {kind.op: kind for kind in _MODEL_KINDS}
_OF_ANYBODY: Mapping[str, type[Operation]] = {
    **_OF_MODELS,
    ReplaceDocument.op: ReplaceDocument,
    Splice.op: Splice,
}
_MAY_BE_EMPTY = {ReplaceDocument.op: "content", ReplaceSection.op: "body", Splice.op: "text"}
_NUMBERS = frozenset({"start", "length"})
_LINES = frozenset({"heading", "title"})


def to_patch(operations: Sequence[Operation]) -> str:
    """Return operations as the JSON that is kept."""
    members = [{"op": operation.op, **asdict(operation)} for operation in operations]
    return json.dumps(members, ensure_ascii=False, separators=(",", ":"))


def read_patch(patch: str) -> tuple[Operation, ...]:
    """Return the operations of a kept patch. Raises PatchError."""
    return _read_all(_json(patch), _OF_ANYBODY)


def read_reply(arguments: str) -> tuple[Operation, ...]:
    """Return the operations that a model sent as the arguments of `update_document`.

    Raises PatchError, with what the model or a person must know to put it right: a line for each
    operation that is wrong.
    """
    if len(arguments) > MAX_PATCH:
        raise PatchError(
            f"The operations are too large: {len(arguments):,} characters, at most {MAX_PATCH:,}.",
            hint="Send fewer or shorter operations.",
        )
    sent = _json(arguments)
    if not isinstance(sent, dict) or set(sent) != {"operations"}:
        raise PatchError(
            "The arguments are not an object with the one member 'operations'.",
            hint='Send {"operations": [...]}; the list may be empty.',
        )
    return _read_all(sent["operations"], _OF_MODELS)


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError) as error:
        raise PatchError(
            f"The operations are not JSON: {error}.", hint="Send valid JSON."
        ) from error


def _read_all(items: Any, kinds: Mapping[str, type[Operation]]) -> tuple[Operation, ...]:
    if not isinstance(items, list):
        raise PatchError("The operations are not a list.", hint="Send a JSON array.")
    if len(items) > MAX_OPERATIONS:
        raise PatchError(
            f"There are {len(items):,} operations, at most {MAX_OPERATIONS:,} are allowed.",
            hint="Send fewer operations.",
        )
    found, wrong = [], []
    for number, item in enumerate(items, 1):
        try:
            found.append(_read(f"Operation {number}", item, kinds))
        except PatchError as error:
            wrong.append(error)
    if wrong:
        raise wrong[0] if len(wrong) == 1 else PatchError("\n".join(map(str, wrong)))
    return tuple(found)


def _read(place: str, item: Any, kinds: Mapping[str, type[Operation]]) -> Operation:
    if not isinstance(item, dict):
        raise PatchError(f"{place} is not an object.", hint="Send objects with a member 'op'.")
    name = item.get("op")
    kind = kinds.get(name) if isinstance(name, str) else None
    if kind is None:
        known = ", ".join(kinds)
        raise PatchError(
            f"{place} has an unknown 'op' {str(name)[:60]!r}.", hint=f"Known are: {known}."
        )
    wanted = {field.name for field in fields(kind)}
    given = set(item) - {"op"}
    if given != wanted:
        raise PatchError(
            f"{place} ({kind.op}) has the members {_listed(given)}, not {_listed(wanted)}.",
            hint="Send exactly the members that it needs.",
        )
    place = f"{place} ({kind.op})"
    return kind(**{name: _value(place, kind.op, name, item[name]) for name in wanted})


def _value(place: str, op: str, name: str, value: Any) -> Any:
    """Return a member as its operation needs it."""
    return _number(place, name, value) if name in _NUMBERS else _text(place, op, name, value)


def _number(place: str, name: str, value: Any) -> int:
    if type(value) is not int or value < 0:
        raise PatchError(f"{place} has no number for {name!r}.", hint="Send 0 or more.")
    return value


def _text(place: str, op: str, name: str, value: Any) -> str:
    if not isinstance(value, str):
        kind = type(value).__name__
        raise PatchError(f"{place} has a {kind} for {name!r}.", hint="Send a string.")
    if not value.strip() and _MAY_BE_EMPTY.get(op) != name:
        raise PatchError(f"{place} has an empty {name!r}.", hint="Send text, or leave it out.")
    if name in _LINES and len(one_line(value)) > MAX_LINE:
        raise PatchError(
            f"{place} has a {name!r} of {len(value):,} characters.",
            hint=f"Send at most {MAX_LINE} characters.",
        )
    return value


def _listed(names: set[str]) -> str:
    return ", ".join(repr(name) for name in sorted(names)) or "none"
