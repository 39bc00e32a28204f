"""What is wrong in settings is refused, with its place, what is allowed and what was meant."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from minutebook.config import load
from minutebook.errors import ConfigError
from minutebook.paths import Home

API_KEY = "sk-ant-api03-abcdefghijklmnopqrstuvwxyz"


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.at(tmp_path)


def write(home: Home, text: str) -> None:
    home.config_file.write_text(text, "utf-8")


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
    ids=["header", "value", "twice", "bytes", "deep"],
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
