"""The two keys: the user's own, and one of the home.

Pseudonyms are made with the user's key alone. It is no file of ours, so that whoever has the home,
and in it a record that was written with pseudonyms, cannot find out by trying names whose they are.
Placeholders of values have the user's key too if there is one, and a random key of the home if not:
next to it lies the record, in which the values stand anyway, so that it only has to keep providers
from guessing. Without any key the same value would have another placeholder after each start, and
no provider could cache a prompt.
"""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from minutebook.config.credentials import PRIVACY_KEY_VARIABLE
from minutebook.errors import PrivacyError
from minutebook.llm.remote.keys import KEYRING_SERVICE, from_keyring
from minutebook.paths import create_private

KEYRING_USER = "privacy"
"""Under which name the user's key lies in the system keyring, at the service of ours."""
LEAST_CHARACTERS = 32
"""A shorter key could be found by trying."""
_RANDOM_BYTES = 32
_FINGERPRINT_DIGITS = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Key:
    """A key; what it is shows nowhere."""

    secret: bytes = field(repr=False)

    @property
    def fingerprint(self) -> str:
        """Twelve hexadecimal digits that tell keys apart, and nothing of the key."""
        return self.mark("fingerprint", "")[:_FINGERPRINT_DIGITS]

    def mark(self, purpose: str, value: str) -> str:
        """Return what stands for a value: HMAC-SHA-256 (RFC 2104), as 64 hexadecimal digits."""
        said = f"{purpose}\0{value}".encode("utf-8", "surrogatepass")
        return hmac.new(self.secret, said, hashlib.sha256).hexdigest()


def new_key() -> str:
    """Return a random key, as text."""
    return secrets.token_urlsafe(_RANDOM_BYTES)


def find_key(environ: Mapping[str, str] = os.environ) -> Key | None:
    """Return the user's key; None when there is none. May block on the keyring.

    Raises PrivacyError when there is one that is too short.
    """
    found = environ.get(PRIVACY_KEY_VARIABLE, "").strip() or from_keyring(KEYRING_USER)
    if not found:
        return None
    if len(found) < LEAST_CHARACTERS:
        raise PrivacyError(
            f"The key of {PRIVACY_KEY_VARIABLE} has fewer than {LEAST_CHARACTERS} characters.",
            hint="Make one with: minutebook privacy key",
        )
    return Key(secret=found.encode("utf-8", "surrogateescape"))


def need_key(environ: Mapping[str, str] = os.environ) -> Key:
    """As `find_key`. Raises PrivacyError when there is none, too."""
    if (found := find_key(environ)) is None:
        raise PrivacyError(
            "Pseudonyms need a key of yours, and there is none.",
            hint=f"Make one with `minutebook privacy key`; put it into {PRIVACY_KEY_VARIABLE}, or"
            f" into the system keyring (service {KEYRING_SERVICE!r}, user {KEYRING_USER!r}).",
        )
    return found


def key_of_home(path: Path) -> Key:
    """Return the key of a home, for the owner alone; made where there is none yet.

    Raises PrivacyError when it cannot be read, or is too short; ConfigError when it cannot be made.
    """
    try:
        secret = path.read_bytes().strip()
    except FileNotFoundError:
        return _made(path)
    except OSError as error:
        raise PrivacyError(
            f"The key of placeholders {str(path)!r} cannot be read: {error.strerror}.",
            hint="Check that it belongs to you.",
        ) from error
    if len(secret) < LEAST_CHARACTERS:
        raise PrivacyError(
            f"The key of placeholders {str(path)!r} is damaged.",
            hint="Delete the file; a new one is made, and placeholders change.",
        )
    return Key(secret=secret)


def _made(path: Path) -> Key:
    """Make the key of a home: whole or not at all, and the same for whoever makes it meanwhile."""
    part = path.with_name(f"{path.name}.{secrets.token_hex(8)}.part")
    create_private(part, new_key().encode())
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    except OSError as error:
        raise PrivacyError(
            f"The key of placeholders {str(path)!r} cannot be made: {error.strerror}.",
            hint="Check that the folder belongs to you.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
    return key_of_home(path)


def store_key(key: str) -> None:
    """Put a key into the system keyring.

    Raises PrivacyError when there is no keyring, or one key already.
    """
    import importlib

    if from_keyring(KEYRING_USER):
        raise PrivacyError(
            "There is a key in the keyring already.",
            hint="With another one, everybody's pseudonym would change. Delete it yourself, with"
            f" `keyring del {KEYRING_SERVICE} {KEYRING_USER}`, if that is what you want.",
        )
    try:
        keyring = importlib.import_module("keyring")
        failures = importlib.import_module("keyring.errors")
    except ImportError as error:
        raise PrivacyError(
            "There is no system keyring: the package 'keyring' is not installed.",
            hint=f"Put the key into {PRIVACY_KEY_VARIABLE} instead.",
        ) from error
    try:
        keyring.set_password(KEYRING_SERVICE, KEYRING_USER, key)
    except failures.KeyringError as error:
        raise PrivacyError(
            f"The system keyring takes no key: {error}.",
            hint=f"Put it into {PRIVACY_KEY_VARIABLE} instead.",
        ) from error
