"""The colours of the workbench: the chosen theme before the first frame, the others behind it.

A theme file that is saved while the workbench runs is worn at once if it is the one in use. A file
that is no theme is told, and the colours stay as they are. What a person chooses is kept in the
settings for the next time.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.config.writing import write_setting
from minutebook.domain.display import one_line
from minutebook.errors import ConfigError
from minutebook.tui.guard import run_guarded
from minutebook.tui.themes import (
    ThemeFile,
    find_themes,
    read_theme,
    theme_folders,
    watch_themes,
)

if TYPE_CHECKING:
    from minutebook.tui.app import Workbench


def wear_chosen(app: Workbench) -> None:
    """Put on the theme of the settings if its file is where it should be; else it waits."""
    name = app.settings.ui.theme
    for folder in reversed(theme_folders(app.home)):
        try:
            _register(app, read_theme(folder / f"{name}.toml"))
        except ConfigError:
            continue
        app.theme = name
        return


async def wear_and_watch(app: Workbench) -> None:
    """Know every theme, put on the chosen one, and follow what is saved, until cancelled."""
    folders = theme_folders(app.home)
    found = await asyncio.to_thread(find_themes, folders)
    for theme in found.themes:
        _register(app, theme)
    for problem in found.problems:
        _tell(app, problem)
    try:
        app.theme = found.choose(app.settings.ui.theme).name
    except ConfigError as problem:
        _tell(app, problem)
    app.watch(app, "theme", _Keeper(app), init=False)
    async for news in watch_themes(folders, asyncio.Event()):
        if isinstance(news, ConfigError):
            _tell(app, news)
        else:
            _register(app, news)


class _Keeper:
    """Has a theme that a person chooses worn the next time, too."""

    def __init__(self, app: Workbench) -> None:
        self._app = app
        self._kept = app.theme

    def __call__(self, name: str) -> None:
        """Keep a theme, unless it is the one in use whose file was saved."""
        if name != self._kept:
            self._kept = name
            run_guarded(self._app, lambda: self._write(name), "keep the theme")

    async def _write(self, name: str) -> None:
        file = self._app.home.config_file
        try:
            await asyncio.to_thread(write_setting, file, "ui", "theme", name)
        except ConfigError as problem:
            _tell(self._app, problem)


def _register(app: Workbench, theme: ThemeFile) -> None:
    fresh = theme.as_textual()
    if app.available_themes.get(theme.name) == fresh:
        return
    app.register_theme(fresh)
    if app.theme == theme.name:
        app.mutate_reactive(type(app).theme)


def _tell(app: Workbench, problem: ConfigError) -> None:
    app.notify(one_line(str(problem)), title="A theme", severity="warning", timeout=8, markup=False)
