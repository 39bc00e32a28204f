"""Those whose names a record written with pseudonyms does not have: kept sealed, beside it.

The record itself cannot say who has spoken in it, and what they are called must be known to hide
them where the next log, or a person here, speaks of them. The file only grows, a sealed name a
line; what was torn by a crash is one line that nobody can open.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Collection
from pathlib import Path

from minutebook.errors import PrivacyError
from minutebook.paths import FILE_MODE
from minutebook.privacy.pseudonyms import People
from minutebook.privacy.sealing import Seal

_LENGTH = 64
"""Characters to which names are filled up with spaces, so that their lengths tell nothing."""


class Roster:
    """The names of a home. May be used by several threads, and by several processes."""

    def __init__(self, path: Path, seal: Seal, *, keeps: bool = True) -> None:
        """Read names from a file, and add to it; one that `keeps` none only remembers them."""
        self._path = path
        self._seal = seal
        self._keeps = keeps
        self._people = People()
        self._read = 0
        self._lock = threading.Lock()

    def passing(self) -> Roster:
        """Return one with the same names that keeps no more."""
        return Roster(self._path, self._seal, keeps=False)

    def people(self) -> People:
        """Return everybody who is known by now."""
        with self._lock:
            return self._people

    def look(self) -> None:
        """Take up whom others have added. Raises PrivacyError."""
        with self._lock:
            self._look()

    def add(self, names: Collection[str]) -> None:
        """Know of some people from now on, and after every start. Raises PrivacyError."""
        with self._lock:
            self._look()
            if new := sorted(set(names) - self._people.names):
                if self._keeps:
                    self._append(new)
                self._know(new)

    def _look(self) -> None:
        try:
            with self._path.open("rb") as file:
                file.seek(self._read)
                lines = file.read()
        except FileNotFoundError:
            return
        except OSError as error:
            raise self._failure(error) from error
        whole = lines[: lines.rfind(b"\n") + 1]
        self._read += len(whole)
        opened = map(self._seal.open, whole.decode("ascii", "replace").split("\n"))
        self._know([name.rstrip(" ") for name in opened if name])

    def _know(self, names: Collection[str]) -> None:
        known = self._people
        if new := set(names) - known.names:
            self._people = People(version=known.version + 1, names=known.names | new)

    def _append(self, names: Collection[str]) -> None:
        sealed = "".join(f"\n{self._seal.close(name.ljust(_LENGTH))}" for name in names)
        flags = os.O_WRONLY | os.O_APPEND | os.O_CREAT
        try:
            file = os.open(self._path, flags, FILE_MODE)
            try:
                os.write(file, f"{sealed}\n".encode("ascii"))
            finally:
                os.close(file)
        except OSError as error:
            raise self._failure(error) from error

    def _failure(self, error: OSError) -> PrivacyError:
        return PrivacyError(
            f"The sealed names {str(self._path)!r} cannot be used: {error.strerror}.",
            hint="Check that the file belongs to you, and that the disk has room.",
        )
