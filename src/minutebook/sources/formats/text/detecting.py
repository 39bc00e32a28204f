"""What the detectors of text formats share: the lines to look at, and what logs are made of."""

from __future__ import annotations

import re
from collections.abc import Iterable

from minutebook.sources.source import Sample

LOOKED_AT = 200
"""Lines that a detector looks at."""

_LEVEL = re.compile(
    r"\b(?:trace|debug|dbg|verbose|info|inf|notice|warn|warning|wrn|err|error|severe|alert|emerg"
    r"|fatal|ftl|crit|critical|panic|audit|log|stdout|stderr)\b",
    re.IGNORECASE,
)


def sample_lines(sample: Sample) -> list[str]:
    """Return the first lines of a sample that are not blank."""
    return [line for line in sample.lines(LOOKED_AT) if line.strip()]


def count_level_names(names: Iterable[str]) -> int:
    """Count the names that are levels of a program's log, such as `ERROR` or `app.INFO`."""
    return sum(1 for name in names if _LEVEL.search(name))
