"""Who is known: everybody who speaks in the record, as it is just now.

What is asked is asked of the store itself, before each request: a name that has just come in is
hidden with the next one, whichever process brought it.
"""

from __future__ import annotations

import threading
from pathlib import Path

from minutebook.privacy.pseudonyms import People
from minutebook.store import glance


class Record:
    """The people of a record. May be used by several threads."""

    def __init__(self, database: Path) -> None:
        self._database = database
        self._known = People()
        self._newest = 0
        self._lock = threading.Lock()

    def people(self) -> People:
        """Return everybody who is known by now."""
        with self._lock:
            return self._known

    def look(self) -> None:
        """Take up who has come since. Reads the store; raises StoreError."""
        with self._lock:
            heard = glance.speakers(self._database, self._newest)
            self._newest = max(self._newest, heard.newest)
            names = self._known.names | heard.names
            if len(names) > len(self._known.names):
                self._known = People(version=self._known.version + 1, names=names)
