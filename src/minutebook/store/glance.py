"""A look into a store that may be of an older version, or be missing: nothing is changed."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import TypeVar

from minutebook.domain.watched import WatchedPath
from minutebook.store import mirrors, sources, statements
from minutebook.store.database import connect
from minutebook.store.mirrors import Mirrored
from minutebook.store.transaction import Transaction

T = TypeVar("T")


def watched(path: Path) -> list[WatchedPath]:
    """Return what a store says is watched; nothing where it cannot say so."""
    return _listed(path, sources.watched)


def mirrored(path: Path) -> list[Mirrored]:
    """Return the documents that are kept as files; nothing where a store cannot say so."""
    return _listed(path, mirrors.every)


def _listed(path: Path, reader: Callable[[Transaction], list[T]]) -> list[T]:
    if not path.exists():
        return []
    try:
        with closing(connect(path)) as connection:
            return reader(Transaction(connection, statements.load("sqlite")))
    except sqlite3.Error:
        return []
