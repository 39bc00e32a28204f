"""The JSON of a turn's `margin` column: what a source notes beside what was said.

`{"replies_to": str, "thread": str, "reactions": [{name, count, authors}], "is_withdrawn": true}`;
empty members are left out, and nothing at all is NULL.
"""

from __future__ import annotations

import json
from dataclasses import asdict

from minutebook.domain.turns import Margin, Reaction
from minutebook.store.transaction import storable

_NOTHING = Margin()


def to_column(margin: Margin) -> str | None:
    """Write a margin; None when nothing is noted."""
    if margin.is_empty:
        return None
    kept = {name: value for name, value in asdict(margin).items() if value}
    return storable(json.dumps(kept, ensure_ascii=False, separators=(",", ":")))


def to_margin(column: str | None) -> Margin:
    """Read a margin back from its column."""
    if column is None:
        return _NOTHING
    members = json.loads(column)
    return Margin(
        replies_to=members.get("replies_to"),
        thread=members.get("thread"),
        reactions=tuple(map(_reaction, members.get("reactions", ()))),
        is_withdrawn=members.get("is_withdrawn", False),
    )


def _reaction(member: dict[str, object]) -> Reaction:
    authors = member.get("authors", ())
    return Reaction(
        name=str(member["name"]),
        count=int(str(member["count"])),
        authors=tuple(authors) if isinstance(authors, list | tuple) else (),
    )
