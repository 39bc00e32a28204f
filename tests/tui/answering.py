"""A console that answers what it is told to, when it is told to, without a process."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from minutebook.archive.console import ResultColumn, TableColumn, Vocabulary
from minutebook.engine import Engine

VOCABULARY = Vocabulary(
    columns=(
        TableColumn(table="history", name="id", type="VARCHAR"),
        TableColumn(table="history", name="verbatim", type="VARCHAR"),
        TableColumn(table="turns", name="key", type="VARCHAR"),
        TableColumn(table="turns", name="tokens", type="BIGINT"),
    ),
    functions=("count", "sum"),
    keywords=("FREEZE", "FROM"),
)


class Answer:
    """A result in pages, as a cursor gives it."""

    def __init__(self, columns: dict[str, str], pages: Sequence[list[Any]]) -> None:
        self.columns = [ResultColumn(name=name, type=kind) for name, kind in columns.items()]
        self._left = list(pages)
        self.is_capped = False
        self.warning = ""
        self.is_over = False
        self.rows_read = 0

    async def page(self) -> list[Any]:
        """Return the next page."""
        rows = self._left.pop(0) if self._left else []
        self.is_over = not self._left
        self.rows_read += len(rows)
        return rows

    async def pages(self) -> AsyncIterator[list[Any]]:
        """Yield what is left."""
        while rows := await self.page():
            yield rows


class AnsweringConsole:
    """In the place of the console of an engine."""

    def __init__(self) -> None:
        self.answers: list[Answer] = []
        self.asked: list[str] = []
        self.go = asyncio.Event()
        """A query waits for this."""
        self.go.set()
        self.progress = 0.0
        self.is_warm = True
        self.was_cancelled = False

    async def run(self, sql: str, **limits: object) -> Answer:
        """Answer a query, as soon as it may."""
        self.asked.append(sql)
        try:
            await self.go.wait()
        except asyncio.CancelledError:
            self.was_cancelled = True
            raise
        return self.answers.pop(0)

    async def save(self, sql: str, target: Path, **limits: object) -> int:
        """Write a file."""
        target.write_bytes(b"PAR1")
        return 7

    async def vocabulary(self) -> Vocabulary:
        """Tell what can be completed."""
        return VOCABULARY

    async def confinement(self) -> None:
        """Have a process."""
        self.is_warm = True

    async def close(self) -> None:
        """End nothing."""


def answering(engine: Engine | None) -> AnsweringConsole:
    """Let an engine be asked without a process."""
    assert engine is not None
    console = AnsweringConsole()
    object.__setattr__(engine, "console", console)
    return console
