"""Keys come from the environment or from the system keyring, and are kept in no value of ours."""

from __future__ import annotations

import os
from collections.abc import Mapping

from minutebook.errors import ModelAccessError
from minutebook.llm.remote.server import Server

KEYRING_SERVICE = "minutebook"
"""Under which name keys lie in the system keyring; the user name is the provider's."""
NO_KEY = "none"
"""Sent to servers that want no key, as the SDKs insist on one."""


def find_key(server: Server, environ: Mapping[str, str] = os.environ) -> str:
    """Return the key of a server; `NO_KEY` when it needs none. May block on the keyring.

    Raises ModelAccessError when the server needs a key and there is none.
    """
    for variable in server.key_variables:
        if found := environ.get(variable, "").strip():
            return found
    if found := _from_keyring(server.provider):
        return found
    if server.needs_key and not server.is_local:
        raise ModelAccessError(f"There is no API key for {server.provider!r}.", hint=_hint(server))
    return NO_KEY


def _hint(server: Server) -> str:
    keyring = f"the system keyring (service {KEYRING_SERVICE!r}, user {server.provider!r})"
    if not server.key_variables:
        return f"Put it into {keyring}."
    return f"Set {server.key_variables[0]} in the environment, or put it into {keyring}."


def _from_keyring(provider: str) -> str:
    """Return the key that the keyring has; empty without the package, a backend or an entry."""
    import importlib

    try:
        keyring = importlib.import_module("keyring")
        failures = importlib.import_module("keyring.errors")
    except ImportError:
        return ""
    try:
        found = keyring.get_password(KEYRING_SERVICE, provider)
    except failures.KeyringError:
        return ""
    return found.strip() if isinstance(found, str) else ""
