"""Servers of models in the settings: tables of tables, with the same care as all others."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.config import (
    Protocol,
    Provider,
    Settings,
    entries,
    load,
    render_default,
    validate,
)
from minutebook.config.schema import provider_meanings, provider_settings
from minutebook.errors import ConfigError
from minutebook.paths import Home

LOCAL = '[providers.local]\nbase_url = "http://localhost:11434/v1"\n'


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """An empty home."""
    return Home.at(tmp_path)


def load_file(home: Home, text: str, environ: dict[str, str] | None = None) -> Settings:
    home.config_file.write_text(text, "utf-8")
    return load(home, environ=environ or {})


def complaint(home: Home, text: str, environ: dict[str, str] | None = None) -> str:
    with pytest.raises(ConfigError) as caught:
        load_file(home, text, environ)
    return str(caught.value)


def test_servers_are_read(home: Home) -> None:
    """Each table below `providers` is a server; what it does not say has a default."""
    text = f'{LOCAL}context_window = 8192\n[providers.work-1]\nprotocol = "anthropic"\n'
    settings = load_file(home, f'{text}base_url = "https://models.example"\nkey_env = "WORK_KEY"')
    assert settings.providers == {
        "local": Provider(base_url="http://localhost:11434/v1", context_window=8192),
        "work-1": Provider(
            protocol=Protocol.ANTHROPIC, base_url="https://models.example", key_env="WORK_KEY"
        ),
    }


def test_the_environment_comes_before_the_file(home: Home) -> None:
    """A server may be named in the environment alone, or have another address there."""
    environ = {"MINUTEBOOK_PROVIDERS__LOCAL__BASE_URL": "http://[::1]:1/v1"}
    for text in ("", LOCAL):
        assert load_file(home, text, environ).providers["local"].base_url == "http://[::1]:1/v1"
    flags = {"providers.local.base_url": "http://flag:1"}
    assert load(home, flags, environ).providers["local"].base_url == "http://flag:1"


def test_own_services_keep_their_protocol(home: Home) -> None:
    """`anthropic` may be given another address, and says its protocol by its name."""
    text = '[providers.anthropic]\nbase_url = "http://localhost:1"\n[providers.openai]\n'
    assert load_file(home, text).providers["anthropic"].protocol is Protocol.ANTHROPIC
    wrong = complaint(home, '[providers.openai]\nprotocol = "anthropic"')
    assert "speaks its own protocol" in wrong


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[providers.local]\nbas_url = 'http://x'", "Did you mean providers.local.base_url?"),
        ("[providers.local]\nxyzzy = 1", "[providers.NAME] has protocol, base_url, key_env"),
        ("[providers.local]\nbase_url = 'localhost'", "it must be an address such as"),
        ("[providers.local]\nbase_url = 'http://me:pw@x/'", "without a user, a key or a query"),
        ("[providers.local]\nbase_url = 'http://x/?key=1'", "without a user, a key or a query"),
        ("[providers.local]\nbase_url = 'http://x:99999/'", "it must be an address such as"),
        ("[providers.local]\nbase_url = 3", "it must be an address such as"),
        ("[providers.local]\nprotocol = 'openai'", "providers.local needs a base_url"),
        ("[providers.local]", "providers.local needs a base_url"),
        ("[providers.local]\nprotocol = 'http'", '"openai" or "anthropic"'),
        ("[providers.local]\nkey_env = 'MY KEY'", "the name of an environment variable"),
        ("[providers.local]\napi_key = 'secret'", "does not keep in a file"),
        ("[providers.local]\nkey_env = 'sk-ant-api03-abcdefghijkl'", "does not keep in a file"),
        ("[providers.'My Server']\nbase_url = 'http://x'", "is made of small letters"),
        ("[providers.offline]\nbase_url = 'http://x'", "is made of small letters"),
        ("[providers]\nbase_url = 'http://x'", "write [providers.NAME]"),
        ("providers = 3", "write [providers.NAME]"),
        ("[[providers]]\nbase_url = 'http://x'", "write [providers.NAME]"),
        ("[providers.a.b]\nc = 1", "There is no setting providers.a.b"),
    ],
)
def test_what_is_wrong_is_explained(home: Home, text: str, said: str) -> None:
    """A wrong key, value, name or form is refused with what is allowed, and no key is shown."""
    message = complaint(home, text)
    assert said in message
    assert str(home.config_file) in message
    assert "sk-ant" not in message


def test_wrong_variables_are_corrected(home: Home) -> None:
    """A misspelt variable of a server names the right one."""
    message = complaint(home, "", {"MINUTEBOOK_PROVIDERS__LOCAL__BAS_URL": "http://x"})
    assert "Did you mean MINUTEBOOK_PROVIDERS__LOCAL__BASE_URL?" in message


def test_validate_sees_servers(home: Home) -> None:
    """`config validate` tells an incomplete server by its line."""
    home.config_file.write_text('[models]\n[providers.local]\nprotocol = "openai"\n')
    (problem,) = validate(home.config_file)
    assert problem.place.endswith("line 3")


def test_servers_are_shown(home: Home) -> None:
    """`config show` has every key of every server that is listed, with its meaning."""
    shown = {entry.key: entry for entry in entries(load_file(home, LOCAL))}
    keys = [key for key in shown if key.startswith("providers.")]
    assert keys == list(provider_settings("local"))
    base_url = shown["providers.local.base_url"]
    assert base_url.origin == "config.toml"
    assert base_url.variable == "MINUTEBOOK_PROVIDERS__LOCAL__BASE_URL"
    assert all(shown[key].meaning.endswith(".") for key in keys)


def test_the_written_file_has_an_example(home: Home) -> None:
    """The commented file shows a server, and the example works with its marks taken away."""
    lines = render_default().splitlines()
    start = lines.index("# [providers.local]")
    example = [line.removeprefix("# ") for line in lines[start : lines.index("[batches]")]]
    kept = [line for line in example if line.startswith("[") or " = " in line]
    settings = load_file(home, "\n".join(kept))
    assert settings.providers["local"].base_url == "http://localhost:11434/v1"


def test_every_key_of_a_server_has_a_meaning() -> None:
    """A field without a docstring is not finished."""
    names = {key.rpartition(".")[2] for key in provider_settings("x")}
    assert set(provider_meanings()) == {"providers", *(f"providers.{name}" for name in names)}
