"""Keys that systemd hands to a service."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from minutebook.errors import ModelAccessError
from minutebook.llm.remote.keys import find_key
from minutebook.llm.remote.server import Server

SERVER = Server(
    provider="anthropic",
    base_url="https://api.example",
    key_variables=("ANTHROPIC_API_KEY", "ANTHROPIC_AUTH_TOKEN"),
    needs_key=True,
)


@pytest.fixture
def environ(tmp_path: Path) -> dict[str, str]:
    """Return an environment with a folder of credentials."""
    return {"CREDENTIALS_DIRECTORY": str(tmp_path)}


def test_a_credential_is_a_key(tmp_path: Path, environ: dict[str, str]) -> None:
    """It is read as it is, without the space around it."""
    (tmp_path / "anthropic_api_key").write_text("  sk-ant-1\n")
    assert find_key(SERVER, environ) == "sk-ant-1"


def test_the_environment_comes_first(tmp_path: Path, environ: dict[str, str]) -> None:
    """A variable that is set wins over a credential."""
    (tmp_path / "anthropic_api_key").write_text("sk-ant-1")
    assert find_key(SERVER, {**environ, "ANTHROPIC_API_KEY": "sk-ant-2"}) == "sk-ant-2"


def test_a_credential_is_named_after_its_provider(tmp_path: Path, environ: dict[str, str]) -> None:
    """A server of one's own has one, too."""
    (tmp_path / "groq_api_key").write_text("gsk")
    own = Server(provider="groq", base_url="https://groq.example", needs_key=True)
    assert find_key(own, environ) == "gsk"


def test_an_empty_credential_is_none(tmp_path: Path, environ: dict[str, str]) -> None:
    """Neither an empty file nor a missing one is a key."""
    (tmp_path / "anthropic_api_key").write_text("\n")
    with pytest.raises(ModelAccessError, match="no API key"):
        find_key(SERVER, environ)


def test_the_name_of_a_provider_is_no_path(tmp_path: Path) -> None:
    """A provider cannot be called so that another file is read."""
    (tmp_path / "other_api_key").write_text("sk-other")
    (tmp_path / "inner").mkdir()
    evil = Server(provider="../other", base_url="https://evil.example", needs_key=True)
    with pytest.raises(ModelAccessError, match="no API key"):
        find_key(evil, {"CREDENTIALS_DIRECTORY": str(tmp_path / "inner")})


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser reads everything")
def test_what_cannot_be_read_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    """A credential that is closed to us is named, and not passed over."""
    (tmp_path / "anthropic_api_key").write_text("sk-ant-1")
    (tmp_path / "anthropic_api_key").chmod(0)
    with pytest.raises(ModelAccessError, match="anthropic_api_key"):
        find_key(SERVER, environ)


def test_what_is_no_text_is_told(tmp_path: Path, environ: dict[str, str]) -> None:
    """An encrypted credential is no key, and its content is not shown."""
    (tmp_path / "anthropic_api_key").write_bytes(b"\xff\xfe\x00secret")
    with pytest.raises(ModelAccessError, match="anthropic_api_key") as raised:
        find_key(SERVER, environ)
    assert "secret" not in str(raised.value)
