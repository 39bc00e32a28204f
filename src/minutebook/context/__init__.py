"""What a model sees of a conversation.

Nouns: a *layout* says what stands in the prompt before the current turn; *sight* is the turns that
it shows word for word, with their weights; the *budget* says how much may be there; a *pass* makes
room. Nothing here changes what was said: these are views, and the record keeps every word.

    sight       which turns a layout shows, and how much of the prompt each layer is
"""

from __future__ import annotations
