"""One widget for all running text: transcripts and documents.

    ProseBlock ─► splitter ─► pieces ─► render ─► rows ─► painter ─► strips
                                          │
                        layouts (kept by content and width)

`flow` knows what stands at which row; `reader` shows it; `linking` goes to what it refers to;
`prose` has the verbs.
"""

from __future__ import annotations

from minutebook.tui.prose.blocks import Mark, ProseBlock, TextKind, Tone
from minutebook.tui.prose.messages import (
    Copied,
    FindChanged,
    FollowChanged,
    LinkClicked,
    OlderWanted,
)
from minutebook.tui.prose.prose import Prose

__all__ = [
    "Copied",
    "FindChanged",
    "FollowChanged",
    "LinkClicked",
    "Mark",
    "OlderWanted",
    "Prose",
    "ProseBlock",
    "TextKind",
    "Tone",
]
