"""Look a home over: is it private, sound, and able to work? Nothing is changed."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.util import find_spec

from minutebook.config import BatchMode, Settings, load
from minutebook.config.prices import price_problems
from minutebook.errors import MinutebookError
from minutebook.llm.access import check_key
from minutebook.llm.models import registry_of
from minutebook.paths import Home
from minutebook.store import glance
from minutebook.store.database import examine as examine_store
from minutebook.store.database import sqlite_version

_LEAST_FREE = 200 * 1024**2
_NEARLY_FULL = 20 * 1024**2
"""Bytes with which even small work may fail."""
_OFFLINE = "offline"
_SEMANTIC = "by words and by meaning"
_LEXICAL = "by words; by meaning too with: pip install 'minutebook[semantic]'"
_CHOOSE = (
    "No model is chosen, so all is done offline. To have one: put its key into the environment"
    " and its name into config.toml (`minutebook config init` writes one)."
)
_BATCHES = {
    BatchMode.AUTO: "auto: at half price where the provider has them",
    BatchMode.BATCH: "batch: always at half price, however long it takes",
    BatchMode.NOW: "now: never waited for, at full price",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that was looked at."""

    check: str
    is_fine: bool
    detail: str
    """What was found; when it is not fine, also what to do."""
    is_minor: bool = False
    """It works all the same: a warning, if it is not fine."""

    @property
    def has_failed(self) -> bool:
        """Whether something does not work."""
        return not (self.is_fine or self.is_minor)


def examine(home: Home) -> list[Finding]:
    """Return what was found, one finding for each thing that was looked at."""
    return [
        Finding(check="python", is_fine=True, detail=sys.version.split()[0]),
        Finding(check="sqlite", is_fine=True, detail=sqlite_version()),
        Finding(
            check="search", is_fine=True, detail=_SEMANTIC if find_spec("wordllama") else _LEXICAL
        ),
        *_home(home),
        *_settings(home),
        *_store(home),
        *_watched(home),
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
    is_minor = free >= _NEARLY_FULL
    yield Finding(check="disk", is_fine=free >= _LEAST_FREE, detail=detail, is_minor=is_minor)


def _settings(home: Home) -> Iterator[Finding]:
    try:
        settings = load(home)
    except MinutebookError as error:
        yield Finding(check="settings", is_fine=False, detail=str(error))
        return
    where = home.config_file if home.config_file.exists() else "defaults"
    yield Finding(check="settings", is_fine=True, detail=f"{where}")
    yield from _models(settings)
    yield _prices(home)
    yield _styles(home, settings)
    yield Finding(check="batches", is_fine=True, detail=_BATCHES[settings.batches.mode])


def _models(settings: Settings) -> Iterator[Finding]:
    """Say of each model what it is for, and whether it could be asked; nobody is asked."""
    chosen = settings.models
    tasks: dict[str, list[str]] = {}
    for task in ("chat", "scribe", "summary", "annotate", "write", "fallback"):
        if name := getattr(chosen, task).strip():
            tasks.setdefault(name, []).append(task)
    for name, done in tasks.items():
        what = f"{name} for {', '.join(done)}"
        try:
            registry_of(settings).get(name)
            check_key(name, settings)
        except MinutebookError as error:
            yield Finding(check="model", is_fine=False, detail=f"{what}: {error}")
        else:
            yield Finding(check="model", is_fine=True, detail=what)
    if set(tasks) == {_OFFLINE}:
        yield Finding(check="next", is_fine=True, detail=_CHOOSE)


def _prices(home: Home) -> Finding:
    problems = price_problems(home.prices_file)
    if problems:
        detail = f"{home.prices_file}: {problems[0]} `minutebook config validate` says all."
        return Finding(check="prices", is_fine=False, detail=detail)
    is_own = home.prices_file.exists()
    return Finding(
        check="prices", is_fine=True, detail=str(home.prices_file) if is_own else "built in"
    )


def _styles(home: Home, settings: Settings) -> Finding:
    own = sorted(path.stem for path in home.styles.glob("*.md")) if home.styles.is_dir() else []
    yours = f"; yours: {', '.join(own)}" if own else ""
    return Finding(check="styles", is_fine=True, detail=f"{settings.scribe.style}{yours}")


def _watched(home: Home) -> Iterator[Finding]:
    for one in glance.watched(home.database):
        is_there = os.access(one.path, os.R_OK)
        hint = "" if is_there else " It cannot be read now; `minutebook watch stop` forgets it."
        detail = f"{one.path}{hint}"
        yield Finding(check="watched", is_fine=is_there, detail=detail, is_minor=True)


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
