"""What a model sees of a conversation.

Nouns: a *layout* says what stands in the prompt before the current turn; *sight* is the turns that
it shows word for word, with their weights; the *budget* says how much may be there; a *pass* makes
room. Nothing here changes what was said: these are views, and the record keeps every word.

    sight       which turns a layout shows, and how much of the prompt each layer is
    budget      how many tokens a prompt may have
    account     how much of it is used, without counting it anew
    framing     the parts of a prompt that stand between tags, filled from `frames/`
    pairing     calls of tools stay with their results
    cutting     turns that are too large for any window
    assembly    from a layout to messages
    asking      from messages to the request for a reply
    branching   the layout follows the branch that is read
    tiers, surveying, opening, words, merging, naming
                what leaves when room is made
    room        the verbs
"""

from __future__ import annotations
