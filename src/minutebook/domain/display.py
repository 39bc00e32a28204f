"""Text made harmless for a terminal.

Text from logs and models may hold escape sequences, control characters and invisible direction
marks. They are shown as visible signs or dropped, never passed on. The one decision: every rule but
one looks at a single character, so the result does not depend on how a stream was cut into pieces;
the exception, colour sequences, never leaves a line.
"""

from __future__ import annotations

import re
from typing import Final

REPLACEMENT: Final = "\N{REPLACEMENT CHARACTER}"

_DROPPED: Final = (
    "\u00ad"  # soft hyphen: terminals disagree on its width
    "\u061c\u200e\u200f"  # direction marks
    "\u202a-\u202e\u2066-\u2069"  # direction embeddings, overrides and isolates
    "\u206a-\u206f"  # deprecated format characters
    "\ufeff"  # byte order mark
    "\ufff9-\ufffb"  # interlinear annotation
    "\U000e0000-\U000e007f"  # tag characters, able to hide text from a reader
)
_BROKEN: Final = "\x80-\x84\x86-\x9f\ud800-\udfff"
_LINE_ENDS: Final = "\x85\u2028\u2029"
_NEWLINES: Final = re.compile(f"\r\n?|[{_LINE_ENDS}]")
_COLOUR: Final = re.compile(r"\x1b\[[0-9;:]*m")
_UNSAFE: Final = re.compile(
    f"[\x00-\x08\x0b-\x1f\x7f{_BROKEN}{_LINE_ENDS}{_DROPPED}]",
)
_OBEYED: Final = re.compile(r"[\x7f-\x9f\u061c\u200e\u200f\u202a-\u202e\u2028\u2029\u2066-\u2069]")
_DROPPED_ONE: Final = re.compile(f"[{_DROPPED}]")
_DELETE: Final = "\x7f"


def terminal_safe(text: str) -> str:
    """Return `text` with nothing in it that a terminal would obey.

    Line ends become a newline; newline and tab stay. Colour sequences and invisible direction
    marks are dropped. Every other control character becomes its visible picture (ESC is shown
    as ␛), so that what was there can be seen and does nothing. Applying it twice changes nothing.
    """
    if text.isprintable() or not _UNSAFE.search(text):
        return text
    return _UNSAFE.sub(_sign, unix_newlines(_COLOUR.sub("", text)))


def unix_newlines(text: str) -> str:
    """Return `text` with every kind of line end as a newline."""
    return _NEWLINES.sub("\n", text)


def json_safe(text: str) -> str:
    """Return JSON with the same value, and nothing in its strings that a terminal would obey.

    C1 controls and direction marks are valid in JSON strings as they stand.
    """
    text = text.encode("utf-8", "backslashreplace").decode("utf-8")
    return _OBEYED.sub(lambda found: f"\\u{ord(found[0]):04x}", text)


def one_line(text: str) -> str:
    """Return `text` harmless and on one line: every run of white space becomes one space."""
    if text.isprintable() and "  " not in text:
        return text.strip()
    return " ".join(terminal_safe(text).split())


def shortened(text: str, length: int) -> str:
    """Return `text` with at most so many characters, cut behind a word, with an ellipsis.

    What has no space in its second half, as in scripts that are written without, is cut anywhere.
    """
    if len(text) <= length:
        return text
    kept = text[:length]
    space = kept.rfind(" ")
    cut = kept[:space] if 2 * space >= length else kept[:-1]
    return cut.rstrip(" ,;:.-\u2013\u2014(") + "…"


def _sign(found: re.Match[str]) -> str:
    """Return the visible sign of one unsafe character, or nothing."""
    character = found[0]
    if character < " ":
        return chr(0x2400 + ord(character))
    if character == _DELETE:
        return "\N{SYMBOL FOR DELETE}"
    return "" if _DROPPED_ONE.match(character) else REPLACEMENT
