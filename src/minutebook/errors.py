"""Every failure minutebook can name.

    MinutebookError
    ├── UsageError             the request itself makes no sense
    ├── ConfigError            a setting is unknown or has a wrong value
    ├── NotFoundError          nothing has this id
    ├── StoreError             the hot store cannot do what was asked
    │   ├── SchemaTooNewError  the home was written by a newer minutebook
    │   ├── StoreFullError     no room left on the disk
    │   └── StoreDamagedError  the database file is not a sound database
    ├── SourceError            a chat log cannot be read
    │   ├── UnknownFormatError no format recognises the file
    │   └── UnsafeArchiveError a zip that breaks the guards
    ├── ModelError             a language model did not give a usable answer
    │   └── ModelUnavailableError  no such model, or nothing to reach it with
    └── PatchError             section operations that do not fit the document

A message names the thing, what is wrong with it, and what to do next. How it looks on a screen is
decided in `cli` and `tui`.
"""

from __future__ import annotations


class MinutebookError(Exception):
    """The root: catch this to catch everything minutebook raises on purpose."""

    def __init__(self, message: str, *, hint: str = "") -> None:
        super().__init__(message)
        self.message = message
        self.hint = hint
        """What to do next, as one sentence; empty when the message says it."""

    def __str__(self) -> str:
        return f"{self.message} {self.hint}".rstrip()


class UsageError(MinutebookError):
    """The request itself makes no sense."""


class ConfigError(MinutebookError):
    """A setting is unknown, has a wrong value, or its file cannot be read."""


class NotFoundError(MinutebookError, LookupError):
    """Nothing of this kind has this id."""

    def __init__(self, kind: str, wanted: str, *, hint: str = "") -> None:
        super().__init__(f"There is no {kind} {wanted!r}.", hint=hint)
        self.kind = kind
        self.wanted = wanted


class StoreError(MinutebookError):
    """The hot store cannot do what was asked."""


class SchemaTooNewError(StoreError):
    """The home was written by a newer minutebook than this one."""


class StoreFullError(StoreError):
    """There is no room left on the disk, or a quota is used up."""


class StoreDamagedError(StoreError):
    """The database file is not a sound database."""


class SourceError(MinutebookError):
    """A chat log cannot be read."""


class UnknownFormatError(SourceError):
    """No format recognises the file."""


class UnsafeArchiveError(SourceError):
    """A zip archive breaks the guards on names, sizes or compression ratio."""


class ModelError(MinutebookError):
    """A language model did not give a usable answer."""


class ModelUnavailableError(ModelError):
    """There is no such model, or nothing to reach it with."""


class PatchError(MinutebookError):
    """Section operations do not fit the document they were made for."""
