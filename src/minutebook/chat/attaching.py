"""Text files that are sent along: read whole, and kept with the turn."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from minutebook.domain.turns import Attachment
from minutebook.errors import UsageError

MOST_BYTES = 2_000_000
"""A larger file is no part of a conversation; a model could not read it in one go."""
_PLAIN = "text/plain"


def read(path: Path) -> Attachment:
    """Read a text file. Raises UsageError when it is missing, too large, or no text.

    It waits for the disk: call it in a thread where nothing may block.
    """
    try:
        with path.expanduser().open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except OSError as error:
        raise UsageError(f"{str(path)!r} cannot be read: {error.strerror}.") from error
    return of_bytes(path.name, data)


def of_bytes(name: str, data: bytes) -> Attachment:
    """Make an attachment of the bytes of a text. Raises UsageError as `read` does."""
    if len(data) > MOST_BYTES:
        raise UsageError(
            f"{name!r} is larger than {MOST_BYTES:,} bytes.", hint="Send the part that matters."
        )
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        text = "\0"
    if "\0" in text:
        raise UsageError(f"{name!r} is not a text in UTF-8.", hint="Only text can be sent along.")
    kind = mimetypes.guess_type(name)[0] or _PLAIN
    return Attachment(name=name, media_type=kind, size=len(data), content=text)


def of_text(name: str, text: str) -> Attachment:
    """Make an attachment of a text, such as a large one that was pasted."""
    size = len(text.encode("utf-8", "surrogatepass"))
    return Attachment(name=name, media_type=_PLAIN, size=size, content=text)
