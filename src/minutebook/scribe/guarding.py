"""Which operations would lose what a person wrote."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from minutebook.scribe.blocks import keys
from minutebook.scribe.operations import DeleteSection, Operation, ReplaceDocument, ReplaceSection
from minutebook.scribe.outline import TOP, Outline


def losses(
    outline: Outline, operations: Sequence[Operation], owned: frozenset[str]
) -> tuple[str, ...]:
    """Return, for each operation that would change or take out a person's block, why it may not."""
    return tuple(_losses(outline, operations, owned)) if owned else ()


def theirs(body: str, owned: frozenset[str]) -> tuple[str, ...]:
    """Return the blocks of a body that a person wrote."""
    return tuple(block for block in keys(body) if block in owned)


def _losses(
    outline: Outline, operations: Sequence[Operation], owned: frozenset[str]
) -> Iterator[str]:
    bodies = {TOP: outline.preamble, **{s.anchor: s.body for s in outline.sections}}
    for number, operation in enumerate(operations, 1):
        match operation:
            case ReplaceSection(anchor=anchor, body=body):
                kept = {_plain(key) for key in keys(body)}
            case DeleteSection(anchor=anchor):
                kept = set()
            case ReplaceDocument():
                yield f"Operation {number} replaces the document. Send operations on sections."
                continue
            case _:
                continue
        mine = {_plain(key) for key in theirs(bodies.get(anchor, ""), owned)}
        if mine - kept:
            yield (
                f"Operation {number} changes or takes out a paragraph in {anchor!r} that a person"
                " wrote. Keep what stands between <theirs> tags word for word, or append instead."
            )


def _plain(key: str) -> str:
    """Return a block without what nobody sees at the ends of its lines."""
    return "\n".join(line.rstrip() for line in key.split("\n"))
