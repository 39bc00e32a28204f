"""A story names every page that went into it."""

from __future__ import annotations

import random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from compacting import Rig, reply, user
from doubles import FakeClock
from minutebook.context.passes.merging import OFFLINE, Told, naming_all
from minutebook.context.passes.naming import bare
from minutebook.domain.context import Budget, Layout
from minutebook.domain.tokens import estimate
from minutebook.llm.protocol import Capabilities
from minutebook.llm.scripted import Answer, ScriptedModel
from minutebook.llm.story import StoryLine, written
from minutebook.store import contexts
from minutebook.store.database import Database

ROOMY = Budget(window=10_000, reserve=1_000)
"""Where the window is so large that a pass takes no more pages at once than it has to."""


def pages_of(count: int) -> list[str]:
    chance = random.Random(count)
    return [f"pg_{chance.getrandbits(64):016x}" for _ in range(count)]


def tell(lines: list[StoryLine], pages: list[str], limit: int) -> Told:
    return naming_all(Told(text=written(lines), by=OFFLINE), pages, limit)


def test_what_no_line_names_stands_behind() -> None:
    """The ids that are missing stand behind the lines, in order; those that are named do not."""
    pages = pages_of(5)
    told = tell([StoryLine(text="So it was.", pages=(pages[1],))], pages, 1_000)
    first, second = told.text.split("\n")
    assert first == f"- So it was. [{pages[1]}]"
    assert second.endswith(": " + " ".join(pages[:1] + pages[2:]))


def test_nothing_is_added_where_all_are_named() -> None:
    """A story that names all of its pages stays as it is."""
    pages = pages_of(3)
    told = tell([StoryLine(text="So it was.", pages=tuple(pages))], pages, 1_000)
    assert told.text == f"- So it was. {' '.join(f'[{page}]' for page in pages)}"


def test_ids_get_shorter_where_there_is_little_room() -> None:
    """Beginnings of ids stand for them, and where that is too much, ranges of pages."""
    pages = pages_of(30)
    some = tell([StoryLine(text="So it was.")], pages, 400).text
    assert all(f" {page[:11]}" in some for page in pages)
    assert pages[0] not in some
    few = tell([StoryLine(text="So it was.")], pages, 60).text
    assert f"{pages[0][:11]}–{pages[-1][:11]} (30)" in few


@settings(max_examples=60)
@given(st.integers(0, 300), st.integers(0, 3_000), st.integers(0, 40), st.integers(1, 4))
def test_a_story_that_names_all_keeps_within_its_length(
    count: int, limit: int, lines: int, named: int
) -> None:
    """However many pages there are, its length holds; naming them twice changes nothing."""
    pages = pages_of(count)
    every = [
        StoryLine(text=f"Line {n} of what was told.", pages=tuple(pages[n : n + named]))
        for n in range(lines)
    ]
    told = tell(every, pages, limit)
    assert estimate(told.text) <= limit
    assert naming_all(told, pages, limit) == told
    assert set(bare(told.text)) <= set(every)


@pytest.mark.parametrize("answer", ["- It was about things.", "- Ann asked.\n- Bob knew."])
async def test_a_model_that_names_no_page(
    database: Database, clock: FakeClock, answer: str
) -> None:
    """Whatever a model makes of the story, pass for pass, all pages out of sight are named."""
    rig = await Rig(database=database, clock=clock, budget=ROOMY).begin()
    can = Capabilities(context_window=50_000, needs_network=False)
    script = [Answer(pieces=(answer,))] * 40
    rig.model = model = ScriptedModel(script, name="scripted:one", capabilities=can)
    chance = random.Random(6)
    for _ in range(2):
        while await rig.used() < 0.9 * rig.budget.tokens:
            await rig.say([user(chance, 10), reply(chance, 180)])
        await rig.compaction().compact(rig.need())
    layout: Layout = await database.read(lambda tx: contexts.current(tx, rig.conversation))
    story = layout.story
    assert story is not None
    told = await database.read(lambda tx: contexts.story_pages(tx, story.id))
    assert story.pages == len(told) > 2
    assert [page for page in told if page[:11] not in story.text] == []
    assert story.text.startswith(answer)
    assert all("Further pages" not in str(request) for request in model.requests)
