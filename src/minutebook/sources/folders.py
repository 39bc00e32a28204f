"""Which settings hold for a file: those of the most specific watched path that it lies in.

Paths are compared as the store keeps them. A folder inside another watched one decides for all that
lies in it, and nothing of the outer one's settings is left there.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath

from minutebook.domain.watched import DEFAULTS, FolderSettings, WatchedPath
from minutebook.sources.containers import Filter
from minutebook.store.transaction import storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Folder:
    """A watched path that decides for a file."""

    path: str
    settings: FolderSettings = DEFAULTS

    def filter(self, general: Filter) -> Filter:
        """Return which files are read in it."""
        own = self.settings
        return Filter(
            include=own.include or general.include,
            exclude=(*general.exclude, *own.exclude),
            apart=general.apart,
        )


class Folders:
    """The watched paths with their settings, at one moment."""

    def __init__(self, watched: Iterable[WatchedPath] = ()) -> None:
        self._all: Mapping[str, Folder] = {
            one.path: Folder(path=one.path, settings=one.settings) for one in watched
        }

    def of(self, file: Path | str) -> Folder | None:
        """Return what decides for a file; None when nothing that is watched holds it."""
        place = storable(str(file))
        while self._all:
            if (found := self._all.get(place)) is not None:
                return found
            above = os.path.dirname(place)  # noqa: PTH120 - as text, as it is kept
            if above == place:
                return None
            place = above
        return None

    def settings_of(self, file: Path | str) -> FolderSettings:
        """Return the settings that hold for a file."""
        found = self.of(file)
        return DEFAULTS if found is None else found.settings

    def admits(self, file: Path, root: Path, general: Filter) -> bool:
        """Say whether a file is to be read; `root` is where it is looked for from."""
        folder = self.of(file)
        if folder is None:
            return general.admits(file, root)
        if folder.path == storable(str(file)):
            return True
        depth = len(PurePath(folder.path).parts)
        return folder.filter(general).admits(file, Path(*file.parts[:depth]))
