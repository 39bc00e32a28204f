"""Settings: where they come from, what is refused, and how they explain themselves."""

from __future__ import annotations

import re
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

API_KEY = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.at(tmp_path)


def write(home: Home, text: str) -> None:
    home.config_file.write_text(text, "utf-8")


def load_file(home: Home, text: str) -> Settings:
    write(home, text)
    return load(home, environ={})


def complaint(
    home: Home,
    text: str = "",
    flags: Mapping[str, object] | None = None,
    environ: Mapping[str, str] | None = None,
) -> str:
    """Load what must be refused and return the message."""
    write(home, text)
    with pytest.raises(ConfigError) as caught:
        load(home, flags or {}, environ or {})
    return str(caught.value)


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
    assert {getattr(models, field.name) for field in fields(models)} == {"offline"}


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


@pytest.mark.parametrize(
    ("text", "line", "meant"),
    [
        ("[models]\nsummry = 'offline'", 2, "models.summary"),
        ("[modles]\nsummary = 'offline'", 2, "models.summary"),
        ("theme = 'x'", 1, "ui.theme"),
        ("[pages]\n\ntheme = 'x'", 3, "ui.theme"),
        ("# a\nbatches.poll = 3", 2, "batches.poll_seconds"),
        ("[pages]\ntoken = 4000", 2, "pages.tokens"),
        ("[costs]\nconfirm_above = 4", 2, "costs.confirm_above_usd"),
        ("[pages.token]\nx = 1", 2, "pages.tokens"),
    ],
)
def test_unknown_key_is_found_and_corrected(home: Home, text: str, line: int, meant: str) -> None:
    """An unknown key is reported with file, line and the nearest known key."""
    message = complaint(home, text)
    assert message.startswith(f"{home.config_file}, line {line}: There is no setting")
    if not text.startswith("[pages.token]"):
        assert message.endswith(f"Did you mean {meant}?")


def test_unlike_anything_known_lists_what_there_is(home: Home) -> None:
    """Where no key is near, the known ones are named."""
    assert "[pages] has tokens, pause_minutes." in complaint(home, "[pages]\nxyzzy = 1")
    assert "The sections are models, batches" in complaint(home, "[xyzzy]\nplugh = 1")


@pytest.mark.parametrize(
    ("variable", "meant"),
    [
        ("MINUTEBOOK_MODELS_SUMMARY", "MINUTEBOOK_MODELS__SUMMARY"),
        ("MINUTEBOOK_MODEL__SUMARY", "MINUTEBOOK_MODELS__SUMMARY"),
        ("MINUTEBOOK_THEME", "MINUTEBOOK_UI__THEME"),
        ("MINUTEBOOK_POLL_SECONDS", "MINUTEBOOK_BATCHES__POLL_SECONDS"),
        ("MINUTEBOOK_XYZZY", "they are named MINUTEBOOK_SECTION__KEY"),
    ],
)
def test_unknown_variable_is_corrected(home: Home, variable: str, meant: str) -> None:
    """An unknown variable is reported by its name, with the nearest known one."""
    message = complaint(home, environ={variable: "x"})
    assert message.startswith(f"{variable} in the environment: ")
    assert meant in message


def test_unknown_flag_is_corrected(home: Home) -> None:
    """An unknown flag is reported by its name."""
    message = complaint(home, flags={"ui.them": "x"})
    assert message == "flag ui.them: There is no setting ui.them. Did you mean ui.theme?"


@pytest.mark.parametrize(
    ("text", "allowed"),
    [
        ("[pages]\ntokens = 'many'", "a whole number from 50 to 1000000"),
        ("[pages]\ntokens = 49", "a whole number from 50 to 1000000"),
        ("[pages]\ntokens = 400.0", "a whole number"),
        ("[pages]\ntokens = true", "a whole number"),
        ("[batches]\npoll_seconds = nan", "a number from 0.05 to 86400"),
        ("[batches]\npoll_seconds = inf", "a number from 0.05 to 86400"),
        (f"[costs]\nconfirm_above_usd = 1{'0' * 400}", "a number from 0"),
        ("[costs]\nconfirm_above_usd = -1", "a number from 0"),
        ("[batches]\nmode = 'fast'", '"auto", "batch" or "now"'),
        ("[batches]\nmode = 1", '"auto", "batch" or "now"'),
        ("[scribe]\nenabled = 1", "true or false"),
        ("[scribe]\nenabled = 'true'", "true or false"),
        ("[sources]\ninclude = '*'", "a list of file name patterns"),
        ("[sources]\ninclude = [1]", "a list of file name patterns"),
        ("[sources]\nexclude = ['']", "a list of file name patterns"),
        ("[models]\nchat = 'claude-haiku'", "provider:model"),
        ("[models]\nchat = ''", "provider:model"),
        ("[models]\nchat = 2024-01-01", "provider:model"),
        ("[models.chat]\nname = 'x'", "provider:model"),
        ("[ui]\ntheme = '../x'", "the name of a theme"),
        ("models = 'offline'", "write [models]"),
        ("[[models]]\nchat = 'offline'", "write [models]"),
    ],
)
def test_wrong_value_says_what_is_allowed(home: Home, text: str, allowed: str) -> None:
    """A wrong type or value is refused with file, line and what is allowed."""
    message = complaint(home, text)
    assert allowed in message
    assert re.match(rf"{re.escape(str(home.config_file))}, line [12]: ", message)


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("Europe/Berln", "Europe/Berlin"),
        ("berlin", "Europe/Berlin"),
        ("new york", "America/New_York"),
        ("utc", "UTC"),
    ],
)
def test_unknown_zone_is_corrected(home: Home, name: str, meant: str) -> None:
    """A zone that does not exist is refused with the one that was probably meant."""
    message = complaint(home, f"[sources]\nzone = '{name}'")
    assert f"sources.zone is '{name}'" in message
    assert message.endswith(f'Did you mean "{meant}"?')


