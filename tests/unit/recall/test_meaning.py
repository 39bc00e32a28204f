"""What lies near in meaning, with an embedder that takes a second."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doubles import FakeClock
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.recall.meaning import unheard
from minutebook.recall.search import Recall
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations
from minutebook.store.database import Database, connect
from minutebook.store.transaction import Transaction

np = pytest.importorskip("numpy")

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
_TOPICS = (("boat", "ferry", "ship", "harbour"), ("food", "soup", "bread", "cook"))


class Topics:
    """Knows two topics: a text is how much it says of each."""

    name = "topics"

    def __init__(self) -> None:
        self.asked: list[str] = []

    def embed(self, texts: Sequence[str]) -> Any:
        """Return a row for each text, of as many dimensions as signs are packed from."""
        self.asked += texts
        rows = np.full((len(texts), 64), -0.01, dtype=np.float32)
        for number, text in enumerate(texts):
            for topic, words in enumerate(_TOPICS):
                rows[number, topic] = sum(text.lower().count(word) for word in words) + 0.01
        return rows / np.linalg.norm(rows, axis=1, keepdims=True)


async def put(database: Database, clock: FakeClock, texts: Sequence[str]) -> None:
    """Record a conversation whose pages are closed after some turns."""
    drafts = [
        KeyedDraft(
            key=str(number),
            draft=TurnDraft(
                role=Role.PERSON,
                author="Ana",
                content=Content(text=text),
                at=NOON + timedelta(hours=9 * number),
            ),
        )
        for number, text in enumerate(texts)
    ]

    def work(tx: Transaction) -> None:
        id_ = conversations.create(tx, "test", "trip", "trip", clock())
        strand = Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED)
        record(tx, strand, RecordPolicy(paging=PagingPolicy()), clock())

    await database.write(work)


@pytest.fixture
async def embedder(database: Database, clock: FakeClock) -> Topics:
    """Return an embedder; the record has something on each of its topics."""
    await put(database, clock, ["The ship is in the harbour.", "The soup and the bread.", "Bye."])
    return Topics()


async def test_other_words_for_it_are_found(database: Database, embedder: Topics) -> None:
    """By what lies near, once it was learnt; where nothing was, nothing is asked."""
    recall = Recall(database, embedder=embedder)
    assert await recall.ask("Which boat?") == []
    assert embedder.asked == []
    assert await recall.learn() >= 2
    assert (await recall.ask("Which boat?"))[0].hit.turn.key == "0"
    assert (await recall.ask("What food?"))[0].hit.turn.key == "1"


async def test_a_page_is_learnt_once(database: Database, embedder: Topics) -> None:
    """A second time there is nothing to do."""
    recall = Recall(database, embedder=embedder)
    await recall.learn()
    asked = len(embedder.asked)
    assert await recall.learn() == 0
    assert len(embedder.asked) == asked


async def test_points_die_with_what_they_were_made_of(database: Database, embedder: Topics) -> None:
    """A page that says something else is learnt again."""
    recall = Recall(database, embedder=embedder)
    learnt = await recall.learn()
    connection = connect(database.path)
    connection.execute("UPDATE pages SET content_hash = 'other'")
    left = connection.execute("SELECT count(*) FROM windows").fetchone()[0]
    connection.close()
    assert left == 0
    assert await recall.learn() == learnt


async def test_without_it_words_alone_are_looked_for(database: Database, embedder: Topics) -> None:
    """No extra, no points, no error."""
    recall = Recall(database)
    assert await recall.learn() == 0
    assert await recall.ask("Which boat?") == []


def test_a_package_does_not_set_up_the_log() -> None:
    """What it does to the root logger while it is loaded is undone; the lines of others stay out
    of the narration."""
    root = logging.getLogger()
    before = (root.level, root.handlers[:])
    with unheard():
        logging.basicConfig(level=logging.INFO, force=False)
        root.addHandler(logging.StreamHandler())
        root.setLevel(logging.DEBUG)
    assert (root.level, root.handlers) == before
