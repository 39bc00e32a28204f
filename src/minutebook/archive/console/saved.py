"""Queries that come with minutebook: questions one asks of an archive."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files


@dataclass(frozen=True, slots=True, kw_only=True)
class SavedQuery:
    """A query with a name."""

    name: str
    title: str
    sql: str


@cache
def shipped() -> tuple[SavedQuery, ...]:
    """Return the queries that come with minutebook."""
    text = (files("minutebook.archive.console") / "saved.toml").read_text("utf-8")
    return tuple(
        SavedQuery(name=name, title=one["title"], sql=one["sql"].strip())
        for name, one in tomllib.loads(text).items()
    )
