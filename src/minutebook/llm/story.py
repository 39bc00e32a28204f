"""The form of the story so far: lines that name the pages they came from.

    - Ann: The ferry leaves on the 4th, not on the 5th. [pg_3fa9c1d2e4b5a697]
    - Ann and Bob took the coast road. [pg_3fa9c1d2e4b5a697] [pg_00c1ffee00c1ffee]

It is text, so that every model can write it, and reading is tolerant: a line without an id is a
line all the same, and an id that nobody gave is left out.
"""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass

from minutebook.domain.display import one_line, terminal_safe

_ID = re.compile(r"\bpg_[0-9a-f]{6,64}\b", re.IGNORECASE)
_REFERENCES = re.compile(
    r"\s*[\[(]\s*pg_[0-9a-f]{6,64}(?:\s*[,;]?\s*pg_[0-9a-f]{6,64})*\s*[\])]", re.IGNORECASE
)
_BULLET = re.compile(r"^(?:[-*•]\s+|\d{1,4}[.)]\s+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class StoryLine:
    """One line of the story."""

    text: str
    """Without bullet and references."""
    pages: tuple[str, ...] = ()
    """Ids of the pages it came from."""

    @property
    def written(self) -> str:
        """The line as it stands in the story."""
        return " ".join([f"- {self.text}", *(f"[{page}]" for page in self.pages)])


def written(lines: Collection[StoryLine]) -> str:
    """Return lines as a story."""
    return "\n".join(line.written for line in lines)


def read(text: str, known: Collection[str] = ()) -> tuple[StoryLine, ...]:
    """Return the lines of a story; of their references only those to `known` pages, if any are."""
    lines = (_line(line, known) for line in terminal_safe(text).split("\n"))
    return tuple(line for line in lines if any(char.isalnum() for char in line.text))


def _line(line: str, known: Collection[str]) -> StoryLine:
    pages = [found.lower() for each in _REFERENCES.findall(line) for found in _ID.findall(each)]
    text = one_line(_REFERENCES.sub("", line))
    kept = [page for page in dict.fromkeys(pages) if not known or page in known]
    return StoryLine(text=_BULLET.sub("", text), pages=tuple(kept))
