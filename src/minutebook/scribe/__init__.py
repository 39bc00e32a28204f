"""Living documents: what a conversation has come to, kept up to date turn by turn.

    outline      Markdown as sections, and back
    operations   what a patch is made of, as values and as JSON
    containment  a body that stays in its section
    patching     operations applied to an outline
    blocks       Markdown as blocks; merging, ownership: what becomes of them, and whose they are
    slices       what is told next; holding: what waits for its answer
    ordering     one after the other: updates and instructions of one document
    viewing      what a model is shown of a document; it grows at its end, so that it caches
    asking       a model's reply, taken or sent back; guarding: what would lose a person's words
    telling      a slice, told; styles: how
    branching    what rests on a branch that was left, and what it takes to revise that
    condensing   what has grown too long; provenance: the turns it came from
    revising     a revision, from draft to head
    editing      what people do themselves; pen: their verbs; mirror: their editors
    directing    what people ask of the scribe; intents: what they say in the chat
    history      versions: rebuilt, described, compared
    scribe       the verbs

A document is never written anew: it grows by patches, and every version follows from them. It is a
row of blocks. Each has an origin, the revision that put it there, and is a person's when a person
made that; models then leave it as it is. An edit is a person's whole text and the revision they
saw. Where two changed a block at the same time, the person's text stands and a conflict holds both
until a person settles it.
"""

from __future__ import annotations

from minutebook.scribe.history import DocumentText, HistoryEntry, folded
from minutebook.scribe.scribe import Scribe, ScribeSettings

__all__ = ["DocumentText", "HistoryEntry", "Scribe", "ScribeSettings", "folded"]
