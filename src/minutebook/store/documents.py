"""Scribe documents and their revisions in the store."""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from minutebook.clock import from_micros, to_micros
from minutebook.domain import identity
from minutebook.domain.documents import Coverage, Document, Origin, Revision, ScribeState
from minutebook.errors import NotFoundError
from minutebook.store import conversations
from minutebook.store.naming import MOST_NAMED, several
from minutebook.store.transaction import Row, Transaction, storable

_SLUG_LENGTH = 60
PERSON = "person"
"""The author of what a person did, unless they gave a name: then it comes behind a colon."""

Origins = tuple[Origin, ...]
"""From where the blocks of a text come, in order."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Version:
    """A link in the chain that rebuilds a version: a patch, and sometimes the whole text."""

    number: int
    patch: str
    content: str | None
    is_by_person: bool
    origins: Origins | None
    """Kept beside a whole text: from where each of its blocks comes."""


def create(
    tx: Transaction, conversation: str, title: str, state: ScribeState, now: datetime
) -> str:
    """Make sure a conversation has a document; return its id."""
    id_ = identity.document_id(conversation)
    if tx.one("documents.get", id=id_) is None:
        tx.run(
            "documents.create",
            id=id_,
            conversation=conversation,
            title=storable(title),
            slug=_free_slug(tx, title, id_),
            state=state.value,
            now=to_micros(now),
        )
    return id_


def get(tx: Transaction, id_: str) -> Document:
    """Return a document by its id. Raises NotFoundError."""
    row = tx.one("documents.get", id=id_)
    if row is None:
        raise NotFoundError("document", id_, hint="`minutebook scribe list` lists them.")
    return _from_row(row)


def of_conversation_if_any(tx: Transaction, conversation: str) -> Document | None:
    """Return the document of a conversation; None when it has none."""
    row = tx.one("documents.of_conversation", conversation=conversation)
    return None if row is None else _from_row(row)


def of_conversation(tx: Transaction, conversation: str, now: datetime) -> Document:
    """Return the document of a conversation; a new one takes over its title, and follows it."""
    document = of_conversation_if_any(tx, conversation)
    if document is not None:
        return document
    title = conversations.get(tx, conversation).title
    return get(tx, create(tx, conversation, title, ScribeState.LIVE, now))


def find(tx: Transaction, wanted: str) -> Document:
    """Return the one document with this id, slug or conversation, or where one of these begins so.

    The beginning of its title, or of that of its conversation, will do as well. Raises
    NotFoundError, which names what fits when that is several.
    """
    rows = tx.all("documents.by_slug", wanted=wanted)
    if not rows and wanted.strip():
        rows = tx.all("documents.by_prefix", prefix=wanted, limit=MOST_NAMED + 1)
    if len(rows) > 1:
        raise several("document", wanted, [row["slug"] for row in rows])
    return get(tx, rows[0]["id"] if rows else wanted)


def is_known(tx: Transaction, wanted: str) -> bool:
    """Say whether `find` finds one document."""
    try:
        find(tx, wanted)
    except NotFoundError:
        return False
    return True


def newest(tx: Transaction, *, limit: int) -> list[Document]:
    """Return documents, the one that changed last first."""
    return [_from_row(row) for row in tx.all("documents.newest", limit=limit)]


def set_state(tx: Transaction, id_: str, state: ScribeState, now: datetime) -> None:
    """Let the scribe follow the conversation, or stop following."""
    tx.run("documents.set_state", id=id_, state=state.value, now=to_micros(now))


def advance(
    tx: Transaction, head: Document, revision: Revision, origins: Origins, now: datetime
) -> bool:
    """Add a revision and make `head` the new head, whose blocks have these origins.

    `head` carries the new title, content and coverage, and `revision.number`. False, and nothing
    is changed, when the document has moved on since it was read.
    """
    row = tx.one("documents.patched", id=head.id)
    patched = (0 if row is None else row["patched"]) + len(revision.patch)
    # A whole text is kept when the patches since the last one have grown as long as it is: any
    # version is rebuilt in time linear in its size, and all versions together stay linear in size.
    # What was brought back has origins that do not follow from the patch, so they are kept too.
    is_first = revision.number == 1
    is_whole = is_first or revision.restores is not None or patched >= len(head.content)
    written = _written(origins)
    moved = tx.run(
        "documents.advance",
        id=head.id,
        number=revision.number,
        content=storable(head.content),
        title=storable(head.title),
        covered_seq=head.covered_seq,
        covered_before=revision.covers.first_seq - 1 if revision.covers.turns else head.covered_seq,
        patched=0 if is_whole else patched,
        origins=written,
        now=to_micros(now),
    )
    if moved and is_whole:
        _add_revision(tx, revision, storable(head.content), written)
    elif moved:
        _add_revision(tx, revision, None, None)
    return bool(moved)


def rewind(
    tx: Transaction, head: Document, made: Revision, origins: Origins, first_gone: int
) -> None:
    """Make `head` the head with the revision `made`, and forget the revisions from one on.

    With them go the conflicts that came of them, and what they left untold.
    """
    tx.run("documents.forget_revisions", document=head.id, number=first_gone)
    tx.run("documents.forget_conflicts", document=head.id, number=first_gone)
    tx.run("documents.forget_untold", document=head.id, seq=head.covered_seq)
    tx.run(
        "documents.rewind",
        id=head.id,
        number=head.revision,
        content=storable(head.content),
        title=storable(head.title),
        covered_seq=head.covered_seq,
        origins=_written(origins),
        now=to_micros(made.at),
    )
    _add_revision(tx, made, storable(head.content), _written(origins))


def origins(tx: Transaction, id_: str) -> Origins | None:
    """Return from where the blocks of the head come; None when that was never found out."""
    row = tx.one("documents.origins", id=id_)
    return None if row is None else _read_origins(row["origins"])


def revision(tx: Transaction, id_: str, number: int) -> Revision:
    """Return a revision. Raises NotFoundError."""
    row = tx.one("documents.revision", document=id_, number=number)
    if row is None:
        raise _no_revision(id_, number)
    return _revision(row)


def revisions(tx: Transaction, id_: str, *, limit: int) -> list[Revision]:
    """Return the revisions of a document, the newest first."""
    rows = tx.all("documents.revisions", document=id_, limit=limit)
    return [_revision(row) for row in rows]


def first_by_person(tx: Transaction, id_: str) -> int | None:
    """Return the number of the first revision that a person made; None when there is none."""
    row = tx.one("documents.first_by_person", document=id_, person=PERSON)
    return None if row is None else row["number"]


def versions_to(tx: Transaction, id_: str, number: int) -> list[Version]:
    """Return the chain that rebuilds a version, a whole text first. Raises NotFoundError."""
    return _chain(tx, "documents.patches_to", id_, number)


def versions_with_origins(tx: Transaction, id_: str, number: int) -> list[Version]:
    """Return the chain that tells from where the blocks of a version come.

    It begins with a whole text whose origins are known, or with the first revision. Raises
    NotFoundError.
    """
    return _chain(tx, "documents.origins_to", id_, number)


def slugify(title: str) -> str:
    """Return a title as lower-case words joined by hyphens, at most 60 characters.

    Anchors are made so too, and patches in the store name them: what comes out for a heading can
    never change, so a long one is cut where it happens to be.
    """
    return _hyphened(title)[:_SLUG_LENGTH].strip("-") or "untitled"


def _slug(title: str) -> str:
    """Return the slug of a document: as `slugify`, but cut behind a word if there is one."""
    joined = _hyphened(title)
    whole = joined[: _SLUG_LENGTH + 1].rpartition("-")[0]
    is_cut = len(joined) > _SLUG_LENGTH and 2 * len(whole) >= _SLUG_LENGTH
    return whole if is_cut else slugify(title)


def _hyphened(title: str) -> str:
    plain = unicodedata.normalize("NFKC", title).casefold()
    return "-".join(re.findall(r"[^\W_]+", plain))


def _chain(tx: Transaction, statement: str, id_: str, number: int) -> list[Version]:
    rows = tx.all(statement, document=id_, number=number)
    if not rows or rows[-1]["number"] != number:
        raise _no_revision(id_, number)
    return [
        Version(
            number=row["number"],
            patch=row["patch"],
            content=row["content"],
            is_by_person=is_person(row["author"]),
            origins=_read_origins(row["origins"]),
        )
        for row in rows
    ]


def is_person(author: str) -> bool:
    """Say whether an author is a person."""
    return author.partition(":")[0] == PERSON


def _no_revision(id_: str, number: int) -> NotFoundError:
    return NotFoundError("revision", str(number), hint=f"`minutebook scribe history {id_}`.")


def _written(origins: Sequence[Origin]) -> str:
    numbers = [-each.revision if each.is_person else each.revision for each in origins]
    return json.dumps(numbers, separators=(",", ":"))


def _read_origins(written: str | None) -> Origins | None:
    if written is None:
        return None
    return tuple(Origin(revision=abs(n), is_person=n < 0) for n in json.loads(written))


def _free_slug(tx: Transaction, title: str, id_: str) -> str:
    slug = _slug(storable(title))
    if tx.one("documents.slug_taken", slug=slug) is None:
        return slug
    return f"{slug}-{id_.removeprefix('doc_')[:8]}"


def _add_revision(
    tx: Transaction, revision: Revision, content: str | None, origins: str | None
) -> None:
    tx.run(
        "documents.add_revision",
        document=revision.document,
        number=revision.number,
        author=revision.author,
        base=revision.base,
        first_seq=revision.covers.first_seq,
        last_seq=revision.covers.last_seq,
        first_turn=revision.covers.first_turn,
        last_turn=revision.covers.last_turn,
        turns=revision.covers.turns,
        patch=storable(revision.patch),
        content=content,
        cause=storable(revision.cause),
        correlation=revision.correlation,
        cost_usd=revision.cost_usd,
        origins=origins,
        restores=revision.restores,
        now=to_micros(revision.at),
    )


def _from_row(row: Row) -> Document:
    return Document(
        id=row["id"],
        conversation=row["conversation"],
        title=row["title"],
        slug=row["slug"],
        state=ScribeState(row["state"]),
        revision=row["revision"],
        content=row["content"],
        covered_seq=row["covered_seq"],
        created_at=from_micros(row["created_at"]),
        updated_at=from_micros(row["updated_at"]),
    )


def _revision(row: Row) -> Revision:
    return Revision(
        document=row["document"],
        number=row["number"],
        author=row["author"],
        base=row["base"],
        covers=Coverage(
            first_seq=row["first_seq"],
            last_seq=row["last_seq"],
            first_turn=row["first_turn"],
            last_turn=row["last_turn"],
            turns=row["turns"],
        ),
        patch=row["patch"],
        cause=row["cause"],
        correlation=row["correlation"],
        at=from_micros(row["at"]),
        cost_usd=row["cost_usd"],
        restores=row["restores"],
    )
