"""Which conversation of the record a conversation of a log is.

A log that states an id settles it. A name settles it when the record knows the name. Else the turns
themselves tell: a file under another name, an older export, or a grown copy shares turns with what
is in the record.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.domain import identity
from minutebook.domain.display import shortened
from minutebook.domain.turns import HUMAN_ROLES
from minutebook.record.recorder import KeyedDraft
from minutebook.sources.overlap import renaming
from minutebook.sources.parsed import ConversationFound, Identity
from minutebook.store import conversations, turns
from minutebook.store.transaction import Transaction

_ENOUGH_SHARED = 3
_TITLE_LENGTH = 60
_LONGEST_TITLE = 200
_MADE_UP = re.compile(r"~[0-9a-f]{10}$")
"""How a native id ends that we gave to a conversation without a name."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Unresolved:
    """A conversation of a log, and the first of its turns."""

    found: ConversationFound
    format: str
    stem: str
    """Name of the file, without its ending."""
    place: str
    """Where the file is, and which of its conversations this is."""
    first: Sequence[KeyedDraft]
    formerly: Sequence[str] = ()
    """Keys of the last turns that stood in the same place, if it has been read before."""


def resolve(tx: Transaction, wanted: Unresolved, now: datetime) -> str:
    """Return the id of the conversation in the record; a new one when it is in none."""
    found = wanted.found
    if found.identity is Identity.GIVEN or _is_known_name(tx, wanted):
        return conversations.create(tx, wanted.format, found.native_id, _title(wanted), now)
    if (shared := _sharing(tx, wanted)) is None:
        shared = _once_named(tx, wanted)
    elif found.identity is Identity.NAMED and _is_nameless(tx, shared):
        conversations.rename(tx, shared, title_of(found), now)
    return shared or conversations.create(
        tx, wanted.format, _native_id(wanted), _title(wanted), now
    )


def _is_known_name(tx: Transaction, wanted: Unresolved) -> bool:
    if wanted.found.identity is not Identity.NAMED:
        return False
    return conversations.exists(tx, wanted.format, wanted.found.native_id)


def _once_named(tx: Transaction, wanted: Unresolved) -> str | None:
    """Return the conversation that had no name until a file of this name shared turns with it."""
    if wanted.found.identity is not Identity.NAMED:
        return None
    return conversations.entitled(tx, wanted.format, title_of(wanted.found))


def _is_nameless(tx: Transaction, conversation: str) -> bool:
    return _MADE_UP.search(conversations.get(tx, conversation).native_id) is not None


def _sharing(tx: Transaction, wanted: Unresolved) -> str | None:
    grown = [item.replaces for item in wanted.first if item.replaces]
    if grown and (holder := turns.holder(tx, wanted.format, grown[0])) is not None:
        return holder
    said = [(item.key, item.draft.content.hash) for item in wanted.first]
    keys = {key for key, _ in said}
    for conversation, shared in turns.holders(tx, wanted.format, said):
        if _is_timeless(wanted.first):
            # Keys are chained: a shared one means that everything before it is shared too. Only
            # one that is the beginning of the other is the same conversation.
            last_of_record = turns.last_key(tx, conversation)
            last_of_log = wanted.first[-1].key
            if last_of_record in keys or turns.known(tx, conversation, [last_of_log]):
                return conversation
        elif shared >= min(_ENOUGH_SHARED, len(keys), conversations.tail(tx, conversation).turns):
            return conversation
    return _formerly_here(tx, wanted)


def _formerly_here(tx: Transaction, wanted: Unresolved) -> str | None:
    """Return the conversation that stood in the same place, if this one overlaps with it."""
    for key in wanted.formerly:
        holder = turns.holder(tx, wanted.format, key)
        if holder is not None and renaming(tx, holder, wanted.first) is not None:
            return holder
    return None


def _is_timeless(first: Sequence[KeyedDraft]) -> bool:
    return all(item.draft.at is None and item.draft.native_id is None for item in first)


def _native_id(wanted: Unresolved) -> str:
    if wanted.found.identity is Identity.NAMED:
        return wanted.found.native_id
    first = wanted.first[0].key if wanted.first else ""
    return f"{wanted.stem}~{identity.digest(wanted.place, first)[:10]}"


def _title(wanted: Unresolved) -> str:
    return title_of(wanted.found) or _first_words(wanted.first) or wanted.stem


def title_of(found: ConversationFound) -> str:
    """Return what a log calls a conversation, on one line of bearable length; or nothing."""
    named = found.native_id if found.identity is Identity.NAMED else ""
    title = " ".join((found.title or named)[: 4 * _LONGEST_TITLE].split())
    return shortened(title, _LONGEST_TITLE)


def _first_words(first: Sequence[KeyedDraft]) -> str:
    for item in first:
        words = " ".join(item.draft.content.text[:500].split())
        if item.draft.role in HUMAN_ROLES and words:
            return shortened(words, _TITLE_LENGTH)
    return ""
