"""Searching the record."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from doubles import FakeClock
from minutebook.domain.chats import MarkKind
from minutebook.domain.turns import Content, Origin, Role, ToolResult, TurnDraft
from minutebook.recall.search import Found, Recall, Wanted
from minutebook.record.paging import PagingPolicy
from minutebook.record.recorder import KeyedDraft, RecordPolicy, Strand, record
from minutebook.store import chats, conversations
from minutebook.store.database import Database, connect
from minutebook.store.transaction import Transaction

NOON = datetime(2024, 1, 1, 12, tzinfo=UTC)


class Shelf:
    """A record to search in."""

    def __init__(self, database: Database, clock: FakeClock) -> None:
        self._database = database
        self._clock = clock
        self.recall = Recall(database)

    async def put(self, title: str, texts: Sequence[str | Content]) -> str:
        """Record a conversation; return its id."""
        drafts = [
            KeyedDraft(
                key=f"{title} {number}",
                draft=TurnDraft(
                    role=Role.PERSON,
                    author="Ana",
                    content=text if isinstance(text, Content) else Content(text=text),
                    at=NOON + timedelta(minutes=number),
                ),
            )
            for number, text in enumerate(texts)
        ]

        def work(tx: Transaction) -> str:
            id_ = conversations.create(tx, "test", title, title, self._clock())
            strand = Strand(conversation=id_, drafts=drafts, origin=Origin.IMPORTED)
            record(tx, strand, RecordPolicy(paging=PagingPolicy()), self._clock())
            return id_

        return await self._database.write(work)

    async def answer(self, author: str, text: str) -> None:
        """Record what a model answered, in a conversation of its own."""
        draft = TurnDraft(role=Role.ASSISTANT, author=author, content=Content(text=text), at=NOON)
        keyed = [KeyedDraft(key=f"by {author}", draft=draft)]

        def work(tx: Transaction) -> None:
            id_ = conversations.create(tx, "test", author, author, self._clock())
            strand = Strand(conversation=id_, drafts=keyed, origin=Origin.LIVE)
            record(tx, strand, RecordPolicy(paging=PagingPolicy()), self._clock())

        await self._database.write(work)

    async def find(self, words: str, **more: object) -> list[str]:
        """Return the keys of what is found."""
        return [found.hit.turn.key for found in await self.search(words, **more)]

    async def search(self, words: str, **more: object) -> list[Found]:
        """Return what is found."""
        return await self.recall.search(words, **more)  # type: ignore[arg-type]


@pytest.fixture
async def shelf(database: Database, clock: FakeClock) -> Shelf:
    """Return a record of two conversations."""
    shelf = Shelf(database, clock)
    await shelf.put(
        "trip",
        [
            "When does the ferry leave?",
            "The ferry leaves at noon. The winter ferry is small.",
            "Bring a tent, and something warm against the winter in the north.",
            "ok",
        ],
    )
    await shelf.put("work", ["The release is due in winter.", "渡し船は正午に出ます。", "ok"])
    return shelf


async def test_all_words_come_before_any(shelf: Shelf) -> None:
    """The turn with both words is first, those with one follow, each once."""
    found = await shelf.find("winter ferry")
    assert found[0] == "trip 1"
    assert sorted(found[1:]) == ["trip 0", "trip 2", "work 0"]


async def test_all_words_come_first_however_good_the_others_are(shelf: Shelf) -> None:
    """A long turn with both words is before a short one that is about nothing but one of them."""
    both = "We talked of many other things " * 9 + "until somebody said quokka and wombat."
    await shelf.put("zoo", ["quokka quokka quokka", both, "wombat wombat"])
    assert await shelf.find("quokka wombat") == ["zoo 1", "zoo 0", "zoo 2"]


async def test_the_same_words_in_fewer_are_better(shelf: Shelf) -> None:
    """A short turn about it is before a long one that mentions it."""
    assert (await shelf.find("winter"))[-1] == "trip 2"


async def test_a_stem_finds_its_forms(shelf: Shelf) -> None:
    """Whichever form was typed."""
    assert set(await shelf.find("leaving")) == {"trip 0", "trip 1"}


async def test_a_phrase_and_an_exclusion(shelf: Shelf) -> None:
    """Quotes and minus do what they say, also where any word would do."""
    assert await shelf.find('"winter ferry"') == ["trip 1"]
    assert await shelf.find("winter ferry -tent -release") == ["trip 1", "trip 0"]


async def test_a_script_without_spaces_is_found_inside_a_sentence(shelf: Shelf) -> None:
    """By the text as it stands."""
    assert await shelf.find("正午") == ["work 1"]
    assert await shelf.find("船の") == []


async def test_neighbours_in_reading_order(shelf: Shelf) -> None:
    """What was said right before and right after, within the conversation."""
    (found,) = await shelf.search('"winter ferry"')
    assert found.before is not None
    assert found.after is not None
    assert (found.before.key, found.after.key) == ("trip 0", "trip 2")
    (first,) = await shelf.search("release")
    assert first.before is None


async def test_only_in_one_conversation(shelf: Shelf, database: Database) -> None:
    """When it is asked for."""
    (found,) = await shelf.search("release")
    inside = found.hit.turn.conversation
    assert await shelf.find("winter", conversation=inside) == ["work 0"]


async def test_the_limit_holds(shelf: Shelf) -> None:
    """Also when two searches are put together."""
    assert len(await shelf.find("winter ferry", limit=2)) == 2


async def test_the_snippet_marks_what_was_found(shelf: Shelf) -> None:
    """With marks of the caller's choice."""
    (found,) = await shelf.search("tent")
    assert "a [tent], and" in found.snippet_between("[", "]")


