"""Go on from a snapshot: in the conversation itself, or in a new one beside it.

Nothing is copied. Resuming leaves the turns behind the snapshot as a branch, and what the layout
was becomes its newest revision. A new conversation begins with that layout, whose spans are read as
of then, and what is said in it stands behind them: neither conversation changes the other's prompt.
"""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from minutebook.context.means import GoBack
from minutebook.context.snapshots.snapshotting import Ground, layout_of
from minutebook.domain.chats import ChatOptions
from minutebook.domain.context import Span
from minutebook.domain.conversations import LIVE_SOURCE, Conversation
from minutebook.domain.display import one_line, shortened
from minutebook.domain.snapshots import Snapshot
from minutebook.errors import UsageError
from minutebook.store import changes, chats, contexts, conversations, replies, slots, snapshots
from minutebook.store.changes import Topic
from minutebook.store.transaction import Transaction
from minutebook.store.turns import BEGINNING

_TITLE = 120


def resume(
    tx: Transaction, ground: Ground, snapshot: Snapshot, go_back: GoBack, now: datetime
) -> Conversation:
    """Bring a conversation back to where it was. Raises UsageError where that cannot be."""
    held = conversations.get(tx, snapshot.conversation)
    if not held.is_live:
        raise UsageError(
            "Only what is held here can be resumed.",
            hint="`minutebook snapshot branch` goes on beside it.",
        )
    if replies.of_conversation(tx, held.id) is not None:
        raise UsageError("An answer is on its way here.", hint="Stop it, or wait for its end.")
    go_back(tx, held.id, snapshot.through)
    then = contexts.at(tx, held.id, snapshot.revision)
    contexts.keep(tx, then, now, onto=contexts.revision(tx, held.id))
    for each in slots.of_conversation(tx, held.id):
        slots.take_out(tx, held.id, each.page)
    _choose(tx, ground, held.id, snapshot)
    changes.note(tx, Topic.CONVERSATION, held.id, now)
    return conversations.get(tx, held.id)


def branch(
    tx: Transaction, ground: Ground, snapshot: Snapshot, title: str, now: datetime
) -> Conversation:
    """Begin a conversation that goes on from a snapshot of another, and return it."""
    origin = conversations.get(tx, snapshot.conversation)
    named = shortened(one_line(title), _TITLE) or _title(origin, snapshot)
    id_ = conversations.create(tx, LIVE_SOURCE, uuid.uuid4().hex, named, now)
    conversations.begin_behind(tx, id_, max(0, snapshot.through[0] + 1))
    own = Span(conversation=id_, behind=BEGINNING)
    then = layout_of(tx, snapshot)
    begun = replace(then, conversation=id_, revision=0, spans=(*then.spans, own))
    contexts.keep(tx, begun, now, onto=0)
    snapshots.set_origin(tx, id_, snapshot.id)
    _choose(tx, ground, id_, snapshot)
    changes.note(tx, Topic.CONVERSATION, id_, now)
    return conversations.get(tx, id_)


def _choose(tx: Transaction, ground: Ground, conversation: str, snapshot: Snapshot) -> None:
    """Let the model of then answer, with the instructions and the slot of then."""
    model = "" if snapshot.model == ground.model else snapshot.model
    chats.set_options(tx, conversation, ChatOptions(model=model, system=snapshot.instructions))
    for each in snapshot.slot:
        slots.put(tx, conversation, each.paged)


def _title(origin: Conversation, snapshot: Snapshot) -> str:
    return shortened(f"{one_line(origin.title)} · {one_line(snapshot.label)}".strip(" ·"), _TITLE)
