"""Keys that terminals send and Textual takes for others.

Without the Kitty protocol a terminal sends alt+Enter as ESC and a carriage return, which Textual
reads as a plain Enter; a message would go off in the middle.
"""

from __future__ import annotations

from enum import StrEnum
from typing import TYPE_CHECKING, cast

from textual import _ansi_sequences

if TYPE_CHECKING:
    from collections.abc import MutableMapping

_ALT_ENTER = "\x1b\r"


class _Key(StrEnum):
    ALT_ENTER = "alt+enter"


def teach() -> None:
    """Let Textual know these keys, too."""
    known = cast("MutableMapping[str, object]", _ansi_sequences.ANSI_SEQUENCES_KEYS)
    known[_ALT_ENTER] = (_Key.ALT_ENTER,)
