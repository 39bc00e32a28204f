"""Themes: read with care, found in their folders, legible, and reloaded while they are edited."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing, suppress
from pathlib import Path

import pytest
from textual.app import App, ComposeResult
from textual.color import Color
from textual.widgets import Button, Footer, Input, Markdown, TabbedContent

from minutebook.config import Settings
from minutebook.errors import ConfigError
from minutebook.paths import Home
from minutebook.tui.themes import (
    ThemeFile,
    find_themes,
    read_theme,
    theme_folders,
    watch_themes,
)

SHIPPED = ("minutebook-dark", "minutebook-light")
TEXT_COLOURS = (
    "foreground",
    "foreground-muted",
    "primary",
    "secondary",
    "accent",
    "success",
    "warning",
    "error",
    "text-primary",
    "text-secondary",
    "text-accent",
    "text-success",
    "text-warning",
    "text-error",
    "link-color",
    "footer-foreground",
    "footer-key-foreground",
    "footer-description-foreground",
    *(f"markdown-h{level}-color" for level in range(1, 7)),
)
PAIRS = (
    ("block-cursor-foreground", "block-cursor-background"),
    ("block-cursor-blurred-foreground", "block-cursor-blurred-background"),
    ("input-cursor-foreground", "input-cursor-background"),
    ("link-color-hover", "link-background-hover"),
)
DEADLINE_SECONDS = 20.0


def shipped(name: str, home: Path = Path("/nowhere")) -> ThemeFile:
    found = find_themes(theme_folders(Home.at(home)))
    return next(theme for theme in found.themes if theme.name == name)


def luminance(colour: Color) -> float:
    """Relative luminance, WCAG 2.2."""

    def linear(channel: int) -> float:
        part = channel / 255
        return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4

    return 0.2126 * linear(colour.r) + 0.7152 * linear(colour.g) + 0.0722 * linear(colour.b)


def contrast(text: str, ground: str) -> float:
    """Contrast ratio of two opaque colours, WCAG 2.2: from 1 to 21."""
    colours = Color.parse(text), Color.parse(ground)
    assert [colour.a for colour in colours] == [1.0, 1.0]
    lighter, darker = sorted(map(luminance, colours), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def write(folder: Path, name: str, text: str = "") -> Path:
    path = folder / f"{name}.toml"
    path.write_text(f'name = "{name}"\nprimary = "#123456"\n{text}', "utf-8")
    return path


def refusal(path: Path) -> str:
    with pytest.raises(ConfigError) as caught:
        read_theme(path)
    return str(caught.value)


class Gallery(App[None]):
    """Widgets that use most theme variables."""

    def compose(self) -> ComposeResult:
        """Show one of each."""
        with TabbedContent("one", "two"):
            yield Markdown("# Title\n## Part\n[link](https://example.org)")
            yield Input("text")
        yield Button("go", variant="primary")
        yield Footer()


def test_contrast_is_measured_as_wcag_says() -> None:
    """Black on white is 21, equal colours 1, and a known grey lies between."""
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#767676", "#ffffff") == pytest.approx(4.54, abs=0.01)
    assert contrast("#808080", "#808080") == 1


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize("ground", ["background", "surface", "panel"])
def test_text_is_legible(name: str, ground: str) -> None:
    """Every colour that text is set in reaches WCAG AA, 4.5 to 1, on every ground."""
    colours = shipped(name).as_textual().to_color_system().generate()
    poor = {text: contrast(colours[text], colours[ground]) for text in TEXT_COLOURS}
    assert {text: ratio for text, ratio in poor.items() if ratio < 4.5} == {}


@pytest.mark.parametrize("name", SHIPPED)
@pytest.mark.parametrize(("text", "ground"), PAIRS)
def test_marked_text_is_legible(name: str, text: str, ground: str) -> None:
    """The cursor and the link under the pointer are as legible as the rest."""
    colours = shipped(name).as_textual().to_color_system().generate()
    assert contrast(colours[text], colours[ground]) >= 4.5


@pytest.mark.parametrize("name", SHIPPED)
def test_there_is_one_accent(name: str) -> None:
    """The primary colour and the accent are the same."""
    theme = shipped(name)
    assert theme.primary == theme.accent


def test_shipped_themes_are_sound_and_complete() -> None:
    """A dark and a light theme ship, set the same colours, and one of them is the default."""
    found = find_themes(theme_folders(Home.at(Path("/nowhere"))))
    assert found.problems == ()
    assert tuple(theme.name for theme in found.themes) == SHIPPED
    dark, light = found.themes
    assert (dark.dark, light.dark) == (True, False)
    assert set(light.variables) - set(dark.variables) <= {"text-muted"}
    assert set(dark.variables) <= set(light.variables)
    assert Settings().ui.theme in SHIPPED


async def test_app_runs_in_every_theme(tmp_path: Path) -> None:
    """Textual takes the shipped themes, and one that uses every kind of value."""
    text = '[variables]\nborder = "rgb(1, 2, 3) 40%"\ntext = "auto 87%"\nlink-style = "b not dim"\n'
    own = read_theme(write(tmp_path, "own", f'background = "hsl(120, 50%, 20%)"\n{text}'))
    app = Gallery()
    async with app.run_test() as pilot:
        for theme in (own, *map(shipped, SHIPPED)):
            app.register_theme(theme.as_textual())
            app.theme = theme.name
            await pilot.pause()
            assert app.current_theme.name == theme.name
            assert app.theme_variables["primary"] == Color.parse(theme.primary).hex


def test_theme_is_read_with_its_values(tmp_path: Path) -> None:
    """What stands in the file is in the value, and in Textual's theme."""
    theme = read_theme(write(tmp_path, "own", 'dark = false\n[variables]\nborder = "red"\n'))
    assert (theme.name, theme.dark, theme.primary, theme.accent) == ("own", False, "#123456", None)
    textual = theme.as_textual()
    assert (textual.name, textual.dark, textual.variables) == ("own", False, {"border": "red"})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('acent = "red"', "line 3: There is no theme colour 'acent'. Did you mean accent?"),
        ('accent = "rde"', "line 3: accent is 'rde'; it must be a colour"),
        ('accent = "red 30%"', "it must be a colour"),
        ('accent = "red\\n"', "it must be a colour"),
        ("accent = 3", "it must be a colour"),
        ("dark = 1", "dark is 1; it must be true or false"),
        ("variables = 1", "[variables]"),
        ('[variables]\nbordr = "red"', "line 4: There is no theme variable 'bordr'. Did you mean"),
        ('[variables]\nborder = "red 300%"', "line 4: border is 'red 300%'; it must be a colour"),
        ('[variables]\nborder = "$primary; }"', "it must be a colour"),
        ("[variables]\nborder = 1", "it must be a colour"),
        ('[variables]\nlink-style = "loud"', "it must be text styles"),
        ("dark = ", "Not valid TOML"),
    ],
)
def test_bad_theme_is_refused_with_its_line(tmp_path: Path, text: str, message: str) -> None:
    """A theme that Textual would choke on is refused, with file, line and what is allowed."""
    path = write(tmp_path, "own", text)
    assert refusal(path).startswith(str(path))
    assert message in refusal(path)


