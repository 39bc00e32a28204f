"""A look into a store that may be of an older version, or be missing: nothing is changed."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from minutebook.domain.watched import WatchedPath
from minutebook.store import sources, statements
from minutebook.store.database import connect
from minutebook.store.transaction import Transaction


def watched(path: Path) -> list[WatchedPath]:
    """Return what a store says is watched; nothing where it cannot say so."""
    if not path.exists():
        return []
    try:
        with closing(connect(path)) as connection:
            return sources.watched(Transaction(connection, statements.load("sqlite")))
    except sqlite3.Error:
        return []
