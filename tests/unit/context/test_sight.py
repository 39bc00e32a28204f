"""Which turns a layout shows, and what they weigh."""

from __future__ import annotations

from dataclasses import replace

import pytest

from conversing import Line, converse, exchanges, said, say
from doubles import FakeClock
from minutebook.context.prompt.sight import (
    SHORT_TOKENS,
    THINKING_FRAME,
    Sight,
    in_sight,
    tightened,
    tokens_of,
)
from minutebook.domain.context import KeptWords, Layer, Layout, PlacedSummary, Span
from minutebook.domain.tokens import estimate
from minutebook.domain.turns import Role, ToolCall, ToolResult
from minutebook.store import contexts, pages, turns
from minutebook.store.contexts import StoryDraft
from minutebook.store.database import Database
from minutebook.store.transaction import Transaction
from minutebook.store.turns import BEGINNING, END


class Scene:
    """A conversation, and what a layout shows of it."""

    def __init__(self, database: Database, clock: FakeClock, id_: str) -> None:
        self.database = database
        self.clock = clock
        self.id = id_

    async def say(self, *lines: Line) -> None:
        """Say something."""
        await self.database.write(lambda tx: say(tx, self.id, lines, self.clock()))

    async def layout(self) -> Layout:
        """Return the layout as it is."""
        return await self.database.read(lambda tx: contexts.current(tx, self.id))

    async def seen(self, layout: Layout) -> Sight:
        """Return what a layout shows."""
        return await self.database.read(lambda tx: in_sight(tx, layout))

    async def pages(self) -> list[str]:
        """Return the ids of the closed pages, the oldest first."""
        found = await self.database.read(
            lambda tx: pages.newest(tx, limit=1000, conversation=self.id)
        )
        return [page.id for page in sorted(found, key=lambda page: page.first_seq)]


@pytest.fixture
async def scene(database: Database, clock: FakeClock) -> Scene:
    """Return a conversation in which nothing has been said."""
    id_ = await database.write(lambda tx: converse(tx, "c", clock()))
    return Scene(database, clock, id_)


def summary(page: str) -> PlacedSummary:
    return PlacedSummary(page=page, text="In short.", tokens=3, by="offline")


async def test_all_of_it_at_first(scene: Scene) -> None:
    """Before any compaction every active turn is in sight, with what the record counted."""
    await scene.say(*exchanges(20))

    def work(tx: Transaction) -> tuple[Sight, list[tuple[str, int, str | None]]]:
        told = turns.forward(tx, scene.id, limit=100)
        return in_sight(tx, contexts.current(tx, scene.id)), [
            (turn.key, turn.tokens, turn.page) for turn in told
        ]

    sight, told = await scene.database.read(work)
    assert [(turn.key, turn.tokens, turn.page) for turn in sight.turns] == told
    assert list(sight.pages) == await scene.pages()
    assert sight.tokens == sum(tokens for _, tokens, _ in told)


async def test_turns_that_were_left(scene: Scene) -> None:
    """A turn on a branch that was left is not in sight."""
    await scene.say(*exchanges(3))

    def leave(tx: Transaction) -> None:
        turns.leave_from(tx, turns.by_key(tx, scene.id, "t5"))

    await scene.database.write(leave)
    sight = await scene.seen(await scene.layout())
    assert [turn.key for turn in sight.turns] == ["t1", "t2", "t3", "t4"]


async def test_summarised_pages_are_not_shown(scene: Scene) -> None:
    """Pages that are summarised, or went into the story, do not count though their span does."""
    await scene.say(*exchanges(40))
    first, second, third, *rest = await scene.pages()

    def work(tx: Transaction) -> Layout:
        draft = StoryDraft(
            conversation=scene.id, before=None, text="So far.", tokens=2, by="x", added=(first,)
        )
        story = contexts.add_story(tx, draft, scene.clock())
        goes_on = replace(draft, before=story, added=(second,))
        later = contexts.add_story(tx, goes_on, scene.clock())
        return replace(contexts.current(tx, scene.id), story=later, summaries=(summary(third),))

    layout = await scene.database.write(work)
    sight = await scene.seen(layout)
    assert list(sight.pages) == rest
    tight = tightened(layout, sight)
    assert tight.spans[0].behind > BEGINNING
    assert await scene.seen(tight) == sight


