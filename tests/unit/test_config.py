"""Settings: where they come from, what is refused, and how they explain themselves."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import FrozenInstanceError, fields
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as examples
from hypothesis import strategies as st

from minutebook import config
from minutebook.config import (
    Origin,
    Settings,
    load,
    validate,
)
from minutebook.config.schema import schema
from minutebook.errors import ConfigError
from minutebook.paths import Home


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.at(tmp_path)


def write(home: Home, text: str) -> None:
    home.config_file.write_text(text, "utf-8")


def load_file(home: Home, text: str) -> Settings:
    write(home, text)
    return load(home, environ={})


def load_or_message(home: Home, flags: Mapping[str, object]) -> Settings | str:
    try:
        return load(home, flags, {})
    except ConfigError as error:
        return str(error)


def test_defaults_hold_without_any_file(home: Home) -> None:
    """An empty home gives the defaults, all of them marked so."""
    settings = load(home, environ={})
    assert settings == Settings()
    assert {settings.origin(key) for key in schema()} == {Origin.DEFAULT}


def test_defaults_spend_nothing() -> None:
    """Nothing reaches a paid model before somebody chooses one."""
    models = Settings().models
    assert {getattr(models, field.name) for field in fields(models)} == {"offline", ""}


def test_later_origins_win(home: Home) -> None:
    """Flags beat the environment, which beats config.toml, which beats the defaults."""
    write(home, "[workers]\nsummarise = 3\nscribe = 3\nmax_attempts = 3\n")
    environ = {"MINUTEBOOK_WORKERS__SUMMARISE": "4", "MINUTEBOOK_WORKERS__SCRIBE": "4"}
    settings = load(home, {"workers.summarise": 5}, environ)
    workers = settings.workers
    assert (workers.summarise, workers.scribe, workers.max_attempts) == (5, 4, 3)
    assert workers.lease_seconds == 60
    assert [settings.origin(f"workers.{name}") for name in ("summarise", "scribe")] == [
        Origin.FLAG,
        Origin.ENVIRONMENT,
    ]
    assert settings.origin("workers.max_attempts") == "config.toml"
    assert settings.origin("workers.lease_seconds") == "default"


def test_flags_that_were_not_given_say_nothing(home: Home) -> None:
    """None stands for a flag that was left out."""
    assert load(home, {"ui.theme": None, "no.such": None}, {}) == Settings()


def test_settings_are_frozen() -> None:
    """Nobody changes a setting while the engine runs."""
    with pytest.raises(FrozenInstanceError):
        Settings().ui.theme = "other"  # type: ignore[misc]


def test_file_takes_all_types(home: Home) -> None:
    """Texts, numbers, truths, choices and lists are read in their types."""
    settings = load_file(
        home,
        """
        batches = { mode = "now", poll_seconds = 5 }
        sources.include = ["*.jsonl"]
        [models]
        "chat" = "openai:llama3:8b"
        [scribe]
        enabled = false
        """,
    )
    assert settings.batches.mode is config.BatchMode.NOW
    assert isinstance(settings.batches.poll_seconds, float)
    assert settings.sources.include == ("*.jsonl",)
    assert settings.models.chat == "openai:llama3:8b"
    assert settings.scribe.enabled is False


@pytest.mark.parametrize(
    ("variable", "text", "key", "value"),
    [
        ("MINUTEBOOK_MODELS__SUMMARY", "anthropic:claude-haiku-5-5", "models.summary", None),
        ("MINUTEBOOK_BATCHES__MODE", "batch", "batches.mode", "batch"),
        ("MINUTEBOOK_BATCHES__POLL_SECONDS", "0.5", "batches.poll_seconds", 0.5),
        ("MINUTEBOOK_PAGES__TOKENS", "800", "pages.tokens", 800),
        ("MINUTEBOOK_SCRIBE__ENABLED", "Off", "scribe.enabled", False),
        ("MINUTEBOOK_SCRIBE__ENABLED", "1", "scribe.enabled", True),
        ("MINUTEBOOK_SOURCES__INCLUDE", "*.txt, *.json", "sources.include", ("*.txt", "*.json")),
        ("MINUTEBOOK_SOURCES__INCLUDE", '["a,b"]', "sources.include", ("a,b",)),
        ("MINUTEBOOK_SOURCES__EXCLUDE", "", "sources.exclude", ()),
        ("MINUTEBOOK_SOURCES__ZONE", "", "sources.zone", ""),
    ],
)
def test_texts_from_the_environment_are_read(
    home: Home, variable: str, text: str, key: str, value: object
) -> None:
    """Every type can be written as a text, in the environment as in a flag."""
    section, name = key.split(".")
    expected = text if value is None else value
    for settings in (load(home, environ={variable: text}), load(home, {key: text}, {})):
        assert getattr(getattr(settings, section), name) == expected


def test_reserved_and_foreign_variables_are_no_settings(home: Home) -> None:
    """The home's own variable, and what Kubernetes sets for a service of our name, are skipped."""
    environ = {
        "MINUTEBOOK_HOME": "/srv",
        "MINUTEBOOK_SERVICE_HOST": "10.0.0.1",
        "MINUTEBOOK_PORT_80_TCP_ADDR": "10.0.0.1",
        "MINUTEBOOKS": "3",
        "_MINUTEBOOK_COMPLETE": "bash_source",
    }
    assert load(home, environ=environ) == Settings()


