"""One setting is written, and no other line is touched."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from minutebook.config import load
from minutebook.config.writing import write_setting
from minutebook.errors import ConfigError
from minutebook.paths import Home


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("", '[ui]\ntheme = "nord"\n'),
        ("[costs]\nx = 1\n\n\n", '[costs]\nx = 1\n\n[ui]\ntheme = "nord"\n'),
        ("[ui]\n#theme = 1\n[a]\n", '[ui]\ntheme = "nord"\n#theme = 1\n[a]\n'),
        ("[ui] # mine\ntheme='x'  # dark\n", '[ui] # mine\ntheme="nord"  # dark\n'),
        ('ui.theme = "a#b"\n# end', 'ui.theme = "nord"\n# end'),
        ('[a]\ntheme = "no"\n[ui]\ntheme = "x"\n', '[a]\ntheme = "no"\n[ui]\ntheme = "nord"\n'),
        ('a = """\n[ui]\ntheme = 1\n"""\n', 'a = """\n[ui]\ntheme = 1\n"""\n'),
    ],
)
def test_only_its_line_changes(tmp_path: Path, before: str, after: str) -> None:
    """Comments, order and look-alikes stay; what cannot be changed safely is left alone."""
    path = tmp_path / "config.toml"
    path.write_text(before)
    if before == after:
        with pytest.raises(ConfigError, match="cannot be changed"):
            write_setting(path, "ui", "theme", "nord")
    else:
        write_setting(path, "ui", "theme", "nord")
        assert tomllib.loads(after)
    assert path.read_text() == after
    assert [each.name for each in tmp_path.iterdir()] == ["config.toml"]


@pytest.mark.parametrize("text", ['ui = { theme = "x" }\n', "not toml", "ui = 3\n"])
def test_what_is_not_understood_stays(tmp_path: Path, text: str) -> None:
    """A file that says it another way is not touched, and the person is told."""
    path = tmp_path / "config.toml"
    path.write_text(text)
    try:
        write_setting(path, "ui", "theme", "nord")
    except ConfigError:
        assert path.read_text() == text
    else:
        assert tomllib.loads(path.read_text()) == {"ui": {"theme": "nord"}}


def test_new_file_is_for_its_owner_alone(tmp_path: Path) -> None:
    """Where there is no file one is made, as private as the home."""
    home = Home.at(tmp_path / "home")
    write_setting(home.config_file, "ui", "theme", "nord")
    assert home.config_file.stat().st_mode & 0o077 == 0
    assert load(home).ui.theme == "nord"
