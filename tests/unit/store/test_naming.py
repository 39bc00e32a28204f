"""Finding conversations and documents by the beginning of a name."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from functools import partial
from pathlib import Path

import pytest

from minutebook.clock import from_micros
from minutebook.domain.documents import ScribeState
from minutebook.errors import NotFoundError
from minutebook.store import conversations, documents
from minutebook.store.database import Database

NOW = from_micros(1_700_000_000_000_000)
TITLES = ("Winter expedition", "Winter\x1b[2J food", "Ärger mit 50 %_ Rabatt", *["Tides"] * 7)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    """Return a store with conversations, each with its document."""
    database = await Database.open(tmp_path / "store.sqlite3")
    for number, title in enumerate(TITLES):
        id_ = await database.write(
            partial(
                conversations.create, source="test", native_id=f"n{number}", title=title, now=NOW
            )
        )
        await database.write(
            partial(
                documents.create, conversation=id_, title=title, state=ScribeState.LIVE, now=NOW
            )
        )
    yield database
    await database.close()


@pytest.mark.parametrize(
    "wanted", ["winter-expedition", "winter-e", "Winter e", "winter exp", "WINTER EXP"]
)
async def test_the_beginning_of_a_slug_or_title_is_enough(database: Database, wanted: str) -> None:
    """However it is written."""
    found = await database.read(lambda tx: documents.find(tx, wanted))
    assert found.title == "Winter expedition"
    assert await database.read(lambda tx: documents.is_known(tx, wanted))


async def test_the_beginning_of_an_id_is_enough(database: Database) -> None:
    """Of the document's, and of the conversation's."""
    head = await database.read(lambda tx: documents.find(tx, "winter-expedition"))
    for wanted in (head.id, head.id[:12], head.conversation, head.conversation[:11]):
        assert await database.read(partial(documents.find, wanted=wanted)) == head
    found = await database.read(lambda tx: conversations.find(tx, "winter exp"))
    assert found.id == head.conversation


async def test_what_fits_is_named(database: Database) -> None:
    """So that it can be said which; signs that a terminal obeys are not."""
    with pytest.raises(NotFoundError, match="single document 'winter'") as raised:
        await database.read(lambda tx: documents.find(tx, "winter"))
    assert "winter-expedition" in raised.value.hint
    assert "winter-2j-food" in raised.value.hint
    with pytest.raises(NotFoundError, match="single conversation 'Winter'") as raised:
        await database.read(lambda tx: conversations.find(tx, "Winter"))
    assert "(Winter expedition)" in raised.value.hint
    assert "\x1b" not in raised.value.hint


async def test_of_many_only_some_are_named(database: Database) -> None:
    """And it is said that there are more."""
    finders: tuple[Callable[..., object], ...] = (documents.find, conversations.find)
    for find in finders:
        with pytest.raises(NotFoundError) as raised:
            await database.read(partial(find, wanted="Tides"))
        assert "and more" in raised.value.hint


@pytest.mark.parametrize("wanted", ["", " ", "%", "_", "Ärger mit 50 %%", "inter"])
async def test_signs_of_patterns_are_letters_like_any(database: Database, wanted: str) -> None:
    """And nothing at all is the beginning of nothing."""
    finders: tuple[Callable[..., object], ...] = (documents.find, conversations.find)
    for find in finders:
        with pytest.raises(NotFoundError, match="There is no (document|conversation)"):
            await database.read(partial(find, wanted=wanted))
    assert not await database.read(lambda tx: documents.is_known(tx, wanted))
