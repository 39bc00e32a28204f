"""A difference between two versions, in colour."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from minutebook.tui.guard import Guarded
from minutebook.tui.prose.blocks import ProseBlock, TextKind
from minutebook.tui.prose.prose import Prose

if TYPE_CHECKING:
    from collections.abc import Sequence

_TICKS = re.compile(r"`{3,}")


class DiffText(Guarded, Prose):
    """The lines of a unified diff."""

    def show_diff(self, lines: Sequence[str], otherwise: str) -> None:
        """Show a diff from its start; some words when nothing differs."""
        self.following = False
        text = "\n".join(ln.rstrip("\n") for ln in lines)
        longest = max((len(ticks) for ticks in _TICKS.findall(text)), default=2)
        fence = "`" * (longest + 1)
        block = ProseBlock(id="diff", text=f"{fence}diff\n{text}\n{fence}")
        if not text:
            block = ProseBlock(id="diff", text=otherwise, kind=TextKind.VERBATIM)
        self.set_blocks([block])
        self.scroll_home(animate=False)
