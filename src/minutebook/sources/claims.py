"""Which conversations of the record a reading has found its file to hold.

A conversation of a file that begins like another one of it is another one: what has been found for
one is not offered to the next, however much they share. A file that only grows is read on from a
bookmark, so what was found before it is kept with the bookmark, as far as nothing else tells.
"""

from __future__ import annotations

from collections.abc import Iterable

from minutebook.sources.parsed import ConversationFound, Identity

_MOST_KEPT = 4_096
"""How many are kept with a bookmark: it is written anew with every batch."""


class Claims:
    """The conversations of one file, each by what it is in the record."""

    def __init__(self, before: Iterable[str] = ()) -> None:
        """Begin behind these conversations, which stand before the bookmark in the file."""
        self._owners: dict[str, str | int] = dict.fromkeys(before, -1)

    def is_taken(self, id_: str, found: ConversationFound, index: int) -> bool:
        """Say whether a conversation of the record is another one of the file than this."""
        return id_ in self._owners and self._owners[id_] != _owner(found, index)

    def take(self, id_: str, found: ConversationFound, index: int) -> None:
        """Keep that a conversation of the file is this one of the record."""
        self._owners.setdefault(id_, _owner(found, index))

    def before(self, index: int) -> tuple[str, ...]:
        """Return those without an id of their own that stand before a place in the file."""
        found = [id_ for id_, owner in self._owners.items() if isinstance(owner, int)]
        kept = [id_ for id_ in found if self._place(id_) < index]
        return tuple(kept[-_MOST_KEPT:])

    def _place(self, id_: str) -> int:
        owner = self._owners[id_]
        return owner if isinstance(owner, int) else -1


def _owner(found: ConversationFound, index: int) -> str | int:
    """Return what tells a conversation from the others of its file: its id, or its number."""
    if found.identity is Identity.UNKNOWN:
        return index
    return f"{found.identity}:{found.native_id}"
