"""Look a home over: is it private, sound, and able to work? Nothing is changed."""

from __future__ import annotations

import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass

from minutebook.config import load
from minutebook.errors import MinutebookError
from minutebook.llm.models import registry_of
from minutebook.paths import Home
from minutebook.store.database import examine as examine_store
from minutebook.store.database import sqlite_version

_LEAST_FREE = 200 * 1024**2


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    is_fine: bool
    detail: str
    """What was found; when it is not fine, also what to do."""


def examine(home: Home) -> list[Finding]:
    """Return what was found, one finding for each thing that was looked at."""
    return [
        Finding(check="python", is_fine=True, detail=sys.version.split()[0]),
        Finding(check="sqlite", is_fine=True, detail=sqlite_version()),
        *_home(home),
        *_settings(home),
        *_store(home),
    ]


def _home(home: Home) -> Iterator[Finding]:
    if home.data.exists() and not home.data.is_dir():
        detail = f"{home.data} is not a folder. Name a folder with --home or MINUTEBOOK_HOME."
        yield Finding(check="home", is_fine=False, detail=detail)
        return
    if not home.data.is_dir():
        detail = f"{home.data} is not there yet; it is made when it is first needed."
        yield Finding(check="home", is_fine=True, detail=detail)
        return
    is_private = home.data.stat().st_mode & 0o077 == 0
    hint = "" if is_private else f" Others can read it: chmod 700 {home.data}"
    yield Finding(check="home", is_fine=is_private, detail=f"{home.data}{hint}")
    free = shutil.disk_usage(home.data).free
    hint = "" if free >= _LEAST_FREE else " Make some room."
    detail = f"{free // 1024**2} MB free.{hint}"
    yield Finding(check="disk", is_fine=free >= _LEAST_FREE, detail=detail)


def _settings(home: Home) -> Iterator[Finding]:
    try:
        settings = load(home)
        models = registry_of(settings)
        names = sorted({settings.models.chat, settings.models.scribe, settings.models.summary})
        for name in names:
            models.get(name)
    except MinutebookError as error:
        yield Finding(check="settings", is_fine=False, detail=str(error))
        return
    where = home.config_file if home.config_file.exists() else "defaults"
    yield Finding(check="settings", is_fine=True, detail=f"{where}; models {', '.join(names)}")


def _store(home: Home) -> Iterator[Finding]:
    if not home.database.exists():
        yield Finding(check="store", is_fine=True, detail="There is none yet.")
        return
    try:
        problems = examine_store(home.database)
    except MinutebookError as error:
        yield Finding(check="store", is_fine=False, detail=str(error))
        return
    size = home.database.stat().st_size // 1024
    for problem in problems:
        detail = f"{problem}. Restore it from a backup, or move it away and import again."
        yield Finding(check="store", is_fine=False, detail=detail)
    if not problems:
        yield Finding(check="store", is_fine=True, detail=f"{home.database}, {size} KB, sound")
