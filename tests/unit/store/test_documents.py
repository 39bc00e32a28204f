"""Names of documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from minutebook.clock import from_micros
from minutebook.domain.documents import ScribeState
from minutebook.store import conversations, documents
from minutebook.store.database import Database

NOW = from_micros(1_700_000_000_000_000)


@pytest.mark.parametrize(
    ("title", "slug"),
    [
        ("Winter expedition", "winter-expedition"),
        ("A_b  c…", "a-b-c"),
        ("…", "untitled"),
        (f"{'word ' * 11}overlong", "-".join(["word"] * 11)),
        (f"{'word ' * 12}", "-".join(["word"] * 12)),
        (f"{'word ' * 13}", "-".join(["word"] * 12)),
        ("x" * 70, "x" * 60),
        ("a " + "x" * 70, "a-" + "x" * 58),
    ],
)
async def test_slugs_end_with_a_word(tmp_path: Path, title: str, slug: str) -> None:
    """At most 60 characters; only a word that takes up half of them is cut."""
    database = await Database.open(tmp_path / "store.sqlite3")
    try:
        conversation = await database.write(
            lambda tx: conversations.create(tx, "test", "one", title, NOW)
        )
        id_ = await database.write(
            lambda tx: documents.create(tx, conversation, title, ScribeState.LIVE, NOW)
        )
        document = await database.read(lambda tx: documents.get(tx, id_))
        assert document.slug == slug
    finally:
        await database.close()


def test_anchors_stay_as_they_were() -> None:
    """Patches in the store name them: a long one is cut wherever it happens to be."""
    assert documents.slugify(f"{'word ' * 11}overlong") == "-".join(["word"] * 11) + "-over" + "l"
