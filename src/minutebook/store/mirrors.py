"""Files that documents are mirrored to, in the store."""

from __future__ import annotations

from dataclasses import dataclass

from minutebook.store.transaction import Transaction, storable


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirrored:
    """A document, and the file that was last written for it."""

    document: str
    slug: str
    revision: int
    """Of the document."""
    path: str
    """Empty when no file was written yet."""
    written: int
    """The revision that was last written."""
    digest: str
    """Of what was written."""


def every(tx: Transaction) -> list[Mirrored]:
    """Return the documents that have a file, and those that should have one."""
    return [
        Mirrored(
            document=row["id"],
            slug=row["slug"],
            revision=row["revision"],
            path=row["path"],
            written=row["written"],
            digest=row["digest"],
        )
        for row in tx.all("mirrors.every")
    ]


def note(tx: Transaction, document: str, path: str, revision: int, digest: str) -> None:
    """Keep what was written for a document."""
    tx.run("mirrors.note", document=document, path=storable(path), revision=revision, digest=digest)
