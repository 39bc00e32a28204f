"""What is not sent yet, conversation by conversation; it is there again after a restart or a crash.

The file holds words that nobody has sent: it is for its owner alone, and a spoilt one is no reason
not to start. Only what changed here is written over what the file holds by then, so two workbenches
on one home keep each other's words.
"""

from __future__ import annotations

import json
import os
import secrets
import threading
from dataclasses import dataclass
from typing import TYPE_CHECKING

from minutebook.domain.turns import Attachment
from minutebook.paths import FILE_MODE

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

_KEPT = 200
"""Drafts that are kept over a restart, the newest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Draft:
    """What stands in the composer."""

    text: str = ""
    attachments: tuple[Attachment, ...] = ()
    editing: str = ""
    """Key of the turn in whose place it is said; empty for what is new."""

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing in it."""
        return not (self.text or self.attachments)


EMPTY = Draft()


class Drafts:
    """The drafts, by conversation. Only `write` touches the disk after the beginning."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._drafts = _read(path)
        self._changed: dict[str, Draft] = {}
        """What the file does not hold yet; an empty draft is to be forgotten."""
        self._order = threading.Lock()
        """One writing at a time."""
        self._marking = threading.Lock()
        """Held for a moment: what is remembered while a writing ends is not taken for written."""

    def of(self, conversation: str) -> Draft:
        """Return what is not sent yet in a conversation."""
        return self._drafts.get(conversation, EMPTY)

    def keep(self, conversation: str, draft: Draft) -> None:
        """Remember a draft, or forget it when it is empty."""
        if draft == self.of(conversation) or (draft.is_empty and conversation not in self._drafts):
            return
        self._drafts.pop(conversation, None)
        if not draft.is_empty:
            self._drafts[conversation] = draft
        with self._marking:
            self._changed[conversation] = draft

    def write(self) -> None:
        """Write down what has changed; from any thread. Raises OSError, and tries it again then."""
        with self._order:
            with self._marking:
                changed = self._changed.copy()
            if not changed:
                return
            others = {name: each for name, each in _read(self._path).items() if name not in changed}
            kept = {name: each for name, each in changed.items() if not each.is_empty}
            self._put({**others, **kept})
            with self._marking:
                now = self._changed
                self._changed = {k: v for k, v in now.items() if changed.get(k) is not v}

    def _put(self, drafts: Mapping[str, Draft]) -> None:
        newest = list(drafts.items())[-_KEPT:]
        if not newest:
            self._path.unlink(missing_ok=True)
            return
        shape = {conversation: _shape(draft) for conversation, draft in newest}
        fresh = self._path.with_suffix(f".{secrets.token_hex(4)}.new")
        descriptor = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, FILE_MODE)
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            json.dump(shape, file, ensure_ascii=False)
        fresh.replace(self._path)


def _shape(draft: Draft) -> dict[str, object]:
    files = [{"name": file.name, "content": file.content} for file in draft.attachments]
    return {"text": draft.text, "editing": draft.editing, "attachments": files}


def _read(path: Path) -> dict[str, Draft]:
    """Read the drafts of the last time; none when the file cannot be read."""
    try:
        shape = json.loads(path.read_text("utf-8"))
        return {str(conversation): _draft(each) for conversation, each in shape.items()}
    except (OSError, ValueError, AttributeError, KeyError, TypeError):
        return {}


def _draft(shape: dict[str, object]) -> Draft:
    files = shape["attachments"]
    listed = files if isinstance(files, list) else []
    return Draft(
        text=str(shape["text"]),
        editing=str(shape["editing"]),
        attachments=tuple(_file(str(each["name"]), str(each["content"])) for each in listed),
    )


def _file(name: str, content: str) -> Attachment:
    size = len(content.encode("utf-8", "replace"))
    return Attachment(name=name, media_type="text/plain", size=size, content=content)
