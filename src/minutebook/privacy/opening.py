"""From the settings of a home to its gate."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from functools import cache

from minutebook.config import Pseudonyms as Wanted
from minutebook.config import Settings
from minutebook.domain.privacy import Kind
from minutebook.paths import Home
from minutebook.privacy.gate import Gate
from minutebook.privacy.keys import Key, find_key, key_of_home, need_key
from minutebook.privacy.knowing import Record
from minutebook.privacy.pseudonyms import Pseudonyms
from minutebook.privacy.recording import RecordHider
from minutebook.privacy.redacting import Redactor
from minutebook.privacy.roster import Roster
from minutebook.privacy.sealing import Seal
from minutebook.privacy.veil import Veil


def key_for_values(home: Home, environ: Mapping[str, str] = os.environ) -> Callable[[], Key]:
    """Return what finds the key of placeholders when there is something to hide: once, since the
    keyring may take its time. It raises PrivacyError and ConfigError."""
    return cache(lambda: find_key(environ) or key_of_home(home.placeholder_key))


def gate_of(home: Home, settings: Settings, environ: Mapping[str, str] = os.environ) -> Gate:
    """Return the gate of a home whose folders exist.

    Raises PrivacyError when pseudonyms are wanted and the user's key is missing.
    """
    kinds = frozenset(map(Kind, settings.privacy.redact))
    redactor = Redactor(key=key_for_values(home, environ), kinds=kinds)
    if settings.privacy.pseudonyms is Wanted.OFF:
        return Gate(Veil(redactor))
    if settings.privacy.pseudonyms is Wanted.RECORD:
        key = need_key(environ)
        roster = Roster(home.names, Seal(key))
        return Gate(Veil(redactor, Pseudonyms(key, roster.people), look=roster.look))
    record = Record(home.database)
    return Gate(Veil(redactor, Pseudonyms(need_key(environ), record.people), look=record.look))


def hider_of(
    home: Home, settings: Settings, environ: Mapping[str, str] = os.environ
) -> RecordHider | None:
    """Return what hides people and values in what a home records; None where nothing does.

    Raises PrivacyError when that is wanted and the user's key is missing.
    """
    if settings.privacy.pseudonyms is not Wanted.RECORD:
        return None
    key = need_key(environ)
    kinds = frozenset(map(Kind, settings.privacy.redact))
    return RecordHider(key, kinds, Roster(home.names, Seal(key)))
