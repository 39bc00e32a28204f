"""Conflicts between those who write a document, in the store."""

from __future__ import annotations

from minutebook.clock import from_micros, to_micros
from minutebook.domain.documents import Choice, Clash, Conflict
from minutebook.errors import NotFoundError
from minutebook.store.transaction import Row, Transaction, storable


def add(tx: Transaction, conflict: Conflict) -> None:
    """Keep a conflict under the next number, unless the same is open already."""
    clash = conflict.clash
    mine, theirs = storable(clash.mine), storable(clash.theirs)
    if tx.one("conflicts.known", document=conflict.document, mine=mine, theirs=theirs) is None:
        tx.run(
            "conflicts.add",
            document=conflict.document,
            revision=conflict.revision,
            base=storable(clash.base),
            mine=mine,
            theirs=theirs,
            behind=storable(clash.behind),
            mine_by=conflict.mine_by,
            theirs_by=conflict.theirs_by,
            now=to_micros(conflict.at),
        )


def every(tx: Transaction, document: str) -> list[Conflict]:
    """Return the conflicts of a document in order, settled ones too."""
    return [_from_row(row) for row in tx.all("conflicts.of_document", document=document)]


def unsettled(tx: Transaction, document: str) -> list[Conflict]:
    """Return the open conflicts of a document in order."""
    return [_from_row(row) for row in tx.all("conflicts.open", document=document)]


def get(tx: Transaction, document: str, number: int) -> Conflict:
    """Return a conflict. Raises NotFoundError."""
    row = tx.one("conflicts.get", document=document, number=number)
    if row is None:
        hint = f"`minutebook scribe conflicts {document}` lists them."
        raise NotFoundError("conflict", str(number), hint=hint)
    return _from_row(row)


def settle(tx: Transaction, conflict: Conflict, choice: Choice, revision: int) -> bool:
    """Close a conflict; False when it is closed already."""
    return bool(
        tx.run(
            "conflicts.settle",
            document=conflict.document,
            number=conflict.number,
            choice=choice.value,
            revision=revision,
        )
    )


def _from_row(row: Row) -> Conflict:
    return Conflict(
        document=row["document"],
        number=row["number"],
        revision=row["revision"],
        clash=Clash(base=row["base"], mine=row["mine"], theirs=row["theirs"], behind=row["behind"]),
        mine_by=row["mine_by"],
        theirs_by=row["theirs_by"],
        at=from_micros(row["at"]),
        choice=None if row["choice"] is None else Choice(row["choice"]),
        settled_in=row["settled_in"],
    )