@pytest.mark.parametrize("name", ["../../etc/passwd", "/etc/passwd", "America", "a\0b", "\udcff"])
def test_zone_is_never_a_path(home: Home, name: str) -> None:
    """A zone name that is a path, a folder or not a name at all is refused cleanly."""
    assert "it must be a time zone" in complaint(home, flags={"sources.zone": name})


def test_undecodable_text_is_refused(home: Home) -> None:
    """Bytes of the environment that are not UTF-8 do not get into the engine."""
    message = complaint(home, environ={"MINUTEBOOK_SOURCES__INCLUDE": "a\udcffb"})
    assert "it must be a list" in message
    message.encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"[models\nchat = 1", "line 1, column 8"),
        (b"[models]\nchat = ", "end of document"),
        (b"[ui]\n[ui]\n", "line 2"),
        (b"a = '\xff'", "Not UTF-8 text: byte 5"),
        (b"a = " + b"[" * 100_000, "nested too deeply"),
    ],
)
def test_unreadable_content_is_located(home: Home, content: bytes, reason: str) -> None:
    """What is not TOML is refused with its place, never with a traceback."""
    home.config_file.write_bytes(content)
    with pytest.raises(ConfigError, match=re.escape(f"{home.config_file}: ")) as caught:
        load(home, environ={})
    assert reason in str(caught.value)


def test_a_folder_in_place_of_the_file_is_reported(home: Home) -> None:
    """A config.toml that cannot be read is an error, not an empty file."""
    home.config_file.mkdir()
    with pytest.raises(ConfigError, match="Cannot be read: Is a directory"):
        load(home, environ={})


def test_deeply_dotted_keys_are_refused(home: Home) -> None:
    """A key of many parts is one unknown setting, whatever its depth."""
    assert "There is no setting x.x.x" in complaint(home, f"{'.'.join('x' * 3000)} = 1")


def test_byte_order_mark_is_allowed(home: Home) -> None:
    """Editors that write a mark before UTF-8 do no harm."""
    home.config_file.write_bytes(b"\xef\xbb\xbf[pages]\ntokens = 900\n")
    assert load(home, environ={}).pages.tokens == 900


def test_line_is_not_taken_from_inside_a_text(home: Home) -> None:
    """A look-alike within a multi-line text does not mislead the line number."""
    text = '[models]\nchat = """\n[pages]\ntokens = 1\n"""\n[pages]\ntokens = 2\n'
    assert f"{home.config_file}, line 7: pages.tokens is 2" in complaint(home, text)


def test_all_problems_are_reported_together(home: Home) -> None:
    """One run shows everything that is wrong, in file, environment and flags."""
    message = complaint(
        home,
        "[pages]\ntokens = 1\nxyzzy = 2\n",
        {"ui.theme": "No Theme"},
        {"MINUTEBOOK_SCRIBE__ENABLED": "maybe"},
    )
    assert message.startswith("4 settings are wrong:\n")
    assert len(message.splitlines()) == 5
    for part in ("line 2", "line 3", "MINUTEBOOK_SCRIBE__ENABLED", "flag ui.theme"):
        assert part in message


def test_wrong_value_is_reported_even_when_overridden(home: Home) -> None:
    """A flag does not hide what is wrong in the file."""
    assert "line 2" in complaint(home, "[pages]\ntokens = 1\n", {"pages.tokens": 4000})


@pytest.mark.parametrize(
    "text",
    [
        f"[models]\nchat = '{API_KEY}'",
        f"[models]\nchat = 'anthropic:{API_KEY}'",
        f"[sources]\ninclude = ['{API_KEY}']",
        f"[anthropic]\nxyzzy = '{API_KEY}'",
        "[anthropic]\napi_key = '0123456789abcdef'",
        "openai_api_key = 'hunter2hunter2'",
        "[models]\ntoken = 'hunter2hunter2'",
        "[models.chat]\npassword = 'hunter2hunter2'",
    ],
)
def test_keys_in_the_file_are_refused_and_not_shown(home: Home, text: str) -> None:
    """An API key is refused with where it belongs, and never repeated in the message."""
    message = complaint(home, text)
    for secret in (API_KEY, "0123456789abcdef", "hunter2"):
        assert secret not in message
    if "models.chat" not in text:
        assert "ANTHROPIC_API_KEY" in message
        assert "keyring" in message


def test_keys_in_our_variables_are_refused_and_not_shown(home: Home) -> None:
    """A key in a variable of ours is refused in the same words."""
    for variable in ("MINUTEBOOK_MODELS__CHAT", "MINUTEBOOK_ANTHROPIC_API_KEY"):
        message = complaint(home, environ={variable: API_KEY})
        assert API_KEY not in message
        assert "ANTHROPIC_API_KEY" in message


def test_messages_hold_no_control_characters(home: Home) -> None:
    """What stands in a file cannot drive the terminal that shows the message."""
    message = complaint(
        home,
        '"\\u001b[2J" = 1\n[ui]\ntheme = "\\u001b]0;x"\n',
        {"\x1b[2J.x": 1},
        {"MINUTEBOOK_\x1b[2J": "1"},
    )
    assert message.replace("\n", "").isprintable()


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