async def test_what_tools_returned_is_found(shelf: Shelf) -> None:
    """Not only what was said in words."""
    result = Content(tool_results=(ToolResult(call_id="1", content="quokka sighted"),))
    await shelf.put("tools", [result])
    assert await shelf.find("quokka") == ["tools 0"]


async def test_nothing_finds_nothing(shelf: Shelf) -> None:
    """No words, only signs, or only exclusions."""
    for words in ("", "   ", '"', "-ferry", "*"):
        assert await shelf.find(words) == []
    assert await shelf.recall.passages("?!") == ()


async def test_passages_answer_a_question(shelf: Shelf) -> None:
    """The best turn first, with who said it and when."""
    best, *_ = await shelf.recall.passages("Is a small ferry leaving at noon?")
    assert best.text.startswith("The ferry leaves at noon")
    assert (best.speaker, best.when) == ("Ana", "2024-01-01T12:01:00+00:00")


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.text())
async def test_any_text_can_be_looked_for(shelf: Shelf, typed: str) -> None:
    """In a search and in a question, whatever characters it is made of."""
    assert len(await shelf.search(typed, limit=3)) <= 3
    assert len(await shelf.recall.passages(typed)) <= 7


async def test_an_answer_comes_with_the_question_it_stands_behind(shelf: Shelf) -> None:
    """The turn behind a turn that matches is a passage too, and says which it is behind."""
    await shelf.put("shop", ["Who has the marzipan?", "Olu, three kilos of it, in the blue box."])
    found = {p.text: p for p in await shelf.recall.passages("Where is the marzipan?")}
    question, answer = found["Who has the marzipan?"], found[next(t for t in found if "Olu" in t)]
    assert answer.behind == question.source


async def test_quotations_are_not_found(shelf: Shelf) -> None:
    """What `offline` answers is in the record already; what a model answers is not.

    They do not count against the limit, nor come back where scripts without spaces are looked for.
    """
    await shelf.answer("offline", "The ferry leaves at noon, said Ana. 渡し船は正午に出ます。")
    await shelf.answer("a-model", "The ferry leaves on time.")
    assert set(await shelf.find("ferry leaves")) == {"by a-model", "trip 1", "trip 0"}
    assert len(await shelf.find("ferry", limit=3)) == 3
    assert await shelf.find("渡し船") == ["work 1"]
    passages = await shelf.recall.passages("When does the ferry leave?")
    assert {"The ferry leaves on time."} < {passage.text for passage in passages}
    assert not any("said Ana" in passage.text for passage in passages)


async def test_filters_limit_what_is_looked_through(shelf: Shelf) -> None:
    """By author, time, title, and source; without words they give the newest first."""
    assert await shelf.find("winter in:work") == ["work 0"]
    assert await shelf.find("winter author:an before:2024-01-01T12:01") == ["work 0"]
    assert await shelf.find("ferry author:olu") == []
    assert await shelf.find("source:test on:2024-01-01T12:03") == ["trip 3"]
    assert await shelf.find("source:slack ferry") == []
    assert (await shelf.find("in:work"))[0] == "work 2"