async def test_tightened_spans(scene: Scene) -> None:
    """A span of which nothing is shown goes, but not the last: what will be said belongs to it."""
    await scene.say(*exchanges(2))
    places = [turn.place for turn in (await scene.seen(await scene.layout())).turns]
    begin = Span(conversation=scene.id, behind=BEGINNING, through=(places[0][0] - 1, 0))
    middle = Span(conversation=scene.id, behind=BEGINNING, through=places[1])
    last = Span(conversation=scene.id, behind=places[3])
    layout = Layout(conversation=scene.id, spans=(begin, middle, last))
    tight = tightened(layout, await scene.seen(layout))
    just_before = (places[0][0], places[0][1] - 1)
    assert tight.spans == (replace(middle, behind=just_before), last)
    await scene.say(said(Role.USER, "And now?"))
    assert [turn.key for turn in (await scene.seen(tight)).turns] == ["t1", "t2", "t5"]


async def test_thinking(scene: Scene) -> None:
    """Thinking weighs until a layout puts it out of sight."""
    thought = "Let me see, ünd so on. " * 20
    await scene.say(said(Role.USER, "Why?"), said(Role.ASSISTANT, "So.", thinking=thought))
    layout = await scene.layout()
    shown = (await scene.seen(layout)).turns[1]
    assert shown.thinking_tokens == estimate(thought) + THINKING_FRAME
    hidden = (await scene.seen(replace(layout, thinking_from=END))).turns[1]
    assert hidden.thinking_tokens == 0
    assert hidden.tokens == shown.tokens - shown.thinking_tokens


async def test_long_replies(scene: Scene) -> None:
    """A long reply weighs less when it is shortened; one that is on no closed page is not."""
    long = "It goes on and on. " * 100
    await scene.say(said(Role.USER, long), said(Role.ASSISTANT, long), said(Role.ASSISTANT, "Ok."))
    await scene.say(*exchanges(20), said(Role.ASSISTANT, "An end. " * 100))
    layout = await scene.layout()
    whole = (await scene.seen(layout)).turns
    short = (await scene.seen(replace(layout, whole_from=END))).turns
    freed = whole[1].freed_by_shortening
    assert freed == estimate(long) - SHORT_TOKENS > 0
    assert short[1].tokens == whole[1].tokens - freed
    assert (short[1].is_shortened, short[1].freed_by_shortening) == (True, 0)
    unlike = [new.key for old, new in zip(whole, short, strict=True) if old.tokens != new.tokens]
    assert unlike == ["t2"]
    assert (whole[-1].page, whole[-1].freed_by_shortening) == (None, 0)


async def test_tool_traffic(scene: Scene) -> None:
    """Calls and results are told of."""
    call = ToolCall(id="1", name="look", arguments='{"at": "map"}')
    await scene.say(
        said(Role.ASSISTANT, "", tool_calls=(call,)),
        said(Role.TOOL, "", tool_results=(ToolResult(call_id="1", content="a map"),)),
        said(Role.ASSISTANT, "A map.", thinking="hm"),
    )
    seen = (await scene.seen(await scene.layout())).turns
    assert [(turn.has_calls, turn.has_results) for turn in seen] == [
        (True, False),
        (False, True),
        (False, False),
    ]


async def test_layers(scene: Scene) -> None:
    """What was said last is the current turn when it is to be answered."""
    await scene.say(*exchanges(2), said(Role.USER, "And now?"))
    words = (KeptWords(turn=1, tokens=100),)
    layout = replace(
        await scene.layout(), summaries=(summary("pg_x"), replace(summary("pg_y"), words=words))
    )
    sight = await scene.seen(layout)
    sizes = {size.layer: size.tokens for size in tokens_of(layout, sight)}
    assert sizes[Layer.CURRENT] == sight.turns[-1].tokens
    assert sizes[Layer.RECENT] == sum(turn.tokens for turn in sight.turns[:-1])
    assert sizes[Layer.SUMMARIES] >= 106
    assert (sizes[Layer.STORY], sizes[Layer.SLOT]) == (0, 0)
