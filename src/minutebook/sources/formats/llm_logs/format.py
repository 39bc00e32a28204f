"""The log of the command `llm`, an SQLite database that may be in use.

Older versions have a row for each response, with its prompt; newer ones have messages in chains,
which threads share when they say the same, and a row for each exchange that names where it ends. A
database that was taken over may hold both. Turns are named by the exchange and their place in it.
All of it is read again whenever it has changed: what is known is met again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

from minutebook.errors import SourceError
from minutebook.sources.formats.llm_logs.exchanges import exchanges
from minutebook.sources.formats.llm_logs.responses import responses
from minutebook.sources.formats.protocol import Match
from minutebook.sources.parsed import Checkpoint, Parsed
from minutebook.sources.source import Sample, Source
from minutebook.store.foreign_db import ForeignDatabase, opened

_MAGIC = b"SQLite format 3\x00"
_RESPONSES = frozenset({"id", "prompt", "response", "conversation_id"})
_TURNS = frozenset({"id", "thread_id", "tip_message_hash"})


class LlmLogs:
    """`logs.db`, with the tables of any version since responses have conversations."""

    name = "llm"

    def detect(self, sample: Sample) -> Match | None:
        """See `Format.detect`. The tables tell; the name of the file does not."""
        if not sample.head.startswith(_MAGIC):
            return None
        try:
            with _database(sample.source) as database:
                is_log = _has(database, "turns", _TURNS) or _has(database, "responses", _RESPONSES)
        except SourceError:
            return None
        return Match(score=0.97, reason="It has the tables of llm's log.") if is_log else None

    def parse(self, source: Source, resume: Checkpoint | None = None) -> Iterator[Parsed]:
        """See `Format.parse`. There are no checkpoints: rows lie anywhere in the file."""
        with _database(source) as database:
            known: frozenset[str] = frozenset()
            if _has(database, "turns", _TURNS):
                known = frozenset(str(row["id"]) for row in database.rows("turn_ids"))
                yield from exchanges(database)
            if _has(database, "responses", _RESPONSES):
                yield from responses(database, known)


def _has(database: ForeignDatabase, table: str, columns: frozenset[str]) -> bool:
    return columns <= database.columns(table)


@contextmanager
def _database(source: Source) -> Iterator[ForeignDatabase]:
    """Open a source as a database; what lies in a zip is unpacked for that."""
    if source.path is not None:
        with opened(source.path, "llm") as database:
            yield database
        return
    with TemporaryDirectory(prefix="minutebook-") as folder:
        copy = Path(folder, "logs.db")
        with source.open() as stream, copy.open("wb") as target:
            shutil.copyfileobj(stream, target)
        with opened(copy, "llm") as database:
            yield database
