"""A look into a store that may be of an older version, or be missing: nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from minutebook.domain.watched import WatchedPath
from minutebook.store import mirrors, people, sources, statements
from minutebook.store.database import connect, translated
from minutebook.store.mirrors import Mirrored
from minutebook.store.people import Speakers
from minutebook.store.transaction import Transaction

T = TypeVar("T")


def watched(path: Path) -> list[WatchedPath]:
    """Return what a store says is watched; nothing where it cannot say so."""
    return _listed(path, sources.watched)


def mirrored(path: Path) -> list[Mirrored]:
    """Return the documents that are kept as files; nothing where a store cannot say so."""
    return _listed(path, mirrors.every)


def speakers(path: Path, behind: int = 0) -> Speakers:
    """Return the people who speak behind a turn, or anywhere behind none. Raises StoreError."""
    with translated(path), closing(connect(path)) as connection:
        return people.speakers(Transaction(connection, statements.load("sqlite")), behind)


def _listed(path: Path, reader: Callable[[Transaction], list[T]]) -> list[T]:
    if not path.exists():
        return []
    try:
        with closing(connect(path)) as connection:
            return reader(Transaction(connection, statements.load("sqlite")))
    except sqlite3.Error:
        return []
