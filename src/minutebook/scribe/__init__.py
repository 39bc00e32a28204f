"""Living documents: what a conversation has come to, kept up to date turn by turn.

    outline      Markdown as sections, and back
    operations   what a patch is made of, as values and as JSON
    containment  a body that stays in its section
    patching     operations applied to an outline
    slices       what is told next
    asking       what a model is asked, and what it takes for an answer
    revising     a revision, from draft to head
    history      versions: rebuilt, described, compared
    scribe       the verbs

A document is never written anew: it grows by patches, and every version follows from them.
"""

from __future__ import annotations

from minutebook.scribe.history import DocumentText, HistoryEntry, folded
from minutebook.scribe.scribe import Scribe, ScribeSettings

__all__ = ["DocumentText", "HistoryEntry", "Scribe", "ScribeSettings", "folded"]
