"""The model named `offline`: no key, no network, no language model.

    model       answers requests like any other model
    chat        quotes the person's own record
    summary     a label and the sentences that stand for a page
    telling     the operations that add what a few turns say to a document
    exchanges   what was asked and what came back, when a person talks to a model
    calendar    the headings of its documents: days, months, years, parts
    drafting    sections while they are worked on, and the operations that lead there
    condensing  fewer and fewer bullets, the further back
    quoting     turns and sentences on their way in and out of the extractive core

It only ever quotes: what it writes can be traced to a turn, and nothing in it is made up.
"""

from __future__ import annotations

from minutebook.llm.offline.chat import brief
from minutebook.llm.offline.model import OfflineModel

__all__ = ["OfflineModel", "brief"]
