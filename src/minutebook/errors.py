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
    │   ├── ModelUnavailableError  no such model, or nothing to reach it with
    │   │   └── NoBatchesError     its server answers, and knows nothing of batches
    │   ├── ModelAccessError       the provider refuses the key, or what it may do
    │   ├── ModelBillingError      the provider's credit or limit is used up
    │   ├── ModelRequestError      the provider refuses the request as it stands
    │   │   └── PromptTooLongError the prompt is longer than the model's window
    │   ├── ModelBusyError         too much is asked of the provider just now
    │   ├── ModelUnreachableError  the network or the provider failed on the way
    │   │   └── ModelNotReachedError  no connection came about: nothing was asked
    │   ├── ModelReplyError        what came back is no answer
    │   └── SpendingCapError       a cap of our own on spending is reached
    ├── ArchiveError           the archive cannot do what was asked
    │   └── ArchiveDamagedError  a file of the archive is missing, or is not what was written
    ├── QueryError             a query of the SQL console cannot be answered
    │   ├── QueryRefusedError  it is no single query that reads our own tables
    │   ├── QueryLimitError    it takes more time or memory than it may
    │   └── QueryStoppedError  somebody stopped it
    ├── PrivacyError           what is to be hidden cannot be: nothing is sent or written
    ├── VocabularyError        what counts tokens cannot be loaded
    └── PatchError             section operations that do not fit the document

A message names the thing, what is wrong with it, and what to do next. How it looks on a screen is
decided in `cli` and `tui`.
"""

from __future__ import annotations

from datetime import datetime


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


class ArchiveError(MinutebookError):
    """The archive cannot do what was asked; nothing has left the store."""


class ArchiveDamagedError(ArchiveError):
    """A file of the archive is missing, cannot be read, or is not what was written."""


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


class NoBatchesError(ModelUnavailableError):
    """The server of a model has no batches; it may well answer when it is asked directly."""


class ModelAccessError(ModelError):
    """The provider does not accept the key, or the key may not use the model."""


class ModelBillingError(ModelError):
    """The provider's credit is used up, or its own spending limit is reached."""


class ModelRequestError(ModelError):
    """The provider refuses the request as it stands; asking again changes nothing."""


class PromptTooLongError(ModelRequestError):
    """The prompt does not fit into the model's window; whoever made it may split it."""

    def __init__(
        self, message: str, *, hint: str = "", tokens: int | None = None, limit: int | None = None
    ) -> None:
        super().__init__(message, hint=hint)
        self.tokens = tokens
        """Of the prompt, when the provider said so."""
        self.limit = limit
        """Tokens that fit, when the provider said so."""


class ModelBusyError(ModelError):
    """A rate limit is reached, or the provider is overloaded; later it may work."""

    def __init__(self, message: str, *, hint: str = "", retry_after: float | None = None) -> None:
        super().__init__(message, hint=hint)
        self.retry_after = retry_after
        """Seconds the provider asks to wait, when it does."""


class ModelUnreachableError(ModelError):
    """The network or the provider failed on the way; later it may work."""


class ModelNotReachedError(ModelUnreachableError):
    """No connection came about: whatever was asked, nobody has heard it."""


class ModelReplyError(ModelError):
    """What came back cannot be read as an answer, or is not a whole one."""


class SpendingCapError(ModelError):
    """A cap of the settings is reached: the work waits until it is raised or the day is over."""

    def __init__(self, message: str, *, hint: str = "", resumes_at: datetime) -> None:
        super().__init__(message, hint=hint)
        self.resumes_at = resumes_at
        """When the cap leaves room again."""


class QueryError(MinutebookError):
    """A query of the SQL console is wrong, or cannot be answered."""

    def __init__(
        self, message: str, *, hint: str = "", offset: int = -1, line: int = 0, column: int = 0
    ) -> None:
        super().__init__(message, hint=hint)
        self.offset = offset
        """Characters from the beginning of the SQL to what is wrong; -1 when nobody knows."""
        self.line = line
        """From 1; 0 when nobody knows."""
        self.column = column
        """From 1; 0 when nobody knows."""


class QueryRefusedError(QueryError):
    """The text is no single query that reads our own tables; nothing was run."""


class QueryLimitError(QueryError):
    """The query takes more time or memory than one may."""


class QueryStoppedError(QueryError):
    """The query was stopped."""


class VocabularyError(MinutebookError):
    """What counts tokens cannot be loaded; sizes are estimated without it."""


class PrivacyError(MinutebookError):
    """What is to be hidden cannot be hidden, so nothing is sent or written."""


class PatchError(MinutebookError):
    """Section operations do not fit the document they were made for."""
