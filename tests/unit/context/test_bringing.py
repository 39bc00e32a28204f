"""Pages come back by reference, and go again, in the transaction of whoever asks."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC

import pytest

from conversing import Line, converse, exchanges, said, say
from doubles import FakeClock
from minutebook.context.slot import recall_tool
from minutebook.context.slot.bringing import Brought, Desk, let_go, refer, told
from minutebook.context.slot.heeding import heed
from minutebook.context.slot.recalling import looked_for, recall
from minutebook.context.slot.usefulness import SlotRoom
from minutebook.context.slot.verbs import Slots
from minutebook.domain.context import Layout, PagedIn, Span, Why
from minutebook.domain.pages import Page
from minutebook.domain.turns import OFFLINE, Origin, Role, ToolCall, ToolResult, Turn
from minutebook.events import (
    Event,
    PagesBroughtBack,
    PagesLetGo,
    RecalledPages,
    ReferenceFailed,
)
from minutebook.recall.search import pages_for, pages_with
from minutebook.store import contexts, pages, slots, turns
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction


class Scene:
    """A conversation whose pages are out of sight."""

    def __init__(self, database: Database, clock: FakeClock, id_: str) -> None:
        self.database = database
        self.clock = clock
        self.id = id_
        self.used = 40_000
        self.room = SlotRoom(tokens=4_000, recall_tokens=2_000)
        self.desk = Desk(find=pages_with, recall=pages_for, room_of=lambda *_: self.room, zone=UTC)

    async def say(self, *lines: Line, page_tokens: int = 400) -> None:
        """Say something."""
        await self.database.write(
            lambda tx: say(tx, self.id, lines, self.clock(), page_tokens=page_tokens)
        )

    async def hide(self) -> None:
        """Put everything that was said out of sight."""

        def work(tx: Transaction) -> None:
            last = turns.last_active(tx, self.id)
            assert last is not None
            spans = (Span(conversation=self.id, behind=(last.sort_at, last.seq)),)
            layout = Layout(conversation=self.id, spans=spans)
            contexts.keep(tx, layout, self.clock(), onto=contexts.revision(tx, self.id))

        await self.database.write(work)

    async def pages(self) -> list[Page]:
        """Return the closed pages, the oldest first."""
        found = await self.database.read(
            lambda tx: pages.newest(tx, limit=1000, conversation=self.id)
        )
        return sorted(found, key=lambda page: page.first_seq)

    async def slot(self) -> tuple[PagedIn, ...]:
        """Return what was brought back."""
        return await self.database.read(lambda tx: slots.of_conversation(tx, self.id))

    async def names(self) -> list[str]:
        """Return the ids of what was brought back."""
        return [each.page for each in await self.slot()]

    async def refer(self, *wanted: str, why: Why = Why.MODEL) -> Brought:
        """Bring back what references name."""
        return await self.database.write(
            lambda tx: refer(tx, self.desk, self.id, wanted, why, self.clock())
        )

    async def let_go(self, *wanted: str, by: Why = Why.MODEL) -> tuple[str, ...]:
        """Let pages go."""
        return await self.database.write(lambda tx: let_go(tx, self.id, wanted, by, self.clock()))

    async def recall(self) -> tuple[Event, ...]:
        """Find what matters for the last exchange."""
        found = await self.database.read(lambda tx: looked_for(tx, self.desk, self.id))
        if found is None:
            return ()
        return await self.database.write(
            lambda tx: recall(tx, self.desk, self.id, found, self.clock(), used=self.used)
        )

    async def heed(self, text: str, **changed: object) -> tuple[Event, ...]:
        """Do what a reply asks for."""
        await self.say(said(Role.ASSISTANT, text))

        def work(tx: Transaction) -> tuple[Event, ...]:
            turn = turns.last_active(tx, self.id)
            assert turn is not None
            reply: Turn = replace(turn, **changed)  # type: ignore[arg-type]
            return heed(tx, self.desk, reply, self.clock())

        return await self.database.write(work)

    async def call(self, arguments: object, name: str = "recall_page") -> ToolResult:
        """Call the tool."""
        text = arguments if isinstance(arguments, str) else json.dumps(arguments)
        call = ToolCall(id="c1", name=name, arguments=text)
        result, _ = await self.database.write(
            lambda tx: recall_tool.run(tx, self.desk, self.id, call, self.clock())
        )
        return result


@pytest.fixture
async def scene(database: Database, clock: FakeClock) -> Scene:
    """Return a conversation with pages that are out of sight."""
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    scene = Scene(database, clock, id_)
    await scene.say(*exchanges(10))
    await scene.say(
        said(Role.USER, "Which stove do we bring to Winterbottom?" + " more" * 400),
        said(Role.ASSISTANT, "The paraffin stove of Carla." + " more" * 400),
    )
    await scene.hide()
    return scene


async def test_a_page_comes_back_to_the_letter(scene: Scene) -> None:
    """A page that is named stands in the slot with every word of its turns, and is counted."""
    first, *_ = await scene.pages()
    brought = await scene.refer(first.id)
    assert [each.page for each in brought.pages] == [first.id]

    def work(tx: Transaction) -> tuple[str, list[Turn], object]:
        shown = told(tx, slots.of_conversation(tx, scene.id), UTC)
        inside = turns.by_seq(tx, scene.id, first.first_seq, first.last_seq)
        row = tx.one("pages.get", id=first.id)
        return shown, inside, row and row["access_count"]

    shown, inside, count = await scene.database.read(work)
    assert all(turn.content.text in shown for turn in inside)
    assert first.id in shown
    assert count == 1


async def test_every_page_resolves(scene: Scene) -> None:
    """Every page of the conversation comes back by its id, and by the beginning of its id."""
    scene.room = SlotRoom(tokens=10**6, recall_tokens=0)
    every = [page.id for page in await scene.pages()]
    brought = await scene.refer(*(page[:14] for page in every))
    assert not brought.unresolved
    assert await scene.names() == every


async def test_words_find_a_page(scene: Scene) -> None:
    """A reference by words brings the page they stand on, and says why it is there."""
    await scene.refer("?paraffin stove")
    (paged, *_) = [each for each in await scene.slot() if each.words]
    assert paged.reason == "looked for: paraffin stove"
    assert paged.page in {page.id for page in (await scene.pages())[-2:]}


@pytest.mark.parametrize(
    "reference",
    ["pg_ffffffffffff", "pg_", "%", "?zebra unicorn", "?", "' OR 1=1 --", "pg_\x00", ""],
)
async def test_references_that_lead_nowhere_are_told(scene: Scene, reference: str) -> None:
    """What is no page brings nothing, and is told with the reason."""
    brought = await scene.refer(reference)
    assert [each.reference for each in brought.unresolved] == [reference]
    assert await scene.names() == []


async def test_what_is_in_sight_does_not_come_twice(scene: Scene) -> None:
    """A page that stands in the prompt word for word needs no place in the slot."""
    await scene.say(*exchanges(3, begin=20), page_tokens=100)
    newest = (await scene.pages())[-1]
    brought = await scene.refer(newest.id)
    assert (brought.seen, brought.pages) == ((newest.id,), ())


async def test_references_add_up(scene: Scene) -> None:
    """A page that is referred to again counts more; a person's word stays a person's."""
    first, *_ = await scene.pages()
    await scene.refer(first.id, why=Why.PERSON)
    scene.clock.forward(minutes=5)
    await scene.refer(first.id)
    (paged,) = await scene.slot()
    assert (paged.references, paged.why, paged.last_at) == (2, Why.PERSON, scene.clock())


async def test_no_room_is_told(scene: Scene) -> None:
    """Where nothing fits, a reference is told to have failed."""
    scene.room = SlotRoom(tokens=50, recall_tokens=0)
    first, *_ = await scene.pages()
    brought = await scene.refer(first.id)
    assert [each.reference for each in brought.unresolved] == [first.id]


async def test_pages_are_let_go(scene: Scene) -> None:
    """A page by its name, or all of them; what a person pinned only a person lets go."""
    one, two, three, *_ = await scene.pages()
    await scene.refer(one.id, two.id, three.id)
    assert await scene.let_go(one.id[:12]) == (one.id,)
    await scene.database.write(
        lambda tx: slots.put(
            tx, scene.id, replace(slots.of_conversation(tx, scene.id)[0], is_pinned=True)
        )
    )
    assert await scene.let_go() == (three.id,)
    assert await scene.let_go(two.id) == ()
    assert await scene.let_go(by=Why.PERSON) == (two.id,)


async def test_recall_finds_what_matters(scene: Scene) -> None:
    """For what was said last, the page with its words comes back; why is kept."""
    await scene.say(said(Role.USER, "Who carries the paraffin stove to Winterbottom, please?"))
    (event,) = await scene.recall()
    assert isinstance(event, RecalledPages)
    (paged, *_) = await scene.slot()
    assert paged.why is Why.RECALL
    assert "stove" in paged.reason
    assert await scene.recall() == ()


async def test_recall_gives_way(scene: Scene) -> None:
    """What was found for an earlier exchange makes room when the talk is of something else."""
    await scene.say(said(Role.USER, "Who carries the paraffin stove to Winterbottom, please?"))
    await scene.recall()
    await scene.say(said(Role.USER, "Thanks! Zebra unicorns gallop over purple meadows today."))
    await scene.recall()
    assert await scene.names() == []


async def test_what_was_let_go_is_not_recalled(scene: Scene) -> None:
    """A page that was let go comes back by reference only; then a search may bring it again."""
    await scene.say(said(Role.USER, "Who carries the paraffin stove to Winterbottom, please?"))
    await scene.recall()
    gone = await scene.let_go()
    assert gone
    assert await scene.recall() == ()
    await scene.refer(gone[0])
    await scene.let_go(gone[0])
    await scene.refer(gone[0], why=Why.PERSON)
    assert gone[0] in await scene.names()


async def test_a_reply_is_heeded(scene: Scene) -> None:
    """References of a reply bring and release pages, and failures are told."""
    one, two, *_ = await scene.pages()
    events = await scene.heed(f"See @@ref('{one.id},{two.id}')@@ and @@ref('pg_dead')@@.")
    assert [type(each) for each in events] == [PagesBroughtBack, ReferenceFailed]
    assert set(await scene.names()) == {one.id, two.id}
    events = await scene.heed(f"Enough. @@unref('{one.id}')@@")
    assert [type(each) for each in events] == [PagesLetGo]
    await scene.heed(f"@@unref@@ but @@ref('{one.id}')@@")
    assert await scene.names() == [one.id]


@pytest.mark.parametrize(
    "changed",
    [{"role": Role.USER}, {"role": Role.TOOL}, {"author": OFFLINE}, {"origin": Origin.IMPORTED}],
)
async def test_only_replies_are_heeded(scene: Scene, changed: dict[str, object]) -> None:
    """What people say, tools return, logs hold and `offline` quotes asks for nothing."""
    one, *_ = await scene.pages()
    assert await scene.heed(f"@@ref('{one.id}')@@", **changed) == ()
    assert await scene.names() == []


async def test_a_reply_of_references_is_bounded(scene: Scene) -> None:
    """A reply that refers to thousands of pages has a few followed, and is told about."""
    text = " ".join(f"@@ref('?word{n}')@@" for n in range(3_000))
    events = await scene.heed(text)
    assert len(events) <= 25
    assert "2976 more" in str(events[-1])


async def test_the_tool_brings_pages(scene: Scene) -> None:
    """A call by ids and words brings pages, and its result names them only."""
    one, *_ = await scene.pages()
    result = await scene.call({"ids": [one.id], "words": "paraffin stove"})
    assert not result.is_error
    assert one.id in result.content
    assert "Question" not in result.content
    assert one.id in await scene.names()


@pytest.mark.parametrize(
    ("arguments", "name"),
    [
        ("{", "recall_page"),
        ("[" * 5_000, "recall_page"),
        ("[]", "recall_page"),
        ("{}", "recall_page"),
        ('{"ids": [1]}', "recall_page"),
        ('{"words": 7}', "recall_page"),
        ('{"page": "x"}', "recall_page"),
        ('{"ids": ["' + "x" * 30_000 + '"]}', "recall_page"),
        ('{"ids": ["pg_dead00"]}', "recall_page"),
        ('{"ids": ["a"]}', "remove_everything"),
    ],
)
async def test_wrong_calls_are_told_to_the_model(scene: Scene, arguments: str, name: str) -> None:
    """A call that cannot be done has a result that says why; nothing comes back."""
    result = await scene.call(arguments, name)
    assert result.is_error
    assert result.content
    assert len(result.content) < 300
    assert await scene.names() == []


async def test_a_slot_outlives_its_pages_order(scene: Scene) -> None:
    """Pages stand in the slot in the order in which they were said, whoever asked first."""
    one, two, *_ = await scene.pages()
    await scene.refer(two.id)
    scene.clock.forward(hours=1)
    await scene.refer(one.id)
    assert await scene.names() == [one.id, two.id]


async def test_many_ids_in_one_reference(scene: Scene) -> None:
    """As many are followed as one reply may bring back, and the rest is told."""
    names = ", ".join(f"'pg_{number:016x}'" for number in range(40))
    events = await scene.heed(f"@@ref({names})@@")
    assert len(events) == 25
    assert "16 more" in str(events[-1])


async def test_the_tool_takes_as_many_as_it_may(scene: Scene) -> None:
    """Of too many ids the first come back, and the model is told of the rest."""
    await scene.say(*exchanges(20))
    await scene.hide()
    (first, *_) = await scene.pages()
    others = [f"pg_{number:016x}" for number in range(15)]
    result = await scene.call({"ids": [first.id, *others]})
    assert not result.is_error
    assert f"now: {first.id}." in result.content
    assert "Left out: 4 more, since 12 come back at once at most." in result.content


async def test_pages_that_were_left_leave_the_slot(scene: Scene) -> None:
    """What a model or a search had brought goes with its branch; a person's stays."""
    await scene.say(*exchanges(20))
    await scene.hide()
    every = await scene.pages()
    await scene.refer(every[1].id)
    await scene.refer(every[2].id, why=Why.PERSON)
    verbs = Slots(scene.database, scene.desk, None, scene.clock)
    await verbs.leave(scene.id)
    assert await scene.names() == [every[1].id, every[2].id]

    def leave(tx: Transaction) -> None:
        turns.leave_from(tx, turns.forward(tx, scene.id, limit=1)[0])

    await scene.database.write(leave)
    await verbs.leave(scene.id)
    assert await scene.names() == [every[2].id]
