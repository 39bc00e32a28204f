"""Edits that are not saved yet, each in a file of its own: what outlives a workbench that dies.

The one decision: a file for each edit, not for each document. Two workbenches that edit the same
document never write over each other, and the newest is offered first.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from minutebook.paths import FILE_MODE, FOLDER_MODE

if TYPE_CHECKING:
    from pathlib import Path

_END = ".json"
_MOST = 200
"""Files that are looked at: nobody leaves so many edits open."""


@dataclass(frozen=True, slots=True, kw_only=True)
class UnsavedEdit:
    """What a person wants a document to be, from the revision they saw."""

    id: str
    document: str
    base: int
    """The revision that the text was made from."""
    text: str
    at: datetime


def begun(document: str, base: int, text: str) -> UnsavedEdit:
    """Return a new edit."""
    return UnsavedEdit(
        id=secrets.token_hex(8), document=document, base=base, text=text, at=datetime.now(UTC)
    )


class UnsavedEdits:
    """The edits of one home. Every verb touches the disk."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._order = threading.Lock()
        self._newest: dict[str, datetime] = {}
        """When each edit that was kept here was as it is: an older self comes too late."""

    def newest(self, document: str) -> UnsavedEdit | None:
        """Return the newest edit of a document; one that cannot be read is passed over."""
        edits = [edit for path in self._paths() if (edit := _read(path)) is not None]
        mine = [edit for edit in edits if edit.document == document]
        return max(mine, key=lambda edit: edit.at, default=None)

    def keep(self, edit: UnsavedEdit) -> None:
        """Write an edit down, in the place of its older self. Raises OSError."""
        with self._order:
            if edit.at >= self._newest.get(edit.id, edit.at):
                self._newest[edit.id] = edit.at
                self._write(edit)

    def drop(self, edit: UnsavedEdit) -> None:
        """Forget an edit: it was saved, or thrown away. Raises OSError."""
        with self._order:
            self._newest[edit.id] = datetime.now(UTC)
            self._path(edit).unlink(missing_ok=True)

    def _write(self, edit: UnsavedEdit) -> None:
        self._folder.mkdir(mode=FOLDER_MODE, parents=True, exist_ok=True)
        shape = {"document": edit.document, "base": edit.base, "text": edit.text}
        content = json.dumps({**shape, "at": edit.at.isoformat()})
        path = self._path(edit)
        fresh = path.with_suffix(".new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        fresh.replace(path)

    def _path(self, edit: UnsavedEdit) -> Path:
        return self._folder / f"{edit.id}{_END}"

    def _paths(self) -> list[Path]:
        if not self._folder.is_dir():
            return []
        return sorted(self._folder.glob(f"*{_END}"))[:_MOST]


def _read(path: Path) -> UnsavedEdit | None:
    try:
        shape = json.loads(path.read_text("utf-8"))
        return UnsavedEdit(
            id=path.stem,
            document=str(shape["document"]),
            base=int(shape["base"]),
            text=str(shape["text"]),
            at=datetime.fromisoformat(shape["at"]).astimezone(UTC),
        )
    except (OSError, ValueError, KeyError, TypeError):
        return None
