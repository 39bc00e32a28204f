"""What a conversation that nobody named is called: by the first prompt that says something.

Many begin with a greeting, or with commands to a program. They are passed over when a person says
more later on; else they have to do.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from minutebook.domain.turns import HUMAN_ROLES, TurnDraft

_LOOKED_AT = 500
"""Characters of a turn."""
_COMMAND = re.compile(r"/[^\W\d_][\w:-]*(?:\s|$)")
"""A path goes on with another slash."""
_ENOUGH_WORDS = 3
_ENOUGH_CHARACTERS = 12
"""Many scripts set no blanks between words."""


def opening_words(drafts: Iterable[TurnDraft]) -> str:
    """Return, on one line, what the first turns are about; nothing when no person says anything."""
    said = list(_said(drafts))
    plain = [words for words in said if not _COMMAND.match(words)]
    telling = [words for words in plain if _tells(words)]
    return next(iter([*telling, *plain, *said]), "")


def _said(drafts: Iterable[TurnDraft]) -> Iterator[str]:
    for draft in drafts:
        if draft.role in HUMAN_ROLES:
            words = " ".join(draft.content.text[:_LOOKED_AT].split())
            if words:
                yield words


def _tells(words: str) -> bool:
    return len(words.split()) >= _ENOUGH_WORDS or len(words) >= _ENOUGH_CHARACTERS
