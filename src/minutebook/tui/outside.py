"""Long texts are written in the person's own editor.

The engine goes on meanwhile: an answer that is on its way is received and kept, only nothing is
painted over the editor. The text lies in a file for its owner alone, which is removed behind it.
"""

from __future__ import annotations

import asyncio
import os
import shlex
import signal
import tempfile
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from textual.app import SuspendNotSupported

from minutebook.domain.display import terminal_safe
from minutebook.errors import UsageError

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

    from textual.app import App

_VARIABLES = ("VISUAL", "EDITOR")
_ELSE = "vi"


def editor(environ: Mapping[str, str] = os.environ) -> list[str]:
    """Return the command of the editor, as words."""
    named = next((environ[name] for name in _VARIABLES if environ.get(name, "").strip()), _ELSE)
    return shlex.split(named)


async def written(app: App[None], text: str) -> str:
    """Let the person write a text in their editor; return it. Raises UsageError."""
    with _file(text) as path:
        try:
            with app.batch_update(), _undisturbed(), app.suspend():
                status = await _run([*editor(), str(path)])
        except SuspendNotSupported as error:
            raise UsageError("This terminal cannot be lent to an editor.") from error
        app.refresh(layout=True)
        if status:
            raise UsageError(f"The editor ended with {status}.", hint="Your text is as it was.")
        try:
            return terminal_safe(path.read_text("utf-8")).rstrip("\n")
        except (OSError, UnicodeDecodeError) as error:
            raise UsageError("What the editor wrote cannot be read as UTF-8.") from error


async def _run(command: list[str]) -> int:
    try:
        process = await asyncio.create_subprocess_exec(*command)
    except (OSError, ValueError) as error:
        raise UsageError(
            f"The editor {command[0]!r} cannot be started.", hint="Set EDITOR to one that can."
        ) from error
    return await process.wait()


@contextmanager
def _file(text: str) -> Iterator[Path]:
    """Lend a file that only its owner can read."""
    descriptor, name = tempfile.mkstemp(prefix="minutebook-", suffix=".md")
    try:
        with os.fdopen(descriptor, "w", encoding="utf-8", errors="replace") as file:
            file.write(text)
        yield Path(name)
    finally:
        Path(name).unlink(missing_ok=True)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """Leave ctrl+c to the editor, which shares the terminal with us."""
    before = signal.signal(signal.SIGINT, lambda *_: None)  # what is ignored, a child ignores too
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