async def test_tools_and_pages_are_filters(shelf: Shelf, database: Database) -> None:
    """`has:tools` leaves turns with tool traffic, `page:` those of one page."""
    result = Content(text="ferry", tool_results=(ToolResult(call_id="1", content="quokka"),))
    await shelf.put("tools", [result, "ferry"])
    assert await shelf.find("ferry has:tools") == ["tools 0"]
    assert await shelf.find("ferry has:attachments") == []
    assert await shelf.find("ferry page:pg_none") == []
    assert await shelf.find("ferry is:pinned") == []


async def test_pinned_turns_and_pages_are_a_filter(shelf: Shelf, database: Database) -> None:
    """`is:pinned` leaves what was marked, and what lies in pages that are pinned in any way."""
    await shelf.put("notes", [f"ferry number {number}" for number in range(40)])
    first = (await shelf.search("ferry number", limit=40))[-1].hit.turn

    def mark(tx: Transaction) -> None:
        chats.mark(tx, first.id, MarkKind.PIN, NOON)

    await database.write(mark)
    assert await shelf.find("ferry is:pinned") == [first.key]
    assert await shelf.find("is:pinned") == [first.key]
    assert await shelf.find("quokka is:pinned") == []


async def test_a_mistyped_word_finds_what_is_meant(shelf: Shelf) -> None:
    """By one edit, or two in a long word; only when nothing is found as it was typed."""
    for typed, meant in (("fery", "ferry"), ("releasse", "release")):
        results = await shelf.recall.look(Wanted(words=typed))
        assert results.instead == ((typed, meant),)
        assert results.found
    far = await shelf.recall.look(Wanted(words="reelaseing"))
    assert [found.hit.turn.key for found in far.found] == ["work 0"]
    assert (await shelf.recall.look(Wanted(words="winter fery"))).instead == ()


async def test_a_speaker_counts_as_a_word(shelf: Shelf) -> None:
    """Who is named with the words need not be named in the turn."""
    await shelf.answer("Olu", "The ferry leaves on time.")
    found = await shelf.search("olu ferry")
    assert found[0].hit.turn.key == "by Olu"
    assert found[0].has_all


async def test_neighbours_help(shelf: Shelf) -> None:
    """Of turns with the same word, the one whose neighbour has the other comes first."""
    await shelf.put("a", ["Where is the kayak?", "In the shed.", "Good."])
    await shelf.put("b", ["The kayak is red.", "I like red.", "Good."])
    await shelf.put("c", ["A paddle is missing.", "Which kayak is it for?", "Good."])
    found = await shelf.find("kayak paddle", limit=2)
    assert set(found) == {"c 0", "c 1"}


async def test_words_behind_control_sequences(shelf: Shelf) -> None:
    """A colour that a terminal was sent is no part of the word behind it; nor of its removal."""
    red, text = "\x1b[1;31m", 'said "\\u001b" twice'
    result = Content(tool_results=(ToolResult(call_id="1", content=f"{red}quokka\x1b[0m left"),))
    await shelf.put("colours", [f"{red}wombat\x1b[mnumbat\x1b]0;x {text}", result])
    for word in ("wombat", "numbat", "twice", "said"):
        assert await shelf.find(word) == ["colours 0"], word
    assert await shelf.find("quokka") == ["colours 1"]


async def test_parts_do_not_move(shelf: Shelf) -> None:
    """What arrives between two parts is in neither."""
    first = await shelf.recall.look(Wanted(words="winter", limit=2))
    await shelf.put("late", ["winter winter winter"])
    second = await shelf.recall.look(Wanted(words="winter", limit=2, offset=2, upto=first.upto))
    keys = [found.hit.turn.key for found in (*first.found, *second.found)]
    assert sorted(keys) == ["trip 1", "trip 2", "work 0"]


async def test_groups_are_in_the_order_of_their_best(shelf: Shelf) -> None:
    """By conversation, and by page or else conversation."""
    results = await shelf.recall.look(Wanted(words="winter"))
    for groups in (results.by_conversation(), results.by_page()):
        best = [found[0].hit.turn.id for found in groups.values()]
        assert best == [each.hit.turn.id for each in results.found if each.hit.turn.id in best]
        assert sum(map(len, groups.values())) == len(results.found)


async def test_the_index_is_sound(shelf: Shelf, database: Database) -> None:
    """With control sequences among the turns, too: what goes in comes out again."""
    await shelf.put("colours", ["\x1b[1;31mwombat", "plain"])
    connection = connect(database.path)
    connection.execute("UPDATE turns SET text = 'other' WHERE text LIKE '%wombat'")
    connection.execute("INSERT INTO turns_fts (turns_fts) VALUES ('integrity-check')")
    connection.close()
    assert await shelf.find("wombat") == []
