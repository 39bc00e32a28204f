"""The colours of the workbench: the chosen theme before the first frame, the others behind it.

A theme file that is saved while the workbench runs is worn at once if it is the one in use. A file
that is no theme is told, and the colours stay as they are.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

from minutebook.domain.display import one_line
from minutebook.errors import ConfigError
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
    async for news in watch_themes(folders, asyncio.Event()):
        if isinstance(news, ConfigError):
            _tell(app, news)
        else:
            _register(app, news)


def _register(app: Workbench, theme: ThemeFile) -> None:
    fresh = theme.as_textual()
    if app.available_themes.get(theme.name) == fresh:
        return
    app.register_theme(fresh)
    if app.theme == theme.name:
        app.mutate_reactive(type(app).theme)


def _tell(app: Workbench, problem: ConfigError) -> None:
    app.notify(one_line(str(problem)), title="A theme", severity="warning", timeout=8, markup=False)
