"""From settings and environment to servers, keys and models."""

from __future__ import annotations

import subprocess
import sys
from types import MappingProxyType, ModuleType

import pytest

from minutebook.config import Calls, Models, Protocol, Provider, Settings
from minutebook.errors import ModelAccessError, ModelUnavailableError
from minutebook.llm.anthropic.model import AnthropicModel
from minutebook.llm.anthropic.provider import _client
from minutebook.llm.fallback import FallbackModel
from minutebook.llm.models import registry_of
from minutebook.llm.openai.model import OpenAIModel
from minutebook.llm.protocol import ModelInfo, Request, Task
from minutebook.llm.providers import provider_at, servers_of
from minutebook.llm.remote.keys import NO_KEY, find_key
from minutebook.llm.remote.server import Server

LOCAL = Provider(base_url="http://localhost:11434/v1")
WORK = Provider(protocol=Protocol.ANTHROPIC, base_url="https://w.example", key_env="WORK_KEY")


def settings_with(**providers: Provider) -> Settings:
    return Settings(providers=MappingProxyType(providers))


def server(name: str, settings: Settings, environ: dict[str, str] | None = None) -> Server:
    found = {s.provider: s for _, s in servers_of(settings, environ or {})}
    return found[name]


def test_own_services_are_always_there() -> None:
    """Without a word in the settings there are two servers, at their makers' addresses."""
    found = servers_of(Settings(), {})
    assert [(speaks.value, s.base_url) for speaks, s in found] == [
        ("anthropic", "https://api.anthropic.com"),
        ("openai", "https://api.openai.com/v1"),
    ]
    assert all(s.is_own and s.needs_key for _, s in found)


@pytest.mark.parametrize("name", ["anthropic", "openai"])
def test_addresses_of_own_services(name: str) -> None:
    """The settings come before the SDK's own variable, which comes before the maker's address."""
    environ = {f"{name.upper()}_BASE_URL": "http://variable:1"}
    assert server(name, Settings(), environ).base_url == "http://variable:1"
    listed = settings_with(**{name: Provider(base_url="http://listed:1", key_env="MY_KEY")})
    found = server(name, listed, environ)
    assert (found.base_url, found.key_variables) == ("http://listed:1", ("MY_KEY",))


def test_patience_comes_from_the_settings() -> None:
    """How long to wait, and how much to take, is set under `calls`."""
    calls = Calls(connect_seconds=1, first_byte_seconds=2, silence_seconds=3, reply_characters=4000)
    patience = server("openai", Settings(calls=calls)).patience
    assert (patience.connect, patience.first_byte, patience.silence) == (1, 2, 3)
    assert patience.characters == 4_000


async def test_models_by_their_names() -> None:
    """The protocol of a server decides who speaks with it; colons may be in the model's name."""
    registry = registry_of(settings_with(local=LOCAL, work=WORK), {})
    assert registry.get("local:llama3:8b").name == "local:llama3:8b"
    assert registry.get("local:llama3:8b") is registry.get(" local:llama3:8b ")
    providers = servers_of(settings_with(local=LOCAL, work=WORK), {})
    made = {s.provider: provider_at(speaks, s).model("m") for speaks, s in providers}
    assert isinstance(made["local"], OpenAIModel)
    assert isinstance(made["work"], AnthropicModel)
    assert made["local"].capabilities.context_window == 8_192
    assert not made["work"].capabilities.caching
    assert made["anthropic"].capabilities.batches
    assert registry.servers == ("anthropic", "openai", "local", "work")
    await registry.close()


def test_a_said_window_counts() -> None:
    """What the settings say of the context window outweighs what is usual."""
    big = Provider(base_url="http://localhost:1", context_window=99_000)
    registry = registry_of(settings_with(local=big), {})
    assert registry.get("local:m").capabilities.context_window == 99_000


@pytest.mark.parametrize(
    ("provider", "model", "window"),
    [
        ("openai", "w8k", 8_192),
        ("openai", "gpt-4o-mini", 128_000),
        ("anthropic", "w8k", 32_768),
        ("anthropic", "us.claude-haiku", 200_000),
    ],
)
def test_other_addresses_are_servers_of_ones_own(provider: str, model: str, window: int) -> None:
    """Only models of the maker's are taken to have its windows there, until the list is read."""
    registry = registry_of(Settings(), {f"{provider.upper()}_BASE_URL": "http://localhost:1"})
    name = f"{provider}:{model}"
    assert registry.get(name).capabilities.context_window == window
    assert registry.is_to_look_up(name)
    told = ModelInfo(name=name, context_window=4_096, max_output_tokens=512, takes_tools=False)
    registry.remember(told)
    known = registry.get(name).capabilities
    assert (known.context_window, known.tools) == (4_096, provider == "anthropic")


def test_who_is_asked_for_windows() -> None:
    """Nobody is where the settings say it, at OpenAI, whose list does not, and without a server."""
    big = Provider(base_url="http://localhost:1", context_window=99_000)
    registry = registry_of(settings_with(big=big, local=LOCAL), {})
    asked = ("big:m", "openai:m", "offline", "anthropic:m", "local:m")
    assert [registry.is_to_look_up(each) for each in asked] == [False, False, False, True, True]
    assert registry.place("local:m") == "http://localhost:11434"


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("anthropic", "Write anthropic:MODEL."),
        ("openai:", "Write openai:MODEL."),
        ("lokal:m", "Did you mean 'local'?"),
    ],
)
def test_names_that_are_none(name: str, said: str) -> None:
    """A provider alone is no model, and a misspelt one is corrected."""
    with pytest.raises(ModelUnavailableError, match=said.replace("?", r"\?")):
        registry_of(settings_with(local=LOCAL), {}).get(name)


