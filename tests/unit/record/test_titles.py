"""What jobs are about is read for these jobs alone."""

from __future__ import annotations

from doubles import FakeClock
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.library import Library
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import conversations, documents, pages
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


async def test_documents_and_pages_have_the_title_of_their_conversation(
    database: Database, clock: FakeClock
) -> None:
    """A page is told from others by its label; what is not there is left out."""

    def work(tx: Transaction) -> tuple[str, str]:
        id_ = conversations.create(tx, "test", "one", "Garden", clock())
        draft = TurnDraft(role=Role.PERSON, author="Ann", content=Content(text="word " * 900))
        drafts = [KeyedDraft(key=f"k{n}", draft=draft) for n in range(3)]
        strand = Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED)
        policy = RecordPolicy(paging=PagingPolicy(tokens=500))
        record(tx, strand, policy, clock())
        found = documents.of_conversation(tx, id_, clock())
        return found.id, pages.newest(tx, conversation=id_, limit=1)[0].id

    document, page = await database.write(work)
    titles = await Library(database).titles({document, page, "doc_none", "pg_none"})
    assert titles == {document: "Garden", page: "Garden"}
    assert await Library(database).titles(()) == {}
