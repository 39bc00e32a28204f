"""What is said when the beginning of a name fits several things: which."""

from __future__ import annotations

from collections.abc import Sequence

from minutebook.domain.display import one_line, shortened
from minutebook.errors import NotFoundError

MOST_NAMED = 5
"""So many are named; whoever asks the store for one more finds out whether there are more."""
_LENGTH = 80


def several(kind: str, wanted: str, fitting: Sequence[str]) -> NotFoundError:
    """Return the error for a name that fits more than one thing."""
    named = ", ".join(shortened(one_line(each), _LENGTH) for each in fitting[:MOST_NAMED])
    more = " and more" if len(fitting) > MOST_NAMED else ""
    return NotFoundError(f"single {kind}", wanted, hint=f"These fit: {named}{more}. Say which.")
