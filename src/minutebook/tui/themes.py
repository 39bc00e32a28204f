"""Themes: files of colours, checked before they reach the screen.

Textual finds out about a bad colour when it paints, which would end the workbench; so a theme is
refused as a whole while it is read, and the one in use stays. Shipped themes lie beside this module
when installed and at the top of the project in a checkout; the user's own win by name.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import AsyncGenerator, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from textual.color import Color, ColorParseError
from textual.css.constants import VALID_STYLE_FLAGS
from textual.theme import BUILTIN_THEMES, Theme

from minutebook.config.file import ConfigFile, read_config
from minutebook.config.problems import Problem, as_error
from minutebook.config.rules import THEME
from minutebook.errors import ConfigError
from minutebook.paths import Home

if TYPE_CHECKING:
    import asyncio

_INSTALLED = Path(__file__).with_name("shipped_themes")
_CHECKOUT = Path(__file__).parents[3] / "themes"
_DEBOUNCE_MS = 200
_OPACITY = r" (100|[0-9]{1,2})%$"
_COLOUR_HELP = 'a colour such as "#7db8c4", or one with an opacity such as "#7db8c4 30%"'
_STYLE_HELP = 'text styles such as "bold underline", or "none"'


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemeFile:
    """A theme as it stands in its file. Colours are CSS; what is None, Textual derives."""

    name: str
    primary: str
    dark: bool = True
    secondary: str | None = None
    accent: str | None = None
    foreground: str | None = None
    background: str | None = None
    surface: str | None = None
    panel: str | None = None
    boost: str | None = None
    success: str | None = None
    warning: str | None = None
    error: str | None = None
    variables: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    """Textual's further theme variables, such as `border` or `footer-background`."""

    def as_textual(self) -> Theme:
        """Return the theme for `App.register_theme`."""
        values: dict[str, Any] = {name: getattr(self, name) for name in _known()}
        return Theme(**values | {"variables": dict(self.variables)})


@dataclass(frozen=True, slots=True, kw_only=True)
class ThemesFound:
    """What lies in the theme folders."""

    themes: tuple[ThemeFile, ...]
    """By name; of two by the same name, the user's own."""
    problems: tuple[ConfigError, ...]
    """One for each file that is no theme; the others can be used."""

    def choose(self, name: str) -> Theme:
        """Return the theme of this name, ours or one of Textual's.

        Raises ConfigError with the nearest name when there is none.
        """
        known = BUILTIN_THEMES | {theme.name: theme.as_textual() for theme in self.themes}
        if theme := known.get(name):
            return theme
        raise ConfigError(f"There is no theme {name!r}.", hint=_nearest(name, known))


def theme_folders(home: Home) -> tuple[Path, ...]:
    """Return where themes lie: those that ship, then the user's own."""
    return (_INSTALLED if _INSTALLED.is_dir() else _CHECKOUT, home.themes)


def find_themes(folders: Sequence[Path]) -> ThemesFound:
    """Read all themes; a later folder wins over an earlier one, and a missing one is empty."""
    themes: dict[str, ThemeFile] = {}
    problems: list[ConfigError] = []
    for folder in folders:
        for path in sorted(folder.glob("*.toml")):
            try:
                theme = read_theme(path)
            except ConfigError as error:
                problems.append(error)
            else:
                themes[theme.name] = theme
    ordered = tuple(themes[name] for name in sorted(themes))
    return ThemesFound(themes=ordered, problems=tuple(problems))


def read_theme(path: Path) -> ThemeFile:
    """Read one theme.

    Raises ConfigError that lists everything that is wrong with the file, with lines.
    """
    if not path.is_file():
        raise ConfigError(f"{path}: There is no such theme file.")
    try:
        file = read_config(path)
    except ConfigError as error:
        raise ConfigError(f"{path}: {error}") from error
    if problems := list(_problems(file)):
        raise as_error(problems, "lines of the theme")
    content = dict(file.content)
    variables = MappingProxyType(dict(content.pop("variables", {})))
    return ThemeFile(**content, variables=variables)


