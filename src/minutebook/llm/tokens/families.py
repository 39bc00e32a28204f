"""Which vocabulary stands for a model, and how much more it takes for what is known of old.

A model whose vocabulary is not public is counted with the newest one that is; the factor beside it
holds only until the first calls have shown a better one. It errs on the side of too many tokens,
since a prompt that is a little short costs nothing and one that is too long fails.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from minutebook.llm.tokens.vocabulary import CL100K, O200K, Published


@dataclass(frozen=True, slots=True, kw_only=True)
class Family:
    """Models that are counted alike."""

    vocabulary: Published | None
    """None where there is nothing to count for."""
    factor: float = 1.0
    """Tokens of the model for one of the vocabulary's, as long as nothing was learned."""


_NOBODY = Family(vocabulary=None)
_FAMILIES = (
    (re.compile(r"offline(:|$)"), _NOBODY),
    (re.compile(r"openai:(gpt-4(?![.o\d])|gpt-3|text-embedding)"), Family(vocabulary=CL100K)),
    (re.compile(r"openai:(gpt-|o\d|chatgpt|codex)"), Family(vocabulary=O200K)),
    (
        re.compile(r"anthropic:.*(claude-3|-4-[0-6]\b|-4-20|-4$)"),
        Family(vocabulary=O200K, factor=1.15),
    ),
    (re.compile(r"anthropic:"), Family(vocabulary=O200K, factor=1.4)),
)
_OTHERS = Family(vocabulary=O200K, factor=1.1)


def family_of(model: str) -> Family:
    """Return how a model, named `provider:model`, is counted."""
    return next((family for name, family in _FAMILIES if name.match(model)), _OTHERS)
