"""SQL over the record, for people: one statement that reads, run in a process of its own.

What a person types is never run in this process. A child with an interpreter of its own, no
environment, no keys and nothing it could write to parses it, refuses what is not a single query
over our own tables, and answers in pages. It can be killed at any time, since it keeps nothing.

Importing this package loads nothing but names; DuckDB is loaded by the child alone.
"""

from __future__ import annotations

from minutebook.archive.console.asked import Asked, QueryHistory
from minutebook.archive.console.client import (
    Console,
    Cursor,
    ResultColumn,
    TableColumn,
    Vocabulary,
)
from minutebook.archive.console.confinement import offered
from minutebook.archive.console.exporting import RowFormat, cell, write_rows
from minutebook.archive.console.limits import Confinement, ConsoleLimits
from minutebook.archive.console.saved import SavedQueries, SavedQuery, shipped

__all__ = [
    "Asked",
    "Confinement",
    "Console",
    "ConsoleLimits",
    "Cursor",
    "QueryHistory",
    "ResultColumn",
    "RowFormat",
    "SavedQueries",
    "SavedQuery",
    "TableColumn",
    "Vocabulary",
    "cell",
    "offered",
    "shipped",
    "write_rows",
]
