"""Which conversation of the record a conversation of a log is."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from doubles import FakeClock
from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.sources.keys import TurnKeys
from minutebook.sources.parsed import ConversationFound, Identity
from minutebook.sources.resolution import Unresolved, resolve
from minutebook.store import conversations
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)
POLICY = RecordPolicy(paging=PagingPolicy())
UNKNOWN = ConversationFound(identity=Identity.UNKNOWN)


def turns(words: str, *, timed: bool = True, start: int = 0) -> list[KeyedDraft]:
    """Make a turn of every word, a minute apart or without times."""
    keys, drafts = TurnKeys(), []
    for number, word in enumerate(words.split(), start):
        at = NOON + timedelta(minutes=number) if timed else None
        draft = TurnDraft(role=Role.PERSON, author="Ana", content=Content(text=word), at=at)
        drafts.append(KeyedDraft(key=keys.key(draft), draft=draft))
    return drafts


class Shelf:
    """Puts conversations into the record, one log after the other."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self._database = database
        self._clock = clock

    async def put(
        self,
        first: Sequence[KeyedDraft],
        found: ConversationFound = UNKNOWN,
        *,
        place: str = "/a/log.txt#0",
        format_: str = "irc",
    ) -> str:
        """Resolve a conversation and record its turns; return its id."""
        wanted = Unresolved(found=found, format=format_, stem="log", place=place, first=first)

        def work(tx: Transaction) -> str:
            id_ = resolve(tx, wanted, self._clock())
            strand = Strand(conversation=id_, drafts=first, origin=Origin.IMPORTED)
            record(tx, strand, POLICY, self._clock())
            return id_

        return await self._database.write(work)

    async def title(self, id_: str) -> str:
        """Return the title of a conversation."""
        found = await self._database.read(lambda tx: conversations.get(tx, id_))
        return found.title


@pytest.fixture
def shelf(database: Database, clock: FakeClock) -> Shelf:
    """Return an empty shelf."""
    return Shelf(database, clock)


async def test_a_stated_id_settles_it(shelf: Shelf) -> None:
    """The same id is the same conversation though no turn is shared, another is another."""
    given = [ConversationFound(identity=Identity.GIVEN, native_id=id_) for id_ in "aab"]
    ids = [await shelf.put(turns(word), one) for word, one in zip("xyz", given, strict=True)]
    assert ids[0] == ids[1] != ids[2]


async def test_the_same_id_of_another_format_is_another(shelf: Shelf) -> None:
    """An id means something only where it comes from."""
    given = ConversationFound(identity=Identity.GIVEN, native_id="a")
    ids = {await shelf.put(turns("x"), given, format_=name) for name in ("irc", "chatgpt")}
    assert len(ids) == 2


async def test_a_known_name_settles_it(shelf: Shelf) -> None:
    """A channel is the same in every file."""
    named = ConversationFound(identity=Identity.NAMED, native_id="#zig")
    assert await shelf.put(turns("x y"), named) == await shelf.put(turns("v w", start=9), named)


async def test_another_name_with_the_same_turns_is_the_same(shelf: Shelf) -> None:
    """A group that was renamed."""
    old = ConversationFound(identity=Identity.NAMED, native_id="Ferry")
    new = ConversationFound(identity=Identity.NAMED, native_id="Ferry 2024")
    assert await shelf.put(turns("a b c d"), old) == await shelf.put(turns("a b c d e"), new)


async def test_shared_turns_tell(shelf: Shelf) -> None:
    """Three of them, or all there are."""
    id_ = await shelf.put(turns("a b c d e f"))
    assert await shelf.put(turns("d e f g", start=3), place="/b#0") == id_
    assert await shelf.put(turns("b", start=1), place="/c#0") == id_


async def test_a_few_shared_turns_are_a_coincidence(shelf: Shelf) -> None:
    """Two of many are not enough."""
    id_ = await shelf.put(turns("a b c d e f"))
    assert await shelf.put(turns("e f x y z", start=4), place="/b#0") != id_


async def test_without_times_one_must_begin_the_other(shelf: Shelf) -> None:
    """A longer log of the same beginning is the same; one that parts from it is another."""
    id_ = await shelf.put(turns("a b c", timed=False))
    assert await shelf.put(turns("a b c d", timed=False), place="/b#0") == id_
    assert await shelf.put(turns("a b", timed=False), place="/c#0") == id_
    assert await shelf.put(turns("a b x y", timed=False), place="/d#0") != id_


async def test_edited_turns_do_not_count_as_shared(shelf: Shelf) -> None:
    """Keys alone do not tell: what was said must be the same."""
    said = turns("a b c")
    other = [
        KeyedDraft(key=item.key, draft=TurnDraft(role=Role.PERSON, content=Content(text="z")))
        for item in said
    ]
    assert await shelf.put(said) != await shelf.put(other, place="/b#0")


async def test_the_first_words_give_a_title(shelf: Shelf) -> None:
    """Of a person, on one line, cut to length; else the name of the file."""
    words = TurnDraft(role=Role.USER, content=Content(text="When \n do we " + "leave " * 30))
    title = await shelf.title(await shelf.put([KeyedDraft(key="a", draft=words)]))
    assert title.startswith("When do we leave")
    assert 60 < len(title) <= 120
    reply = TurnDraft(role=Role.ASSISTANT, content=Content(text="Never."))
    assert await shelf.title(await shelf.put([KeyedDraft(key="b", draft=reply)])) == "log"


async def test_a_title_of_megabytes_is_cut(shelf: Shelf) -> None:
    """What a log calls a conversation is one line of bearable length."""
    found = ConversationFound(identity=Identity.GIVEN, native_id="a", title="x \n" * 1_000_000)
    title = await shelf.title(await shelf.put(turns("a"), found))
    assert len(title) <= 200
    assert "\n" not in title


@pytest.mark.parametrize(
    ("said", "title"),
    [
        ("why does the ferry wait", "why does the ferry wait"),
        ("one two, " * 20, "one two, " * 12 + "one two…"),
        ("x" * 150, "x" * 119 + "…"),
        ("see " + "x" * 150, "see " + "x" * 115 + "…"),
    ],
)
async def test_what_was_said_first_is_the_title(shelf: Shelf, said: str, title: str) -> None:
    """Nothing else names it; what is too long is cut behind a word where there is one."""
    draft = TurnDraft(role=Role.USER, content=Content(text=said))
    assert await shelf.title(await shelf.put([KeyedDraft(key="k", draft=draft)])) == title


async def test_a_chat_without_a_name_gets_it_from_a_file_that_overlaps(shelf: Shelf) -> None:
    """A later file of that name belongs to it though it shares nothing."""
    named = ConversationFound(identity=Identity.NAMED, native_id="Family", title="Family")
    first = await shelf.put(turns("a b c d"), format_="whatsapp")
    assert await shelf.put(turns("b c d e", start=1), named, format_="whatsapp") == first
    assert await shelf.title(first) == "Family"
    assert await shelf.put(turns("x y z", start=50), named, format_="whatsapp") == first
