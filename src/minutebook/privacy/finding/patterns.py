"""What is found in a text: secrets, e-mail addresses, telephone, card and account numbers.

All of them are looked for in every text, plain ASCII or not.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from types import MappingProxyType

from minutebook.domain.privacy import Finding, Kind
from minutebook.privacy.finding.addresses import find_addresses
from minutebook.privacy.finding.credentials import find_secrets
from minutebook.privacy.finding.folding import MASK, folded
from minutebook.privacy.finding.numbers import find_cards, find_ibans, find_phones

Span = tuple[int, int]
_FINDERS: Mapping[Kind, Callable[[str], Iterable[Span]]] = MappingProxyType(
    {
        Kind.SECRET: find_secrets,
        Kind.IBAN: find_ibans,
        Kind.CARD: find_cards,
        Kind.EMAIL: find_addresses,
        Kind.PHONE: find_phones,
    }
)
"""What finds each kind; where two of them find the same, the former says what it is."""
_NUMBERED = frozenset({Kind.IBAN, Kind.CARD, Kind.PHONE})
_SEVERAL_DIGITS = re.compile(r"\d[^\n]{0,6}\d[^\n]{0,6}\d")
_PIECE = re.compile(f"[^{MASK}]+")


def find(text: str, kinds: Collection[Kind] = frozenset(Kind)) -> tuple[Finding, ...]:
    """Return what is found of some kinds, in order and apart from each other.

    What is hidden already is passed over: placeholders are no findings, nor part of one.
    """
    read = folded(text)
    has_numbers = _SEVERAL_DIGITS.search(read.text) is not None
    found = [
        Finding(kind=kind, start=start, end=end)
        for kind, finder in _FINDERS.items()
        if kind in kinds and (has_numbers or kind not in _NUMBERED)
        for span in finder(read.text)
        for start, end in _unmasked(read.text, span)
    ]
    if not found:
        return ()
    apart = _apart(found)
    return tuple(_placed(each, *read.span(each.start, each.end)) for each in apart)


def _unmasked(text: str, span: Span) -> Iterator[Span]:
    """Yield the pieces of a place that are not hidden already, as far as they say anything."""
    for piece in _PIECE.finditer(text, *span):
        if any(map(str.isalnum, piece[0])):
            yield piece.span()


def _apart(found: list[Finding]) -> list[Finding]:
    """Make one finding of those that overlap, of the kind that comes first."""
    rank = {kind: number for number, kind in enumerate(_FINDERS)}
    joined: list[Finding] = []
    for each in sorted(found, key=lambda finding: (finding.start, -finding.end)):
        if joined and each.start < joined[-1].end:
            last = joined[-1]
            kind = min(last.kind, each.kind, key=lambda kind: rank[kind])
            joined[-1] = Finding(kind=kind, start=last.start, end=max(last.end, each.end))
        else:
            joined.append(each)
    return joined


def _placed(finding: Finding, start: int, end: int) -> Finding:
    return Finding(kind=finding.kind, start=start, end=end)