def test_all_faults_of_a_theme_are_reported_together(tmp_path: Path) -> None:
    """A person mends a theme in one go."""
    path = tmp_path / "own.toml"
    path.write_text('name = "No Name"\naccent = "x"\n')
    message = refusal(path)
    assert message.startswith("3 lines of the theme are wrong:")
    for part in ("primary is missing", "line 1: name is 'No Name'", "line 2: accent"):
        assert part in message


@pytest.mark.parametrize(
    "content", [b"", b"\xff", b"a = " + b"[" * 100_000], ids=["empty", "bytes", "deep"]
)
def test_rubbish_is_refused(tmp_path: Path, content: bytes) -> None:
    """Whatever lies there, the answer is a ConfigError that names the file."""
    path = tmp_path / "own.toml"
    path.write_bytes(content)
    assert str(path) in refusal(path)


def test_missing_theme_is_reported(tmp_path: Path) -> None:
    """A file that is gone is no theme."""
    assert "There is no such theme file" in refusal(tmp_path / "gone.toml")


def test_users_theme_wins_and_bad_ones_are_left_out(tmp_path: Path) -> None:
    """A user's theme replaces the shipped one by name; a bad file spoils nothing but itself."""
    home = Home.at(tmp_path)
    home.ensure()
    write(home.themes, "minutebook-dark")
    write(home.themes, "own")
    write(home.themes, "bad", 'accent = "nope"')
    (home.themes / "notes.txt").write_text("no theme")
    found = find_themes(theme_folders(home))
    assert [theme.name for theme in found.themes] == [*SHIPPED, "own"]
    assert found.choose("minutebook-dark").primary == "#123456"
    assert [str(home.themes / "bad.toml") in str(problem) for problem in found.problems] == [True]