async def watch_themes(
    folders: Sequence[Path], stop: asyncio.Event
) -> AsyncGenerator[ThemeFile | ConfigError, None]:
    """Yield each theme that is added or changed, and what is wrong with it while it is unusable.

    Ends when `stop` is set. Folders must exist when watching starts; others are left out.
    Raises ConfigError when the system cannot watch them.
    """
    import asyncio

    import watchfiles

    present = [folder for folder in folders if folder.is_dir()]
    if not present:
        return
    try:
        changes = watchfiles.awatch(
            *present,
            watch_filter=lambda _change, path: path.endswith(".toml"),
            debounce=_DEBOUNCE_MS,
            stop_event=stop,
            recursive=False,
        )
        async for batch in changes:
            for path in sorted({Path(name) for _change, name in batch}):
                if path.is_file():
                    yield await asyncio.to_thread(_read_or_error, path)
    except OSError as error:
        raise ConfigError(f"The themes cannot be watched for changes: {error}.") from error


def _read_or_error(path: Path) -> ThemeFile | ConfigError:
    try:
        return read_theme(path)
    except ConfigError as error:
        return error


def _problems(file: ConfigFile) -> Iterator[Problem]:
    content = file.content
    for name in ("name", "primary"):
        if name not in content:
            yield Problem(place=str(file.path), message=f"{name} is missing.")
    for key, value in content.items():
        if key == "variables" and isinstance(value, dict):
            for variable, text in value.items():
                if message := _fault_of_variable(variable, text):
                    yield Problem(place=file.place(key, variable), message=message)
        elif message := _fault_of_key(key, value):
            yield Problem(place=file.place(key), message=message)


def _fault_of_key(key: str, value: object) -> str:
    """Say what is wrong with a key of a theme; empty when nothing is."""
    if key not in _known():
        return f"There is no theme colour {key!r}. {_nearest(key, _known())}"
    if key == "name":
        allowed, passes = THEME.allowed, isinstance(value, str) and THEME.allows(value)
    elif key == "dark":
        allowed, passes = "true or false", isinstance(value, bool)
    elif key == "variables":
        allowed, passes = "a section: [variables]", False
    else:
        allowed, passes = 'a colour such as "#7db8c4"', _is_colour(value)
    return "" if passes else f"{key} is {value!r}; it must be {allowed}."


def _fault_of_variable(name: str, value: object) -> str:
    """Say what is wrong with a variable of a theme; empty when nothing is."""
    if name not in _variables():
        return f"There is no theme variable {name!r}. {_nearest(name, _variables())}"
    if name.endswith(("-style", "-style-hover")):
        allowed, passes = _STYLE_HELP, _is_style(value)
    else:
        allowed, passes = _COLOUR_HELP, _is_colour_with_opacity(value)
    return "" if passes else f"{name} is {value!r}; it must be {allowed}."


@cache
def _known() -> frozenset[str]:
    return frozenset(item.name for item in fields(ThemeFile))


@cache
def _variables() -> frozenset[str]:
    """Return every variable that Textual derives from a theme, and so lets a theme set."""
    return frozenset(BUILTIN_THEMES["textual-dark"].to_color_system().generate())


def _is_colour(value: object) -> bool:
    if not isinstance(value, str) or not value.isprintable():
        return False
    try:
        Color.parse(value)
    except ColorParseError:
        return False
    return True


def _is_colour_with_opacity(value: object) -> bool:
    if not isinstance(value, str):
        return False
    colour = re.sub(_OPACITY, "", value)
    return colour == "auto" or _is_colour(colour)


def _is_style(value: object) -> bool:
    return isinstance(value, str) and bool(value) and set(value.split()) <= VALID_STYLE_FLAGS


def _nearest(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    close = difflib.get_close_matches(name, names, n=1)
    return f"Did you mean {close[0]}?" if close else f"There are: {', '.join(names[:12])} …"
