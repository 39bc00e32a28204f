"""Copying: by the clipboard program of the machine where there is one, and always by OSC 52.

Over SSH only the terminal knows the clipboard, and OSC 52 reaches it; some local terminals do not
obey OSC 52, and there a program does. Inside tmux it is tmux that passes the text on.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping

_SECONDS = 3.0
_PROGRAMS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("WAYLAND_DISPLAY", ("wl-copy",)),
    ("DISPLAY", ("xclip", "-selection", "clipboard")),
    ("DISPLAY", ("xsel", "--clipboard", "--input")),
    ("", ("pbcopy",)),
    ("WSL_DISTRO_NAME", ("clip.exe",)),
)
"""What has to be set for a program to be of use, and how it is called."""


def command(environ: Mapping[str, str] = os.environ) -> tuple[str, ...]:
    """Return the program that puts its input on the clipboard; empty when there is none."""
    if environ.get("TMUX") and shutil.which("tmux"):
        return ("tmux", "load-buffer", "-w", "-")
    if environ.get("SSH_TTY") or environ.get("SSH_CONNECTION"):
        return ()
    for variable, words in _PROGRAMS:
        if (not variable or environ.get(variable)) and shutil.which(words[0]):
            return words
    return ()


def copy(text: str) -> None:
    """Hand a text to the clipboard program, if there is one; one that fails is passed over.

    It waits for the program: call it in a thread.
    """
    if not (words := command()):
        return
    try:
        subprocess.run(  # noqa: S603 - one of the programs named above
            words,
            input=text.encode("utf-8", "replace"),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            timeout=_SECONDS,
            check=False,
        )
    except (OSError, subprocess.SubprocessError):
        return
