"""Bring a page back into the store, inside a transaction: its turns say again what they said."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime

from minutebook.clock import to_micros
from minutebook.domain.archive import ColdText, Move, Mover
from minutebook.domain.pages import Lifecycle
from minutebook.errors import ArchiveDamagedError
from minutebook.store import archive_cold, archive_retention, pages
from minutebook.store.transaction import Transaction

_EDITED = "An edit of one of its turns came in."


def thaw_turn(tx: Transaction, turn: int, now: datetime) -> None:
    """Bring the page of a turn back if the turn is cold, because it is to be edited."""
    row = tx.one("archive.page_of", turn=turn)
    if row is not None:
        thaw(tx, row["page"], _EDITED, Mover.RULE, now)


def prefetch(tx: Transaction, wanted: Sequence[str]) -> None:
    """Have the texts of pages read, so that bringing them back need not wait for any.

    Raises NotFoundError and ArchiveError.
    """
    ids = [pages.get(tx, each).id for each in wanted]
    cold = [row["turn"] for id_ in ids for row in tx.all("archive.cold_of_page", page=id_)]
    archive_cold.texts(tx, cold)


def thaw(tx: Transaction, page: str, why: str, by: Mover, now: datetime) -> int:
    """Bring a page back; return how many turns came with it, none if it is not archived.

    Raises ArchiveError, and then nothing has changed.
    """
    cold = [row["turn"] for row in tx.all("archive.cold_of_page", page=page)]
    if not cold:
        return 0
    name = tx.one("archive.name_of", page=page)
    for turn, said in archive_cold.texts(tx, cold).items():
        _bring_back(tx, turn, said)
    tx.run("archive.forget_cold", page=page)
    tx.run("archive.page_is_back", page=page, now=to_micros(now))
    if name is not None:
        tx.run("archive.retire_empty", file=name["archive"], now=to_micros(now))
    archive_retention.note(
        tx,
        Move(
            page=page,
            before=Lifecycle.ARCHIVED,
            after=Lifecycle.ACTIVE,
            why=why,
            by=by,
            at=now,
        ),
    )
    return len(cold)


def _bring_back(tx: Transaction, turn: int, said: ColdText) -> None:
    if tx.run("archive.bring_back", turn=turn, text=said.text, parts=said.parts) != 1:
        raise ArchiveDamagedError(
            f"The store and the archive do not agree on turn {turn}.",
            hint="`minutebook archive verify` says more.",
        )
    for revision, text, parts in json.loads(said.revisions or "[]"):
        tx.run("archive.bring_back_revision", turn=turn, revision=revision, text=text, parts=parts)
