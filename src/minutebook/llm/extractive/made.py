"""What code a message brings: the names of its files and languages, never the code itself."""

from __future__ import annotations

import re

_FENCE = re.compile(r"^[ \t]{0,3}(`{3,}|~{3,})[ \t]*([\w+#.-]{0,30})[^\n]{0,200}$", re.MULTILINE)
_FILE = re.compile(r"(?:[\w@.+-]{1,60}[/\\]){0,12}[\w@+-]{1,60}\.[A-Za-z]\w{0,9}")
_MOST = 3
_READ = 60_000


def made_in(text: str) -> tuple[str, ...]:
    """Return the files, or else the languages, of the fenced code in a message, at most three.

    The name of a file stands on the line before its fence or behind the fence's language, as
    assistants that edit files write it.
    """
    files: dict[str, None] = {}
    languages: dict[str, None] = {}
    opened = ""
    for found in _FENCE.finditer(text[:_READ]):
        mark, language = found[1], found[2]
        if opened:
            opened = "" if mark.startswith(opened) and not language else opened
            continue
        opened = mark
        if name := _file_before(text, found.start()):
            files[name] = None
        languages[language or "text"] = None
    return tuple(files or languages)[:_MOST]


def _file_before(text: str, fence: int) -> str:
    """Return the file that the line before a fence names and nothing else; empty for none."""
    start = text.rfind("\n", max(0, fence - 200), max(0, fence - 1)) + 1
    line = text[start : max(0, fence - 1)].strip().strip("*`#: ")
    return line if _FILE.fullmatch(line) else ""