def test_theme_is_chosen_by_name(tmp_path: Path) -> None:
    """Ours and Textual's own can be chosen; another name is corrected."""
    found = find_themes(theme_folders(Home.at(tmp_path)))
    assert found.choose("minutebook-light").dark is False
    assert found.choose("nord").name == "nord"
    with pytest.raises(ConfigError, match=r"'minutebook-drak'.*Did you mean minutebook-dark\?"):
        found.choose("minutebook-drak")


def test_shipped_themes_lie_beside_the_module_when_installed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The package's own data folder is taken before the checkout's."""
    monkeypatch.setattr("minutebook.tui.themes._INSTALLED", tmp_path)
    assert theme_folders(Home.at(tmp_path / "home"))[0] == tmp_path


async def next_change(
    changes: AsyncIterator[ThemeFile | ConfigError], edit: Callable[[], object]
) -> ThemeFile | ConfigError:
    """Edit until the watcher, which may still be starting, reports it."""
    waiting = asyncio.ensure_future(anext(changes))
    async with asyncio.timeout(DEADLINE_SECONDS):
        while not waiting.done():
            edit()
            await asyncio.wait({waiting}, timeout=0.4)
    return waiting.result()


async def test_changed_themes_are_reported(tmp_path: Path) -> None:
    """Saving a theme yields it anew; a bad one yields its fault, and watching goes on."""
    stop = asyncio.Event()
    async with aclosing(watch_themes([tmp_path, tmp_path / "none"], stop)) as changes:
        first = await next_change(changes, lambda: write(tmp_path, "own"))
        assert isinstance(first, ThemeFile)
        assert first.name == "own"
        second: ThemeFile | ConfigError = first
        while isinstance(second, ThemeFile):
            second = await next_change(changes, lambda: write(tmp_path, "own", 'accent = "x"'))
        assert re.search(r"own\.toml, line 3: accent", str(second))
        third: ThemeFile | ConfigError = second
        while isinstance(third, ConfigError):
            third = await next_change(changes, lambda: write(tmp_path, "own", 'accent = "red"'))
        assert third.accent == "red"
        stop.set()
        with suppress(StopAsyncIteration):
            async with asyncio.timeout(DEADLINE_SECONDS):
                while True:
                    await anext(changes)


async def test_nothing_to_watch_ends_at_once(tmp_path: Path) -> None:
    """Without any folder there are no changes to wait for."""
    changes = [change async for change in watch_themes([tmp_path / "none"], asyncio.Event())]
    assert changes == []


async def test_watching_that_fails_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A system that is out of watches is reported as our own error."""

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise OSError("OS file watch limit reached")

    monkeypatch.setattr("watchfiles.awatch", refuse)
    with pytest.raises(ConfigError, match="watch limit"):
        await anext(watch_themes([tmp_path], asyncio.Event()))
