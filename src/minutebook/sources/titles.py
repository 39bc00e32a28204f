"""What conversations are called, where a pattern says it.

A pattern is text with placeholders in braces. It is filled in one pass: what a log says stays text,
also where it looks like a placeholder. Nothing else is understood in it, no attributes and no
formats, so that a title can say nothing but what these few words stand for.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo

from minutebook.domain.display import shortened
from minutebook.sources.source import Source

PLACEHOLDERS = ("title", "file", "folder", "date", "format")
_LONGEST = 200
_BRACED = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True, kw_only=True)
class Titles:
    """What the conversations of one source are called."""

    pattern: str = ""
    """Empty for what their log calls them."""
    file: str = ""
    """Name of the file, without its ending."""
    folder: str = ""
    """Name of the folder, or of the archive, that it lies in."""
    format: str = ""
    zone: tzinfo = UTC
    """Of the dates."""

    @property
    def is_telling(self) -> bool:
        """Whether conversations that their logs call differently are called differently."""
        return not self.pattern or "{title}" in self.pattern

    def of(self, own: str, first_at: datetime | None) -> str:
        """Return the title of a conversation that is called something, and began at a moment.

        It is one line of at most 200 characters; empty when nothing is known of it.
        """
        title = " ".join(own[: 4 * _LONGEST].split())
        if self.pattern:
            words = self._words(title, first_at)
            filled = _BRACED.sub(lambda found: words.get(found[1], found[0]), self.pattern)
            title = " ".join(filled.split()).strip(" -–—·:,;") or title
        return shortened(title, _LONGEST)

    def _words(self, title: str, first_at: datetime | None) -> dict[str, str]:
        date = "" if first_at is None else f"{first_at.astimezone(self.zone):%Y-%m-%d}"
        return {
            "title": title,
            "file": self.file,
            "folder": self.folder,
            "date": date,
            "format": self.format,
        }


AS_FOUND = Titles()


def titles_of(pattern: str, source: Source, format_: str) -> Titles:
    """Return what the conversations of a source are called by a pattern."""
    return Titles(
        pattern=pattern,
        file=source.stem,
        folder=source.folders[-1] if source.folders else "",
        format=format_,
        zone=source.options.zone,
    )


def fault_of(pattern: str) -> str:
    """Return what is wrong with a pattern, with the nearest placeholder; empty when nothing is."""
    from difflib import get_close_matches

    if not pattern.isprintable() or len(pattern) > _LONGEST:
        return f"is no single line of at most {_LONGEST} characters that can be shown."
    known = ", ".join(f"{{{name}}}" for name in PLACEHOLDERS)
    for name in _BRACED.findall(pattern):
        if name not in PLACEHOLDERS:
            nearest = get_close_matches(name.casefold(), PLACEHOLDERS, n=1, cutoff=0.4)
            meant = f" Did you mean {{{nearest[0]}}}?" if nearest else ""
            return f"has {{{name}}}, which stands for nothing.{meant} There are {known}."
    if {"{", "}"} & set(_BRACED.sub("", pattern)):
        return f"has a brace without its other half. There are {known}."
    return ""
