"""What hides names and values in what is written into the record, by the user's key alone."""

from __future__ import annotations

from collections.abc import Collection

from minutebook.domain.privacy import Kind
from minutebook.privacy.keys import Key
from minutebook.privacy.names import NOBODY, fold, is_somebody
from minutebook.privacy.pseudonyms import Pseudonyms
from minutebook.privacy.redacting import Redactor
from minutebook.privacy.roster import Roster
from minutebook.privacy.sealing import Seal
from minutebook.privacy.veil import Veil


class RecordHider:
    """Hides what is recorded. May be used by several threads."""

    def __init__(self, key: Key, kinds: Collection[Kind], roster: Roster) -> None:
        self._key = key
        self._kinds = kinds
        self._roster = roster
        self._seal = Seal(key)
        self._pseudonyms = Pseudonyms(key, roster.people)
        self._veil = Veil(Redactor(key=lambda: key, kinds=kinds), self._pseudonyms, most=0)

    @property
    def fingerprint(self) -> str:
        """Tells the key apart from others."""
        return self._key.fingerprint

    def text(self, text: str) -> str:
        """Return a text with its values and people hidden."""
        return self._veil.hide(text).text

    def person(self, name: str) -> str:
        """Return the pseudonym of a speaker; names of nobody in particular stay."""
        is_nobody = not name.strip() or fold(name.strip()) in NOBODY
        return name if is_nobody else self._pseudonyms.of(name)

    def mark(self, purpose: str, value: str) -> str:
        """Return what stands for a value, as 64 hexadecimal digits."""
        return self._key.mark(f"record {purpose}", value)

    def know(self, names: Collection[str]) -> None:
        """Hide these people from now on. Raises PrivacyError."""
        self._roster.add(list(filter(is_somebody, names)))

    def seal(self, text: str) -> str:
        """Return a text that the same key alone opens again."""
        return self._seal.close(text)

    def unseal(self, sealed: str) -> str | None:
        """Return what was sealed; None where it was not, or with another key."""
        return self._seal.open(sealed)

    def passing(self) -> RecordHider:
        """Return one that hides the same, and keeps nothing on the disk."""
        return RecordHider(self._key, self._kinds, self._roster.passing())
