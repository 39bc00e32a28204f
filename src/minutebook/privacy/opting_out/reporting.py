"""What is hidden from models just now, for people."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass

from minutebook.config import Pseudonyms, Settings
from minutebook.config.credentials import PRIVACY_KEY_VARIABLE
from minutebook.domain.privacy import Kind
from minutebook.privacy.keys import find_key


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivacyStatus:
    """What is on."""

    redact: tuple[Kind, ...]
    pseudonyms: Pseudonyms
    key: str
    """Fingerprint of the user's key; empty without one."""
    key_from: str
    """Where that is: `environment` or `keyring`; empty without one."""

    @property
    def lacks_key(self) -> bool:
        """Whether pseudonyms are wanted and cannot be made."""
        return self.pseudonyms is not Pseudonyms.OFF and not self.key


def status_of(settings: Settings, environ: Mapping[str, str] = os.environ) -> PrivacyStatus:
    """Return what is on. May block on the keyring. Raises PrivacyError for a key too short."""
    key = find_key(environ)
    place = "environment" if environ.get(PRIVACY_KEY_VARIABLE, "").strip() else "keyring"
    return PrivacyStatus(
        redact=tuple(map(Kind, settings.privacy.redact)),
        pseudonyms=settings.privacy.pseudonyms,
        key="" if key is None else key.fingerprint,
        key_from="" if key is None else place,
    )
