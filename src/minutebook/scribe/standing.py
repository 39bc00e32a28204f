"""Which mirrored files stand still: why, and what to do.

The one decision: this is found out by looking at the files, and kept nowhere. So any process can
say it, also while nobody works, and it is no longer said once the file is in order.
"""

from __future__ import annotations

import errno
import hashlib
import os
import re
import stat
from collections.abc import Sequence
from pathlib import Path

from minutebook.domain.documents import StillFile
from minutebook.errors import MinutebookError, SourceError
from minutebook.store.mirrors import Mirrored

_MARK = re.compile(r"\n?<!-- minutebook (doc_\w+) r(\d{1,9}) -->[ \t]*\n*")
FileLook = tuple[int, int, int]
"""Size, time and inode of a file."""


def standing(found: Sequence[Mirrored], folder: Path) -> list[StillFile]:
    """Return the files of documents that stand still; the folder alone when that is the reason."""
    if folder.exists() and not folder.is_dir():
        return [
            StillFile(
                path=str(folder),
                why="stands where the folder of the mirror should be",
                hint="Move it away, or set `mirror` under [scribe] to another folder.",
            )
        ]
    if folder.is_dir() and not os.access(folder, os.W_OK | os.X_OK):
        hint = "Check who may write there, or set `mirror` under [scribe] to another folder."
        return [StillFile(path=str(folder), why="cannot be written to", hint=hint)]
    return [still for each in found if (still := _still(each, folder)) is not None]


def reason_of(error: OSError | UnicodeDecodeError | MinutebookError) -> tuple[str, str]:
    """Return what is wrong with a file, and what to do."""
    if isinstance(error, OSError):
        hint = "Move it away, or check who may write there."
        return f"cannot be used: {error.strerror}", hint
    if isinstance(error, UnicodeDecodeError):
        return "is not text in UTF-8", "Save it as UTF-8, or delete it."
    return error.message.rstrip("."), error.hint


def path_of(each: Mirrored, folder: Path) -> Path:
    """Return the file of a document: the one it has, unless the folder is another now."""
    known = Path(each.path)
    return known if known.parent == folder else folder / f"{each.slug}.md"


def look_at(path: Path) -> FileLook | None:
    """Return how a file looks; None when it is not there. Raises OSError.

    What is no file is an error here already: reading a pipe would wait for ever.
    """
    try:
        status = path.stat()
    except FileNotFoundError:
        return None
    if not stat.S_ISREG(status.st_mode):
        raise OSError(errno.EINVAL, "something else than a file stands there")
    return status.st_size, status.st_mtime_ns, status.st_ino


def read(each: Mirrored, path: Path, content: bytes) -> tuple[str, int | None, bool]:
    """Return the text of a file, the revision that it names, and whether somebody wrote it.

    Raises UnicodeDecodeError, and SourceError when it is a file of somebody else.
    """
    text, named = unmarked(content.decode("utf-8"), each.document)
    is_ours = digest(content) == each.digest and str(path) == each.path
    is_theirs = not is_ours and bool(text.strip() or named is not None)
    if is_theirs and named is None and str(path) != each.path:
        raise SourceError("is in the way", hint="Move it, and the document is written.")
    return text, named, is_theirs


def marked(text: str, document: str, revision: int) -> str:
    """Return a document as its file holds it."""
    return f"{text}\n<!-- minutebook {document} r{revision} -->\n"


def unmarked(content: str, document: str) -> tuple[str, int | None]:
    """Return the text that a file holds, and the revision that it names, if it is one of these."""
    content, named = content.replace("\r\n", "\n"), None
    for found in _MARK.finditer(content):
        if found[1] == document:
            named = int(found[2])
    return _MARK.sub("", content), named


def digest(content: bytes) -> str:
    """Return what tells a file's content from any other."""
    return hashlib.sha256(content).hexdigest()


def _still(each: Mirrored, folder: Path) -> StillFile | None:
    path = path_of(each, folder)
    try:
        if look_at(path) is not None:
            read(each, path, path.read_bytes())
    except (OSError, UnicodeDecodeError, MinutebookError) as error:
        why, hint = reason_of(error)
        return StillFile(path=str(path), why=why, hint=hint)
    return None
