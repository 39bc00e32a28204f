"""Every page of a story is named in its text, so that a model can ask for any of them.

Whatever tells the story may leave ids out. Those that its lines do not name stand in a line behind
them: whole while there is room, then by their beginnings, then as ranges. The line is ours, and is
taken off before the story goes on.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Final

from minutebook.domain.tokens import estimate
from minutebook.llm import story
from minutebook.llm.story import StoryLine

_FURTHER: Final = "Further pages of this story"
_SHARE: Final = 0.3
"""Of a story's length: what the line may take up."""
_BEGINNING: Final = len("pg_") + 8
"""Characters of an id that tell it from others."""


def bare(text: str) -> tuple[StoryLine, ...]:
    """Return the lines of a story without the one that names further pages."""
    return tuple(line for line in story.read(text) if not line.text.startswith(_FURTHER))


def further(lines: Iterable[StoryLine], pages: Sequence[str], limit: int) -> str:
    """Return the line that names the pages that no other does, oldest first; empty for none.

    It takes up no more than its share of `limit` tokens.
    """
    named = {page for line in lines for page in line.pages}
    if named.issuperset(pages):
        return ""
    most = int(_SHARE * limit)
    fitting = (line for line in _ways(named, pages) if estimate(line) <= most)
    return next(fitting, "")


def _ways(named: set[str], pages: Sequence[str]) -> Iterator[str]:
    """Yield the line in fewer and fewer words."""
    runs = list(_runs(named, pages))
    missing = [page for run in runs for page in run]
    yield _line(missing)
    yield _line(page[:_BEGINNING] for page in missing)
    yield _line(f"{_range(run)} ({len(run)})" for run in runs)
    yield _line([f"{_range(missing)} ({len(missing)})"])


def _runs(named: set[str], pages: Sequence[str]) -> Iterator[list[str]]:
    """Yield the pages that are not named, those that follow each other together."""
    run: list[str] = []
    for page in dict.fromkeys(pages):
        if page not in named:
            run.append(page)
        elif run:
            yield run
            run = []
    if run:
        yield run


def _range(run: Sequence[str]) -> str:
    first, last = run[0][:_BEGINNING], run[-1][:_BEGINNING]
    return first if len(run) == 1 else f"{first}–{last}"


def _line(parts: Iterable[str]) -> str:
    return f"- {_FURTHER}: {' '.join(parts)}"