def test_byte_order_mark_is_allowed(home: Home) -> None:
    """Editors that write a mark before UTF-8 do no harm."""
    home.config_file.write_bytes(b"\xef\xbb\xbf[pages]\ntokens = 900\n")
    assert load(home, environ={}).pages.tokens == 900


def test_validate_lists_the_problems_of_a_file(home: Home) -> None:
    """`validate` returns what is wrong instead of raising, and nothing for a sound file."""
    write(home, "[pages]\ntokens = 1\nxyzzy = 2\n")
    problems = validate(home.config_file)
    assert [problem.place for problem in problems] == [
        f"{home.config_file}, line {number}" for number in (2, 3)
    ]
    write(home, "[pages]\ntokens = 1000\n[models]\n")
    assert validate(home.config_file) == ()


def test_validate_reports_a_missing_file(tmp_path: Path) -> None:
    """A file that was named must be there."""
    (problem,) = validate(tmp_path / "none.toml")
    assert problem.message == "There is no such file."


def test_unknown_names_of_the_package_are_refused() -> None:
    """Importing late does not swallow misspelt names."""
    with pytest.raises(AttributeError, match="no attribute 'lode'"):
        config.lode  # noqa: B018


_SCALARS = st.one_of(
    st.text(max_size=8),
    st.integers(),
    st.floats(),
    st.booleans(),
    st.lists(st.integers(), max_size=2),
)
_NAMES = st.sampled_from(
    ["models", "pages", "chat", "tokens", "ui", "theme", "x", "sources", "zone"]
)


@examples(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.dictionaries(st.tuples(_NAMES, _NAMES).map(".".join), _SCALARS, max_size=4))
def test_any_flags_load_or_are_explained(home: Home, flags: dict[str, object]) -> None:
    """Whatever is handed in, loading gives settings or one ConfigError, nothing else."""
    outcome = load_or_message(home, flags)
    if isinstance(outcome, Settings):
        assert set(outcome.origins) == set(flags)
    else:
        assert "flag " in outcome


@examples(
    max_examples=80,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(st.text(st.sampled_from("[]={}\"'.,#\n abmodelschtk01\\"), max_size=60))
def test_any_file_loads_or_is_explained(home: Home, text: str) -> None:
    """Whatever stands in the file, loading gives settings or a ConfigError that names it."""
    write(home, text)
    outcome = load_or_message(home, {})
    assert isinstance(outcome, Settings) or str(home.config_file) in outcome
