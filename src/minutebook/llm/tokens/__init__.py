"""How many tokens a text is for a model, without asking anybody.

    vocabulary  the vocabularies that ship here, and counting with them
    families    which model is counted with which vocabulary
    counter     the count for a model: vocabulary, estimate and correction put together
    ends        the two ends of a text, in so many tokens
    requests    what a provider counts of a whole request

The vocabularies are OpenAI's, as `ranks/LICENSE` says; other providers keep theirs to themselves.
What they report is learned from, so that a count comes out right for each model all the same.
"""

from __future__ import annotations
