"""What opting out works with: handed in once, by the engine."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from minutebook.clock import Clock
from minutebook.domain.pages import Page
from minutebook.paths import Home
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


class Forgot(Protocol):
    """What a document has forgotten."""

    @property
    def title(self) -> str:
        """Of the document."""

    @property
    def revisions(self) -> int:
        """How many are gone."""

    @property
    def is_told_again(self) -> bool:
        """Whether a job tells it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """The store, and what other rooms do."""

    database: Database
    home: Home
    clock: Clock
    rewind: Callable[[Transaction, str, Collection[int] | None, datetime], Forgot | None]
    """Has the document of a conversation forget turns, or begin anew."""
    by_hand: Callable[[Transaction, str], str]
    """Says what people have written in the document of a conversation."""
    stand_in: Callable[[str], Awaitable[None]]
    """Gives a page a summary without a model, if it has none."""
    retell: Callable[[Sequence[Page], int], tuple[str, str]]
    """Tells the story of pages in about so many tokens; returns it, and by whom it is."""
    purge: Callable[[], Awaitable[int]]
    """Takes rows out of the archive whose pages have come back; says how many files went."""
    archived: Callable[[], Awaitable[list[tuple[str, str]]]]
    """Reads what the archive says about its pages, each with its file."""
    drop_parcel: Callable[[str], Awaitable[None]]
    """Removes what is kept in files of a batch."""
    mirror: Callable[[], Awaitable[None]] | None
    """Brings the mirrored files and the documents in accord."""
