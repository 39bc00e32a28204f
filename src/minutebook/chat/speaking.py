"""How what is said here gets into the record: one turn, behind the last one of its branch."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, replace
from datetime import datetime

from minutebook.chat.settings import ChatSettings
from minutebook.domain.display import shortened
from minutebook.domain.turns import Ending, Origin, Turn, TurnDraft
from minutebook.record.recorder import KeyedDraft, Strand, record
from minutebook.store import conversations, turns
from minutebook.store.transaction import Transaction

_TITLE_LENGTH = 120
NEW_TITLE = "New conversation"


@dataclass(frozen=True, slots=True, kw_only=True)
class Saying:
    """Something that is said in a conversation."""

    conversation: str
    draft: TurnDraft
    key: str = ""
    """Of the turn; a new one when empty."""
    ending: Ending = Ending.WHOLE


def speak(tx: Transaction, saying: Saying, settings: ChatSettings, now: datetime) -> Turn:
    """Record what is said behind the last turn of the branch that is read.

    Raises NotFoundError when the conversation does not exist.
    """
    key = saying.key or uuid.uuid4().hex
    before = turns.last_active(tx, saying.conversation)
    draft = replace(
        saying.draft,
        native_id=key,
        at=now,
        at_raw=now.isoformat(),
        parent=None if before is None else before.key,
    )
    strand = Strand(
        conversation=saying.conversation,
        drafts=[KeyedDraft(key=key, draft=draft)],
        origin=Origin.LIVE,
        behind=conversations.tail(tx, saying.conversation).max_sort,
        correlation=key,
    )
    recorded = record(tx, strand, settings.policy, now)
    if recorded.pages:
        settings.pages_closed(tx, recorded.pages)
    turn = turns.by_key(tx, saying.conversation, key)
    if saying.ending is not Ending.WHOLE:
        turns.end(tx, turn.id, saying.ending)
    return replace(turn, ending=saying.ending)


def name(tx: Transaction, conversation: str, text: str, now: datetime) -> None:
    """Give a conversation that has no name yet the beginning of what is said in it."""
    current = conversations.get(tx, conversation)
    if current.turns == 0 and current.title == NEW_TITLE:
        conversations.rename(
            tx, conversation, shortened(" ".join(text.split()), _TITLE_LENGTH), now
        )
