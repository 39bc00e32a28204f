"""What a model sees of a conversation.

Nouns: a *layout* says what stands in the prompt before the current turn; *sight* is the turns that
it shows word for word, with their weights; the *budget* says how much may be there; a *pass* makes
room. Nothing here changes what was said: these are views, and the record keeps every word.

    limits      how much a prompt may have: the budget, what models take, what refusals teach
    prompt      what is sent: from a layout to sight, messages and the request, and what it weighs
    passes      what leaves when room is made, in which order, and how that is kept and undone
    slot        pages that come back: by reference, by a tool, by a search
    snapshots   what was sent then: asked about, gone on from
    sizing      the sizes of the next prompt against its budget
    looking     what people look at
    room        the verbs; `means` is what they work with, `ahead` makes room before it is needed

`limits` knows no other of them, `prompt` knows `limits` alone. `passes` and `slot` stand on
`prompt` beside each other, and `snapshots` on both.
"""

from __future__ import annotations
