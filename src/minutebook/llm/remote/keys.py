"""Keys come from the environment, from the credentials that systemd hands to a service, or from the
system keyring, and are kept in no value of ours.

A credential is a file that only the service sees, in the folder that `CREDENTIALS_DIRECTORY` names:
`LoadCredential=anthropic_api_key:…` in its unit puts it there. It is called as the variable of the
environment would be, in small letters, or after its provider: `groq_api_key`.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from minutebook.errors import ModelAccessError
from minutebook.llm.remote.server import Server

KEYRING_SERVICE = "minutebook"
"""Under which name keys lie in the system keyring; the user name is the provider's."""
CREDENTIALS_VARIABLE = "CREDENTIALS_DIRECTORY"
"""Environment variable by which systemd says where the credentials of a service are."""
_LONGEST_KEY = 10_000
NO_KEY = "none"
"""Sent to servers that want no key, as the SDKs insist on one."""


def find_key(server: Server, environ: Mapping[str, str] = os.environ) -> str:
    """Return the key of a server; `NO_KEY` when it needs none. May block on the keyring.

    Raises ModelAccessError when the server needs a key and there is none, or its credential cannot
    be read.
    """
    for variable in server.key_variables:
        if found := environ.get(variable, "").strip():
            return found
    if found := _from_credentials(server, environ):
        return found
    if found := from_keyring(server.provider):
        return found
    if server.needs_key and not server.is_local:
        raise ModelAccessError(f"There is no API key for {server.provider!r}.", hint=_hint(server))
    return NO_KEY


def credential_names(server: Server) -> tuple[str, ...]:
    """Return what a credential with the key of a server may be called."""
    names = [variable.lower() for variable in server.key_variables]
    return tuple(dict.fromkeys([*names, f"{server.provider}_api_key"]))


def _from_credentials(server: Server, environ: Mapping[str, str]) -> str:
    """Return the key that systemd has handed over; empty when there is none.

    Raises ModelAccessError when there is one that cannot be read.
    """
    folder = environ.get(CREDENTIALS_VARIABLE, "")
    if not folder:
        return ""
    for name in credential_names(server):
        if name != Path(name).name:  # the name of a provider is no path
            continue
        try:
            with (Path(folder) / name).open(encoding="utf-8") as file:
                found = file.read(_LONGEST_KEY).strip()
        except FileNotFoundError:
            continue
        except (OSError, UnicodeDecodeError) as error:
            raise ModelAccessError(
                f"The credential {name!r} cannot be read: {error}.",
                hint="See LoadCredential in the unit of the service.",
            ) from error
        if found:
            return found
    return ""


def _hint(server: Server) -> str:
    keyring = f"the system keyring (service {KEYRING_SERVICE!r}, user {server.provider!r})"
    if not server.key_variables:
        return f"Put it into {keyring}."
    return f"Set {server.key_variables[0]} in the environment, or put it into {keyring}."


def from_keyring(user: str) -> str:
    """Return what the keyring has of ours for a user name; empty without the package, a backend or
    an entry. May block."""
    import importlib

    try:
        keyring = importlib.import_module("keyring")
        failures = importlib.import_module("keyring.errors")
    except ImportError:
        return ""
    try:
        found = keyring.get_password(KEYRING_SERVICE, user)
    except failures.KeyringError:
        return ""
    return found.strip() if isinstance(found, str) else ""
