"""Settings explain themselves: the commented file, and every value with its origin."""

from __future__ import annotations

import re
import string
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import settings as examples
from hypothesis import strategies as st

from minutebook.config import Settings, entries, load, render_default, write_default
from minutebook.config.rendering import to_toml
from minutebook.config.schema import meanings, schema, sections
from minutebook.errors import ConfigError
from minutebook.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.at(tmp_path)


def load_file(home: Home, text: str) -> Settings:
    home.config_file.write_text(text, "utf-8")
    return load(home, environ={})


def test_default_file_changes_nothing(home: Home) -> None:
    """The commented file is valid and leaves every setting at its default."""
    settings = load_file(home, render_default())
    assert settings == Settings()
    assert dict(settings.origins) == {}


def test_default_file_shows_the_defaults(home: Home) -> None:
    """With its marks taken away, the file sets every key to its default."""
    settings = load_file(home, re.sub(r"(?m)^#(?=\w+ = )", "", render_default()))
    assert settings == Settings()
    assert set(settings.origins) == set(schema())


def test_default_file_explains_everything() -> None:
    """Each section and setting has its meaning in the file, on lines of bearable length."""
    rendered = render_default()
    flowing = " ".join(line.removeprefix("# ") for line in rendered.splitlines())
    for meaning in meanings().values():
        assert meaning in flowing
    assert max(map(len, rendered.splitlines())) <= 110


def test_default_file_is_written_privately_and_once(home: Home) -> None:
    """`config init` makes a file for the owner alone and never overwrites one."""
    write_default(home)
    assert home.config_file.stat().st_mode & 0o777 == 0o600
    with pytest.raises(ConfigError, match="already exists"):
        write_default(home)


def test_every_setting_has_a_meaning() -> None:
    """A field without a docstring is not finished."""
    assert set(meanings()) == set(schema()) | set(sections())
    assert all(text.endswith(".") for text in meanings().values())


def test_every_default_passes_its_own_rule() -> None:
    """No default would be refused from a file."""
    for setting in schema().values():
        assert setting.rule is None or setting.rule.allows(setting.default), setting.key


def test_meanings_are_optional(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a packager left the source out, settings still work, without their meanings."""

    def no_source(_module: object) -> str:
        raise OSError

    meanings.cache_clear()
    monkeypatch.setattr("inspect.getsource", no_source)
    try:
        assert not meanings()
        assert "#tokens = 4000" in render_default()
    finally:
        meanings.cache_clear()


def test_entries_tell_value_and_origin(home: Home) -> None:
    """`config show` has key, variable, plain value, origin and meaning of every setting."""
    shown = {entry.key: entry for entry in entries(load(home, {"batches.mode": "now"}, {}))}
    assert list(shown) == list(schema())
    mode = shown["batches.mode"]
    assert type(mode.value) is str
    assert (mode.toml, mode.origin, mode.variable) == (
        '"now"',
        "flag",
        "MINUTEBOOK_BATCHES__MODE",
    )
    assert shown["sources.include"].value == ["*"]
    assert shown["scribe.enabled"].toml == "true"


@examples(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.text(st.characters(codec="utf-8")),
        st.booleans(),
        st.integers(-(10**12), 10**12),
        st.floats(allow_nan=False, allow_infinity=False),
        st.lists(st.text(string.printable)),
    )
)
def test_written_values_read_back(value: object) -> None:
    """What is written as TOML is read back as the same value."""
    assert tomllib.loads(f"x = {to_toml(value)}")["x"] == value
