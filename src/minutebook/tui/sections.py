"""A document becomes what its pane shows: one block for each section.

A section keeps its id while its heading stays, so that the pane finds out which of them changed.
"""

from __future__ import annotations

import re

from minutebook.tui.prose.blocks import ProseBlock

_HEADING = re.compile(r" {0,3}#{1,6}(\s|$)")
_FENCE = re.compile(r" {0,3}(`{3,}|~{3,})")


def blocks_of(markdown: str) -> list[ProseBlock]:
    """Return the sections of a document in order."""
    seen: dict[str, int] = {}
    blocks: list[ProseBlock] = []
    for heading, text in _sections(markdown):
        number = seen[heading] = seen.get(heading, 0) + 1
        blocks.append(ProseBlock(id=f"{heading}\n{number}", text=text))
    return blocks


def _sections(markdown: str) -> list[tuple[str, str]]:
    """Cut before each heading that is not inside a fence; return (heading, whole text)."""
    sections: list[tuple[str, list[str]]] = [("", [])]
    fence = ""
    for line in markdown.split("\n"):
        fence = _fence_after(line, fence)
        if not fence and _HEADING.match(line):
            sections.append((line.strip(), []))
        sections[-1][1].append(line)
    joined = [(heading, "\n".join(lines).strip("\n")) for heading, lines in sections]
    return [(heading, text) for heading, text in joined if text.strip()]


def _fence_after(line: str, fence: str) -> str:
    """Return the marker of the fence that is open behind a line."""
    found = _FENCE.match(line)
    if found is None:
        return fence
    marker = found[1]
    if not fence:
        return marker
    is_closing = marker.startswith(fence) and not line.strip().strip(marker[0])
    return "" if is_closing else fence