def test_a_fallback_is_checked_at_once() -> None:
    """A fallback that is not known is an error before it is needed."""
    with pytest.raises(ModelUnavailableError, match="lokal"):
        registry_of(Settings(models=Models(fallback="lokal:m")), {})


def test_a_fallback_stands_behind_models_of_a_network() -> None:
    """It stands in for models behind a network, not for itself and not for `offline`."""
    registry = registry_of(Settings(models=Models(fallback="openai:m")), {})
    assert isinstance(registry.get("anthropic:m"), FallbackModel)
    assert not isinstance(registry.get("openai:m"), FallbackModel)
    assert not isinstance(registry.get("offline"), FallbackModel)


async def test_only_some_count_tokens() -> None:
    """Where a provider does not count, nothing is guessed."""
    registry = registry_of(settings_with(local=LOCAL), {})
    request = Request(task=Task.CHAT)
    assert await registry.count_tokens("local:m", request) is None
    assert await registry.count_tokens("offline", request) is None


async def test_only_servers_list_models() -> None:
    """`offline` has no list, and an unknown provider is told."""
    with pytest.raises(ModelUnavailableError):
        await registry_of(Settings(), {}).list_models("offline")


def test_keys_come_from_the_environment() -> None:
    """The first variable that is set counts; white space around a key is dropped."""
    own = server("anthropic", Settings())
    assert find_key(own, {"ANTHROPIC_AUTH_TOKEN": "b", "ANTHROPIC_API_KEY": " a\n"}) == "a"
    assert find_key(own, {"ANTHROPIC_AUTH_TOKEN": "b"}) == "b"


def test_keys_of_others_stay_at_home() -> None:
    """A server that was named by the user gets the key that was named for it, and no other."""
    environ = {"OPENAI_API_KEY": "a", "ANTHROPIC_API_KEY": "b"}
    assert find_key(server("local", settings_with(local=LOCAL)), environ) == NO_KEY
    with pytest.raises(ModelAccessError, match="WORK_KEY"):
        find_key(server("work", settings_with(work=WORK)), environ)


def test_this_machine_needs_no_key() -> None:
    """A server on this machine is asked without a key."""
    for url in ("http://127.0.0.1:1", "http://localhost:1/v1", "http://[::1]:1"):
        named = Provider(base_url=url, key_env="NONE_SUCH")
        assert find_key(server("x", settings_with(x=named)), {}) == NO_KEY
        assert (
            find_key(server("openai", settings_with(openai=Provider(base_url=url))), {}) == NO_KEY
        )


def test_keys_come_from_the_keyring(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the system has a keyring, it is asked after the environment; its failures are none."""
    keyring, errors = ModuleType("keyring"), ModuleType("keyring.errors")

    class KeyringError(Exception):
        pass

    def get_password(service: str, user: str) -> str | None:
        if user == "openai":
            raise KeyringError
        return f"{service}/{user}"

    monkeypatch.setattr(keyring, "get_password", get_password, raising=False)
    monkeypatch.setattr(errors, "KeyringError", KeyringError, raising=False)
    monkeypatch.setitem(sys.modules, "keyring", keyring)
    monkeypatch.setitem(sys.modules, "keyring.errors", errors)
    assert find_key(server("anthropic", Settings()), {}) == "minutebook/anthropic"
    assert find_key(server("anthropic", Settings()), {"ANTHROPIC_API_KEY": "a"}) == "a"
    with pytest.raises(ModelAccessError, match="keyring"):
        find_key(server("openai", Settings()), {})


def test_making_models_loads_no_package() -> None:
    """The SDKs and the HTTP client wait until a model is asked, not until it is made."""
    code = (
        "import sys; from minutebook.llm.models import registry_of; "
        "from minutebook.config import Settings; "
        "registry_of(Settings(), {}).get('anthropic:m').capabilities; "
        "registry_of(Settings(), {}).get('openai:m').capabilities; "
        "print(sorted({'anthropic', 'openai', 'httpx2', 'pydantic'} & set(sys.modules)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, check=True, timeout=60
    )
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("base_url", "key", "sent"),
    [
        ("https://api.anthropic.com", "k", None),
        ("https://api.anthropic.com/v1/", "k", None),
        ("https://gateway.example", "k", "k"),
        ("http://127.0.0.1:9/v1", "k", "k"),
        ("http://127.0.0.1:9", NO_KEY, None),
    ],
)
def test_servers_of_ones_own_get_the_key_as_documented(
    base_url: str, key: str, sent: str | None
) -> None:
    """The SDK sends a bearer; what was built by the documentation looks for `x-api-key`."""
    client = _client(Server(provider="anthropic", base_url=base_url), key)
    assert client.default_headers.get("X-Api-Key") == sent
    assert client.auth_headers == {"Authorization": f"Bearer {key}"}
