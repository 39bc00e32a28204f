"""What always holds, whatever happens in whatever order."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import timedelta
from functools import partial

from chronicle import NOON, Chronicle, DiedError, chronicle
from hypothesis import given, settings
from hypothesis import strategies as st

from minutebook.domain.turns import Content, Origin, Role, TurnDraft
from minutebook.errors import ModelError
from minutebook.llm.offline import OfflineModel
from minutebook.llm.protocol import Listener, Reply, Request, StreamEvent, nobody
from minutebook.record.closing import close_tail
from minutebook.scribe.history import text_at
from minutebook.scribe.operations import read_patch
from minutebook.scribe.patching import patched

TEXTS = st.sampled_from(
    [
        "The ferry to Winterbottom leaves on the 4th of March at 07:30.",
        "Carla brings 2 tents and the big stove from Oslo.\n## not a heading\n```\nopen",
        "ok",
        "",
        "We decided: the budget is 1,200 euros, and the hut is booked until Friday.",
        "# <script>alert(1)</script> was found in release 4.2 of the parser by Dana.",
    ]
)
DRAFTS = st.builds(
    lambda role, text, minute, active: TurnDraft(
        role=role,
        author="",
        content=Content(text=text),
        at=None if minute is None else NOON + timedelta(minutes=minute),
        is_active=active,
    ),
    st.sampled_from([Role.USER, Role.ASSISTANT, Role.PERSON, Role.TOOL, Role.SYSTEM]),
    TEXTS,
    st.none() | st.integers(-100_000, 100_000),
    st.sampled_from([True, True, True, False]),
)


class DyingModel(OfflineModel):
    """Fails after some answers."""

    def __init__(self, answers: int) -> None:
        self.answers = answers

    async def complete(self, request: Request, listener: Listener = nobody) -> Reply:
        """Answer, or fail."""
        self.answers -= 1
        if self.answers < 0:
            raise ModelError("It is down.")
        return await super().complete(request, listener)

    async def stream(self, request: Request) -> AsyncIterator[StreamEvent]:
        """Say nothing: nobody streams a document."""
        raise NotImplementedError
        yield


@dataclass(frozen=True)
class Say:
    """Turns come in."""

    drafts: list[TurnDraft]
    origin: Origin

    async def happen(self, book: Chronicle) -> None:
        """Record them."""
        await book.record(self.drafts, self.origin)


@dataclass(frozen=True)
class Update:
    """The document is brought up to date, by several at once, until a model or a write fails."""

    workers: int
    answers: int
    dies: bool

    async def happen(self, book: Chronicle) -> None:
        """Work, and perhaps fail."""
        book.database.deaths = int(self.dies)
        model = DyingModel(self.answers)
        work = (book.update(model) for _ in range(self.workers))
        outcomes = await asyncio.gather(*work, return_exceptions=True)
        book.database.deaths = 0
        assert {type(outcome) for outcome in outcomes} <= {type(None), ModelError, DiedError}


@dataclass(frozen=True)
class Command:
    """A person does something."""

    name: str

    async def happen(self, book: Chronicle) -> None:
        """Do it."""
        scribe = book.scribe()
        if self.name == "restore":
            await scribe.restore(book.conversation, min(1, len(await book.revisions())))
        elif self.name == "rename":
            await scribe.start(book.conversation, f"Title {book.count}")
        elif self.name == "close page":
            await book.database.write(
                partial(close_tail, conversation=book.conversation, pause=timedelta(0), now=NOON)
            )
        else:
            await getattr(scribe, self.name)(book.conversation)


ACTIONS = st.one_of(
    st.builds(Say, st.lists(DRAFTS, min_size=1, max_size=6), st.sampled_from(list(Origin))),
    st.builds(Update, st.integers(1, 2), st.integers(0, 6), st.booleans()),
    st.builds(Command, st.sampled_from(["restore", "rename", "stop", "start", "close page"])),
)


@given(st.lists(ACTIONS, max_size=12))
@settings(max_examples=40, deadline=None)
def test_every_turn_is_covered_once_and_in_order(actions: list[Say | Update | Command]) -> None:
    """Coverage has no gap and no overlap, and every version is rebuilt from its patches."""
    asyncio.run(_live_through(actions))


async def _live_through(actions: list[Say | Update | Command]) -> None:
    async with chronicle(page_tokens=80) as book:
        await book.scribe().start(book.conversation)
        for action in actions:
            await action.happen(book)
        await book.scribe().start(book.conversation)
        await book.update()
        await _check(book)


async def _check(book: Chronicle) -> None:
    revisions = await book.revisions()
    document = await book.scribe().find(book.conversation)
    assert [revision.number for revision in revisions] == list(range(1, document.revision + 1))
    seq, text = 0, ""
    for revision in revisions:
        covers = revision.covers
        if covers.turns:
            assert covers.first_seq == seq + 1
            assert covers.turns == covers.last_seq - covers.first_seq + 1
            seq = covers.last_seq
        text = patched(text, read_patch(revision.patch))
        shown = await book.database.read(
            partial(text_at, document=document, revision=revision.number)
        )
        assert shown.content == text
    assert (seq, text) == (book.count, document.content)
