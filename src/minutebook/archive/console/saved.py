"""Queries with a name: those that come with minutebook, and a person's own.

A person's own are files of SQL in a folder of theirs, so that any editor changes them and any
repository keeps them. The title of one is the comment in its first line.
"""

from __future__ import annotations

import re
import secrets
import tomllib
from contextlib import suppress
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

from minutebook.domain.display import one_line, terminal_safe
from minutebook.errors import QueryError, UsageError
from minutebook.paths import FOLDER_MODE, new_private

_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,63}")
_ENDING = ".sql"
_LONGEST = 100_000
"""Bytes of a file that are read; no query may have more characters."""
_MOST = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query with a name."""

    name: str
    title: str
    sql: str
    is_own: bool = False
    """Whether a person saved it; the others come with minutebook."""


class SavedQueries:
    """The queries of one home. Every method touches the disk, and works in any thread."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def all(self) -> tuple[SavedQuery, ...]:
        """Return a person's own queries, then those that come with minutebook.

        A file that cannot be read, or whose name is none for a query, is left out.
        """
        own = [] if not self._folder.is_dir() else sorted(self._folder.glob(f"*{_ENDING}"))[:_MOST]
        found = [query for query in map(_read, own) if query is not None]
        names = {query.name for query in found}
        return (*found, *(query for query in shipped() if query.name not in names))

    def get(self, name: str) -> SavedQuery:
        """Return a query by its name. Raises UsageError."""
        known = self.all()
        for query in known:
            if query.name == name:
                return query
        names = ", ".join(query.name for query in known)
        raise UsageError(f"There is no saved query {name!r}.", hint=f"There are: {names}.")

    def has_own(self, name: str) -> bool:
        """Say whether saving under a name would replace something."""
        return bool(_NAME.fullmatch(name)) and self._place(name).exists()

    def save(self, name: str, sql: str) -> None:
        """Keep a query under a name, in the place of one that is there. Raises QueryError,
        UsageError for a name that is none, or that comes with minutebook.
        """
        if not _NAME.fullmatch(name):
            raise UsageError(
                f"{one_line(name)!r} is no name for a query.",
                hint="Small letters, digits, - and _ make one, such as `long-turns`.",
            )
        if any(query.name == name for query in shipped()):
            raise UsageError(f"{name} comes with minutebook.", hint="Choose another name.")
        place = self._place(name)
        fresh = place.with_suffix(f".{secrets.token_hex(4)}.new")
        try:
            self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
            with new_private(fresh) as file:
                file.write(terminal_safe(sql).strip().encode("utf-8", "replace") + b"\n")
            fresh.replace(place)
        except OSError as error:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
            raise QueryError(f"{place} cannot be written: {error.strerror}.") from error

    def delete(self, name: str) -> None:
        """Forget a query that a person saved. Raises QueryError, and UsageError for others."""
        if not self.has_own(name):
            raise UsageError(f"{one_line(name)} is no query of yours.", hint="It stays.")
        try:
            self._place(name).unlink()
        except OSError as error:
            raise QueryError(f"{self._place(name)} cannot be removed: {error.strerror}.") from error

    def _place(self, name: str) -> Path:
        return self._folder / f"{name}{_ENDING}"


def _read(place: Path) -> SavedQuery | None:
    if not _NAME.fullmatch(place.stem):
        return None
    try:
        with place.open("rb") as file:
            sql = terminal_safe(file.read(_LONGEST).decode("utf-8", "replace")).strip()
    except OSError:
        return None
    first = sql.partition("\n")[0]
    title = first.removeprefix("--").strip() if first.startswith("--") else one_line(sql)[:80]
    return SavedQuery(name=place.stem, title=title, sql=sql, is_own=True)


@cache
def shipped() -> tuple[SavedQuery, ...]:
    """Return the queries that come with minutebook."""
    text = (files("minutebook.archive.console") / "saved.toml").read_text("utf-8")
    return tuple(
        SavedQuery(name=name, title=one["title"], sql=one["sql"].strip())
        for name, one in tomllib.loads(text).items()
    )
