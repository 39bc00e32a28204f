"""Which conversation of the record a conversation of a log is.

A log that states an id settles it. A name settles it when the record knows the name. Else the turns
themselves tell: a file under another name, an older export, or a grown copy shares turns with what
is in the record. Conversations that begin alike share turns too; so two of one file are never the
same, and of several that fit, the one is taken that has the least beside what is shared.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.domain import identity
from minutebook.domain.display import shortened
from minutebook.record.recorder import KeyedDraft
from minutebook.sources.opening_words import opening_words
from minutebook.sources.overlap import renaming
from minutebook.sources.parsed import ConversationFound, Identity
from minutebook.sources.titles import AS_FOUND, Titles
from minutebook.store import conversations, turns, withheld
from minutebook.store.transaction import Transaction

_ENOUGH_SHARED = 3
_TITLE_LENGTH = 120
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
    written_on: str = ""
    """Id of the conversation that stood in the same place, and may go on there."""
    formerly: Sequence[str] = ()
    """Keys of the last turns that stood in the same place, if it has been read before."""
    is_taken: Callable[[str], bool] = lambda _: False
    """Whether a conversation of the record is another one of the same file."""
    titles: Titles = AS_FOUND

    @property
    def first_at(self) -> datetime | None:
        """When it begins, as far as its turns say."""
        return next((item.draft.at for item in self.first if item.draft.at is not None), None)

    @property
    def given_title(self) -> str:
        """What its log calls it, as we write that; empty when it does not say."""
        own = own_title(self.found)
        return self.titles.of(own, self.first_at) if own else ""


def resolve(tx: Transaction, wanted: Unresolved, now: datetime) -> str:
    """Return the id of the conversation in the record; a new one when it is in none."""
    found, conversation = wanted.found, _resolved(tx, wanted, now)
    if found.parent:
        conversations.adopt(tx, conversation, found.parent, found.parent_turn)
    return conversation


def _resolved(tx: Transaction, wanted: Unresolved, now: datetime) -> str:
    found = wanted.found
    if found.identity is Identity.GIVEN or _is_known_name(tx, wanted):
        known = conversations.create(tx, wanted.format, found.native_id, _title(tx, wanted), now)
        if found.as_of is not None:
            entitle(tx, known, found, wanted.titles, now, first_at=wanted.first_at)
        return known
    if (shared := _sharing(tx, wanted)) is None:
        shared = _once_named(tx, wanted) or _going_on_here(tx, wanted)
    elif found.identity is Identity.NAMED and _is_nameless(tx, shared):
        conversations.rename(tx, shared, withheld.nameless(tx, wanted.given_title), now)
    return shared or conversations.create(
        tx, wanted.format, _native_id(tx, wanted), _title(tx, wanted), now
    )


def entitle(
    tx: Transaction,
    conversation: str,
    found: ConversationFound,
    titles: Titles,
    now: datetime,
    *,
    first_at: datetime | None = None,
) -> None:
    """Give a conversation the title that a log has for it; an older log's is none.

    `first_at` is when it begins, where it has no turns yet.
    """
    if not (own := own_title(found)):
        return
    first_at = conversations.get(tx, conversation).first_at or first_at
    title = withheld.nameless(tx, titles.of(own, first_at))
    if found.as_of is None:
        conversations.rename(tx, conversation, title, now)
    else:
        conversations.entitle(tx, conversation, title, found.as_of, now)


def _is_known_name(tx: Transaction, wanted: Unresolved) -> bool:
    if wanted.found.identity is not Identity.NAMED:
        return False
    return conversations.exists(tx, wanted.format, wanted.found.native_id)


def _once_named(tx: Transaction, wanted: Unresolved) -> str | None:
    """Return the conversation that had no name until a file of this name shared turns with it."""
    if wanted.found.identity is not Identity.NAMED or not wanted.titles.is_telling:
        return None
    once = conversations.entitled(tx, wanted.format, wanted.given_title)
    return None if once is None or wanted.is_taken(once) else once


def _going_on_here(tx: Transaction, wanted: Unresolved) -> str | None:
    """Return the conversation of the log that was moved away from here, if this one is later."""
    before, moments = wanted.written_on, [item.draft.at for item in wanted.first]
    if not (before and wanted.found.is_written_on) or wanted.is_taken(before):
        return None
    begun, ended = next(filter(None, moments), None), conversations.get(tx, before).last_at
    return before if begun is not None and ended is not None and ended <= begun else None


def _is_nameless(tx: Transaction, conversation: str) -> bool:
    return _MADE_UP.search(conversations.get(tx, conversation).native_id) is not None


def _sharing(tx: Transaction, wanted: Unresolved) -> str | None:
    grown = [item.replaces for item in wanted.first if item.replaces]
    for conversation in _holding(tx, wanted, grown[0]) if grown else ():
        return conversation
    said = [(item.key, item.draft.content.hash) for item in wanted.first]
    for conversation, shared in turns.holders(
        tx, wanted.format, said, at_raw=wanted.found.began_raw
    ):
        if not wanted.is_taken(conversation) and _is_same(tx, wanted, conversation, shared):
            return conversation
    return _formerly_here(tx, wanted)


def _is_same(tx: Transaction, wanted: Unresolved, conversation: str, shared: int) -> bool:
    """Say whether so many shared turns are evidence enough."""
    keys = {item.key for item in wanted.first}
    if not _is_timeless(wanted.first):
        return shared >= min(_ENOUGH_SHARED, len(keys), conversations.tail(tx, conversation).turns)
    # Keys are chained: a shared one means that everything before it is shared too. Only one that is
    # the beginning of the other is the same conversation.
    if turns.last_key(tx, conversation) in keys:
        return True
    return bool(turns.known(tx, conversation, [wanted.first[-1].key]))


def _holding(tx: Transaction, wanted: Unresolved, key: str) -> Iterator[str]:
    for conversation in turns.holding(tx, wanted.format, key, at_raw=wanted.found.began_raw):
        if not wanted.is_taken(conversation):
            yield conversation


def _formerly_here(tx: Transaction, wanted: Unresolved) -> str | None:
    """Return the conversation that stood in the same place, if this one overlaps with it."""
    for key in wanted.formerly:
        for conversation in _holding(tx, wanted, key):
            if renaming(tx, conversation, wanted.first) is not None:
                return conversation
    return None


def _is_timeless(first: Sequence[KeyedDraft]) -> bool:
    return all(item.draft.at is None and item.draft.native_id is None for item in first)


def _native_id(tx: Transaction, wanted: Unresolved) -> str:
    """Return the log's name for a conversation, or one that we make up.

    That is again the same for one that begins alike in the same place, though it shares little
    else; but never that of a conversation which is certain to be another.
    """
    if wanted.found.identity is Identity.NAMED:
        return wanted.found.native_id
    first = wanted.first[0].key if wanted.first else ""
    parts, number = [wanted.place, first], 1
    made = f"{wanted.stem}~{identity.digest(*parts)[:10]}"
    while conversations.exists(tx, wanted.format, made) and not _is_at_home(tx, wanted, made):
        number += 1
        made = f"{wanted.stem}~{identity.digest(*parts, str(number))[:10]}"
    return made


def _is_at_home(tx: Transaction, wanted: Unresolved, made: str) -> bool:
    """Say whether the conversation that had this place may be this one: its first turn is."""
    if _is_timeless(wanted.first):
        return False
    own = identity.conversation_id(wanted.format, made)
    return own in _holding(tx, wanted, wanted.first[0].key)


def _title(tx: Transaction, wanted: Unresolved) -> str:
    """Return what a new conversation is called: not after, nor in the words of, who opted out."""
    if title := wanted.given_title:
        return withheld.nameless(tx, title)
    out = withheld.kept_out(tx)
    drafts = (item.draft for item in wanted.first)
    shown = (d for d in drafts if withheld.whose(out, "", d.role, d.author) is None)
    words = shortened(opening_words(shown), _TITLE_LENGTH)
    return withheld.nameless(tx, wanted.titles.of(words or wanted.stem, wanted.first_at))


def own_title(found: ConversationFound) -> str:
    """Return what a log calls a conversation; empty when it does not say."""
    return found.title or (found.native_id if found.identity is Identity.NAMED else "")
